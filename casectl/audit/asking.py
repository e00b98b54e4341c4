"""Which policies want a commit signed, as they read just before it: who turns the rule off erases no older finding."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from casectl.audit.history import History
from casectl.model.instants import Instant, zone_named
from casectl.model.policy import Policy
from casectl.reports.hours import version_in_force
from casectl.store.book import is_policy_file
from casectl.store.commitlog import Commit
from casectl.store.objects import ObjectReader
from casectl.store.pinned import PolicyShelf


class Asking:
    """What each commit was asked for, by its first parent's policies; the first commit by its own.

    A version that was in force at a commit's time, but that its author did not have, asks as the audited commit has it.
    """

    def __init__(self, history: History, reader: ObjectReader) -> None:
        self._history = history
        self._shelf = PolicyShelf(history.repo, reader, history.commit)
        self._same = _same_policies(history)

    def of(self, commit: Commit, desks: Iterable[str]) -> Iterator[Policy]:
        """The policies in force at the commit's time that want it signed, of those desks, in their order."""
        at = self._history.made_at(commit)
        before = self._same[self._history.before(commit.id)]
        for desk in sorted(self._history.desks_touched.intersection(desks)):
            yield from (policy for policy in self._in_force(before, desk, at) if _asks(policy, at))

    def _in_force(self, commit: str, desk: str, at: Instant) -> Iterator[Policy]:
        book, _ = self._shelf.book_at(commit, desk)
        if desk in book.desks():
            yield version_in_force(book, desk, at)
        if desk in self._history.book.desks():
            policy = version_in_force(self._history.book, desk, at)
            if policy.ref not in book.policies:
                yield policy


def _asks(policy: Policy, at: Instant) -> bool:
    today = datetime.fromtimestamp(at, zone_named(policy.zone)).date()
    return policy.scrutiny.signed and policy.effective <= today


def _same_policies(history: History) -> Mapping[str, str]:
    """For each commit one with the same `policies/`: the last one that changed them, so that few are looked up."""
    found: dict[str, str] = {}
    for commit in history.commits.values():
        changes = any(is_policy_file(touch.path) for touch in history.touches.get(commit.id, ()))
        found[commit.id] = commit.id if changes or not commit.parents else found[commit.parents[0]]
    return found
