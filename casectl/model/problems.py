"""What can go wrong: mistakes in files are data (`Problem`), dead ends are exceptions (`CasectlError`)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

MOST_CHOICES = 50
"""Of which a hint says that it must be one."""


class Problem(NamedTuple):
    """One mistake in one file: where it is, what it is, and what to do about it.

    `line` is 1-based; 0 means the file as a whole. A warning is worth saying and makes nothing invalid.
    """

    path: str
    line: int
    message: str
    hint: str | None = None
    warning: bool = False
    code: str = ""
    """What an audit calls it, where it is about what was done and not about what a file says."""
    commit: str = ""
    """The commit that did it."""
    clause: tuple[str, ...] = ()
    """What the agreement says of it."""
    about: str = ""
    """What tells it from another of the same code and commit, by a name that stays: an entry, a field and its word."""

    def __str__(self) -> str:
        where = f"{self.path}:{self.line}" if self.line else self.path
        level = "warning: " if self.warning else ""
        tail = f"\n  hint: {self.hint}" if self.hint else ""
        return f"{where}: {level}{self.message}{tail}"


class CasectlError(Exception):
    """A dead end that a person can do something about. The CLI prints it in one line and exits with `exit_code`."""

    exit_code = 1

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\n  hint: {self.hint}" if self.hint else self.message


class ExtraMissing(CasectlError):
    """A library that only some commands need is not installed: it comes with an extra (exit 1)."""

    def __init__(self, message: str, extra: str, otherwise: str = "") -> None:
        hint = f"pip install '.[{extra}]' in casectl's folder"
        super().__init__(message, f"{hint}; {otherwise}" if otherwise else hint)


class UsageMistake(CasectlError):
    """The words of the command cannot be meant: an unknown priority, a time without an offset (exit 2)."""

    exit_code = 2


class InvalidFiles(CasectlError):
    """Files that cannot be read; carries every problem found, not only the first (exit 3)."""

    exit_code = 3

    def __init__(self, problems: Iterable[Problem], hint: str | None = None) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems), hint)


class NotFound(CasectlError):
    """Nothing, or more than one thing, answers to that name (exit 4)."""

    exit_code = 4


class NotAllowed(CasectlError):
    """Understood and refused: a move the policy forbids, a file with hand edits, a lost race (exit 5)."""

    exit_code = 5


class Busy(CasectlError):
    """Another casectl holds the lock and did not let go in time (exit 6)."""

    exit_code = 6


class TryAgainLater(CasectlError):
    """Another machine did not answer, or too many write at once: nothing is wrong here (exit 75, `EX_TEMPFAIL`)."""

    exit_code = 75


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """A hint for a word that is none of `known`: the nearest one, else all of them; None when there are none."""
    from difflib import get_close_matches

    choices = sorted(known)
    near = get_close_matches(word, choices, n=1, cutoff=0.6)
    if near:
        return f"did you mean '{near[0]}'?"
    more = f" and {len(choices) - MOST_CHOICES} more" if len(choices) > MOST_CHOICES else ""
    return f"one of: {', '.join(choices[:MOST_CHOICES])}{more}" if choices else None
