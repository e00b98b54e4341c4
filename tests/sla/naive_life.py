"""When the occurrences of one target begin and end: the steps of a case read one by one, in order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from casectl.model.case import Entry
from casectl.model.instants import Instant
from casectl.model.policy import ANCHORS, DONE_PHASES, Condition, Customer, Policy, Rule, Target
from casectl.model.timeline import Step
from tests.sla.naive_hours import Hours, hours_of

FIRST_ONLY = ("triaged", "responded", "prioritised")
"""Stops that exist once: the first in the case's whole life, be it before the start."""


@dataclass
class Spell:
    """A solved stretch that a reopening took back. `step` is the step that had ended the row at `begins`."""

    begins: Instant
    ends: Instant
    counts: bool
    step: int


@dataclass
class Occurrence:
    number: int
    start: Instant
    again: bool
    """Whether only stops at or after the start end it (repeats, escalations, restarts)."""
    stop: Instant | None = None
    stop_step: int = -1
    undoable: bool = False
    own_stop_in_spell: int | None = None
    spells: list[Spell] = field(default_factory=list)


class Life:
    """The states of a case after each step up to `as_of`, and what a policy says of each."""

    def __init__(self, steps: tuple[Step, ...], policy: Policy, customers: Mapping[str, Customer], grain: int) -> None:
        self.steps, self.policy, self.customers, self.grain = steps, policy, customers, grain
        self.hours: dict[str, Hours] = {name: hours_of(c, grain) for name, c in policy.calendars.items()}
        self.states: list[dict[str, object]] = []
        self._index: dict[Instant, int] = {}
        fields: dict[str, object] = {}
        for step in steps:
            fields = {k: v for k, v in {**fields, **step.changes}.items() if v is not None}
            self.states.append(fields)
        claim = self.states[0].get("received")
        self.received = min(claim, steps[0].at) if isinstance(claim, int) else steps[0].at

    def customer(self, i: int) -> Customer | None:
        """Whom the case is for after step `i`."""
        return self.customers.get(str(self.states[i].get("customer")))

    def index_at(self, t: Instant) -> int:
        """The last step at or before `t`; the opening state also holds before the opening."""
        if t not in self._index:
            self._index[t] = max((i for i, step in enumerate(self.steps) if step.at <= t), default=0)
        return self._index[t]

    def phase(self, i: int) -> str:
        return self.policy.phase_of(str(self.states[i]["status"]))

    def done(self, i: int) -> bool:
        return i >= 0 and self.phase(i) in DONE_PHASES

    def holds(self, condition: Condition, i: int) -> bool:
        customer = self.customer(i)
        facts: Mapping[str, object] = {**self.states[i], "plan": customer.plan if customer else None}
        if any(facts.get(key) not in wanted for key, wanted in condition.values.items()):
            return False
        is_open = {name: self.hours[name].is_open(self.received) for name in self.hours}
        if condition.reported_in and not any(is_open[name] for name in condition.reported_in):
            return False
        return not condition.reported_out or not all(is_open[name] for name in condition.reported_out)

    def rule(self, target: Target, i: int) -> Rule | None:
        if not self.holds(target.scope, i):
            return None
        return next((rule for rule in target.rules if self.holds(rule.when, i)), None)

    def began(self, anchor: str, i: int) -> Instant | None:
        """The moment of `anchor` when step `i` brings it about."""
        at = self.steps[i].at
        if anchor == "received":
            return self.deemed() if i == 0 else None
        if anchor == "detected":
            claim = self.states[0].get("detected")
            return min(claim, at) if i == 0 and isinstance(claim, int) else None
        if anchor == "opened":
            return at if i == 0 else None
        if anchor in FIRST_ONLY:
            earlier = any(self.happens(anchor, j) for j in range(i))
            return at if self.happens(anchor, i) and not earlier else None
        return at if self.happens(anchor, i) else None

    def happens(self, anchor: str, i: int) -> bool:
        """Whether step `i` does what `anchor` names, for the first time or again."""
        entries = self.steps[i].entries
        if anchor == "triaged":
            return any(entry.kind == "triage" for entry in entries)
        if anchor == "responded":
            return any(_answers(entry, kind) for entry in entries for kind in self.policy.responses)
        if anchor == "prioritised":
            return "priority" in self.states[i] and (i == 0 or "priority" not in self.states[i - 1])
        if anchor == "escalated":
            return any(entry.kind == "escalation" for entry in entries)
        if anchor == "closed":
            return self.phase(i) == "closed" and (i == 0 or self.phase(i - 1) != "closed")
        if anchor == "resolved":
            return self.done(i) and not self.done(i - 1)
        return any(_answers(entry, anchor) for entry in entries)

    def deemed(self) -> Instant:
        channel = self.policy.channels[str(self.states[0]["channel"])]
        return self.hours[channel.calendar].next_open(self.received) if channel.deemed else self.received

    def occurrences(self, target: Target) -> list[Occurrence]:
        """Every occurrence that has begun, oldest first."""
        return _Reader(self, target).read()


