"""The clock: every target of a case, as of a moment, from its timeline and its policy. design.md, The clock."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from casectl.model.case import Value
from casectl.model.figures import CaseFigures, TargetRow
from casectl.model.instants import Instant
from casectl.model.policy import Customer, Policy
from casectl.model.problems import Problem
from casectl.model.timeline import Step, Timeline
from casectl.sla.life import Life
from casectl.sla.runs import of_own_life, runs_of
from casectl.sla.soundness import sound_steps
from casectl.sla.verdict import Judgement, Trial, not_started


def evaluate(timeline: Timeline, policy: Policy, customers: Mapping[str, Customer], as_of: Instant) -> CaseFigures:
    """All figures of one case as of a moment (UTC seconds), steps at that very second included.

    `customers` are the desk's records by name; which of them counts is what the case says at each moment.

    A case opened later has no rows. A word that the policy does not know is a problem of the figures, and while it
    stands there are no rows either: a figure that rests on a guess is none.
    """
    steps = timeline.until(as_of)
    sound, problems = sound_steps(timeline, steps, policy)
    rows = tuple(judgement.row for judgement in judgements(sound, policy, customers, as_of))
    return _figures(timeline, policy, _fields_at_end(steps), rows, (*timeline.problems, *problems))


def judgements(
    steps: tuple[Step, ...], policy: Policy, customers: Mapping[str, Customer], as_of: Instant
) -> Iterator[Judgement]:
    """Each target and occurrence judged, in the policy's order of targets; nothing for no steps.

    `steps` are sound (`sound_steps`).
    """
    if not steps:
        return
    life = Life(steps, policy, customers)
    for target in policy.targets.values():
        rules = life.rules(target)
        if not target.measured and not any(rules):
            continue
        runs = runs_of(life, target, rules)
        last = rules[-1]
        if not runs and last is not None and of_own_life(last):
            yield Judgement(not_started(life, target, last))
        for number, run in enumerate(runs, start=1):
            judgement = Trial(life, target, rules, run, number, as_of).judge()
            if judgement is not None:
                yield judgement


def next_due(figures: CaseFigures) -> TargetRow | None:
    """The row that falls due first of those that still run; None when nothing does."""
    running = [row for row in figures.rows if row.stopped_at is None and row.due_at is not None]
    return min(running, key=lambda row: (row.due_at or 0, row.target), default=None)


def _fields_at_end(steps: tuple[Step, ...]) -> dict[str, Value]:
    fields: dict[str, Value] = {}
    for step in steps:
        for name, value in step.changes.items():
            if value is None:
                fields.pop(name, None)
            else:
                fields[name] = value
    return fields


def _figures(
    timeline: Timeline,
    policy: Policy,
    fields: Mapping[str, Value],
    rows: tuple[TargetRow, ...],
    problems: tuple[Problem, ...],
) -> CaseFigures:
    def text(name: str) -> str | None:
        value = fields.get(name)
        return None if value is None else str(value)

    status = text("status") or ""
    return CaseFigures(
        id=timeline.case_id,
        external_id=text("external_id"),
        source=text("source"),
        policy=policy.ref,
        desk=policy.desk,
        title=text("title") or "",
        customer=text("customer"),
        type=text("type") or "",
        channel=text("channel") or "",
        priority=text("priority") or "",
        status=status,
        phase=policy.states[status].phase if status in policy.states else "",
        owner=text("owner"),
        assignee=text("assignee"),
        rows=rows,
        problems=problems,
    )
