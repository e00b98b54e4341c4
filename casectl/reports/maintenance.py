"""What is planned for a time: maintenance windows, visits, activations; how long ahead it was told, and was to be."""

from __future__ import annotations

from collections.abc import Iterator

from casectl.model.figures import CaseFigures, Promise, TargetRow
from casectl.model.instants import LAST_INSTANT, Instant, format_instant
from casectl.model.policy import Policy
from casectl.model.target import Ahead
from casectl.reports.population import Population
from casectl.reports.report import Asked, Report, facts_of
from casectl.reports.rows import case_cells, columns, stamp
from casectl.reports.table import Cell, Column, Table, tally
from casectl.reports.words import moment, span
from casectl.reports.zones import wall_zone, zone_notes

STATES = ("planned", "running", "over", "kept", "cancelled")
_COLUMNS = (
    *columns("id external_id policy desk customer priority type status phase owner assignee"),
    Column("kind"),
    Column("state"),
    Column("begins", shown="words"),
    Column("ends", shown="words"),
    Column("begins_at", shown="data"),
    Column("ends_at", shown="data"),
    Column("announced", shown="wide-words"),
    Column("announced_at", shown="data"),
    Column("told_at", shown="data"),
    Column("notice", right=True),
    Column("notice_seconds", shown="data"),
    Column("wanted", right=True),
    Column("wanted_seconds", shown="data"),
    Column("verdict"),
    Column("outage", "counts as outage"),
    Column("clause"),
    Column("text", width=40),
    Column("title", width=32),
)


def maintenance(population: Population, asked: Asked) -> Table | None:
    """Everything planned that begins in the window (without an end: all that is still ahead as well), in order of its
    beginning. None where nothing is planned."""
    everything = [
        (figures, promise)
        for figures in population.figures
        if figures.counts
        for promise in figures.facts.promises
        if _is_planned(population.policy_of(figures), figures, promise)
    ]
    held = [(each, population.zone_of(each[0])) for each in everything]
    told = sorted((each for each, zone in held if asked.holds(each[1].due_at, LAST_INSTANT, zone)), key=_place)
    if not told and all(problem.warning for problem in population.exceptions):
        return None
    rows = tuple(_cells(figures, promise, population, asked) for figures, promise in told)
    states = [str(row["state"]) for row in rows]
    return Table(
        title=f"Maintenance: {len(told)} planned",
        columns=_COLUMNS,
        rows=rows,
        schema="casectl.maintenance/1",
        stamp=stamp(population),
        facts=facts_of("maintenance", population, asked),
        totals={
            "planned": tally({state: states.count(state) for state in STATES}),
            "told": tally({"here": len(told), "elsewhere": len(everything) - len(told)}),
        },
        notes=zone_notes(tuple(figures for figures, _ in told), asked.zone),
        exceptions=population.exceptions,
    )


def _place(each: tuple[CaseFigures, Promise]) -> tuple[Instant, str, str]:
    return each[1].due_at, each[0].id, each[1].id


def _is_planned(policy: Policy, figures: CaseFigures, promise: Promise) -> bool:
    """Whether it lasts a while, or has to be said ahead; a call back is neither."""
    kind = policy.commitments.get(promise.kind)
    return bool(kind and kind.window) or _ahead(figures, promise) is not None


def _ahead(figures: CaseFigures, promise: Promise) -> TargetRow | None:
    """The row that says how long ahead it was to be said."""
    rows = (row for row in figures.rows if row.subject == promise.id)
    return next((row for row in rows if isinstance(row.rule.within or row.rule.goal, Ahead)), None)


def _cells(figures: CaseFigures, promise: Promise, population: Population, asked: Asked) -> dict[str, Cell]:
    zone = wall_zone(figures, population.zone_of(figures), asked.zone)
    row = _ahead(figures, promise)
    figure = row.rule.within if row else None
    wanted = figure.span.amount if isinstance(figure, Ahead) else None
    told_at = row.stopped_at if row else promise.announced_at
    notice = None if told_at is None else max(0, promise.due_at - told_at)
    return {
        **case_cells(figures),
        "kind": promise.kind,
        "state": _state(promise, population.as_of),
        **dict(_times(promise, zone)),
        "told_at": None if told_at is None else format_instant(told_at),
        "notice": "not told" if notice is None else span(notice),
        "notice_seconds": notice,
        "wanted": None if wanted is None else span(wanted),
        "wanted_seconds": wanted,
        "verdict": row.state if row else None,
        "outage": _counts(population.policy_of(figures), promise),
        "clause": row.clause if row else (),
        "text": promise.text or None,
    }


def _times(promise: Promise, zone: str) -> Iterator[tuple[str, str | None]]:
    for name, at in (("begins", promise.due_at), ("ends", promise.until), ("announced", promise.announced_at)):
        yield name, None if at is None else moment(at, zone)
        yield f"{name}_at", None if at is None else format_instant(at)


def _state(promise: Promise, as_of: Instant) -> str:
    if promise.state != "open":
        return promise.state
    if as_of < promise.due_at:
        return "planned"
    return "running" if promise.until is not None and as_of < promise.until else "over"


def _counts(policy: Policy, promise: Promise) -> str | None:
    """Whether time in the window counts as outage: the policy's targets say it; nothing for what is no window."""
    if promise.until is None:
        return None
    rules = (rule for target in policy.targets.values() for rule in (*target.rules, target.otherwise))
    return "no" if any(promise.kind in rule.exclude for rule in rules) else "yes"


REPORT = Report(
    help="Maintenance windows, visits and activations, with the notice that was given; silent when none is planned.",
    build=maintenance,
    informs=True,
)
