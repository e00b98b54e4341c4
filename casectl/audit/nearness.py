"""How near to its due time a case was when a step was taken."""

from __future__ import annotations

from collections.abc import Iterator

from casectl.audit.history import Trial
from casectl.audit.past import Past
from casectl.model.figures import TargetRow
from casectl.reports.words import duration
from casectl.sla.clock import evaluate

_TICKING = ("running", "at-risk")


def near_due(trial: Trial, past: Past) -> Iterator[tuple[TargetRow, str]]:
    """Each target that ran until a step with so little left that the policy wants it asked about: the row as it is
    after the step, and how much was left, in words."""
    near, before, at = trial.scrutiny().near, past.before, past.step.at
    if not before.steps:
        return
    now = {(row.target, row.occurrence, row.subject): row for row in evaluate(past.own, trial.terms, at).rows}
    for row in evaluate(before, trial.terms, at).rows:
        left, limit = row.remaining_seconds, row.limit_seconds
        if row.state in _TICKING and left is not None and limit and 0 <= left <= near * limit:
            kept = now.get((row.target, row.occurrence, row.subject))
            if kept is not None:
                yield kept, duration(left)