def _answers(entry: Entry, anchor: str) -> bool:
    kind, _, direction = anchor.partition(":")
    return entry.kind == kind and (not direction or entry.fields.get("direction") == direction)


class _Reader:
    def __init__(self, life: Life, target: Target) -> None:
        self.life, self.target = life, target
        self.found: list[Occurrence] = []
        self.owed = 0
        """Starts that fell into a solved spell, and wait for the reopening."""
        self.wants_anchor = True
        """Whether the next occurrence waits for its start anchor."""
        self.many = target.otherwise.start == ("escalated",) and not target.otherwise.repeat

    def read(self) -> list[Occurrence]:
        for i in range(len(self.life.steps)):
            if self.life.done(i - 1) and not self.life.done(i):
                self._reopen(i)
            start = self._start_in(i)
            if start is not None and (self.wants_anchor or self.many):
                self.wants_anchor = False
                self._begin_or_owe(i, start)
            for occurrence in list(self.found):
                self._end(occurrence, i)
        return self.found

    def _rule(self, i: int) -> Rule:
        return self.life.rule(self.target, i) or self.target.otherwise

    def _start_in(self, i: int) -> Instant | None:
        moments = (self.life.began(anchor, i) for anchor in self._rule(i).start)
        return next((moment for moment in moments if moment is not None), None)

    def _begin_or_owe(self, i: int, start: Instant) -> None:
        if self.life.done(i):
            self.owed += 1
        else:
            self._begin(i, start)

    def _begin(self, i: int, start: Instant, again: bool = False) -> None:
        repeat = self._rule(i).repeat
        occurrence = Occurrence(len(self.found) + 1, start, again or repeat or self.many)
        self.found.append(occurrence)
        if not occurrence.again:
            stops = [s for s in self._rule(i).stop if s in FIRST_ONLY]
            past = [self.life.steps[j].at for j in range(i) for s in stops if self.life.began(s, j) is not None]
            if past:
                occurrence.stop, occurrence.stop_step = min(past), i

    def _own_stop(self, i: int) -> bool:
        return any(self.life.happens(stop, i) for stop in self._rule(i).stop if stop != "resolved")

    def _end(self, occurrence: Occurrence, i: int) -> None:
        at = self.life.steps[i].at
        if occurrence.stop is None:
            if self._own_stop(i):
                occurrence.stop, occurrence.stop_step = at, i
                self._next(i, at)
            elif self.life.done(i) and not self.life.done(i - 1):
                occurrence.stop, occurrence.stop_step, occurrence.undoable = at, i, True
        elif occurrence.undoable and occurrence.own_stop_in_spell is None and self._own_stop(i):
            occurrence.own_stop_in_spell = i

    def _next(self, i: int, start: Instant) -> None:
        """The last occurrence of a repeating target has stopped for good in step `i`."""
        if not self._rule(i).repeat:
            return
        if any(anchor in ANCHORS and anchor != "escalated" for anchor in self._rule(i).start):
            self._begin_or_owe(i, start)
        else:
            self.wants_anchor = True

    def _reopen(self, i: int) -> None:
        at, how = self.life.steps[i].at, self._rule(i).on_reopen
        owed, self.owed = self.owed, 0
        for occurrence in [o for o in self.found if o.undoable]:
            occurrence.undoable = False
            if how == "restart":
                self._begin(i, at, again=True)
            else:
                self._go_on(occurrence, i, how == "continue")
        for _ in range(owed):
            self._begin(i, at)

    def _go_on(self, occurrence: Occurrence, i: int, counts: bool) -> None:
        solved_at, solved_in, inner = occurrence.stop, occurrence.stop_step, occurrence.own_stop_in_spell
        assert solved_at is not None
        ends = self.life.steps[i if inner is None else inner].at
        occurrence.spells.append(Spell(solved_at, ends, counts, solved_in))
        occurrence.own_stop_in_spell = None
        if inner is None:
            occurrence.stop = None
            return
        occurrence.stop, occurrence.stop_step = ends, inner
        if self._rule(i).repeat:
            self.wants_anchor = True
            if self._startable_between(inner, i):
                self.wants_anchor = False
                self._begin(i, self.life.steps[i].at)

    def _startable_between(self, stop_step: int, i: int) -> bool:
        if any(anchor in ANCHORS and anchor != "escalated" for anchor in self._rule(i).start):
            return True
        return any(self._start_in(j) is not None for j in range(stop_step + 1, i))
