"""What to work on now: open cases, most urgent first, each with the reason for its place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from casectl.model.figures import CaseFigures, TargetRow
from casectl.model.instants import Instant, format_instant
from casectl.model.policy import DONE_PHASES, PHASES, Book, Policy
from casectl.model.problems import NotFound, UsageMistake, did_you_mean
from casectl.reports.population import Population, population
from casectl.reports.rows import case_cells, stamp
from casectl.reports.standing import (
    disputed_notes,
    is_owed,
    overturned_rows,
    overturned_words,
    owed_words,
    remedies,
    row_name,
)
from casectl.reports.table import Cell, Column, Table
from casectl.reports.words import distance, duration, moment
from casectl.reports.zones import DESK, wall_zone, zone_notes
from casectl.store.repo import Repo

OVERDUE, DUE, OWED, NOTHING_DUE, PAUSED = range(5)
ASKED = ("status", "phase", "assignee", "customer", "team", "owner", "waiting_for")
"""What a list may be narrowed by, each a word that a case has."""

_COLUMNS = (
    Column("id"),
    Column("priority"),
    Column("status"),
    Column("customer", width=16),
    Column("assignee", width=16),
    Column("desk", shown="wide"),
    Column("type", shown="wide"),
    Column("owner", shown="wide"),
    Column("team", shown="wide"),
    Column("level", shown="wide"),
    Column("waiting_for", shown="wide"),
    Column("expedited", shown="data"),
    Column("next_due", "next due", shown="words", width=64),
    Column("due_target", shown="data"),
    Column("due_at", shown="data"),
    Column("owed", width=48),
    Column("overturned", shown="wide", width=80),
    Column("title", width=48),
    Column("disputed", shown="data"),
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which cases to list; None asks nothing of that field."""

    status: str | None = None
    phase: str | None = None
    assignee: str | None = None
    customer: str | None = None
    team: str | None = None
    owner: str | None = None
    waiting_for: str | None = None
    open_only: bool = True
    """Leave out what is solved or closed."""
    owing: bool = False
    """Only what is owed something, or a figure."""
    due_by: Instant | None = None
    """Only what falls due by then, or is overdue."""

    def holds(self, figures: CaseFigures) -> bool:
        """Whether a case is one of them; one that was taken back or merged into another is none of any."""
        if figures.void or figures.merged_into is not None:
            return False
        asked = ((name, getattr(self, name)) for name in ASKED)
        fits = all(word is None or getattr(figures, name) == word for name, word in asked)
        return fits and self._is_pressing(figures) and not (self.open_only and figures.phase in DONE_PHASES)

    def _is_pressing(self, figures: CaseFigures) -> bool:
        if self.owing and owed_words(figures) is None:
            return False
        if self.due_by is None:
            return True
        group, row = urgency(figures)
        return group in (OVERDUE, DUE) and row is not None and _due(row) <= self.due_by


def worklist(
    repo: Repo, commit: str, as_of: Instant, desk: str | None = None, assignee: str | None = None
) -> tuple[CaseFigures, ...]:
    """Open cases, most urgent first, as `by_urgency` puts them."""
    return select(population(repo, commit, as_of, desk), Wanted(assignee=assignee))


def select(everyone: Population, wanted: Wanted) -> tuple[CaseFigures, ...]:
    """The cases wanted, most urgent first."""
    return by_urgency((figures for figures in everyone.figures if wanted.holds(figures)), everyone.policies)


def refuse_unknown_words(wanted: Wanted, everyone: Population, book: Book) -> tuple[str, ...]:
    """Warnings about what was asked for. A word counts as known when a policy or some case has it.

    Raises `UsageMistake` for an unknown status or phase, `NotFound` for an unknown customer.
    """
    desks = book.desks() if everyone.desk is None else (everyone.desk,)
    policies = [policy for policy in book.policies.values() if policy.desk in desks]
    statuses = {name for policy in policies for name in policy.states} | _used(everyone, "status")
    customers = {name for desk in desks for name in book.customers.get(desk, {})} | _used(everyone, "customer")
    for word, what, known in ((wanted.status, "status", statuses), (wanted.phase, "phase", set(PHASES))):
        if word is not None and word not in known:
            raise UsageMistake(f"there is no {what} '{word}'", did_you_mean(word, known))
    if wanted.customer is not None and wanted.customer not in customers:
        raise NotFound(f"there is no customer '{wanted.customer}'", did_you_mean(wanted.customer, customers))
    teams = {name for policy in policies for name in policy.workflow.teams} | _used(everyone, "team")
    waits = {name for policy in policies for name in policy.waiting_for} | _used(everyone, "waiting_for")
    for word, what, known in ((wanted.team, "team", teams), (wanted.waiting_for, "one to wait for", waits)):
        if word is not None and word not in known:
            raise UsageMistake(f"there is no {what} '{word}'", did_you_mean(word, known))
    people = set(book.staff) | _used(everyone, "assignee") | _used(everyone, "owner")
    return tuple(_stranger(name, people) for name in (wanted.assignee, wanted.owner) if name and name not in people)


def _stranger(name: str, people: set[str]) -> str:
    near = did_you_mean(name, people) or ""
    tail = f": {near}" if near.startswith("did") else ""
    return f"nobody here is called '{name}'{tail}"


