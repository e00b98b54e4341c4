"""A case: its current fields, and its append-only log. The table `FIELDS` is the one list of what a file may hold."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple

from casectl.model.instants import Instant

Scalar = str | int
Value = Scalar | Mapping[str, Scalar] | tuple[Mapping[str, Scalar], ...]
Kind = Literal["text", "instant", "number", "duration", "flag", "instants", "records"]


NUMBER = r"0|[1-9][0-9]{0,14}"
WORD = r"\S{1,80}"
"""How the id of a log entry or of a record is spelt."""
NAME = r"[a-z][a-z0-9_-]*"
"""How the names of `agreed` are spelt."""
MOST_RECORDS = 200
"""In each list of a case. Every promise is an occurrence of its own to the clock: thousands would take it minutes."""
DIRECTIONS = ("in", "out")


class FieldSpec(NamedTuple):
    """What one field holds.

    `duration` is text that `parse_span` of `model.figure_reader` reads, `instants` maps names to instants, `records` is
    a list of flat mappings.
    """

    name: str
    kind: Kind = "text"
    required: bool = False
    fixed: bool = False
    """Never changed after the opening commit: identity, and the claims that figures start from."""
    record: Mapping[str, Kind] = MappingProxyType({})
    """What each record of a list may hold, in canonical order; `id` tells them apart."""
    record_needs: tuple[str, ...] = ()
    """What no record may lack."""


COMMITMENT: Mapping[str, Kind] = MappingProxyType(
    {"id": "text", "kind": "text", "due": "instant", "until": "instant", "text": "text", "kept": "flag",
     "cancelled": "flag"}
)  # fmt: skip
EXEMPTION: Mapping[str, Kind] = MappingProxyType(
    {"id": "text", "code": "text", "from": "instant", "until": "instant", "approved_by": "text", "text": "text"}
)

FIELDS: tuple[FieldSpec, ...] = (
    FieldSpec("id", required=True, fixed=True),
    FieldSpec("external_id", fixed=True),
    FieldSpec("source", fixed=True),
    FieldSpec("policy", required=True),
    FieldSpec("type", required=True),
    FieldSpec("title", required=True),
    FieldSpec("description"),
    FieldSpec("customer"),
    FieldSpec("contact"),
    FieldSpec("channel", required=True),
    FieldSpec("service"),
    FieldSpec("category"),
    FieldSpec("received", "instant", fixed=True),
    FieldSpec("detected", "instant", fixed=True),
    FieldSpec("status", required=True),
    FieldSpec("waiting_for"),
    FieldSpec("priority", required=True),
    FieldSpec("expedited", "flag"),
    FieldSpec("owner"),
    FieldSpec("assignee"),
    FieldSpec("team"),
    FieldSpec("level", "number"),
    FieldSpec("update_every", "duration"),
    FieldSpec("agreed", "instants"),
    FieldSpec("commitments", "records", record=COMMITMENT, record_needs=("id", "kind", "due")),
    FieldSpec("exemptions", "records", record=EXEMPTION, record_needs=("id", "code", "from")),
    FieldSpec("follows"),
    FieldSpec("merged_into"),
    FieldSpec("resolution"),
    FieldSpec("reason_for_outage"),
    FieldSpec("satisfaction", "number"),
)
"""In the order in which a canonical file holds them; `log` comes after all of them."""

FIELD: Mapping[str, FieldSpec] = {spec.name: spec for spec in FIELDS}

ENTRY_FIELDS: Mapping[str, Kind] = {
    "id": "text",
    "kind": "text",
    "direction": "text",
    "to": "text",
    "started": "instant",
    "minutes": "number",
    "from_level": "number",
    "to_level": "number",
    "suggested": "text",
    "chosen": "text",
    "answers": "text",
    "reason": "text",
    "void": "text",
    "rule": "text",
    "file": "text",
    "bytes": "number",
    "sha256": "text",
    "text": "text",
}
"""What a log entry may hold, in canonical order."""

LOG_KINDS = (
    "triage note call email response update root-cause pathway handover attempt confirmation complaint-answer "
    "escalation escalation-answer request referral checklist attachment link notice void"
).split()


class Entry(NamedTuple):
    """One log entry. It has no time of its own: the commit that added it has."""

    id: str
    kind: str
    fields: Mapping[str, Scalar] = MappingProxyType({})
    """All but `id` and `kind`, in canonical order."""

    @property
    def direction(self) -> str | None:
        """`in` or `out` for calls and mails, else None."""
        value = self.fields.get("direction")
        return None if value is None else str(value)

    def answers_to(self, anchor: str) -> bool:
        """Whether this entry is what a policy calls `kind` or `kind:direction`."""
        kind, _, direction = anchor.partition(":")
        return self.kind == kind and (not direction or self.direction == direction)


class Case(NamedTuple):
    """The state of one case at one commit. Absent fields are absent from `fields`, never empty."""

    fields: Mapping[str, Value]
    log: tuple[Entry, ...] = ()

    def text(self, name: str) -> str | None:
        """A scalar field as text, or None when the case does not have it."""
        value = self.fields.get(name)
        return None if value is None else str(value)

    def records(self, name: str) -> tuple[Mapping[str, Scalar], ...]:
        """The records of `commitments` or `exemptions`; none when the case does not have the field."""
        value = self.fields.get(name)
        return value if isinstance(value, tuple) else ()

    def need(self, name: str) -> str:
        """A field that every valid case has. Raises KeyError on a case that was never validated."""
        return str(self.fields[name])

    def instant(self, name: str) -> Instant | None:
        """A claimed moment (`received`, `detected`) in UTC seconds, or None."""
        value = self.fields.get(name)
        return value if isinstance(value, int) else None

    @property
    def id(self) -> str:
        return self.need("id")

    @property
    def status(self) -> str:
        return self.need("status")

    @property
    def priority(self) -> str:
        return self.need("priority")

    @property
    def level(self) -> int:
        """The escalation level; 1 is where every case begins."""
        value = self.fields.get("level")
        return value if isinstance(value, int) else 1

    def changed(self, changes: Mapping[str, Value | None], entries: tuple[Entry, ...] = ()) -> Case:
        """This case with fields set (or removed, where the new value is None) and entries appended."""
        merged = {**self.fields, **changes}
        ordered = {spec.name: value for spec in FIELDS if (value := merged.get(spec.name)) is not None}
        return Case(ordered, self.log + entries)
