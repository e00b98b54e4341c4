"""Counting one run under one rule: which stretches count, how much by when, and when a sum is reached.

A run's history is cut into pieces in which time counts in one way: `open` (open seconds of the calendar count), `all`
(every second counts: run-on) and `none` (paused, solved or excused).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from casectl.model.instants import Instant
from casectl.model.target import Rule
from casectl.sla.course import Course
from casectl.sla.opentime import FOREVER, Interval, OpenTime, merged, open_time, subtracted
from casectl.sla.runs import Run

Mode = Literal["open", "all", "none"]
Piece = tuple[Instant, Instant, Mode]


class Marks(NamedTuple):
    """What a run's history says of its instants, whichever rule counts them. All in order, none overlapping."""

    paused: tuple[Interval, ...] = ()
    """Pauses by a rule, and solved spells."""
    run_on: tuple[Interval, ...] = ()
    """Closed hours that count; never paused ones."""
    runs_on_next: bool = False
    """Whether counting would go straight on past the end, were nothing else to happen."""
    solved: tuple[Interval, ...] = ()
    """Those of the paused stretches in which the case was solved, before it was reopened."""
    excused: tuple[Interval, ...] = ()
    """Exempt time that is not paused; known windows ahead may lie after the end."""


def marks_of(
    course: Course, durations: Sequence[bool], run: Run, end: Instant, excused: Sequence[Interval] = ()
) -> Marks:
    """The paused, run-on and excused stretches of a run up to `end`, by the rule then in force at each of its instants.

    `durations` tells for each spell whether its limit is one: only those run on. `excused` are in order, disjoint.
    """
    spells = course.life.spells
    last = _last_index(course, run)
    paused = list(run.solved)
    active: list[tuple[Instant, Instant, Rule]] = []
    for index in range(last + 1):
        begins, ends = _extent(course, index, last, end)
        rule = course.rules[index]
        spell = spells[index]
        if begins < ends and course.general[index].pauses(spell.phase, spell.waiting_for):
            paused.append((begins, ends))
        elif rule is not None and rule.run_on and durations[index] and not spell.done:
            active.append((begins, ends, rule))
    run_on, goes_on = _run_on(course, active, run, end) if active else ((), False)
    together = tuple(merged(paused))
    return Marks(together, run_on, goes_on, tuple(run.solved), tuple(subtracted(excused, list(together))))


def _last_index(course: Course, run: Run) -> int:
    """The last spell whose time belongs to the run: the one before its stopping step, or the last of all."""
    return len(course.life.spells) - 1 if run.end_index is None else max(run.end_index - 1, 0)


def _extent(course: Course, index: int, last: int, end: Instant) -> Interval:
    spells = course.life.spells
    begins = spells[index].at if index else -FOREVER
    return begins, end if index == last else min(spells[index + 1].at, end)


def _run_on(
    course: Course, active: list[tuple[Instant, Instant, Rule]], run: Run, end: Instant
) -> tuple[tuple[Interval, ...], bool]:
    """Closed hours that count because the clock was running under a `run_on` rule just before closing.

    When another such rule takes over, counting goes on. Also whether it would still be counting after `end`.
    """
    found: list[Interval] = []
    counted_until: Instant | None = None
    for stretch_begins, ends, rule in active:
        start = run.start_under(course, rule)
        begins = max(stretch_begins, start if start is not None else end)
        if begins >= ends:
            continue
        hours = open_time(rule.hours, begins, ends)
        closings = [closing for _, closing in hours.intervals(begins, ends) if closing < ends]
        if counted_until == begins and not hours.is_open(begins):
            closings.insert(0, begins)
        found += [(closing, min(hours.next_opening(closing), ends)) for closing in closings]
        counted_last = hours.is_open(ends - 1) or (bool(closings) and found[-1][1] == ends)
        counted_until = ends if counted_last or hours.is_open(ends) else None
    return tuple(merged(found)), counted_until == end


class Count:
    """A run counted under one rule from `start` on. Nothing counts before it."""

    def __init__(self, hours: OpenTime, start: Instant, end: Instant, marks: Marks) -> None:
        self.hours = hours
        self.start = start
        self.end = end
        self.marks = marks
        self.pieces = list(_pieces(start, end, marks))

    def elapsed(self) -> int:
        """Seconds counted in [start, end)."""
        return sum(self._worth(piece) for piece in self.pieces)

    def paused(self) -> int:
        """Open seconds in [start, end) that did not count because of a pause."""
        return self._open(self.marks.paused)

    def excused(self) -> int:
        """Open seconds in [start, end) that did not count because they were exempt."""
        return self._open(self.marks.excused)

    def _open(self, intervals: tuple[Interval, ...]) -> int:
        inside = ((max(begins, self.start), min(ends, self.end)) for begins, ends in intervals)
        return sum(self.hours.between(begins, ends) for begins, ends in inside)

    def _worth(self, piece: Piece) -> int:
        begins, ends, mode = piece
        if mode == "open":
            return self.hours.between(begins, ends)
        return ends - begins if mode == "all" else 0

    def exceeds(self, limit: int) -> Instant | None:
        """The infimum of the instants up to the end at which more than `limit` has elapsed; None if there are none."""
        counted = 0
        if limit < 0:
            return self.start if self.start <= self.end else None
        for piece in self.pieces:
            worth = self._worth(piece)
            if counted + worth > limit:
                begins, _, mode = piece
                left = limit - counted
                return begins + left if mode == "all" else self.hours.last_within(begins, left)
            counted += worth
        return None

    def reaches(self, limit: int, run_on: bool = False) -> Instant | None:
        """The earliest instant at which `limit` has elapsed, if after the end nothing else happens and nothing pauses.

        Under a `run_on` rule time then counts without a break, from the end or from the next opening after it. Known
        windows ahead do not count; None when an exemption that nobody has ended keeps the limit out of reach.
        Raises `CasectlError` when the calendar never gets there.
        """
        counted = 0
        if limit <= 0:
            return self.start
        for piece in self.pieces:
            worth = self._worth(piece)
            if counted + worth >= limit:
                begins, _, mode = piece
                left = limit - counted
                return begins + left if mode == "all" else self.hours.add(begins, left)
            counted += worth
        return self._onward(max(self.end, self.start), limit - counted, run_on)

    def _onward(self, begins: Instant, left: int, run_on: bool) -> Instant | None:
        """The instant at which `left` more seconds have elapsed after the end."""
        if run_on and not (self.marks.runs_on_next and self.start < self.end):
            begins = self.hours.next_opening(begins)
        for opens, closes in self.marks.excused:
            if closes <= begins:
                continue
            worth = 0 if opens <= begins else opens - begins if run_on else self.hours.between(begins, opens)
            if worth >= left:
                break
            if closes >= FOREVER:
                return None
            begins, left = closes, left - worth
        return begins + left if run_on else self.hours.add(begins, left)


def _pieces(start: Instant, end: Instant, marks: Marks) -> list[Piece]:
    special: list[Piece] = [(a, b, "none") for a, b in (*marks.paused, *marks.excused)]
    special += [(a, b, "all") for a, b in subtracted(marks.run_on, list(marks.excused))]
    pieces: list[Piece] = []
    at = start
    for begins, ends, mode in sorted(special) if special else ():
        begins, ends = max(begins, at), min(ends, end)
        if begins >= ends:
            continue
        if at < begins:
            pieces.append((at, begins, "open"))
        pieces.append((begins, ends, mode))
        at = ends
    if at < end:
        pieces.append((at, end, "open"))
    return pieces
