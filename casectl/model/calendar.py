"""When a desk is open, as a policy says it. Turning this into instants is `sla.opentime`'s work."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

DAY_SECONDS = 86_400

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Window(NamedTuple):
    """Open hours of one day, half-open: local seconds from midnight. `closes` past 86400 runs into the next day."""

    opens: int
    closes: int


Windows = tuple[Window, ...]


@dataclass(frozen=True, eq=False)
class Calendar:
    """Open hours in one zone, or the union of other calendars, or always open (`always`).

    Compared by identity, so that what is computed from one is kept with it.
    """

    name: str
    zone: str
    """IANA name; also whose local dates count as working days."""
    weekly: tuple[Windows, ...] = ((),) * 7
    """Monday first; a window belongs to the weekday on which it begins."""
    replaced: Mapping[date, Windows] = field(default_factory=dict)
    """Dates whose own hours replace the weekday's."""
    holidays: frozenset[date] = frozenset()
    """Local dates on which nothing is open, whatever else says so; `except` has been taken out."""
    members: tuple[Calendar, ...] = ()
    always: bool = False
    clause: tuple[str, ...] = ()


class HolidayList(NamedTuple):
    """Plain dates from `policies/holidays/NAME.yaml`, for the years that it covers."""

    name: str
    first_year: int
    last_year: int
    dates: Mapping[date, str]
