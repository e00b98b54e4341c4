"""Laws of open time that hold for every calendar and every zone, clock changes included."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import pairwise
from random import Random
from zoneinfo import ZoneInfo, available_timezones

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casectl.model.calendar import Calendar, Window
from casectl.model.instants import LAST_INSTANT, Instant
from casectl.sla.opentime import open_time
from tests.sla.lives import calendars

HOUR, DAY = 3600, 86_400
AROUND = int(datetime(2026, 3, 22, tzinfo=UTC).timestamp())
instants = st.integers(AROUND - 30 * DAY, AROUND + 60 * DAY)
relaxed = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


@relaxed
@given(calendars, instants, st.integers(1, 200_000))
def test_adding_open_seconds_and_counting_them_are_inverse(calendar: Calendar, start: Instant, seconds: int) -> None:
    """After `add(start, n)` exactly n open seconds have passed, and one second earlier they had not."""
    hours = open_time(calendar, start, start + DAY)
    done = hours.add(start, seconds)
    assert hours.between(start, done) == seconds
    assert hours.between(start, done - 1) == seconds - 1


@relaxed
@given(calendars, instants)
def test_adding_nothing_goes_nowhere(calendar: Calendar, start: Instant) -> None:
    assert open_time(calendar, start, start).add(start, 0) == start


@relaxed
@given(calendars, instants, st.integers(0, 400_000), st.integers(0, 400_000))
def test_more_seconds_are_never_done_earlier(calendar: Calendar, start: Instant, some: int, more: int) -> None:
    hours = open_time(calendar, start, start + DAY)
    assert hours.add(start, some) <= hours.add(start, some + more)


@relaxed
@given(calendars, instants, st.integers(0, 20 * DAY), st.integers(0, 20 * DAY))
def test_a_later_start_is_never_done_earlier(calendar: Calendar, start: Instant, later: int, seconds: int) -> None:
    hours = open_time(calendar, start, start + 20 * DAY)
    assert hours.add(start, seconds) <= hours.add(start + later, seconds)


@relaxed
@given(calendars, st.lists(instants, min_size=3, max_size=8))
def test_splitting_an_interval_changes_no_sum(calendar: Calendar, points: list[Instant]) -> None:
    points.sort()
    hours = open_time(calendar, points[0], points[-1])
    parts = [hours.between(a, b) for a, b in pairwise(points)]
    assert sum(parts) == hours.between(points[0], points[-1])
    assert all(part >= 0 for part in parts)


@relaxed
@given(calendars, instants, instants)
def test_intervals_are_apart_in_order_and_sum_up(calendar: Calendar, one: Instant, other: Instant) -> None:
    a, b = sorted((one, other))
    hours = open_time(calendar, a, b)
    found = list(hours.intervals(a, b))
    assert sum(end - begin for begin, end in found) == hours.between(a, b)
    assert all(a <= begin < end <= b for begin, end in found)
    assert all(end < begin for (_, end), (begin, _) in pairwise(found))


@relaxed
@given(calendars, instants)
def test_the_next_opening_is_open_and_nothing_before_it_is(calendar: Calendar, t: Instant) -> None:
    hours = open_time(calendar, t, t + DAY)
    opening = hours.next_opening(t)
    assert opening >= t
    assert hours.is_open(opening)
    assert hours.between(t, opening) == 0
    assert (opening == t) == hours.is_open(t)


@relaxed
@given(calendars, instants, st.integers(0, 1000))
def test_asking_about_a_wider_span_changes_no_answer(calendar: Calendar, t: Instant, days: int) -> None:
    narrow = open_time(calendar, t, t + DAY).between(t, t + DAY)
    wide = open_time(calendar, t - days * DAY, t + days * DAY)
    assert wide.between(t, t + DAY) == narrow


def clock_changes(zone: ZoneInfo, first: int, last: int) -> list[Instant]:
    """The instants at which the offset of a zone changes, to the second, found by asking it month by month."""
    begin, end = (int(datetime(year, 1, 1, tzinfo=UTC).timestamp()) for year in (first, last))
    months = range(begin, end, 30 * DAY)
    return [_narrow(zone, a, b) for a, b in pairwise(months) if _offset(zone, a) != _offset(zone, b)]


def _narrow(zone: ZoneInfo, a: Instant, b: Instant) -> Instant:
    while b - a > 1:
        middle = (a + b) // 2
        a, b = (middle, b) if _offset(zone, middle) == _offset(zone, a) else (a, middle)
    return b


def _offset(zone: ZoneInfo, t: Instant) -> timedelta | None:
    return datetime.fromtimestamp(t, zone).utcoffset()


@cache
def zones_with_a_change() -> list[tuple[str, Instant]]:
    """Every zone there is, with one of its clock changes since 2005; zones that never differ from another only once."""
    rng = Random(2026)
    pairs, seen = [], set()
    for zone in sorted(available_timezones() - {"localtime"}):
        changes = clock_changes(ZoneInfo(zone), 2005, 2032)
        behaviour = tuple((t, _offset(ZoneInfo(zone), t)) for t in changes)
        if changes and behaviour not in seen:
            seen.add(behaviour)
            pairs.append((zone, rng.choice(changes)))
    return pairs


def test_a_desk_that_never_closes_counts_every_second_of_every_clock_change() -> None:
    """Hours 00:00-24:00 on all seven days and 24x7 are the same, whatever the zone does to its clocks."""
    for zone, change in zones_with_a_change():
        week = Calendar("desk", zone, weekly=((Window(0, DAY),),) * 7)
        a, b = change - 2 * DAY, change + 2 * DAY
        assert open_time(week, a, b).between(a, b) == b - a, (zone, change)


def test_office_hours_last_as_long_as_the_wall_clock_says_away_from_a_change() -> None:
    """09:00-17:00 opens and closes at those local times on both sides of every clock change, in every zone."""
    for zone, change in zones_with_a_change():
        office = Calendar("desk", zone, weekly=((Window(9 * HOUR, 17 * HOUR),),) * 7)
        a, b = change - 3 * DAY, change + 3 * DAY
        for begins, ends in open_time(office, a, b).intervals(a, b):
            if a < begins and ends < b and not begins <= change <= ends:
                shown = [datetime.fromtimestamp(t, ZoneInfo(zone)).strftime("%H:%M") for t in (begins, ends)]
                assert shown == ["09:00", "17:00"], (zone, change)
                assert ends - begins == 8 * HOUR


def test_a_holiday_closes_its_local_date_and_nothing_else() -> None:
    """The 23 or 25 hours of a clock-change day: closed second by second where the local date says so."""
    for zone, change in zones_with_a_change():
        local = datetime.fromtimestamp(change, ZoneInfo(zone)).date()
        closed = Calendar("desk", zone, weekly=((Window(0, DAY),),) * 7, holidays=frozenset({local}))
        hours = open_time(closed, change - 2 * DAY, change + 2 * DAY)
        for t in range(change - 2 * DAY, change + 2 * DAY, HOUR // 2):
            on_holiday = datetime.fromtimestamp(t, ZoneInfo(zone)).date() == local
            assert hours.is_open(t) != on_holiday, (zone, change, t)


def test_add_and_between_are_inverse_across_every_clock_change() -> None:
    """In every zone, from two days before a change: windows at night, where the change happens."""
    rng = Random(7)
    for zone, change in zones_with_a_change():
        night = Calendar("desk", zone, weekly=((Window(22 * HOUR, 30 * HOUR),),) * 7)
        start = change - rng.randint(0, 2 * DAY)
        hours = open_time(night, start, change + 3 * DAY)
        for seconds in (1, rng.randint(1, 20 * HOUR), 8 * HOUR):
            done = hours.add(start, seconds)
            assert hours.between(start, done) == seconds, (zone, change)
            assert hours.between(start, done - 1) == seconds - 1, (zone, change)


def test_the_last_instant_has_a_date_and_hours_in_every_zone() -> None:
    for zone in sorted(available_timezones() - {"localtime"}):
        always = Calendar("desk", zone, weekly=((Window(0, DAY),),) * 7)
        assert datetime.fromtimestamp(LAST_INSTANT + DAY, ZoneInfo(zone)).year == 9999
        assert open_time(always, LAST_INSTANT, LAST_INSTANT).is_open(LAST_INSTANT), zone


def test_a_date_that_never_existed_is_never_open() -> None:
    """Apia went from Thursday 29 to Saturday 31 December 2011: Friday's hours were nobody's."""
    office = Calendar("desk", "Pacific/Apia", weekly=((Window(9 * HOUR, 17 * HOUR),),) * 5 + ((), ()))
    thursday = int(datetime(2011, 12, 29, 12, tzinfo=ZoneInfo("Pacific/Apia")).timestamp())
    hours = open_time(office, thursday, thursday + 7 * DAY)
    monday = datetime.fromtimestamp(hours.next_opening(thursday + 6 * HOUR), ZoneInfo("Pacific/Apia"))
    assert monday.date() == date(2012, 1, 2)
