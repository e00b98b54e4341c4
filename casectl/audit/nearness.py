"""How near to its due time a case was when a step was taken."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
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
    before, at = past.before, past.step.at
    if not before.steps:
        return
    near = list(_nearly_due(evaluate(before, trial.terms, at).rows, trial.scrutiny().near))
    # Most steps come near nothing: only now is it worth while to see what became of it.
    rows = evaluate(past.own, trial.terms, at).rows if near else ()
    now = {(row.target, row.occurrence, row.subject): row for row in rows}
    for row, left in near:
        yield Near(row, now.get((row.target, row.occurrence, row.subject)), duration(left))


def _nearly_due(rows: Iterable[TargetRow], share: float) -> Iterator[tuple[TargetRow, int]]:
    """Those that ran with no more left than this share of their limit, and the seconds."""
    for row in rows:
        left, limit = row.remaining_seconds, row.limit_seconds
        if row.state in TICKING and left is not None and limit and 0 <= left <= share * limit:
            yield row, left


def near_due(trial: Trial, past: Past) -> Iterator[tuple[TargetRow, str]]:
    """Those of them that are still there after the step: the row as it is then, and how much was left, in words."""
    yield from ((near.after, near.left) for near in near_rows(trial, past) if near.after is not None)
