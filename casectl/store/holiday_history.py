"""When dates were put on holiday lists and taken off them, as the commits between two moments of history tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from casectl.model.instants import Instant
from casectl.model.people_reader import read_holidays
from casectl.store.book import FOLDER, CommitTree
from casectl.store.git import Place
from casectl.store.gitlog import FileChange, log_marks, read_mark
from casectl.store.policy_tree import HOLIDAYS, SUFFIX

_LISTS = f"{FOLDER}/{HOLIDAYS}"


class Listing(NamedTuple):
    """A commit that put a date on a list, or took it off."""

    at: Instant
    """The commit's time, or that of a change of any list before it: the later."""
    commit: str
    listed: bool


Listings = Mapping[str, Mapping[date, Sequence[Listing]]]
"""By list and date, in order of history."""


def read_listings(place: Place, tree: CommitTree, after: str) -> Listings:
    """What happened to the lists in the history of `tree`'s commit, less that of the commit `after`.

    A version that cannot be read changes nothing. A merge speaks of those dates in which its parents differ.
    """
    marks = [*log_marks(place, f"{after}..{tree.commit}", "--full-history", "--", _LISTS)]
    versions = _Versions(tree)
    found: dict[str, dict[date, list[Listing]]] = {}
    latest: Instant = 0
    for path, mark in reversed(marks):
        name = path.decode(errors="replace").removeprefix(f"{_LISTS}/").removesuffix(SUFFIX)
        change = read_mark(mark)
        latest = max(latest, change.committed or 0)
        before, now = versions.of(name, change)
        for day in before ^ now:
            found.setdefault(name, {}).setdefault(day, []).append(Listing(latest, change.commit, day in now))
    return found


def stood_before(listings: Sequence[Listing], moment: Instant) -> bool:
    """Whether a date was on its list when `moment` came, by what happened to it before."""
    return next((each.listed for each in reversed(listings) if each.at < moment), False)


class _Versions:
    """The dates of each version of each list. One that cannot be read holds what the version before it held."""

    def __init__(self, tree: CommitTree) -> None:
        self._tree = tree
        self._known: dict[tuple[str, bytes], frozenset[date]] = {}

    def of(self, name: str, change: FileChange) -> tuple[frozenset[date], frozenset[date]]:
        """The dates before a change of a list and after it."""
        before = self._dates(name, change.old, frozenset())
        return before, self._dates(name, change.new if change.plain else None, before)

    def _dates(self, name: str, blob: bytes | None, otherwise: frozenset[date]) -> frozenset[date]:
        if blob is None:
            return frozenset()
        if (name, blob) not in self._known:
            path = f"{HOLIDAYS}/{name}{SUFFIX}"
            node, _ = self._tree.parsed(blob.decode(), path)
            listed = read_holidays(node, self._tree.shown(path))[0] if node else None
            self._known[name, blob] = frozenset(listed.dates) if listed else otherwise
        return self._known[name, blob]
