"""PURE. What a policy's rubric suggests for a case, from the answers to its questions and the facts of the case."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

from casectl.model.policy import Policy, Question, Rubric, Suggestion

Facts = Mapping[str, str | None]
"""`type`, `service` and `category` of the case; other keys do no harm."""
Answers = Mapping[str, str]
"""The answer chosen, by question."""


def suggest(policy: Policy, facts: Facts, answers: Answers) -> str | None:
    """The priority that the first suggestion to hold names.

    None when a row before it depends on a question that was not answered, and for a policy without a rubric.
    """
    for row, fits in _verdicts(policy.rubric, facts, answers):
        if fits != "no":
            return row.priority if fits == "yes" else None
    return None


def open_questions(policy: Policy, facts: Facts, answers: Answers) -> tuple[Question, ...]:
    """The questions that the suggestion still depends on, that of the first undecided row first.

    None are left once a suggestion is certain. Ask the first, and see again: its answer may spare the others.
    """
    if policy.rubric is None:
        return ()
    wanted: dict[str, Question] = {}
    for row, fits in _verdicts(policy.rubric, facts, answers):
        if fits == "yes":
            break
        if fits == "perhaps":
            wanted |= {name: question for name, question in policy.rubric.questions.items() if name in row.answers}
    return tuple(question for name, question in wanted.items() if name not in answers)


_Fit = Literal["yes", "no", "perhaps"]


def _verdicts(rubric: Rubric | None, facts: Facts, answers: Answers) -> Iterator[tuple[Suggestion, _Fit]]:
    for row in rubric.suggestions if rubric else ():
        yield row, _fits(row, facts, answers)


def _fits(row: Suggestion, facts: Facts, answers: Answers) -> _Fit:
    if any(facts.get(key) not in wanted for key, wanted in row.facts.values.items()):
        return "no"
    if any(answers[name] not in wanted for name, wanted in row.answers.items() if name in answers):
        return "no"
    return "yes" if row.answers.keys() <= answers.keys() else "perhaps"
