"""Calendars that the case chooses. Rules that name one are made plain when read, so that no clock meets a choice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from casectl.model.policy_shape import CHOICE, CHOICE_ROW, CHOICE_WHEN
from casectl.model.reading import Reading
from casectl.model.target import CalendarChoice, Condition, Rule
from casectl.model.tree import Branch, Node, Row
from casectl.model.vocabulary import CHOOSE, Vocabulary, read_condition

_HINT = "- {when: {category: technical}, calendar: office}, and last - {calendar: round-the-clock}"

Choices = Mapping[str, CalendarChoice]


def read_choices(reading: Reading, branch: Branch, words: Vocabulary) -> dict[str, CalendarChoice]:
    """Those of the section `calendars` that have `choose`; one with a mistake may have no rows."""
    section = branch.items.get("calendars")
    nodes = section.items if isinstance(section, Branch) else {}
    return {name: _choice(reading, name, nodes[name], words) for name in words.calendars.choices}


def _choice(reading: Reading, name: str, node: Node, words: Vocabulary) -> CalendarChoice:
    what = f"calendar '{name}'"
    fields = reading.record(node, what, CHOICE)
    listed = fields.items[CHOOSE]
    if not isinstance(listed, Row) or not listed.items:
        reading.mistake(listed.line, f"{what}: choose must be a list", _HINT)
        return CalendarChoice(name, ())
    rows = [_row(reading, f"{what}, row {n}", item, words) for n, item in enumerate(listed.items, 1)]
    check_last_row(reading, what, listed, "calendar")
    return CalendarChoice(name, tuple(rows), reading.clause(fields))


def _row(reading: Reading, what: str, node: Node, words: Vocabulary) -> tuple[Condition, str]:
    fields = reading.record(node, what, CHOICE_ROW)
    when = Condition()
    if "when" in fields.items:
        when = read_condition(reading, fields.items["when"], f"{what}, when", words, CHOICE_WHEN)
    name = reading.text(fields, "calendar")
    known = bool(name) and words.calendars.is_plain(reading, name, fields.items["calendar"].line)
    return when, name if known else ""


def check_last_row(reading: Reading, what: str, rows: Row, gives: str) -> None:
    """Every case must find a row: the last one has no `when`."""
    last = rows.items[-1]
    if isinstance(last, Branch) and "when" in last.items:
        hint = f"end with a row of `{gives}:` alone, for all other cases"
        reading.mistake(last.keys["when"], f"{what}: the last row has a `when`, so a case may find none", hint)


def chosen(rule: Rule, choices: Choices) -> Iterator[Rule]:
    """The rule once for each row of what its `calendar` and `days` choose by, in order; itself when they are plain.

    A row that no case of the rule can meet is left out, and so are all after one that takes every case of it.
    """
    for one in _by(rule, rule.calendar, choices):
        yield from _by(one, one.days, choices)


def how_many(rules: Sequence[Rule], choices: Choices) -> int:
    """How many rules `chosen` makes of these at most."""
    pairs = [(rule.calendar, None if rule.days == rule.calendar else rule.days) for rule in rules]
    return sum(len(_rows(calendar, choices)) * len(_rows(days, choices)) for calendar, days in pairs)


def settled(rule: Rule, choices: Choices) -> Rule:
    """The rule with the calendars of the last rows, those for every case."""
    *_, (_, calendar) = _rows(rule.calendar, choices)
    *_, (_, days) = _rows(rule.days, choices)
    return rule._replace(calendar=calendar or "", days=days)


def _by(rule: Rule, name: str | None, choices: Choices) -> Iterator[Rule]:
    """One rule for each row of the choice; where both keys name it, both get the row's calendar."""
    for condition, calendar in _rows(name, choices):
        when = both(rule.when, condition)
        if when is None:
            continue
        yield rule._replace(
            when=when,
            calendar=(calendar or "") if rule.calendar == name else rule.calendar,
            days=calendar if rule.days == name else rule.days,
        )
        if when == rule.when:
            return


def _rows(name: str | None, choices: Choices) -> tuple[tuple[Condition, str | None], ...]:
    choice = choices.get(name or "")
    return (choice.rows if choice else ()) or ((Condition(), name),)


def both(first: Condition, second: Condition) -> Condition | None:
    """The condition that holds when both do, of which only `first` may speak of `reported`; None when they never do."""
    values = dict(first.values)
    for key, wanted in second.values.items():
        values[key] = values[key] & wanted if key in values else wanted
        if not values[key]:
            return None
    return first._replace(values=values)
