"""What no hand edit may do to a case: go back on what was recorded, or claim what has not happened yet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from casectl.model.case import FIELDS, Case
from casectl.model.instants import Instant, format_instant
from casectl.model.problems import InvalidFiles, Problem
from casectl.model.tree import Branch, Node, Row, Text, line_of
from casectl.store.yamltree import read_tree

_CLAIMED = ("received", "detected")
_CLAIMED_PERIOD = ("from", "until")


def refuse_rewriting(text: str, path: str, before: Case | None, case: Case, now: Instant) -> None:
    """Raises `InvalidFiles`, each problem with its line in `text`: the log only grows, what was fixed at opening stays,
    and a moment that is claimed anew is not after `now`."""
    places = _Places(path, read_tree(text, path)[0])
    old = before or Case({})
    problems = [*_fixed(places, old, case), *_log(places, old, case), *_ahead(places, old, case, now)]
    if problems:
        raise InvalidFiles(problems, "nothing was written")


class _Places(NamedTuple):
    """Where things stand in a case's file."""

    path: str
    tree: Node | None

    def problem(self, line: int, message: str, hint: str) -> Problem:
        return Problem(self.path, line, message, hint)

    def field(self, name: str) -> int:
        """The line of a field; 0 where it is not there."""
        return line_of(self.tree, name) if isinstance(self.tree, Branch) else 0

    def record(self, field: str, name: object, key: str = "id") -> int:
        """The line of a key of the log entry or record `name`; of its list where it is not there."""
        rows = self.tree.items.get(field) if isinstance(self.tree, Branch) else None
        for item in rows.items if isinstance(rows, Row) else ():
            named = item.items.get("id") if isinstance(item, Branch) else None
            if isinstance(item, Branch) and isinstance(named, Text) and named.value == name:
                return item.keys.get(key, item.line)
        return self.field(field)


def _fixed(places: _Places, before: Case, case: Case) -> Iterator[Problem]:
    for spec in FIELDS if before.fields else ():
        if spec.fixed and before.fields.get(spec.name) != case.fields.get(spec.name):
            hint = "it was fixed when the case was opened: put it back"
            yield places.problem(places.field(spec.name), f"{spec.name} was changed", hint)


def _log(places: _Places, before: Case, case: Case) -> Iterator[Problem]:
    if case.log[: len(before.log)] == before.log:
        return
    kept = {entry.id: entry for entry in case.log}
    wrong = [entry.id for entry in before.log if kept.get(entry.id) != entry]
    hint = "the log only grows: put it back; casectl undo takes a step back on the record"
    for name in wrong:
        deed = "edited" if name in kept else "removed"
        yield places.problem(places.record("log", name), f"log entry {name} was {deed}", hint)
    if not wrong:
        yield places.problem(places.field("log"), "log entries were moved", "new ones come at the end")


def _ahead(places: _Places, before: Case, case: Case, now: Instant) -> Iterator[Problem]:
    """What the file claims and did not claim before, and what lies after `now`."""
    for what, line, at in _claims(places, before, case):
        if isinstance(at, int) and at > now:
            hint = f"it is {format_instant(now)} now; a claim may only look back: see the date and the offset"
            yield places.problem(line, f"{what} is claimed for {format_instant(at)}, which is yet to come", hint)


def _claims(places: _Places, before: Case, case: Case) -> Iterator[tuple[str, int, object]]:
    for name in _CLAIMED if not before.fields else ():
        yield name, places.field(name), case.fields.get(name)
    for entry in case.log:
        if entry not in before.log:
            place = places.record("log", entry.id, "started")
            yield f"'started' of log entry {entry.id}", place, entry.fields.get("started")
    known: dict[object, Mapping[str, object]] = {each.get("id"): each for each in before.records("exemptions")}
    for record in case.records("exemptions"):
        own = record.get("id")
        for key in _CLAIMED_PERIOD:
            if record.get(key) != known.get(own, {}).get(key):
                yield f"'{key}' of exemption {own}", places.record("exemptions", own, key), record.get(key)
