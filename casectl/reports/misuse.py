"""Who came by a way that is kept for others, with the fee for it; undone when the case is raised to what it is for."""

from __future__ import annotations

from casectl.model.figures import CaseFigures, Misuse
from casectl.model.instants import format_instant
from casectl.model.policy import Channel
from casectl.reports.population import Population
from casectl.reports.report import Asked, Report, facts_of
from casectl.reports.rows import case_cells, columns, stamp
from casectl.reports.table import Cell, Column, Table, tally
from casectl.reports.words import moment
from casectl.reports.zones import wall_zone, zone_notes

_COLUMNS = (
    *columns("id external_id policy desk customer priority type status phase owner assignee"),
    Column("channel"),
    Column("kept_for", "kept for", width=40),
    Column("state"),
    Column("fee", right=True),
    Column("clause"),
    Column("flagged_at", shown="data"),
    Column("undone_at", shown="data"),
    Column("flagged", shown="words"),
    Column("undone", shown="words"),
    Column("evidence", shown="data"),
    Column("title", width=40),
)


def misuse(population: Population, asked: Asked) -> Table | None:
    """Cases flagged in the window, oldest first; with the switch `undone` those of which it was undone as well."""
    everything = [(figures, found) for figures in population.figures if (found := _found(figures))]
    told = [
        (figures, found)
        for figures, found in everything
        if asked.holds(found.flagged_at, population.as_of, population.zone_of(figures))
        and (found.undone_at is None or "undone" in asked.switches)
    ]
    if not told and all(problem.warning for problem in population.exceptions):
        return None
    told.sort(key=lambda each: (each[1].flagged_at, each[0].id))
    standing = sum(found.undone_at is None for _, found in told)
    return Table(
        title=f"Misuse: {standing} flagged" + (f", {len(told) - standing} undone" if standing < len(told) else ""),
        columns=_COLUMNS,
        rows=tuple(_cells(figures, found, population, asked) for figures, found in told),
        schema="casectl.misuse/1",
        stamp=stamp(population),
        facts=facts_of("misuse", population, asked),
        totals={"misuse": tally({"told": len(told), "elsewhere": len(everything) - len(told)})},
        notes=zone_notes(tuple(figures for figures, _ in told), asked.zone),
        exceptions=population.exceptions,
    )


def _found(figures: CaseFigures) -> Misuse | None:
    """That of a case that counts: what is void or goes on as another is nobody's misuse."""
    return figures.facts.misuse if figures.counts else None


def _cells(figures: CaseFigures, found: Misuse, population: Population, asked: Asked) -> dict[str, Cell]:
    channel: Channel = population.policy_of(figures).channels[figures.channel]
    zone = wall_zone(figures, population.zone_of(figures), asked.zone)
    undone = found.undone_at
    wanted = channel.meant_for.values.items()
    return {
        **case_cells(figures),
        "channel": channel.name,
        "kept_for": "; ".join(f"{key} {', '.join(sorted(values))}" for key, values in wanted),
        "state": "flagged" if undone is None else "undone",
        "fee": str(channel.fee) if channel.fee and undone is None else None,
        "clause": channel.clause,
        "flagged_at": format_instant(found.flagged_at),
        "undone_at": None if undone is None else format_instant(undone),
        "flagged": moment(found.flagged_at, zone),
        "undone": None if undone is None else moment(undone, zone),
        "evidence": (found.commit,),
    }


REPORT = Report(
    help="Who came by a way that is kept for others; silent when nobody did.",
    build=misuse,
    switches={"undone": "Also what was undone, since the case was raised to what the way is for."},
)
