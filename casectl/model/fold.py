"""PURE. From the versions of one case's file to its timeline.

A step is what a commit changed against its own parent's version, field by field, so two branches that changed different
fields both count. The log is a grow-only set by entry ID. A merge adds only what differs from everything before it.
Here "its own parent's version" and "before it" are told by `follows`, which links versions by file content: exact for
linear histories and simple merges. Crossing merges need the commits' own ancestry; it will replace `follows`, and the
fold of each merge's own ancestors will replace the running fold in `_Folding.take`. Nothing else changes then.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from heapq import heappop, heappush
from typing import NamedTuple

from casectl.model.case import Case, Entry, Value
from casectl.model.instants import Instant, format_instant
from casectl.model.problems import Problem
from casectl.model.timeline import Step, Timeline


class Version(NamedTuple):
    """What one commit made of one case's file."""

    commit: str
    committed: Instant | None
    """The commit's own time; None when it cannot be read."""
    author: str
    before: Case | None
    """The parent's version; None when there was none. A merge is compared with the fold instead."""
    after: Case | None
    """None when it was deleted or cannot be read: it changes nothing then."""
    follows: tuple[int, ...] = ()
    """Which earlier versions it was made from, as positions in the sequence."""
    merge: bool = False


def fold(case_id: str, path: str, versions: Sequence[Version], problems: Sequence[Problem] = ()) -> Timeline:
    """The timeline that `versions` tell; they come parents before children. `problems` is what reading them met."""
    folding = _Folding(path, list(problems))
    if all(version.follows == ((place - 1,) if place else ()) for place, version in enumerate(versions)):
        floor: Instant | None = None
        for version in versions:
            floor = folding.take(version, floor)
    else:
        _take_in_order(folding, versions)
    return Timeline(case_id, path, tuple(folding.steps), tuple(folding.problems))


def _take_in_order(folding: _Folding, versions: Sequence[Version]) -> None:
    """Parents before children, then by effective time, then by the commit's hash."""
    heirs: list[list[int]] = [[] for _ in versions]
    missing = [len(version.follows) for version in versions]
    floors: list[Instant | None] = [None] * len(versions)
    ready: list[tuple[Instant, str, int]] = []
    for place, version in enumerate(versions):
        for parent in version.follows:
            heirs[parent].append(place)
        if not version.follows:
            heappush(ready, (_effective(version, None), version.commit, place))
    while ready:
        _, _, place = heappop(ready)
        floors[place] = folding.take(versions[place], _latest(versions[place], floors))
        for heir in heirs[place]:
            missing[heir] -= 1
            if not missing[heir]:
                at = _effective(versions[heir], _latest(versions[heir], floors))
                heappush(ready, (at, versions[heir].commit, heir))


def _latest(version: Version, floors: Sequence[Instant | None]) -> Instant | None:
    return max((floor for parent in version.follows if (floor := floors[parent]) is not None), default=None)


def _effective(version: Version, floor: Instant | None) -> Instant:
    """The later of the commit's own time and that of the steps that it follows."""
    committed = version.committed
    if committed is None or floor is None:
        return committed or floor or 0
    return max(committed, floor)


class _Folding:
    """The fold so far. Lives inside one call of `fold`."""

    def __init__(self, path: str, problems: list[Problem]) -> None:
        self.path = path
        self.problems = problems
        self.steps: list[Step] = []
        self.case = Case({})
        self._tip: Case | None = None
        """The file that the fold equals, as long as each version follows the last; then only the fold itself."""
        self._entries: dict[str, Entry] = {}
        self._disputed: set[str] = set()

    def take(self, version: Version, floor: Instant | None) -> Instant | None:
        """Adds what the version changed, and gives the time that versions made from it cannot precede."""
        after = version.after
        if after is None:
            return floor
        # A file that comes back after a deletion is compared with what was known, so that nothing vanishes meanwhile.
        restored = version.before is None and bool(self.steps)
        before = self.case if version.merge or restored else version.before
        changes = _fields_changed(before, after)
        entries = self._entries_added(version, before, after)
        if not changes and not entries:
            return floor
        at = _effective(version, floor)
        self._judge_time(version, floor)
        if self.steps:
            at = max(at, self.steps[-1].at)
        self.steps.append(Step(version.commit, at, version.author, changes, entries))
        self._remember(version, changes, entries)
        return at

    def _remember(self, version: Version, changes: Mapping[str, Value | None], entries: tuple[Entry, ...]) -> None:
        for entry in entries:
            self._entries[entry.id] = entry
        plain = version.before is self._tip and not version.merge
        if plain and version.after is not None:
            self.case = version.after
        else:
            self.case = self.case.changed(changes, entries)
        self._tip = self.case

    def _entries_added(self, version: Version, before: Case | None, after: Case) -> tuple[Entry, ...]:
        old = before.log if before is not None else ()
        grown = after.log[: len(old)] == old
        known = self._entries
        added = []
        for entry in after.log[len(old) :] if grown else after.log:
            first = known.get(entry.id)
            if first is None:
                added.append(entry)
            elif first != entry:
                self._dispute(version, entry.id, "edited")
        if not grown:
            kept = {entry.id for entry in after.log}
            for entry in old:
                if entry.id not in kept:
                    self._dispute(version, entry.id, "removed")
        return tuple(added)

    def _dispute(self, version: Version, entry: str, how: str) -> None:
        if entry not in self._disputed:
            self._disputed.add(entry)
            message = f"commit {version.commit[:12]} {how} log entry '{entry}', which counts as it was first written"
            self._warn(message, "the log only grows: add an entry that corrects it")

    def _judge_time(self, version: Version, floor: Instant | None) -> None:
        if version.committed is None:
            at = format_instant(_effective(version, floor))
            message = f"commit {version.commit[:12]} has no date that can be read; it counts at {at}"
            self.problems.append(Problem(self.path, 0, message, "the time of the step before it"))
        elif floor is not None and version.committed < floor:
            says, at = format_instant(version.committed), format_instant(floor)
            self._warn(f"commit {version.commit[:12]} is dated {says}, before the step it follows; it counts at {at}")

    def _warn(self, message: str, hint: str | None = None) -> None:
        self.problems.append(Problem(self.path, 0, message, hint, warning=True))


def _fields_changed(before: Case | None, after: Case) -> dict[str, Value | None]:
    if before is None:
        return dict(after.fields)
    old, new = before.fields, after.fields
    if old is new:
        return {}
    changes: dict[str, Value | None] = {name: value for name, value in new.items() if old.get(name) != value}
    changes.update((name, None) for name in old if name not in new)
    return changes
