"""Deadlines that were moved when time was nearly up, promises that were put off, and records that vanished."""

from __future__ import annotations

from collections.abc import Iterator

from casectl.audit.checks.exemptions import records_in
from casectl.audit.finding import Code, Finding
from casectl.audit.history import Trial
from casectl.audit.nearness import TICKING, Near, near_rows
from casectl.model.instants import format_instant
from casectl.model.timeline import Step
from casectl.sla.life import Record

CODES = {
    "deadline-moved": Code("minor", "What a case is about or was promised was changed when a limit had little left."),
    "promise-moved": Code("observation", "A promise that was on the record was put off."),
    "record-removed": Code("major", "A promise or an exemption vanished from a case without being taken back."),
}

_RECORDS = {"commitments": "promise", "exemptions": "exemption"}
_MOVING = frozenset(
    ("service", "customer", "type", "category", "channel", "agreed", "update_every", "commitments", "policy")
)
"""Fields that limits are chosen or told by. Priorities, holds and exemptions have questions of their own."""
_PROMISES_NOTHING = ("withdrawn", "exempt", "untargeted", "pending")


def of_case(trial: Trial) -> Iterator[Finding]:
    known: dict[str, dict[str, Record]] = {name: {} for name in _RECORDS}
    for place, step in enumerate(trial.steps):
        for name in known.keys() & step.changes.keys():
            there = {str(record.get("id")): record for record in records_in(step, name)}
            yield from _records(trial, step, name, known[name], there)
            known[name] = there
        if place and _MOVING & step.changes.keys() and trial.witnessed(step):
            yield from _moved(trial, step, place)


def _records(
    trial: Trial, step: Step, name: str, before: dict[str, Record], after: dict[str, Record]
) -> Iterator[Finding]:
    noun = _RECORDS[name]
    for each in before.keys() - after.keys():
        yield trial.finding("record-removed", step.commit, f"took {noun} {each} off the record", f"{noun} {each}")
    for each in before.keys() & after.keys() if name == "commitments" else ():
        was, now = before[each].get("due"), after[each].get("due")
        if isinstance(was, int) and isinstance(now, int) and now > was:
            told = f"put off promise {each} from {format_instant(was)} to {format_instant(now)}"
            yield trial.finding("promise-moved", step.commit, told, each)


def _moved(trial: Trial, step: Step, place: int) -> Iterator[Finding]:
    for near in near_rows(trial, trial.past(place)):
        how = _eased(near)
        if how:
            row, fields = near.before, " and ".join(sorted(_MOVING & step.changes.keys()))
            told = f"changed {fields} when {near.left} of {row.target} were left: {how}"
            about = " ".join(filter(None, (row.target, str(row.occurrence), row.subject)))
            yield trial.finding("deadline-moved", step.commit, told, about, row.clause)


def _eased(near: Near) -> str:
    """What became of a limit that was nearly used up; empty where it holds as before, or was stopped or paused."""
    before, after = near.before, near.after
    if after is None:
        return "it is gone"
    if after.state in _PROMISES_NOTHING:
        return f"it is {after.state}"
    if after.state in TICKING and before.due_at is not None and after.due_at is not None:
        return f"it is due {format_instant(after.due_at)}" if after.due_at > before.due_at else ""
    return ""
