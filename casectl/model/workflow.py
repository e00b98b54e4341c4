"""How a desk works its cases, beside what it promises: who gets them, what is owed, what comes first."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from casectl.model.target import Clauses, Condition

CUSTOMER = "customer"
INVOLVED = "involved"
"""Stands for the roles that the priority of the case involves."""
LEVEL = "level"
"""Stands for the role of the level that the case stands on."""


class Hours(NamedTuple):
    """Of several calendars, whether one was open (or one was closed) at a moment; without any, at every moment."""

    inside: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()


class Route(NamedTuple):
    """Where a new case goes. Of each thing that routes say, the first one that holds and says it counts."""

    when: Condition = Condition()
    hours: Hours = Hours()
    """Judged at the moment of routing."""
    first_line: bool = False
    """Only for customers whose record names a first line of their own."""
    team: str = ""
    owner: str = ""
    """A rota: whoever is on duty."""
    assignee: str = ""
    """A rota: whoever is on duty."""
    refer: str = ""
    """To whom the contact is referred."""
    waiting_for: str = ""
    """The case is opened waiting, for that."""
    clause: Clauses = ()


class Authority(NamedTuple):
    """Which roles may take a step."""

    verb: str
    roles: tuple[str, ...]
    refuses: bool = True
    """Whether anybody else is refused; else warned."""
    clause: Clauses = ()


class Guard(NamedTuple):
    """What must hold before somebody climbs a ladder."""

    calendar: str = ""
    """Only while it is open; empty: at any hour."""
    targets: tuple[str, ...] = ()
    """One of these must have used `share` of its limit, or be breached where that is None."""
    share: float | None = None
    idle_seconds: int = 0
    """Or nothing must have been logged for so long; 0: that is no way."""
    idle_calendar: str = ""
    clause: Clauses = ()


class Duty(NamedTuple):
    """Somebody must be told, because of an event, until a log entry of the right kind says that they were."""

    name: str
    label: str = ""
    on: tuple[str, ...] = ()
    """Anchors and log kinds; each time one happens, the duty is owed once."""
    before_closing: str = ""
    """Instead: a calendar, before each of whose closings it is owed while somebody works on the case."""
    when: Condition = Condition()
    through: tuple[str, ...] = ()
    """Log kinds that discharge it, the preferred one first."""
    each: bool = False
    """All of them are needed, not one."""
    within_seconds: int | None = None
    """Open time of `calendar` in which it is due; None: by the end of the case."""
    calendar: str = ""
    automatic: bool = False
    """The step that brings it about drafts the message and notes it."""
    to: tuple[str, ...] = (CUSTOMER,)
    """Roles, `involved`, or `customer`."""
    message: str = ""
    """The template in the desk's `messages/`."""
    clause: Clauses = ()


class Intake(NamedTuple):
    """What a new case needs; missing at its opening, it is owed."""

    when: Condition = Condition()
    fields: tuple[str, ...] = ()
    entries: tuple[str, ...] = ()
    """Log kinds."""
    checklist: Mapping[str, str] = MappingProxyType({})
    """What is to be done or asked, each under a name."""
    clause: Clauses = ()


class Requirement(NamedTuple):
    """What must be there before a case may come to a state."""

    to: frozenset[str]
    origin: frozenset[str] = frozenset()
    """The states it comes from; empty: any."""
    when: Condition = Condition()
    fields: tuple[str, ...] = ()
    entries: tuple[str, ...] = ()
    """Log kinds, of each of which there must be `at_least` so many."""
    at_least: int = 1
    since_state: bool = False
    """Only entries since the case came to the state that it is in count."""
    after_seconds: int = 0
    """Open time of `calendar` that it must have been in its state."""
    calendar: str = ""
    duties: tuple[str, ...] = ()
    """Of these nothing may be owed."""
    unless: tuple[str, ...] = ()
    """Log kinds one of which, since the case came to its state, lifts the requirement."""
    clause: Clauses = ()


class Automatic(NamedTuple):
    """What time alone brings about. One of `targets`, `states` and `age_seconds` says when."""

    name: str
    label: str = ""
    when: Condition = Condition()
    targets: tuple[str, ...] = ()
    share: float | None = None
    """Of the limit that is used up; None: the target is breached."""
    states: tuple[str, ...] = ()
    waiting_for: tuple[str, ...] = ()
    """Only while the case waits for one of these; empty: whoever it waits for, if it waits."""
    after_seconds: int = 0
    """Open time of `calendar` in these states; 0: as soon as the move is allowed."""
    repeat: bool = False
    """Again each time so much more has passed."""
    age_seconds: int | None = None
    """Open time of `calendar` since the opening, for a case that is not solved."""
    calendar: str = ""
    unless: tuple[str, ...] = ()
    """Log kinds one of which, since the case came to its state, keeps it from happening."""
    escalate: int | None = None
    """To that level of the ladder; `NEXT_LEVEL`: one up."""
    move: str = ""
    """To that state, as soon as all is there that the state requires."""
    tell: tuple[str, ...] = ()
    """Roles, `involved`, or `customer`."""
    message: str = ""
    clause: Clauses = ()


NEXT_LEVEL = 0


class Advice(NamedTuple):
    """What somebody who opens or rates such a case should hear."""

    when: Condition
    say: str
    clause: Clauses = ()


class Fallback(NamedTuple):
    """Ways to reach the customer that fail in such a case, and the one to use instead."""

    when: Condition
    ways: frozenset[str]
    """Log kinds."""
    use: str
    clause: Clauses = ()


class Workflow(NamedTuple):
    """All of it, of one version of a policy."""

    teams: Mapping[str, str] = MappingProxyType({})
    """With a label each; empty: any word will do."""
    routing: tuple[Route, ...] = ()
    authority: Mapping[str, Authority] = MappingProxyType({})
    """By verb; what it does not name anybody may do."""
    refuses_strangers: bool = False
    """Whether who is not in the staff list may take no step."""
    duties: Mapping[str, Duty] = MappingProxyType({})
    intake: tuple[Intake, ...] = ()
    requires: tuple[Requirement, ...] = ()
    automatic: Mapping[str, Automatic] = MappingProxyType({})
    advice: tuple[Advice, ...] = ()
    fallback: tuple[Fallback, ...] = ()
