"""Deadlines moved when time was nearly up, targets dropped, promises put off, and records that vanished."""

from __future__ import annotations

from collections.abc import Iterator

from casectl.audit.checks.exemptions import records_in
from casectl.audit.finding import Code, Finding
from casectl.audit.nearness import TICKING, Touched, touched
from casectl.audit.trial import Trial
from casectl.model.instants import format_instant
from casectl.model.timeline import Step, Timeline
from casectl.sla.life import Record
from casectl.sla.voids import has_voids

CODES = {
    "deadline-moved": Code(
        "minor", "A limit that had little left was put off or dropped: by another customer or date, a merge, an undo."
    ),
    "target-dropped": Code("observation", "A change of what a case is about or was promised ended a target that ran."),
    "promise-moved": Code("observation", "A promise that was on the record was put off."),
    "record-removed": Code("major", "A promise or an exemption vanished from a case without being taken back."),
}

_RECORDS = {"commitments": "promise", "exemptions": "exemption"}
_MOVING = frozenset(
    ("service", "customer", "type", "category", "channel", "agreed", "update_every", "commitments", "policy")
)
"""Fields that limits are chosen or told by. Priorities, holds and exemptions have questions of their own."""
_MERGED = "merged_into"
_ASKED = _MOVING | {_MERGED}
_HELD = frozenset(("status", "waiting_for"))
"""Fields by which a case is put on hold: of that another check asks."""
_PROMISES_NOTHING = ("withdrawn", "exempt", "untargeted", "pending")


def of_case(trial: Trial) -> Iterator[Finding]:
    known: dict[str, dict[str, Record]] = {name: {} for name in _RECORDS}
    for place, step in enumerate(trial.steps):
        for name in known.keys() & step.changes.keys():
            there = {str(record.get("id")): record for record in records_in(step, name)}
            yield from _records(trial, step, name, known[name], there)
            known[name] = there
        if place and (_ASKED & step.changes.keys() or has_voids((step,))) and trial.witnessed(step):
            yield from _moved(trial, step, trial.past(place).own)
    ended = trial.effective.ended_by if trial.steps else None
    if ended is not None and trial.witnessed(ended):
        at = next(at for at, step in enumerate(trial.timeline.steps) if step.commit == ended.commit)
        yield from _moved(trial, ended._replace(changes={}), trial.bare_past(at).own)


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


def _moved(trial: Trial, step: Step, own: Timeline) -> Iterator[Finding]:
    """What a step, the last one of `own`, did to what ran. That a merge or an undo ends targets it says by itself: it
    is asked about where they had little left."""
    fields = sorted(_MOVING & step.changes.keys())
    promised = {str(record.get("id")) for record in records_in(step, "commitments")}
    did = f"changed {' and '.join(fields)}" if fields else _did(step)
    for each in touched(trial, own, early=bool(fields)):
        if "commitments" in fields and each.before.subject and each.before.subject not in promised:
            continue  # the record vanished: that is another finding
        dropped = each.after is None or each.after.state in _PROMISES_NOTHING
        how = _eased(each, has_voids((step,)) and not _HELD & step.changes.keys())
        if how and (each.near or dropped):
            row, code = each.before, "deadline-moved" if each.near else "target-dropped"
            told = f"{did} when {each.left} of {row.target} were left: {how}"
            about = " ".join(filter(None, (row.target, str(row.occurrence), row.subject)))
            yield trial.finding(code, step.commit, told, about, row.clause)


def _did(step: Step) -> str:
    return "took a step back" if has_voids((step,)) else f"merged the case into {step.changes.get(_MERGED)}"


def _eased(each: Touched, undone: bool) -> str:
    """What became of a limit; empty where it holds as before, or was stopped, or paused by a hold."""
    before, after = each.before, each.after
    if after is None:
        return "it is gone"
    if after.state in _PROMISES_NOTHING or (undone and after.state == "paused"):
        return f"it is {after.state}"
    if after.state in TICKING and before.due_at is not None and after.due_at is not None:
        return f"it is due {format_instant(after.due_at)}" if after.due_at > before.due_at else ""
    return ""
