"""One version of one desk's policy: data over a fixed vocabulary, read from `policies/DESK/VERSION.yaml`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import NamedTuple

from casectl.model.calendar import Calendar
from casectl.model.money import Money
from casectl.model.problems import Problem
from casectl.model.rota import Rota
from casectl.model.sanctions import Credits, Notice, Site
from casectl.model.scrutiny import Scrutiny
from casectl.model.signing_key import SigningKey
from casectl.model.target import CalendarChoice, Clauses, Condition, Span, Target
from casectl.model.workflow import Guard, Workflow

PHASES = ("new", "active", "waiting", "resolved", "monitoring", "closed")
DONE_PHASES = frozenset({"resolved", "monitoring", "closed"})
"""Phases in which the case is solved: entry ends every running target, a return undoes the `resolved` anchor."""


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
    meant_for: Condition = Condition()
    """The cases that this way is meant for; another that comes by it is taken in all the same, and flagged."""
    fee: Money | None = None
    """What somebody pays who comes by it for less."""


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
    involve: tuple[str, ...] = ()
    """Roles that have a part in such cases."""


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
    guard: Guard | None = None
    """What must hold before somebody climbs it by hand."""


class Service(NamedTuple):
    """Something that the desk supports, or that it is asked about all the same."""

    name: str
    label: str = ""
    in_scope: bool = True
    supplier_sla: bool = False
    """Not the desk's own, but a supplier answers for it under an agreement: that covers it."""
    clause: Clauses = ()

    @property
    def covered(self) -> bool:
        """Whether the desk's promises are about it; cases about others are exempt."""
        return self.in_scope or self.supplier_sla


class Commitment(NamedTuple):
    """A kind of promise that people make in a case: a call back, an engineer on site, a maintenance window."""

    name: str
    label: str = ""
    window: bool = False
    """It lasts from its `due` moment `until` another; `exclude:` of a target may leave such windows out."""
    notice_seconds: int = 0
    """How long ahead of its `due` moment (wall time) a window must be on the record to be left out."""
    clause: Clauses = ()


class Exemption(NamedTuple):
    """A coded reason for which a period does not count."""

    name: str
    label: str = ""
    approved_by: tuple[str, ...] = ()
    """Roles of which the approver must have one; empty: anybody may approve."""
    clause: Clauses = ()


class Question(NamedTuple):
    """What is asked to rate a case, with the answers to choose from and what each means."""

    name: str
    ask: str
    answers: Mapping[str, str]


class Suggestion(NamedTuple):
    """A row of the rubric: the rating that it suggests when all of its answers and facts hold (lists: any of them)."""

    answers: Mapping[str, frozenset[str]]
    """By question."""
    facts: Condition
    """Of type, service and category only."""
    priority: str
    clause: Clauses = ()
    line: int = 0


class Rubric(NamedTuple):
    """How a case is rated: the first suggestion that holds."""

    questions: Mapping[str, Question]
    suggestions: tuple[Suggestion, ...]


class Raising(NamedTuple):
    """Who may raise a priority, and until how long after the opening (seconds of wall time)."""

    within_seconds: int
    roles: tuple[str, ...]
    clause: Clauses = ()


class PromisedTo(NamedTuple):
    """Whom the promises are made to. Cases of others are measured, and promised nothing."""

    when: Condition = Condition()
    """Of facts of the case; it is part of every rule's condition already. Empty: everybody."""
    clause: Clauses = ()


class Defaults(NamedTuple):
    """What is assumed where nothing is said: the state of a new case, its type, its channel; who approves."""

    status: str
    type: str
    channel: str
    approved_by: tuple[str, ...] = ()
    """Roles that approve an exemption whose code names none; part of those codes already."""


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
    plans: Mapping[str, str] = field(default_factory=dict)
    """Plans that customers may be on, with a label; empty: the policy does not list them."""
    services: Mapping[str, Service] = field(default_factory=dict)
    """Empty: the policy has no catalogue, and any word will do."""
    categories: Mapping[str, str] = field(default_factory=dict)
    commitments: Mapping[str, Commitment] = field(default_factory=dict)
    exemptions: Mapping[str, Exemption] = field(default_factory=dict)
    paths: Mapping[str, str] = field(default_factory=dict)
    """The ways on that may be confirmed for a case (`path-confirmed`), with a label."""
    rubric: Rubric | None = None
    raising: Raising | None = None
    promised_to: PromisedTo = field(default_factory=PromisedTo)
    workflow: Workflow = field(default_factory=Workflow)
    """How cases are worked: routing, authority, duties, intake, requirements, what time does."""
    choices: Mapping[str, CalendarChoice] = field(default_factory=dict)
    """Calendars that the case chooses. They are in no rule: each rule with one was made a rule for each of its rows."""
    sites: Mapping[str, Site] = field(default_factory=dict)
    credits: Credits | None = None
    notice: Notice | None = None
    scrutiny: Scrutiny = field(default_factory=Scrutiny)

    @property
    def ref(self) -> str:
        """`DESK/VERSION`, as cases are pinned to it."""
        return f"{self.desk}/{self.version}"

    @property
    def rotas(self) -> frozenset[str]:
        """The rotas that it routes cases to, or has at a site."""
        routed = {name for row in self.workflow.routing for name in (row.owner, row.assignee)}
        return frozenset((routed | {site.rota for site in self.sites.values()}) - {""})

    def phase_of(self, status: str) -> str:
        """The phase of a status; empty for one that this policy does not have, as a hand edit may name it."""
        state = self.states.get(status)
        return state.phase if state else ""

    def ladder_for(self, case_type: str) -> Ladder | None:
        """The ladder that names this type, else the one that names none; None when the policy has neither."""
        named = (ladder for ladder in self.ladders.values() if case_type in ladder.types)
        general = (ladder for ladder in self.ladders.values() if not ladder.types)
        return next(named, None) or next(general, None)


