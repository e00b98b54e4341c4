"""A timeline as the clock sees it: spells of constant state, and the moments that targets start and stop at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from casectl.model.case import Entry, Scalar, Value
from casectl.model.instants import Instant
from casectl.model.policy import DONE_PHASES, Customer, Policy
from casectl.model.target import Condition
from casectl.model.terms import Terms
from casectl.model.timeline import Step
from casectl.sla.conditions import holds
from casectl.sla.opentime import open_time

Facts = tuple[str | None, ...]
"""priority, type, channel, plan, service, category: what the conditions of rules speak of, in that order."""

PRIORITY, TYPE, CHANNEL, PLAN, SERVICE, CATEGORY = range(6)
FACT_FIELDS = ("priority", "type", "channel", "customer", "service", "category", "policy")
"""Fields of a case on which it depends what rule is in force (the plan comes with the customer)."""

Record = Mapping[str, Scalar]


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
    policy: Policy
    """What judges the case in this state: a move to another policy acts from then on, too."""

    @property
    def status(self) -> str:
        """One of the policy's states."""
        return str(self.fields.get("status"))

    @property
    def done(self) -> bool:
        """Whether the case is solved here: in phase resolved, monitoring or closed."""
        return self.phase in DONE_PHASES

    def records(self, name: str) -> tuple[Record, ...]:
        """The records of `commitments` or `exemptions` as they stand here."""
        value = self.fields.get(name)
        return value if isinstance(value, tuple) else ()


class Happening(NamedTuple):
    """A moment that an anchor names: the index of the spell whose step it is, and the instant."""

    index: int  # type: ignore[assignment]
    at: Instant


class Life:
    """One case up to one moment, under its terms; what all its targets share is worked out here once."""

    def __init__(self, steps: Sequence[Step], terms: Sequence[Terms]) -> None:
        """`steps` as they count, voids heeded (`voids.effective`)."""
        self.spells = tuple(_spells(steps, terms))
        first = self.spells[0]
        self.sorts: list[tuple[Facts, Policy]] = []
        """Facts and policy as they followed each other: what rules are chosen by."""
        self.sort_of = [self._sort(spell) for spell in self.spells]
        """Of each spell, its place among `sorts`."""
        self.received: Instant = claimed(first.fields, "received", first.at) or first.at
        self.deemed: Instant = self._deemed(first)
        self._anchors: dict[str, tuple[Happening, ...]] = {}
        self.entries: list[tuple[int, Entry]] = [
            (index, entry) for index, spell in enumerate(self.spells) for entry in spell.step.entries
        ]
        """Every log entry with the index of the spell that its step began."""

    @property
    def policy(self) -> Policy:
        """The policy that the case was moved to last."""
        return self.spells[-1].policy

    def _sort(self, spell: Spell) -> int:
        if not self.sorts or spell.facts != self.sorts[-1][0] or spell.policy is not self.sorts[-1][1]:
            self.sorts.append((spell.facts, spell.policy))
        return len(self.sorts) - 1

    def _deemed(self, first: Spell) -> Instant:
        channel = first.policy.channels.get(first.facts[CHANNEL] or "")
        if channel is None or not channel.deemed:
            return self.received
        hours = open_time(first.policy.calendars[channel.calendar], self.received, self.received)
        return hours.next_opening(self.received)

    @cached_property
    def commitments(self) -> list[dict[str, Record]]:
        """Of each spell, its commitments by id."""
        found: list[dict[str, Record]] = []
        for index, spell in enumerate(self.spells):
            if index and "commitments" not in spell.step.changes:
                found.append(found[-1])
            else:
                found.append({str(record.get("id")): record for record in spell.records("commitments")})
        return found

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
        if anchor == "call-ended":
            return self._call_ended()
        if anchor in ("resolved", "closed"):
            return self._entered(DONE_PHASES if anchor == "resolved" else frozenset({"closed"}))
        if anchor == "prioritised":
            return self._first(spell.facts[PRIORITY] is not None for spell in self.spells)
        if anchor == "assigned":
            return self._first("assignee" in spell.fields for spell in self.spells)
        if anchor == "picked-up":
            return self._first(spell.phase == "active" for spell in self.spells)
        return self._logged(anchor)

    def _first(self, holds: Iterator[bool]) -> list[Happening]:
        return [Happening(index, self.spells[index].at) for index, found in enumerate(holds) if found][:1]

    def _call_ended(self) -> list[Happening]:
        """The claimed end of the call by which the case came in: its opening logs it."""
        opening = self.spells[0]
        for entry in opening.step.entries:
            started, minutes = entry.fields.get("started"), entry.fields.get("minutes")
            if entry.answers_to("call:in") and isinstance(started, int):
                ended = started + (minutes * 60 if isinstance(minutes, int) else 0)
                return [Happening(0, min(ended, opening.at))]
        return []

    def _entered(self, phases: frozenset[str]) -> list[Happening]:
        inside = [spell.phase in phases for spell in self.spells]
        return [
            Happening(index, spell.at)
            for index, spell in enumerate(self.spells)
            if inside[index] and not (index and inside[index - 1])
        ]

    def _logged(self, anchor: str) -> list[Happening]:
        found = [
            Happening(index, self.spells[index].at)
            for index, entry in self.entries
            if _answers(entry, anchor, self.spells[index].policy)
        ]
        return found[:1] if anchor in ("triaged", "path-confirmed") else found

    def meets(self, condition: Condition, index: int = -1) -> bool:
        """Whether a condition on facts holds for the case as it is in one of its spells; by default the last."""
        spell = self.spells[index]
        return holds(condition, (*spell.facts, None), spell.policy.calendars, self.received)

    def in_state_since(self) -> int:
        """The index of the spell in which the case came to the status that it has in the last one."""
        index = len(self.spells) - 1
        while index and self.spells[index - 1].status == self.spells[index].status:
            index -= 1
        return index


