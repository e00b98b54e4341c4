"""The row of a target whose start has not come."""

from __future__ import annotations

from casectl.model.figures import TargetRow
from casectl.model.target import Rule, Span
from casectl.sla.course import Course


def not_started(course: Course, rule: Rule, number: int = 1) -> TargetRow:
    """The `pending` row of a target whose start has not come; its limit is known already when it is a duration."""
    known = rule.within.amount if isinstance(rule.within, Span) and rule.within.unit == "seconds" else None
    goal = rule.goal.amount if isinstance(rule.goal, Span) and rule.goal.unit == "seconds" else None
    outside = course.outside[-1]
    return TargetRow(
        target=course.name,
        occurrence=number,
        clause=rule.clause,
        state=outside.state if outside else "pending" if rule.within else "untargeted",
        started_at=None,
        stopped_at=None,
        due_at=None,
        breached_at=None,
        elapsed_seconds=0,
        limit_seconds=None if outside else known,
        goal_seconds=None if outside else goal,
        paused_seconds=0,
        exempt_seconds=0,
        evidence=(course.life.spells[0].step.commit,),
        rule=rule,
        reason=outside.reason if outside else "",
    )
