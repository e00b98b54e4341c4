"""Log entries and field values in words."""

from __future__ import annotations

from collections.abc import Mapping

from casectl.model.case import Entry, Value


def entry_words(entry: Entry) -> str:
    """`note: text`, `call in, 9 m: text`, with whatever else the entry holds."""
    known = dict(entry.fields)
    text = known.pop("text", None)
    direction = known.pop("direction", None)
    minutes = known.pop("minutes", None)
    details = [f"{name} {value}" for name, value in known.items()]
    head = f"{entry.kind} {direction}" if direction else entry.kind
    head = ", ".join([head, *([f"{minutes} m"] if minutes is not None else []), *details])
    return head if text is None else f"{head}: {text}"


def value_words(value: Value | None) -> str:
    """A field's value on one line; what was taken away is `-`."""
    if value is None:
        return "-"
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {part}" for name, part in value.items())
    return "; ".join(value_words(part) for part in value) if isinstance(value, tuple) else str(value)
