"""One version of one desk's policy: data over a fixed vocabulary, read from `policies/DESK/VERSION.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Literal, NamedTuple

from casectl.model.calendar import Calendar

Clauses = tuple[str, ...]

PHASES = ("new", "active", "waiting", "resolved", "monitoring", "closed")
DONE_PHASES = frozenset({"resolved", "monitoring", "closed"})
"""Phases in which the case is solved: entry ends every running target, a return undoes the `resolved` anchor."""

ANCHORS = ("received", "detected", "opened", "triaged", "responded", "resolved", "closed", "escalated", "prioritised")
"""Moments that targets start and stop at; any log kind, or `kind:direction`, is one too."""

TARGET_NAMES = (
    "triage response resolution logging creation pick-up update escalation-response complaint-response commitment "
    "lead-time completion"
).split()

CONDITION_KEYS = ("priority", "type", "channel", "plan", "service", "category")


class Span(NamedTuple):
    """A figure: open seconds, or working days (`amount` days, optionally to the end of the last of them)."""

    unit: Literal["seconds", "days"]
    amount: int
    end_of_day: bool = False
    written: str = ""
    """As the policy says it: `4h`, `3wd by end-of-day`."""


class Lookup(NamedTuple):
    """A figure that another record holds: `{case: update_every}`, `{customer: ttr}`, `{agreed: resolution}`."""

    source: Literal["case", "customer", "agreed"]
    name: str


Figure = Span | Lookup


class Condition(NamedTuple):
    """When a rule holds: every key must match (AND), by any of its values (OR). The empty condition always holds."""

    values: Mapping[str, frozenset[str]] = MappingProxyType({})
    """Of `CONDITION_KEYS`; a case without that field matches none of them."""
    reported_in: tuple[str, ...] = ()
    """Calendars of which one was open at the actual (undeemed) receipt."""
    reported_out: tuple[str, ...] = ()
    """Calendars of which one was closed at the actual receipt."""


class Rule(NamedTuple):
    """One row of a target, complete: what the target says in general is already filled in."""

    target: str
    index: int  # type: ignore[assignment]
    """Position in the target's list of rules; -1 for the target's own keys (a case that no rule covers)."""
    when: Condition
    start: tuple[str, ...]
    """Anchors; the first that exists."""
    stop: tuple[str, ...]
    """Anchors; the earliest."""
    calendar: str
    days: str | None
    """The calendar that counts working days, when it is another than the one that counts seconds."""
    within: Figure | None
    goal: Span | None = None
    warn_at: float | None = None
    """Share of the limit, 0 to 1, from which on a running clock is at risk."""
    run_on: bool = False
    pause_for: frozenset[str] | None = frozenset()
    """Values of `waiting_for` that stop this clock; None means any."""
    on_change: Literal["from-start", "from-change"] = "from-start"
    on_reopen: Literal["resume", "restart", "continue"] = "resume"
    repeat: bool = False
    clause: Clauses = ()
    line: int = 0

    def pauses(self, phase: str, waiting_for: str | None) -> bool:
        """Whether a case in that state stops this clock: only in phase `waiting`, by whom it waits for."""
        return phase == "waiting" and (self.pause_for is None or waiting_for in self.pause_for)


class Target(NamedTuple):
    """A promise with a name. `rules` are tried in order; `otherwise` holds the target's own keys without a limit."""

    name: str
    scope: Condition
    """The cases that this target is about at all; outside it there is none, on purpose."""
    rules: tuple[Rule, ...]
    otherwise: Rule
    measured: bool = False
    """Report the elapsed time of cases in scope that no rule covers (state `untargeted`)."""


class State(NamedTuple):
    """A status of the desk's own, in one phase, and the states it may move to."""

    name: str
    phase: str
    moves: tuple[str, ...]
    label: str = ""
    clause: Clauses = ()


class Channel(NamedTuple):
    """A way in. With `deemed`, what arrives while its calendar is closed counts from the next opening."""

    name: str
    calendar: str
    deemed: bool = False
    label: str = ""
    clause: Clauses = ()


class CaseType(NamedTuple):
    """A kind of case, with the priority that it gets when nobody says another."""

    name: str
    priority: str
    label: str = ""
    clause: Clauses = ()