class ServiceRecord(NamedTuple):
    """What one customer ordered: a service at a site, with figures of its own."""

    name: str
    label: str = ""
    figures: Mapping[str, Span] = MappingProxyType({})


class Customer(NamedTuple):
    """A customer of one desk. `figures` are targets of its own (`{customer: ttr}`)."""

    name: str
    label: str = ""
    plan: str | None = None
    zone: str | None = None
    figures: Mapping[str, Span] = MappingProxyType({})
    services: Mapping[str, ServiceRecord] = MappingProxyType({})
    first_line: str = ""
    """Its own service desk, which its people are to ask first."""
    spend: Mapping[str, Money] = MappingProxyType({})
    """What it spent in each month of the desk's calendar, `2026-10`."""

    def figure(self, name: str, service: str | None) -> Span | None:
        """The figure of the service that a case concerns, else the customer's own; None when neither says it."""
        record = self.services.get(service or "")
        return (record.figures.get(name) if record else None) or self.figures.get(name)


class Person(NamedTuple):
    """Somebody who works cases, from `policies/staff.yaml`; recognised by the git identity's mail address."""

    key: str
    name: str
    mail: str
    roles: tuple[str, ...] = ()
    desks: tuple[str, ...] = ()
    """Empty: every desk."""
    keys: tuple[SigningKey, ...] = ()
    """What this person signs with."""

    def holds(self, roles: Iterable[str], desk: str) -> bool:
        """Whether this person has one of the roles and works at the desk."""
        return (not self.desks or desk in self.desks) and not set(roles).isdisjoint(self.roles)


def by_mail(staff: Mapping[str, Person], mail: str) -> Person | None:
    """Who of these people has that mail address (letters' case does not matter), or None."""
    return next((person for person in staff.values() if person.mail.lower() == mail.lower()), None)


@dataclass(frozen=True, eq=False)
class Book:
    """All that `policies/` says at one commit: every version of every desk, their customers, and the staff."""

    policies: Mapping[str, Policy]
    """By `DESK/VERSION`."""
    customers: Mapping[str, Mapping[str, Customer]]
    """Desk, then customer."""
    staff: Mapping[str, Person] = field(default_factory=dict)
    rotas: Mapping[str, Rota] = field(default_factory=dict)
    staff_mistakes: tuple[Problem, ...] = ()
    """What is wrong with the staff list: with any of it, who holds which role is not known."""
    messages: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """The names of each desk's messages; a desk whose messages were not looked at is not in it."""

    def desks(self) -> tuple[str, ...]:
        """The desks there are, in alphabetical order."""
        return tuple(sorted({policy.desk for policy in self.policies.values()}))

    def desk_with(self, prefix: str) -> str:
        """The desk whose cases' IDs begin so; empty where there is none."""
        return min((policy.desk for policy in self.policies.values() if policy.prefix == prefix), default="")

    def in_force(self, desk: str, day: date) -> Policy | None:
        """The desk's version with the latest `effective` date on or before `day` (the desk's local date)."""
        versions = [p for p in self.policies.values() if p.desk == desk and p.effective <= day]
        return max(versions, key=lambda policy: (policy.effective, policy.version), default=None)

    def customer(self, desk: str, name: str | None) -> Customer | None:
        """The desk's record of a customer, or None when it has none of that name."""
        return self.customers.get(desk, {}).get(name) if name else None

    def person_by_mail(self, mail: str) -> Person | None:
        """Who of the staff has that mail address, or None."""
        return by_mail(self.staff, mail)
