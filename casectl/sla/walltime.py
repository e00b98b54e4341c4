"""Time on a calendar that may be left out: then every hour counts."""

from __future__ import annotations

from casectl.model.instants import Instant
from casectl.model.policy import Policy
from casectl.sla.opentime import open_time


def passed(policy: Policy, calendar: str, first: Instant, last: Instant) -> int:
    """Open seconds in [first, last) of a calendar of the policy; plain seconds when `calendar` is empty."""
    if not calendar:
        return max(0, last - first)
    return open_time(policy.calendars[calendar], first, last).between(first, last)


def after(policy: Policy, calendar: str, start: Instant, seconds: int) -> Instant:
    """The earliest instant at which so many open seconds of a calendar have passed since `start`."""
    return start + seconds if not calendar else open_time(policy.calendars[calendar], start, start).add(start, seconds)


def is_open(policy: Policy, calendar: str, instant: Instant) -> bool:
    """Whether a calendar is open at a moment; without one it always is."""
    return not calendar or open_time(policy.calendars[calendar], instant, instant).is_open(instant)
