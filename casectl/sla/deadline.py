"""What limits a rule at a moment: its own figure, or the one that a record of the case or the customer holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from casectl.model.instants import Instant
from casectl.model.target import Ahead, Lookup, Rule, Span
from casectl.model.target_reader import parse_span
from casectl.sla.course import Course


class Deadline(NamedTuple):
    """A limit that is a moment: agreed, promised, or so long ahead of what is promised. It runs round the clock."""

    at: Instant


Resolved = Span | Deadline


def resolve(course: Course, rule: Rule | None, index: int) -> Resolved | None:
    """The limit of `rule` in the state of a spell; None without a rule, a promise, or a record that says it."""
    figure = rule.within if rule else None
    spell = course.life.spells[index]
    if isinstance(figure, Ahead):
        due = _promised(course, index, "due")
        return None if due is None else Deadline(due.at - figure.span.amount)
    if not isinstance(figure, Lookup):
        return figure
    if figure.source == "customer":
        service = spell.fields.get("service")
        return spell.customer.figure(figure.name, None if service is None else str(service)) if spell.customer else None
    if figure.source == "promised":
        return _promised(course, index, figure.name)
    if figure.source == "agreed":
        agreed = spell.fields.get("agreed")
        at = agreed.get(figure.name) if isinstance(agreed, Mapping) else None
        return Deadline(at) if isinstance(at, int) else None
    written = spell.fields.get(figure.name)
    return parse_span(str(written)) if written is not None else None


def missing_figure(rule: Rule) -> str:
    """What a record must say before the rule has a figure; empty for a rule that has one, or promises none."""
    if not isinstance(rule.within, Lookup):
        return ""
    if rule.within.source == "agreed":
        return "no time agreed yet"
    holder = {"case": "the case", "customer": "the customer's record", "promised": "the promise"}[rule.within.source]
    return f"{holder} has no {rule.within.name}"


def _promised(course: Course, index: int, name: str) -> Deadline | None:
    record = course.life.commitments[index].get(course.commitment)
    at = record.get(name) if record else None
    return Deadline(at) if isinstance(at, int) else None
