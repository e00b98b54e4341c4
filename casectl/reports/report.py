"""What a report is: one file in this folder that holds a `REPORT`. The command line finds it there by itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import MAXYEAR, datetime

from casectl.model.calendar import DAY_SECONDS
from casectl.model.instants import LAST_INSTANT, Instant, format_instant, zone_named
from casectl.reports.population import Population
from casectl.reports.table import Table
from casectl.reports.zones import DESK
from casectl.store.delivered import Delivered, Finding
from casectl.store.repo import Repo


def month_of(instant: Instant, zone: str) -> str:
    """The calendar month on the wall clock of `zone`: `2026-10`."""
    return datetime.fromtimestamp(instant, zone_named(zone)).strftime("%Y-%m")


def month_span(month: str, zone: str) -> tuple[Instant, Instant]:
    """From the first moment of a month on the wall clock of `zone` to that of the next one, or to the last there is."""
    year, number = int(month[:4]), int(month[5:])
    first, following = datetime(year, number, 1, tzinfo=zone_named(zone)), next_month(year, number)
    if following[0] > MAXYEAR:
        return int(first.timestamp()), LAST_INSTANT
    return int(first.timestamp()), int(datetime(*following, 1, tzinfo=zone_named(zone)).timestamp())


def next_month(year: int, month: int) -> tuple[int, int]:
    """The month after one."""
    return year + month // 12, month % 12 + 1


@dataclass(frozen=True, slots=True)
class Asked:
    """What the reader wants to know: a window [since, until), open where None, or a month; the report's switches."""

    since: Instant | None = None
    until: Instant | None = None
    """None: up to and including the moment that the report speaks of."""
    month: str | None = None
    """`2026-10`, of each desk's own calendar; no window then."""
    switches: frozenset[str] = frozenset()
    zone: str = DESK
    """Whose wall clock people read times on: reports/zones.py."""
    earlier: Delivered | None = None
    """The report since which to tell what is new and what was withdrawn, whenever it happened; no window then."""

    def holds(self, instant: Instant | None, as_of: Instant, zone: str) -> bool:
        """Whether an instant lies in the window of a report as of `as_of`; a month is one of the clock of `zone`."""
        if self.month is not None:
            return instant is not None and instant <= as_of and month_of(instant, zone) == self.month
        if instant is None or (self.since is not None and instant < self.since):
            return False
        return instant <= as_of if self.until is None else instant < self.until

    def takes_in(self, month: str, zone: str) -> bool:
        """Whether a report that goes by whole months, of the wall clock of `zone`, is about this one: the month asked
        for, or one of which a day or more lies in the window. (Less than a day is the difference between two zones.)"""
        if self.month is not None:
            return month == self.month
        begins, ends = month_span(month, zone)
        begins = begins if self.since is None else max(begins, self.since)
        return (ends if self.until is None else min(ends, self.until)) - begins >= DAY_SECONDS


Built = Table | list[Table] | None
"""A report as one table or several; None when there is nothing to say."""


@dataclass(frozen=True, slots=True)
class Report:
    """`build` gives what it says; `switches` are options of its own, with help."""

    help: str
    build: Callable[[Population, Asked], Built]
    switches: Mapping[str, str] = field(default_factory=dict)
    findings: Callable[[Population, Asked], tuple[Finding, ...]] | None = None
    """What the next report is compared with: a report that has this can tell what is new (`--since last`)."""
    compare: Callable[[Repo, Population, Population, Asked], Table | None] | None = None
    """What differs between an earlier and a later population, and why (`--compare`)."""
    narrows: bool = False
    """It picks one customer's rows itself: a case that was theirs then may be another's now."""
    informs: bool = False
    """It tells how things stand and finds fault with nothing: exit 0, whatever it says."""


def facts_of(name: str, population: Population, asked: Asked) -> dict[str, str | tuple[str, ...]]:
    """Header lines that every report has: policies, whether they bind, what it is narrowed to, how to repeat it."""
    policies = population.policies
    facts: dict[str, str | tuple[str, ...]] = {"policies": tuple(policies)}
    loose = tuple(ref for ref, policy in policies.items() if not policy.binding)
    facts |= {"not_binding": loose} if loose else {}
    for key in ("desk", "customer", "team"):
        only = getattr(population, key)
        facts |= {key: only} if only else {}
    facts |= {"since": format_instant(asked.since)} if asked.since is not None else {}
    facts |= {"until": format_instant(asked.until)} if asked.until is not None else {}
    facts |= {"month": asked.month} if asked.month is not None else {}
    return {**facts, "reproduce": reproduce(name, population, asked)}


def reproduce(name: str, population: Population, asked: Asked, compared: str | None = None) -> str:
    """The command that gives the same report again, byte for byte, from any clone that has the commits."""
    import shlex

    words = ["casectl", "--at", population.commit, "report", name, "--as-of", format_instant(population.as_of)]
    words += ["--compare", compared] if compared else []
    if asked.earlier is not None:
        words += ["--since", f"{asked.earlier.commit}@{format_instant(asked.earlier.as_of)}"]
    words += ["--since", format_instant(asked.since)] if asked.since is not None else []
    words += ["--until", format_instant(asked.until)] if asked.until is not None else []
    words += ["--month", asked.month] if asked.month is not None else []
    for name in ("desk", "customer", "team"):
        only = getattr(population, name)
        words += [f"--{name}", only] if only else []
    words += ["--zone", asked.zone] if asked.zone != DESK else []
    words += [f"--{switch}" for switch in sorted(asked.switches)]
    return shlex.join(words)
