"""A calendar turned into instants: sorted open intervals with running sums, so that every question is a bisection."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate
from weakref import WeakKeyDictionary
from zoneinfo import ZoneInfo

from casectl.model.calendar import DAY_SECONDS, Calendar
from casectl.model.instants import Instant, zone_named
from casectl.model.problems import CasectlError

Interval = tuple[Instant, Instant]
"""Half-open, in UTC seconds."""

FOREVER = 1 << 40
HORIZON_YEARS = 60
"""A calendar that stays closed for that long is not going to open."""

_KNOWN: WeakKeyDictionary[Calendar, OpenTime] = WeakKeyDictionary()


def open_time(calendar: Calendar, first: Instant, last: Instant) -> OpenTime:
    """The open time of a calendar, built at least for [first, last]; one is kept per calendar and grows by years."""
    known = _KNOWN.get(calendar)
    if known is None:
        known = _KNOWN[calendar] = OpenTime(calendar, _year(first), _year(last))
    known.cover(first, last)
    return known


def local_instant(day: date, seconds: int, zone: ZoneInfo) -> Instant:
    """The instant of a local wall time, `seconds` after midnight of `day` (may run past it).

    In a clock change's overlap or gap `fold=0` decides (PEP 495), so that a window inside a gap comes out empty.
    """
    days, rest = divmod(seconds, DAY_SECONDS)
    wall = datetime.fromordinal(day.toordinal() + days) + timedelta(seconds=rest)
    return int(wall.replace(tzinfo=zone).timestamp())


class OpenTime:
    """Open intervals of one calendar. All answers are exact to the second; nothing here is ever approximate.

    It extends itself when asked about times beyond what it has built; that is a memo, not a state.
    """

    def __init__(self, calendar: Calendar, first_year: int, last_year: int) -> None:
        self.calendar = calendar
        self.zone = zone_named(calendar.zone)
        self._build(first_year, last_year)

    def _build(self, first_year: int, last_year: int) -> None:
        self._years = (first_year, last_year)
        self.begins = _year_start(first_year)
        self.ends = _year_start(last_year + 1)
        intervals = list(_intervals(self.calendar, first_year, last_year))
        self.always = intervals == [(-FOREVER, FOREVER)]
        if self.always:
            self.begins, self.ends = -FOREVER, FOREVER
        self._opens = [opens for opens, _ in intervals]
        self._closes = [closes for _, closes in intervals]
        self._sum_after = list(accumulate(closes - opens for opens, closes in intervals))
        self._sum_before = [0, *self._sum_after[:-1]]
        self._days: list[int] | None = None

    def cover(self, first: Instant, last: Instant) -> None:
        """Make sure that [first, last] is built."""
        if first < self.begins or last >= self.ends:
            known_first, known_last = self._years
            self._build(min(known_first, _year(first)), max(known_last, _year(last)))

    def _sum_at(self, instant: Instant) -> int:
        self.cover(instant, instant)
        return self._sum(instant)

    def _sum(self, instant: Instant) -> int:
        index = bisect_right(self._opens, instant) - 1
        if index < 0:
            return 0
        return self._sum_before[index] + min(instant, self._closes[index]) - self._opens[index]

    def between(self, first: Instant, last: Instant) -> int:
        """Open seconds in [first, last); 0 when last is not after first."""
        if last <= first:
            return 0
        if first < self.begins or last >= self.ends:
            self.cover(first, last)
        return self._sum(last) - self._sum(first)

    def add(self, start: Instant, seconds: int) -> Instant:
        """The earliest instant at which `seconds` of open time have passed since `start`.

        A sum used up exactly at closing is used up at the closing instant, not at the next opening.
        Raises `CasectlError` when the calendar does not open for long enough within `HORIZON_YEARS`.
        """
        if seconds <= 0:
            return start
        goal = self._sum_at(start) + seconds
        while goal > (self._sum_after[-1] if self._sum_after else 0):
            goal = self._grow(start) + seconds
        index = bisect_left(self._sum_after, goal)
        return self._opens[index] + goal - self._sum_before[index]

    def last_within(self, start: Instant, seconds: int) -> Instant:
        """The latest instant up to which no more than `seconds` of open time have passed since `start`.

        The twin of `add`: at a sum used up exactly at closing, this is the next opening.
        """
        goal = self._sum_at(start) + seconds
        while goal >= (self._sum_after[-1] if self._sum_after else 0):
            goal = self._grow(start) + seconds
        index = bisect_right(self._sum_after, goal)
        return max(start, self._opens[index] + goal - self._sum_before[index])

    def is_open(self, instant: Instant) -> bool:
        """Whether `instant` lies in a window; the closing instant itself does not."""
        self.cover(instant, instant)
        index = bisect_right(self._opens, instant) - 1
        return index >= 0 and instant < self._closes[index]

    def next_opening(self, instant: Instant) -> Instant:
        """`instant` itself when open, else when it opens next. Raises `CasectlError` when it never does."""
        while True:
            if self.is_open(instant):
                return instant
            index = bisect_right(self._opens, instant)
            if index < len(self._opens):
                return self._opens[index]
            self._grow(instant)

    def intervals(self, first: Instant, last: Instant) -> Iterator[Interval]:
        """The open intervals within [first, last), clipped to it, in order."""
        self.cover(first, last)
        index = max(bisect_right(self._opens, first) - 1, 0)
        while index < len(self._opens) and self._opens[index] < last:
            opens, closes = max(self._opens[index], first), min(self._closes[index], last)
            if opens < closes:
                yield opens, closes
            index += 1

    def working_days(self) -> list[int]:
        """Proleptic ordinals of the local dates with any open time, in order, as far as built."""
        if self._days is None:
            self._days = sorted(_dates(zip(self._opens, self._closes, strict=True), self.zone))
        return self._days

    def working_day_after(self, day: date, count: int) -> date:
        """The `count`-th working day after the local date `day`; `day` itself for 0, taken to be one."""
        self.cover(local_instant(day, 0, self.zone), local_instant(day, DAY_SECONDS * (2 * count + 7), self.zone))
        if self.always:
            return day + timedelta(days=count)
        while True:
            days = self.working_days()
            index = bisect_right(days, day.toordinal()) - 1 + count
            # The last date built may lose hours to the edge of what is built, so it is never the answer.
            if index < len(days) - 1:
                return date.fromordinal(days[index])
            self._grow(local_instant(day, 0, self.zone))

    def _grow(self, start: Instant) -> int:
        """Build some more years; returns the running sum at `start` anew, for sums begin with what is built."""
        first, last = self._years
        if last > _year(start) + HORIZON_YEARS:
            message = f"calendar '{self.calendar.name}' does not open for long enough within {HORIZON_YEARS} years"
            raise CasectlError(message, "give it hours, or let fewer holidays close it")
        self._build(first, last + max(2, last - first))
        return self._sum_at(start)


def _year(instant: Instant) -> int:
    return datetime.fromtimestamp(instant, UTC).year


def _year_start(year: int) -> Instant:
    return int(datetime(year, 1, 1, tzinfo=UTC).timestamp())


def _intervals(calendar: Calendar, first_year: int, last_year: int) -> Iterator[Interval]:
    """Merged open intervals that reach beyond both ends of the years by two days, so that zones and nights fit."""
    if calendar.always:
        return iter([(-FOREVER, FOREVER)])
    if calendar.members:
        return merged(piece for member in calendar.members for piece in _intervals(member, first_year, last_year))
    zone = zone_named(calendar.zone)
    first, last = date(first_year, 1, 1) - timedelta(days=2), date(last_year, 12, 31) + timedelta(days=2)
    days = [date.fromordinal(ordinal) for ordinal in range(first.toordinal(), last.toordinal() + 1)]
    opened = merged(piece for day in days for piece in _windows_of(calendar, day, zone))
    closed = [(local_instant(day, 0, zone), local_instant(day, DAY_SECONDS, zone)) for day in calendar.holidays]
    return subtracted(opened, sorted(closed))


def _windows_of(calendar: Calendar, day: date, zone: ZoneInfo) -> Iterator[Interval]:
    windows = calendar.replaced.get(day)
    if windows is None:
        windows = calendar.weekly[day.weekday()]
    # A date that a zone skipped altogether (Apia, 2011-12-30) begins no earlier than the next one: it has no hours.
    if not windows or local_instant(day, 0, zone) >= local_instant(day, DAY_SECONDS, zone):
        return
    for window in windows:
        opens, closes = local_instant(day, window.opens, zone), local_instant(day, window.closes, zone)
        if opens < closes:
            yield opens, closes


def merged(pieces: Iterable[Interval]) -> Iterator[Interval]:
    """Intervals in order, with those that touch or overlap made one."""
    current: Interval | None = None
    for begins, ends in sorted(pieces):
        if current is not None and begins <= current[1]:
            current = (current[0], max(current[1], ends))
            continue
        if current is not None:
            yield current
        current = (begins, ends)
    if current is not None:
        yield current


def subtracted(pieces: Iterable[Interval], holes: list[Interval]) -> Iterator[Interval]:
    """`pieces` (in order, disjoint) without `holes` (in order)."""
    index = 0
    for begins, ends in pieces:
        while index < len(holes) and holes[index][1] <= begins:
            index += 1
        at = index
        while at < len(holes) and holes[at][0] < ends:
            if begins < holes[at][0]:
                yield begins, holes[at][0]
            begins = max(begins, holes[at][1])
            at += 1
        if begins < ends:
            yield begins, ends


def _dates(intervals: Iterable[Interval], zone: ZoneInfo) -> set[int]:
    days: set[int] = set()
    for opens, closes in intervals:
        first = datetime.fromtimestamp(opens, zone).toordinal()
        last = datetime.fromtimestamp(closes - 1, zone).toordinal()
        days.update(range(first, last + 1))
    return days
