"""What can be wrong with a policy that reads well: cases without a rule, rules and states out of reach."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from casectl.model.calendar import HolidayList
from casectl.model.calendar_check import check_calendars
from casectl.model.policy import DONE_PHASES, Policy
from casectl.model.problems import Problem
from casectl.model.reading import Reading
from casectl.model.row_check import check_rows
from casectl.model.rule_coverage import conditions_of, gaps, too_many, unreachable
from casectl.model.target import Target
from casectl.model.tree import Branch, Node, Text, line_of, node_at
from casectl.model.workflow_check import check_workflow

MOST_GAPS = 3
"""How many kinds of uncovered case one message names."""


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
        if too_many(policy, conditions_of(target)):
            hint = "write it with fewer rules, or with conditions on fewer keys"
            message = f"target '{target.name}' tells too many kinds of case apart to try them all"
            reading.warn(target.otherwise.line, message, hint)
            continue
        if not _says_measured(tree, target):
            _check_coverage(reading, policy, target)
        _check_reach(reading, policy, target)
    check_rows(reading, policy, tree)
    check_workflow(reading, policy, tree)
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


def _check_states(reading: Reading, policy: Policy, tree: Branch) -> None:
    states = policy.states
    done = {name for name, state in states.items() if state.phase in DONE_PHASES}
    if not done:
        hint = "give one of them phase: resolved or phase: closed"
        reading.mistake(line_of(tree, "states"), "no state is in phase resolved or closed, so no case can end", hint)
    reached = _reachable(policy, [policy.defaults.status])
    for name, state in states.items():
        line = line_of(tree, "states", name)
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
        reading.mistake(line_of(tree, "states", waits[0]), f"'{waits[0]}' waits, but `waiting_for` names nobody", hint)
    if policy.waiting_for and not waits:
        reading.warn(line_of(tree, "waiting_for"), "`waiting_for` names somebody, but no state is in phase waiting")


def _says_measured(tree: Branch, target: Target) -> bool:
    """Whether the target itself does; each is where the promises are not made to everybody."""
    said = node_at(tree, "targets", target.name, "measured")
    return isinstance(said, Text) and said.value == "true"


def _check_coverage(reading: Reading, policy: Policy, target: Target) -> None:
    missing = gaps(policy, target, MOST_GAPS + 1)
    if not missing:
        return
    more = ", and more" if len(missing) > MOST_GAPS else ""
    said = "; ".join(missing[:MOST_GAPS]) + more
    hint = "add a rule, narrow the target with `when:`, or say `measured: true` to report elapsed time without a limit"
    reading.mistake(target.otherwise.line, f"target '{target.name}': a case can lack a rule: {said}", hint)


def _check_reach(reading: Reading, policy: Policy, target: Target) -> None:
    """A rule as written can be reached when one of the rules that it was made into can."""
    lost = dict(unreachable(policy, target))
    for number in sorted({rule.number for rule in target.rules}):
        mine = [index for index, rule in enumerate(target.rules) if rule.number == number]
        if not lost.keys() >= set(mine):
            continue
        taken_by = {target.rules[by].number: target.rules[by].line for index in mine for by in lost[index]}
        taken_by.pop(number, None)
        if taken_by:
            lines = " and ".join(map(str, sorted(set(taken_by.values()))))
            subject, verb = ("rules", "take") if len(taken_by) > 1 else ("rule", "takes")
            why = f"the {subject} before it (line {lines}) {verb} all its cases"
            hint = "put the narrower rule first"
        else:
            why, hint = "no case that the target is about meets its `when`", "look at the target's own `when:`"
        message = f"target '{target.name}', rule {number} can never be reached: {why}"
        reading.mistake(target.rules[mine[0]].line, message, hint)
