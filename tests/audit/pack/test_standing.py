"""Which cases a period holds: by what stands of each; nobody drops one by leaving in its file what was voided."""

from __future__ import annotations

from pathlib import Path

import pytest

from casectl.audit.pack.cases import Listed, Period, cases_table
from casectl.audit.pack.evidence import gather, states
from casectl.audit.pack.manifest import Inputs
from casectl.reports.table import Cell
from casectl.store.repo import find_repo
from tests.audit.plain import ID, Plain, begin, entry
from tests.cli.conftest import moment_of

SINCE, UNTIL = "2026-11-25 00:00", "2026-11-27 00:00"
SOLVED = {"status": "resolved", "resolution": "A new password."}


@pytest.fixture
def desk(tmp_path: Path) -> Plain:
    return begin(tmp_path / "desk")


def line(desk: Plain) -> tuple[dict[str, Cell], int]:
    """What `cases.csv` says of the one case, and how many rows the population has."""
    inputs = Inputs(Period(moment_of(SINCE), moment_of(UNTIL)), moment_of(UNTIL))
    evidence = gather(find_repo(desk.root), desk.head, inputs)
    cases: list[Listed] = evidence.cases
    return dict(cases_table(cases).rows[0]), sum(states(evidence).values())


def closed(desk: Plain) -> str:
    desk.open()
    desk.step("take", at="09:10", status="assigned", assignee="sam")
    return desk.step("close", at="09:20", who="lee", status="closed")


def test_a_case_that_was_closed_before(desk: Plain) -> None:
    closed(desk)
    row, counted = line(desk)
    assert (row["in_period"], row["closed_at"], counted) == ("closed before", "2026-11-23T09:20:00+00:00", 0)


@pytest.mark.parametrize("restored", [{}, {"status": "assigned"}], ids=["left in the file", "put back"])
def test_a_close_that_was_taken_back(desk: Plain, restored: dict[str, str]) -> None:
    """It is open, and late, whatever its file says."""
    done = closed(desk)
    desk.step("undo", entry("v1", "void", void=done, reason="x"), at="09:30", who="lee", **restored)
    row, counted = line(desk)
    assert (row["in_period"], row["closed_at"], counted) == ("yes", None, 2)
    assert (row["status"], row["phase"]) == ("assigned", "active")


@pytest.mark.parametrize("restored", [{}, {"status": "closed"}], ids=["left in the file", "put back"])
def test_a_reopening_that_was_taken_back_within_the_period(desk: Plain, restored: dict[str, str]) -> None:
    """It was open until then, and a report of those days showed it."""
    desk.open()
    desk.step("resolve", **SOLVED)
    desk.step("close", who="lee", status="closed")
    again = desk.step("reopen", entry("n1", "note", "Again."), at="2026-11-24 09:00", status="assigned")
    back = entry("v1", "void", void="n1", reason="Another case.")
    assert desk.step("undo", back, at="2026-11-26 09:00", who="lee", **restored) != again
    row, counted = line(desk)
    assert (row["in_period"], row["closed_at"], row["phase"]) == ("yes", "2026-11-26T09:00:00+00:00", "closed")
    assert counted == 2


def test_a_case_that_was_taken_back_as_a_whole(desk: Plain) -> None:
    desk.open()
    desk.step("undo", entry("v1", "void", void=ID, reason="A test."), at="09:30", status="closed")
    row, counted = line(desk)
    assert (row["in_period"], row["closed_at"], counted) == ("closed before", "2026-11-23T09:30:00+00:00", 0)
