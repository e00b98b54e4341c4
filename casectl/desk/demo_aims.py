"""What every month of the demo shows, whatever the seed: each kind of breach, and each state that a clock may be in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from casectl.desk import demo_story as story
from casectl.desk.demo_examples import Report
from casectl.desk.demo_life import DemoLife
from casectl.model.figures import TargetRow, TargetState
from casectl.model.policy import Policy
from casectl.model.target import Ahead, Lookup, Rule

Holds = Callable[[DemoLife], bool]


class Aim(NamedTuple):
    """What a case must come to by the demo's end, and how it may get there."""

    desks: tuple[str, ...]
    """Where it can be had."""
    story: Callable[[DemoLife], None]
    holds: Holds
    late: str | None = None
    """The target to be missed."""
    recent: bool = False
    """Whether it was reported in the last days: what is under way is not old."""
    settles: bool = True
    exempt: bool = False
    """Whether it takes a report that comes with a reason to be exempt."""

    def suits(self, report: Report, policy: Policy) -> bool:
        """Whether what is reported may come to that."""
        if self.exempt:
            return report.exemption in policy.exemptions
        return self.late is None or _is_about(policy, self.late, report)

    def ways(self, report: Report, policy: Policy) -> tuple[str, ...]:
        """The channels by which it may come in."""
        channels = policy.targets[self.late].scope.values.get("channel") if self.late else None
        return tuple(name for name in report.channels if not channels or name in channels)


def aims(policies: Mapping[str, Policy]) -> list[Aim]:
    """All that a month must have; `policies` by desk."""
    return [*_breaches(policies), *_excuses(policies), *_states(policies)]


def _breaches(policies: Mapping[str, Policy]) -> list[Aim]:
    return [
        Aim((desk,), story.ordinary, _breached(name), name)
        for desk, policy in policies.items()
        for name, target in policy.targets.items()
        if any(rule.within is not None for rule in target.rules)
    ]


def _excuses(policies: Mapping[str, Policy]) -> list[Aim]:
    knowing = tuple(desk for desk, policy in policies.items() if policy.exemptions)
    return [
        Aim(knowing, story.excused, is_overturned, exempt=True),
        Aim(knowing, story.outlasting, _ended_exemption, exempt=True),
        Aim(tuple(policies), story.mistaken, lambda life: life.figures().void),
    ]


def _states(policies: Mapping[str, Policy]) -> list[Aim]:
    everywhere = tuple(policies)
    measuring = tuple(d for d, policy in policies.items() if any(t.measured for t in policy.targets.values()))
    owing = _desks_with(policies, _waits_for_a_figure)
    pausing = _desks_with(policies, lambda rule: rule.pause_for != frozenset())
    promising = _desks_with(policies, lambda rule: rule.within is not None)
    return [
        Aim(everywhere, story.ordinary, _in_state("met")),
        Aim(measuring, story.ordinary, _in_state("untargeted")),
        Aim(owing, story.left_open, _row(lambda row: row.owed), recent=True, settles=False),
        Aim(owing or everywhere, story.untouched, _pending_in_time, recent=True, settles=False),
        Aim(pausing, story.left_waiting, _in_state("paused"), recent=True),
        Aim(promising, story.left_open, _in_state("at-risk"), recent=True),
        Aim(promising, story.left_open, _in_state("running"), recent=True),
    ]


def _waits_for_a_figure(rule: Rule) -> bool:
    return isinstance(rule.within, Lookup) and rule.within.source in ("agreed", "case")


def is_overturned(life: DemoLife) -> bool:
    """Whether a breach was taken away, and only exempt time does that."""
    asked = bool(life.case.records("exemptions"))
    return asked and any(row.overturned is not None and row.state == "exempt" for row in life.figures().rows)


def _ended_exemption(life: DemoLife) -> bool:
    counts = any(row.exempt_seconds for row in life.figures().rows)
    return counts and any("until" in record and "approved_by" in record for record in life.case.records("exemptions"))


def _pending_in_time(life: DemoLife) -> bool:
    states = {row.state for row in life.figures().rows}
    return "pending" in states and "breached" not in states


def _row(holds: Callable[[TargetRow], bool]) -> Holds:
    return lambda life: any(holds(row) for row in life.figures().rows)


def _breached(target: str) -> Holds:
    return _row(lambda row: row.target == target and row.state == "breached")


def _in_state(state: TargetState) -> Holds:
    return _row(lambda row: row.state == state)


def _desks_with(policies: Mapping[str, Policy], holds: Callable[[Rule], bool]) -> tuple[str, ...]:
    return tuple(
        desk
        for desk, policy in policies.items()
        if any(holds(rule) for target in policy.targets.values() for rule in (*target.rules, target.otherwise))
    )


def _is_about(policy: Policy, name: str, report: Report) -> bool:
    """Whether a case of what is reported may come under the target's promise."""
    target = policy.targets[name]
    scope = target.scope.values
    promised = _kinds(target.rules) or scope.get("commitment", frozenset())
    if "promised" in target.otherwise.start and promised.isdisjoint(report.promises):
        return False
    if any(isinstance(rule.within, Lookup) and rule.within.source == "case" for rule in target.rules):
        return report.update_every is not None
    return report.type in scope.get("type", {report.type}) and not scope.get("channel", {*report.channels}).isdisjoint(
        report.channels
    )


def _kinds(rules: tuple[Rule, ...]) -> frozenset[str]:
    """The kinds of commitments that take notice under these rules."""
    ahead = (rule for rule in rules if isinstance(rule.within, Ahead))
    return frozenset(kind for rule in ahead for kind in rule.when.values.get("commitment", ()))
