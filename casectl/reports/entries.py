"""Log entries and field values in words."""

from __future__ import annotations

from collections.abc import Mapping

from casectl.model.case import ENTRY_FIELDS, FIELD, Entry, Scalar, Value
from casectl.model.instants import format_instant
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
    if kind == "records" and isinstance(value, tuple):
        return "; ".join(record_words(name, record, zone) for record in value)
    return _scalar_words(kind, value, zone) if isinstance(value, int) else value_words(value)


def record_words(name: str, record: Mapping[str, Scalar], zone: str) -> str:
    """One record of a list: `x91fk call-back, due Tue 2026-11-24 12:00 GMT, kept: text`."""
    kinds, known = FIELD[name].record, dict(record)
    text = known.pop("text", None)
    head = " ".join(str(known.pop(key)) for key in ("id", "kind", "code") if key in known)
    details = [key if kinds.get(key) == "flag" else _detail(key, kinds.get(key), value, zone)
               for key, value in known.items()]  # fmt: skip
    told = ", ".join([head, *details])
    return told if text is None else f"{told}: {text}"


def _detail(key: str, kind: str | None, value: Scalar, zone: str) -> str:
    if kind == "instant" and isinstance(value, int):
        return f"{key} {moment(value, zone, exact=value % 60 != 0)}"
    return f"{key.replace('_', ' ')} {value}"


def field_datum(name: str, value: Value) -> object:
    """A case's field for JSON: instants, alone and in what the field holds, in RFC 3339."""
    spec = FIELD[name]
    if isinstance(value, tuple):
        return [{key: _datum(spec.record.get(key), part) for key, part in record.items()} for record in value]
    if isinstance(value, Mapping):
        kind = "instant" if spec.kind == "instants" else None
        return {key: _datum(kind, part) for key, part in value.items()}
    return _datum(spec.kind, value)


def _datum(kind: str | None, value: Scalar) -> Scalar:
    return format_instant(value) if kind == "instant" and isinstance(value, int) else value


def _scalar_words(kind: str | None, value: int | str, zone: str) -> str:
    return moment(value, zone, exact=True) if kind == "instant" and isinstance(value, int) else str(value)


def value_words(value: Value | None) -> str:
    """A field's value on one line; what was taken away is `-`."""
    if value is None:
        return "-"
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {part}" for name, part in value.items())
    return "; ".join(value_words(part) for part in value) if isinstance(value, tuple) else str(value)
