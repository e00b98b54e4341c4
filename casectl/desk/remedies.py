"""What is missing or owed, in words, and the command that supplies it."""

from __future__ import annotations

from collections.abc import Iterable

from casectl.model.figures import CaseFigures, DutyRow, Upcoming
from casectl.model.instants import at_the_desk
from casectl.model.policy import Policy
from casectl.sla.automatic import ladder_level
from casectl.sla.readiness import Lack

_BY_KIND = {
    "triage": "triage ID",
    "note": "note ID -m TEXT",
    "call": "call ID --out",
    "call:in": "call ID --in",
    "call:out": "call ID --out",
    "email": "email ID --out",
    "email:in": "email ID --in",
    "email:out": "email ID --out",
    "response": "respond ID -m TEXT",
    "update": "update ID -m TEXT",
    "root-cause": "root-cause ID -m TEXT",
    "pathway": "confirm-path ID PATH -m TEXT",
    "handover": "handover ID -m TEXT",
    "attempt": "attempt ID --by call",
    "confirmation": "confirm ID -m TEXT",
    "complaint-answer": "respond ID --to complaint -m TEXT",
    "escalation": "escalate ID --reason TEXT",
    "escalation-answer": "respond ID --to escalation -m TEXT",
    "request": "triage ID --needs-help-from ROLE",
    "referral": "refer ID -m TEXT",
    "attachment": "attach ID FILE",
    "link": "link ID OTHER",
    "checklist": "check ID ITEM",
}
"""The command, after `casectl`, that writes an entry of each log kind."""

_BY_FIELD = {"resolution": "resolve ID -m TEXT", "assignee": "assign ID PERSON"}


def command_for_kind(kind: str, case_id: str) -> str:
    """The command that logs an entry of that kind; what only the program writes is seen by `show`."""
    return f"casectl {_BY_KIND.get(kind, 'show ID').replace('ID', case_id, 1)}"


def command_for_field(name: str, case_id: str) -> str:
    """The command that fills a field of a case."""
    return f"casectl {_BY_FIELD.get(name, f'set ID {name}=VALUE').replace('ID', case_id, 1)}"


def lack_words(lack: Lack, zone: str) -> str:
    """One thing that is missing before a move, with its clause: `reason for outage (C-19)`."""
    clause = f" ({', '.join(lack.clause)})" if lack.clause else ""
    if lack.what == "field":
        return f"{lack.name.replace('_', ' ')} is missing{clause}"
    if lack.what == "time" and lack.until is not None:
        return f"it has to be {lack.name} until {at_the_desk(lack.until, zone)}{clause}"
    if lack.what == "duty":
        return f"{lack.name} is owed, by {_ways(lack.ways)}{clause}"
    return f"{lack.amount} more {lack.name} {'entry' if lack.amount == 1 else 'entries'} needed{clause}"


def lack_remedy(lack: Lack, case_id: str) -> str:
    """The command that supplies it; empty for what only time does."""
    if lack.what == "field":
        return command_for_field(lack.name, case_id)
    if lack.what == "entry":
        return command_for_kind(lack.name, case_id)
    return command_for_kind(lack.ways[0], case_id) if lack.ways else ""


def duty_words(row: DutyRow, zone: str) -> str:
    """What a case owes: `triage-notice: by call out and email out`, `description`; and by when."""
    if row.kind == "detail":
        return row.label if row.what == "item" else f"{row.label} is missing"
    due = f", due {at_the_desk(row.due_at, zone)}" if row.due_at is not None else ""
    whom = f" to {', '.join(row.to)}" if row.to and row.to != ("customer",) else ""
    return f"{row.label}{whom}: by {_ways(row.lacks, row.each)}{due}"


def duty_remedy(row: DutyRow, case_id: str) -> str:
    """The command that discharges it."""
    if row.what == "field":
        return command_for_field(row.duty, case_id)
    if row.what == "item":
        return f"casectl check {case_id} {row.duty}"
    wanted = row.lacks if row.each else row.lacks[:1]
    return " and ".join(command_for_kind(kind, case_id) for kind in wanted) or command_for_kind("", case_id)


def planned(policy: Policy, figures: CaseFigures, due: Upcoming) -> str:
    """What the sweep would do about it: `escalate to level 2 and tell boss`, `move to closed`."""
    rule = policy.workflow.automatic[due.rule]
    if rule.move:
        return f"move to {rule.move}"
    level = ladder_level(policy.ladder_for(figures.type), rule, figures.level)
    told = f"tell {', '.join(rule.tell)}" if rule.tell else ""
    return " and ".join(filter(None, (f"escalate to level {level}" if level is not None else "", told)))


def _ways(kinds: Iterable[str], each: bool = False) -> str:
    return (" and " if each else " or ").join(kind.replace(":", " ") for kind in kinds)
