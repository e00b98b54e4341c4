"""What can be wrong with the sections about working cases though they read well: what could never come about."""

from __future__ import annotations

from casectl.model.policy import Policy
from casectl.model.reading import Reading
from casectl.model.tree import Branch, Node, Row, line_of
from casectl.model.workflow import NEXT_LEVEL, Automatic, Requirement


def check_workflow(reading: Reading, policy: Policy, tree: Branch) -> None:
    """Note every row and rule of a policy that nothing can ever come to. `tree` is the policy's file, for the lines."""
    rows = tree.items.get("requires")
    lines = [node.line for node in rows.items] if isinstance(rows, Row) else []
    for number, (row, line) in enumerate(zip(policy.workflow.requires, lines, strict=False), 1):
        _check_requirement(reading, policy, f"requires, row {number}", row, line)
    for name, rule in policy.workflow.automatic.items():
        _check_automatic(reading, policy, f"automatic rule '{name}'", rule, line_of(tree, "automatic", name))
    _check_tests_of_time(reading, policy, tree)


def _check_requirement(reading: Reading, policy: Policy, what: str, row: Requirement, line: int) -> None:
    origins = row.origin or policy.states.keys()
    if not any(to in policy.states[origin].moves for origin in origins for to in row.to):
        whence = f" from {' or '.join(sorted(row.origin))}" if row.origin else ""
        message = f"{what}: no case comes to {' or '.join(sorted(row.to))}{whence}, so it requires nothing"
        reading.mistake(line, message, "`to:` of the states says which moves there are")
    if row.since_state and not row.entries:
        reading.mistake(line, f"{what}: `since` counts entries, and it asks for none", "entries: attempt")


def _check_automatic(reading: Reading, policy: Policy, what: str, rule: Automatic, line: int) -> None:
    if rule.move and rule.states:
        stuck = [name for name in rule.states if rule.move not in policy.states[name].moves]
        if stuck:
            message = f"{what}: no case moves from {' or '.join(stuck)} to {rule.move}"
            reading.mistake(line, message, "`to:` of the states says which moves there are")
    if rule.escalate is None:
        return
    highest = max((len(ladder.levels) for ladder in policy.ladders.values()), default=0)
    if not highest:
        reading.mistake(line, f"{what} escalates, and the policy has no ladder", "ladders: {general: {levels: [...]}}")
    elif rule.escalate != NEXT_LEVEL and rule.escalate > highest:
        reading.mistake(line, f"{what}: no ladder has a level {rule.escalate}", f"the highest is {highest}")


def _check_tests_of_time(reading: Reading, policy: Policy, tree: Branch) -> None:
    """Calendars that nothing is counted on, in duties, requirements and automatic rules."""
    for name, duty in policy.workflow.duties.items():
        if duty.calendar and duty.within_seconds is None:
            _idle(reading, line_of(tree, "duties", name), f"duty '{name}'", "within: 1h")
    for name, rule in policy.workflow.automatic.items():
        if rule.calendar and not rule.after_seconds and rule.age_seconds is None:
            _idle(reading, line_of(tree, "automatic", name), f"automatic rule '{name}'", "after: 1h, or age: 72h")
    rows = tree.items.get("requires")
    nodes: tuple[Node, ...] = tuple(rows.items) if isinstance(rows, Row) else ()
    for number, (row, node) in enumerate(zip(policy.workflow.requires, nodes, strict=False), 1):
        if row.calendar and not row.after_seconds:
            _idle(reading, node.line, f"requires, row {number}", "after: 24h")


def _idle(reading: Reading, line: int, what: str, hint: str) -> None:
    reading.mistake(line, f"{what} names a calendar, and counts no time on it", hint)
