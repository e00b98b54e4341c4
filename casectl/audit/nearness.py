"""What ran when a step was taken, how near it was to its due time, and what the step made of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from casectl.audit.past import Past
from casectl.audit.trial import Trial
from casectl.model.figures import TargetRow
from casectl.model.timeline import Timeline
from casectl.reports.words import duration
from casectl.sla.clock import evaluate

TICKING = ("running", "at-risk")


class Touched(NamedTuple):
    """A target that ran, or was paused, until a step."""

    before: TargetRow
    after: TargetRow | None
    """The row once the step was taken; None where there is none any more."""
    near: bool
    """Whether it ran with so little left that the policy wants it asked about."""
    left: str
    """How much was left, in words."""


def touched(trial: Trial, own: Timeline, early: bool = False) -> Iterator[Touched]:
    """Each target that had little left when the last step of a life was taken; `early`: those that had more, too."""
    before, at = own._replace(steps=own.steps[:-1]), own.steps[-1].at
    if not before.steps:
        return
    share = trial.scrutiny().near
    ran = [row for row in evaluate(before, trial.terms, at).rows if _is_near(row, share) or (early and _counts(row))]
    # Most steps come near nothing: only now is it worth while to see what became of it.
    rows = evaluate(own, trial.terms, at).rows if ran else ()
    now = {(row.target, row.occurrence, row.subject): row for row in rows}
    for row in ran:
        after = now.get((row.target, row.occurrence, row.subject))
        yield Touched(row, after, _is_near(row, share), duration(row.remaining_seconds or 0))


def _counts(row: TargetRow) -> bool:
    """Whether it is a promise that can still be kept."""
    return row.state in (*TICKING, "paused") and row.remaining_seconds is not None and row.remaining_seconds >= 0


def _is_near(row: TargetRow, share: float) -> bool:
    """Whether it ran with no more left than this share of its limit."""
    left, limit = row.remaining_seconds, row.limit_seconds
    return row.state in TICKING and left is not None and bool(limit) and 0 <= left <= share * (limit or 0)


def near_due(trial: Trial, past: Past) -> Iterator[tuple[TargetRow, str]]:
    """Those with little left that are still there after a step: the row as it is then, and how much was left, in
    words."""
    yield from ((each.after, each.left) for each in touched(trial, past.own) if each.after is not None)
