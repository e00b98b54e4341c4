"""How near to its due time a case was when a step was taken."""

from __future__ import annotations

from collections.abc import Iterator

from casectl.audit.history import Trial
from casectl.model.figures import TargetRow
from casectl.model.timeline import Step
from casectl.reports.words import duration
from casectl.sla.clock import evaluate

_TICKING = ("running", "at-risk")


def near_due(trial: Trial, step: Step) -> Iterator[tuple[TargetRow, str]]:
    """Each target that ran until the step with so little left that the policy wants it asked about: the row as it is
    after the step, and how much was left, in words."""
    near = trial.scrutiny().near
    before = trial.before(step)
    if not before.steps:
        return
    after = before._replace(steps=(*before.steps, step))
    now = {(row.target, row.occurrence, row.subject): row for row in evaluate(after, trial.terms, step.at).rows}
    for row in evaluate(before, trial.terms, step.at).rows:
        left, limit = row.remaining_seconds, row.limit_seconds
        if row.state in _TICKING and left is not None and limit and 0 <= left <= near * limit:
            kept = now.get((row.target, row.occurrence, row.subject))
            if kept is not None:
                yield kept, duration(left)
