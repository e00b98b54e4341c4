"""Log entries and field values in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from casectl.model.case import ENTRY_FIELDS, FIELD, Entry, Scalar, Value
from casectl.model.instants import format_instant
from casectl.model.timeline import Step, Timeline
from casectl.reports.plain import shortened
from casectl.reports.words import SHORT, moment

_CALLED = ("id", "kind", "code")
"""What a record is called by."""
_IN_SHORT = 48


def entry_words(entry: Entry, zone: str) -> str:
    """`note: text`, `call in, 9 m: text`, with whatever else the entry holds; moments on the wall clock of `zone`. A
    reason stands in for the text where there is none."""
    known = dict(entry.fields)
    text = known.pop("text") if "text" in known else known.pop("reason", None)
    rule = f" (rule {known.pop('rule')})" if "rule" in known else ""
    if entry.kind == "attachment":
        return _attachment_words(known) + ("" if text is None else f": {text}")
    direction = known.pop("direction", None)
    minutes = known.pop("minutes", None)
    details = [
        f"{name.replace('_', ' ')} {_scalar_words(ENTRY_FIELDS.get(name), value, zone)}"
        for name, value in known.items()
    ]
    head = f"{entry.kind} {direction}" if direction else entry.kind
    head = ", ".join([head, *([f"{minutes} m"] if minutes is not None else []), *details])
    return (head if text is None else f"{head}: {text}") + rule


def _attachment_words(known: Mapping[str, Scalar]) -> str:
    """`attachment router.log, 12 KiB`; the checksum is for machines."""
    size = int(known.get("bytes", 0))
    return f"attachment {known.get('file')}, {f'{size} bytes' if size < 1024 else f'{size // 1024} KiB'}"


def void_words(entry: Entry, life: Timeline) -> str | None:
    """`void of status on-hold; waiting_for customer (c0ffee…): the reason`: which step a void entry takes back; None
    for any other entry."""
    if entry.kind != "void":
        return None
    why = entry.fields.get("reason", entry.fields.get("text"))
    return f"void of {_voided(str(entry.fields.get('void')), life)}{'' if why is None else f': {why}'}"


def _voided(name: str, life: Timeline) -> str:
    if name == life.case_id:
        return "the whole case"
    for step in life.steps:
        if name == step.commit or any(entry.id == name for entry in step.entries):
            return f"{_in_short(step)} ({step.commit[:SHORT]})"
    return f"'{name}', which names no step"


def _in_short(step: Step) -> str:
    """What a step did, without the texts that it holds."""
    kinds = [" ".join(filter(None, [entry.kind, entry.direction])) for entry in step.entries]
    fields = (name if isinstance(value, tuple | Mapping) else f"{name} {value_words(value)}"
              for name, value in step.changes.items())  # fmt: skip
    return shortened("; ".join(kinds or fields), _IN_SHORT)


def change_words(name: str, before: Value | None, value: Value | None, zone: str) -> str:
    """As `field_words`, of a mapping and of records only what differs from `before`; what was taken away is `-`."""
    if name in FIELD and (isinstance(before, Mapping) or isinstance(value, Mapping)):
        return _items_changed(name, _items(before), _items(value), zone)
    if name in FIELD and (isinstance(before, tuple) or isinstance(value, tuple)):
        return "; ".join(_records_changed(name, _by_id(before), _by_id(value), zone)) or "in another order"
    return field_words(name, value, zone)


def _items_changed(name: str, old: Mapping[str, Scalar], new: Mapping[str, Scalar], zone: str) -> str:
    changed = {key: part for key, part in new.items() if old.get(key) != part}
    gone = [f"{key} -" for key in old if key not in new]
    return ", ".join([*([field_words(name, changed, zone)] if changed else []), *gone])


def _records_changed(
    name: str, old: Mapping[str, Mapping[str, Scalar]], new: Mapping[str, Mapping[str, Scalar]], zone: str
) -> Iterator[str]:
    """A new record whole, of one that was changed what is new in it beside what it is called."""
    for key, record in new.items():
        was = old.get(key)
        if was is None:
            yield record_words(name, record, zone)
        elif was != record:
            kept = {part: value for part, value in record.items() if part in _CALLED or was.get(part) != value}
            taken = "".join(f", {part.replace('_', ' ')} -" for part in was if part not in record)
            yield record_words(name, kept, zone) + taken
    yield from (f"{key} -" for key in old if key not in new)


def _items(value: Value | None) -> Mapping[str, Scalar]:
    return value if isinstance(value, Mapping) else {}


def _by_id(value: Value | None) -> dict[str, Mapping[str, Scalar]]:
    return {str(record.get("id")): record for record in value} if isinstance(value, tuple) else {}


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
    head = " ".join(str(known.pop(key)) for key in _CALLED if key in known)
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
    if kind == "flag":
        return "yes" if value else "no"
    return moment(value, zone, exact=True) if kind == "instant" and isinstance(value, int) else str(value)


def value_words(value: Value | None) -> str:
    """A field's value on one line; what was taken away is `-`."""
    if value is None:
        return "-"
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {part}" for name, part in value.items())
    return "; ".join(value_words(part) for part in value) if isinstance(value, tuple) else str(value)
