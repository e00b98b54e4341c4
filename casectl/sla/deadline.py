"""What limits a rule at a moment: its own figure, or the one that a record of the case or the customer holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from casectl.model.instants import Instant
from casectl.model.target import Ahead, Lookup, Rule, Span
from casectl.model.target_reader import parse_span
from casectl.sla.course import Course, find_record
from casectl.sla.life import Spell


class Deadline(NamedTuple):
    """A limit that is a moment: agreed, promised, or so long ahead of what is promised. It runs round the clock."""

    at: Instant


Resolved = Span | Deadline


def resolve(course: Course, rule: Rule | None, index: int) -> Resolved | None:
    """The limit of `rule` in the state of a spell; None without a rule, a promise, or a record that says it."""
    figure = rule.within if rule else None
    spell = course.life.spells[index]
    if isinstance(figure, Ahead):
        due = _promised(course, spell, "due")
        return None if due is None else Deadline(due.at - figure.span.amount)
    if not isinstance(figure, Lookup):
        return figure
    if figure.source == "customer":
        service = spell.fields.get("service")
        return spell.customer.figure(figure.name, None if service is None else str(service)) if spell.customer else None
    if figure.source == "promised":
        return _promised(course, spell, figure.name)
    if figure.source == "agreed":
        agreed = spell.fields.get("agreed")
        at = agreed.get(figure.name) if isinstance(agreed, Mapping) else None
        return Deadline(at) if isinstance(at, int) else None
    written = spell.fields.get(figure.name)
    return parse_span(str(written)) if written is not None else None


def _promised(course: Course, spell: Spell, name: str) -> Deadline | None:
    record = find_record(spell, course.commitment)
    at = record.get(name) if record else None
    return Deadline(at) if isinstance(at, int) else None
