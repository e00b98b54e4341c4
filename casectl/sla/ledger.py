"""The ledger behind a figure: every stretch of time from start to stop, what it counted for, and by which step."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from casectl.model.calendar import DAY_SECONDS, Calendar
from casectl.model.figures import LedgerKind, LedgerLine, TargetRow
from casectl.model.instants import Instant
from casectl.model.terms import Terms
from casectl.model.timeline import Step, Timeline
from casectl.sla.clock import judgements
from casectl.sla.count import Count
from casectl.sla.excuse import Excuse
from casectl.sla.opentime import Interval, OpenTime, local_instant, subtracted
from casectl.sla.soundness import sound_steps
from casectl.sla.verdict import Judgement


class Explained(NamedTuple):
    """A row and the ledger whose counted seconds add up to its `elapsed_seconds`."""

    row: TargetRow
    lines: tuple[LedgerLine, ...]


def explain(timeline: Timeline, terms: Sequence[Terms], as_of: Instant) -> tuple[Explained, ...]:
    """Every row of a case with its ledger, in the order of `evaluate`. Empty when the case was opened later."""
    steps, _ = sound_steps(timeline, timeline.until(as_of), terms)
    found = judgements(steps, terms, as_of, timeline.case_id)
    return tuple(Explained(one.row, _lines(one, steps)) for one in found)


def ledger(
    timeline: Timeline, terms: Sequence[Terms], as_of: Instant, target: str, occurrence: int = 1
) -> tuple[LedgerLine, ...]:
    """The ledger of one row; empty when there is no such row, or nothing has started."""
    rows = explain(timeline, terms, as_of)
    return next((one.lines for one in rows if (one.row.target, one.row.occurrence) == (target, occurrence)), ())


def _lines(judgement: Judgement, steps: tuple[Step, ...]) -> tuple[LedgerLine, ...]:
    count = judgement.count
    if count is None:
        return ()
    lines = [line for piece in count.pieces for line in _of_piece(count, *piece)]
    lines = [_excused(line, judgement.excuses) if line.kind == "exempt" else line for line in lines]
    cut = [part for line in lines for part in _cut(line, steps)]
    return tuple(_with_edges(cut, steps))


def _of_piece(count: Count, begins: Instant, ends: Instant, mode: str) -> Iterator[LedgerLine]:
    at = begins
    for opens, closes in count.hours.intervals(begins, ends):
        yield from _shut(count, at, opens, mode)
        yield _line(count, opens, closes, "paused" if mode == "none" else "counted")
        at = closes
    yield from _shut(count, at, ends, mode)


def _shut(count: Count, begins: Instant, ends: Instant, mode: str) -> Iterator[LedgerLine]:
    """The lines of a stretch outside hours: run-on, or closed with its holidays told apart."""
    if begins >= ends:
        return
    if mode == "all":
        yield _line(count, begins, ends, "run-on")
        return
    holidays = _holidays(count.hours, begins, ends)
    shut = [(piece, "closed") for piece in subtracted([(begins, ends)], holidays)]
    days = [((max(first, begins), min(last, ends)), "holiday") for first, last in holidays]
    for (first, last), kind in sorted(shut + days):
        yield _line(count, first, last, kind)  # type: ignore[arg-type]


def _line(count: Count, begins: Instant, ends: Instant, kind: LedgerKind) -> LedgerLine:
    if kind == "paused" and _inside(begins, ends, count.marks.solved):
        kind = "solved"
    elif kind == "paused" and _inside(begins, ends, count.marks.excused):
        kind = "exempt"
    return LedgerLine(begins, ends, kind, ends - begins if kind in ("counted", "run-on") else 0)


def _inside(begins: Instant, ends: Instant, intervals: Sequence[Interval]) -> bool:
    return any(first <= begins and ends <= last for first, last in intervals)


def _excused(line: LedgerLine, excuses: Sequence[Excuse]) -> LedgerLine:
    """The line with what exempts it, and the step that put that on the record."""
    why = [each for each in excuses if each.begins < line.ends and line.begins < each.ends]
    edge = why[0].commit if why else None
    return line._replace(edge=edge, reason=", ".join(dict.fromkeys(each.reason for each in why)))


def _holidays(hours: OpenTime, begins: Instant, ends: Instant) -> list[Interval]:
    """The holidays' local days that touch a closed stretch, as instants, in order."""
    dates = _closing_dates(hours.calendar)
    first = datetime.fromtimestamp(begins, hours.zone).date()
    last = datetime.fromtimestamp(ends, hours.zone).date()
    if not dates or (last - first).days > DAY_SECONDS:
        return []
    days = (first + timedelta(days=offset) for offset in range((last - first).days + 1))
    pieces = [
        (local_instant(day, 0, hours.zone), local_instant(day, DAY_SECONDS, hours.zone)) for day in days if day in dates
    ]
    return [piece for piece in pieces if piece[0] < ends and begins < piece[1]]


def _closing_dates(calendar: Calendar) -> frozenset[object]:
    """The dates that a holiday closes altogether; in a union those that all its members keep."""
    if not calendar.members:
        return frozenset(calendar.holidays)
    first, *others = (_closing_dates(member) for member in calendar.members)
    return first.intersection(*others)


def _cut(line: LedgerLine, steps: tuple[Step, ...]) -> Iterator[LedgerLine]:
    """Counted lines cut where a step happened, so that each line begins at an edge that can be shown."""
    inside = sorted({step.at for step in steps if line.begins < step.at < line.ends})
    for begins, ends in zip([line.begins, *inside], [*inside, line.ends], strict=True):
        counted = ends - begins if line.kind in ("counted", "run-on") else 0
        yield line._replace(begins=begins, ends=ends, counted_seconds=counted)


def _with_edges(lines: list[LedgerLine], steps: tuple[Step, ...]) -> Iterator[LedgerLine]:
    """Each line with the step that happened at its beginning, and what that step changed."""
    by_time: dict[Instant, Step] = {step.at: step for step in steps}
    for line in lines:
        step = by_time.get(line.begins)
        if step is None:
            yield line
        elif line.kind == "exempt":
            yield line._replace(edge=step.commit, reason="; ".join(filter(None, (line.reason, _told(step)))))
        else:
            yield line._replace(edge=step.commit, reason=_told(step))


def _told(step: Step) -> str:
    changes = [f"{name}: {'-' if value is None else value}" for name, value in step.changes.items() if name in _TOLD]
    changes += [name for name in _NAMED if name in step.changes]
    return ", ".join([*(entry.kind for entry in step.entries), *changes])


_NAMED = ("agreed", "commitments", "exemptions")
"""Fields of several values: that they changed is told, not what to."""

_TOLD = ("update_every status waiting_for priority type channel level assignee policy customer service").split()
