"""The steps of a case as people read them: when, who, what changed, and which commit says so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from casectl.model.case import Value
from casectl.model.instants import format_instant
from casectl.model.timeline import Step, Timeline
from casectl.reports.entries import change_words, entry_words, void_words
from casectl.reports.onecase import OneCase
from casectl.reports.standing import disputed_notes
from casectl.reports.table import Cell, Column, Table
from casectl.reports.words import SHORT, moment

_COLUMNS = (
    Column("at", shown="data"),
    Column("when", shown="words"),
    Column("by"),
    Column("author", shown="data"),
    Column("what", width=80),
    Column("commit", shown="data"),
    Column("short", "commit", shown="words"),
)


def log_table(found: OneCase, zone: str | None = None) -> Table:
    """Each step up to the moment asked about, oldest first. `at` and `commit` are exact; `what` is for people, on the
    wall clock of `zone` (the desk's own when None)."""
    zone = zone or found.pinned.policy.zone
    imported = () if found.figures.source is None else (f"imported from {found.figures.source}: its testimony",)
    return Table(
        title=f"{found.figures.id} {found.figures.title}",
        columns=_COLUMNS,
        rows=tuple(_rows(found, zone)),
        schema="casectl.log/1",
        stamp={"commit": found.commit, "as_of": format_instant(found.as_of)},
        notes=(*imported, *disputed_notes((found.figures,))),
    )


def told(life: Timeline, step: Step, zone: str) -> str:
    """What a step of a life did, in words: entries with their text, then what it changed; moments in `zone`."""
    before: dict[str, Value | None] = {}
    for earlier in life.steps[: life.steps.index(step)]:
        before.update(earlier.changes)
    return _told(life, step, before, zone)


def _told(life: Timeline, step: Step, before: Mapping[str, Value | None], zone: str) -> str:
    """`before` are the fields as they were before the step."""
    opening = step is life.opened
    entries = (void_words(entry, life) or entry_words(entry, zone) for entry in step.entries)
    return "; ".join([*(["opened"] if opening else []), *entries, *_changes(step.changes, before, zone, opening)])


def _rows(found: OneCase, zone: str) -> Iterator[dict[str, Cell]]:
    fields: dict[str, Value | None] = {}
    for step in found.timeline.until(found.as_of):
        yield _row(found, step, _told(found.timeline, step, fields, zone), zone)
        fields.update(step.changes)


def _row(found: OneCase, step: Step, what: str, zone: str) -> dict[str, Cell]:
    return {
        "at": format_instant(step.at),
        "when": moment(step.at, zone, exact=True),
        "by": found.who(step.author),
        "author": step.author,
        "what": what,
        "commit": step.commit,
        "short": step.commit[:SHORT],
    }


_OPENING = ("status", "priority", "channel", "type")


def _changes(
    changes: Mapping[str, Value | None], before: Mapping[str, Value | None], zone: str, opening: bool
) -> Iterator[str]:
    for name, value in changes.items():
        if not opening or name in _OPENING:
            yield f"{name} {change_words(name, before.get(name), value, zone)}"
