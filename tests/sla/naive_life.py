"""When the occurrences of one target begin and end: the steps of a case read one by one, in order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from casectl.model.case import Entry
from casectl.model.instants import Instant
from casectl.model.policy import DONE_PHASES, Customer, Policy
from casectl.model.target import Condition, Rule, Target
from casectl.model.terms import Terms
from casectl.model.timeline import Step
from tests.sla.naive_hours import Hours, hours_of
from tests.sla.naive_record import Record

FIRST_ONLY = ("opened", "triaged", "responded", "prioritised", "assigned", "picked-up", "path-confirmed")
"""Stops that exist once: the first in the case's whole life, be it before the start."""
ONE_EACH = (("escalated",), ("promised",))
"""Starts that begin an occurrence whenever they happen, whatever runs already."""


@dataclass
class Spell:
    """A solved stretch that a reopening took back. `step` is the step that had ended the row at `begins`."""

    begins: Instant
    ends: Instant
    counts: bool
    step: int


@dataclass
class Occurrence:
    begun_in: int
    """The step that began it."""
    source: int
    """The step that brought its anchor about; earlier than `begun_in` when that was while the case was solved."""
    start: Instant
    again: bool
    """Whether only stops at or after the start end it (repeats, escalations, commitments, restarts)."""
    subject: str = ""
    stop: Instant | None = None
    stop_step: int = -1
    undoable: bool = False
    own_stop_in_spell: int | None = None
    spells: list[Spell] = field(default_factory=list)

    @property
    def identity(self) -> tuple[int, int, str]:
        """What it is known by when steps are voided: where its anchor comes from, wherever it begins."""
        return self.source, self.source, self.subject


