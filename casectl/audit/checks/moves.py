"""Whether each step was one that the policy allows: the moves, what they require, who may take them, who took them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from casectl.audit.finding import Code, Finding, named_mail
from casectl.audit.past import Past
from casectl.audit.scenes import scene_of
from casectl.audit.trial import Trial
from casectl.desk.authority import authorise
from casectl.desk.climbing import refuse_unguarded
from casectl.desk.consequences import Setting, with_consequences
from casectl.desk.deeds import deeds
from casectl.desk.remedies import lack_words
from casectl.desk.sweeping import done_by_rule
from casectl.desk.undoing import Past as Undoing
from casectl.model.case import Entry, Value
from casectl.model.change import Change, Moment
from casectl.model.policy import DONE_PHASES, Book, Policy
from casectl.model.problems import CasectlError, NotAllowed
from casectl.model.timeline import Step
from casectl.sla.clock import evaluate
from casectl.sla.life import Life
from casectl.sla.readiness import lacks
from casectl.sla.voids import has_voids, voided_steps

CODES = {
    "illegal-move": Code("major", "A case was moved to a state that its policy does not let it move to."),
    "precondition": Code("major", "A case was moved to a state without what its policy requires first."),
    "escalation-guard": Code("minor", "A case was escalated by hand though the guard of its ladder did not let it."),
    "role": Code("major", "A step was taken by somebody without the role for it."),
    "stranger": Code("minor", "A step was taken by somebody who was not in the staff list then."),
    "wrong-undone": Code("observation", "A step that broke a rule was taken back: no figure rests on it any more."),
    "automatic": Code("major", "A step says that time did it, and by the policy that was not due, or not all of it."),
}

_BY_ITS_PAST = ("illegal-move", "precondition", "escalation-guard", "automatic")
"""What depends on all that came before a step: before anybody is blamed, that is read to the letter; and so is what a
step wrote that has no log entries left, for two machines that did what was due wrote the same."""


def of_case(trial: Trial) -> Iterator[Finding]:
    for place, step in enumerate(trial.steps):
        if trial.witnessed(step):
            found = list(_step(trial, trial.past(place)))
            crossed = any(each.code in _BY_ITS_PAST or not step.entries for each in found)
            yield from _step(trial, trial.read_past(place)) if crossed else found
    if trial.terms and len(trial.steps) < len(trial.timeline.steps):
        yield from _of_no_effect(trial)


def _of_no_effect(trial: Trial) -> Iterator[Finding]:
    """Steps that count for nothing: that were taken back, or taken after the whole case was, or that nothing judges.
    A stranger was here all the same; of what else was wrong with a step that was taken back since, an auditor hears
    that. Whatever an undo leaves a case in is part of it."""
    steps = trial.timeline.steps
    counted, voided = {step.commit for step in trial.steps}, voided_steps(steps, trial.id)
    for at in (at for at, step in enumerate(steps) if step.commit not in counted and trial.witnessed(step)):
        past = trial.bare_past(at)
        past = replace(past, step=past.step._replace(changes={})) if has_voids((past.step,)) else past
        found = list(_step(trial, past) if at in voided else _taken(trial, past))
        yield from (each for each in found if each.code == "stranger" or (each.code == "role" and at not in voided))
        wrong = [each.sentence for each in found if each.code != "stranger"] if at in voided else []
        if wrong:
            told = f"{'; '.join(wrong)}; that was taken back since"
            yield trial.finding("wrong-undone", past.step.commit, told)


def _step(trial: Trial, past: Past) -> Iterator[Finding]:
    step, policy, fields = past.step, past.policy, past.fields
    status, before = step.changes.get("status"), fields.get("status")
    said = trial.timeline.opened.changes.get("status")
    if not fields and status == said and policy.phase_of(str(status)) in DONE_PHASES:
        yield trial.finding("illegal-move", step.commit, f"opened the case as {status}: nobody saw it being worked on")
    elif fields and status is not None and status != before:
        yield from _moved(trial, past, str(before), str(status))
    yield from _taken(trial, past)


def _taken(trial: Trial, past: Past) -> Iterator[Finding]:
    """Whether it was time that took a step, as it says, or else somebody who may."""
    step, policy, fields = past.step, past.policy, past.fields
    rule = next((str(entry.fields["rule"]) for entry in step.entries if "rule" in entry.fields), "")
    if rule in policy.workflow.automatic:
        wrong = list(_unlike_time(trial, past, rule))
        yield from wrong
        if not wrong:
            return
    if fields and ("level" in step.changes or any(entry.kind == "escalation" for entry in step.entries)):
        yield from _climbed(trial, past)
    yield from _by_somebody(trial, past)


def _moved(trial: Trial, past: Past, before: str, to: str) -> Iterator[Finding]:
    step, policy = past.step, past.policy
    state = policy.states.get(before)
    moved_policy = "policy" in step.changes
    if state is not None and to not in state.moves and not moved_policy:
        clause = policy.states[to].clause if to in policy.states else ()
        yield trial.finding("illegal-move", step.commit, f"moved the case from {before} to {to}", clause=clause)
    if not policy.workflow.requires:
        return
    life = Life(past.steps, trial.terms)
    for lack in lacks(life, to, step.at, step.changes, step.entries):
        told = f"moved the case to {to}, and {lack_words(lack, policy.zone)}"
        yield trial.finding("precondition", step.commit, told, f"{lack.what} {lack.name}", lack.clause)


def _unlike_time(trial: Trial, past: Past, rule: str) -> Iterator[Finding]:
    """How a step differs from what its rule does by itself where it is due: of that, time alone is the author, and what
    anything else did, somebody did."""
    step, before = past.step, past.before
    told = f"was taken in the name of rule '{rule}', which"
    due = (
        [each for each in evaluate(before, trial.terms, step.at).upcoming if each.rule == rule] if before.steps else []
    )
    if not due:
        yield trial.finding("automatic", step.commit, f"{told} was not due")
        return
    scene = scene_of(trial, past, before.case())
    setting = Setting(scene.case, scene.policy, scene.book, scene.moment, scene.terms, before.steps)
    wanted = (with_consequences(done_by_rule(scene, each), setting) for each in due)
    differing = min((list(_differing(step, past.fields, each)) for each in wanted), key=len)
    if differing:
        yield trial.finding("automatic", step.commit, f"{told} {' and '.join(differing)}")


def _differing(step: Step, before: Mapping[str, Value | None], wanted: Change) -> Iterator[str]:
    """What a rule does otherwise than a step, in words. How it says why is left to it."""
    for name in sorted(step.changes.keys() | wanted.fields.keys()):
        was = before.get(name)
        if step.changes.get(name, was) != wanted.fields.get(name, was):
            yield f"sets {name} to {wanted.fields[name]}" if name in wanted.fields else f"does not change {name}"
    does, did = ({entry.id: _essence(entry) for entry in each.entries} for each in (wanted, step))
    for name in sorted(does.keys() | did.keys()):
        if does.get(name) != did.get(name):
            yield f"writes log entry {name} otherwise" if name in does else f"does not write log entry {name}"


def _essence(entry: Entry) -> tuple[object, ...]:
    return (entry.kind, *(entry.fields.get(name) for name in ("rule", "from_level", "to_level")))


def _climbed(trial: Trial, past: Past) -> Iterator[Finding]:
    step, policy, case = past.step, past.policy, past.before.case()
    ladder = policy.ladder_for(str(case.fields.get("type")))
    if ladder is None or ladder.guard is None:
        return
    try:
        refuse_unguarded(scene_of(trial, past, case), ladder)
    except NotAllowed as refusal:
        reason = refusal.message.partition(": ")[2]
        yield trial.finding(
            "escalation-guard", step.commit, f"escalated the case: {reason}", clause=ladder.guard.clause
        )


def _by_somebody(trial: Trial, past: Past) -> Iterator[Finding]:
    """Whether who took a step was somebody who may: that, and what it takes back."""
    step, policy = past.step, past.policy
    book = trial.book_before(step.commit)
    person = book.person_by_mail(step.author)
    who = person.key if person else named_mail(step.author)
    if person is None:
        yield trial.finding("stranger", step.commit, f"was committed by {who}, who was not in the staff list")
    did = [(ways, "") for ways in deeds(step, past.fields, policy)]
    did += [(ways, "undo ") for ways in _undone(past)]
    for ways, undo in did:
        open_ways = [way for way in ways if way != "settle" or trial.timeline.disputes]
        wanting = [_may_not(policy, book, who, step, way, f"undo '{way}'" if undo else way) for way in open_ways]
        if wanting and all(wanting):
            clause = policy.workflow.authority[ways[0]].clause
            yield trial.finding("role", step.commit, wanting[0], undo + ways[0], clause)


def _undone(past: Past) -> tuple[tuple[str, ...], ...]:
    """All that a step takes back, as the commands that do it; nothing where the policy asks nobody for a role."""
    if not past.policy.workflow.authority or not has_voids((past.step,)):
        return ()
    own = past.own
    return Undoing(own).taken_back(len(own.steps) - 1, past.policy)


def _may_not(policy: Policy, book: Book, who: str, step: Step, verb: str, deed: str) -> str:
    """Why somebody may not take a step, by the staff list as it was before it; empty where they may."""
    try:
        warnings = authorise(policy, book, Moment(step.at, who, lambda _: ""), verb, deed)
    except CasectlError as refusal:
        return refusal.message
    return warnings[0] if warnings else ""
