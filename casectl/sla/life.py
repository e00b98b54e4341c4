"""A timeline as the clock sees it: spells of constant state, and the moments that targets start and stop at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from casectl.model.case import Entry, Value
from casectl.model.instants import Instant
from casectl.model.policy import DONE_PHASES, Condition, Customer, Policy, Rule, Target
from casectl.model.timeline import Step
from casectl.sla.opentime import open_time

Facts = tuple[str | None, ...]
"""priority, type, channel, plan, service, category: what the conditions of rules speak of, in that order."""

PRIORITY, TYPE, CHANNEL, PLAN, SERVICE, CATEGORY = range(6)
FACT_FIELDS = ("priority", "type", "channel", "customer", "service", "category")
"""Fields of a case from which its facts come (the plan comes with the customer)."""
_FACT = {"priority": PRIORITY, "type": TYPE, "channel": CHANNEL, "plan": PLAN, "service": SERVICE, "category": CATEGORY}


class Spell(NamedTuple):
    """The state of a case from one step to the next. The first one also stands for all time before it."""

    at: Instant
    step: Step
    fields: Mapping[str, Value]
    facts: Facts
    phase: str
    waiting_for: str | None
    customer: Customer | None
    """The record of whom the case is for in this state; a change of customer acts from then on, like any other."""

    @property
    def done(self) -> bool:
        """Whether the case is solved here: in phase resolved, monitoring or closed."""
        return self.phase in DONE_PHASES


class Happening(NamedTuple):
    """A moment that an anchor names: the index of the spell whose step it is, and the instant."""

    index: int  # type: ignore[assignment]
    at: Instant


class Life:
    """One case up to one moment, under one policy; what all its targets share is worked out here once."""

    def __init__(self, steps: Sequence[Step], policy: Policy, customers: Mapping[str, Customer]) -> None:
        self.policy = policy
        self.spells = tuple(_spells(steps, policy, customers))
        first = self.spells[0]
        self.received: Instant = claimed(first.fields, "received", first.at) or first.at
        self.deemed: Instant = self._deemed(first)
        self._anchors: dict[str, tuple[Happening, ...]] = {}
        self._entries: list[tuple[int, Entry]] = [
            (index, entry) for index, spell in enumerate(self.spells) for entry in spell.step.entries
        ]

    def _deemed(self, first: Spell) -> Instant:
        channel = self.policy.channels.get(first.facts[CHANNEL] or "")
        if channel is None or not channel.deemed:
            return self.received
        hours = open_time(self.policy.calendars[channel.calendar], self.received, self.received)
        return hours.next_opening(self.received)

    def happenings(self, anchor: str) -> tuple[Happening, ...]:
        """Every time that `anchor` happened, in order. `received` is the deemed one."""
        known = self._anchors.get(anchor)
        if known is None:
            known = self._anchors[anchor] = tuple(self._find(anchor))
        return known

    def _find(self, anchor: str) -> list[Happening]:
        first = self.spells[0]
        if anchor == "received":
            return [Happening(0, self.deemed)]
        if anchor == "opened":
            return [Happening(0, first.at)]
        if anchor == "detected":
            detected = claimed(first.fields, "detected", first.at)
            return [] if detected is None else [Happening(0, detected)]
        if anchor in ("resolved", "closed"):
            return self._entered(DONE_PHASES if anchor == "resolved" else frozenset({"closed"}))
        if anchor == "prioritised":
            rated = (index for index, spell in enumerate(self.spells) if spell.facts[PRIORITY])
            return [Happening(index, self.spells[index].at) for index in rated][:1]
        return self._logged(anchor)

    def _entered(self, phases: frozenset[str]) -> list[Happening]:
        inside = [spell.phase in phases for spell in self.spells]
        return [
            Happening(index, spell.at)
            for index, spell in enumerate(self.spells)
            if inside[index] and not (index and inside[index - 1])
        ]

    def _logged(self, anchor: str) -> list[Happening]:
        kinds = {"triaged": ("triage",), "escalated": ("escalation",), "responded": self.policy.responses}
        wanted = kinds.get(anchor, (anchor,))
        found = [
            Happening(index, self.spells[index].at)
            for index, entry in self._entries
            if any(entry.answers_to(kind) for kind in wanted)
        ]
        return found[:1] if anchor == "triaged" else found

    def rules(self, target: Target) -> tuple[Rule | None, ...]:
        """The rule in force in each spell: the first whose condition holds, None where there is none."""
        chosen: list[Rule | None] = []
        seen: Facts | None = None
        for spell in self.spells:
            if spell.facts != seen:
                seen = spell.facts
                rule = self._rule(target, spell.facts)
            chosen.append(rule)
        return tuple(chosen)

    def _rule(self, target: Target, facts: Facts) -> Rule | None:
        if not self._holds(target.scope, facts):
            return None
        return next((rule for rule in target.rules if self._holds(rule.when, facts)), None)

    def in_scope(self, target: Target, index: int) -> bool:
        """Whether the target is about this case at all, in the state of that spell."""
        return self._holds(target.scope, self.spells[index].facts)

    def _holds(self, condition: Condition, facts: Facts) -> bool:
        if any(facts[_FACT[key]] not in wanted for key, wanted in condition.values.items()):
            return False
        return self._reported(condition.reported_in, True) and self._reported(condition.reported_out, False)

    def _reported(self, calendars: tuple[str, ...], wanted: bool) -> bool:
        """Whether one of the calendars was open (or closed) at the actual receipt; true when none is named."""
        found = (open_time(self.policy.calendars[name], self.received, self.received) for name in calendars)
        return not calendars or any(hours.is_open(self.received) is wanted for hours in found)


def claimed(fields: Mapping[str, Value], name: str, committed: Instant) -> Instant | None:
    """A claimed moment as it counts: never later than the commit that claims it; None when nothing is claimed."""
    claim = fields.get(name)
    return min(claim, committed) if isinstance(claim, int) else None


def _spells(steps: Sequence[Step], policy: Policy, customers: Mapping[str, Customer]) -> list[Spell]:
    fields: dict[str, Value] = {}
    spells = []
    for step in steps:
        if step.changes:
            fields = _merged(fields, step.changes)
        status = str(fields.get("status"))
        waiting_for = fields.get("waiting_for")
        customer = customers.get(str(fields.get("customer")))
        spells.append(
            Spell(
                step.at,
                step,
                fields,
                _facts(fields, customer.plan if customer else None),
                policy.phase_of(status),
                None if waiting_for is None else str(waiting_for),
                customer,
            )
        )
    return spells


def _merged(fields: Mapping[str, Value], changes: Mapping[str, Value | None]) -> dict[str, Value]:
    both = {**fields, **changes}
    return {name: value for name, value in both.items() if value is not None}


def _facts(fields: Mapping[str, Value], plan: str | None) -> Facts:
    def text(name: str) -> str | None:
        value = fields.get(name)
        return None if value is None else str(value)

    return (text("priority"), text("type"), text("channel"), plan, text("service"), text("category"))
