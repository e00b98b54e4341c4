"""From the text of a case file to a case: strict types, and every mistake at once with its line and a hint."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from casectl.model.case import (
    DIRECTIONS,
    ENTRY_FIELDS,
    FIELD,
    FIELDS,
    LOG_KINDS,
    MOST_RECORDS,
    NAME,
    NUMBER,
    WORD,
    Case,
    Entry,
    FieldSpec,
    Kind,
    Scalar,
    Value,
)
from casectl.model.caseid import CASE_PATH, is_id
from casectl.model.instants import LAST_INSTANT, Instant, parse_stored
from casectl.model.problems import Problem, did_you_mean
from casectl.model.shapes import SPAN
from casectl.model.tree import Branch, Node, Row, Text

RawMap = Mapping[str, str]
RawValue = str | RawMap | Sequence[RawMap]

_REQUIRED = tuple(spec.name for spec in FIELDS if spec.required)
_RANK = {name: rank for rank, name in enumerate(FIELD)}
_ENTRY_RANK = {name: rank for rank, name in enumerate(ENTRY_FIELDS)}
_RECORD_RANK = {spec.name: {name: rank for rank, name in enumerate(spec.record)} for spec in FIELDS if spec.record}
_NUMBER = re.compile(NUMBER)
_NAME = re.compile(NAME)
_ENTRY_ID = re.compile(WORD)
_KINDS = frozenset(LOG_KINDS)
_HINTED = 20
"""Hints for misspelt words are for people, and dear: only so many problems get one."""
_ENTRY_ID_HINT = "one word, 80 characters at most"
_ID_HINT = "an ID looks like ABC-261123-K7Q4P"
_INSTANT_HINT = "like 2026-11-23T09:02:11+00:00"
_SPAN_HINT = "like 15m, 4h, 1h30m, or 2wd for working days"


class RawCase(NamedTuple):
    """A case file before its values are judged: every scalar as its text, and where each thing stands.

    `lines` gives each field's line, `record_lines` those of a list's records and `log_lines` each entry's (1-based).
    A field that stands in `lines` but not in `fields` was there in a shape that no field has; whoever read it has
    reported that.
    """

    fields: Mapping[str, RawValue]
    log: Sequence[RawMap] = ()
    lines: Mapping[str, int] = MappingProxyType({})
    log_lines: Sequence[int] = ()
    record_lines: Mapping[str, Sequence[int]] = MappingProxyType({})


class _RefusedError(ValueError):
    """A value that its field cannot hold, and what it could."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


def case_from_raw(raw: RawCase, path: str) -> tuple[Case | None, tuple[Problem, ...]]:
    """The case that the raw text means, or None and everything that is wrong with it. Instants are UTC seconds.

    Empty values count as absent. When `path` is a case's path, the ID must be the one that it names.
    """
    fields, problems = fields_from_raw(raw.fields, path, raw.lines, raw.record_lines)
    entries, more = entries_from_raw(raw.log, path, raw.log_lines)
    problems += more
    problems += _missing(fields, raw, path)
    problems += _identity(fields, raw, path)
    problems += _repeated(raw, path)
    return (None if problems else Case(fields, entries)), tuple(sorted(problems, key=lambda problem: problem.line))


def fields_from_raw(
    raw: Mapping[str, RawValue],
    path: str,
    lines: Mapping[str, int] | None = None,
    record_lines: Mapping[str, Sequence[int]] = MappingProxyType({}),
) -> tuple[dict[str, Value], list[Problem]]:
    """The fields' values and what is wrong with them, one by one; not whether any are missing."""
    fields: dict[str, Value] = {}
    problems: list[Problem] = []
    for name, value in raw.items():
        spec = FIELD.get(name)
        if spec is not None and spec.kind == "text" and isinstance(value, str):
            if value:
                fields[name] = value
        elif spec is None:
            hint = did_you_mean(name[:80], (*FIELD, "log")) if len(problems) < _HINTED else None
            problems.append(Problem(path, _line(lines, name), f"unknown field '{name[:80]}'", hint))
        elif value and spec.kind == "records" and not isinstance(value, str | Mapping):
            fields[name], refusals = _records(spec, value, len(problems) < _HINTED)
            places = record_lines.get(name, ())
            problems += [
                Problem(path, places[index] if index < len(places) else _line(lines, name), message, hint)
                for index, message, hint in refusals
            ]
        elif value:
            try:
                fields[name] = _READERS[spec.kind](value)
            except _RefusedError as refused:
                problems.append(Problem(path, _line(lines, name), f"{name}: {refused}", refused.hint))
    return fields, problems


