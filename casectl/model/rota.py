"""Who is on call when. Shifts keep the wall time of their rota's zone, so that eight o'clock stays eight o'clock."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from heapq import heappop, heappush
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

from casectl.model.calendar import DAY_SECONDS, Windows
from casectl.model.instants import LAST_INSTANT, Instant, zone_named
from casectl.model.recurrence import first_time, last_time, times

AHEAD_DAYS = 92
"""For how long a rota is to be filled, and how far one looks for who is next."""

_LAST_TOLD = LAST_INSTANT - 45 * DAY_SECONDS
"""Later than this no shift can be written down to its end."""
_SLACK = timedelta(days=2)
"""More than any clock was ever changed by."""

Spell = tuple[Instant, Instant, str]
Interval = tuple[Instant, Instant]


class Shift(NamedTuple):
    """So long from `begins` on, and again whenever `repeats` says; half-open."""

    who: str
    """A key of the staff."""
    begins: datetime
    """Naive: on the rota's wall clock. One that a clock change leaves out, or repeats, is taken with fold=0."""
    repeats: str
    """A recurrence rule (`model.recurrence`); empty: once."""
    lasts_seconds: int
    """By the wall clock: over a clock change it is an hour more or less."""
    instead: bool = False
    """It takes the place of whoever else is on."""
    line: int = 0


class Rota(NamedTuple):
    """Shifts that together answer who is on duty."""

    name: str
    label: str
    zone: str
    shifts: tuple[Shift, ...]
    covers: tuple[Windows, ...] = ()
    """The hours in which somebody must be on, by weekday, Monday first; empty: all of them."""
    line: int = 0


class _Held(NamedTuple):
    """One time of one shift; of those at one moment the smallest `place` is on duty."""

    begins: Instant
    ends: Instant
    place: tuple[bool, int]
    who: str


def on_duty(rota: Rota, instant: Instant) -> str | None:
    """Who is on at that moment (a key of the staff): a shift `instead` of others before those, else the first in the
    file; None when nobody is."""
    return min(((held.place, held.who) for held in _held(rota, instant, instant + 1)), default=(None, None))[1]


def spells(rota: Rota, since: Instant, until: Instant) -> list[Spell]:
    """Who is on in [since, until), each stretch of one person whole: (begins, ends, who) in order, none overlapping."""
    held = sorted(_held(rota, since, until))
    cuts = sorted(
        {since, until, *(max(each.begins, since) for each in held), *(min(each.ends, until) for each in held)}
    )
    found: list[Spell] = []
    on: list[tuple[tuple[bool, int], Instant, str]] = []
    ahead = iter(held)
    coming = next(ahead, None)
    for begins, ends in pairwise(cuts):
        while coming and coming.begins <= begins:
            heappush(on, (coming.place, coming.ends, coming.who))
            coming = next(ahead, None)
        while on and on[0][1] <= begins:
            heappop(on)
        if on:
            _add(found, begins, ends, on[0][2])
    return found


def gaps(rota: Rota, since: Instant, until: Instant, needed: Iterable[Interval] | None = None) -> list[Interval]:
    """When nobody is on in [since, until), within the `needed` intervals (None: at any time)."""
    asked = [(since, until)] if needed is None else _joined(needed, since, until)
    found: list[Interval] = []
    on = spells(rota, since, until)
    at = 0
    for begins, ends in asked:
        while at < len(on) and on[at][1] <= begins:
            at += 1
        free, later = begins, at
        while later < len(on) and on[later][0] < ends:
            found.append((free, on[later][0]))
            free = on[later][1]
            later += 1
        found.append((free, ends))
    return [(begins, ends) for begins, ends in found if begins < ends]


def needed(rota: Rota, since: Instant, until: Instant) -> list[Interval]:
    """When somebody must be on in [since, until), for `gaps`: in the hours that it covers, from its first shift on."""
    begun = begun_at(rota)
    since = until if begun is None else max(since, begun)
    if not rota.covers or since >= until:
        return _joined([(since, until)], since, until)
    zone = zone_named(rota.zone)
    first, last = (_wall(moment, zone).date() for moment in (since, until))
    days = (first + timedelta(days=number) for number in range(-1, (last - first).days + 1))
    return _joined((window for day in days for window in _windows(rota, day, zone)), since, until)


def begun_at(rota: Rota) -> Instant | None:
    """When its first shift begins; None when none ever does."""
    first = (first_time(shift.begins, shift.repeats) for shift in rota.shifts)
    return min((_instant(moment, zone_named(rota.zone)) for moment in first if moment), default=None)


def is_over(rota: Rota, at: Instant) -> bool:
    """Whether no shift of it can be going on at `at` or later."""
    zone = zone_named(rota.zone)
    for shift in rota.shifts:
        last = last_time(shift.begins, shift.repeats)
        if last is None or _instant(last + timedelta(seconds=shift.lasts_seconds), zone) > at:
            return False
    return True


def _held(rota: Rota, since: Instant, until: Instant) -> Iterator[_Held]:
    """Each time of each shift that has a part in [since, until)."""
    zone = zone_named(rota.zone)
    first, last = _wall(since, zone) - _SLACK, _wall(until, zone) + _SLACK
    for number, shift in enumerate(rota.shifts):
        lasts = timedelta(seconds=shift.lasts_seconds)
        for start in times(shift.begins, shift.repeats, first - lasts, last):
            begins, ends = _instant(start, zone), _instant(start + lasts, zone)
            if begins < ends and begins < until and ends > since:
                yield _Held(begins, ends, (not shift.instead, number), shift.who)


def _add(found: list[Spell], begins: Instant, ends: Instant, who: str) -> None:
    """One stretch more, which makes the last one longer when it goes on with the same person."""
    if found and found[-1][1:] == (begins, who):
        begins = found.pop()[0]
    found.append((begins, ends, who))


def _joined(intervals: Iterable[Interval], since: Instant, until: Instant) -> list[Interval]:
    """In order within [since, until), those that touch as one."""
    found: list[Interval] = []
    for begins, ends in sorted((max(begins, since), min(ends, until)) for begins, ends in intervals):
        if begins >= ends:
            continue
        if found and begins <= found[-1][1]:
            begins, ends = found[-1][0], max(ends, found.pop()[1])
        found.append((begins, ends))
    return found


def _windows(rota: Rota, day: date, zone: ZoneInfo) -> Iterator[Interval]:
    midnight = datetime(day.year, day.month, day.day)
    for window in rota.covers[day.weekday()]:
        opens, closes = (midnight + timedelta(seconds=seconds) for seconds in window)
        yield _instant(opens, zone), _instant(closes, zone)


def _wall(instant: Instant, zone: ZoneInfo) -> datetime:
    return datetime.fromtimestamp(min(instant, _LAST_TOLD), zone).replace(tzinfo=None)


def _instant(moment: datetime, zone: ZoneInfo) -> Instant:
    return int(moment.replace(tzinfo=zone, fold=0).timestamp())
