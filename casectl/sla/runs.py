"""When a target starts, stops, is undone by a reopening, and starts again: its runs, one per occurrence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from casectl.model.instants import Instant
from casectl.model.policy import ANCHORS, Rule, Target
from casectl.sla.life import Happening, Life
from casectl.sla.opentime import Interval

REPEATABLE = "escalated"
"""The anchor that starts one occurrence each time it happens."""


@dataclass(slots=True)
class Run:
    """One occurrence while it is being followed through the spells. Indexes are those of `Life.spells`."""

    begin: int
    start: Instant | None
    """Fixed by an event; None: the rule's own start anchor says (`start_under`)."""
    stops_from: int
    """The first spell whose step may stop it."""
    end: Instant | None = None
    end_index: int | None = None
    ended_by: Literal["stop", "resolved"] | None = None
    solved: list[Interval] = field(default_factory=list)
    """Solved spells that count as pauses, after reopenings."""

    def start_under(self, life: Life, rule: Rule) -> Instant | None:
        """When this run starts under that rule; None when none of the rule's anchors has happened."""
        if self.start is not None:
            return self.start
        first = first_start(life, rule)
        return first.at if first else None


def first_start(life: Life, rule: Rule) -> Happening | None:
    """The first happening of the first of the rule's start anchors that has any."""
    return next((found[0] for anchor in rule.start if (found := life.happenings(anchor))), None)


def of_own_life(rule: Rule) -> bool:
    """Whether the target waits for something that every case comes to, so that `pending` says something."""
    return all(anchor in ANCHORS and anchor != REPEATABLE for anchor in rule.start)


def runs_of(life: Life, target: Target, rules: Sequence[Rule | None]) -> list[Run]:
    """Every occurrence of a target in a life, in order of start; see design.md, The clock, 1 and 9."""
    runs: list[Run] = []
    done_before = False
    for index, spell in enumerate(life.spells):
        rule = rules[index] or target.otherwise
        if done_before and not spell.done:
            _reopen(runs, rule, index, spell.at)
        if not (done_before and spell.done):
            _start(runs, life, rule, index, reopened=done_before)
        _stop(runs, life, rule, index)
        if not spell.done:
            _repeat(runs, rule, index, spell.at)
        if spell.done and not done_before:
            _end_all(runs, index, spell.at)
        done_before = spell.done
    return runs


def _start(runs: list[Run], life: Life, rule: Rule, index: int, reopened: bool) -> None:
    at = life.spells[index].at
    if REPEATABLE in rule.start:
        happened = [one for one in life.happenings(REPEATABLE) if one.index == index]
        runs.extend(Run(index, at, index) for _ in happened)
    elif rule.repeat and not of_own_life(rule):
        _start_next_reply(runs, life, rule, index)
    elif not runs:
        first = first_start(life, rule)
        if first is not None and first.index <= index:
            # What became due to start while the case was solved starts when it is opened again.
            late = reopened and 0 < first.index < index and life.spells[first.index - 1].done
            runs.append(Run(index, at if late else None, index))


def _repeat(runs: list[Run], rule: Rule, index: int, at: Instant) -> None:
    """Follow a stopped occurrence by the next one: at its stop, or at the reopening if the case was solved by then."""
    if not rule.repeat or not runs or runs[-1].ended_by != "stop" or not of_own_life(rule):
        return
    last = runs[-1]
    runs.append(Run(index, last.end if last.end_index == index else at, index + 1))


def _start_next_reply(runs: list[Run], life: Life, rule: Rule, index: int) -> None:
    """A repeating target that starts at a log entry: at the oldest such entry since its last stop."""
    if runs and runs[-1].ended_by is None:
        return
    since = runs[-1].end_index if runs else -1
    fresh = (one for anchor in rule.start for one in life.happenings(anchor) if one.index == index)
    if since is not None and index > since and (one := next(fresh, None)):
        runs.append(Run(index, one.at, index))


def _stop(runs: list[Run], life: Life, rule: Rule, index: int) -> None:
    """Stop what is running when one of the rule's stop anchors happens in this step; `resolved` is not among them."""
    running = [run for run in runs if run.ended_by is None and run.stops_from <= index]
    if not running:
        return
    anchors = [anchor for anchor in rule.stop if anchor != "resolved"]
    hits = [one.at for anchor in anchors for one in life.happenings(anchor) if one.index == index]
    for run in running if hits else ():
        run.end, run.end_index, run.ended_by = min(hits), index, "stop"


def _end_all(runs: list[Run], index: int, at: Instant) -> None:
    for run in runs:
        if run.ended_by is None:
            run.end, run.end_index, run.ended_by = at, index, "resolved"


def _reopen(runs: list[Run], rule: Rule, index: int, at: Instant) -> None:
    """Undo what the last entry into a solved phase ended; a target's own other stops stay."""
    ended = [run for run in runs if run.ended_by == "resolved"]
    latest = max((run.end_index or 0 for run in ended), default=0)
    for run in ended:
        if run.end_index != latest:
            continue
        if rule.on_reopen == "restart":
            runs.append(Run(index, at, index))
            continue
        if rule.on_reopen == "resume" and run.end is not None:
            run.solved.append((run.end, at))
        run.end = run.end_index = run.ended_by = None
