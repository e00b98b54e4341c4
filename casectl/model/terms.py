"""What a case is judged by, from one of its steps on."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from casectl.model.policy import Customer, Person, Policy


class Terms(NamedTuple):
    """A policy with the desk's customers and the staff, as committed when a case was pinned to it.

    A case has one at its opening, and one more for each time it was moved to another policy on the record.
    """

    policy: Policy
    customers: Mapping[str, Customer] = MappingProxyType({})
    staff: Mapping[str, Person] = MappingProxyType({})
    since: str = ""
    """The commit that pinned the case to it."""
