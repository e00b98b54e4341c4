"""What follows when a promise is missed or a way in misused, where a desk works, and how long ahead it says what it
changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from casectl.model.target import Clauses, Condition

if TYPE_CHECKING:
    from decimal import Decimal


class Tier(NamedTuple):
    """What is due when less than a share of a month's targets was met."""

    below: Decimal
    share: Decimal


class Credit(NamedTuple):
    """Part of what a customer spends in a month that it gets back, for what was missed in that month.

    One of `share` and `tiers` says how much.
    """

    name: str
    label: str = ""
    when: Condition = Condition()
    """The cases that it is about."""
    targets: frozenset[str] = frozenset()
    """Empty: every target."""
    share: Decimal | None = None
    """Of the spend, once for a month in which one of the targets was missed."""
    each: bool = False
    """The share for every target that was missed, not once."""
    tiers: tuple[Tier, ...] = ()
    """By the share of the month's targets that were met; the last one that it falls below counts."""
    instead_of: str = ""
    """What else the customer may choose."""
    clause: Clauses = ()


class Credits(NamedTuple):
    """All of them; together no more than `cap` of a month's spend."""

    rows: tuple[Credit, ...]
    cap: Decimal | None = None
    clause: Clauses = ()


class Site(NamedTuple):
    """A place from which the desk works, in the hours of a calendar."""

    name: str
    label: str
    calendar: str
    rota: str = ""
    """Who is on call there."""
    clause: Clauses = ()


class Notice(NamedTuple):
    """How many days before it comes into force a new version is published."""

    days: int
    clause: Clauses = ()
