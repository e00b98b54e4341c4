"""What can be wrong with a policy that reads well: cases without a rule, rules and states out of reach."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from casectl.model.calendar import HolidayList
from casectl.model.calendar_check import check_calendars
from casectl.model.policy import DONE_PHASES, Policy, Target
from casectl.model.problems import Problem
from casectl.model.reading import Reading
from casectl.model.rule_coverage import gaps, how_many, unreachable
from casectl.model.tree import Branch, Node

MOST_GAPS = 3
"""How many kinds of uncovered case one message names."""

MOST_KINDS = 20_000
"""Trying each takes a few microseconds a rule; no policy that people wrote comes near."""


def check_policy(
    policy: Policy, tree: Node, holiday_lists: Mapping[str, HolidayList], today: date
) -> tuple[Problem, ...]:
    """Every problem of a policy that its reader let pass. `tree` is what it was read from, for the lines."""
    if not isinstance(tree, Branch):
        return ()
    reading = Reading(policy.path)
    _check_states(reading, policy, tree)
    _check_waiting(reading, policy, tree)
    for target in policy.targets.values():
        if how_many(policy, target) > MOST_KINDS:
            hint = "write it with fewer rules, or with conditions on fewer keys"
            message = f"target '{target.name}' tells too many kinds of case apart to try them all"
            reading.warn(target.otherwise.line, message, hint)
            continue
        _check_coverage(reading, policy, target)
        _check_reach(reading, policy, target)
    found = (*reading.problems, *check_calendars(policy, tree, holiday_lists, today))
    return tuple(sorted(found, key=lambda problem: (problem.line, problem.message)))


def check_together(policies: Iterable[Policy]) -> tuple[Problem, ...]:
    """Problems between policies: one desk's versions in force from the same day, two desks with one prefix."""
    found: list[Problem] = []
    starts: dict[tuple[str, date], Policy] = {}
    prefixes: dict[str, Policy] = {}
    for policy in sorted(policies, key=lambda policy: policy.path):
        twin = starts.setdefault((policy.desk, policy.effective), policy)
        if twin is not policy:
            message = f"effective {policy.effective}, as {twin.path} is: which of them is in force?"
            found.append(Problem(policy.path, 0, message, "a later version begins on a later day"))
        owner = prefixes.setdefault(policy.prefix, policy)
        if owner.desk != policy.desk:
            message = f"prefix '{policy.prefix}' is desk {owner.desk}'s already ({owner.path})"
            found.append(Problem(policy.path, 0, message, "each desk's case IDs begin with letters of their own"))
    return tuple(found)


def _line(tree: Branch, *keys: str) -> int:
    """The line of the deepest of `keys` that is there."""
    line = 0
    for key in keys:
        if key not in tree.items:
            break
        line = tree.keys[key]
        node = tree.items[key]
        tree = node if isinstance(node, Branch) else Branch({}, line, {})
    return line


def _check_states(reading: Reading, policy: Policy, tree: Branch) -> None:
    states = policy.states
    done = {name for name, state in states.items() if state.phase in DONE_PHASES}
    if not done:
        hint = "give one of them phase: resolved or phase: closed"
        reading.mistake(_line(tree, "states"), "no state is in phase resolved or closed, so no case can end", hint)
    reached = _reachable(policy, [policy.defaults.status])
    for name, state in states.items():
        line = _line(tree, "states", name)
        if name not in reached:
            hint = f"no chain of moves leads there from '{policy.defaults.status}', where cases begin"
            reading.mistake(line, f"state '{name}' can never be reached", hint)
        if state.phase == "closed":
            continue
        if not set(state.moves) - {name}:
            reading.mistake(line, f"state '{name}' cannot be left, though its phase is {state.phase}", "to: [STATE, …]")
        elif done and not _reachable(policy, [name]) & done:
            reading.mistake(line, f"from state '{name}' no case can come to phase resolved or closed")


def _reachable(policy: Policy, begin: list[str]) -> set[str]:
    found: set[str] = set()
    ahead = list(begin)
    while ahead:
        name = ahead.pop()
        if name not in found:
            found.add(name)
            ahead += policy.states[name].moves
    return found


def _check_waiting(reading: Reading, policy: Policy, tree: Branch) -> None:
    waits = [name for name, state in policy.states.items() if state.phase == "waiting"]
    if waits and not policy.waiting_for:
        hint = "waiting_for: {customer: the customer}"
        reading.mistake(_line(tree, "states", waits[0]), f"'{waits[0]}' waits, but `waiting_for` names nobody", hint)
    if policy.waiting_for and not waits:
        reading.warn(_line(tree, "waiting_for"), "`waiting_for` names somebody, but no state is in phase waiting")


def _check_coverage(reading: Reading, policy: Policy, target: Target) -> None:
    missing = () if target.measured else gaps(policy, target, MOST_GAPS + 1)
    if not missing:
        return
    more = ", and more" if len(missing) > MOST_GAPS else ""
    said = "; ".join(missing[:MOST_GAPS]) + more
    hint = "add a rule, narrow the target with `when:`, or say `measured: true` to report elapsed time without a limit"
    reading.mistake(target.otherwise.line, f"target '{target.name}': a case can lack a rule: {said}", hint)


def _check_reach(reading: Reading, policy: Policy, target: Target) -> None:
    for index, taken_by in unreachable(policy, target):
        rule = target.rules[index]
        if taken_by:
            lines = " and ".join(str(target.rules[by].line) for by in taken_by)
            subject, verb = ("rules", "take") if len(taken_by) > 1 else ("rule", "takes")
            why = f"the {subject} before it (line {lines}) {verb} all its cases"
            hint = "put the narrower rule first"
        else:
            why, hint = "no case that the target is about meets its `when`", "look at the target's own `when:`"
        reading.mistake(rule.line, f"target '{target.name}', rule {index + 1} can never be reached: {why}", hint)
