"""What a step's reply says about time: when the next thing is due, in one line for people at the desk."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from casectl.model.instants import Instant, zone_named
from casectl.reports.standing import duty_lines, overturned_rows, overturned_words, owed_lines, row_name
from casectl.reports.words import distance, duration, moment_words

if TYPE_CHECKING:
    from casectl.model.figures import CaseFigures, TargetRow


def clock_time(instant: Instant, zone: str, now: Instant) -> str:
    """An instant on the wall clock of `zone`: `Mon 10:00 GMT`; a week or more from `now`, with its date as well."""
    local = datetime.fromtimestamp(instant, UTC).astimezone(zone_named(zone))
    today = datetime.fromtimestamp(now, UTC).astimezone(zone_named(zone))
    day = ""
    if abs(local.date() - today.date()) >= timedelta(days=7):
        day = f"{local.day} {local:%b} " if local.year == today.year else f"{local.day} {local:%b %Y} "
    name = local.tzname() or "UTC"
    return f"{local:%a} {day}{local:%H:%M} {'UTC' if name[:1] in '+-' else ''}{name}"


def due(row: TargetRow, zone: str, now: Instant) -> str:
    """When a target is due: `response due Mon 10:00 GMT, in 1 h 55 m`."""
    if row.due_at is None:
        return f"{row.target}: {row.state}"
    when = clock_time(row.due_at, zone, now)
    if row.state == "breached":
        return f"{row.target} was due {when}, {distance(row.due_at, now)}: breached"
    opens = next_opening(row, now) if row.due_at <= now else now
    if opens > now:
        late_from = f"late from the next opening {clock_time(opens, zone, now)}"
        return f"{row.target} due {when}: its time is used up; {late_from}"
    return f"{row.target} due {when}, {distance(row.due_at, now)}"


def next_opening(row: TargetRow, now: Instant) -> Instant:
    """When the hours of a target go on: `now` while they are open, and for a limit that is a moment, of any hour."""
    from casectl.sla.opentime import open_time

    return now if moment_words(row) else open_time(row.rule.hours, now, now).next_opening(now)


def outcome(figures: CaseFigures, row: TargetRow | None, zone: str, now: Instant, commit: str) -> list[str]:
    """What the step that is `commit`, taken at `now`, means for the clocks: what it ended too late, which breaches it
    overturned, what is due next (`row`) or owed; a line each."""
    owed = owed_lines(figures)
    ahead = [outlook(figures, row, zone, now)] if row is not None or not owed else []
    return [*late(figures, now), *overturned(figures, zone, commit), *ahead, *owed, *duty_lines(figures, zone, now)]


def late(figures: CaseFigures, now: Instant) -> list[str]:
    """What a step at `now` ended too late, a line each: `resolution was late by 52 m`."""
    ended = (row for row in figures.rows if row.state == "breached" and row.stopped_at == now)
    return [
        f"{row.target} was late by {duration(-row.remaining_seconds)}"
        if row.remaining_seconds is not None and row.remaining_seconds < 0
        else f"{row.target} was breached"
        for row in ended
    ]


def overturned(figures: CaseFigures, zone: str, commit: str) -> list[str]:
    """Which breaches a step took back: `resolution: breach of Mon 2026-11-23 10:30 GMT overturned by COMMIT: …`."""
    told = overturned_rows(figures)
    return [f"{row_name(row)}: {overturned_words(how, zone)}" for row, how in told if how.by == commit]


def outlook(figures: CaseFigures, row: TargetRow | None, zone: str, now: Instant) -> str:
    """What is due next for a case (`row`), or why nothing is: one line."""
    if row is not None:
        return due(row, zone, now)
    paused = [
        f"{held.target} paused with {duration(held.remaining_seconds)} left"
        for held in figures.rows
        if held.state == "paused" and held.remaining_seconds is not None
    ]
    return "; ".join(paused) or "nothing is due"
