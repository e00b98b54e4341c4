"""Items of a checklist as they are typed and kept: `diagnostics`, `help-pages=not needed`."""

from __future__ import annotations

from collections.abc import Sequence

from casectl.desk.known import nearest
from casectl.desk.wording import clean
from casectl.model.policy import Policy
from casectl.model.problems import NotAllowed, UsageMistake

DONE = "done"


def items_of(policy: Policy) -> dict[str, str]:
    """Every item that the policy's checklists have, with its label."""
    return {name: label for row in policy.workflow.intake for name, label in row.checklist.items()}


def ticked(policy: Policy, typed: Sequence[str]) -> str:
    """Items as typed, `ITEM` or `ITEM=REMARK` each, as a log entry holds them: `contact=done, help-pages=not needed`.

    Raises `NotAllowed` for a policy without a checklist, `UsageMistake` for an unknown item or a remark with a comma.
    """
    items = items_of(policy)
    if not items:
        raise NotAllowed(f"policy {policy.ref} has no checklist", "`intake:` of a policy says what is to be asked")
    said: dict[str, str] = {}
    for one in typed:
        name, _, remark = one.partition("=")
        if name not in items:
            raise UsageMistake(f"no checklist of policy {policy.ref} has '{name}'", nearest(name, items))
        if name in said:
            raise UsageMistake(f"'{name}' is ticked twice", "once for each item")
        said[name] = clean(remark or DONE, "the remark", one_line=True)
        if "," in said[name] or "=" in said[name]:
            raise UsageMistake(
                f"a remark without commas and equal signs, please: '{said[name]}'",
                "a note keeps more: casectl note",
            )
    return ", ".join(f"{name}={remark}" for name, remark in said.items())
