"""Open or closed, one grain at a time: asks zoneinfo what the local date and time is, and compares. Slow on purpose."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import lru_cache

from casectl.model.calendar import Calendar, Window
from casectl.model.instants import Instant, zone_named

FAR = 800 * 86_400
"""How far a search goes before it says that a calendar never opens."""


@lru_cache(maxsize=128)
def hours_of(calendar: Calendar, grain: int) -> Hours:
    """The one `Hours` of a calendar, so that lives under the same policy look up each grain once."""
    return Hours(calendar, grain)


class Hours:
    """One calendar on a grid of `grain` seconds; every window edge and zone offset must lie on that grid."""

    def __init__(self, calendar: Calendar, grain: int) -> None:
        self.calendar = calendar
        self.grain = grain
        self.zone = zone_named(calendar.zone)
        self.members = [hours_of(member, grain) for member in calendar.members]
        self._known: dict[Instant, bool] = {}
        self._days: dict[date, list[Instant]] = {}
        self._windows: dict[date, list[tuple[Instant, Instant]]] = {}

    def is_open(self, t: Instant) -> bool:
        """Whether the grain that begins at `t` is open."""
        if t not in self._known:
            self._known[t] = self._look(t)
        return self._known[t]

    def open_seconds(self, a: Instant, b: Instant) -> int:
        """Open seconds in [a, b), counted grain by grain."""
        return sum(self.grain for t in range(a, b, self.grain) if self.is_open(t))

    def next_open(self, t: Instant) -> Instant:
        """`t` itself when open, else the next opening."""
        return next(g for g in range(t, t + FAR, self.grain) if self.is_open(g))

    def local(self, t: Instant) -> datetime:
        return datetime.fromtimestamp(t, self.zone)

    def grains_of(self, day: date) -> list[Instant]:
        """The open grains of one local date, oldest first."""
        if day not in self._days:
            noon = self._instant(day, 12 * 3600)
            around = range(noon - 15 * 3600, noon + 15 * 3600, self.grain)
            self._days[day] = [t for t in around if self.local(t).date() == day and self.is_open(t)]
        return self._days[day]

    def due_by_days(self, start: Instant, days: int, end_of_day: bool) -> Instant:
        """The same wall time `days` working days after the day rolled to, clipped to that day's hours."""
        rolled = self.local(self.next_open(start))
        day = rolled.date()
        for _ in range(days):
            day += timedelta(days=1)
            while not self.grains_of(day):
                day += timedelta(days=1)
        opened = self.grains_of(day)
        last_closing = opened[-1] + self.grain
        if end_of_day:
            return last_closing
        wanted = self._instant(day, rolled.hour * 3600 + rolled.minute * 60 + rolled.second)
        return next((t for t in opened if t >= wanted), last_closing)

    def _look(self, t: Instant) -> bool:
        today = self.local(t).date()
        if today in self.calendar.holidays:
            return False
        if self.calendar.always or any(member.is_open(t) for member in self.members):
            return True
        days = [today + timedelta(days=n) for n in (-2, -1, 0, 1)]
        return any(a <= t < b for day in days for a, b in self._edges(day))

    def _edges(self, day: date) -> list[tuple[Instant, Instant]]:
        if day not in self._windows:
            windows: tuple[Window, ...] = self.calendar.replaced.get(day, self.calendar.weekly[day.weekday()])
            never = self.local(self._instant(day, 12 * 3600)).date() != day
            self._windows[day] = (
                [] if never else [(self._instant(day, w.opens), self._instant(day, w.closes)) for w in windows]
            )
        return self._windows[day]

    def _instant(self, day: date, wall_seconds: int) -> Instant:
        wall = datetime(day.year, day.month, day.day) + timedelta(seconds=wall_seconds)
        return int(wall.replace(tzinfo=self.zone, fold=0).timestamp())
