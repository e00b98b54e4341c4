"""One page for a review meeting: what was promised and met, what was missed and why, what it costs, what lies open."""

from __future__ import annotations

from collections.abc import Callable

from casectl.reports.breaches import breaches
from casectl.reports.credits import credits_due
from casectl.reports.duties import duties
from casectl.reports.metrics import attainment, decided_in, metrics
from casectl.reports.misuse import misuse
from casectl.reports.population import Population
from casectl.reports.report import Asked, Built, Report, facts_of, reproduce
from casectl.reports.rows import stamp
from casectl.reports.table import Cell, Column, Row, Table
from casectl.reports.words import moment
from casectl.reports.zones import wall_zone

MOST_ROWS = 10
"""Of each part: a page is read in a meeting, and names the report that tells all."""

_EXCUSED = (
    Column("id"),
    Column("customer", width=16),
    Column("target"),
    Column("state"),
    Column("reason", width=60),
    Column("overturned"),
)


def management(population: Population, asked: Asked) -> list[Table] | None:
    """Attainment, breaches, what is owed, credits, misuse, what was excused, the backlog and the rates, each at most
    `MOST_ROWS` long. None where there are no cases."""
    figures_of = metrics(population, asked)
    if figures_of is None:
        return None
    _, by, backlog, rates = figures_of
    head = Table(
        title="Management review",
        columns=by.columns,
        rows=tuple(attainment(decided_in(population, asked), ("desk", "target", "month"))),
        schema="casectl.management/1",
        stamp=stamp(population),
        facts=facts_of("management", population, asked),
        totals=figures_of[0].totals,
        exceptions=population.exceptions,
    )
    built = {name: build(population, asked) for name, build in _parts_of(population).items()}
    parts = [_part(each, name, reproduce(name, population, asked)) for name, each in built.items()]
    parts.append(_part(Table("Excused", _EXCUSED, tuple(_excused(population, asked))), "excused", "casectl sla"))
    unread = [problem for each in built.values() if isinstance(each, Table) for problem in each.exceptions]
    head = head._replace(exceptions=tuple(dict.fromkeys([*head.exceptions, *unread])))
    return [head, *parts, backlog, rates]


def _parts_of(population: Population) -> dict[str, Callable[[Population, Asked], Built]]:
    """The reports that the page begins; credits are of a customer's month, not of a team."""
    return {name: build for name, build in _PARTS.items() if name != "credits" or population.team is None}


_PARTS: dict[str, Callable[[Population, Asked], Built]] = {
    "breaches": breaches,
    "duties": duties,
    "credits": credits_due,
    "misuse": misuse,
}


def _part(built: Built, name: str, whole: str) -> Table:
    """The beginning of another report, without what the page has said already; `whole` is the command for all of it."""
    if not isinstance(built, Table):
        return Table(name.title(), (), ())
    more = len(built.rows) - MOST_ROWS
    notes = (f"and {more} more: {whole}",) if more > 0 else ()
    return Table(built.title, built.columns, built.rows[:MOST_ROWS], notes=notes)


def _excused(population: Population, asked: Asked) -> list[Row]:
    """Targets that an exemption took out of the figures, or whose breach was overturned."""
    found: list[Row] = []
    for figures in population.figures:
        zone = wall_zone(figures, population.zone_of(figures), asked.zone)
        for row in figures.rows:
            if row.state != "exempt" and row.overturned is None:
                continue
            at = row.overturned.breached_at if row.overturned else row.stopped_at or row.started_at
            if asked.holds(at, population.as_of, population.zone_of(figures)):
                cells: dict[str, Cell] = {"id": figures.id, "customer": figures.customer, "target": row.target}
                taken = f"breach of {moment(row.overturned.breached_at, zone)}" if row.overturned else None
                found.append({**cells, "state": row.state, "reason": row.reason or None, "overturned": taken})
    return found


REPORT = Report(
    help="One page for a review meeting: met, missed, owed, credits, excused, backlog.", build=management, informs=True
)
