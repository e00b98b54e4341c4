"""Moments in time. Inside casectl an instant is a whole number: seconds since 1970-01-01T00:00:00Z (POSIX)."""

from __future__ import annotations

import zoneinfo
from datetime import UTC, date, datetime
from functools import lru_cache
from importlib.util import find_spec
from zoneinfo import ZoneInfo

from casectl.model.problems import UsageMistake

Instant = int

LAST_INSTANT = 253_370_764_799
"""The last second of the year 9998. Every zone has a local date for it, and for the days around it; at the end of the
year 9999 those to the east have none."""

FORESIGHT_SECONDS = 100 * 366 * 86_400
"""How far ahead a question may look: a mistyped year would count centuries of office hours, or leave the calendar."""


@lru_cache(maxsize=64)
def zone_named(name: str) -> ZoneInfo:
    """The tz database's zone of that name. Raises `UsageMistake` for a name that it does not have."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        hint = "an IANA name such as Europe/London or America/Toronto"
        raise UsageMistake(f"unknown time zone '{name}'", hint) from None


def format_instant(instant: Instant) -> str:
    """RFC 3339 in UTC with seconds: `2026-11-23T09:02:11+00:00`."""
    return datetime.fromtimestamp(instant, UTC).isoformat()


def parse_stored(text: str) -> Instant:
    """An instant as files hold it: RFC 3339, whole seconds, any offset. Raises ValueError for anything else."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None or moment.microsecond or len(text) < len("2026-11-23T09:02:11Z"):
        raise ValueError("a time needs a date, seconds and an offset")
    return int(moment.timestamp())


def parse_when(text: str, now: Instant, zone: str = "UTC", what: str = "") -> Instant:
    """A moment as people type it: ISO 8601 **with an offset**, a date (its midnight in `zone`), or `now`.

    Raises `UsageMistake` for anything else, in the name of the option `what`; a time without an offset is refused, for
    it names no moment, and so is one before 1970 or after 9998, which no file can hold.
    """
    from dateutil.parser import isoparser

    if text == "now":
        return now
    hint, named = "like 2026-11-23T09:00:00+00:00, 2026-11-23 or now", f"{what} is " if what else ""
    try:
        moment = isoparser(sep="T").isoparse(text.strip().replace(" ", "T", 1))
    except (ValueError, OverflowError):
        raise UsageMistake(f"{named}not a time: '{text}'", hint) from None
    is_day = "T" not in text and ":" not in text
    if moment.tzinfo is None and not is_day:
        raise UsageMistake(f"{named}a time without an offset: '{text}'", f"write {text}+00:00, or {text}Z for UTC")
    try:
        instant = local_midnight(moment.date(), zone) if is_day else int(moment.timestamp())
    except (ValueError, OverflowError):  # at the edges of the calendar
        instant = -1
    if not 0 <= instant <= LAST_INSTANT:
        raise UsageMistake(f"{named}before 1970 or after 9998: '{text}'", hint)
    return instant


def local_midnight(day: date, zone: str) -> Instant:
    """The instant at which the local date `day` begins in `zone` (fold=0 in a clock change)."""
    return int(datetime(day.year, day.month, day.day, tzinfo=zone_named(zone)).timestamp())


def use_packaged_zones() -> bool:
    """From now on take zones from the `tzdata` package alone: its version is then what a figure depends on.

    False when the package is not installed; zones are then the system's.
    """
    folder = packaged_zones()
    if folder is None:
        return False
    if (folder,) != zoneinfo.TZPATH:
        zoneinfo.reset_tzpath(to=[folder])
        ZoneInfo.clear_cache()
        zone_named.cache_clear()
    return True


def packaged_zones() -> str | None:
    """The folder of the `tzdata` package's zones. (Named as a path: `zoneinfo` alone would take 35 ms to find it.)"""
    found = find_spec("tzdata")
    places = list(found.submodule_search_locations or ()) if found else []
    return f"{places[0]}/zoneinfo" if places else None


def at_the_desk(instant: Instant, zone: str) -> str:
    """A moment on the wall clock of `zone`: `Mon 2026-11-23 10:00 GMT`; with seconds where it has some."""
    local = datetime.fromtimestamp(instant, zone_named(zone))
    return local.strftime("%a %Y-%m-%d %H:%M:%S %Z" if local.second else "%a %Y-%m-%d %H:%M %Z")
