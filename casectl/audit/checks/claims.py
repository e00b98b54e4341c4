"""Times that a file claims, held against the commit that claims them. A claim may look back, and not too far: what came
in while the desk was closed counts from the opening at which its policy deems it received."""

from __future__ import annotations

from collections.abc import Iterator

from casectl.audit.claimed import Claimed, claimed_in
from casectl.audit.finding import Code, Finding
from casectl.audit.trial import Trial
from casectl.model.case import Value
from casectl.model.caseid import mint_id
from casectl.model.instants import format_instant
from casectl.model.timeline import Step
from casectl.reports.words import duration

CODES = {
    "claim-ahead": Code("major", "A time was claimed that lies after the commit which claims it."),
    "claim-old": Code("minor", "A time was claimed that lies long before the commit which claims it."),
    "id-day": Code("minor", "A case was opened under an ID that names another day."),
}


def of_case(trial: Trial) -> Iterator[Finding]:
    told: dict[str, Value | None] = {}
    for step in trial.timeline.steps:
        for claim in claimed_in(step, told) if trial.witnessed(step) else ():
            if claim.is_past:
                yield from _held(trial, step, claim)
        told.update(step.changes)
    yield from _of_another_day(trial)


def _held(trial: Trial, step: Step, claim: Claimed) -> Iterator[Finding]:
    """A claim of what had happened against the commit of its step."""
    allowed, clause = trial.scrutiny().claims_seconds, trial.scrutiny().clause
    what = " ".join(filter(None, (claim.what.removesuffix(".started"), claim.which)))
    told = f"claims {format_instant(claim.at)} for {what}"
    since = trial.life.deemed if what == "received" and trial.steps else claim.at
    if claim.at > step.at:
        told = f"{told}, {duration(claim.at - step.at)} later than itself"
        yield trial.finding("claim-ahead", step.commit, told, what, clause)
    elif claim.is_fresh and step.at - since > allowed:
        told = f"{told}, {duration(step.at - claim.at)} before itself"
        yield trial.finding("claim-old", step.commit, told, what, clause)


def _of_another_day(trial: Trial) -> Iterator[Finding]:
    """The day in an ID is that of the opening's commit (UTC), whether it is opened here or told by another's log."""
    prefix, _, tail = trial.id.split("-")
    opened = trial.timeline.steps[:1]
    at = trial.history.commits[opened[0].commit].committer.at if opened else None
    if at is not None and mint_id(prefix, at, lambda _: tail) != trial.id:
        told = f"opened the case at {format_instant(at)}, and its ID names another day"
        yield trial.finding("id-day", opened[0].commit, told)
