"""What a policy says of audits, and the accepted findings, as values; every mistake in them is noted with its line."""

from __future__ import annotations

import re
from collections import Counter

from casectl.model.desk_sections import read_roles
from casectl.model.figure_reader import read_duration, read_share
from casectl.model.problems import Problem
from casectl.model.reading import Reading, is_empty
from casectl.model.scrutiny import Acceptance, Scrutiny
from casectl.model.scrutiny_shape import ACCEPTANCE, ACCEPTED, FINDING_ID, SCRUTINY
from casectl.model.tree import Branch, Node, Row

_MOST_OFTEN = 999


def read_scrutiny(reading: Reading, branch: Branch) -> Scrutiny:
    """What an audit asks about; what the policy leaves open is as in `Scrutiny`."""
    if "audit" not in branch.items:
        return Scrutiny()
    fields = reading.record(branch.items["audit"], "audit", SCRUTINY)
    usual = Scrutiny()

    def seconds(key: str, otherwise: int) -> int:
        return read_duration(reading, fields, key, "audit") if key in fields.items else otherwise

    return Scrutiny(
        reading.known(fields, "signatures", SCRUTINY.words("signatures"), "answer", "optional") == "required",
        seconds("claims", usual.claims_seconds),
        read_share(reading, fields, "near", "audit") or usual.near,
        _times(reading, fields) or usual.often,
        seconds("grace", usual.grace_seconds),
        read_roles(reading, fields, "changed_by"),
        read_roles(reading, fields, "accepted_by"),
        reading.clause(fields),
    )


def _times(reading: Reading, fields: Branch) -> int:
    text = reading.text(fields, "often")
    if not text:
        return 0
    if not (text.isascii() and text.isdigit() and 0 < int(text[:9]) <= _MOST_OFTEN):
        reading.mistake(fields.items["often"].line, f"audit: '{text}' is no number of times", "often: 3")
        return 0
    return int(text)


def read_accepted(node: Node, path: str) -> tuple[tuple[Acceptance, ...], tuple[Problem, ...]]:
    """Every acceptance in the file's order, and all that is wrong with the file; a wrong one accepts nothing."""
    reading = Reading(path)
    branch = reading.record(node, "the file", ACCEPTED)
    rows = branch.items.get("accepted")
    if rows is None or is_empty(rows):
        return (), reading.problems
    if not isinstance(rows, Row):
        reading.mistake(rows.line, "'accepted' must be a list", "- {finding: ID, by: WHO, why: TEXT, until: DATE}")
        return (), reading.problems
    found = [each for row in rows.items if (each := _acceptance(reading, row))]
    times = Counter(each.finding for each in found)
    twice = {each.finding: each.line for each in found if times[each.finding] > 1}
    for finding, line in twice.items():
        reading.mistake(line, f"finding '{finding}' is accepted twice", "leave the older one out: git keeps it")
    return tuple(found), reading.problems


def _acceptance(reading: Reading, node: Node) -> Acceptance | None:
    fields = reading.record(node, "acceptance", ACCEPTANCE)
    finding, by, why = (reading.text(fields, key) for key in ("finding", "by", "why"))
    if finding and not re.fullmatch(FINDING_ID, finding):
        reading.mistake(fields.items["finding"].line, f"'{finding}' is no id of a finding", "twelve digits and letters")
        return None
    until = fields.items.get("until")
    day = reading.day(reading.text(fields, "until"), until.line, "until") if until is not None else None
    return Acceptance(finding, by, why, day, node.line) if finding and by and why and day else None
