"""The nightly report: what was breached in a window, by how much and under which clause, and what is about to be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from casectl.model.figures import STATES, CaseFigures, TargetRow
from casectl.model.instants import Instant, format_instant
from casectl.model.policy import PHASES
from casectl.reports.changes import changes
from casectl.reports.news import Found, as_findings, key_of, news_of, withdrawn_cells
from casectl.reports.population import Population
from casectl.reports.report import Asked, Report, facts_of
from casectl.reports.rows import blemishes, columns, flat, stamp, testimony
from casectl.reports.standing import disputed_notes, is_owed, remedies
from casectl.reports.table import Cell, Table, tally
from casectl.reports.words import SHORT, count
from casectl.reports.zones import wall_zone, zone_notes
from casectl.store.delivered import Delivered, Finding

DUE_SOON_SECONDS = 4 * 3600
"""Wall time ahead of `as_of` in which a due time counts as soon."""

_COLUMNS = (
    "id external_id desk policy customer priority type status phase owner assignee source target occurrence subject "
    "state margin limit when clause breached due breached_at due_at started_at stopped_at elapsed_seconds "
    "limit_seconds over_seconds remaining_seconds paused_seconds exempt_seconds reason overturned overturned_at "
    "overturned_by overturned_reason owed title evidence disputed"
)


def breaches(population: Population, asked: Asked) -> Table | None:
    """Rows breached in the window, oldest first, then those whose breach in it was overturned since; with the switch
    `at-risk`, then those at risk, due soon, or owed a figure.

    Since an earlier report: what is new of these, and what was withdrawn. None when there is nothing to say.
    """
    found = _found(population, asked)
    if asked.earlier is not None:
        return _news(population, asked, found, asked.earlier)
    if not found and all(problem.warning for problem in population.exceptions):
        return None
    return Table(
        title=_title(found),
        columns=columns(_COLUMNS),
        rows=tuple(_cells(each, population, asked) for each in found),
        facts=_facts(population, asked),
        totals=totals(population, found, ("in the window", "outside it")),
        notes=_notes(population, asked, found),
        exceptions=population.exceptions,
        schema="casectl.breaches/1",
        stamp=stamp(population),
    )


def findings(population: Population, asked: Asked) -> tuple[Finding, ...]:
    """All that the report is about, for the next one to be compared with."""
    return as_findings(_found(population, asked))


def totals(population: Population, found: Iterable[Found], sides: tuple[str, str]) -> dict[str, dict[str, int]]:
    """Cases by phase and targets by state, each adding up to the population, and how many breaches are told here."""
    states = Counter(row.state for _, row in _all(population))
    phases = Counter(figures.phase for figures in population.figures)
    told = sum(each.kind == "breached" for each in found)
    return {
        "cases": tally({phase: phases[phase] for phase in PHASES}),
        "targets": tally({state: states[state] for state in STATES}),
        "breached": tally({sides[0]: told, sides[1]: states["breached"] - told}),
    }


def _all(population: Population) -> Iterable[tuple[CaseFigures, TargetRow]]:
    return ((figures, row) for figures in population.figures for row in figures.rows)


def _found(population: Population, asked: Asked) -> list[Found]:
    late = [found for figures, row in _all(population) if (found := _late(figures, row))]
    told = sorted(
        (found for found in late if asked.holds(found.at, population.as_of, population.zone_of(found.figures))),
        key=_broke_at,
    )
    close = _close(population) if "at-risk" in asked.switches else []
    said = {key_of(each.figures, each.row) for each in told}
    return [*told, *(each for each in close if key_of(each.figures, each.row) not in said)]


def _late(figures: CaseFigures, row: TargetRow) -> Found | None:
    if row.state == "breached":
        return Found("breached", figures, row, row.breached_at)
    return Found("overturned", figures, row, row.overturned.breached_at) if row.overturned else None


def _broke_at(found: Found) -> tuple[bool, Instant]:
    return found.kind == "overturned", found.at or 0


def _close(population: Population) -> list[Found]:
    horizon = population.as_of + DUE_SOON_SECONDS

    def soon(row: TargetRow) -> bool:
        near = row.due_at is not None and row.due_at <= horizon
        missed = row.stopped_at is None and row.aim_at is not None and row.aim_at < population.as_of
        return is_owed(row) or missed or row.state == "at-risk" or (row.state in ("running", "pending") and near)

    rows = (Found("ahead", figures, row) for figures, row in _all(population) if soon(row))
    return sorted(rows, key=lambda found: (found.row.owed, found.row.due_at or horizon))


def _news(population: Population, asked: Asked, found: list[Found], earlier: Delivered) -> Table | None:
    new, withdrawn = news_of(found, earlier, population.as_of)
    unread = tuple(problem for problem in population.exceptions if str(problem) not in earlier.exceptions)
    if not (new or withdrawn or unread):
        return None
    rows = [{"news": "new", **_cells(each, population, asked)} for each in new]
    known = {key_of(figures, row): Found("breached", figures, row) for figures, row in _all(population)}
    rows += [_withdrawn(each, known.get(each.key), population, asked) for each in withdrawn]
    return Table(
        title=f"Breaches: {len(new)} new, {len(withdrawn)} withdrawn",
        columns=columns(f"news {_COLUMNS}"),
        rows=tuple(rows),
        facts=_facts(population, asked),
        totals=totals(population, new, ("new", "told before")),
        notes=(*_notes(population, asked, new), *_why_withdrawn(withdrawn, population, earlier)),
        exceptions=unread,
        schema="casectl.breaches/1",
        stamp=stamp(population),
    )


def _withdrawn(finding: Finding, now: Found | None, population: Population, asked: Asked) -> dict[str, Cell]:
    zone = "UTC" if now is None else _zone(now, population, asked)
    cells = {} if now is None else _cells(now, population, asked)
    return {**cells, **withdrawn_cells(finding, now, population, zone)}


def _why_withdrawn(withdrawn: list[Finding], population: Population, earlier: Delivered) -> tuple[str, ...]:
    if not withdrawn:
        return ()
    asked = f"--compare {earlier.commit[:SHORT]} --as-of {format_instant(population.as_of)}"
    return (f"which steps did it: casectl --at {population.commit[:SHORT]} report breaches {asked}",)


def _zone(found: Found, population: Population, asked: Asked) -> str:
    return wall_zone(found.figures, population.zone_of(found.figures), asked.zone)


def _cells(found: Found, population: Population, asked: Asked) -> dict[str, Cell]:
    return flat(found.figures, found.row, _zone(found, population, asked))


def _title(found: list[Found]) -> str:
    kinds = Counter(each.kind for each in found)
    owed = sum(each.kind == "ahead" and each.row.owed for each in found)
    parts = [f"{count(kinds['breached'], 'target')} breached"]
    parts += [f"{kinds['overturned']} overturned"] if kinds["overturned"] else []
    ahead = kinds["ahead"] - owed
    parts += [f"{ahead} at risk or due within {DUE_SOON_SECONDS // 3600} h"] if ahead else []
    parts += [f"{owed} owed a figure"] if owed else []
    return f"Breaches: {', '.join(parts)}"


def _facts(population: Population, asked: Asked) -> dict[str, str | tuple[str, ...]]:
    facts, earlier = facts_of("breaches", population, asked), asked.earlier
    if earlier is not None:
        return {"since": f"the report at {earlier.commit[:SHORT]} as of {format_instant(earlier.as_of)}", **facts}
    return facts


def _notes(population: Population, asked: Asked, found: list[Found]) -> tuple[str, ...]:
    cases = tuple(each.figures for each in found)
    owed = remedies({each.figures.id: each.figures for each in found if each.row.owed}.values())
    return (*owed, *disputed_notes(cases), *testimony(cases), *blemishes(population), *zone_notes(cases, asked.zone))


REPORT = Report(
    help="Who was late, by how much and why; silent when nobody was.",
    build=breaches,
    switches={"at-risk": f"Also what is at risk, due within {DUE_SOON_SECONDS // 3600} hours, or owed a figure."},
    findings=findings,
    compare=changes,
)
