"""When something comes round again: a subset of the recurrence rules of RFC 5545, on one wall clock.

A rule comes from a file, so nothing here may take long over one. dateutil goes on to the year 9999 in search of a next
time that never comes; it is therefore asked for one month or year at a time, and for days and weeks only without what
could rule out all of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from functools import lru_cache
from itertools import islice, pairwise
from typing import NamedTuple

from casectl.model.problems import UsageMistake, did_you_mean

LONGEST = 200
"""Characters of a rule."""
FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
KEYS = ("FREQ", "INTERVAL", "BYDAY", "BYMONTHDAY", "BYMONTH", "BYSETPOS", "WKST", "COUNT", "UNTIL")
MOST_APART, MOST_TIMES, FIRST_YEAR, LAST_YEAR = 366, 500, 2000, 2110

_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_DAY = re.compile(rf"([+-]?[0-9]{{1,2}})?({'|'.join(_DAYS)})")
_NUMBER = re.compile(r"[+-]?[0-9]{1,4}")
_UNTIL = re.compile(r"[0-9]{8}(T[0-9]{6})?")
_SEARCHED = {"DAILY": 800, "WEEKLY": 400, "MONTHLY": 100, "YEARLY": 40}
"""How many days, weeks … of a rule are looked through for its first time, or for its last by `COUNT`."""
_DAYS_IN = {"DAILY": 1, "WEEKLY": 7, "MONTHLY": 31, "YEARLY": 366}
_NEVER_AGAIN = 9999 * 12
"""An interval in months or years that ends beyond what dateutil can reach."""
_EXAMPLE = "such as FREQ=WEEKLY;INTERVAL=2 or FREQ=MONTHLY;BYDAY=-1FR"


class Recurrence(NamedTuple):
    """A rule: every `interval` days, weeks, months or years, on those of its days that all of the lists admit."""

    freq: str
    interval: int = 1
    days: tuple[tuple[int, int], ...] = ()
    """Weekdays, Monday 0, each with which one of the month or year (-1 the last); 0: every one."""
    month_days: tuple[int, ...] = ()
    months: tuple[int, ...] = ()
    positions: tuple[int, ...] = ()
    week_start: int = 0
    most: int | None = None
    """How many times at most (`COUNT`)."""
    until: datetime | None = None

    @property
    def is_plain(self) -> bool:
        """Whether there is nothing that could rule a day out."""
        return not (self.days or self.month_days or self.months or self.positions)


@lru_cache(maxsize=1024)
def parse_rule(text: str) -> Recurrence:
    """A rule as a file says it. Raises `UsageMistake` for any other text, with a hint."""
    said = _said(text)
    freq = _one_of(said.get("FREQ", ""), FREQUENCIES, "FREQ")
    rule = Recurrence(
        freq,
        _numbers(said, "INTERVAL", 1, MOST_APART)[0] if "INTERVAL" in said else 1,
        _days(said, freq),
        _numbers(said, "BYMONTHDAY", -31, 31),
        _numbers(said, "BYMONTH", 1, 12),
        _numbers(said, "BYSETPOS", -366, 366),
        _DAYS.index(_one_of(said.get("WKST", "MO"), _DAYS, "WKST")),
        _numbers(said, "COUNT", 1, MOST_TIMES)[0] if "COUNT" in said else None,
        _until(said["UNTIL"]) if "UNTIL" in said else None,
    )
    _refuse_contradictions(rule)
    return rule


def times(begins: datetime, repeats: str, first: datetime, last: datetime) -> Iterator[datetime]:
    """When it comes round in [first, last]: local times in order, none before `begins`, which alone is the time of an
    empty rule. Raises `UsageMistake` for what is no rule."""
    if not repeats:
        return iter((begins,) if first <= begins <= last else ())
    rule = _closed(begins, parse_rule(repeats))
    return _times(begins, rule, max(begins, first), min(last, rule.until or last))


def happens(begins: datetime, repeats: str) -> bool:
    """Whether there is a first time; nothing is tried out where there must be one."""
    rule = parse_rule(repeats) if repeats else None
    if rule is None or (rule.until is None and (rule.is_plain or (rule.freq == "WEEKLY" and not rule.months))):
        return True
    return first_time(begins, repeats) is not None


def first_time(begins: datetime, repeats: str) -> datetime | None:
    """The first time; None for a rule that never happens, or not before so long that it is no use."""
    if not repeats:
        return begins
    rule = parse_rule(repeats)
    if rule.is_plain:
        return begins if begins <= (rule.until or begins) else None
    until = min(_searched_until(begins, rule), rule.until or datetime.max)
    return next(_times(begins, rule, begins, until), None)


def last_time(begins: datetime, repeats: str) -> datetime | None:
    """The last time; None when it goes on for ever. (Of a rule that hardly ever happens: its `UNTIL`.)"""
    rule = _closed(begins, parse_rule(repeats)) if repeats else Recurrence("DAILY", until=begins)
    if rule.until is None:
        return None
    reach = timedelta(days=_DAYS_IN[rule.freq] * rule.interval)
    for periods in (1, 8, 64):
        found = list(_times(begins, rule, max(begins, rule.until - periods * reach), rule.until))
        if found:
            return found[-1]
    return rule.until


def counts_out(begins: datetime, repeats: str) -> bool:
    """Whether a rule with a `COUNT` comes to its last time in reasonable time; others do anyway."""
    rule = parse_rule(repeats) if repeats else None
    return rule is None or rule.most is None or _counted(begins, rule) is not None


def shortest_step(begins: datetime, repeats: str, least: timedelta) -> timedelta | None:
    """The shortest time from one time to the next, if it is below `least`; else None."""
    if not repeats:
        return None
    rule = parse_rule(repeats)
    if least <= _surely_apart(rule):
        return None
    found = list(islice(_times(begins, rule, begins, _searched_until(begins, rule)), 100))
    step = min((after - before for before, after in pairwise(found)), default=least)
    return step if step < least else None


def _said(text: str) -> dict[str, str]:
    if len(text) > LONGEST:
        raise UsageMistake(f"a rule of {len(text)} characters is too long", f"{LONGEST} at most")
    said: dict[str, str] = {}
    for part in text.split(";"):
        key, equals, value = part.partition("=")
        if not equals or not value:
            raise UsageMistake(f"'{text}' is no recurrence rule", _EXAMPLE)
        if key not in KEYS:
            raise UsageMistake(f"a rule cannot say '{key}'", did_you_mean(key, KEYS))
        if key in said:
            raise UsageMistake(f"{key} stands twice in '{text}'", "several values stand behind one, with commas")
        said[key] = value
    if "FREQ" not in said:
        raise UsageMistake(f"'{text}' does not say FREQ", _EXAMPLE)
    return said


def _one_of(word: str, known: tuple[str, ...], key: str) -> str:
    if word not in known:
        raise UsageMistake(f"{key} cannot be '{word}'", did_you_mean(word, known))
    return word


def _numbers(said: dict[str, str], key: str, least: int, most: int) -> tuple[int, ...]:
    """Whole numbers in that range, 0 never among them; a key that is not a list has one."""
    if key not in said:
        return ()
    parts = said[key].split(",")
    numbers = [int(part) if _NUMBER.fullmatch(part) else 0 for part in parts]
    if any(not least <= number <= most or not number for number in numbers):
        raise UsageMistake(f"{key} cannot be '{said[key]}'", f"whole numbers from {least} to {most}, not 0")
    if key in ("INTERVAL", "COUNT") and len(numbers) > 1:
        raise UsageMistake(f"{key} cannot be '{said[key]}'", "one number")
    return tuple(dict.fromkeys(numbers))


def _days(said: dict[str, str], freq: str) -> tuple[tuple[int, int], ...]:
    found = []
    for part in said["BYDAY"].split(",") if "BYDAY" in said else ():
        day = _DAY.fullmatch(part)
        which = int(day[1]) if day and day[1] else 0
        if not day or (day[1] and not 1 <= abs(which) <= 53):
            raise UsageMistake(f"BYDAY cannot be '{part}'", "MO TU WE TH FR SA SU, or -1FR for the last Friday")
        if which and freq not in ("MONTHLY", "YEARLY"):
            raise UsageMistake(f"BYDAY={part} needs months or years to count in", "FREQ=MONTHLY or FREQ=YEARLY")
        found.append((_DAYS.index(day[2]), which))
    return tuple(dict.fromkeys(found))


def _until(text: str) -> datetime:
    """A date is meant with all its hours."""
    hint = f"a date, UNTIL=20261231, or a local time, UNTIL=20261231T080000, up to {LAST_YEAR}"
    try:
        found = (
            datetime.strptime(text, "%Y%m%dT%H%M%S" if "T" in text else "%Y%m%d") if _UNTIL.fullmatch(text) else None
        )
    except ValueError:
        found = None
    if found is None or not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise UsageMistake(f"UNTIL cannot be '{text}'", hint)
    return found if "T" in text else datetime.combine(found, time(23, 59, 59))


def _refuse_contradictions(rule: Recurrence) -> None:
    if rule.most is not None and rule.until is not None:
        raise UsageMistake("a rule has COUNT or UNTIL, not both", "say one of them")
    if rule.month_days and rule.freq == "WEEKLY":
        raise UsageMistake("FREQ=WEEKLY takes no BYMONTHDAY", "FREQ=MONTHLY does")
    by_month = rule.freq == "MONTHLY" or bool(rule.months)
    if by_month and any(abs(which) > 5 for _, which in rule.days):
        raise UsageMistake("no weekday comes more than five times in a month", "count from 1 to 5, or from -1 to -5")
    if rule.positions and rule.freq not in ("MONTHLY", "YEARLY"):
        raise UsageMistake(f"FREQ={rule.freq} takes no BYSETPOS", "FREQ=MONTHLY and FREQ=YEARLY do")
    if rule.positions and not (rule.days or rule.month_days or rule.months):
        raise UsageMistake("BYSETPOS needs days to choose from", "such as BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1")


def _closed(begins: datetime, rule: Recurrence) -> Recurrence:
    """The rule with `UNTIL` in place of `COUNT`, so that one may come in at any place."""
    if rule.most is None:
        return rule
    return rule._replace(most=None, until=_counted(begins, rule) or _searched_until(begins, rule))


@lru_cache(maxsize=1024)
def _counted(begins: datetime, rule: Recurrence) -> datetime | None:
    """The last of as many times as `COUNT` says."""
    found = _times(begins, rule, begins, _searched_until(begins, rule))
    return next(islice(found, (rule.most or 1) - 1, None), None)


def _searched_until(begins: datetime, rule: Recurrence) -> datetime:
    days = _DAYS_IN[rule.freq] * rule.interval * _SEARCHED[rule.freq]
    end = datetime(LAST_YEAR, 12, 31)
    return min(begins + timedelta(days=days), end) if days < (end - begins).days else max(begins, end)


def _surely_apart(rule: Recurrence) -> timedelta:
    """No two times are closer; nothing is tried out for it."""
    if rule.freq == "DAILY":
        return timedelta(days=rule.interval)
    if rule.freq == "WEEKLY":
        return timedelta(days=7 * rule.interval if len(rule.days) < 2 else 1)
    return timedelta(days=28 * rule.interval if rule.is_plain else 1)


def _times(begins: datetime, rule: Recurrence, first: datetime, last: datetime) -> Iterator[datetime]:
    """In [first, last], which begins no earlier than the rule; `COUNT` and `UNTIL` left aside."""
    if first > last:
        return iter(())
    look = _by_days if rule.freq in ("DAILY", "WEEKLY") else _by_months
    return (moment for moment in look(begins, rule, first, last) if first <= moment <= last)


def _by_days(begins: datetime, rule: Recurrence, first: datetime, last: datetime) -> Iterator[datetime]:
    """Days and weeks, from the last one before `first` on; months and days of the month are picked from them here."""
    from dateutil.rrule import DAILY, WEEKLY, rrule

    weekdays = [day for day, _ in rule.days]
    step = rule.interval * (1 if rule.freq == "DAILY" else 7)
    start = begins + timedelta(days=(first - begins).days // step * step)
    if rule.freq == "DAILY":
        found = rrule(DAILY, start, rule.interval, until=last)
    else:
        found = rrule(WEEKLY, start, rule.interval, rule.week_start, until=last, byweekday=weekdays or begins.weekday())
    for moment in found:
        if weekdays and moment.weekday() not in weekdays:
            continue
        if (not rule.months or moment.month in rule.months) and _is_on(moment, rule.month_days):
            yield moment


def _is_on(moment: datetime, month_days: tuple[int, ...]) -> bool:
    if not month_days or moment.day in month_days:
        return True
    next_month = (moment.replace(day=28) + timedelta(days=4)).replace(day=1)
    return (moment.date() - next_month.date()).days in month_days


def _by_months(begins: datetime, rule: Recurrence, first: datetime, last: datetime) -> Iterator[datetime]:
    """Month by month or year by year. Where the rule does not say which day, it is that of `begins`."""
    from dateutil.rrule import MONTHLY, YEARLY, rrule, weekday

    days = [weekday(day, which) if which else weekday(day) for day, which in rule.days]
    yearly = rule.freq == "YEARLY"
    dated = not (rule.days or rule.month_days)
    months = rule.months or ((begins.month,) if yearly and dated else ())
    month_days = rule.month_days or ((begins.day,) if dated else ())
    for start in _periods(begins, rule, first, last):
        yield from rrule(
            YEARLY if yearly else MONTHLY, start, _NEVER_AGAIN, rule.week_start, bymonth=months or None,
            bymonthday=month_days or None, byweekday=days or None, bysetpos=rule.positions or None,
        )  # fmt: skip


def _periods(begins: datetime, rule: Recurrence, first: datetime, last: datetime) -> Iterator[datetime]:
    """The first day of each month or year that the rule looks at, at the time of day of `begins`."""
    length = 12 if rule.freq == "YEARLY" else 1
    step = length * rule.interval
    origin = begins.year * 12 + (0 if length == 12 else begins.month - 1)
    skipped = (first.year * 12 + first.month - 1 - origin) // step
    for month in range(origin + skipped * step, last.year * 12 + last.month, step):
        yield begins.replace(year=month // 12, month=month % 12 + 1, day=1)