class Life:
    """The states of a case after each step up to `as_of`, and what its terms say of each."""

    def __init__(self, record: Record, terms: Sequence[Terms], grain: int) -> None:
        self.record, self.grain = record, grain
        self.steps: Sequence[Step] = record.steps
        self.states: list[dict[str, Any]] = record.states
        self.terms = self._terms_of_steps(terms)
        self._index: dict[Instant, int] = {}
        claim = self.states[0].get("received")
        self.received = min(claim, self.steps[0].at) if isinstance(claim, int) else self.steps[0].at

    def _terms_of_steps(self, terms: Sequence[Terms]) -> list[Terms]:
        """The terms after each step; a move that was taken back never happened."""
        moved = {one.since: one for one in terms[1:]}
        held, in_force = [], terms[0]
        for i, step in enumerate(self.steps):
            if i not in self.record.taken:
                in_force = moved.get(step.commit, in_force)
            held.append(in_force)
        return held

    # What the terms say

    def policy(self, i: int) -> Policy:
        return self.terms[i].policy

    def names(self) -> list[str]:
        """The targets of all policies that this life has had, in order."""
        return list(dict.fromkeys(name for terms in self.terms for name in terms.policy.targets))

    def target(self, name: str, i: int) -> Target | None:
        return self.policy(i).targets.get(name)

    def otherwise(self, name: str, i: int) -> Rule:
        """The target's own keys; where a policy lacks it, those of the last one that had it, else of the next."""
        later = (target for j in range(i, len(self.steps)) if (target := self.target(name, j)))
        earlier = (target for j in range(i, -1, -1) if (target := self.target(name, j)))
        found = next(earlier, None) or next(later, None)
        assert found is not None
        return found.otherwise

    def customer(self, i: int) -> Customer | None:
        """Whom the case is for after step `i`."""
        return self.terms[i].customers.get(str(self.states[i].get("customer")))

    def commitment(self, i: int, subject: str) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.states[i]["commitments"].get(subject, {})
        return found

    def covered(self, i: int) -> bool:
        service = self.policy(i).services.get(str(self.states[i].get("service")))
        return service is None or service.in_scope or service.supplier_sla

    def holds(self, condition: Condition, i: int, subject: str = "") -> bool:
        customer = self.customer(i)
        kind = self.commitment(i, subject).get("kind")
        facts: Mapping[str, object] = {
            **self.states[i],
            "plan": customer.plan if customer else None,
            "commitment": kind,
        }
        if any(facts.get(key) not in wanted for key, wanted in condition.values.items()):
            return False
        calendars = self.policy(i).calendars
        hours = {name: self.hours(calendars, name) for name in (*condition.reported_in, *condition.reported_out)}
        is_open = {name: found.is_open(self.received) for name, found in hours.items()}
        if condition.reported_in and not any(is_open[name] for name in condition.reported_in):
            return False
        return not condition.reported_out or not all(is_open[name] for name in condition.reported_out)

    def hours(self, calendars: Mapping[str, Any], name: str) -> Hours:
        return hours_of(calendars[name], self.grain)

    def rule(self, name: str, i: int, subject: str = "") -> Rule | None:
        target = self.target(name, i)
        if target is None or not self.holds(target.scope, i, subject):
            return None
        return next((rule for rule in target.rules if self.holds(rule.when, i, subject)), None)

    # What happened

    def index_at(self, t: Instant) -> int:
        """The last step at or before `t`; the opening state also holds before the opening."""
        if t not in self._index:
            self._index[t] = max((i for i, step in enumerate(self.steps) if step.at <= t), default=0)
        return self._index[t]

    def phase(self, i: int) -> str:
        return self.policy(i).phase_of(str(self.states[i]["status"]))

    def done(self, i: int) -> bool:
        return i >= 0 and self.phase(i) in DONE_PHASES

    def began(self, anchor: str, i: int) -> Instant | None:
        """The moment of `anchor` when step `i` brings it about."""
        at = self.steps[i].at
        if anchor == "received":
            return self.deemed() if i == 0 else None
        if anchor == "detected":
            claim = self.states[0].get("detected")
            return min(claim, at) if i == 0 and isinstance(claim, int) else None
        if anchor == "call-ended":
            return self.call_ended() if i == 0 else None
        if anchor in FIRST_ONLY:
            earlier = any(self.happens(anchor, j) for j in range(i))
            return at if self.happens(anchor, i) and not earlier else None
        return at if self.happens(anchor, i) else None

    def happens(self, anchor: str, i: int) -> bool:
        """Whether step `i` does what `anchor` names, for the first time or again."""
        entries = self.record.entries(i)
        if anchor == "opened":
            return i == 0
        if anchor == "triaged":
            return any(entry.kind == "triage" for entry in entries)
        if anchor == "responded":
            return any(_answers(entry, kind) for entry in entries for kind in self.policy(i).responses)
        if anchor in ("prioritised", "assigned"):
            name = "priority" if anchor == "prioritised" else "assignee"
            return name in self.states[i] and (i == 0 or name not in self.states[i - 1])
        if anchor == "picked-up":
            return self.phase(i) == "active" and (i == 0 or self.phase(i - 1) != "active")
        if anchor == "path-confirmed":
            return any(entry.kind == "pathway" and entry.fields.get("chosen") for entry in entries)
        if anchor == "escalated":
            return any(entry.kind == "escalation" for entry in entries)
        if anchor == "closed":
            return self.phase(i) == "closed" and (i == 0 or self.phase(i - 1) != "closed")
        if anchor == "resolved":
            return self.done(i) and not self.done(i - 1)
        return any(_answers(entry, anchor) for entry in entries)

    def promised(self, i: int) -> list[str]:
        """The commitments that step `i` recorded."""
        known = self.states[i - 1]["commitments"] if i else {}
        return [subject for subject in self.states[i]["commitments"] if subject not in known]

    def kept(self, i: int, subject: str) -> bool:
        """Whether step `i` says that the commitment was kept."""
        before = self.commitment(i - 1, subject).get("kept") if i else None
        return bool(self.commitment(i, subject).get("kept")) and not before

    def deemed(self) -> Instant:
        channel = self.policy(0).channels[str(self.states[0]["channel"])]
        hours = self.hours(self.policy(0).calendars, channel.calendar)
        return hours.next_open(self.received) if channel.deemed else self.received

    def call_ended(self) -> Instant | None:
        """The end of the first incoming call of the opening commit that says when it began."""
        for entry in self.record.entries(0):
            started = entry.fields.get("started")
            if entry.kind == "call" and entry.direction == "in" and isinstance(started, int):
                return min(started + 60 * int(entry.fields.get("minutes", 0)), self.steps[0].at)
        return None

    def occurrences(self, name: str) -> list[Occurrence]:
        """Every occurrence that has begun, oldest first."""
        return _Reader(self, name).read()


def _answers(entry: Entry, anchor: str) -> bool:
    kind, _, direction = anchor.partition(":")
    return entry.kind == kind and (not direction or entry.fields.get("direction") == direction)


def has_own_life(start: tuple[str, ...]) -> bool:
    """Whether a case has such a target from its opening on: its start is one moment, not each of many."""
    return any(anchor in MOMENTS for anchor in start)


