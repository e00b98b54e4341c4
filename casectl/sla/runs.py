"""When a target starts, stops, is undone by a reopening, and starts again: its runs, one per occurrence."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from casectl.model.instants import Instant
from casectl.model.target import ANCHORS, Rule
from casectl.sla.course import PROMISED, Course
from casectl.sla.life import Happening
from casectl.sla.opentime import Interval

EVENTS = ("escalated", PROMISED)
"""Anchors that start one occurrence each time they happen."""

ONCE = frozenset({"triaged", "responded", "prioritised", "assigned", "picked-up", "path-confirmed"})
"""Anchors that mean the first in the case's whole life: such a stop may lie before the start."""


@dataclass(slots=True, eq=False)
class Run:
    """One occurrence while it is followed through the spells. Indexes are those of `Life.spells`."""

    begin: int
    start: Instant | None
    """Fixed by an event; None: the rule's own start anchor says (`start_under`)."""
    source: int
    """The spell whose step brought its start about; before `begin` when the case was solved then."""
    stops_from: int
    """The first spell whose step may stop it."""
    end: Instant | None = None
    end_index: int | None = None
    ended_by: Literal["stop", "resolved"] | None = None
    stop_while_solved: int | None = None
    """Its own stop, when that came after the case was solved; it counts once a reopening undoes the solution."""
    solved: list[Interval] = field(default_factory=list)
    """Solved spells that count as pauses, after reopenings."""
    counted: list[Interval] = field(default_factory=list)
    """Solved spells that count as time, after reopenings; no breach lies inside one, for nobody was late then."""

    def start_under(self, course: Course, rule: Rule) -> Instant | None:
        """When this run starts under that rule; None when none of the rule's anchors has happened."""
        if self.start is not None:
            return self.start
        first = first_start(course, rule)
        return first.at if first else None

    def stop(self, index: int, at: Instant, by: Literal["stop", "resolved"]) -> None:
        """End it in a spell's step."""
        self.end, self.end_index, self.ended_by = at, index, by

    def reopen(self, course: Course, at: Instant, pauses: bool) -> None:
        """Undo its end by resolution; `pauses`: the solved spell does not count."""
        solved_at, late = self.end, self.stop_while_solved
        assert solved_at is not None
        until = at if late is None else course.life.spells[late].at
        (self.solved if pauses else self.counted).append((solved_at, until))
        self.end = self.end_index = self.ended_by = self.stop_while_solved = None
        if late is not None:
            self.stop(late, until, "stop")


def first_start(course: Course, rule: Rule) -> Happening | None:
    """The first happening of the first of the rule's start anchors that has any."""
    return next((found[0] for anchor in rule.start if (found := course.happenings(anchor))), None)


def of_own_life(rule: Rule) -> bool:
    """Whether the target waits for something that every case comes to, so that `pending` says something."""
    return all(anchor in ANCHORS and anchor not in EVENTS for anchor in rule.start)


def runs_of(course: Course) -> list[Run]:
    """Every occurrence of a target in a life, in order of start; see design.md, The clock, 1 and 9."""
    runs: list[Run] = []
    solved_since: int | None = None
    for index, spell in enumerate(course.life.spells):
        rule = course.general[index]
        since = index
        if solved_since is not None and not spell.done:
            _reopen(runs, course, rule, index)
            # What happened while the case was solved starts nothing then, but is owed once it is open again.
            since, solved_since = solved_since, None
        if not spell.done or index == 0:
            _start(runs, course, rule, index, since)
        _stop(runs, course, rule, index)
        if spell.done and solved_since is None:
            solved_since = index
            _end_all(runs, index, spell.at)
        elif not spell.done:
            _repeat(runs, rule, index, spell.at)
    return runs


def _start(runs: list[Run], course: Course, rule: Rule, index: int, since: int) -> None:
    """Start what happened in this step, or at a reopening what has happened `since` the case was solved."""
    events = tuple(anchor for anchor in rule.start if anchor in EVENTS)
    if events:
        runs.extend(_event_run(course, one, index) for one in _fresh(course, events, since, index))
    elif rule.repeat and not of_own_life(rule):
        _start_next_reply(runs, course, rule, index, since)
    elif not runs and (first := first_start(course, rule)) and first.index <= index:
        owed = since <= first.index < index
        run = Run(index, course.life.spells[index].at if owed else None, first.index, index)
        runs.append(run)
        if not rule.repeat:
            _stop_before_start(run, course, rule, index)


def _event_run(course: Course, event: Happening, index: int) -> Run:
    at = event.at if event.index == index else course.life.spells[index].at
    return Run(index, at, event.index, index)


def _fresh(course: Course, anchors: tuple[str, ...], since: int, index: int) -> list[Happening]:
    return [one for anchor in anchors for one in course.happenings(anchor) if since <= one.index <= index]


def _stop_before_start(run: Run, course: Course, rule: Rule, index: int) -> None:
    """A first response, triage or rating that came before this target could start has stopped it already."""
    past = [found[0].at for anchor in rule.stop if anchor in ONCE and (found := course.happenings(anchor))
            and found[0].index < index]  # fmt: skip
    if past:
        run.stop(index, min(past), "stop")


def _start_next_reply(runs: list[Run], course: Course, rule: Rule, index: int, since: int) -> None:
    """A repeating target that starts at a log entry: at the oldest such entry since its last stop."""
    if runs and runs[-1].ended_by is None:
        return
    after = runs[-1].end_index if runs and runs[-1].end_index is not None else -1
    fresh = [one for one in _fresh(course, rule.start, since, index) if one.index > after]
    if fresh:
        runs.append(_event_run(course, min(fresh, key=lambda one: one.index), index))


def _stop(runs: list[Run], course: Course, rule: Rule, index: int) -> None:
    """Stop what is running when one of the rule's stop anchors happens in this step; `resolved` is not among them."""
    anchors = tuple(anchor for anchor in rule.stop if anchor != "resolved")
    hits = _fresh(course, anchors, index, index) if runs and anchors else []
    for run in runs if hits else ():
        if run.ended_by is None and run.stops_from <= index:
            run.stop(index, min(one.at for one in hits), "stop")
        elif run.ended_by == "resolved" and run.stop_while_solved is None and course.life.spells[index].done:
            run.stop_while_solved = index


def _end_all(runs: list[Run], index: int, at: Instant) -> None:
    for run in runs:
        if run.ended_by is None:
            run.stop(index, at, "resolved")


def _repeat(runs: list[Run], rule: Rule, index: int, at: Instant) -> None:
    """Follow a stopped occurrence by the next one: at its stop, or at the reopening if the case was solved by then."""
    if not rule.repeat or not runs or runs[-1].ended_by != "stop" or not of_own_life(rule):
        return
    last = runs[-1]
    runs.append(Run(index, last.end if last.end_index == index else at, index, index + 1))


def _reopen(runs: list[Run], course: Course, rule: Rule, index: int) -> None:
    """Undo what the last entry into a solved phase ended; a target's own other stops stay."""
    at = course.life.spells[index].at
    ended = [run for run in runs if run.ended_by == "resolved"]
    latest = max((run.end_index or 0 for run in ended), default=0)
    for run in ended:
        if run.end_index != latest:
            continue
        if rule.on_reopen == "restart":
            run.ended_by = "stop"
            runs.append(Run(index, at, index, index))
        else:
            run.reopen(course, at, pauses=rule.on_reopen == "resume")
