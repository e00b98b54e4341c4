"""Why figures differ between two commits, as of one moment: row by row, with the step or the file that did it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from casectl.model.figures import CaseFigures, TargetRow
from casectl.model.instants import format_instant
from casectl.reports.causes import FACTS, Cause, Wanted, causes_of, reading
from casectl.reports.lifelog import told
from casectl.reports.population import Population
from casectl.reports.report import Asked, reproduce
from casectl.reports.rows import blemishes, stamp
from casectl.reports.table import Cell, Column, Table
from casectl.reports.words import SHORT, count, moment, taken_words
from casectl.reports.zones import wall_zone, zone_notes
from casectl.store.delivered import Key
from casectl.store.repo import Repo

_SIDES = ("before", "after")
_COLUMNS = (
    Column("id"),
    Column("target"),
    Column("occurrence", "no", right=True),
    *(Column(f"{side}_{fact}", shown="data") for side in _SIDES for fact in FACTS),
    *(Column(side, shown="words") for side in _SIDES),
    Column("step", shown="data"),
    Column("also", shown="data"),
    Column("by", "step", shown="words"),
    Column("what", width=72),
)


class Difference(NamedTuple):
    """One row as each of the two populations has it; None where it has none."""

    figures: CaseFigures
    before: TargetRow | None
    after: TargetRow | None
    zone: str

    @property
    def key(self) -> Key:
        row = self.after or self.before
        assert row is not None
        return self.figures.id, row.target, row.occurrence


def changes(repo: Repo, before: Population, after: Population, asked: Asked) -> Table | None:
    """Every row that differs between two commits as of one moment, and what made it read as it does in `after`.

    None when nothing differs.
    """
    found = list(_differences(before, after, asked))
    unread = tuple(problem for problem in after.exceptions if problem not in before.exceptions)
    if not found and not unread:
        return None
    why = causes_of(repo, before, after, {each.key: Wanted(each.before, each.after) for each in found})
    return Table(
        title=f"Changes since {before.commit[:SHORT]}: {count(len(found), 'target')}",
        columns=_COLUMNS,
        rows=tuple(_cells(each, why[each.key]) for each in found),
        schema="casectl.changes/1",
        stamp=stamp(after),
        facts=_facts(before, after, asked),
        notes=(*blemishes(after), *zone_notes((each.figures for each in found), asked.zone)),
        exceptions=unread,
    )


def _differences(before: Population, after: Population, asked: Asked) -> Iterator[Difference]:
    old, new = _cases(before), _cases(after)
    for case_id in sorted(old | new):
        figures = new.get(case_id) or old[case_id]
        then, now = _rows(old.get(case_id)), _rows(new.get(case_id))
        desk_zone = (after if case_id in new else before).zone_of(figures)
        for name in dict.fromkeys([*now, *then]):
            if reading(then.get(name)) != reading(now.get(name)):
                yield Difference(figures, then.get(name), now.get(name), wall_zone(figures, desk_zone, asked.zone))


def _cases(population: Population) -> dict[str, CaseFigures]:
    return {figures.id: figures for figures in population.figures}


def _rows(figures: CaseFigures | None) -> Mapping[tuple[str, int], TargetRow]:
    return {(row.target, row.occurrence): row for row in figures.rows} if figures else {}


def _cells(found: Difference, cause: Cause) -> dict[str, Cell]:
    case_id, target, occurrence = found.key
    cells: dict[str, Cell] = {"id": case_id, "target": target, "occurrence": occurrence}
    for side, row in zip(_SIDES, (found.before, found.after), strict=True):
        cells[side] = _words(row, found.zone)
        cells |= {f"{side}_{fact}": _datum(fact, row) for fact in FACTS}
    what = told(cause.life, cause.step, found.zone) if cause.life and cause.step else cause.what
    return {**cells, "step": cause.commit, "also": cause.also, "by": _by(cause), "what": what}


def _by(cause: Cause) -> str:
    """The step that did it, and others that had a part in it: `c0ffee (also decade)`."""
    also = f" (also {', '.join(commit[:SHORT] for commit in cause.also)})" if cause.also else ""
    return f"{(cause.commit or '')[:SHORT]}{also}"


def _datum(fact: str, row: TargetRow | None) -> Cell:
    value = None if row is None else getattr(row, fact)
    return format_instant(value) if fact == "breached_at" and value is not None else value


def _words(row: TargetRow | None, zone: str) -> str:
    """One side of a difference: `breached Mon 2026-11-23 10:30 GMT, 42 m of 30m`."""
    if row is None:
        return "-"
    at = f" {moment(row.breached_at, zone)}" if row.breached_at is not None else ""
    return f"{row.state}{at}, {taken_words(row, zone)}" if row.started_at is not None else row.state


def _facts(before: Population, after: Population, asked: Asked) -> dict[str, str | tuple[str, ...]]:
    desk = {"desk": after.desk} if after.desk else {}
    return {
        "compared_with": before.commit,
        **desk,
        "reproduce": reproduce("breaches", after, asked, compared=before.commit),
    }