MOMENTS = ("received", "detected", "call-ended", "resolved", "closed", *FIRST_ONLY)


class _Reader:
    def __init__(self, life: Life, name: str) -> None:
        self.life, self.name = life, name
        self.found: list[Occurrence] = []
        self.owed: list[tuple[int, str]] = []
        """Starts that fell into a solved spell, and wait for the reopening."""
        self.wants_anchor = True
        """Whether the next occurrence waits for its start anchor."""
        first = life.otherwise(name, 0)
        self.many = first.start in ONE_EACH and not first.repeat

    def read(self) -> list[Occurrence]:
        for i in range(len(self.life.steps)):
            if self.life.done(i - 1) and not self.life.done(i):
                self._reopen(i)
            self._start(i)
            for occurrence in list(self.found):
                self._end(occurrence, i)
        return self.found

    def _rule(self, i: int, subject: str = "") -> Rule:
        return self.life.rule(self.name, i, subject) or self.life.otherwise(self.name, i)

    def _start(self, i: int) -> None:
        if self._rule(i).start == ("promised",):
            for subject in self.life.promised(i):
                self._begin_or_owe(i, self.life.steps[i].at, subject)
            return
        start = self._start_in(i)
        if start is not None and (self.wants_anchor or self.many):
            self.wants_anchor = False
            self._begin_or_owe(i, start)

    def _start_in(self, i: int) -> Instant | None:
        moments = (self.life.began(anchor, i) for anchor in self._rule(i).start)
        return next((moment for moment in moments if moment is not None), None)

    def _begin_or_owe(self, i: int, start: Instant, subject: str = "") -> None:
        if self.life.done(i):
            self.owed.append((i, subject))
        else:
            self._begin(i, i, start, subject)

    def _begin(self, i: int, source: int, start: Instant, subject: str = "", again: bool = False) -> None:
        rule = self._rule(i, subject)
        occurrence = Occurrence(i, source, start, again or rule.repeat or self.many, subject)
        self.found.append(occurrence)
        if not occurrence.again:
            stops = [s for s in rule.stop if s in FIRST_ONLY]
            past = [self.life.steps[j].at for j in range(i) for s in stops if self.life.began(s, j) is not None]
            if past:
                occurrence.stop, occurrence.stop_step = min(past), i

    def _own_stop(self, occurrence: Occurrence, i: int) -> bool:
        subject = occurrence.subject
        for stop in self._rule(i, subject).stop:
            if stop == "kept":
                happens = self.life.kept(i, subject)
            elif stop == "promised":
                happens = subject in self.life.promised(i)
            else:
                happens = stop != "resolved" and self.life.happens(stop, i)
            if happens:
                return True
        return False

    def _end(self, occurrence: Occurrence, i: int) -> None:
        at = self.life.steps[i].at
        if occurrence.stop is None:
            if self._own_stop(occurrence, i):
                occurrence.stop, occurrence.stop_step = at, i
                self._next(i, at)
            elif self.life.done(i) and not self.life.done(i - 1):
                occurrence.stop, occurrence.stop_step, occurrence.undoable = at, i, True
        elif occurrence.undoable and occurrence.own_stop_in_spell is None and self._own_stop(occurrence, i):
            occurrence.own_stop_in_spell = i

    def _next(self, i: int, start: Instant) -> None:
        """The last occurrence of a repeating target has stopped for good in step `i`."""
        if not self._rule(i).repeat:
            return
        if has_own_life(self._rule(i).start):
            self._begin_or_owe(i, start)
        else:
            self.wants_anchor = True

    def _reopen(self, i: int) -> None:
        at = self.life.steps[i].at
        owed, self.owed = self.owed, []
        for occurrence in [o for o in self.found if o.undoable]:
            occurrence.undoable = False
            how = self._rule(i, occurrence.subject).on_reopen
            if how == "restart":
                self._begin(i, i, at, occurrence.subject, again=True)
            else:
                self._go_on(occurrence, i, how == "continue")
        for source, subject in owed:
            record = self.life.commitment(i, subject)
            if not record.get("kept") and not record.get("cancelled"):
                self._begin(i, source, at, subject)

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
                self._begin(i, i, self.life.steps[i].at)

    def _startable_between(self, stop_step: int, i: int) -> bool:
        if has_own_life(self._rule(i).start):
            return True
        return any(self._start_in(j) is not None for j in range(stop_step + 1, i))
