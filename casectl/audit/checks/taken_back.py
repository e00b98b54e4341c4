"""Breaches that a step on the record took away, and cases that were taken back as a whole. Both are allowed, and change
figures: so an auditor hears of each."""

from __future__ import annotations

from collections.abc import Iterator

from casectl.audit.finding import Code, Finding
from casectl.audit.history import Trial
from casectl.model.instants import format_instant
from casectl.sla.clock import evaluate
from casectl.sla.reach import reaching
from casectl.sla.voids import has_voids

CODES = {
    "breach-undone": Code("minor", "A breach was taken away by an undo of what had led to it, or of the whole case."),
    "breach-exempted": Code("observation", "A breach was taken away by an approved exemption."),
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
