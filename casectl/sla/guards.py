"""What was done though the policy asks otherwise: findings about steps, which change no figure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from casectl.model.instants import Instant
from casectl.model.policy import Policy, Raising
from casectl.model.problems import Problem
from casectl.model.terms import Terms
from casectl.model.timeline import Step, Timeline
from casectl.sla.life import terms_at
from casectl.sla.voids import effective


def findings(timeline: Timeline, terms: Sequence[Terms], as_of: Instant) -> tuple[Problem, ...]:
    """Warnings about the steps of a case up to a moment, oldest first; voided steps are not blamed."""
    steps, _ = effective(timeline.until(as_of), timeline.case_id)
    if not steps:
        return ()
    return tuple(_raised(timeline, steps, terms_at(steps, terms)))


def _raised(timeline: Timeline, steps: Sequence[Step], judged_by: Sequence[Terms]) -> Iterator[Problem]:
    """Priorities raised above that of the opening, too late after it or by somebody who may not."""
    opened_with = priority = steps[0].changes.get("priority")
    for step, (policy, _, staff, _) in zip(steps, judged_by, strict=True):
        before, priority = priority, step.changes.get("priority", priority)
        raised = _is_raise(policy, str(before), str(priority)) and _is_raise(policy, str(opened_with), str(priority))
        if policy.raising is None or not raised:
            continue
        what = f"commit {step.commit[:12]} raised the priority from {before} to {priority}"
        if step.at - steps[0].at > policy.raising.within_seconds:
            minutes = policy.raising.within_seconds // 60
            yield _finding(timeline, f"{what} more than {minutes} minutes after the opening", policy.raising)
        roles = next((person.roles for person in staff.values() if person.mail.lower() == step.author.lower()), ())
        if policy.raising.roles and not set(roles).intersection(policy.raising.roles):
            yield _finding(timeline, f"{what} without the role {' or '.join(policy.raising.roles)}", policy.raising)


def _is_raise(policy: Policy, before: str, after: str) -> bool:
    ranks = policy.priorities
    return before in ranks and after in ranks and ranks[after].rank < ranks[before].rank


def _finding(timeline: Timeline, message: str, raising: Raising) -> Problem:
    clause = f" ({', '.join(raising.clause)})" if raising.clause else ""
    return Problem(timeline.path, 0, f"{message}{clause}", "the figure counts all the same", warning=True)
