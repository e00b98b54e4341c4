"""Cases for which another system's log speaks."""

from __future__ import annotations

from tests.audit.plain import OTHER, Plain
from tests.audit.stories import twins


@twins("testimony", "observation", "opened the first of 2 cases that rest on the log of old", case=None)
def test_cases_that_were_taken_over(desk: Plain, guilty: bool) -> str:
    """One finding for all of them."""
    source = "old" if guilty else None
    first = desk.open(external_id="INC1" if guilty else None, source=source)
    desk.open(OTHER, external_id="INC2" if guilty else None, source=source, at="10:00")
    return first
