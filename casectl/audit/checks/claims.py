"""Times that a file claims, held against the commit that claims them. A claim may look back, and not too far: what came
in while the desk was closed counts from the opening at which its policy deems it received."""

from __future__ import annotations

from collections.abc import Iterator

from casectl.audit.claimed import claimed_in
from casectl.audit.finding import Code, Finding
from casectl.audit.history import Trial
from casectl.model.caseid import mint_id
from casectl.model.instants import Instant, format_instant
from casectl.model.timeline import Step
from casectl.reports.words import duration

CODES = {
    "claim-ahead": Code("major", "A time was claimed that lies after the commit which claims it."),
    "claim-old": Code("minor", "A time was claimed that lies long before the commit which claims it."),
    "id-day": Code("minor", "A case was opened under an ID that names another day."),
}


def of_case(trial: Trial) -> Iterator[Finding]:
    allowed, clause = trial.scrutiny().claims_seconds, trial.scrutiny().clause
    for step in trial.timeline.steps:
        for what, claim in _past_claims(step) if trial.witnessed(step) else ():
            told = f"claims {format_instant(claim)} for {what}"
            since = trial.life.deemed if what == "received" and trial.steps else claim
            if claim > step.at:
                yield trial.finding(
                    "claim-ahead", step.commit, f"{told}, {duration(claim - step.at)} later than itself", what, clause
                )
            elif step.at - since > allowed:
                yield trial.finding(
                    "claim-old", step.commit, f"{told}, {duration(step.at - claim)} before itself", what, clause
                )
    yield from _of_another_day(trial)


def _of_another_day(trial: Trial) -> Iterator[Finding]:
    """The day in an ID is that of the opening's commit (UTC), whether it is opened here or told by another's log."""
    prefix, _, tail = trial.id.split("-")
    opened = trial.timeline.steps[:1]
    at = trial.history.commits[opened[0].commit].committer.at if opened else None
    if at is not None and mint_id(prefix, at, lambda _: tail) != trial.id:
        told = f"opened the case at {format_instant(at)}, and its ID names another day"
        yield trial.finding("id-day", opened[0].commit, told)


def _past_claims(step: Step) -> Iterator[tuple[str, Instant]]:
    """The moments that a step claims of what had happened: what each is of, and UTC seconds."""
    for each in claimed_in(step, {}):
        if each.is_past:
            yield " ".join(filter(None, (each.what.removesuffix(".started"), each.which))), each.at
