"""Steps that arrived long after they are said to have been taken."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.audit.plain import OTHER, ROBOT, Plain, begin, entry
from tests.audit.stories import twins

NOTE, ANSWER = entry("n1", "note", "They rang."), entry("a1", "response", "We look.")
ASKED = entry("n2", "note", "They rang again.")


@pytest.fixture
def desk(tmp_path: Path) -> Plain:
    return begin(tmp_path / "desk")


def apart(desk: Plain, answered: str, merged: str) -> str:
    """Somebody answered in a clone of theirs, which was united with ours later; gives the merge."""
    begun = desk.open()
    theirs = desk.step("respond", ANSWER, at=answered, who="jo")
    desk.go(begun)
    desk.step("note", NOTE, at="2026-11-23 09:30")
    return desk.merge(theirs, at=merged)


@twins("late-merge", "observation", "brought 1 commit of 1 case, the oldest 12 h 1 m old: until then one side did")
def test_an_answer_of_long_ago(desk: Plain, guilty: bool) -> str:
    """The desk allows twelve hours for what is claimed."""
    return apart(desk, "09:59" if guilty else "10:00", "22:00")


@twins("late-merge", "observation", "brought 3 commits of 2 cases, the oldest 2 d old", case=None)
def test_the_oldest_counts(desk: Plain, guilty: bool) -> str:
    """Each commit is counted by the merge that brought it first."""
    desk.open()
    desk.open(OTHER, at="09:05")
    both = desk.head
    theirs = desk.step("respond", ANSWER, at="2026-11-23 10:00" if guilty else "2026-11-25 09:50", who="jo")
    theirs = desk.step("note", ASKED, at="2026-11-25 09:55", who="jo")
    theirs = desk.step("note", NOTE, case=OTHER, at="2026-11-25 09:58", who="jo")
    desk.go(both)
    desk.step("note", entry("n3", "note", "All quiet."), at="2026-11-25 09:59")
    merged = desk.merge(theirs, at="2026-11-25 10:00")
    desk.step("note", entry("n4", "note", "Quiet still."), at="2026-11-25 10:01")
    return merged


def test_a_log_of_another_system_and_files_that_are_no_case(desk: Plain) -> None:
    """What an import tells is as old as that system says, and was never here before."""
    begun = desk.commit({"cases/A.md": "A.\n"}, "A")
    desk.commit({"cases/B.md": "B.\n"}, "B", at="08:10")
    opened = desk.open(OTHER, at="2026-11-23 08:20")
    desk.take_over(at="2026-11-23 08:25")
    theirs = desk.step("import", NOTE, at="2026-11-23 08:30", who=ROBOT)
    desk.go(begun)
    desk.commit({"cases/C.md": "C.\n"}, "C", at="2026-11-27 08:00")
    files = {"cases/A.md": "A.\n", "cases/B.md": "B.\n", "cases/C.md": "C.\n"}
    desk.merge(theirs, files=files, at="2026-11-27 09:00")
    rows = [row for row in desk.review().table.rows if row["code"] == "late-merge"]
    assert [row["finding"].partition(",")[0] for row in rows] == ["brought 1 commit of 1 case"], opened
