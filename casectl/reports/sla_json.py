"""The machine contract `casectl.sla/1`, and the same rows as a table."""

from __future__ import annotations

from casectl.model.figures import CaseFigures
from casectl.model.instants import format_instant
from casectl.reports.contract import target_document
from casectl.reports.population import Population
from casectl.reports.rows import blemishes, columns, flat, stamp, testimony
from casectl.reports.standing import disputed_notes, remedies
from casectl.reports.table import Table
from casectl.reports.zones import DESK, wall_zone, zone_notes

SCHEMA = "casectl.sla/1"

_COLUMNS = (
    "id external_id policy customer priority status phase target occurrence subject state clause started_at stopped_at "
    "due_at breached_at elapsed_seconds limit_seconds goal_seconds remaining_seconds paused_seconds exempt_seconds "
    "evidence breached when elapsed limit left due reason overturned overturned_at overturned_by overturned_reason "
    "owed title disputed"
)


def sla_document(population: Population) -> dict[str, object]:
    """The whole answer, ready for JSON: keys and their order are a promise to other programs."""
    return {
        "schema": SCHEMA,
        "as_of": format_instant(population.as_of),
        "commit": population.commit,
        "tzdata": population.tzdata,
        "cases": [_case(figures) for figures in population.figures],
    }


def sla_table(population: Population, zone: str = DESK) -> Table:
    """One row per target and occurrence; `zone` says whose wall clock people read (reports/zones.py)."""
    pairs = [(figures, row) for figures in population.figures for row in figures.rows]
    return Table(
        title="Service levels",
        columns=columns(_COLUMNS),
        rows=tuple(flat(figures, row, wall_zone(figures, population.zone_of(figures), zone)) for figures, row in pairs),
        schema=SCHEMA,
        stamp=stamp(population),
        facts={"policies": tuple(population.policies)},
        notes=(
            *remedies(population.figures),
            *disputed_notes(population.figures),
            *testimony(tuple(figures for figures, _ in pairs)),
            *blemishes(population),
            *zone_notes(population.figures, zone),
        ),
    )


def _case(figures: CaseFigures) -> dict[str, object]:
    return {
        "id": figures.id,
        "external_id": figures.external_id,
        "policy": figures.policy,
        "customer": figures.customer,
        "priority": figures.priority,
        "status": figures.status,
        "phase": figures.phase,
        "targets": [target_document(row, bool(figures.disputes)) for row in figures.rows],
    }
