"""The names that one policy gives to things: what its conditions, calendars and targets may speak of."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

from casectl.model.policy import Commitment
from casectl.model.reading import Reading
from casectl.model.shapes import Record
from casectl.model.target import CONDITION_KEYS, Condition
from casectl.model.target_shape import REPORTED
from casectl.model.tree import Branch, Node, Row

CHOOSE = "choose"
"""The key of a calendar that stands for others."""


def names_in(branch: Branch, key: str) -> Collection[str]:
    """The names that a section gives, so that a mistake inside one entry is not reported again at each mention."""
    section = branch.items.get(key)
    return section.items.keys() if isinstance(section, Branch) else ()


class CalendarNames(NamedTuple):
    """The names under `calendars`: those that are open or closed by themselves, and those that the case chooses."""

    plain: Collection[str]
    choices: Collection[str]

    def is_plain(self, reading: Reading, word: str, line: int) -> bool:
        """Whether `word` names a calendar with hours of its own; notes the mistake when it does not."""
        if word in self.choices:
            hint = f"only `calendar:` and `days:` of a target may; name one of: {', '.join(self.plain)}"
            reading.mistake(line, f"calendar '{word}' depends on the case and cannot be named here", hint)
            return False
        return reading.is_known(word, line, self.plain, "calendar")

    def all(self) -> tuple[str, ...]:
        """Every name; what a target may count on."""
        return (*self.plain, *self.choices)


def calendar_names(branch: Branch) -> CalendarNames:
    """Of a whole policy file."""
    section = branch.items.get("calendars")
    nodes: Mapping[str, Node] = section.items if isinstance(section, Branch) else {}
    chosen = [name for name, node in nodes.items() if isinstance(node, Branch) and CHOOSE in node.items]
    return CalendarNames([name for name in nodes if name not in chosen], chosen)


class Vocabulary(NamedTuple):
    """All names that conditions and targets of one policy may use."""

    calendars: CalendarNames
    waiting_for: Collection[str]
    priority: Collection[str]
    type: Collection[str]
    channel: Collection[str]
    plan: Collection[str]
    service: Collection[str]
    category: Collection[str]
    commitments: Mapping[str, Commitment]
    targets: Collection[str]
    paths: Collection[str]

    def of(self, key: str) -> Collection[str] | None:
        """The values that a condition may name under `key`; None where any word will do."""
        closed = {
            "priority": self.priority,
            "type": self.type,
            "channel": self.channel,
            "commitment": self.commitments,
        }
        listed = {"plan": self.plan, "service": self.service, "category": self.category}
        return closed[key] if key in closed else listed.get(key) or None


def vocabulary(branch: Branch, commitments: Mapping[str, Commitment]) -> Vocabulary:
    """Of a whole policy file, of which the section `commitments` has been read."""
    return Vocabulary(
        calendars=calendar_names(branch),
        waiting_for=names_in(branch, "waiting_for"),
        priority=names_in(branch, "priorities"),
        type=names_in(branch, "types"),
        channel=names_in(branch, "channels"),
        plan=names_in(branch, "plans"),
        service=names_in(branch, "services"),
        category=names_in(branch, "categories"),
        commitments=commitments,
        targets=names_in(branch, "targets"),
        paths=names_in(branch, "paths"),
    )


def read_condition(reading: Reading, node: Node, what: str, words: Vocabulary, shape: Record) -> Condition:
    """A mapping of facts to the values that they may have, and `reported` where the shape has it."""
    fields = reading.record(node, what, shape)
    keys = [key for key in CONDITION_KEYS if key in shape.fields and key in fields.items]
    values = {key: _values(reading, fields, key, words) for key in keys}
    if "reported" not in shape.fields or "reported" not in fields.items:
        return Condition(values)
    sides = reading.record(fields.items["reported"], f"{what}, reported", REPORTED)
    if not sides.items:
        reading.mistake(sides.line, f"{what}: reported lacks a calendar", "reported: {in: CALENDAR}, or out")
    return Condition(values, _calendars(reading, sides, "in", words), _calendars(reading, sides, "out", words))


def _calendars(reading: Reading, sides: Branch, key: str, words: Vocabulary) -> tuple[str, ...]:
    named = reading.words(sides, key)
    return tuple(word for word, line in named if words.calendars.is_plain(reading, word, line))


def _values(reading: Reading, fields: Branch, key: str, words: Vocabulary) -> frozenset[str]:
    known = words.of(key)
    if known is None:
        found = [word for word, _ in reading.words(fields, key)]
    else:
        found = list(reading.known_words(fields, key, known, key))
    node = fields.items[key]
    if isinstance(node, Row) and not node.items:
        reading.mistake(node.line, f"'{key}' lists nothing, so it could never hold", "leave the key out")
    return frozenset(found)
