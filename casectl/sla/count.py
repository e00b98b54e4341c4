"""Counting one run under one rule: which stretches count, how much by when, and when a sum is reached.

A run's history is cut into pieces in which time counts in one way: `open` (open seconds of the calendar count), `all`
(every second counts: run-on) and `none` (paused or solved).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from casectl.model.instants import Instant
from casectl.model.policy import Policy, Rule, Target
from casectl.sla.life import Life
from casectl.sla.opentime import FOREVER, Interval, OpenTime, merged, open_time
from casectl.sla.runs import Run

Mode = Literal["open", "all", "none"]
Piece = tuple[Instant, Instant, Mode]


class Marks(NamedTuple):
    """What a run's history says of its instants, whichever rule counts them."""

    paused: tuple[Interval, ...]
    """Pauses by a rule, and solved spells."""
    run_on: tuple[Interval, ...]
    """Closed hours that count; never paused ones."""
    runs_on_next: bool
    """Whether counting would go straight on past the end, were nothing else to happen."""
    solved: tuple[Interval, ...] = ()
    """Those of the paused stretches in which the case was solved, before it was reopened."""


def hours_of_rule(policy: Policy, rule: Rule, first: Instant, last: Instant) -> OpenTime:
    """The open time that counts seconds under `rule`."""
    return open_time(policy.calendars[rule.calendar], first, last)


def marks_of(
    life: Life, target: Target, rules: Sequence[Rule | None], durations: Sequence[bool], run: Run, end: Instant
) -> Marks:
    """The paused and run-on stretches of a run up to `end`, from the rule then in force at each of its instants.

    `durations` tells for each spell whether its limit is one: only those run on.
    """
    last = _last_index(life, run)
    paused = list(run.solved)
    active: list[tuple[Instant, Instant, Rule]] = []
    for index in range(last + 1):
        begins, ends = _extent(life, index, last, end)
        rule = rules[index]
        spell = life.spells[index]
        if begins < ends and (rule or target.otherwise).pauses(spell.phase, spell.waiting_for):
            paused.append((begins, ends))
        elif rule is not None and rule.run_on and durations[index] and not spell.done:
            active.append((begins, ends, rule))
    run_on, goes_on = _run_on(life, active, run, end) if active else ((), False)
    return Marks(tuple(merged(paused)), run_on, goes_on, tuple(run.solved))


def _last_index(life: Life, run: Run) -> int:
    """The last spell whose time belongs to the run: the one before its stopping step, or the last of all."""
    return len(life.spells) - 1 if run.end_index is None else max(run.end_index - 1, 0)


def _extent(life: Life, index: int, last: int, end: Instant) -> Interval:
    begins = life.spells[index].at if index else -FOREVER
    return begins, end if index == last else min(life.spells[index + 1].at, end)


def _run_on(
    life: Life, active: list[tuple[Instant, Instant, Rule]], run: Run, end: Instant
) -> tuple[tuple[Interval, ...], bool]:
    """Closed hours that count because the clock was running under a `run_on` rule just before closing.

    Also whether it would still be counting after `end`.
    """
    found: list[Interval] = []
    goes_on = False
    for begins, ends, rule in _joined(active):
        start = run.start_under(life, rule)
        begins = max(begins, start if start is not None else end)
        hours = hours_of_rule(life.policy, rule, begins, ends)
        for _, closing in hours.intervals(begins, ends):
            if closing < ends:
                found.append((closing, min(hours.next_opening(closing), ends)))
        if ends == end and begins < end:
            counted_last = hours.is_open(end - 1) or bool(found and found[-1][1] == end)
            goes_on = hours.is_open(end) or counted_last
    return tuple(found), goes_on


def _joined(active: list[tuple[Instant, Instant, Rule]]) -> list[tuple[Instant, Instant, Rule]]:
    """Neighbouring stretches under `run_on` rules of one calendar, made one: the rule was never lost between them."""
    joined: list[tuple[Instant, Instant, Rule]] = []
    for begins, ends, rule in active:
        if joined and joined[-1][1] == begins and joined[-1][2].calendar == rule.calendar:
            joined[-1] = (joined[-1][0], ends, rule)
        else:
            joined.append((begins, ends, rule))
    return joined


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

    def paused(self, until: Instant | None = None) -> int:
        """Open seconds in [start, end), or up to `until`, that did not count because of a pause."""
        last = self.end if until is None else until
        inside = (self._clip(interval, last) for interval in self.marks.paused)
        return sum(self.hours.between(begins, ends) for begins, ends in inside)

    def _clip(self, interval: Interval, last: Instant) -> Interval:
        return max(interval[0], self.start), min(interval[1], last)

    def _worth(self, piece: Piece) -> int:
        begins, ends, mode = piece
        if mode == "open":
            return self.hours.between(begins, ends)
        return ends - begins if mode == "all" else 0

    def exceeds(self, limit: int) -> Instant | None:
        """The infimum of the instants up to the end at which more than `limit` has elapsed; None if there are none."""
        counted = 0
        for piece in self.pieces:
            worth = self._worth(piece)
            if counted + worth > limit:
                begins, _, mode = piece
                left = limit - counted
                return begins + left if mode == "all" else self.hours.last_within(begins, left)
            counted += worth
        return None

    def reaches(self, limit: int, run_on: bool = False) -> Instant:
        """The earliest instant at which `limit` has elapsed, if after the end nothing else happens and nothing pauses.

        Under a `run_on` rule time then counts without a break, from the end or from the next opening after it.
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
        onward = max(self.end, self.start)
        if not run_on:
            return self.hours.add(onward, limit - counted)
        goes_on = self.marks.runs_on_next and self.start < self.end
        return (onward if goes_on else self.hours.next_opening(onward)) + limit - counted


def _pieces(start: Instant, end: Instant, marks: Marks) -> list[Piece]:
    special: list[Piece] = [(a, b, "none") for a, b in marks.paused] + [(a, b, "all") for a, b in marks.run_on]
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
