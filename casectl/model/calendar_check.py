"""What can be wrong with calendars that read well: holiday lists that ran out, windows edged in a clock change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from casectl.model.calendar import DAY_SECONDS, WEEKDAYS, Calendar, HolidayList, Window
from casectl.model.instants import zone_named
from casectl.model.policy import Policy
from casectl.model.problems import Problem
from casectl.model.reading import Reading
from casectl.model.tree import Branch, Node

YEARS_AHEAD = 3
"""How many years of clock changes are looked at, from `today`'s year on."""


def check_calendars(policy: Policy, tree: Branch, lists: Mapping[str, HolidayList], today: date) -> tuple[Problem, ...]:
    """Problems of a policy's calendars that depend on `today` or on the time zone's rules."""
    reading = Reading(policy.path)
    nodes = tree.items.get("calendars")
    for name, node in nodes.items.items() if isinstance(nodes, Branch) else ():
        if not isinstance(node, Branch):
            continue
        _check_lists(reading, policy, node, lists, today)
        hours = node.items.get("hours")
        if hours and name in policy.calendars:
            _check_edges(reading, policy.calendars[name], hours, today)
    return reading.problems


def _check_lists(reading: Reading, policy: Policy, node: Node, lists: Mapping[str, HolidayList], today: date) -> None:
    if not isinstance(node, Branch):
        return
    for name, line in reading.words(node, "holidays"):
        listed = lists.get(name)
        if listed is None:
            continue
        hint = f"write policies/holidays/{name}.yaml anew for more years: casectl policy holidays --help"
        if listed.last_year < today.year:
            reading.mistake(line, f"the holiday list '{name}' ended with {listed.last_year}", hint)
        elif listed.last_year == today.year:
            reading.warn(line, f"the holiday list '{name}' ends with this year", hint)
        if listed.first_year > policy.effective.year:
            reading.warn(line, f"the holiday list '{name}' begins with {listed.first_year}, after the policy", hint)


def _check_edges(reading: Reading, calendar: Calendar, node: Node, today: date) -> None:
    """Warn, once for each edge, of hours that begin or end at a wall time that a clock change skips or repeats."""
    said: set[tuple[int, int]] = set()
    for day in clock_changes(calendar.zone, today.year, today.year + YEARS_AHEAD):
        for weekday, seconds in _edges_on(calendar, day):
            odd = odd_wall_time(zone_named(calendar.zone), day, seconds)
            if odd and (weekday, seconds) not in said:
                said.add((weekday, seconds))
                wall = f"{seconds // 3600:02}:{seconds % 3600 // 60:02}"
                message = f"calendar '{calendar.name}': {wall} on {WEEKDAYS[weekday]} is {odd} on {day}"
                reading.warn(node.line, message, "the first of a repeated time counts; a skipped one moves on")


def _edges_on(calendar: Calendar, day: date) -> Iterator[tuple[int, int]]:
    """Weekday and local seconds of every edge of the windows that touch `day`."""
    before = day - timedelta(days=1)
    for edge_day, shift in ((day, 0), (before, DAY_SECONDS)):
        for window in _windows(calendar, edge_day):
            for edge in (window.opens - shift, window.closes - shift):
                if 0 <= edge < DAY_SECONDS:
                    yield day.weekday(), edge


def _windows(calendar: Calendar, day: date) -> tuple[Window, ...]:
    return calendar.replaced.get(day, calendar.weekly[day.weekday()])


@lru_cache(maxsize=64)
def clock_changes(zone: str, first_year: int, last_year: int) -> tuple[date, ...]:
    """The local dates of `zone` in those years on which its clocks change."""
    return tuple(_clock_changes(zone, first_year, last_year))


def _clock_changes(zone: str, first_year: int, last_year: int) -> Iterator[date]:
    place = zone_named(zone)
    day, end = date(first_year, 1, 1), date(last_year, 12, 31)
    offset = _offset(place, day)
    while day <= end:
        after = _offset(place, day + timedelta(days=1))
        if after != offset:
            yield day
        day, offset = day + timedelta(days=1), after


def _offset(place: ZoneInfo, day: date) -> timedelta | None:
    return datetime(day.year, day.month, day.day, tzinfo=place).utcoffset()


def odd_wall_time(place: ZoneInfo, day: date, seconds: int) -> str | None:
    """`skipped` or `repeated` when the clock change makes that wall time so, else None."""
    wall = datetime(day.year, day.month, day.day, tzinfo=place) + timedelta(seconds=seconds)
    if wall.astimezone(UTC).astimezone(place).replace(tzinfo=None) != wall.replace(tzinfo=None):
        return "skipped"
    return "repeated" if wall.utcoffset() != wall.replace(fold=1).utcoffset() else None
