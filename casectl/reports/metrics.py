"""Figures for a review: how long things took, which share of the promises was met, what lies open, what came back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import NamedTuple

from casectl.model.calendar import DAY_SECONDS
from casectl.model.figures import STATES, CaseFigures, TargetRow
from casectl.model.instants import format_instant
from casectl.model.policy import DONE_PHASES
from casectl.reports.credits import decided_at
from casectl.reports.population import Population
from casectl.reports.report import Asked, Report, facts_of, month_of
from casectl.reports.rows import stamp
from casectl.reports.table import Cell, Column, Row, Table, tally
from casectl.reports.words import duration, percent

_TIMES = (
    Column("desk"),
    Column("target"),
    Column("priority"),
    Column("count", right=True),
    Column("median", shown="words", right=True),
    Column("p90", "90th", shown="words", right=True),
    Column("mean", shown="words", right=True),
    Column("median_seconds", shown="data"),
    Column("p90_seconds", shown="data"),
    Column("mean_seconds", shown="data"),
)
_ATTAINMENT = (
    Column("by"),
    Column("value", width=32),
    Column("met", right=True),
    Column("breached", right=True),
    Column("attainment", right=True),
    Column("exempt", right=True),
    Column("untargeted", right=True),
)
_BACKLOG = (
    Column("desk"),
    Column("open", right=True),
    *(Column(name, right=True) for name in ("under_1d", "under_3d", "under_7d", "under_30d", "older")),
)
_RATES = (
    Column("desk"),
    Column("opened", right=True),
    Column("escalated", right=True),
    Column("escalation_rate", right=True),
    Column("held", right=True),
    Column("hold_rate", right=True),
    Column("reopened", right=True),
    Column("follow_ups", "came back", right=True),
    Column("recurrence_rate", right=True),
    Column("satisfaction", right=True),
    Column("rated", right=True),
)
AGES = {"under_1d": 1, "under_3d": 3, "under_7d": 7, "under_30d": 30}
"""Open cases younger than so many days of wall time."""


class Decided(NamedTuple):
    """A row that is over (met, breached, exempt or never promised anything), its case, and the month of that."""

    figures: CaseFigures
    row: TargetRow
    month: str


def metrics(population: Population, asked: Asked) -> list[Table] | None:
    """Four tables: times taken, attainment, backlog, rates. Times are of what ended in the window, attainment of what
    was decided, rates of what was opened in it; the backlog is that of the moment. None where there are no cases.

    Times are open seconds of the target's own hours, pauses left out. The 90th percentile is the smallest time that at
    least nine of ten did not exceed (nearest rank).
    """
    cases = [figures for figures in population.figures if figures.counts]
    if not cases and all(problem.warning for problem in population.exceptions):
        return None
    decided, ended = list(decided_in(population, asked)), list(_ended_in(population, asked))
    opened = [each for each in cases if asked.holds(each.facts.opened_at, population.as_of, population.zone_of(each))]
    states = Counter(row.state for figures in population.figures for row in figures.rows)
    first = Table(
        title=f"Times: {len(ended)} targets ended",
        columns=_TIMES,
        rows=tuple(_times(ended)),
        schema="casectl.metrics/1",
        stamp=stamp(population),
        facts=facts_of("metrics", population, asked),
        totals={
            "targets": tally({state: states[state] for state in STATES}),
            "decided": tally({"in the window": len(decided), "outside it": sum(states.values()) - len(decided)}),
        },
        exceptions=population.exceptions,
    )
    backlog = list(_backlog(cases, population))
    still = sum(_number(row["open"]) for row in backlog)
    others = (
        Table(f"Attainment: {len(decided)} targets decided", _ATTAINMENT, tuple(attainment(decided))),
        Table(f"Backlog: {still} open as of {format_instant(population.as_of)}", _BACKLOG, tuple(backlog)),
        Table(f"Rates: {len(opened)} opened", _RATES, tuple(_rates(opened))),
    )
    return [first, *others]


def _ended_in(population: Population, asked: Asked) -> Iterator[tuple[CaseFigures, TargetRow]]:
    """Every row that stopped in the window, met, missed or never promised anything."""
    for figures in population.figures:
        zone = population.zone_of(figures)
        for row in figures.rows:
            if row.state != "withdrawn" and asked.holds(row.stopped_at, population.as_of, zone):
                yield figures, row


def decided_in(population: Population, asked: Asked) -> Iterator[Decided]:
    """Every row that was decided in the window, withdrawn ones left out."""
    for figures in population.figures:
        for row in figures.rows:
            at = decided_at(row)
            if at is None and row.state in ("exempt", "untargeted"):
                at = row.stopped_at
            if at is not None and asked.holds(at, population.as_of, population.zone_of(figures)):
                yield Decided(figures, row, month_of(at, population.zone_of(figures)))


def _times(ended: Iterable[tuple[CaseFigures, TargetRow]]) -> Iterator[Row]:
    """Of each target the elapsed time, by desk and priority, all priorities together first."""
    taken: dict[tuple[str, str, str], list[int]] = {}
    for figures, row in ended:
        for priority in ("all", figures.priority):
            taken.setdefault((figures.desk, row.target, priority), []).append(row.elapsed_seconds)
    for (desk, target, priority), seconds in sorted(taken.items(), key=lambda each: _with_all_first(each[0])):
        yield {"desk": desk, "target": target, "priority": priority, "count": len(seconds), **_spread(seconds)}


def _with_all_first(key: tuple[str, ...]) -> tuple[object, ...]:
    return *key[:-1], key[-1] != "all", key[-1]


def _spread(seconds: list[int]) -> dict[str, Cell]:
    cells: dict[str, Cell] = {}
    for name, value in (("median", median(seconds)), ("p90", nearest_rank(seconds, 90)), ("mean", mean(seconds))):
        cells[name], cells[f"{name}_seconds"] = duration(value), value
    return cells


def median(values: list[int]) -> int:
    """The middle one, or the mean of the middle two, rounded half up to a whole second."""
    ordered, half = sorted(values), len(values) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half] + 1) // 2


def nearest_rank(values: list[int], hundredths: int) -> int:
    """The smallest value that at least so many of a hundred do not exceed."""
    return sorted(values)[max(0, -(-len(values) * hundredths // 100) - 1)]


def mean(values: list[int]) -> int:
    """The mean, rounded half up to a whole second."""
    return (2 * sum(values) + len(values)) // (2 * len(values))


_BY: tuple[tuple[str, Callable[[Decided], str | None]], ...] = (
    ("desk", lambda each: each.figures.desk),
    ("target", lambda each: f"{each.figures.desk} {each.row.target}"),
    ("priority", lambda each: f"{each.figures.desk} {each.figures.priority}"),
    ("customer", lambda each: each.figures.customer and f"{each.figures.desk} {each.figures.customer}"),
    ("team", lambda each: each.figures.team and f"{each.figures.desk} {each.figures.team}"),
    ("person", lambda each: each.figures.assignee),
    ("month", lambda each: each.month),
)


def attainment(decided: Iterable[Decided], by: Iterable[str] = ()) -> Iterator[Row]:
    """Met and breached, and the share that was met; what is exempt or promised nothing stands beside it, in no share.

    One row for each value of each view in `by` (all of them when empty); what has none is `-`.
    """
    rows, wanted = list(decided), tuple(by)
    for view, name in _BY:
        if wanted and view not in wanted:
            continue
        counted: dict[str, Counter[str]] = {}
        for each in rows:
            counted.setdefault(name(each) or "-", Counter())[each.row.state] += 1
        for value in sorted(counted):
            yield _attained(view, value, counted[value])


def _attained(view: str, value: str, states: Counter[str]) -> Row:
    met, breached = states["met"], states["breached"]
    share = percent(Decimal(met) / (met + breached)) if met + breached else None
    kept = {"exempt": states["exempt"], "untargeted": states["untargeted"]}
    return {"by": view, "value": value, "met": met, "breached": breached, "attainment": share, **kept}


def _backlog(cases: Iterable[CaseFigures], population: Population) -> Iterator[dict[str, Cell]]:
    desks: dict[str, Counter[str]] = {}
    for figures in cases:
        if figures.phase not in DONE_PHASES:
            age = (population.as_of - figures.facts.opened_at) / DAY_SECONDS
            name = next((name for name, days in AGES.items() if age < days), "older")
            desks.setdefault(figures.desk, Counter())[name] += 1
    for desk, ages in sorted(desks.items()):
        yield {"desk": desk, "open": sum(ages.values()), **{name: ages[name] for name in (*AGES, "older")}}


def _number(cell: Cell) -> int:
    return cell if isinstance(cell, int) else 0


def _rates(opened: list[CaseFigures]) -> Iterator[Row]:
    """Of each desk, what became of the cases opened in the window."""
    for desk in sorted({figures.desk for figures in opened}):
        mine = [figures for figures in opened if figures.desk == desk]
        escalated = sum(figures.facts.escalations > 0 for figures in mine)
        held = sum(figures.facts.held for figures in mine)
        reopened = sum(figures.facts.reopenings > 0 for figures in mine)
        back = sum(figures.follows is not None for figures in mine)
        again = sum(figures.facts.reopenings > 0 or figures.follows is not None for figures in mine)
        scores = [score for figures in mine if (score := figures.facts.satisfaction) is not None]
        yield {
            "desk": desk,
            "opened": len(mine),
            "escalated": escalated,
            "escalation_rate": percent(Decimal(escalated) / len(mine)),
            "held": held,
            "hold_rate": percent(Decimal(held) / len(mine)),
            "reopened": reopened,
            "follow_ups": back,
            "recurrence_rate": percent(Decimal(again) / len(mine)),
            "satisfaction": average(scores),
            "rated": len(scores),
        }


def average(scores: list[int]) -> str | None:
    """`4.25`: the mean of scores from 1 to 5; None of none."""
    return f"{(Decimal(sum(scores)) / len(scores)).quantize(Decimal('0.01'))}" if scores else None


REPORT = Report(help="Times taken, attainment, backlog by age, what came back: figures for a review.", build=metrics,
                informs=True)  # fmt: skip