def _answers(entry: Entry, anchor: str, policy: Policy) -> bool:
    if anchor == "responded":
        return any(entry.answers_to(kind) for kind in policy.responses)
    if anchor == "path-confirmed":
        return entry.kind == "pathway" and "chosen" in entry.fields
    return entry.answers_to({"triaged": "triage", "escalated": "escalation"}.get(anchor, anchor))


def claimed(fields: Mapping[str, Value], name: str, committed: Instant) -> Instant | None:
    """A claimed moment as it counts: never later than the commit that claims it; None when nothing is claimed."""
    claim = fields.get(name)
    return min(claim, committed) if isinstance(claim, int) else None


def terms_at(steps: Sequence[Step], terms: Sequence[Terms]) -> list[Terms]:
    """What judges the case after each step: the first terms, until a step that moves it and that others hold since.

    A step that only undoes such a move moves nothing: `voids.effective` leaves it without that change.
    """
    since = {each.since: each for each in terms[1:]}
    found, current = [], terms[0]
    for step in steps:
        if "policy" in step.changes:
            current = since.get(step.commit, current)
        found.append(current)
    return found


def _spells(steps: Sequence[Step], terms: Sequence[Terms]) -> Iterator[Spell]:
    fields: dict[str, Value] = {}
    for step, (policy, customers, _, _) in zip(steps, terms_at(steps, terms), strict=True):
        if step.changes:
            fields = _merged(fields, step.changes)
        waiting_for = fields.get("waiting_for")
        customer = customers.get(str(fields.get("customer")))
        yield Spell(
            step.at,
            step,
            fields,
            _facts(fields, customer.plan if customer else None),
            policy.phase_of(str(fields.get("status"))),
            None if waiting_for is None else str(waiting_for),
            customer,
            policy,
        )


def _merged(fields: Mapping[str, Value], changes: Mapping[str, Value | None]) -> dict[str, Value]:
    both = {**fields, **changes}
    return {name: value for name, value in both.items() if value is not None}


def _facts(fields: Mapping[str, Value], plan: str | None) -> Facts:
    def text(name: str) -> str | None:
        value = fields.get(name)
        return None if value is None else str(value)

    return (text("priority"), text("type"), text("channel"), plan, text("service"), text("category"))
