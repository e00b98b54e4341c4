"""Log entries and field values in words."""

from __future__ import annotations

from collections.abc import Mapping

from casectl.model.case import ENTRY_FIELDS, FIELD, Entry, Value
from casectl.reports.words import moment


def entry_words(entry: Entry, zone: str) -> str:
    """`note: text`, `call in, 9 m: text`, with whatever else the entry holds; moments on the wall clock of `zone`."""
    known = dict(entry.fields)
    text = known.pop("text", None)
    direction = known.pop("direction", None)
    minutes = known.pop("minutes", None)
    details = [f"{name} {_scalar_words(ENTRY_FIELDS.get(name), value, zone)}" for name, value in known.items()]
    head = f"{entry.kind} {direction}" if direction else entry.kind
    head = ", ".join([head, *([f"{minutes} m"] if minutes is not None else []), *details])
    return head if text is None else f"{head}: {text}"


def field_words(name: str, value: Value | None, zone: str) -> str:
    """A case's field on one line, its moments on the wall clock of `zone`."""
    kind = FIELD[name].kind if name in FIELD else None
    if kind == "instants" and isinstance(value, Mapping):
        return ", ".join(f"{key} {_scalar_words('instant', part, zone)}" for key, part in value.items())
    return _scalar_words(kind, value, zone) if isinstance(value, int) else value_words(value)


def _scalar_words(kind: str | None, value: int | str, zone: str) -> str:
    return moment(value, zone, exact=True) if kind == "instant" and isinstance(value, int) else str(value)


def value_words(value: Value | None) -> str:
    """A field's value on one line; what was taken away is `-`."""
    if value is None:
        return "-"
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {part}" for name, part in value.items())
    return "; ".join(value_words(part) for part in value) if isinstance(value, tuple) else str(value)
