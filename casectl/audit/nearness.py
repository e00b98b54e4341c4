"""How near to its due time a case was when a step was taken."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from casectl.audit.history import Trial
from casectl.audit.past import Past
from casectl.model.figures import TargetRow
from casectl.reports.words import duration
from casectl.sla.clock import evaluate

TICKING = ("running", "at-risk")


class Near(NamedTuple):
    """A target that ran until a step with so little left that the policy wants it asked about."""

    before: TargetRow
    after: TargetRow | None
    """The row once the step was taken; None where there is none any more."""
    left: str
    """How much was left, in words."""


def near_rows(trial: Trial, past: Past) -> Iterator[Near]:
    """Each target that had little left when a step was taken."""
    near, before, at = trial.scrutiny().near, past.before, past.step.at
    if not before.steps:
        return
    now = {(row.target, row.occurrence, row.subject): row for row in evaluate(past.own, trial.terms, at).rows}
    for row in evaluate(before, trial.terms, at).rows:
        left, limit = row.remaining_seconds, row.limit_seconds
        if row.state in TICKING and left is not None and limit and 0 <= left <= near * limit:
            yield Near(row, now.get((row.target, row.occurrence, row.subject)), duration(left))


def near_due(trial: Trial, past: Past) -> Iterator[tuple[TargetRow, str]]:
    """Those of them that are still there after the step: the row as it is then, and how much was left, in words."""
    yield from ((near.after, near.left) for near in near_rows(trial, past) if near.after is not None)
