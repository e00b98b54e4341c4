"""What was done though the policy asks otherwise: findings about steps, which change no figure.

Codes are those by which an audit lists them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from casectl.model.instants import Instant
from casectl.model.policy import Person, Policy, Raising
from casectl.model.problems import Problem
from casectl.model.terms import Terms
from casectl.model.timeline import Step, Timeline
from casectl.sla.life import Record, terms_at
from casectl.sla.voids import effective, unknown_voids

CLAIMS = ("code", "from", "until")
"""What an exemption says once and for all when it is approved; only an end may be given later."""


class _Remark(NamedTuple):
    """One finding about one step."""

    code: str
    commit: str
    says: str
    clause: tuple[str, ...] = ()
    about: str = ""
    """The exemption."""


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
    found += _void_of_nothing(steps, timeline.case_id)
    hint = "the figures say what they say"
    return tuple(
        Problem(timeline.path, 0, f"commit {each.commit[:12]} {each.says}", hint, True, each.code, each.commit,
                each.clause, each.about)
        for each in found
    )  # fmt: skip


def _void_of_nothing(steps: Sequence[Step], case_id: str) -> Iterator[_Remark]:
    for commit, name in unknown_voids(steps, case_id):
        yield _Remark("void-of-nothing", commit, f"voids '{name}', no earlier entry or step: it takes nothing back")


def is_raise(policy: Policy, opened_with: str, before: str, after: str) -> bool:
    """Whether a priority is raised above what it was, and above what the case was opened with."""
    ranks = policy.priorities
    if before not in ranks or after not in ranks or ranks[after].rank >= ranks[before].rank:
        return False
    return opened_with not in ranks or ranks[after].rank < ranks[opened_with].rank


def _raised(steps: Sequence[Step], judged_by: Sequence[Terms], staff: Mapping[str, Person]) -> Iterator[_Remark]:
    """Priorities raised too late after the opening, or by somebody who may not."""
    opened_with = priority = steps[0].changes.get("priority")
    for step, each in zip(steps, judged_by, strict=True):
        before, priority = priority, step.changes.get("priority", priority)
        raising = each.policy.raising
        if raising is None or not is_raise(each.policy, str(opened_with), str(before), str(priority)):
            continue
        what = f"raised the priority from {before} to {priority}"
        if step.at - steps[0].at > raising.within_seconds:
            late = f"{what} more than {raising.within_seconds // 60} minutes after the opening{_clause(raising)}"
            yield _Remark("raise-late", step.commit, late, raising.clause)
        if raising.roles and not _may(each, staff, raising.roles, mail=step.author):
            without = f"{what} without the role {' or '.join(raising.roles)}{_clause(raising)}"
            yield _Remark("raise-role", step.commit, without, raising.clause)


def _exempted(steps: Sequence[Step], judged_by: Sequence[Terms], staff: Mapping[str, Person]) -> Iterator[_Remark]:
    """Exemptions approved by nobody who may, and claims that were changed after the approval."""
    known: dict[str, Record] = {}
    for step, each in zip(steps, judged_by, strict=True):
        records = step.changes.get("exemptions")
        for record in records if isinstance(records, tuple) else ():
            name = str(record.get("id"))
            before, known[name] = known.get(name, {}), record
            yield from _approved(step, each, staff, before, record)
            yield from _changed(step, before, record)


def _approved(
    step: Step, terms: Terms, staff: Mapping[str, Person], before: Record, record: Record
) -> Iterator[_Remark]:
    code = terms.policy.exemptions.get(str(record.get("code")))
    approver = record.get("approved_by")
    if not approver or approver == before.get("approved_by"):
        return
    name = str(record.get("id"))
    what = f"approved exemption {name}"
    if code is None:
        unknown = f"{what}: policy {terms.policy.ref} has no code '{record.get('code')}', so it does not count"
        yield _Remark("exemption-code", step.commit, unknown, about=name)
    elif code.approved_by and not _may(terms, staff, code.approved_by, key=str(approver)):
        without = f"{what} in the name of {approver}, who lacks the role {' or '.join(code.approved_by)}"
        yield _Remark("exemption-approver", step.commit, without, code.clause, name)


def _changed(step: Step, before: Record, record: Record) -> Iterator[_Remark]:
    changed = [name for name in CLAIMS if before.get(name) not in (None, record.get(name))]
    if before.get("approved_by") and changed:
        name = str(record.get("id"))
        what = f"changed {' and '.join(changed)} of exemption {name} after its approval"
        yield _Remark("exemption-changed", step.commit, f"{what}: what was approved counts", about=name)


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
