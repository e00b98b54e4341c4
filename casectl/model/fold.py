"""PURE. From the versions of one case's file to its timeline, over any history that git can hold.

A step is what a commit changed against its own parent's version, field by field, so two branches that changed different
fields both count. The log is a grow-only set by entry ID. Steps are told parents before children, then by effective
time, then by hash; the last write of a field wins. A merge adds only what differs from the fold of its own ancestors.
So the fold at a commit is that commit's file, save log entries that a commit removed or edited.

That order, cut down to the ancestors of one commit, is the order that those ancestors alone would have: what a step
waits for, and its time, follow from its ancestors alone. Hence a merge finds the fold of its own past in what was told.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from heapq import heappop, heappush
from typing import NamedTuple

from casectl.model.case import Case, Entry, Scalar, Value
from casectl.model.instants import Instant, format_instant
from casectl.model.patch import Leaf, fields_changed, redone, touched
from casectl.model.problems import Problem
from casectl.model.timeline import Dispute, Step, Timeline

OPENED_TWICE = "opened-twice"
"""The code of the remark that two clones opened a case under one ID."""


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
    """The nearest of its ancestors among the versions, as positions in the sequence."""
    merge: bool = False


def fold(case_id: str, path: str, versions: Sequence[Version], problems: Sequence[Problem] = ()) -> Timeline:
    """The timeline that `versions` tell; they come parents before children. `problems` is what reading them met."""
    told = _Told(path, list(problems))
    if all(version.follows == ((place - 1,) if place else ()) for place, version in enumerate(versions)):
        _tell_in_line(told, versions)
    else:
        _Branching(told, versions).tell()
    return Timeline(case_id, path, tuple(told.steps), tuple(told.problems), tuple(told.disputes))


class _Told:
    """What has been told so far. Lives inside one call of `fold`."""

    def __init__(self, path: str, problems: list[Problem]) -> None:
        self.path = path
        self.problems = problems
        self.steps: list[Step] = []
        self.disputes: list[Dispute] = []
        self.entries: dict[str, Entry] = {}
        """Every log entry by its ID, as it was first written."""
        self._warned: set[tuple[str, str, str]] = set()

    def step(
        self, version: Version, floor: Instant | None, changes: Mapping[str, Value | None], entries: tuple[Entry, ...]
    ) -> Instant:
        """One step more; gives the time that versions made from it cannot precede."""
        self._judge_time(version, floor)
        at = _effective(version, floor)
        self.steps.append(Step(version.commit, at, version.author, changes, entries))
        for entry in entries:
            self.entries[entry.id] = entry
        return at

    def judge_log(
        self, version: Version, before: Case | None, after: Case, foreign: Callable[[str], bool] = lambda _: False
    ) -> tuple[Entry, ...]:
        """The entries that the version wrote, edited or not; says which of its own past it edited or took away.

        `foreign` tells of an entry whether others had written it, unknown to the version.
        """
        old = before.log if before is not None else ()
        grown = after.log[: len(old)] == old
        written = after.log[len(old) :] if grown else after.log
        for entry in written:
            first = self.entries.get(entry.id)
            if first is not None and first != entry and not foreign(entry.id):
                self._judge_entry(version, entry.id, "edited", f"{entry.kind} {sorted(entry.fields.items())}")
        if not grown:
            kept = {entry.id for entry in after.log}
            for entry in old:
                if entry.id not in kept:
                    self._judge_entry(version, entry.id, "removed")
            if before is version.before:  # what a merge unites, and what came back, stands in no order of its own
                self._judge_order(version, old, after.log)
        return written

    def new(self, entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
        """Those of the entries that nobody has written before."""
        return tuple(entry for entry in entries if entry.id not in self.entries)

    def warn(self, code: str, commit: str, message: str, hint: str | None = None, about: str = "") -> None:
        """A remark about the history, which spoils nothing."""
        self.problems.append(Problem(self.path, 0, message, hint, True, code, commit, about=about))

    def _judge_entry(self, version: Version, entry: str, how: str, now: str = "") -> None:
        """Said once of each text that an entry was given: versions to come tend to repeat it."""
        if (entry, how, now) not in self._warned:
            self._warned.add((entry, how, now))
            message = f"commit {version.commit[:12]} {how} log entry '{entry}', which counts as it was first written"
            self.warn(
                f"entry-{how}", version.commit, message, "the log only grows: add an entry that corrects it", entry
            )

    def _judge_order(self, version: Version, old: tuple[Entry, ...], log: tuple[Entry, ...]) -> None:
        """Entries that were there stand first, as they stood; what is written stands after them."""
        were, are = {entry.id for entry in old}, [entry.id for entry in log]
        there = set(are)
        expected = [entry.id for entry in old if entry.id in there] + [name for name in are if name not in were]
        first = next((name for name, right in zip(are, expected, strict=True) if name != right), None)
        if first is not None:
            message = f"commit {version.commit[:12]} put log entry '{first}' before older ones"
            hint = "the log only grows, at its end: the order changes no figure"
            self.warn("log-order", version.commit, message, hint, first)

    def _judge_time(self, version: Version, floor: Instant | None) -> None:
        if version.committed is None:
            at = format_instant(_effective(version, floor))
            message = f"commit {version.commit[:12]} has no date that can be read; it counts at {at}"
            hint = "the time of the step before it"
            self.problems.append(Problem(self.path, 0, message, hint, code="no-date", commit=version.commit))
        elif floor is not None and version.committed < floor:
            says, at = format_instant(version.committed), format_instant(floor)
            message = f"commit {version.commit[:12]} is dated {says}, before the step it follows; it counts at {at}"
            self.warn("clock-back", version.commit, message)


def _tell_in_line(told: _Told, versions: Sequence[Version]) -> None:
    """Each version follows the last: what the file says is what the fold says."""
    floor: Instant | None = None
    known = Case({})
    for version in versions:
        after = version.after
        if after is None:
            continue
        # A file that comes back after a deletion is compared with what was known, so that nothing vanishes meanwhile.
        restored = version.before is None and bool(told.steps)
        before = known if version.merge or restored else version.before
        changes = fields_changed(before.fields if before else {}, after.fields)
        entries = told.new(told.judge_log(version, before, after))
        if changes or entries:
            floor = told.step(version, floor, changes, entries)
            # All that is known is in the file, unless it was compared with something else.
            known = after if before is version.before else known.changed(changes, entries)


class _Delta(NamedTuple):
    """What a version changed against its own past: for each field what it was and became, and what it wrote."""

    fields: Mapping[str, tuple[Value | None, Value | None]]
    entries: tuple[Entry, ...]


_NOTHING = _Delta({}, ())


class _Branching:
    """Versions whose history has branches. Ancestors are sets of positions, as the bits of a number."""

    def __init__(self, told: _Told, versions: Sequence[Version]) -> None:
        self._told = told
        self._versions = versions
        self._past = _pasts(versions)
        self._deltas: list[_Delta] = [_NOTHING] * len(versions)
        self._floors: list[Instant | None] = [None] * len(versions)
        self._order: list[int] = []
        """Positions of what was told, in order."""
        self._told_of = 0
        """The same as the bits of a number."""
        self._here: dict[str, Value | None] = {}
        self._alike: dict[int, int] = {}
        """Which versions did what another branch had done before, and the first that did it."""
        self._writers: dict[tuple[str, Leaf], list[tuple[int, Scalar | None]]] = {}
        """Who wrote each single value, and what: those of whom nobody has known since who wrote it."""
        self._holders: dict[str, int] = {}
        """Which step each void may name, by its commit or an entry."""
        self._voids: list[tuple[int, int]] = []
        """Which step took back which."""

    def tell(self) -> None:
        """Parents before children, then by effective time, then by the commit's hash."""
        heirs: list[list[int]] = [[] for _ in self._versions]
        missing = [len(version.follows) for version in self._versions]
        ready: list[tuple[Instant, str, int]] = []
        for place, version in enumerate(self._versions):
            for parent in version.follows:
                heirs[parent].append(place)
            if not version.follows:
                heappush(ready, self._reached(place))
        while ready:
            _, _, place = heappop(ready)
            self._tell(place)
            for heir in heirs[place]:
                missing[heir] -= 1
                if not missing[heir]:
                    heappush(ready, self._reached(heir))

    def _reached(self, place: int) -> tuple[Instant, str, int]:
        """When a version whose past has been told counts. One that changes nothing holds nobody up."""
        version = self._versions[place]
        floors = [floor for parent in version.follows if (floor := self._floors[parent]) is not None]
        self._floors[place] = floor = max(floors, default=None)
        self._deltas[place] = delta = self._delta(place)
        quiet = delta is _NOTHING and floor is not None
        return (floor if quiet and floor is not None else _effective(version, floor)), version.commit, place

    def _delta(self, place: int) -> _Delta:
        version = self._versions[place]
        if version.after is None:
            return _NOTHING
        whole = version.merge or version.before is None
        before = self._fold_of(self._past[place]) if whole else version.before
        old, new = before.fields if before else {}, version.after.fields
        fields = {name: (old.get(name), value) for name, value in fields_changed(old, new).items()}
        written = self._told.judge_log(version, before, version.after, partial(self._is_foreign, place))
        if before:
            known = {entry.id for entry in before.log} & self._told.entries.keys()
            written = tuple(entry for entry in written if entry.id not in known)
        return _Delta(fields, written) if fields or written else _NOTHING

    def _is_foreign(self, place: int, entry: str) -> bool:
        """Whether a step wrote the entry that is not in the version's past: two machines did what was due."""
        holder = self._holders.get(entry)
        return holder is not None and not self._past[place] >> holder & 1

    def _fold_of(self, past: int) -> Case:
        """What the steps of a version's ancestors make together."""
        if not self._told_of & ~past:
            return Case({}).changed(self._here, tuple(self._told.entries.values()))
        fields: dict[str, Value | None] = {}
        log: dict[str, Entry] = {}
        done: set[int] = set()
        for place in self._order:
            first = self._alike.get(place, place)
            if past >> place & 1 and first not in done:
                done.add(first)
                delta = self._deltas[place]
                for name, (before, after) in delta.fields.items():
                    fields[name] = redone(before, after, fields.get(name))
                for entry in delta.entries:
                    log.setdefault(entry.id, entry)
        return Case({}).changed(fields, tuple(log.values()))

    def _tell(self, place: int) -> None:
        delta, version = self._deltas[place], self._versions[place]
        if delta is _NOTHING:
            return
        self._order.append(place)
        self._told_of |= 1 << place
        if not self._past[place] and self._told.steps:
            first = self._told.steps[0].commit
            self._told.warn(
                OPENED_TWICE,
                version.commit,
                f"opened twice: by commit {first[:12]} and, without knowing of it, by commit {version.commit[:12]}",
                f"the first keeps the ID; what the other differs in is disputed: git show {version.commit[:12]}",
            )
        changes: dict[str, Value | None] = {}
        entries = self._told.new(delta.entries)
        if self._repeats(place, delta):
            self._alike[place] = self._holders[delta.entries[0].id]
        else:
            for name, (before, after) in delta.fields.items():
                self._judge_writers(place, name, before, after)
                changes[name] = redone(before, after, self._here.get(name))
        self._here.update(changes)
        if changes or entries:
            self._told.step(version, self._floors[place], changes, entries)
            self._judge_voids(place, entries)
        # Whether others wrote the same before has no say here: what follows must keep its time.
        self._floors[place] = _effective(version, self._floors[place])

    def _repeats(self, place: int, delta: _Delta) -> bool:
        """Whether it is what another branch did before, entries and all: two machines did by themselves what was due,
        and it was done once."""
        if not delta.entries or not self._is_foreign(place, delta.entries[0].id):
            return False
        before = self._deltas[self._holders[delta.entries[0].id]]
        names = [[entry.id for entry in each.entries] for each in (before, delta)]
        return names[0] == names[1] and before.fields == delta.fields

    def _judge_writers(self, place: int, name: str, before: Value | None, after: Value | None) -> None:
        """Who wrote the same values, unknown to this version, contradicts it; unless both found or made them alike."""
        for leaf, was, now in touched(before, after):
            writers = self._writers.get((name, leaf), [])
            unknown = [(other, value) for other, value in writers if not self._past[place] >> other & 1]
            for other, value in unknown:
                if value not in (was, now):
                    self._dispute(name, place, other)
            self._writers[name, leaf] = [*unknown, (place, now)]

    def _judge_voids(self, place: int, entries: tuple[Entry, ...]) -> None:
        """Two who took back different steps that had changed the same field, unknown to each other: each put the field
        back to what it is while the other's step stands."""
        for entry in entries:
            lost = self._holders.get(str(entry.fields.get("void"))) if entry.kind == "void" else None
            if lost is None:
                continue
            for other, also in self._voids:
                if also != lost and other != place and not self._past[place] >> other & 1:
                    for field in sorted(self._deltas[lost].fields.keys() & self._deltas[also].fields.keys()):
                        self._dispute(field, place, other)
            self._voids.append((place, lost))
        for name in (self._versions[place].commit, *(entry.id for entry in entries)):
            self._holders.setdefault(name, place)

    def _dispute(self, field: str, place: int, against: int) -> None:
        dispute = Dispute(field, self._versions[place].commit, self._versions[against].commit)
        if dispute not in self._told.disputes:
            self._told.disputes.append(dispute)


def _pasts(versions: Sequence[Version]) -> list[int]:
    """The ancestors of each version."""
    pasts: list[int] = []
    for version in versions:
        past = 0
        for parent in version.follows:
            past |= pasts[parent] | 1 << parent
        pasts.append(past)
    return pasts


def _effective(version: Version, floor: Instant | None) -> Instant:
    """The later of the commit's own time and that of the steps that it follows."""
    committed = version.committed
    if committed is None or floor is None:
        return committed or floor or 0
    return max(committed, floor)