class Priority(NamedTuple):
    """A rating; their order in the policy is their order of urgency, `rank` 0 first."""

    name: str
    rank: int
    label: str = ""
    clause: Clauses = ()


class LadderLevel(NamedTuple):
    """A rung: who stands there. Level 1 is the desk itself."""

    level: int
    name: str
    role: str = ""
    clause: Clauses = ()


class Ladder(NamedTuple):
    """Who a case is escalated to, rung by rung; for the types in `types` (empty: all that no other ladder names)."""

    name: str
    levels: tuple[LadderLevel, ...]
    types: frozenset[str] = frozenset()
    clause: Clauses = ()


class Defaults(NamedTuple):
    """What `open` assumes when it is not told: the state of a new case, its type, its channel."""

    status: str
    type: str
    channel: str


@dataclass(frozen=True, eq=False)
class Policy:
    """Everything one desk promises, as of one version. Compared by identity: there is one per file and commit."""

    desk: str
    version: str
    name: str
    prefix: str
    """Of its case IDs."""
    effective: date
    zone: str
    path: str
    calendars: Mapping[str, Calendar]
    channels: Mapping[str, Channel]
    types: Mapping[str, CaseType]
    priorities: Mapping[str, Priority]
    states: Mapping[str, State]
    waiting_for: Mapping[str, str]
    """Whom a case may wait for, with a label."""
    responses: tuple[str, ...]
    """Log kinds (or `kind:direction`) that count as a response to the customer."""
    targets: Mapping[str, Target]
    ladders: Mapping[str, Ladder]
    defaults: Defaults
    binding: bool = True
    clause: Clauses = ()

    @property
    def ref(self) -> str:
        """`DESK/VERSION`, as cases are pinned to it."""
        return f"{self.desk}/{self.version}"

    def phase_of(self, status: str) -> str:
        """The phase of a status. Raises KeyError for a status that this policy does not have."""
        return self.states[status].phase

    def ladder_for(self, case_type: str) -> Ladder | None:
        """The ladder that names this type, else the one that names none; None when the policy has neither."""
        named = (ladder for ladder in self.ladders.values() if case_type in ladder.types)
        general = (ladder for ladder in self.ladders.values() if not ladder.types)
        return next(named, None) or next(general, None)


class Customer(NamedTuple):
    """A customer of one desk. `figures` are targets of its own (`{customer: ttr}`)."""

    name: str
    label: str = ""
    plan: str | None = None
    zone: str | None = None
    figures: Mapping[str, Span] = MappingProxyType({})


class Person(NamedTuple):
    """Somebody who works cases, from `policies/staff.yaml`; recognised by the git identity's mail address."""

    key: str
    name: str
    mail: str
    roles: tuple[str, ...] = ()
    desks: tuple[str, ...] = ()
    """Empty: every desk."""


@dataclass(frozen=True, eq=False)
class Book:
    """All that `policies/` says at one commit: every version of every desk, their customers, and the staff."""

    policies: Mapping[str, Policy]
    """By `DESK/VERSION`."""
    customers: Mapping[str, Mapping[str, Customer]]
    """Desk, then customer."""
    staff: Mapping[str, Person] = field(default_factory=dict)

    def desks(self) -> tuple[str, ...]:
        """The desks there are, in alphabetical order."""
        return tuple(sorted({policy.desk for policy in self.policies.values()}))

    def in_force(self, desk: str, day: date) -> Policy | None:
        """The desk's version with the latest `effective` date on or before `day` (the desk's local date)."""
        versions = [p for p in self.policies.values() if p.desk == desk and p.effective <= day]
        return max(versions, key=lambda policy: (policy.effective, policy.version), default=None)

    def customer(self, desk: str, name: str | None) -> Customer | None:
        """The desk's record of a customer, or None when it has none of that name."""
        return self.customers.get(desk, {}).get(name) if name else None

    def person_by_mail(self, mail: str) -> Person | None:
        """Who of the staff has that mail address (letters' case does not matter), or None."""
        return next((person for person in self.staff.values() if person.mail.lower() == mail.lower()), None)
