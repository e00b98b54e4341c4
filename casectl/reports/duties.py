"""Who is still to be told what, which details of an opening are missing, and what was missed or came late."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from casectl.desk.remedies import duty_remedy
from casectl.model.figures import DUTY_STATES, CaseFigures, DutyRow, DutyState
from casectl.model.instants import Instant, format_instant
from casectl.reports.population import Population
from casectl.reports.report import Asked, Report, facts_of
from casectl.reports.rows import case_cells, columns, stamp
from casectl.reports.standing import TAIL
from casectl.reports.table import Cell, Column, Table, tally
from casectl.reports.words import moment
from casectl.reports.zones import wall_zone, zone_notes

WANTING: tuple[DutyState, ...] = ("overdue", "owed", "missed", "late")
"""What the report tells, gravest to do first."""

_COLUMNS = (
    *columns("id external_id policy desk customer priority type status phase owner"),
    Column("assignee", width=16),
    Column("duty"),
    Column("kind", shown="wide"),
    Column("occurrence", "no", right=True),
    Column("state"),
    Column("clause"),
    Column("since_at", shown="data"),
    Column("due_at", shown="data"),
    Column("done_at", shown="data"),
    Column("since", shown="words"),
    Column("due", shown="words"),
    Column("done", shown="wide-words"),
    Column("to", shown="wide"),
    Column("lacks", width=40),
    Column("each", shown="data"),
    Column("remedy", shown="wide", width=60),
    Column("label", shown="wide", width=48),
    Column("title", width=32),
    Column("evidence", shown="data"),
)


class Owed(NamedTuple):
    """One row, and the case that it is of."""

    figures: CaseFigures
    row: DutyRow


def duties(population: Population, asked: Asked) -> Table | None:
    """What is owed, overdue, missed or came late, of duties that began in the window; with the switch `all` what was
    done in good time as well. None when there is nothing to say."""
    everything = list(_all(population))
    told = sorted((each for each in everything if _wanted(each, population, asked)), key=_place)
    if not told and all(problem.warning for problem in population.exceptions):
        return None
    states = Counter(each.row.state for each in everything)
    return Table(
        title=_title(told),
        columns=_COLUMNS,
        rows=tuple(_cells(each, population, asked) for each in told),
        schema="casectl.duties/1",
        stamp=stamp(population),
        facts=facts_of("duties", population, asked),
        totals={
            "duties": tally({state: states[state] for state in DUTY_STATES}),
            "told": tally({"here": len(told), "elsewhere": len(everything) - len(told)}),
        },
        notes=zone_notes(tuple(each.figures for each in told), asked.zone),
        exceptions=population.exceptions,
    )


def _all(population: Population) -> Iterator[Owed]:
    return (Owed(figures, row) for figures in population.figures for row in figures.duties)


def _wanted(each: Owed, population: Population, asked: Asked) -> bool:
    figures, row = each
    wanted = row.state in WANTING or "all" in asked.switches
    return wanted and asked.holds(row.since, population.as_of, population.zone_of(figures))


def _place(each: Owed) -> tuple[int, Instant, str, str, int]:
    row = each.row
    group = WANTING.index(row.state) if row.state in WANTING else len(WANTING)
    return group, row.due_at if row.due_at is not None else row.since, each.figures.id, row.duty, row.occurrence


def _title(told: list[Owed]) -> str:
    states = Counter(each.row.state for each in told)
    parts = [f"{states[state]} {state}" for state in WANTING if states[state]]
    return f"Duties: {', '.join(parts) or 'all done'}"


def _cells(each: Owed, population: Population, asked: Asked) -> dict[str, Cell]:
    figures, row = each
    zone = wall_zone(figures, population.zone_of(figures), asked.zone)
    cells: dict[str, Cell] = {**case_cells(figures)}
    for name, at in (("since", row.since), ("due", row.due_at), ("done", row.done_at)):
        cells[f"{name}_at"] = None if at is None else format_instant(at)
        cells[name] = None if at is None else moment(at, zone)
    return {
        **cells,
        "duty": row.duty,
        "kind": row.kind,
        "occurrence": row.occurrence,
        "state": row.state,
        "clause": row.clause,
        "to": row.to,
        "lacks": row.lacks,
        "each": row.each,
        "remedy": duty_remedy(row, figures.id[-TAIL:]) if row.open else None,
        "label": row.label,
        "evidence": row.evidence,
    }


REPORT = Report(
    help="Who is still to be told what, and what was missed; silent when nothing is owed.",
    build=duties,
    switches={"all": "What was done in good time as well."},
)
