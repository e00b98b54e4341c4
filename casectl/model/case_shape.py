"""What a case file may hold, for editors: `FIELDS` and `ENTRY_FIELDS` of `model.case`, each with its meaning."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from casectl.model.case import DIRECTIONS, ENTRY_FIELDS, FIELDS, LOG_KINDS, MOST_RECORDS, NAME, WORD, FieldSpec, Kind
from casectl.model.caseid import ID
from casectl.model.shapes import FLAG, SPAN, Absent, Field, Names, Number, OneOf, Record, Rows, Shape, Text

INSTANT = r"[0-9]{4}-?(?:[0-9]{2}-?[0-9]{2}|W[0-9]{2}(?:-?[1-7])?)[\s\S][0-9]{2}[0-9:.,]* ?(?:Z|[+-][0-9]{2}[0-9:.]*)"
"""As ISO 8601 lets one write it; casectl writes 2026-11-23T09:02:11+00:00."""
ANYTHING = r"[\s\S]+"

_KINDS: Mapping[Kind, Shape] = {
    "text": Text(ANYTHING),
    "instant": Text(INSTANT, bare=False),
    "number": Number(),
    "duration": Text(SPAN, bare=False),
    "flag": OneOf((FLAG, Text(words=("true", "false")))),
    "instants": Names(Text(INSTANT, bare=False), NAME),
}

_MEANINGS = {
    "id": "The case's name for ever: ABC-261123-K7Q4P.",
    "external_id": "What the case is called in the system that it came from.",
    "source": "The system that an imported case came from.",
    "policy": "The policy that judges the case: acme-desk/1.0.",
    "type": "What kind of case it is, in the policy's words.",
    "title": "The case in a line.",
    "description": "The case in full.",
    "customer": "Whose case it is: a name of customers.yaml.",
    "contact": "Whom to ask, as a reference: oakfield/it-lead. No names, no numbers.",
    "channel": "How it came in.",
    "service": "What it is about, of the policy's services or the customer's.",
    "category": "What it is about, of the policy's categories.",
    "received": "When it came in, as somebody claims; never later than the opening.",
    "detected": "When monitoring found it.",
    "status": "The state that it is in.",
    "waiting_for": "Whom it waits for.",
    "priority": "Its rating.",
    "expedited": "It goes before others of its priority.",
    "owner": "Who answers for it.",
    "assignee": "Who works on it.",
    "team": "The team that works on it.",
    "level": "The level of the ladder that it stands on; 1 is the desk itself.",
    "update_every": "How often the customer hears of it: 1h.",
    "agreed": "Moments agreed with the customer, each under the name of its target.",
    "commitments": "What people promised in the case.",
    "exemptions": "Periods that do not count, with their reasons.",
    "follows": "The closed case that this one follows.",
    "merged_into": "The case that goes on in place of this one.",
    "resolution": "What solved it.",
    "reason_for_outage": "Why the service was out.",
    "satisfaction": "How content the customer was.",
}

_RECORD_MEANINGS = {
    "commitments": {
        "id": "A word that no other commitment of this case has.",
        "kind": "What kind of promise it is, in the policy's words.",
        "due": "When it is due.",
        "until": "When it ends, if it lasts.",
        "text": "What was promised.",
        "kept": "It was kept.",
        "cancelled": "It was called off.",
    },
    "exemptions": {
        "id": "A word that no other exemption of this case has.",
        "code": "The reason, in the policy's words.",
        "from": "When the period begins.",
        "until": "When it ends; left out: it lasts.",
        "approved_by": "Who approved it; without it, it is only asked for.",
        "text": "What happened.",
    },
}

_ENTRY_MEANINGS = {
    "id": "A word that no other entry of this case has.",
    "kind": "What happened.",
    "direction": "Of a call or mail: in or out.",
    "to": "Whom or what it answers.",
    "started": "When a call began, as somebody claims.",
    "minutes": "How long a call lasted.",
    "from_level": "The level of the ladder before.",
    "to_level": "The level of the ladder after.",
    "suggested": "The priority that the rubric suggested.",
    "chosen": "What was chosen: a priority, or a path.",
    "answers": "How questions were answered (impact=all, workaround=no), or what of a checklist was done.",
    "reason": "Why it was done.",
    "void": "The entry that is taken back, with all that its step changed.",
    "rule": "The duty or automatic rule of the policy that made it, where nobody did.",
    "file": "The name of a file that is kept beside the case.",
    "bytes": "How long that file is.",
    "sha256": "The SHA-256 of that file, in hexadecimal digits.",
    "text": "What was said or done.",
}

_ENTRY_SHAPES: Mapping[str, Shape] = {
    "id": Text(WORD),
    "kind": Text(words=tuple(LOG_KINDS)),
    "direction": Text(words=DIRECTIONS),
}


def _within(key: str, says: str, shape: Shape, needs: Collection[str]) -> Field:
    """A key of an entry or a record: empty counts as left out, so what may be left out may be empty."""
    return Field(says, shape, True) if key in needs else Field(says, OneOf((shape, Absent())))


def _record(spec: FieldSpec) -> Record:
    says = _RECORD_MEANINGS[spec.name]
    shapes = {key: Text(WORD) if key == "id" else _KINDS[kind] for key, kind in spec.record.items()}
    fields = {key: _within(key, says[key], shape, spec.record_needs) for key, shape in shapes.items()}
    return Record(spec.name, _MEANINGS[spec.name], fields)


def _field(spec: FieldSpec) -> Field:
    shape: Shape = Rows(_record(spec), 0, MOST_RECORDS) if spec.record else _KINDS[spec.kind]
    if spec.name == "id":
        shape = Text(ID, bare=False)
    if spec.required:
        return Field(_MEANINGS[spec.name], shape, True)
    return Field(_MEANINGS[spec.name], OneOf((shape, Absent(collections=True))))


ENTRY = Record(
    "entry",
    "Something that happened. Its time is that of the commit that added it.",
    {
        key: _within(key, _ENTRY_MEANINGS[key], _ENTRY_SHAPES.get(key, _KINDS[kind]), ("id", "kind"))
        for key, kind in ENTRY_FIELDS.items()
    },
)

CASE = Record(
    "case",
    "A case: how it stands, and below in `log` what happened.",
    {spec.name: _field(spec) for spec in FIELDS}
    | {"log": Field("What happened; it only grows.", OneOf((Rows(ENTRY, at_least=0), Absent())))},
)
