"""Every case that ever was: what stands of each in the pack, what times were claimed in it, and whether it counts.

A case is in the period when it was opened by `until` and not over before `since`. One of which that cannot be told,
because none of its versions can be read or nothing can judge it, is in it: a population has no holes. In the pack of
one desk it stands when it was that desk's at some time of the period, wherever it was moved to since.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from casectl.audit.claimed import claimed_in
from casectl.model.case import Case, Value
from casectl.model.figures import CaseFigures
from casectl.model.instants import Instant, format_instant
from casectl.model.timeline import Step, Timeline
from casectl.reports.table import Cell, Table, sheet
from casectl.sla.voids import effective, voided_steps
from casectl.store.pinned import Given, desks_between

IN_PERIOD = "yes"
OPENED_LATER = "opened later"
OVER_BEFORE = "closed before"
OTHER_DESK = "other desk"

CASE_COLUMNS = (
    "id in_period in_sample file judged steps opened_at closed_at received received_lag_seconds detected "
    "detected_lag_seconds opened_in deleted_in desk policy customer priority status phase external_id remark"
)
CLAIM_COLUMNS = "id claim lag_seconds claimed_at step_at commit which"


class Claim(NamedTuple):
    """A moment that a case's file claims, and the step that claimed it."""

    case_id: str
    claim: str
    """The field, or the field and what in it: `received`, `call.started`, `exemptions.from`."""
    which: str
    """The log entry, record or target that it is about; empty for the case's own."""
    claimed_at: Instant
    step_at: Instant
    commit: str


class CaseLine(NamedTuple):
    """One case as its life tells it, up to a moment."""

    id: str
    case: Case
    steps: int
    opened_at: Instant | None
    """None where no version of the file can be read."""
    opened_in: str
    last_status_at: Instant | None
    """When its status was last changed or put back, by whichever step: never before the one that closed it."""
    taken_back_at: Instant | None
    """When it was taken back as a whole."""
    claims: tuple[Claim, ...] = ()
    desks: tuple[str, ...] = ()
    """The desks whose case it was in the period, in order; none where nothing says so."""


class Period(NamedTuple):
    """What the pack is about: cases opened by `until`, not over before `since` (None: from the beginning)."""

    since: Instant | None
    until: Instant
    desk: str | None = None


def case_line(life: Timeline, given: Sequence[Given], period: Period) -> CaseLine:
    """What is kept of a life, up to the end of the period; of a case that was opened later, all of it."""
    opened_at = life.steps[0].at if life.steps else None
    steps = life.until(period.until) or life.steps
    counting = effective(steps, life.case_id)
    moved = [step.at for step in steps if "status" in step.changes]
    put_back = voided_steps(steps, life.case_id) if counting.steps is not steps else {}
    moved += [steps[by].at for place, by in put_back.items() if "status" in steps[place].changes]
    return CaseLine(
        life.case_id,
        _folded(steps if counting.ended_by else counting.steps),
        len(steps),
        opened_at,
        life.steps[0].commit if life.steps else "",
        max(moved, default=None),
        counting.ended_by.at if counting.ended_by else None,
        tuple(_claims(life.case_id, steps)),
        desks_between(given, period.since, period.until),
    )


def standing(line: CaseLine, figures: CaseFigures | None, period: Period) -> str:
    """`IN_PERIOD`, or why the case is not in it."""
    if line.opened_at is not None and line.opened_at > period.until:
        return OPENED_LATER
    if is_other_desks(line, period):
        return OTHER_DESK
    over = over_at(line, figures)
    return OVER_BEFORE if period.since is not None and over is not None and over < period.since else IN_PERIOD


def over_at(line: CaseLine, figures: CaseFigures | None) -> Instant | None:
    """When the case was closed, or taken back as a whole; None while neither, and for one that nothing can judge."""
    if figures is None or (figures.phase != "closed" and not figures.void):
        return None
    return line.taken_back_at if figures.void else line.last_status_at


def is_other_desks(line: CaseLine, period: Period) -> bool:
    """Whether the pack is about one desk, and the case was never that desk's in the period."""
    return period.desk is not None and bool(line.desks) and period.desk not in line.desks


class Listed(NamedTuple):
    """A case with all that its line in `cases.csv` says."""

    line: CaseLine
    figures: CaseFigures | None
    in_period: str
    in_sample: bool
    file: str
    """`present`, `deleted`, or `no file` for a folder or another repository in its place."""
    deleted_in: str
    """The commit that deleted it last."""
    remark: str


def cases_table(cases: list[Listed]) -> Table:
    """One line for each case that ever was, by ID; what scripts ask for stands before what people typed."""
    return sheet("Cases", CASE_COLUMNS, map(_case_row, cases))


def claims_table(cases: list[Listed]) -> Table:
    """Every claimed moment of the cases in the period: how long before its step it is said to have been."""
    kept = [claim for each in cases if each.in_period == IN_PERIOD for claim in each.line.claims]
    return sheet("Claimed times", CLAIM_COLUMNS, map(_claim_row, kept))


def unjudged_table(cases: list[Listed]) -> Table:
    """The cases of the period that are in no figure, and why."""
    out = (each for each in cases if each.in_period == IN_PERIOD and each.figures is None)
    return sheet("Not judged", "id why", ({"id": each.line.id, "why": each.remark} for each in out))


def _case_row(each: Listed) -> dict[str, Cell]:
    line, figures, text = each.line, each.figures, each.line.case.text
    return {
        "id": line.id,
        "in_period": each.in_period,
        "in_sample": each.in_sample,
        "file": each.file,
        "judged": figures is not None,
        "steps": line.steps,
        "opened_at": _utc(line.opened_at),
        "closed_at": _utc(over_at(line, figures)),
        **_claimed(line, "received"),
        **_claimed(line, "detected"),
        "opened_in": line.opened_in,
        "deleted_in": each.deleted_in,
        "desk": line.desks[-1] if line.desks else None,
        **{name: text(name) for name in ("policy", "customer", "priority", "status", "external_id")},
        "phase": figures.phase if figures else None,
        "remark": each.remark,
    }


def _claimed(line: CaseLine, name: str) -> dict[str, Cell]:
    at = line.case.instant(name)
    lag = None if at is None or line.opened_at is None else line.opened_at - at
    return {name: _utc(at), f"{name}_lag_seconds": lag}


def _claim_row(claim: Claim) -> dict[str, Cell]:
    return {
        "id": claim.case_id,
        "claim": claim.claim,
        "lag_seconds": claim.step_at - claim.claimed_at,
        "claimed_at": _utc(claim.claimed_at),
        "step_at": _utc(claim.step_at),
        "commit": claim.commit,
        "which": claim.which,
    }


def _claims(case_id: str, steps: tuple[Step, ...]) -> Iterator[Claim]:
    before: dict[str, Value | None] = {}
    for step in steps:
        yield from (Claim(case_id, *each, step.at, step.commit) for each in claimed_in(step, before))
        before.update(step.changes)


def _folded(steps: tuple[Step, ...]) -> Case:
    """The fields after these steps, without the log: of a hundred thousand cases nobody keeps that."""
    case = Case({})
    for step in steps:
        case = case.changed(step.changes)
    return case


def _utc(instant: Instant | None) -> str | None:
    return None if instant is None else format_instant(instant)
