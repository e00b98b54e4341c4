"""How a case is rated: the rubric's questions and their answers, what they suggest, and who may raise a priority."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from casectl.desk.known import nearest, who_holds
from casectl.desk.verb import Scene
from casectl.model.case import Case, Scalar
from casectl.model.policy import Policy, Question, Raising
from casectl.model.problems import UsageMistake
from casectl.model.rubric import Facts, open_questions, suggest
from casectl.sla.guards import is_raise


class UnansweredError(UsageMistake):
    """A rating was asked for, and its questions are not answered. Whoever can ask somebody may, and try again."""

    def __init__(self, policy: Policy, facts: Facts, answers: Mapping[str, str], case_id: str) -> None:
        self.policy, self.facts, self.answers = policy, facts, answers
        asked = "; ".join(_spelt(question) for question in open_questions(policy, facts, answers))
        hint = f"--answer, for each: {asked}" if asked else "the rubric suggests nothing for these answers"
        super().__init__(f"which priority for {case_id}? say --priority, or answer the questions", hint)


def rating_facts(case: Case) -> dict[str, str | None]:
    """What the rubric knows about a case without asking."""
    return {key: case.text(key) for key in ("type", "service", "category")}


def read_answers(policy: Policy, typed: Sequence[str]) -> dict[str, str]:
    """Answers as typed, `question=answer` each, in the rubric's order.

    Raises `UsageMistake` for a question or an answer that it does not have, and for two answers to one question.
    """
    questions = policy.rubric.questions if policy.rubric else {}
    if typed and not questions:
        raise UsageMistake(f"policy {policy.ref} asks no questions", "leave --answer out")
    answers: dict[str, str] = {}
    for assignment in typed:
        name, _, answer = assignment.partition("=")
        if name not in questions:
            raise UsageMistake(f"policy {policy.ref} does not ask '{name}'", nearest(name, questions))
        if answer not in questions[name].answers:
            hint = nearest(answer, questions[name].answers)
            raise UsageMistake(f"'{answer}' is no answer to '{name}' in policy {policy.ref}", hint)
        if answers.get(name, answer) != answer:
            raise UsageMistake(f"two answers to '{name}': {answers[name]} and {answer}", "give one")
        answers[name] = answer
    return {name: answers[name] for name in questions if name in answers}


def recorded(answers: Mapping[str, str]) -> str | None:
    """Answers as a log entry holds them: `impact=all, workaround=no`."""
    return ", ".join(f"{name}={answer}" for name, answer in answers.items()) or None


def reread(policy: Policy, said: Scalar | None) -> dict[str, str]:
    """Answers from a log entry. Raises as `read_answers` does."""
    return read_answers(policy, str(said).split(", ") if said else ())


def suggestion(policy: Policy, case: Case, answers: Mapping[str, str]) -> str | None:
    """What the policy suggests: its rubric's word, once that is certain; without a rubric, the type's priority."""
    if policy.rubric is not None:
        return suggest(policy, rating_facts(case), answers)
    kind = policy.types.get(case.need("type"))
    return kind.priority if kind else None


def raised(scene: Scene, chosen: str) -> tuple[str, ...]:
    """A warning about a priority above the one that the case was opened with, given too late or by somebody else.

    What is a raise, and whose role counts, is what the audit says of it afterwards (`sla.guards`).
    """
    raising, policy, moment = scene.policy.raising, scene.policy, scene.moment
    if raising is None or not scene.timeline.steps:
        return ()
    opened = scene.timeline.opened
    first, before = str(opened.changes.get("priority")), scene.case.priority
    if not is_raise(policy, first, before, chosen):
        return ()
    reasons = []
    if moment.now - opened.at > raising.within_seconds:
        reasons.append(f"later than {_minutes(raising.within_seconds)} after the opening")
    if raising.roles and not _may_raise(scene, raising):
        who = who_holds(scene.book, policy.desk, raising.roles)
        reasons.append(f"by {moment.by}, who is no {' or '.join(raising.roles)} ({who})")
    if not reasons:
        return ()
    return (f"raised from {before} to {chosen} {' and '.join(reasons)}: an audit finding",)


def _may_raise(scene: Scene, raising: Raising) -> bool:
    """Whether who acts holds the role, by the staff list of today or by the one that the case is judged with."""
    lists = (scene.book.staff, *(terms.staff for terms in scene.terms[-1:]))
    people = (listed.get(scene.moment.by) for listed in lists)
    return any(person is not None and person.holds(raising.roles, scene.policy.desk) for person in people)


def _spelt(question: Question) -> str:
    return f"{question.name}={'|'.join(question.answers)} ({question.ask})"


def _minutes(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    return f"{seconds} s" if rest else f"{minutes} min"
