"""PURE. The shapes of files as JSON Schema (draft 2020-12), for editors."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from casectl.model.case import NUMBER
from casectl.model.case_shape import CASE
from casectl.model.people_shape import CUSTOMERS, HOLIDAYS, STAFF
from casectl.model.policy_shape import POLICY
from casectl.model.scrutiny_shape import ACCEPTED
from casectl.model.shapes import Absent, Flag, Names, Number, OneOf, Record, Rows, Shape, Text, Words

Schema = dict[str, Any]

DRAFT = "https://json-schema.org/draft/2020-12/schema"

_ONE_VALUE = ["string", "number", "boolean"]
"""What YAML may take an unquoted text for."""


FILES: Mapping[str, Record] = {
    "case": CASE,
    "policy": POLICY,
    "customers": CUSTOMERS,
    "staff": STAFF,
    "holidays": HOLIDAYS,
    "accepted": ACCEPTED,
}
"""What there is a schema for."""


def schema_text(name: str) -> str:
    """The schema of one of `FILES`, as the text of a file."""
    return json.dumps(schema_of(name), indent=2, ensure_ascii=False) + "\n"


def schema_of(name: str) -> Schema:
    """The schema of one of `FILES`. Its identity is `urn:casectl:NAME:1`, which no network is asked for."""
    writer = _Writer()
    root = writer.record(FILES[name])
    head = {"$schema": DRAFT, "$id": f"urn:casectl:{name}:1", "title": f"casectl {name}"}
    return {**head, **root, "$defs": {key: writer.defined[key] for key in sorted(writer.defined)}}


class _Writer:
    """Writes what has a name once, in `$defs`, and a reference wherever it is used."""

    def __init__(self) -> None:
        self.defined: dict[str, Schema] = {}

    def shape(self, shape: Shape) -> Schema:
        match shape:
            case Record():
                return self._reference(shape.name.replace(" ", "-"), lambda: self.record(shape))
            case Text():
                return _text(shape)
            case Words():
                return self._reference(shape.name, lambda: _words(shape)) if shape.name else _words(shape)
            case Names():
                return self._names(shape)
            case Rows():
                return {
                    "type": "array",
                    **_at_least("minItems", shape.at_least),
                    **_at_most("maxItems", shape.at_most),
                    "items": self.shape(shape.of),
                }
            case OneOf():
                return {"anyOf": [self.shape(one) for one in shape.shapes]}
            case Flag():
                return {"type": "boolean"}
            case Number():
                return {"type": ["integer", "string"], "minimum": 0, "pattern": _whole(NUMBER)}
            case Absent():
                return {"enum": [None, "", [], {}] if shape.collections else [None, ""]}

    def record(self, shape: Record) -> Schema:
        """The record itself, as the root of a schema or in `$defs`."""
        required = list(shape.required)
        filled = required or shape.at_least
        return {
            "description": shape.says,
            "type": "object" if filled else ["object", "null"],
            "additionalProperties": False,
            **({"required": required} if required else {}),
            **_at_least("minProperties", shape.at_least),
            **_at_most("maxProperties", shape.at_most),
            "properties": {
                key: {"description": field.says, **self.shape(field.holds)} for key, field in shape.fields.items()
            },
        }

    def _reference(self, name: str, write: Callable[[], Schema]) -> Schema:
        if name not in self.defined:
            self.defined[name] = write()
        return {"$ref": f"#/$defs/{name}"}

    def _names(self, shape: Names) -> Schema:
        of = self.shape(shape.of)
        keys: Mapping[str, Schema] = {"patternProperties": {_whole(shape.pattern): of}}
        if shape.known:
            keys = {"properties": dict.fromkeys(shape.known, of)}
        kind = "object" if shape.at_least else ["object", "null"]
        return {"type": kind, **_at_least("minProperties", shape.at_least), "additionalProperties": False, **keys}


def _text(shape: Text) -> Schema:
    if shape.words:
        return {"enum": list(shape.words)}
    pattern = _whole(shape.pattern) if shape.pattern else r"\S"
    return {"type": _ONE_VALUE if shape.bare else "string", "pattern": pattern}


def _words(shape: Words) -> Schema:
    one = _text(shape.of)
    return {"anyOf": [one, {"type": "array", **_at_least("minItems", shape.at_least), "items": one}]}


def _whole(pattern: str) -> str:
    return f"^(?:{pattern})$"


def _at_least(key: str, number: int) -> Schema:
    return {key: number} if number else {}


def _at_most(key: str, number: int | None) -> Schema:
    return {} if number is None else {key: number}
