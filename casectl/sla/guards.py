"""What was done though the policy asks otherwise: findings about steps, which change no figure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from casectl.model.instants import Instant
from casectl.model.policy import Person, Policy, Raising
from casectl.model.problems import Problem
from casectl.model.terms import Terms
from casectl.model.timeline import Step, Timeline
from casectl.sla.life import Record, terms_at
from casectl.sla.voids import effective, unknown_voids

CLAIMS = ("code", "from", "until")
"""What an exemption says once and for all when it is approved; only an end may be given later."""


def findings(
    timeline: Timeline, terms: Sequence[Terms], as_of: Instant, staff: Mapping[str, Person]
) -> tuple[Problem, ...]:
    """Warnings about the steps of a case up to a moment (UTC seconds), oldest first; voided steps are not blamed.

    A person holds a role who has it in the staff list of the case's terms, or in `staff`, which is the list of today.
    """
    steps = timeline.until(as_of)
    counting = effective(steps, timeline.case_id).steps
    if not counting:
        return ()
    judged_by = terms_at(counting, terms)
    found = [*_raised(counting, judged_by, staff), *_exempted(counting, judged_by, staff)]
    found += unknown_voids(steps, timeline.case_id)
    return tuple(Problem(timeline.path, 0, each, "the figures say what they say", warning=True) for each in found)


def is_raise(policy: Policy, opened_with: str, before: str, after: str) -> bool:
    """Whether a priority is raised above what it was, and above what the case was opened with."""
    ranks = policy.priorities
    if before not in ranks or after not in ranks or ranks[after].rank >= ranks[before].rank:
        return False
    return opened_with not in ranks or ranks[after].rank < ranks[opened_with].rank


def _raised(steps: Sequence[Step], judged_by: Sequence[Terms], staff: Mapping[str, Person]) -> Iterator[str]:
    """Priorities raised too late after the opening, or by somebody who may not."""
    opened_with = priority = steps[0].changes.get("priority")
    for step, each in zip(steps, judged_by, strict=True):
        before, priority = priority, step.changes.get("priority", priority)
        raising = each.policy.raising
        if raising is None or not is_raise(each.policy, str(opened_with), str(before), str(priority)):
            continue
        what = f"commit {step.commit[:12]} raised the priority from {before} to {priority}"
        if step.at - steps[0].at > raising.within_seconds:
            yield f"{what} more than {raising.within_seconds // 60} minutes after the opening{_clause(raising)}"
        if raising.roles and not _may(each, staff, raising.roles, mail=step.author):
            yield f"{what} without the role {' or '.join(raising.roles)}{_clause(raising)}"


def _exempted(steps: Sequence[Step], judged_by: Sequence[Terms], staff: Mapping[str, Person]) -> Iterator[str]:
    """Exemptions approved by nobody who may, and claims that were changed after the approval."""
    known: dict[str, Record] = {}
    for step, each in zip(steps, judged_by, strict=True):
        records = step.changes.get("exemptions")
        for record in records if isinstance(records, tuple) else ():
            name = str(record.get("id"))
            before, known[name] = known.get(name, {}), record
            yield from _approved(step, each, staff, before, record)
            yield from _changed(step, before, record)


def _approved(step: Step, terms: Terms, staff: Mapping[str, Person], before: Record, record: Record) -> Iterator[str]:
    code = terms.policy.exemptions.get(str(record.get("code")))
    approver = record.get("approved_by")
    if not approver or approver == before.get("approved_by"):
        return
    what = f"commit {step.commit[:12]}: exemption {record.get('id')}"
    if code is None:
        yield f"{what}: policy {terms.policy.ref} has no code '{record.get('code')}', so it does not count"
    elif code.approved_by and not _may(terms, staff, code.approved_by, key=str(approver)):
        yield f"{what} was approved by {approver}, without the role {' or '.join(code.approved_by)}"


def _changed(step: Step, before: Record, record: Record) -> Iterator[str]:
    changed = [name for name in CLAIMS if before.get(name) not in (None, record.get(name))]
    if before.get("approved_by") and changed:
        what = f"commit {step.commit[:12]} changed {' and '.join(changed)} of exemption {record.get('id')}"
        yield f"{what} after its approval: what was approved counts"


def _may(
    terms: Terms, staff: Mapping[str, Person], roles: Sequence[str], key: str | None = None, mail: str | None = None
) -> bool:
    """Whether somebody, by key or by mail address, holds one of the roles."""
    for listed in (terms.staff, staff):
        for name, person in listed.items():
            same = name == key if mail is None else person.mail.lower() == mail.lower()
            if same and person.holds(roles, terms.policy.desk):
                return True
    return False


def _clause(raising: Raising) -> str:
    return f" ({', '.join(raising.clause)})" if raising.clause else ""
