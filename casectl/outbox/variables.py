"""What a message may speak of: facts of one case, flat, each with a meaning; and their values."""

from __future__ import annotations

from collections.abc import Mapping

from casectl.model.figures import TargetRow
from casectl.reports.onecase import OneCase
from casectl.reports.standing import row_name
from casectl.reports.words import moment
from casectl.sla.clock import next_due

VARIABLES: Mapping[str, str] = {
    "id": "the case's ID",
    "title": "what it is about, in a line",
    "description": "what it is about, in full",
    "status": "its state",
    "status_label": "its state, as people call it",
    "priority": "its rating",
    "priority_label": "its rating, as people call it",
    "type": "its kind",
    "type_label": "its kind, as people call it",
    "customer": "whose it is",
    "customer_label": "whose it is, as people call them",
    "contact": "the reference to whom to write to",
    "channel": "how it came in",
    "service": "the service concerned",
    "category": "its category",
    "owner": "who answers for it",
    "assignee": "who works on it",
    "team": "the team that works on it",
    "level": "the level of the ladder that it stands on",
    "level_name": "what that level is called",
    "desk": "the desk",
    "desk_name": "the desk, as people call it",
    "waiting_for": "whom it waits for",
    "waiting_for_label": "whom it waits for, as people call them",
    "resolution": "what solved it",
    "reason_for_outage": "why the service was out",
    "opened": "when it was opened",
    "due": "what falls due next, and when",
    "response_due": "when the response is due",
    "resolution_due": "when the resolution is due",
    "targets": "a list: each target's name, state and due",
    "last_text": "the newest text in its log that is no notice",
    "last_kind": "what kind of entry that is",
    "rule": "the duty or rule that the message is for",
    "agent": "who drafts it",
    "now": "the moment",
}
LISTS: Mapping[str, tuple[str, ...]] = {"targets": ("name", "state", "due")}
"""Variables that are lists, with what each item has."""


def values_of(found: OneCase, agent: str, rule: str, zone: str) -> dict[str, object]:
    """The value of each of `VARIABLES` for a case, times on the wall clock of `zone`; empty text where it has none."""
    case, policy = found.case, found.pinned.policy
    said = {name: case.text(name) or "" for name in VARIABLES}
    customer = found.pinned.customers.get(case.text("customer") or "")
    ladder = policy.ladder_for(case.need("type"))
    level = next((rung.name for rung in ladder.levels if rung.level == case.level), "") if ladder else ""
    last = next((entry for entry in reversed(case.log) if entry.kind != "notice" and "text" in entry.fields), None)
    clock = _clock(found, zone)
    return {
        **said,
        "status_label": policy.states[case.status].label if case.status in policy.states else case.status,
        "priority_label": _label(policy.priorities, case.priority),
        "type_label": _label(policy.types, case.need("type")),
        "customer_label": customer.label if customer else said["customer"],
        "waiting_for_label": policy.waiting_for.get(said["waiting_for"], said["waiting_for"]),
        "level": str(case.level),
        "level_name": level,
        "desk": policy.desk,
        "desk_name": policy.name,
        "opened": moment(found.timeline.opened.at, zone),
        **clock,
        "last_text": str(last.fields["text"]) if last else "",
        "last_kind": last.kind if last else "",
        "rule": rule,
        "agent": agent,
        "now": moment(found.as_of, zone),
    }


def _label(named: Mapping[str, object], name: str) -> str:
    return str(getattr(named.get(name), "label", "") or name)


def _clock(found: OneCase, zone: str) -> dict[str, object]:
    def due(row: TargetRow | None) -> str:
        return moment(row.due_at, zone) if row and row.due_at is not None and row.stopped_at is None else ""

    rows, first = found.figures.rows, next_due(found.figures)
    newest = {row.target: row for row in rows}
    return {
        "due": f"{first.target}, {due(first)}" if first else "",
        "response_due": due(newest.get("response")),
        "resolution_due": due(newest.get("resolution")),
        "targets": [{"name": row_name(row), "state": row.state, "due": due(row)} for row in rows],
    }
