"""One target of one case as a flat row: instants in UTC for machines, the same on the desk's wall clock for people."""

from __future__ import annotations

from collections.abc import Mapping

from casectl.model.figures import CaseFigures, TargetRow
from casectl.model.instants import Instant, format_instant
from casectl.reports.population import Population
from casectl.reports.standing import is_owed, overturned_words
from casectl.reports.table import Cell, Column
from casectl.reports.words import count, duration, limit_words, moment

COLUMNS: Mapping[str, Column] = {
    column.key: column
    for column in (
        Column("news"),
        Column("id"),
        Column("external_id", shown="wide", width=20),
        Column("policy", shown="wide"),
        Column("desk", shown="wide"),
        Column("customer", width=16),
        Column("priority"),
        Column("type", shown="wide"),
        Column("status", shown="wide"),
        Column("phase", shown="wide"),
        Column("owner", shown="wide"),
        Column("assignee", shown="wide"),
        Column("source", shown="data"),
        Column("target"),
        Column("occurrence", "no", right=True),
        Column("subject", shown="wide"),
        Column("state"),
        Column("clause"),
        Column("started_at", shown="data"),
        Column("stopped_at", shown="data"),
        Column("due_at", shown="data"),
        Column("breached_at", shown="data"),
        Column("elapsed_seconds", shown="data"),
        Column("limit_seconds", shown="data"),
        Column("goal_seconds", shown="data"),
        Column("remaining_seconds", shown="data"),
        Column("paused_seconds", shown="data"),
        Column("exempt_seconds", shown="data"),
        Column("over_seconds", shown="data"),
        Column("evidence", shown="data"),
        Column("started", shown="wide-words"),
        Column("due", shown="wide-words"),
        Column("breached", shown="wide-words"),
        Column("when", "due or breached", shown="words"),
        Column("elapsed", shown="words", right=True),
        Column("limit", shown="words", right=True),
        Column("left", shown="words", right=True),
        Column("margin", shown="words", right=True),
        Column("reason", width=60),
        Column("owed", shown="data"),
        Column("overturned", shown="words", width=80),
        Column("overturned_at", shown="data"),
        Column("overturned_by", shown="data"),
        Column("overturned_reason", shown="data"),
        Column("title", width=32),
        Column("disputed", shown="data"),
    )
}
"""Every column that a row of `flat` can fill."""


def columns(names: str) -> tuple[Column, ...]:
    """Columns of `COLUMNS` by name, in the order given."""
    return tuple(COLUMNS[name] for name in names.split())


def flat(figures: CaseFigures, row: TargetRow, zone: str) -> dict[str, Cell]:
    """All facts of one row. `over_seconds` is set on breached rows only."""
    over = (
        row.elapsed_seconds - row.limit_seconds if row.state == "breached" and row.limit_seconds is not None else None
    )
    left = None if row.remaining_seconds is None or row.started_at is None else duration(row.remaining_seconds)
    return {
        **case_cells(figures),
        "target": row.target,
        "occurrence": row.occurrence,
        "subject": row.subject or None,
        "state": row.state,
        "clause": row.clause,
        **_instants(row, zone),
        "elapsed_seconds": row.elapsed_seconds,
        "limit_seconds": row.limit_seconds,
        "goal_seconds": row.goal_seconds,
        "remaining_seconds": row.remaining_seconds,
        "paused_seconds": row.paused_seconds,
        "exempt_seconds": row.exempt_seconds,
        "over_seconds": over,
        "evidence": row.evidence,
        "elapsed": duration(row.elapsed_seconds) if row.started_at is not None else None,
        "limit": limit_words(row, zone),
        "left": left,
        "margin": f"{duration(over)} late" if over is not None else f"{left} left" if left else None,
        "reason": row.reason or None,
        "owed": is_owed(row),
        **_overturned(row, zone),
    }


def case_cells(figures: CaseFigures) -> dict[str, Cell]:
    """The facts of a case that stand on each of its rows."""
    names = "id external_id policy desk customer priority type status phase owner assignee source title"
    return {name: getattr(figures, name) for name in names.split()} | {"disputed": bool(figures.disputes)}


def _instants(row: TargetRow, zone: str) -> dict[str, Cell]:
    cells: dict[str, Cell] = {}
    for name in ("started_at", "stopped_at", "due_at", "breached_at"):
        at: Instant | None = getattr(row, name)
        cells[name] = None if at is None else format_instant(at)
        cells[name.removesuffix("_at")] = None if at is None else moment(at, zone)
    cells["when"] = cells["breached"] or cells["due"]
    return cells


def _overturned(row: TargetRow, zone: str) -> dict[str, Cell]:
    taken = row.overturned
    if taken is None:
        return {}
    return {
        "overturned": overturned_words(taken, zone),
        "overturned_at": format_instant(taken.breached_at),
        "overturned_by": taken.by,
        "overturned_reason": taken.reason,
    }


def stamp(population: Population) -> dict[str, str]:
    """What pins a report: the same three give the same bytes."""
    return {"commit": population.commit, "as_of": format_instant(population.as_of), "tzdata": population.tzdata}


def blemishes(population: Population) -> tuple[str, ...]:
    """A note on cases whose history held versions that could not be read: those changed nothing, later ones did."""
    marred = [figures.id for figures in population.figures if any(not each.warning for each in figures.problems)]
    if not marred:
        return ()
    return (f"{count(len(marred), 'case')} had versions that could not be read; casectl log {marred[0]} says which",)


def testimony(figures: tuple[CaseFigures, ...]) -> tuple[str, ...]:
    """One note per source of imported cases among these rows' cases (one figure per row)."""
    sources = [of_case.source for of_case in figures]
    return tuple(
        f"{count(sources.count(source), 'row')} of {len(sources)} rest on an imported log: testimony of {source}, "
        "not witnessed by commits"
        for source in sorted({source for source in sources if source})
    )
