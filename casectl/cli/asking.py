"""Questions at the terminal: asked one by one, on standard error, and only where somebody can answer."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from contextlib import redirect_stdout
from typing import TYPE_CHECKING

import typer

from casectl.cli.errors import say
from casectl.reports.plain import plain

if TYPE_CHECKING:
    from casectl.cli.context import Settings
    from casectl.desk.rating import UnansweredError
    from casectl.model.policy import Question


def can_ask(root: Settings) -> bool:
    """Whether somebody sits at a terminal, and may be asked."""
    return not root.no_input and sys.stdin.isatty() and sys.stderr.isatty()


def ask_rating(asked: UnansweredError) -> tuple[list[str], str]:
    """The answers as `question=answer` (those given before, too), and the priority that was accepted or chosen."""
    from casectl.model.rubric import open_questions, suggest

    policy, answers = asked.policy, dict(asked.answers)
    while questions := open_questions(policy, asked.facts, answers):
        answers[questions[0].name] = _answer(questions[0])
    priorities = {name: priority.label for name, priority in policy.priorities.items()}
    suggested = suggest(policy, asked.facts, answers)
    if suggested is not None:
        label = priorities[suggested]
        say(f"suggested: {plain(suggested + (f' ({label})' if label else ''))}")
    chosen = _prompt("priority", priorities, suggested)
    return [f"{name}={answer}" for name, answer in answers.items()], chosen


def _answer(question: Question) -> str:
    say(plain(question.ask))
    for answer, meaning in question.answers.items():
        say(plain(f"  {answer:<10} {meaning}"))
    return _prompt(question.name, question.answers, None)


def _prompt(text: str, choices: Mapping[str, str], default: str | None) -> str:
    """One of the choices as typed, or its beginning where that is unambiguous; asked until it is one."""
    shown = f"{text} ({', '.join(choices)})"
    with redirect_stdout(sys.stderr):  # the prompt's last character would go to standard output otherwise
        return str(typer.prompt(plain(shown), default=default, value_proc=_one_of(choices), err=True))


def _one_of(choices: Mapping[str, str]) -> Callable[[str], str]:
    def choose(typed: str) -> str:
        word = typed.strip().lower()
        found = [word] if word in choices else [choice for choice in choices if word and choice.startswith(word)]
        if len(found) != 1:
            raise typer.BadParameter(f"'{plain(word)}' is none of: {', '.join(choices)}")
        return found[0]

    return choose
