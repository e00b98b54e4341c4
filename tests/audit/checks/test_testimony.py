"""Cases for which another system's log speaks."""

from __future__ import annotations

from tests.audit.plain import OTHER, Plain, entry
from tests.audit.stories import twins


@twins("testimony", "observation", "opened the first of 2 cases that rest on the log of old", case=None)
def test_cases_that_were_taken_over(desk: Plain, guilty: bool) -> str:
    """One finding for all of them."""
    source = "old" if guilty else None
    first = desk.open(external_id="INC1" if guilty else None, source=source)
    desk.open(OTHER, external_id="INC2" if guilty else None, source=source, at="10:00")
    return first


@twins("testimony", "observation", "opened the one case that rests on the log of old", case=None)
def test_a_case_that_was_taken_over(desk: Plain, guilty: bool) -> str:
    source = "old" if guilty else None
    return desk.open(external_id="INC1" if guilty else None, source=source)


@twins("form", "minor", "says that another system's log told it, and no such log speaks for the case")
def test_a_step_that_nobody_else_told(desk: Plain, guilty: bool) -> str:
    """Of what is told by another log, nobody here is asked. So it has to be that."""
    desk.open()
    return desk.step("note", entry("n1", "note", "They rang."), event="import" if guilty else "note")


@twins("clock-back", "minor", "is dated 2026-11-23T08:50:00+00:00, before the step it follows", also=["form"])
def test_a_date_that_nobody_else_told(desk: Plain, guilty: bool) -> str:
    desk.open()
    at, event = ("08:50", "import") if guilty else ("09:50", "note")
    return desk.step("note", entry("n1", "note", "They rang."), at=at, event=event)
