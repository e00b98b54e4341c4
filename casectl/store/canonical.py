"""The canonical form of a case file: written here, and scanned back without any YAML library.

Form: fields in the order of `model.case.FIELDS`, `key: scalar`; `agreed` as a mapping indented by two; records and
`log` as `- key: scalar` lists continued at two; LF, final newline, no `log` key without entries. `scan` accepts exactly
what `dump` writes and gives what a YAML reader would give; for anything else it says None.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from casectl.model.case import ENTRY_FIELDS, FIELDS, Case, Entry, FieldSpec, Kind, Scalar, Value
from casectl.model.instants import format_instant
from casectl.model.rawcase import RawCase, RawMap, RawValue
from casectl.model.shapes import SPAN
from casectl.store.scalars import is_plain, read_block, read_quoted, write_scalar

MAX_BYTES = 256 * 1024
"""Larger files are not read."""

_SIMPLE: Mapping[Kind, re.Pattern[str]] = {
    "instant": re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\+00:00"),
    "number": re.compile(r"0|[1-9][0-9]{0,14}"),
    "flag": re.compile(r"true|false"),
}
_NAME = re.compile(r"[a-z][a-z0-9_-]*")
_LOG = "\nlog:\n"
_PLACES: Mapping[str, tuple[int, Kind]] = {
    (f"{spec.name}:" if spec.kind in ("instants", "records") else spec.name): (rank, spec.kind)
    for rank, spec in enumerate(FIELDS)
}
_ENTRY_PLACES: Mapping[str, tuple[int, Kind]] = {name: (n, kind) for n, (name, kind) in enumerate(ENTRY_FIELDS.items())}
_RECORD_PLACES: Mapping[str, Mapping[str, tuple[int, Kind]]] = {
    spec.name: {name: (n, kind) for n, (name, kind) in enumerate(spec.record.items())} for spec in FIELDS if spec.record
}
_REQUIRED = frozenset(spec.name for spec in FIELDS if spec.required)
_NOWHERE: tuple[int, Kind] = (-1, "text")


def dump(case: Case) -> str:
    """The case as its file's text. Raises `UsageMistake` for text that no file can hold."""
    fields = dump_fields(case)
    return fields + "log:\n" + "".join([dump_entry(entry) for entry in case.log]) if case.log else fields


def dump_fields(case: Case) -> str:
    """The part above the log; fields that are empty are left out."""
    fields = case.fields
    return "".join([dump_field(spec, value) for spec in FIELDS if (value := fields.get(spec.name)) is not None])


def dump_field(spec: FieldSpec, value: Value) -> str:
    """One field with all its lines, or nothing when it is empty."""
    if isinstance(value, str | int):
        return "" if value == "" else f"{spec.name}: {_scalar(value, spec.kind, '  ')}\n"
    if not value:
        return ""
    if isinstance(value, Mapping):
        pairs = [f"  {write_scalar(name, '    ')}: {_scalar(at, 'instant', '    ')}\n" for name, at in value.items()]
        return f"{spec.name}:\n" + "".join(pairs)
    return f"{spec.name}:\n" + "".join(["- " + "  ".join(_lines(record, spec.record)) for record in value])


def dump_entry(entry: Entry) -> str:
    """One log entry, from its `- id:` to its last newline."""
    head = f"- id: {write_scalar(entry.id, '    ')}\n  kind: {write_scalar(entry.kind, '    ')}\n"
    return head + "".join([f"  {line}" for line in _lines(entry.fields, ENTRY_FIELDS)])


def _lines(values: Mapping[str, Scalar], kinds: Mapping[str, Kind]) -> list[str]:
    """The lines of a record or an entry, in canonical order."""
    return [
        f"{name}: {_scalar(value, kind, '    ')}\n"
        for name, kind in kinds.items()
        if (value := values.get(name, "")) != ""
    ]


def _scalar(value: Scalar, kind: Kind, indent: str) -> str:
    if kind in ("text", "duration"):
        return write_scalar(str(value), indent)
    if kind == "instant":
        return format_instant(int(value))
    return ("false", "true")[bool(value)] if kind == "flag" else str(int(value))


def scan(text: str) -> RawCase | None:
    """The raw case with lines if `text` is in canonical form, else None (also above `MAX_BYTES`)."""
    if len(text) > MAX_BYTES or (len(text) * 4 > MAX_BYTES and len(text.encode(errors="replace")) > MAX_BYTES):
        return None
    header, part = split(text)
    fields = scan_header(header)
    log = scan_log(part)
    if fields is None or log is None or (not part and header != text):
        return None
    lines: dict[str, int] = {}
    record_lines: dict[str, list[int]] = {}
    name = ""
    for number, line in enumerate(header.split("\n"), 1):
        if line[:2] == "- ":
            record_lines.setdefault(name, []).append(number)
        elif line and line[0] != " ":
            name = line.partition(":")[0]
            lines[name] = number
    first = header.count("\n") + 2
    log_lines = [number for number, line in enumerate(part.split("\n"), first) if line[:2] == "- "]
    return RawCase(fields, log, lines, log_lines, record_lines)