def _used(everyone: Population, name: str) -> set[str]:
    return {word for figures in everyone.figures if (word := getattr(figures, name))}


def by_urgency(cases: Iterable[CaseFigures], policies: Mapping[str, Policy]) -> tuple[CaseFigures, ...]:
    """Cases in the order in which to work on them: overdue ones by priority of their own policy, then by due time; then
    the others by due time; then those that are owed a figure; then those with nothing due; what is paused comes last.
    In each of these, what is expedited stands first. Equals by priority, then by ID.
    """

    def place(figures: CaseFigures) -> tuple[int, bool, int, Instant, int, str]:
        group, row = urgency(figures)
        due, rank = _due(row) if row else 0, _rank(policies, figures)
        return group, not figures.expedited, rank if group == OVERDUE else 0, due, rank, figures.id

    return tuple(sorted(cases, key=place))


def urgency(figures: CaseFigures) -> tuple[int, TargetRow | None]:
    """The group that a case stands in, and the row that puts it there (None for `OWED` and `NOTHING_DUE`)."""
    unstopped = [row for row in figures.rows if row.stopped_at is None]
    overdue = [row for row in unstopped if row.state == "breached"]
    if overdue:
        return OVERDUE, min(overdue, key=_due)
    live = [row for row in unstopped if row.due_at is not None and row.state in ("running", "at-risk", "pending")]
    if live:
        return DUE, min(live, key=_due)
    if any(is_owed(row) for row in unstopped):
        return OWED, None
    paused = [row for row in unstopped if row.state == "paused"]
    return (PAUSED, min(paused, key=_left)) if paused else (NOTHING_DUE, None)


def why(figures: CaseFigures, as_of: Instant, zone: str) -> str:
    """The reason for a case's place, in words: `resolution overdue by 2 h 10 m`, `response due in 1 h 55 m`."""
    return f"expedited: {_why(figures, as_of, zone)}" if figures.expedited else _why(figures, as_of, zone)


def _why(figures: CaseFigures, as_of: Instant, zone: str) -> str:
    group, row = urgency(figures)
    if row is None:
        return "a figure is owed" if group == OWED else "nothing due"
    if group == OVERDUE:
        return f"{row.target} overdue by {duration(-(row.remaining_seconds or 0))}"
    if group == DUE and row.due_at is not None:
        return f"{row.target} due {distance(row.due_at, as_of)}, {moment(row.due_at, zone)}"
    left = "" if row.remaining_seconds is None else f", {duration(row.remaining_seconds)} left"
    return f"{row.target} paused{left}"


def worklist_table(
    everyone: Population, cases: Iterable[CaseFigures], title: str, zone: str = DESK, notes: Iterable[str] = ()
) -> Table:
    """Cases one a line, in the order given; `zone` says whose wall clock people read (reports/zones.py).

    `notes` are said first of all that is said below.
    """
    shown = tuple(cases)
    return Table(
        title=title,
        columns=_COLUMNS,
        rows=tuple(_row(figures, everyone, wall_zone(figures, everyone.zone_of(figures), zone)) for figures in shown),
        schema="casectl.list/1",
        stamp=stamp(everyone),
        notes=(*notes, *remedies(shown), *disputed_notes(shown), *_taken_back(shown), *zone_notes(shown, zone)),
    )


def left_out(cases: Iterable[CaseFigures], command: str) -> tuple[str, ...]:
    """A note on the cases that a list has no room for, and how many of them are owed a figure; `command` lists all."""
    rest = tuple(cases)
    owed = sum(any(is_owed(row) for row in figures.rows) for figures in rest)
    waiting = f", {owed} of them owed a figure" if owed else ""
    return (f"and {len(rest)} more{waiting}: {command}",) if rest else ()


def _row(figures: CaseFigures, everyone: Population, zone: str) -> dict[str, Cell]:
    _, row = urgency(figures)
    due_at = row.due_at if row else None
    taken = (f"{row_name(each)}: {overturned_words(how, zone)}" for each, how in overturned_rows(figures))
    return {
        **case_cells(figures),
        **{name: getattr(figures, name) for name in ("team", "level", "waiting_for", "expedited")},
        "next_due": why(figures, everyone.as_of, zone),
        "due_target": row.target if row else None,
        "due_at": None if due_at is None else format_instant(due_at),
        "owed": owed_words(figures),
        "overturned": "; ".join(taken) or None,
    }


def _taken_back(cases: Iterable[CaseFigures]) -> tuple[str, ...]:
    """Which of these cases had a breach that was taken back, in one note."""
    which = [f"{figures.id} {row_name(row)}" for figures in cases for row, _ in overturned_rows(figures)]
    return (f"breaches overturned on the record: {', '.join(which)}",) if which else ()


def _rank(policies: Mapping[str, Policy], figures: CaseFigures) -> int:
    priority = policies[figures.policy].priorities.get(figures.priority)
    return priority.rank if priority else len(policies[figures.policy].priorities)


def _due(row: TargetRow) -> Instant:
    return row.due_at if row.due_at is not None else row.breached_at or 0


def _left(row: TargetRow) -> int:
    return row.remaining_seconds if row.remaining_seconds is not None else 1 << 40
