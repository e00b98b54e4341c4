"""Everything is looked at, in the order in which one thing can hide another."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress

from casectl.model.problems import CasectlError
from casectl.store.doctor.desk import cases, edits, people, settings, state, unfinished_steps
from casectl.store.doctor.finding import Finding, problem
from casectl.store.doctor.locks import stale_drafts, stale_locks
from casectl.store.doctor.sharing import merging, standing
from casectl.store.doctor.wreckage import broken_branches, broken_index, empty_objects
from casectl.store.index import bring_back
from casectl.store.lock import is_held, lock
from casectl.store.repo import Repo, head_commit

Look = Callable[[], Iterator[Finding]]


def examine(repo: Repo, mend: bool) -> list[Finding]:
    """All that is wrong; with `mend`, what can be put right safely is. Raises `Busy` while somebody writes."""
    if not mend:
        return list(_examined(repo, False))
    with lock(repo):
        return list(_examined(repo, True))


def _examined(repo: Repo, mend: bool) -> Iterator[Finding]:
    yield from _safely(lambda: empty_objects(repo, mend))
    alone = mend or not is_held(repo)
    if mend and (before := _head(repo)):
        with suppress(OSError):  # what is in the way of that, the looks below find
            bring_back(repo, before)
    if alone:
        yield from _safely(lambda: stale_locks(repo, mend))
    yield from _safely(lambda: broken_branches(repo, mend))
    yield from _safely(lambda: broken_index(repo, mend))
    head = _head(repo)
    if head:
        yield from _safely(lambda: unfinished_steps(repo, head, mend))
    if alone:
        yield from _safely(lambda: stale_drafts(repo, mend))
    for look in (state, edits, settings, merging):
        yield from _safely(lambda look=look: look(repo))  # type: ignore[misc]
    yield from _safely(lambda: people(repo, head))
    if head:
        yield from _safely(lambda: standing(repo, head))
        yield from _safely(lambda: cases(repo, head))


def _safely(look: Look) -> Iterator[Finding]:
    """What one look finds; that it cannot look is a finding, too, and keeps nobody from looking further."""
    try:
        yield from look()
    except CasectlError as error:
        yield problem("unreadable", error.message, error.hint)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        yield problem("unreadable", f"{where}{error.strerror or error}", "see whether it may be read, and look again")


def _head(repo: Repo) -> str | None:
    try:
        return head_commit(repo)
    except CasectlError:
        return None
