"""Whether a case came by a way that is meant for it."""

from __future__ import annotations

from casectl.model.case import Case
from casectl.model.instants import Instant
from casectl.model.policy import Book, Policy
from casectl.model.target import Condition


def facts_of(case: Case, policy: Policy, book: Book) -> dict[str, str | None]:
    """What conditions ask about a case, by key; the plan is the customer's as the book has it now."""
    customer = book.customer(policy.desk, case.text("customer"))
    facts = {key: case.text(key) for key in ("priority", "type", "channel", "service", "category")}
    return {**facts, "plan": customer.plan if customer else None}


def wrong_way(case: Case, policy: Policy, book: Book, received: Instant) -> tuple[str, ...]:
    """A warning when the case's channel is not meant for such cases. It is taken in all the same."""
    channel = policy.channels.get(case.need("channel"))
    if channel is None or _holds(channel.meant_for, facts_of(case, policy, book), policy, received):
        return ()
    return (f"channel '{channel.name}' is not meant for this case ({_wanted(channel.meant_for)}): it is flagged",)


def _holds(condition: Condition, facts: dict[str, str | None], policy: Policy, received: Instant) -> bool:
    if any(facts.get(key) not in wanted for key, wanted in condition.values.items()):
        return False
    inside, outside = condition.reported_in, condition.reported_out
    return (not inside or any(_open(policy, name, received) for name in inside)) and (
        not outside or not all(_open(policy, name, received) for name in outside)
    )


def _open(policy: Policy, calendar: str, at: Instant) -> bool:
    from casectl.sla.opentime import open_time

    return open_time(policy.calendars[calendar], at, at).is_open(at)


def _wanted(condition: Condition) -> str:
    asked = [f"{key} {' or '.join(sorted(values))}" for key, values in condition.values.items()]
    asked += [f"reported in {' or '.join(condition.reported_in)}"] if condition.reported_in else []
    asked += [f"reported out of {' or '.join(condition.reported_out)}"] if condition.reported_out else []
    return f"it is for {', '.join(asked)}"
