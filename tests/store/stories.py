"""Cases for the store's tests: one named by its last character, and what a desk does to it."""

from __future__ import annotations

import os
from collections.abc import Callable
from itertools import count

from casectl.model.case import Case, Entry, Value
from casectl.model.caseid import path_of
from casectl.model.change import Change
from casectl.store.write import write_step
from casectl.store.written import Written
from tests.conftest import EPOCH, SAM, GitRepo

Decide = Callable[[Case | None, int], Change]
_ENTRY_NUMBERS = count(1)


def case_id(letter: str) -> str:
    """The ID of test case `letter`, opened on the day on which the test repositories begin."""
    return f"ABC-260921-0000{letter}"


A = case_id("A")
PATH_A = path_of(A)


def opening(name: str = A, **fields: Value) -> Decide:
    """Opens the case."""
    always: dict[str, Value] = {
        "id": name,
        "policy": "acme-desk/1.0",
        "type": "fault",
        "title": "The printer is on fire",
        "channel": "phone",
        "status": "new",
        "priority": "p3",
    }
    return lambda _, now: Change("open", name, "The printer is on fire", {**always, "received": now, **fields})


def setting(name: str = A, **fields: Value | None) -> Decide:
    """Sets fields of the case."""
    return lambda _, now: Change("set", name, "as asked", fields)


def noting(text: str, name: str = A) -> Decide:
    """Adds a note to the case."""
    entry = Entry(f"n{os.getpid()}-{next(_ENTRY_NUMBERS)}", "note", {"text": text})
    return lambda _, now: Change("note", name, text, {}, (entry,))


def opened(git_repo: GitRepo, name: str = A, at: int = EPOCH + 60, **fields: Value) -> Written:
    """The case, opened at the instant `at`."""
    return write_step(git_repo.repo, None, opening(name, **fields), lambda: at, SAM)


def stepped(git_repo: GitRepo, decide: Decide, at: int, name: str = A) -> Written:
    """One more step of the case, at the instant `at`."""
    return write_step(git_repo.repo, name, decide, lambda: at, SAM)
