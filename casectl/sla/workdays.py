"""Limits in working days: when such a limit falls due if nothing pauses it, and how many open seconds that is."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from casectl.model.instants import Instant
from casectl.sla.opentime import Interval, OpenTime, local_instant


def due_after_days(hours: OpenTime, start: Instant, days: int, end_of_day: bool) -> Instant:
    """The instant `days` working days after `start`, on the calendar that counts days.

    A working day is a local date with any open time. A start outside hours rolls to the next opening. The answer has
    the same wall time, clipped to that day's hours (a time in a break: the next opening), or is the day's last
    closing, at most midnight, with `end_of_day`.
    """
    rolled = hours.next_opening(start)
    local = datetime.fromtimestamp(rolled, hours.zone)
    day = hours.working_day_after(local.date(), days)
    open_that_day = hours_of(hours, day)
    if end_of_day:
        return open_that_day[-1][1]
    seconds = local.hour * 3600 + local.minute * 60 + local.second
    return _clipped(local_instant(day, seconds, hours.zone), open_that_day)


def hours_of(hours: OpenTime, day: date) -> list[Interval]:
    """The open intervals of one local date, clipped to it."""
    midnight = local_instant(day, 0, hours.zone)
    return list(hours.intervals(midnight, local_instant(day + timedelta(days=1), 0, hours.zone)))


def _clipped(wall: Instant, open_that_day: list[Interval]) -> Instant:
    for opens, closes in open_that_day:
        if wall < closes:
            return max(wall, opens)
    return open_that_day[-1][1]
