"""The nightly report: what was breached in a window, by how much and under which clause, and what is about to be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from casectl.model.figures import STATES, CaseFigures, TargetRow
from casectl.model.instants import Instant, format_instant
from casectl.model.policy import PHASES
from casectl.reports.population import Population
from casectl.reports.report import Asked, Report, reproduce
from casectl.reports.rows import blemishes, columns, flat, stamp, testimony
from casectl.reports.table import Table, tally
from casectl.reports.words import count

DUE_SOON_SECONDS = 4 * 3600
"""Wall time ahead of `as_of` in which a due time counts as soon."""

Found = tuple[CaseFigures, TargetRow]

_COLUMNS = (
    "id external_id desk policy customer priority type status phase owner assignee source target occurrence state "
    "margin limit when clause breached due breached_at due_at started_at stopped_at elapsed_seconds "
    "limit_seconds over_seconds remaining_seconds paused_seconds exempt_seconds reason title evidence"
)


def breaches(population: Population, asked: Asked) -> Table | None:
    """Rows breached in the window, oldest first; with the switch `at-risk`, then those at risk or due soon.

    None when there is neither, and no exception.
    """
    found = _breached(population, asked)
    close = _close(population) if "at-risk" in asked.switches else []
    if not found and not close and not population.exceptions:
        return None
    shown = [*found, *close]
    return Table(
        title=_title(len(found), len(close)),
        columns=columns(_COLUMNS),
        rows=tuple(flat(figures, row, population.zone_of(figures)) for figures, row in shown),
        schema="casectl.breaches/1",
        stamp=stamp(population),
        facts=_facts(population, asked),
        totals=totals(population, len(found)),
        notes=(*testimony(tuple(figures for figures, _ in shown)), *blemishes(population)),
        exceptions=population.exceptions,
    )


def totals(population: Population, in_window: int) -> dict[str, dict[str, int]]:
    """Cases by phase and targets by state, each adding up to the population, and where the breaches lie."""
    states = Counter(row.state for _, row in _all(population))
    phases = Counter(figures.phase for figures in population.figures)
    earlier = states["breached"] - in_window
    return {
        "cases": tally({phase: phases[phase] for phase in PHASES}),
        "targets": tally({state: states[state] for state in STATES}),
        "breached": tally({"in the window": in_window, "outside it": earlier}),
    }


def _all(population: Population) -> Iterable[Found]:
    return ((figures, row) for figures in population.figures for row in figures.rows)


def _breached(population: Population, asked: Asked) -> list[Found]:
    def broke_at(found: Found) -> Instant:
        return found[1].breached_at or 0

    in_window = (
        found
        for found in _all(population)
        if found[1].state == "breached" and asked.holds(found[1].breached_at, population.as_of)
    )
    return sorted(in_window, key=broke_at)


def _close(population: Population) -> list[Found]:
    horizon = population.as_of + DUE_SOON_SECONDS

    def soon(row: TargetRow) -> bool:
        near = row.due_at is not None and row.due_at <= horizon
        return row.state == "at-risk" or (row.state in ("running", "pending") and near)

    return sorted((found for found in _all(population) if soon(found[1])), key=lambda found: found[1].due_at or horizon)


def _title(breached: int, close: int) -> str:
    ahead = f", {close} at risk or due within {DUE_SOON_SECONDS // 3600} h" if close else ""
    return f"Breaches: {count(breached, 'target')} breached{ahead}"


def _facts(population: Population, asked: Asked) -> dict[str, str | tuple[str, ...]]:
    facts: dict[str, str | tuple[str, ...]] = {"policies": tuple(population.policies)}
    facts |= {"desk": population.desk} if population.desk else {}
    facts |= {"since": format_instant(asked.since)} if asked.since is not None else {}
    facts |= {"until": format_instant(asked.until)} if asked.until is not None else {}
    return {**facts, "reproduce": reproduce("breaches", population, asked)}


REPORT = Report(
    help="Who was late, by how much and why; silent when nobody was.",
    build=breaches,
    switches={"at-risk": f"Also what is at risk, or due within {DUE_SOON_SECONDS // 3600} hours."},
)
