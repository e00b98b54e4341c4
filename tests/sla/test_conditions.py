"""When a condition holds: every key by one of its values, and calendars at the actual receipt."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from casectl.model.calendar import Calendar, Window
from casectl.model.target import Condition
from casectl.sla.conditions import holds

MORNING = Calendar("morning", "UTC", weekly=((Window(8 * 3600, 12 * 3600),),) * 7)
LATE = Calendar("late", "UTC", weekly=((Window(12 * 3600, 18 * 3600),),) * 7)
CALENDARS = {"morning": MORNING, "late": LATE}
FACTS = ("p1", "fault", "phone", None, "mail", None, "call-back")


def received(hour: int) -> int:
    return int(datetime(2026, 11, 23, hour, tzinfo=UTC).timestamp())


@pytest.mark.parametrize(
    ("wanted", "held"),
    [
        ({}, True),
        ({"priority": "p1 p2"}, True),
        ({"priority": "p2"}, False),
        ({"priority": "p1", "type": "fault", "channel": "phone", "service": "mail", "commitment": "call-back"}, True),
        ({"priority": "p1", "type": "request"}, False),
        ({"plan": "gold"}, False),
        ({"category": "technical"}, False),
    ],
)
def test_facts(wanted: dict[str, str], held: bool) -> None:
    condition = Condition({key: frozenset(values.split()) for key, values in wanted.items()})
    assert holds(condition, FACTS, CALENDARS, received(9)) is held


@pytest.mark.parametrize(
    ("inside", "outside", "hour", "held"),
    [
        (("morning",), (), 9, True),
        (("morning",), (), 12, False),
        (("morning", "late"), (), 12, True),
        ((), ("morning",), 9, False),
        ((), ("morning",), 12, True),
        ((), ("morning", "late"), 9, True),
        (("morning",), ("late",), 9, True),
        (("morning",), ("morning",), 9, False),
    ],
)
def test_the_receipt(inside: tuple[str, ...], outside: tuple[str, ...], hour: int, held: bool) -> None:
    condition = Condition({}, inside, outside)
    assert holds(condition, FACTS, CALENDARS, received(hour)) is held
    # The six facts of a whole case are enough where no commitment is asked about.
    assert holds(condition, FACTS[:-1], CALENDARS, received(hour)) is held
