"""Whose wall clock people read times on. Machines get UTC whatever is asked for."""

from __future__ import annotations

from collections.abc import Iterable

from casectl.model.figures import CaseFigures
from casectl.model.instants import zone_named
from casectl.reports.words import count

DESK, CUSTOMER = "desk", "customer"


def refuse_unknown_zone(asked: str) -> None:
    """Raise `UsageMistake` for what is neither `desk`, `customer` nor the name of a zone."""
    if asked not in (DESK, CUSTOMER):
        zone_named(asked)


def wall_zone(figures: CaseFigures, desk_zone: str, asked: str = DESK) -> str:
    """The zone in which to tell people the times of a case: the desk's, its customer's, or the one asked for.

    A customer whose record names no zone gets the desk's; `zone_notes` says so.
    """
    if asked == CUSTOMER:
        return figures.customer_zone or desk_zone
    return desk_zone if asked == DESK else asked


def zone_notes(cases: Iterable[CaseFigures], asked: str) -> tuple[str, ...]:
    """A note when customers' wall clocks were asked for and some of these cases' customers have none."""
    lacking = sorted({figures.id for figures in cases if figures.customer_zone is None}) if asked == CUSTOMER else []
    if not lacking:
        return ()
    which = lacking[0] if len(lacking) == 1 else count(len(lacking), "case")
    return (f"{which}: no time zone on the customer's record; times are the desk's",)
