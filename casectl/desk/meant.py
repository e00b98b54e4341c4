"""Whether a case came by a way that is meant for it."""

from __future__ import annotations

from casectl.model.case import Case
from casectl.model.instants import Instant
from casectl.model.policy import Book, Policy
from casectl.model.target import CONDITION_KEYS, Condition
from casectl.sla.conditions import holds

_FACTS = CONDITION_KEYS[: CONDITION_KEYS.index("commitment")]
"""What a case as a whole answers; the last key is about one commitment."""


def wrong_way(case: Case, policy: Policy, book: Book, received: Instant) -> tuple[str, ...]:
    """A warning when the case's channel is not meant for such cases. It is taken in all the same."""
    channel = policy.channels.get(case.need("channel"))
    if channel is None or holds(channel.meant_for, facts_of(case, policy, book), policy.calendars, received):
        return ()
    return (f"channel '{channel.name}' is not meant for this case ({_wanted(channel.meant_for)}): it is flagged",)


def facts_of(case: Case, policy: Policy, book: Book) -> tuple[str | None, ...]:
    """What conditions ask about a case, by `CONDITION_KEYS`; the plan is the customer's as the book has it now."""
    customer = book.customer(policy.desk, case.text("customer"))
    plan = customer.plan if customer else None
    return tuple(plan if key == "plan" else case.text(key) for key in _FACTS)


def _wanted(condition: Condition) -> str:
    asked = [f"{key} {' or '.join(sorted(values))}" for key, values in condition.values.items()]
    asked += [f"reported in {' or '.join(condition.reported_in)}"] if condition.reported_in else []
    asked += [f"reported out of {' or '.join(condition.reported_out)}"] if condition.reported_out else []
    return f"it is for {', '.join(asked)}"
