"""Who is on call: now and next in every rota, or one rota for some days, with the stretches in which nobody is."""

from __future__ import annotations

from typing import NamedTuple

from casectl.model.calendar import DAY_SECONDS
from casectl.model.instants import LAST_INSTANT, Instant, format_instant
from casectl.model.policy import Book
from casectl.model.problems import InvalidFiles, NotFound, Problem, UsageMistake, did_you_mean
from casectl.model.rota import AHEAD_DAYS, Interval, Rota, Spell, gaps, needed, spells
from casectl.model.rota_check import gap_words
from casectl.reports.population import zone_data_version
from casectl.reports.table import Column, Row, Table
from casectl.reports.words import moment

NOBODY = "nobody"

_NOW = (
    Column("rota"),
    Column("label", shown="wide"),
    Column("zone", shown="wide"),
    Column("who", "on duty", shown="words"),
    Column("on_duty", shown="data"),
    Column("until", shown="words"),
    Column("until_at", shown="data"),
    Column("then", "next", shown="words"),
    Column("next", shown="data"),
    Column("next_from", "from", shown="words"),
    Column("next_at", shown="data"),
    Column("gap", shown="data"),
)
_SPELLS = (
    Column("rota", shown="data"),
    Column("zone", shown="data"),
    Column("from", shown="words"),
    Column("to", shown="words"),
    Column("begins_at", shown="data"),
    Column("ends_at", shown="data"),
    Column("who", "on duty", shown="words"),
    Column("on_duty", shown="data"),
    Column("gap", shown="data"),
)


class Shown(NamedTuple):
    """A table of rotas, and whether it has findings: stretches in which somebody must be on, and nobody is."""

    table: Table
    has_gaps: bool


def find_rota(book: Book, name: str, problems: tuple[Problem, ...]) -> Rota:
    """The rota of that name. Raises `NotFound`; or `InvalidFiles` where mistakes in the file may have left it out."""
    rota = book.rotas.get(name)
    if rota is None and any(not problem.warning for problem in problems):
        raise InvalidFiles(problems, "casectl policy check")
    if rota is None:
        hint = did_you_mean(name, book.rotas) or "policies/README.md explains how policies/staff.yaml says one"
        raise NotFound(f"there is no rota '{name}'", hint)
    return rota


def duty_table(book: Book, commit: str, at: Instant) -> Shown:
    """Every rota: who is on at that moment, until when, and who comes next."""
    until = _ahead(at)
    rows: list[Row] = []
    notes: list[str] = []
    for rota in book.rotas.values():
        now, after = _now_and_next(spells(rota, at, until), at)
        to = after[0] if after else until
        found = gaps(rota, at, to, needed(rota, at, to))
        rows.append(_duty(rota, book, now, after, until, found, at))
        notes += [f"rota '{rota.name}': {gap_words(rota, found, to)}"] if found else []
    return Shown(_table("On call", _NOW, rows, "casectl.rota/1", commit, at, notes), bool(notes))


def spell_table(rota: Rota, book: Book, commit: str, at: Instant, days: int) -> Shown:
    """One rota for so many days from a moment on: each spell that begins in them, and each gap where it belongs."""
    until = at + days * DAY_SECONDS
    end = _ahead(until)
    found = [gap for gap in gaps(rota, at, end, needed(rota, at, end)) if gap[0] < until]
    everything: list[tuple[Instant, Instant, str | None]] = [*spells(rota, at, end), *((*gap, None) for gap in found)]
    shown = sorted((each for each in everything if each[0] < until), key=lambda each: each[0])
    rows = [_spell(rota, book, begins, ends if ends < end else None, who) for begins, ends, who in shown]
    notes = [f"rota '{rota.name}': {gap_words(rota, found, until)}"] if found else []
    title = f"{rota.label}, {rota.zone}"
    return Shown(_table(title, _SPELLS, rows, "casectl.rota-spells/1", commit, at, notes), bool(found))


def _ahead(at: Instant) -> Instant:
    """How far to look for the end of what goes on then. Raises `UsageMistake` where no time can be written."""
    ahead = at + AHEAD_DAYS * DAY_SECONDS
    if ahead > LAST_INSTANT - DAY_SECONDS:
        raise UsageMistake(
            f"rotas do not reach as far as {format_instant(min(at, LAST_INSTANT))}", "ask for an earlier day"
        )
    return ahead


def _now_and_next(on: list[Spell], at: Instant) -> tuple[Spell | None, Spell | None]:
    now = on[0] if on and on[0][0] == at else None
    later = on[1:] if now else on
    return now, later[0] if later else None


def _duty(
    rota: Rota, book: Book, now: Spell | None, after: Spell | None, until: Instant, found: list[Interval], at: Instant
) -> Row:
    ends = now[1] if now and now[1] < until else None
    return {
        "rota": rota.name,
        "label": rota.label,
        "zone": rota.zone,
        "who": _name(book, now[2]) if now else _nobody(found, at),
        "on_duty": now[2] if now else None,
        "until": None if ends is None else moment(ends, rota.zone),
        "until_at": None if ends is None else format_instant(ends),
        "then": _name(book, after[2]) if after else None,
        "next": after[2] if after else None,
        "next_from": moment(after[0], rota.zone) if after else None,
        "next_at": format_instant(after[0]) if after else None,
        "gap": bool(found),
    }


def _nobody(found: list[Interval], at: Instant) -> str:
    missing = bool(found) and found[0][0] == at
    return f"{NOBODY}: a gap" if missing else f"{NOBODY} needed"


def _spell(rota: Rota, book: Book, begins: Instant, ends: Instant | None, who: str | None) -> Row:
    """`ends` is None where it lies too far ahead to be looked for."""
    return {
        "rota": rota.name,
        "zone": rota.zone,
        "from": moment(begins, rota.zone),
        "to": None if ends is None else moment(ends, rota.zone),
        "begins_at": format_instant(begins),
        "ends_at": None if ends is None else format_instant(ends),
        "who": f"{NOBODY}: a gap" if who is None else _name(book, who),
        "on_duty": who,
        "gap": who is None,
    }


def _name(book: Book, who: str) -> str:
    """The key, which commands take, and what colleagues call them where that is another word."""
    name = book.staff[who].name
    return who if name.lower() == who else f"{who} ({name})"


def _table(
    title: str, columns: tuple[Column, ...], rows: list[Row], schema: str, commit: str, at: Instant, notes: list[str]
) -> Table:
    stamp = {"commit": commit, "as_of": format_instant(at), "tzdata": zone_data_version()}
    return Table(title, columns, tuple(rows), schema, stamp, notes=tuple(notes))