def entries_from_raw(
    raw: Sequence[RawMap], path: str, lines: Sequence[int] = ()
) -> tuple[tuple[Entry, ...], list[Problem]]:
    """The log's entries in order and what is wrong with each; a part of a log will do."""
    entries = []
    problems: list[Problem] = []
    for index, fields in enumerate(raw):
        line = lines[index] if index < len(lines) else 0
        entry, refusals = _entry(fields, len(problems) < _HINTED)
        if entry is not None:
            entries.append(entry)
        problems += [Problem(path, line, message, hint) for message, hint in refusals]
    return tuple(entries), problems


def raw_from_tree(tree: Node, path: str) -> tuple[RawCase, tuple[Problem, ...]]:
    """A YAML document as a raw case, in canonical order; what has no place in a case file is a problem."""
    if not isinstance(tree, Branch):
        hint = "one field a line, such as `title: Printer on fire`"
        return RawCase({}, lines=dict.fromkeys(FIELD, 0)), (Problem(path, tree.line, "not a case file", hint),)
    fields: dict[str, RawValue] = {}
    problems: list[Problem] = []
    for name in sorted(tree.items.keys() - {"log"}, key=lambda name: _RANK.get(name, len(_RANK))):
        value = _flat(tree.items[name], _RECORD_RANK.get(name, {}))
        if value is None:
            hint = "text, a mapping of texts, or a list of mappings of texts"
            problems.append(Problem(path, tree.keys[name], f"{name[:80]}: nested too deeply", hint))
        else:
            fields[name] = value
    log, log_lines, log_problems = _raw_log(tree.items.get("log"), path)
    lists = {name: node for name, node in tree.items.items() if name in _RECORD_RANK and isinstance(node, Row)}
    record_lines = {name: [item.line for item in node.items] for name, node in lists.items()}
    return RawCase(fields, log, tree.keys, log_lines, record_lines), (*problems, *log_problems)


def _raw_log(node: Node | None, path: str) -> tuple[list[RawMap], list[int], list[Problem]]:
    log: list[RawMap] = []
    lines: list[int] = []
    problems: list[Problem] = []
    if node is None or (isinstance(node, Text) and not node.value):
        return log, lines, problems
    for item in node.items if isinstance(node, Row) else (node,):
        entry = _flat_map(item) if isinstance(node, Row) else None
        if entry is None:
            hint = "entries begin with `- id:` and hold one text a line"
            problems.append(Problem(path, item.line, "log: not a log entry", hint))
        else:
            log.append(_in_order(entry, _ENTRY_RANK))
            lines.append(item.line)
    return log, lines, problems


def _flat(node: Node, rank: Mapping[str, int]) -> RawValue | None:
    if isinstance(node, Text):
        return node.value
    if isinstance(node, Branch):
        return _flat_map(node)
    records = [_in_order(record, rank) for item in node.items if (record := _flat_map(item)) is not None]
    return records if len(records) == len(node.items) else None


def _in_order(fields: RawMap, rank: Mapping[str, int]) -> RawMap:
    return dict(sorted(fields.items(), key=lambda pair: rank.get(pair[0], len(rank))))


def _flat_map(node: Node) -> dict[str, str] | None:
    if not isinstance(node, Branch):
        return None
    texts = {name: item.value for name, item in node.items.items() if isinstance(item, Text)}
    return texts if len(texts) == len(node.items) else None


