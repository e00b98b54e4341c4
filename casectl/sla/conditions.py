"""Whether a condition holds for a case: the one judge of the rows of targets and of what a channel is meant for."""

from __future__ import annotations

from collections.abc import Mapping

from casectl.model.calendar import Calendar
from casectl.model.instants import Instant
from casectl.model.target import CONDITION_KEYS, Condition
from casectl.sla.opentime import open_time

_PLACE: Mapping[str, int] = {key: place for place, key in enumerate(CONDITION_KEYS)}


def holds(
    condition: Condition, facts: tuple[str | None, ...], calendars: Mapping[str, Calendar], received: Instant
) -> bool:
    """Whether every key of `condition` matches. `facts` go by `CONDITION_KEYS`; `calendars` are the policy's.

    `received` is the actual receipt, in UTC seconds: what `reported_in` and `reported_out` ask about.
    """
    if any(facts[_PLACE[key]] not in wanted for key, wanted in condition.values.items()):
        return False
    return _reported(condition.reported_in, calendars, received, True) and _reported(
        condition.reported_out, calendars, received, False
    )


def _reported(names: tuple[str, ...], calendars: Mapping[str, Calendar], at: Instant, wanted: bool) -> bool:
    """Whether one of the calendars was open (or closed) at that moment; true when none is named."""
    return not names or any(open_time(calendars[name], at, at).is_open(at) is wanted for name in names)
