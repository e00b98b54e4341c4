"""What a desk promises about time: figures, conditions, rules, targets. The words of the section `targets`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple

from casectl.model.calendar import Calendar

Clauses = tuple[str, ...]

ANCHORS = (
    "received detected call-ended opened triaged prioritised assigned picked-up responded path-confirmed resolved "
    "closed escalated promised kept"
).split()
"""Moments that targets start and stop at; any log kind, or `kind:direction`, is one too."""

TARGET_NAMES = (
    "triage response resolution logging creation pick-up update escalation-response complaint-response commitment "
    "lead-time completion"
).split()

CONDITION_KEYS = ("priority", "type", "channel", "plan", "service", "category", "commitment")
"""What conditions speak of: facts of the case, and in targets that start at `promised` the kind of the commitment."""


class Span(NamedTuple):
    """A figure: open seconds, or working days (`amount` days, optionally to the end of the last of them)."""

    unit: Literal["seconds", "days"]
    amount: int
    end_of_day: bool = False
    written: str = ""
    """As the policy says it: `4h`, `3wd by end-of-day`."""


class Lookup(NamedTuple):
    """A figure that another record holds.

    `{case: update_every}`, `{customer: ttr}` (of the customer's service that the case concerns, else of the customer):
    a span. `{agreed: resolution}`, `{promised: due}`: an instant.
    """

    source: Literal["case", "customer", "agreed", "promised"]
    name: str


class Ahead(NamedTuple):
    """A lead time, `24h ahead`: done no later than `span` (seconds of wall time) before what is promised is due."""

    span: Span


Figure = Span | Lookup | Ahead


class Condition(NamedTuple):
    """When a rule holds: every key must match (AND), by any of its values (OR). The empty condition always holds."""

    values: Mapping[str, frozenset[str]] = MappingProxyType({})
    """Of `CONDITION_KEYS`; a case without that fact matches none of them."""
    reported_in: tuple[str, ...] = ()
    """Calendars of which one was open at the actual (undeemed) receipt."""
    reported_out: tuple[str, ...] = ()
    """Calendars of which one was closed at the actual receipt."""


class CalendarChoice(NamedTuple):
    """A name in `calendars` that stands for others: which hours count depends on the case."""

    name: str
    rows: tuple[tuple[Condition, str], ...]
    """The first condition that holds has the calendar; the last holds for every case."""
    clause: Clauses = ()


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
    """None: nothing is promised. With a goal it says what is aimed at all the same."""
    calendars: Mapping[str, Calendar] = MappingProxyType({})
    """All calendars of the policy that this rule belongs to."""
    goal: Span | Ahead | None = None
    warn_at: float | None = None
    """Share of the limit, 0 to 1, from which on a running clock is at risk."""
    run_on: bool = False
    pause_for: frozenset[str] | None = frozenset()
    """Values of `waiting_for` that stop this clock; None means any."""
    exclude: frozenset[str] = frozenset()
    """Kinds of commitments whose windows do not count (announced maintenance)."""
    on_change: Literal["from-start", "from-change"] = "from-start"
    on_reopen: Literal["resume", "restart", "continue"] = "resume"
    repeat: bool = False
    clause: Clauses = ()
    line: int = 0
    number: int = 0
    """Which of the target's rules as written it is, from 1: several rows have the same where the case chooses the
    calendar. 0 for the target's own keys."""

    @property
    def hours(self) -> Calendar:
        """The calendar that counts seconds."""
        return self.calendars[self.calendar]

    @property
    def day_hours(self) -> Calendar:
        """The calendar that counts working days."""
        return self.calendars[self.days or self.calendar]

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
    unruled: tuple[Rule, ...] = ()
    """`otherwise` with the calendars that such a case chooses, in order; empty where it chooses none."""

    def own_keys(self, holds: Callable[[Condition], bool]) -> Rule:
        """The target's own keys for a case without a rule, of which `holds` tells whether it meets a condition."""
        return next((rule for rule in self.unruled if holds(rule.when)), self.otherwise)
