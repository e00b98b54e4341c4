"""Whether each step was one that the policy allows: the moves, what they require, who may take them, who took them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from casectl.audit.deeds import deeds
from casectl.audit.finding import Code, Finding
from casectl.audit.history import Trial
from casectl.desk.authority import authorise
from casectl.desk.climbing import refuse_unguarded
from casectl.desk.remedies import lack_words
from casectl.desk.verb import Scene
from casectl.model.case import Case, Value
from casectl.model.change import Moment
from casectl.model.policy import DONE_PHASES, Book, Policy
from casectl.model.problems import CasectlError, NotAllowed
from casectl.model.timeline import Step
from casectl.sla.clock import evaluate
from casectl.sla.life import Life
from casectl.sla.readiness import lacks

CODES = {
    "illegal-move": Code("major", "A case was moved to a state that its policy does not let it move to."),
    "precondition": Code("major", "A case was moved to a state without what its policy requires first."),
    "escalation-guard": Code("minor", "A case was escalated by hand though the guard of its ladder did not let it."),
    "role": Code("major", "A step was taken by somebody without the role for it."),
    "stranger": Code("minor", "A step was taken by somebody who was not in the staff list then."),
    "automatic": Code("major", "A step says that time did it, and by the policy nothing was due then."),
}


def of_case(trial: Trial) -> Iterator[Finding]:
    fields: dict[str, Value | None] = {}
    for place, (step, policy) in enumerate(zip(trial.steps, trial.policies(), strict=True)):
        if trial.witnessed(step):
            yield from _step(trial, place, step, policy, fields)
        fields.update(step.changes)


def _step(
    trial: Trial, place: int, step: Step, policy: Policy, fields: Mapping[str, Value | None]
) -> Iterator[Finding]:
    status, before = step.changes.get("status"), fields.get("status")
    if not place and policy.phase_of(str(status)) in DONE_PHASES:
        yield trial.finding("illegal-move", step.commit, f"opened the case as {status}: nobody saw it being worked on")
    elif place and status is not None and status != before and not trial.crossed(step, "status"):
        yield from _moved(trial, place, step, policy, (str(before), str(status)))
    rule = next((str(entry.fields["rule"]) for entry in step.entries if "rule" in entry.fields), "")
    if rule in policy.workflow.automatic:
        yield from _by_time(trial, step, rule)
        return
    if place and any(entry.kind == "escalation" for entry in step.entries):
        yield from _climbed(trial, step, policy)
    yield from _by_somebody(trial, step, policy, fields)


def _moved(trial: Trial, place: int, step: Step, policy: Policy, move: tuple[str, str]) -> Iterator[Finding]:
    before, to = move
    state = policy.states.get(before)
    moved_policy = "policy" in step.changes
    if state is not None and to not in state.moves and not moved_policy:
        clause = policy.states[to].clause if to in policy.states else ()
        yield trial.finding("illegal-move", step.commit, f"moved the case from {before} to {to}", clause=clause)
    if not policy.workflow.requires:
        return
    life = Life(trial.steps[:place], trial.terms)
    for lack in lacks(life, to, step.at, step.changes, step.entries):
        told = f"moved the case to {to}, and {lack_words(lack, policy.zone)}"
        yield trial.finding("precondition", step.commit, told, f"{lack.what} {lack.name}", lack.clause)


def _by_time(trial: Trial, step: Step, rule: str) -> Iterator[Finding]:
    """Whether the rule was due when the step says that it did what it did."""
    before = trial.before(step)
    due = evaluate(before, trial.terms, step.at).upcoming if before.steps else ()
    if all(each.rule != rule for each in due):
        yield trial.finding("automatic", step.commit, f"was taken in the name of rule '{rule}', which was not due")


def _climbed(trial: Trial, step: Step, policy: Policy) -> Iterator[Finding]:
    case = trial.before(step).case()
    ladder = policy.ladder_for(str(case.fields.get("type")))
    if ladder is None or ladder.guard is None:
        return
    try:
        refuse_unguarded(_scene(trial, step, policy, case), ladder)
    except NotAllowed as refusal:
        reason = refusal.message.partition(": ")[2]
        yield trial.finding(
            "escalation-guard", step.commit, f"escalated the case: {reason}", clause=ladder.guard.clause
        )


def _scene(trial: Trial, step: Step, policy: Policy, case: Case) -> Scene:
    book, moment = trial.shelf.book_at(step.commit, policy.desk)[0], Moment(step.at, step.author, lambda _: "")
    return Scene(case, policy, book, moment, trial.terms, trial.before(step))


def _by_somebody(trial: Trial, step: Step, policy: Policy, fields: Mapping[str, Value | None]) -> Iterator[Finding]:
    book = trial.shelf.book_at(step.commit, policy.desk)[0]
    person = book.person_by_mail(step.author)
    if person is None:
        yield trial.finding("stranger", step.commit, f"was committed by {step.author}, who was not in the staff list")
    who = person.key if person else step.author
    for ways in deeds(step, fields, policy):
        wanting = [_may_not(policy, book, who, step, way) for way in ways]
        if wanting and all(wanting):
            yield trial.finding("role", step.commit, wanting[0], ways[0], policy.workflow.authority[ways[0]].clause)


def _may_not(policy: Policy, book: Book, who: str, step: Step, verb: str) -> str:
    """Why somebody may not take a step, by the staff list as it was then; empty where they may."""
    try:
        warnings = authorise(policy, book, Moment(step.at, who, lambda _: ""), verb)
    except CasectlError as refusal:
        return refusal.message
    return warnings[0] if warnings else ""