def _records(
    spec: FieldSpec, raw: Sequence[RawMap], hinted: bool
) -> tuple[tuple[Mapping[str, Scalar], ...], list[tuple[int, str, str | None]]]:
    """A list's records, and what is wrong with them: the record's place in the list, message, hint."""
    records = []
    refusals: list[tuple[int, str, str | None]] = []
    seen: set[str] = set()
    for index, fields in enumerate(raw[:MOST_RECORDS]):
        record, found = _record(spec, fields, hinted and len(refusals) < _HINTED)
        name = fields.get("id", "")
        if name and name in seen:
            found.append(("its id is that of a record above it", "each record of a list has an id of its own"))
        seen.add(name)
        records.append(record)
        shown = f"'{name[:80]}'" if name else f"number {index + 1}"
        refusals += [(index, f"{spec.name}, record {shown}: {message}", hint) for message, hint in found]
    if len(raw) > MOST_RECORDS:
        hint = f"a case holds {MOST_RECORDS}; another holds the rest"
        refusals.append((MOST_RECORDS, f"{spec.name}: {len(raw)} records are too many", hint))
    return tuple(records), refusals


def _record(spec: FieldSpec, raw: RawMap, hinted: bool) -> tuple[dict[str, Scalar], list[tuple[str, str | None]]]:
    record: dict[str, Scalar] = {}
    refusals: list[tuple[str, str | None]] = []
    for key, text in raw.items():
        wanted = spec.record.get(key)
        if wanted is None:
            hint = did_you_mean(key[:80], spec.record) if hinted else None
            refusals.append((f"unknown field '{key[:80]}'", hint))
        elif text:
            try:
                record[key] = _SCALARS[wanted](text)
            except _RefusedError as refused:
                refusals.append((f"{key}: {refused}", refused.hint))
    if raw.get("id") and not _ENTRY_ID.fullmatch(raw["id"]):
        refusals.append(("its id is not one word", _ENTRY_ID_HINT))
    hint = f"every record of {spec.name} has {', '.join(spec.record_needs)}"
    refusals += [(f"'{key}' is missing", hint) for key in spec.record_needs if not raw.get(key)]
    return record, refusals


def _entry(raw: RawMap, hinted: bool) -> tuple[Entry | None, list[tuple[str, str | None]]]:
    refusals: list[tuple[str, str | None]] = []
    fields: dict[str, Scalar] = {}
    name = raw.get("id", "")
    kind = raw.get("kind", "")
    if kind not in _KINDS or not _ENTRY_ID.fullmatch(name):
        refusals += _entry_head(name[:81], kind[:80], hinted)
    for key, text in raw.items():
        wanted = ENTRY_FIELDS.get(key)
        if wanted == "text":
            if text and key != "id" and key != "kind":
                fields[key] = text
        elif wanted is None:
            hint = did_you_mean(key[:80], ENTRY_FIELDS) if hinted else None
            refusals.append((f"log entry '{name[:80]}': unknown field '{key[:80]}'", hint))
        elif text:
            try:
                fields[key] = _SCALARS[wanted](text)
            except _RefusedError as refused:
                refusals.append((f"log entry '{name[:80]}': {key}: {refused}", refused.hint))
    if fields.get("direction", "in") not in DIRECTIONS:
        refusals.append((f"log entry '{name[:80]}': direction: '{str(fields['direction'])[:80]}'", "in or out"))
    return (None if refusals else Entry(name, kind, fields)), refusals


def _entry_head(name: str, kind: str, hinted: bool) -> Iterable[tuple[str, str | None]]:
    if not name:
        yield "a log entry without an id", "casectl mints one; any word that no other entry of this case has will do"
    elif not _ENTRY_ID.fullmatch(name):
        yield f"log entry '{name[:80]}': no id", _ENTRY_ID_HINT
    if not kind:
        yield f"log entry '{name}': no kind", f"one of: {', '.join(LOG_KINDS)}"
    elif kind not in _KINDS:
        yield f"log entry '{name}': unknown kind '{kind}'", did_you_mean(kind, LOG_KINDS) if hinted else None


