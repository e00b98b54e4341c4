"""Rows that no case ever finds: of the rubric, and of calendars that the case chooses."""

from __future__ import annotations

from collections.abc import Sequence

from casectl.model.policy import Policy, Suggestion
from casectl.model.reading import Reading
from casectl.model.rule_coverage import ASKED, too_many, unreachable_rows
from casectl.model.target import Condition
from casectl.model.tree import Branch, Row, node_at
from casectl.model.vocabulary import CHOOSE


def check_rows(reading: Reading, policy: Policy, tree: Branch) -> None:
    """Note every row of which earlier ones take all cases. The last is there for the rest, even if there is none."""
    for name, choice in policy.choices.items():
        conditions = [condition for condition, _ in choice.rows]
        _check(reading, policy, f"calendar '{name}'", conditions, _choice_lines(tree, name))
    if policy.rubric:
        rows = policy.rubric.suggestions
        _check(reading, policy, "rubric", [_asked(row) for row in rows], [row.line for row in rows])


def _asked(row: Suggestion) -> Condition:
    return Condition({**{ASKED + key: wanted for key, wanted in row.answers.items()}, **row.facts.values})


def _choice_lines(tree: Branch, name: str) -> list[int]:
    node = node_at(tree, "calendars", name, CHOOSE)
    return [row.line for row in node.items] if isinstance(node, Row) else []


def _check(reading: Reading, policy: Policy, what: str, conditions: Sequence[Condition], lines: Sequence[int]) -> None:
    if too_many(policy, conditions):
        hint = "write it with fewer rows, or with conditions on fewer keys"
        reading.warn(lines[0], f"{what} tells too many kinds of case apart to try them all", hint)
        return
    for index, taken_by in unreachable_rows(policy, conditions):
        if index == len(conditions) - 1:
            continue
        before = " and ".join(str(lines[by]) for by in taken_by)
        message = f"{what}, row {index + 1} can never be reached: what stands before it (line {before}) takes its cases"
        reading.mistake(lines[index], message, "put the narrower row first")
