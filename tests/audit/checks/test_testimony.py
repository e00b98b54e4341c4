"""Cases for which another system's log speaks."""

from __future__ import annotations

from pathlib import Path

from tests.audit.plain import ID, OTHER, ROBOT, Plain, begin, entry
from tests.audit.stories import twins

ANSWER = entry("r1", "response", "We look.")


@twins("testimony", "observation", "ends 2 steps of 2 cases told by the log of old", case=None)
def test_cases_that_were_taken_over(desk: Plain, guilty: bool) -> str:
    """One finding for all of them."""
    take_over = desk.take_over if guilty else desk.open
    take_over(ID)
    return take_over(OTHER, at="10:00")


@twins("testimony", "observation", "ends 1 step of 1 case told by the log of old", case=None, always=["testimony"])
def test_what_was_taken_over_since(desk: Plain, guilty: bool) -> str:
    """It is a finding of its own: whoever accepted the first saw nothing of it."""
    desk.take_over(ID)
    desk.commit({"cases/README.md": "More cases.\n"}, "Words")
    return desk.take_over(OTHER, at="10:00") if guilty else desk.open(OTHER, at="10:00")


def test_what_is_taken_over_next_is_accepted_by_nobody(tmp_path: Path) -> None:
    """One import that goes on where another ended is one with it, and no longer the same finding."""
    desk = begin(tmp_path / "desk")
    desk.take_over(ID)
    (first,) = desk.review().table.rows
    desk.step("import", ANSWER, who=ROBOT)
    (both,) = desk.review().table.rows
    assert both["finding"] == "ends 2 steps of 1 case told by the log of old"
    assert both["id"] != first["id"]


@twins("form", "minor", "says that the log of old speaks for the case, and was not taken over from there")
def test_a_case_that_names_a_log_and_is_not_of_it(desk: Plain, guilty: bool) -> str:
    return desk.open(source="old" if guilty else None)


@twins(
    "form",
    "minor",
    "says that another system's log told it, and that log speaks for the case no more",
    always=["testimony"],
    also=["stranger", "illegal-move", "precondition", "role"],
)
def test_a_log_that_went_on_after_the_desk_had_begun(desk: Plain, guilty: bool) -> str:
    """From then on the desk's own rules hold for every step."""
    desk.take_over()
    if guilty:
        desk.step("note", entry("n1", "note", "They rang."))
    return desk.step("import", at="10:30", who=ROBOT, status="closed")


@twins("form", "minor", "says that another system's log told it, and no such log speaks for the case")
def test_a_step_that_nobody_else_told(desk: Plain, guilty: bool) -> str:
    """Of what is told by another log, nobody here is asked. So it has to be that."""
    desk.open()
    return desk.step("import" if guilty else "note", entry("n1", "note", "They rang."))


@twins("clock-back", "minor", "is dated 2026-11-23T08:50:00+00:00, before its parent", also=["form"])
def test_a_date_that_nobody_else_told(desk: Plain, guilty: bool) -> str:
    desk.open()
    at, event = ("08:50", "import") if guilty else ("09:50", "note")
    return desk.step(event, entry("n1", "note", "They rang."), at=at)


@twins("clock-back", "minor", "before its parent", also=["form", "stranger"])
def test_a_date_before_another_case_that_nobody_else_told(desk: Plain, guilty: bool) -> str:
    desk.open(at="08:10")
    desk.open(OTHER, at="09:00")
    at, event, who = ("08:30", "import", ROBOT) if guilty else ("09:30", "note", "sam")
    return desk.step(event, entry("n1", "note", "They rang."), at=at, who=who)
