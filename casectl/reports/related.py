"""Cases that have to do with one case, in either direction: each link stands on one side only, the other is derived."""

from __future__ import annotations

from collections.abc import Iterator

from casectl.model.figures import CaseFigures
from casectl.reports.population import Population
from casectl.reports.rows import case_cells, stamp
from casectl.reports.table import Column, Table
from casectl.reports.words import count

_COLUMNS = (
    Column("relation"),
    Column("id"),
    Column("status"),
    Column("phase", shown="wide"),
    Column("priority"),
    Column("customer", width=16),
    Column("desk", shown="wide"),
    Column("owner", shown="wide"),
    Column("assignee", width=16),
    Column("title", width=60),
)


def related(population: Population, case_id: str) -> Table:
    """Every case that follows, takes in, is merged into or is linked with the case; void ones are left out."""
    rows = [
        {"relation": relation, **case_cells(other)}
        for other in population.figures
        if not other.void and other.id != case_id
        for relation in _relations(population, case_id, other)
    ]
    title = f"{count(len(rows), 'case')} related to {case_id}"
    return Table(title, _COLUMNS, tuple(rows), "casectl.related/1", stamp(population))


def _relations(population: Population, case_id: str, other: CaseFigures) -> Iterator[str]:
    """What `other` is to the case: `follows` when it followed the case, `followed` when the case follows it."""
    mine = next((figures for figures in population.figures if figures.id == case_id), None)
    if other.follows == case_id:
        yield "follows"
    if mine and mine.follows == other.id:
        yield "followed"
    if other.merged_into == case_id:
        yield "merged in"
    if mine and mine.merged_into == other.id:
        yield "goes on in"
    linked = case_id in other.links or bool(mine and other.id in mine.links)
    if linked and other.merged_into != case_id and not (mine and mine.merged_into == other.id):
        yield "linked"
