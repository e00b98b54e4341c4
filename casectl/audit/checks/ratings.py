"""Priorities raised too late, by the wrong role, or lowered when time was nearly up; cases solved again and again."""

from __future__ import annotations

from collections.abc import Iterator

from casectl.audit.finding import Code, Finding
from casectl.audit.nearness import near_due
from casectl.audit.trial import Trial
from casectl.desk.wording import nth
from casectl.model.problems import Problem
from casectl.sla.guards import findings

CODES = {
    "raise-late": Code("minor", "A priority was raised later after the opening than the policy lets it be."),
    "raise-role": Code("minor", "A priority was raised by somebody without the role for it."),
    "exemption-code": Code("minor", "An exemption was approved for a reason that the policy does not know."),
    "exemption-approver": Code("major", "An exemption was approved by somebody without the role for it."),
    "exemption-changed": Code("major", "An exemption was changed after its approval; what was approved counts."),
    "downgrade-near-due": Code("minor", "A priority was lowered when little of a limit was left."),
    "solved-often": Code("minor", "A case was solved and came back again and again."),
}

_BY_ROLE = ("raise-role", "exemption-approver")


def of_case(trial: Trial) -> Iterator[Finding]:
    if not trial.steps:
        return
    for problem in _of_guards(trial):
        if problem.code in CODES and problem.commit not in trial.told:
            told = problem.message.removeprefix(f"commit {problem.commit[:12]} ")
            yield trial.finding(problem.code, problem.commit, told, problem.about, problem.clause)
    yield from _lowered(trial)
    yield from _solved(trial)


def _of_guards(trial: Trial) -> Iterator[Problem]:
    """What the guards of the policy find, roles held by the staff list as it was before each step. What the reports say
    of them goes by the lists of the opening and of today."""
    nobody = [each._replace(staff={}) for each in trial.terms]
    last = trial.judged.steps[-1].at
    for problem in findings(trial.judged, nobody, last, {}):
        staff = trial.book_before(problem.commit).staff
        if problem.code not in _BY_ROLE or problem in findings(trial.judged, nobody, last, staff):
            yield problem


def _lowered(trial: Trial) -> Iterator[Finding]:
    rated = (place for place, step in enumerate(trial.steps) if place and "priority" in step.changes)
    for past in (trial.past(place) for place in rated if trial.witnessed(trial.steps[place])):
        step, ranks = past.step, past.policy.priorities
        before, after = str(past.fields.get("priority")), str(step.changes.get("priority"))
        if before not in ranks or after not in ranks or ranks[after].rank <= ranks[before].rank:
            continue
        for row, left in near_due(trial, past):
            told = f"lowered the priority from {before} to {after} when {left} of {row.target} were left"
            about = f"{row.target} {row.occurrence}"
            yield trial.finding("downgrade-near-due", step.commit, told, about, row.clause)


def _solved(trial: Trial) -> Iterator[Finding]:
    spells, often = trial.life.spells, trial.scrutiny().often
    solved = [
        spell
        for place, spell in enumerate(spells)
        if spell.done and (not place or not spells[place - 1].done) and trial.witnessed(spell.step)
    ]
    if len(solved) >= often:
        told = f"solved the case for the {nth(often)} time"
        yield trial.finding("solved-often", solved[often - 1].step.commit, told, clause=trial.scrutiny().clause)
