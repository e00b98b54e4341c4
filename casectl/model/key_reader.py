"""The `keys` of a person in `policies/staff.yaml`. Pure: trees in, values and mistakes out."""

from __future__ import annotations

from datetime import date

from casectl.model.people_shape import SIGNING_KEY
from casectl.model.problems import CasectlError
from casectl.model.public_key import blob_of_line
from casectl.model.reading import Reading
from casectl.model.signing_key import SigningKey
from casectl.model.tree import Branch, Node, Row

MOST_KEYS = 50
"""Of one person; whoever changes theirs every month has enough for four years."""


def read_keys(reading: Reading, fields: Branch, what: str) -> tuple[tuple[SigningKey, int], ...]:
    """Those keys of a person that are in order, each with its line; `what` is how the person is called in mistakes."""
    node = fields.items.get("keys")
    if node is None:
        return ()
    if not isinstance(node, Row):
        reading.mistake(node.line, f"{what}: 'keys' must be a list", '- {key: "ssh-ed25519 AAAA… name"}')
        return ()
    if not node.items:
        reading.mistake(node.line, f"{what}: 'keys' lists nothing", "leave it out")
    if len(node.items) > MOST_KEYS:
        reading.mistake(node.line, f"{what}: {len(node.items)} keys are too many", f"{MOST_KEYS} of one person")
        return ()
    read = ((_key(reading, item, f"{what}, key {number}"), item.line) for number, item in enumerate(node.items, 1))
    return tuple((key, line) for key, line in read if key)


def _key(reading: Reading, node: Node, what: str) -> SigningKey | None:
    fields = reading.record(node, what, SIGNING_KEY)
    since, until = _day(reading, fields, "from", what), _day(reading, fields, "until", what)
    if since and until and until < since:
        hint = "both days count; one day alone: the same date twice"
        reading.mistake(fields.items["until"].line, f"{what}: until {until} is before from {since}", hint)
    line = reading.text(fields, "key")
    try:
        kind, blob = blob_of_line(line) if line else ("", b"")
    except CasectlError as refused:
        reading.mistake(fields.items["key"].line, f"{what}: {refused.message}", refused.hint)
        return None
    return SigningKey(kind, blob, since, until) if blob else None


def _day(reading: Reading, fields: Branch, key: str, what: str) -> date | None:
    text = reading.text(fields, key)
    return reading.day(text, fields.items[key].line, f"{what}, {key}") if text else None
