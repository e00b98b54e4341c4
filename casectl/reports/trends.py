"""How things change from month to month: how many cases, about what, how content customers are, which share was met."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import NamedTuple

from casectl.model.figures import CaseFigures
from casectl.reports.metrics import Decided, attainment, average, decided_in, median
from casectl.reports.population import Population
from casectl.reports.report import Asked, Report, facts_of, month_of, next_month
from casectl.reports.rows import stamp
from casectl.reports.table import Cell, Column, Row, Table, tally
from casectl.reports.words import duration

MOST_MONTHS = 24
"""Of subjects: one column each."""

_MONTHS = (
    Column("desk"),
    Column("month"),
    Column("opened", right=True),
    Column("change", right=True),
    Column("resolved", right=True),
    Column("open_at_end", "open at its end", right=True),
    Column("reopened", right=True),
    Column("median_resolution", "median resolution", shown="words", right=True),
    Column("median_resolution_seconds", shown="data"),
    Column("met", shown="wide", right=True),
    Column("breached", right=True),
    Column("attainment", right=True),
    Column("satisfaction", right=True),
    Column("rated", right=True),
)
_SUBJECTS: tuple[tuple[str, Callable[[CaseFigures], str | None]], ...] = (
    ("type", lambda figures: figures.type),
    ("category", lambda figures: figures.facts.category),
    ("service", lambda figures: figures.facts.service),
    ("channel", lambda figures: figures.channel),
    ("priority", lambda figures: figures.priority),
)


def trends(population: Population, asked: Asked) -> list[Table] | None:
    """Two tables: what each desk had in each month that the window takes in, and what cases opened in those months were
    about. Months are those of the desk's own clock, from its first case to the moment of the report; a month counts
    cases opened in it, cases solved in it for good, and targets decided in it. None where there are no such months."""
    cases = [_dated(population, figures) for figures in population.figures if figures.counts]
    rows = tuple(_months(population, cases, asked))
    if not rows and all(problem.warning for problem in population.exceptions):
        return None
    told = {(str(row["desk"]), str(row["month"])) for row in rows}
    new = [case for case in cases if (case.figures.desk, case.opened) in told]
    opened = Counter(case.opened for case in new)
    first = Table(
        title=f"Trends: {len(new)} cases opened",
        columns=_MONTHS,
        rows=rows,
        schema="casectl.trends/1",
        stamp=stamp(population),
        facts=facts_of("trends", population, asked),
        totals={"opened": tally({month: opened[month] for month in sorted(opened)})},
        exceptions=population.exceptions,
    )
    months = sorted({month for _, month in told})[-MOST_MONTHS:]
    columns = (Column("desk"), Column("by"), Column("value", width=32), *(Column(one, right=True) for one in months))
    return [first, Table("Subjects", columns, tuple(_subjects(new, months)))]


class _Dated(NamedTuple):
    """A case with the month of its opening and, while it is solved, that of its solution."""

    figures: CaseFigures
    opened: str
    resolved: str | None


def _dated(population: Population, figures: CaseFigures) -> _Dated:
    zone, solved = population.zone_of(figures), figures.facts.resolved_at
    return _Dated(figures, month_of(figures.facts.opened_at, zone), None if solved is None else month_of(solved, zone))


def _months(population: Population, cases: list[_Dated], asked: Asked) -> Iterator[Row]:
    decided = list(decided_in(population, Asked()))
    for desk in sorted({case.figures.desk for case in cases}):
        mine = [case for case in cases if case.figures.desk == desk]
        zone = population.zone_of(mine[0].figures)
        told, times = _by_month(decided, desk), _resolution_times(population, mine)
        before: int | None = None
        for month in _from(min(case.opened for case in mine), month_of(population.as_of, zone)):
            row = _month(mine, told.get(month, []), times.get(month, []), month)
            if asked.takes_in(month, zone):
                yield {"desk": desk, "month": month, "change": _change(before, row["opened"]), **row}
            before = int(str(row["opened"]))


def _by_month(decided: list[Decided], desk: str) -> dict[str, list[Decided]]:
    found: dict[str, list[Decided]] = {}
    for each in decided:
        if each.figures.desk == desk:
            found.setdefault(each.month, []).append(each)
    return found


def _from(first: str, last: str) -> Iterator[str]:
    """Every month from the first to the last one."""
    while first <= last:
        yield first
        year, number = next_month(int(first[:4]), int(first[5:]))
        first = f"{year:04}-{number:02}"


def _month(mine: list[_Dated], decided: list[Decided], times: list[int], month: str) -> dict[str, Cell]:
    new = [case.figures for case in mine if case.opened == month]
    solved = [case.figures for case in mine if case.resolved == month]
    still = sum(case.opened <= month and (case.resolved or "9999") > month for case in mine)
    scores = [score for figures in solved if (score := figures.facts.satisfaction) is not None]
    share = next(iter(attainment(decided, ("desk",))), {})
    return {
        "opened": len(new),
        "resolved": len(solved),
        "open_at_end": still,
        "reopened": sum(figures.facts.reopenings > 0 for figures in new),
        "median_resolution": duration(median(times)) if times else None,
        "median_resolution_seconds": median(times) if times else None,
        **{name: share.get(name) for name in ("met", "breached", "attainment")},
        "satisfaction": average(scores),
        "rated": len(scores),
    }


def _resolution_times(population: Population, mine: list[_Dated]) -> dict[str, list[int]]:
    """How long resolutions took, by the month in which they ended."""
    found: dict[str, list[int]] = {}
    for figures, _, _ in mine:
        zone = population.zone_of(figures)
        for row in figures.rows:
            if row.target == "resolution" and row.state != "withdrawn" and row.stopped_at is not None:
                found.setdefault(month_of(row.stopped_at, zone), []).append(row.elapsed_seconds)
    return found


def _change(before: int | None, now: Cell) -> str | None:
    return None if before is None else f"{int(str(now)) - before:+d}"


def _subjects(cases: list[_Dated], months: list[str]) -> Iterator[Row]:
    for desk in sorted({case.figures.desk for case in cases}):
        for by, name in _SUBJECTS:
            counted: dict[str, Counter[str]] = {}
            for figures, opened, _ in cases:
                value = name(figures)
                if figures.desk == desk and value:
                    counted.setdefault(value, Counter())[opened] += 1
            for value in sorted(counted):
                yield {"desk": desk, "by": by, "value": value, **{month: counted[value][month] for month in months}}


REPORT = Report(help="Cases, subjects, attainment and satisfaction from month to month.", build=trends, informs=True)
