"""Calendars as a policy writes them: hours by weekday, holidays, replaced days, unions, 24x7."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from itertools import pairwise

from casectl.model.calendar import DAY_SECONDS, WEEKDAYS, Calendar, HolidayList, Window, Windows
from casectl.model.instants import zone_named
from casectl.model.policy_shape import ALWAYS, CLOSED, DAILY, HOURS, UNION, WINDOW
from casectl.model.problems import CasectlError
from casectl.model.reading import NAME, Reading
from casectl.model.tree import Branch, Node, Row, Text
from casectl.model.vocabulary import CalendarNames, calendar_names

DEEPEST_UNION = 8
MOST_MEMBERS = 20
"""Of a union, those of its unions counted: its hours are put together from all of theirs."""

_WINDOW = re.compile(WINDOW)
_WINDOW_HINT = 'write hours as "08:00-18:00", or "08:00-12:00, 13:00-17:00", or closed'
_DAYS_HINT = 'days are mon tue wed thu fri sat sun, as `mon`, `mon-fri`, `"mon,wed"` or `daily`'

HolidayLists = Mapping[str, HolidayList]


def read_zone(reading: Reading, branch: Branch, default: str) -> str:
    """The field `zone`: a name of the tz database; `default` when it is absent or unknown."""
    name = reading.text(branch, "zone", default)
    try:
        zone_named(name)
    except CasectlError as mistake:
        reading.mistake(branch.items["zone"].line if "zone" in branch.items else 0, mistake.message, mistake.hint)
        return "UTC"
    return name


def read_calendars(reading: Reading, branch: Branch, zone: str, lists: HolidayLists) -> dict[str, Calendar]:
    """The section `calendars`; those with mistakes are left out, and the mistakes noted. Choices are no calendars."""
    nodes = dict(reading.section(branch, "calendars", "calendar"))
    return _Calendars(reading, nodes, calendar_names(branch), zone, lists).read()


class _Calendars:
    """Reads them in the order in which unions need them; a name that is being read marks a circle."""

    def __init__(
        self, reading: Reading, nodes: Mapping[str, Node], names: CalendarNames, zone: str, lists: HolidayLists
    ) -> None:
        self.reading = reading
        self.nodes = nodes
        self.names = names
        self.zone = zone
        self.lists = lists
        self.done: dict[str, Calendar | None] = {}
        self.sizes: dict[str, int] = {}

    def read(self) -> dict[str, Calendar]:
        for name in self.names.plain:
            self._calendar(name, ())
        return {name: calendar for name in self.names.plain if (calendar := self.done[name])}

    def _calendar(self, name: str, trail: tuple[str, ...]) -> Calendar | None:
        if name not in self.done:
            self.done[name] = self._read(name, (*trail, name))
        return self.done[name]

    def _read(self, name: str, trail: tuple[str, ...]) -> Calendar | None:
        node = self.nodes[name]
        if isinstance(node, Text) and node.value == ALWAYS:
            return Calendar(name, self.zone, always=True)
        if isinstance(node, Text):
            self.reading.mistake(node.line, f"calendar '{name}' must be {ALWAYS} or have hours", _WINDOW_HINT)
            return None
        if isinstance(node, Branch) and "union" in node.items:
            return self._union(name, node, trail)
        return self._hours(name, node)

    def _union(self, name: str, node: Branch, trail: tuple[str, ...]) -> Calendar | None:
        fields = self.reading.record(node, f"calendar '{name}'", UNION)
        zone = read_zone(self.reading, fields, self.zone)
        members = []
        named = self.reading.words(fields, "union")
        for word, line in named:
            if word in trail:
                self.reading.mistake(line, f"the union goes in a circle: {' > '.join((*trail, word))}")
            elif len(trail) > DEEPEST_UNION:
                self.reading.mistake(line, f"unions of unions of unions: more than {DEEPEST_UNION} deep")
            elif self.names.is_plain(self.reading, word, line):
                members.append(self._calendar(word, trail))
        if len(named) < 2:
            self.reading.mistake(fields.items["union"].line, f"calendar '{name}': a union needs two calendars or more")
        found = tuple(member for member in members if member)
        self.sizes[name] = sum(self.sizes.get(member.name, 1) for member in found)
        if self.sizes[name] > MOST_MEMBERS:
            hint = f"{MOST_MEMBERS} at most, those of its unions counted"
            self.reading.mistake(node.line, f"calendar '{name}' is a union of {self.sizes[name]} calendars", hint)
            return None
        return Calendar(name, zone, members=found, clause=self.reading.clause(fields)) if found else None

    def _hours(self, name: str, node: Node) -> Calendar | None:
        reading, what = self.reading, f"calendar '{name}'"
        fields = reading.record(node, what, HOURS)
        if "hours" not in fields.items:
            return None
        weekly = read_week(reading, fields.items["hours"], what)
        replaced = _replaced(reading, fields, what)
        holidays = self._holidays(fields, what)
        _check_replaced(reading, fields, what, weekly, replaced)
        for day in sorted(set(replaced) & holidays):
            line = self.reading.mapping(fields.items["replaced"], "replaced").keys[day.isoformat()]
            reading.warn(line, f"{what}: {day} is a holiday, so its replaced hours never count", "list it under except")
        zone = read_zone(reading, fields, self.zone)
        return Calendar(name, zone, weekly, replaced, holidays, clause=reading.clause(fields))

    def _holidays(self, fields: Branch, what: str) -> frozenset[date]:
        dates: set[date] = set()
        complete = True
        for word, line in self.reading.words(fields, "holidays"):
            listed = self.lists.get(word)
            if listed is None:
                complete = False
                self.reading.mistake(line, f"{what}: no readable holiday list '{word}'", self._list_hint(word))
            else:
                dates.update(listed.dates)
        for word, line in self.reading.words(fields, "except"):
            day = self.reading.day(word, line, f"{what}, except")
            if day and complete and day not in dates:
                self.reading.warn(line, f"{what}: {day} is no holiday, so except changes nothing")
            dates.discard(day or date.min)
        return frozenset(dates)

    def _list_hint(self, word: str) -> str | None:
        if word in list(self.lists):
            return f"mend policies/holidays/{word}.yaml first"
        write = f"write policies/holidays/{word}.yaml" if NAME.fullmatch(word) else None
        return self.reading.near(word, list(self.lists)) or write


def read_week(reading: Reading, node: Node, what: str) -> tuple[Windows, ...]:
    """Hours by weekday, Monday first. None at all, and any moment that is open twice, is a mistake."""
    noted = len(reading.found)
    weekly = _weekly(reading, node, what)
    if not any(weekly) and noted == len(reading.found):
        reading.mistake(node.line, f"{what} never opens", _WINDOW_HINT)
    for day, name in enumerate(WEEKDAYS):
        if _overlap(weekly[day], weekly[(day + 1) % 7]):
            reading.mistake(node.line, f"{what}: the windows of {name} overlap", "a window past midnight counts too")
    return weekly


def _weekly(reading: Reading, node: Node, what: str) -> tuple[Windows, ...]:
    week: dict[int, Windows] = {}
    hours = reading.mapping(node, f"{what}, hours")
    for key, value in hours.items.items():
        windows = _windows(reading, value, what)
        for day in _weekdays(reading, key, hours.keys[key], what):
            if day in week:
                hint = "give each day its hours once; several windows stand in one list"
                reading.mistake(hours.keys[key], f"{what}: {WEEKDAYS[day]} has hours twice", hint)
            week[day] = windows
    return tuple(week.get(day, ()) for day in range(7))


def _weekdays(reading: Reading, key: str, line: int, what: str) -> list[int]:
    """The weekdays that a key of `hours` names, Monday 0; `fri-mon` runs over the weekend."""
    if key == DAILY:
        return list(range(7))
    days: list[int] = []
    for part in key.split(","):
        first, _, last = part.strip().partition("-")
        if first not in WEEKDAYS or (last or first) not in WEEKDAYS:
            reading.mistake(line, f"{what}: '{part.strip()}' is no day of the week", _DAYS_HINT)
            continue
        begin, end = WEEKDAYS.index(first), WEEKDAYS.index(last or first)
        days += [day % 7 for day in range(begin, end + 1 if end >= begin else end + 8)]
    return days


def _windows(reading: Reading, node: Node, what: str) -> Windows:
    items = node.items if isinstance(node, Row) else (node,)
    found: list[Window] = []
    for item in items:
        if not isinstance(item, Text):
            reading.mistake(item.line, f"{what}: hours must be text", _WINDOW_HINT)
        elif item.value != CLOSED:
            found += [w for part in item.value.split(",") if (w := _window(reading, part.strip(), item.line, what))]
    return tuple(sorted(found))


def _window(reading: Reading, text: str, line: int, what: str) -> Window | None:
    found = _WINDOW.fullmatch(text)
    opens, closes = _edge(found, 1) if found else -1, _edge(found, 3) if found else -1
    if opens < 0 or closes < 0 or opens >= DAY_SECONDS:
        reading.mistake(line, f"{what}: '{text}' are no hours", _WINDOW_HINT)
        return None
    if opens == closes:
        hint = "a whole day is 00:00-24:00; a day without hours is left out, or closed"
        reading.mistake(line, f"{what}: '{text}' opens and closes at the same time", hint)
        return None
    return Window(opens, closes if closes > opens else closes + DAY_SECONDS)


def _edge(found: re.Match[str], group: int) -> int:
    hours, minutes = int(found[group]), int(found[group + 1])
    seconds = hours * 3600 + minutes * 60
    return seconds if minutes < 60 and seconds <= DAY_SECONDS else -1


def _replaced(reading: Reading, fields: Branch, what: str) -> dict[date, Windows]:
    if "replaced" not in fields.items:
        return {}
    branch = reading.mapping(fields.items["replaced"], f"{what}, replaced")
    found: dict[date, Windows] = {}
    for key, value in branch.items.items():
        day = reading.day(key, branch.keys[key], f"{what}, replaced")
        if day:
            found[day] = _windows(reading, value, what)
    return found


def _check_replaced(
    reading: Reading, fields: Branch, what: str, weekly: tuple[Windows, ...], replaced: Mapping[date, Windows]
) -> None:
    """No moment may be open twice: within a replaced day, and where a window runs past midnight into the next day's."""
    for day_replaced, windows in replaced.items():
        before, after = day_replaced - timedelta(days=1), day_replaced + timedelta(days=1)
        day_before = replaced.get(before, weekly[before.weekday()])
        day_after = replaced.get(after, weekly[after.weekday()])
        if _overlap(windows, day_after) or _overlap(day_before, windows):
            lines = reading.mapping(fields.items["replaced"], "replaced").keys
            reading.mistake(lines[day_replaced.isoformat()], f"{what}: the windows of {day_replaced} overlap")


def _overlap(today: Windows, tomorrow: Windows) -> bool:
    inside = any(second.opens < first.closes for first, second in pairwise(today))
    runs_into_tomorrow = today and tomorrow and today[-1].closes > tomorrow[0].opens + DAY_SECONDS
    return inside or bool(runs_into_tomorrow)
