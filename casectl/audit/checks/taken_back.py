"""Breaches that a step on the record took away, and cases that were taken back as a whole. Both are allowed, and change
figures: so an auditor hears of each. What is taken back has to go from the case's file, too."""

from __future__ import annotations

from collections.abc import Iterator

from casectl.audit.finding import Code, Finding
from casectl.audit.past import Past
from casectl.audit.trial import Trial
from casectl.desk.undoing import Past as Undoing
from casectl.desk.undoing import back_to
from casectl.model.case import Value
from casectl.model.instants import format_instant
from casectl.sla.clock import evaluate
from casectl.sla.reach import reaching
from casectl.sla.voids import has_voids

CODES = {
    "breach-undone": Code("minor", "A breach was taken away by an undo of what had led to it, or of the whole case."),
    "breach-exempted": Code("observation", "A breach was taken away by an approved exemption."),
    "undone-in-part": Code("major", "A step was taken back, and what it did was left in the case's file."),
    "case-undone": Code("observation", "A case was taken back as a whole: it is in no figure."),
}


def of_case(trial: Trial) -> Iterator[Finding]:
    if not trial.terms or not reaching(trial.judged.steps):
        return
    ended = trial.effective.ended_by
    if ended is not None:
        why = next((str(entry.fields["reason"]) for entry in ended.entries if "reason" in entry.fields), "no reason")
        yield trial.finding("case-undone", ended.commit, f"took the case back as a whole: {why}")
    yield from _overturned(trial)
    for place, step in enumerate(trial.steps):
        left = trial.held_against(place, _left) if has_voids((step,)) and trial.witnessed(step) else {}
        if left:
            back = back_to(left)
            told = f"took a step back, and left its {' and '.join(left)}{back and f': not back to {back}'}"
            yield trial.finding("undone-in-part", step.commit, told)


def _left(past: Past) -> dict[str, Value | None]:
    """What the verb `undo` would have changed besides, to put the case back. It has only a case on hold wait for
    somebody: where steps crossed, another may have said so, too."""
    places, now = Undoing(past.own).reversed_by(len(past.own.steps) - 1), past.own.case().fields
    left = Undoing(past.before).restored(now, *places) if places else {}
    waits = past.policy.phase_of(str(left.get("status", now.get("status")))) == "waiting"
    return {name: value for name, value in left.items() if name != "waiting_for" or value is None or waits}


def _overturned(trial: Trial) -> Iterator[Finding]:
    steps = {step.commit: step for step in trial.judged.steps}
    for row in evaluate(trial.judged, trial.terms, trial.judged.steps[-1].at).rows:
        if row.overturned is not None:
            lost = f"the breach of {row.target} at {format_instant(row.overturned.breached_at)}"
            undone = has_voids((steps[row.overturned.by],))
            code, did = ("breach-undone", "took back") if undone else ("breach-exempted", "exempted")
            told = f"{did} {lost}: {row.overturned.reason}"
            about = " ".join(filter(None, (row.target, str(row.occurrence), row.subject)))
            yield trial.finding(code, row.overturned.by, told, about, row.clause)