def _missing(fields: Mapping[str, Value], raw: RawCase, path: str) -> list[Problem]:
    return [
        Problem(path, _line(raw.lines, name), f"'{name}' is missing", f"every case has {', '.join(_REQUIRED)}")
        for name in _REQUIRED
        if name not in fields and (not raw.fields.get(name)) and (name in raw.fields or name not in raw.lines)
    ]


def _identity(fields: Mapping[str, Value], raw: RawCase, path: str) -> list[Problem]:
    case_id = fields.get("id")
    if case_id is None:
        return []
    line = _line(raw.lines, "id")
    if not is_id(str(case_id)):
        return [Problem(path, line, f"'{str(case_id)[:80]}' is no case ID", _ID_HINT)]
    named = CASE_PATH.fullmatch(path)
    if named and named[1] != case_id:
        return [Problem(path, line, f"the file holds case {case_id}", "a case's file is named after its ID, for ever")]
    return []


def _repeated(raw: RawCase, path: str) -> list[Problem]:
    names = [entry.get("id", "") for entry in raw.log]
    if len(set(names)) == len(names):
        return []
    problems = []
    seen: set[str] = set()
    for index, name in enumerate(names):
        if name and name in seen:
            line = raw.log_lines[index] if index < len(raw.log_lines) else 0
            hint = "each entry has an id of its own; a merge may have kept one entry twice"
            problems.append(Problem(path, line, f"a second log entry with the id '{name[:80]}'", hint))
        seen.add(name)
    return problems


def _line(lines: Mapping[str, int] | None, name: str) -> int:
    return lines.get(name, 0) if lines else 0


def _text(value: RawValue) -> str:
    if not isinstance(value, str):
        raise _RefusedError("holds text only", "write it on one line, or as a block after `|-`")
    return value


def _instant(value: RawValue) -> Instant:
    text = _text(value)
    try:
        instant = parse_stored(text)
    except (ValueError, OverflowError):
        raise _RefusedError(f"not a time with date, seconds and offset: '{text[:80]}'", _INSTANT_HINT) from None
    if not 0 <= instant <= LAST_INSTANT:
        raise _RefusedError(f"a time before 1970 or after 9998: '{text[:80]}'", _INSTANT_HINT)
    return instant


def _number(value: RawValue) -> int:
    text = _text(value)
    if not _NUMBER.fullmatch(text):
        raise _RefusedError(f"not a whole number: '{text[:80]}'", "digits only, without leading zeros")
    return int(text)


def _duration(value: RawValue) -> str:
    text = _text(value)
    if not re.fullmatch(SPAN, text):  # compiled when the first case has one
        raise _RefusedError(f"not a duration: '{text[:80]}'", _SPAN_HINT)
    return text


def _flag(value: RawValue) -> bool:
    text = _text(value)
    if text not in ("true", "false"):
        raise _RefusedError(f"neither true nor false: '{text[:80]}'", "true or false")
    return text == "true"


def _instants(value: RawValue) -> Mapping[str, Scalar]:
    if isinstance(value, str) or not isinstance(value, Mapping):
        raise _RefusedError("not a mapping", f"one `name: instant` a line, indented; an instant is {_INSTANT_HINT}")
    return {_named(name): _instant(text) for name, text in value.items()}


def _no_records(_: RawValue) -> Value:
    raise _RefusedError("not a list", "records begin with `- id:` and hold one `name: text` a line")


def _named(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise _RefusedError(f"'{name[:80]}' cannot be a name here", "lower-case letters, digits, - and _")
    return name


_SCALARS: Mapping[Kind, Callable[[str], Scalar]] = {
    "text": _text,
    "instant": _instant,
    "number": _number,
    "duration": _duration,
    "flag": _flag,
}
_READERS: Mapping[Kind, Callable[[RawValue], Value]] = {
    "text": _text,
    "instant": _instant,
    "number": _number,
    "duration": _duration,
    "flag": _flag,
    "instants": _instants,
    "records": _no_records,
}
