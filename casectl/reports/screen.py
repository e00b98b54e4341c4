"""One case on one screen, and the same as data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from casectl.model.case import FIELD, Entry, Value
from casectl.model.figures import CaseFigures, TargetRow
from casectl.model.instants import Instant, format_instant
from casectl.reports.contract import duty_document, target_document
from casectl.reports.entries import entry_words, field_datum, field_words, record_words, void_words
from casectl.reports.next_steps import disputed_block, last_contact, owed_block, steps_block
from casectl.reports.onecase import OneCase
from casectl.reports.plain import plain, shortened
from casectl.reports.population import zone_data_version
from casectl.reports.standing import is_owed, overturned_words, owed_line, row_name
from casectl.reports.words import SHORT, count, distance, duration, moment, taken_words
from casectl.sla.voids import voided_steps

WIDTH = 100
FIELD_WIDTH = 18
"""Of the names of fields; the names of targets stand below them, in as much room as the longest needs."""
LAST_ENTRIES = 8
MOST_ROWS = 8
DESCRIPTION_LINES = 6

_IN_HEADING = ("id", "title", "description", "policy", "status", "priority", "waiting_for", "source")


def case_screen(found: OneCase, zone: str | None = None) -> str:
    """The case for people, without the final newline, on the wall clock of `zone` (the desk's own when None).

    Long texts and long lists are cut, and say so.
    """
    wall = zone or found.pinned.policy.zone
    blocks = (
        _heading(found),
        _fields(found, wall),
        _description(found),
        _clocks(found, wall),
        _block(disputed_block(found, wall)),
        _block(owed_block(found, wall)),
        _block(steps_block(found, wall)),
        _log(found, wall),
    )
    return "\n\n".join("\n".join(block) for block in (list(lines) for lines in blocks) if block)


def case_document(found: OneCase) -> dict[str, object]:
    """The case as data: every field, every log entry with the time and commit of its step, every target's row."""
    case = found.case
    return {
        "schema": "casectl.case/1",
        "as_of": format_instant(found.as_of),
        "commit": found.commit,
        "tzdata": zone_data_version(),
        "path": found.timeline.path,
        "phase": found.figures.phase,
        **{name: field_datum(name, value) for name, value in case.fields.items()},
        "targets": [target_document(row, bool(found.figures.disputes)) for row in found.figures.rows],
        "owed": [duty_document(row) for row in found.figures.duties if row.open],
        "log": [_entry_document(*told) for told in _entries(found)],
    }


def _heading(found: OneCase) -> Iterator[str]:
    figures = found.figures
    waits = found.case.text("waiting_for")
    state = f"{figures.status}, waiting for {waits}" if waits else figures.status
    yield plain(f"{figures.id}  {figures.title}")
    yield plain(f"{state} ({figures.phase}), priority {figures.priority}, policy {figures.policy}")
    if figures.void:
        yield "taken back as a whole: it is in no list and in no figure"
    if figures.source:
        yield plain(f"imported from {figures.source}: times are its testimony, not witnessed by commits")


def _fields(found: OneCase, zone: str) -> Iterator[str]:
    for name, value in found.case.fields.items():
        if name not in _IN_HEADING:
            for head, words in _field_lines(name, value, zone):
                yield shortened(f"{head.replace('_', ' '):<{FIELD_WIDTH}}{plain(words)}", WIDTH)
    contact = last_contact(found, zone)
    if contact is not None:
        yield shortened(f"{'last contact':<{FIELD_WIDTH}}{plain(contact)}", WIDTH)


def _field_lines(name: str, value: Value, zone: str) -> list[tuple[str, str]]:
    """A field with its words; a list has a line for each of its records."""
    if not isinstance(value, tuple):
        return [(name, _words(name, value, zone))]
    lines = (record_words(name, record, zone) for record in value)
    return [("" if number else name, line) for number, line in enumerate(lines)]


def _words(name: str, value: Value, zone: str) -> str:
    claim = " (claimed)" if FIELD[name].kind == "instant" else ""
    return f"{field_words(name, value, zone)}{claim}"


def _description(found: OneCase) -> Iterator[str]:
    lines = (found.case.text("description") or "").splitlines()
    yield from (f"  {shortened(plain(line), WIDTH - 2)}" for line in lines[:DESCRIPTION_LINES])
    if len(lines) > DESCRIPTION_LINES:
        yield f"  … {count(len(lines) - DESCRIPTION_LINES, 'more line')}"


def _clocks(found: OneCase, zone: str) -> Iterator[str]:
    rows = found.figures.rows
    if len(rows) > MOST_ROWS:
        yield f"… {count(len(rows) - MOST_ROWS, 'earlier occurrence')}: casectl sla {found.figures.id}"
    shown = {row_name(row): row for row in _telling(rows)}
    width = max([FIELD_WIDTH, *(len(name) + 2 for name in shown)])
    for name, row in shown.items():
        clause = f"  [{', '.join(row.clause)}]" if row.clause else ""
        words = plain(f"{_clock_words(row, found.figures, zone, found.as_of)}{clause}")
        yield from _folded(plain(f"{name:<{width}}{row.state:<11}"), words)


def _telling(rows: Sequence[TargetRow]) -> list[TargetRow]:
    """At most `MOST_ROWS`, in their order: what still runs and the last of each target before earlier occurrences, of
    these the late ones first."""
    last = {row.target: index for index, row in enumerate(rows)}

    def place(index: int) -> tuple[bool, bool, bool, int]:
        row = rows[index]
        return row.stopped_at is not None, index != last[row.target], row.state != "breached", -index

    chosen = sorted(range(len(rows)), key=place)[:MOST_ROWS]
    return [rows[index] for index in sorted(chosen)]


def _block(lines: Iterator[str]) -> Iterator[str]:
    """Lines of a word, a colon, and more; none is cut, since they hold commands."""
    for line in lines:
        head, colon, rest = plain(line).partition(": ")
        yield from _folded(head + colon, rest)


def _folded(head: str, words: str) -> list[str]:
    """A line, folded below where its words begin when it is longer than the screen."""
    if len(head + words) <= WIDTH:
        return [f"{head}{words}".rstrip()]
    from textwrap import wrap

    first, *rest = wrap(words, WIDTH - len(head), break_on_hyphens=False)
    return [head + first, *(" " * len(head) + part for part in rest)]


def _clock_words(row: TargetRow, figures: CaseFigures, zone: str, as_of: Instant) -> str:
    if is_owed(row):
        return owed_line(row, figures).removeprefix(f"{row.target}: ")
    which = f"{row.subject}: " if row.subject else ""
    taken = "" if row.overturned is None else f"; {overturned_words(row.overturned, zone)}"
    return f"{which}{_standing(row, zone, as_of)}{taken}"


def _standing(row: TargetRow, zone: str, as_of: Instant) -> str:
    if row.started_at is None:
        return row.reason or "not started"
    if row.reason and row.breached_at is not None:
        due = "" if row.due_at is None else f" (due {moment(row.due_at, zone)})"
        return f"{taken_words(row, zone)}: breached {moment(row.breached_at, zone)}{due}, {row.reason}"
    if row.state == "breached":
        over = duration(-(row.remaining_seconds or 0))
        since = "" if row.breached_at is None else f" from {moment(row.breached_at, zone)}"
        return f"{taken_words(row, zone)}: late by {over}{since}"
    why = f"; {row.reason}" if row.reason else ""
    if row.stopped_at is None and row.due_at is not None:
        return f"due {moment(row.due_at, zone)}, {distance(row.due_at, as_of)}{why}"
    if row.state == "paused" and row.remaining_seconds is not None:
        return f"{duration(row.remaining_seconds)} left{why}"
    return f"{taken_words(row, zone)}{why}"


def _log(found: OneCase, zone: str) -> Iterator[str]:
    entries = list(_entries(found))
    steps = found.timeline.until(found.as_of)
    undone = {steps[index].commit for index in voided_steps(steps, found.timeline.case_id)}
    if len(entries) > LAST_ENTRIES:
        earlier = count(len(entries) - LAST_ENTRIES, "earlier entry", "earlier entries")
        yield f"… {earlier}: casectl log {found.figures.id}"
    for entry, at, by, commit in entries[-LAST_ENTRIES:]:
        gone = "taken back: " if commit in undone else ""
        line = f"{moment(at, zone)}  {by}  {gone}{void_words(entry, found.timeline) or entry_words(entry, zone)}"
        yield f"{shortened(plain(line), WIDTH - SHORT)}  {commit[:8]}"


def _entries(found: OneCase) -> Iterator[tuple[Entry, Instant, str, str]]:
    """Log entries in order, each with when its step was taken, by whom, and in which commit."""
    for step in found.timeline.until(found.as_of):
        for entry in step.entries:
            yield entry, step.at, found.who(step.author), step.commit


def _entry_document(entry: Entry, at: Instant, by: str, commit: str) -> dict[str, object]:
    fields = {
        name: format_instant(value) if name == "started" and isinstance(value, int) else value
        for name, value in entry.fields.items()
    }
    return {"id": entry.id, "kind": entry.kind, **fields, "at": format_instant(at), "by": by, "commit": commit}