def split(text: str) -> tuple[str, str]:
    """A canonical file's text as (the fields' lines, the log's lines without `log:`); the second is empty without one.

    Both end in a newline, so of two versions of one file: equal first parts hold equal fields, and when the newer
    second part begins with the older one, `scan_log` of the remainder alone gives the entries that were added (or None,
    when the remainder goes on with the last entry instead of beginning one).
    """
    cut = text.find(_LOG)
    return (text, "") if cut < 0 else (text[: cut + 1], text[cut + len(_LOG) :])


def scan_header(header: str) -> dict[str, RawValue] | None:
    """The raw fields of the first part of `split`, for `model.rawcase.fields_from_raw`; None when not canonical.

    No required field is missing; whether the values mean something is not asked here.
    """
    rows = header.split("\n")
    if rows.pop():
        return None
    fields: dict[str, RawValue] = {}
    at, last, end = 0, -1, len(rows)
    while at < end:
        name, colon, written = rows[at].partition(": ")
        rank, kind = _PLACES.get(name, _NOWHERE)
        at += 1
        if rank <= last or (not colon and name[-1] != ":"):
            return None
        last = rank
        if kind == "text" and is_plain(written):
            fields[name] = written
            continue
        value: RawValue | None
        if name[-1] != ":":
            value, at = _scalar_at(rows, at, kind, written, "  ")
        else:
            name, first = name[:-1], at
            at = _nested_until(rows, at)
            value = None if colon else _nested(rows[first:at], name)
        if value is None:
            return None
        fields[name] = value
    return fields if fields.keys() >= _REQUIRED else None


def scan_log(part: str) -> list[RawMap] | None:
    """The raw entries of the second part of `split`, or of any run of whole entries; None when not canonical."""
    rows = part.split("\n")
    return None if rows.pop() else _scan_list(rows, _ENTRY_PLACES, 1)


def _scan_list(rows: Sequence[str], places: Mapping[str, tuple[int, Kind]], head: int) -> list[RawMap] | None:
    """Entries of a list, each beginning with the key that has rank 0; none lacks a key up to rank `head`."""
    entries: list[RawMap] = []
    entry: dict[str, str] = {}
    at, last, end = 0, head, len(rows)
    while at < end:
        row = rows[at]
        name, colon, written = row[2:].partition(": ")
        rank, kind = places.get(name, _NOWHERE)
        at += 1
        if row[:2] == "- " and rank == 0 and last >= head:
            entry = {}
            entries.append(entry)
        elif row[:2] != "  " or rank <= last or (last < head and rank > last + 1) or not entries:
            return None
        last = rank
        if kind == "text" and is_plain(written):
            entry[name] = written
            continue
        value, at = _scalar_at(rows, at, kind, written, "    ")
        if value is None or not colon:
            return None
        entry[name] = value
    return entries if last >= head else None


def _scalar_at(rows: Sequence[str], at: int, kind: Kind, written: str, indent: str) -> tuple[str | None, int]:
    """The text of a scalar that is not plain text, and the row after it; `at` is the row after its key's."""
    if kind == "duration":
        return (written if re.fullmatch(SPAN, written) else None), at
    pattern = _SIMPLE.get(kind)
    if pattern is not None:
        return (written if pattern.fullmatch(written) else None), at
    if written[:1] == '"':
        return read_quoted(written), at
    if written != "|-":
        return None, at
    first = at
    while at < len(rows) and (not rows[at] or rows[at].startswith(indent)):
        at += 1
    return read_block(rows[first:at], indent), at


def _nested_until(rows: Sequence[str], at: int) -> int:
    """The row after those that belong to a key without a value of its own; `at` is the row after that key's."""
    while at < len(rows) and (not rows[at] or rows[at][:2] in ("- ", "  ")):
        at += 1
    return at


def _nested(rows: Sequence[str], name: str) -> RawValue | None:
    """The mapping or the list that a field holds."""
    if not rows:
        return None
    return _scan_list(rows, _RECORD_PLACES[name], 0) if name in _RECORD_PLACES else _scan_instants(rows)


def _scan_instants(rows: Sequence[str]) -> RawMap | None:
    found: dict[str, str] = {}
    for row in rows:
        name, _, written = row[2:].partition(": ")
        key = read_quoted(name) if name[:1] == '"' else name if is_plain(name) else None
        if row[:2] != "  " or key is None or key in found or not _NAME.fullmatch(key):
            return None
        if not _SIMPLE["instant"].fullmatch(written):
            return None
        found[key] = written
    return found
