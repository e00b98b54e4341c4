"""Questions about open hours, answered in words and as data: when is it open, what is due, how much lies between."""

from __future__ import annotations

from datetime import UTC, datetime

from casectl.model.calendar import DAY_SECONDS, Calendar
from casectl.model.instants import Instant, format_instant, zone_named
from casectl.model.policy import Book, Policy
from casectl.model.problems import NotFound, did_you_mean
from casectl.model.target import CalendarChoice, Span
from casectl.reports.words import distance, duration, moment
from casectl.sla.opentime import OpenTime, open_time
from casectl.sla.workdays import due_after_days


def find_calendar(book: Book, typed: str, at: Instant) -> tuple[Policy, Calendar]:
    """The calendar called `DESK/CALENDAR`, or `CALENDAR` where one desk alone has it, of the version in force at `at`.

    Raises `NotFound` for no such calendar, for several, and for one that depends on the case, with the choices.
    """
    policies = [version_in_force(book, desk, at) for desk in book.desks()]
    found = {f"{policy.desk}/{name}": policy for policy in policies for name in policy.calendars}
    chosen = {f"{policy.desk}/{name}": choice for policy in policies for name, choice in policy.choices.items()}
    names = [name for name in (*found, *chosen) if typed in (name, name.partition("/")[2])]
    if len(names) == 1 and names[0] in chosen:
        raise _depends(names[0], chosen[names[0]])
    if len(names) == 1:
        policy = found[names[0]]
        return policy, policy.calendars[names[0].partition("/")[2]]
    if names:
        raise NotFound(f"several calendars are called '{typed}'", f"one of: {', '.join(sorted(names))}")
    raise NotFound(f"there is no calendar '{typed}'", did_you_mean(typed, (*found, *chosen)))


def _depends(name: str, choice: CalendarChoice) -> NotFound:
    """For a calendar that is another one from case to case."""
    desk = name.partition("/")[0]
    choices = dict.fromkeys(f"{desk}/{calendar}" for _, calendar in choice.rows)
    return NotFound(f"the hours of '{name}' depend on the case", f"ask for one that it chooses: {', '.join(choices)}")


def hours_at(policy: Policy, calendar: Calendar, at: Instant) -> tuple[str, dict[str, object]]:
    """Whether it is open then, and until when: a sentence, and the same as data."""
    hours = open_time(calendar, at, at)
    is_open = hours.is_open(at)
    opening = None if calendar.always else hours.next_opening(at)
    closing = None if opening is None else _closing(hours, opening)
    return _open_words(policy, calendar, at, opening, closing), {
        **_head(policy, calendar),
        "at": format_instant(at),
        "open": is_open,
        "next_opening": None if is_open or opening is None else format_instant(opening),
        "closes_at": None if closing is None else format_instant(closing),
    }


def _open_words(
    policy: Policy, calendar: Calendar, at: Instant, opening: Instant | None, closing: Instant | None
) -> str:
    name, zone = f"{policy.desk}/{calendar.name}", calendar.zone
    if opening is None or closing is None:
        return f"{name} is always open"
    if opening == at:
        return f"{name} is open at {moment(at, zone)}; it closes {moment(closing, zone)}, {distance(closing, at)}"
    return f"{name} is closed at {moment(at, zone)}; it opens {moment(opening, zone)}, {distance(opening, at)}"


def due_after(policy: Policy, calendar: Calendar, start: Instant, span: Span) -> tuple[str, dict[str, object]]:
    """When a limit that starts then is used up if nothing pauses it: a sentence, and the same as data."""
    hours = open_time(calendar, start, start)
    if span.unit == "days":
        due = due_after_days(hours, start, span.amount, span.end_of_day)
    else:
        due = hours.add(start, span.amount)
    seconds = hours.between(start, due)
    zone = calendar.zone
    words = f"{span.written} from {moment(start, zone, exact=True)} is {moment(due, zone, exact=True)}"
    words += f" ({duration(seconds, exact=True)} of open time on {policy.desk}/{calendar.name})"
    return words, {
        **_head(policy, calendar),
        "start": format_instant(start),
        "within": span.written,
        "due_at": format_instant(due),
        "open_seconds": seconds,
    }


def open_between(policy: Policy, calendar: Calendar, first: Instant, last: Instant) -> tuple[str, dict[str, object]]:
    """How much open time lies in [first, last): a sentence, and the same as data."""
    seconds = open_time(calendar, first, last).between(first, last)
    zone = calendar.zone
    words = f"{duration(seconds, exact=True)} of open time on {policy.desk}/{calendar.name}"
    words += f" from {moment(first, zone, exact=True)} to {moment(last, zone, exact=True)}"
    return words, {
        **_head(policy, calendar),
        "first": format_instant(first),
        "last": format_instant(last),
        "open_seconds": seconds,
    }


def version_in_force(book: Book, desk: str, at: Instant) -> Policy:
    """The desk's version in force at that moment, by its own local date; its first one before that began."""
    versions = [policy for policy in book.policies.values() if policy.desk == desk]
    zone = zone_named(versions[0].zone)
    policy = book.in_force(desk, datetime.fromtimestamp(at, UTC).astimezone(zone).date())
    return policy or min(versions, key=lambda one: one.effective)


def _closing(hours: OpenTime, opening: Instant) -> Instant:
    """When the interval that holds `opening` ends."""
    days = 1
    while True:
        end = opening + days * DAY_SECONDS
        _, closes = next(iter(hours.intervals(opening, end)))
        if closes < end:
            return closes
        days *= 2


def _head(policy: Policy, calendar: Calendar) -> dict[str, object]:
    return {"schema": "casectl.calendar/1", "calendar": f"{policy.desk}/{calendar.name}", "policy": policy.ref}
