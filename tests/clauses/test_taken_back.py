"""Steps taken back with `undo` on the shipped policies: as if they had never been, and shown to have been.

The ESS desk is open 08:00-18:00 in London, Monday to Friday; 2026-11-23 is a Monday.
"""

from __future__ import annotations

import pytest

from casectl.desk.verbs.confirm_path import confirm_path
from casectl.desk.verbs.escalate import escalate
from casectl.desk.verbs.exempt import exempt
from casectl.desk.verbs.hold import hold
from casectl.desk.verbs.promise import promise
from casectl.desk.verbs.resolve import resolve
from casectl.desk.verbs.resume import resume
from casectl.desk.verbs.triage import triage
from casectl.desk.verbs.undo import undo
from tests.clauses.case_story import HOUR, CaseStory, story


def fault(priority: str) -> CaseStory:
    return story("ess").at("2026-11-23 09:00").open(priority=priority)


@pytest.mark.parametrize("note", ["Asked for a name.", None])
def test_a_hold_taken_back_never_paused_anything(note: str | None) -> None:
    """Held at 10:00 by mistake, taken back at 12:00: three hours have counted at noon, whether a note went with the
    hold or not, and a working day from Monday 09:00 ends on Tuesday at 09:00."""
    case = fault("p2").at("2026-11-23 10:00").do(hold, "customer", note)
    assert case.state("resolution", "2026-11-23 11:00") == "paused"
    case = case.at("2026-11-23 12:00").do(undo, "It was another case.")
    row = case.row("resolution")
    assert (row.state, row.elapsed_seconds, row.paused_seconds) == ("running", 3 * HOUR, 0)
    assert case.local(row.due_at) == "2026-11-24 09:00"
    assert case.case.status == "open"


def test_a_hold_further_back_is_named_by_its_note() -> None:
    case = fault("p1").at("2026-11-23 10:00").do(hold, "customer", "Asked for a name.")
    name = case.entry.id
    case = case.at("2026-11-23 12:00").do(resume).at("2026-11-23 14:00").do(undo, "Nobody was asked.", name)
    row = case.row("resolution")
    assert (row.state, case.local(row.breached_at), row.paused_seconds) == ("breached", "2026-11-23 13:00", 0)


def test_a_path_confirmed_by_mistake_meets_nothing() -> None:
    case = fault("p3").at("2026-11-23 10:00").do(confirm_path, "a", "Works as ordered.")
    assert case.state("resolution", "2026-11-25 09:00") == "met"
    case = case.at("2026-11-27 09:00").do(undo, "It does not.")
    assert (case.state("resolution"), case.local(case.row("resolution").breached_at)) == (
        "breached",
        "2026-11-26 09:00",
    )


def test_a_rating_taken_back_overturns_the_breach_that_it_brought() -> None:
    case = fault("p4").by("lee").at("2026-11-23 15:00").do(triage, "p1")
    assert case.state("resolution") == "breached"
    row = case.at("2026-11-23 16:00").do(undo, "Wrong case.").row("resolution")
    assert (row.state, row.breached_at) == ("running", None)
    assert row.overturned is not None
    assert case.local(row.overturned.breached_at) == "2026-11-23 15:00"


def test_an_escalation_taken_back_is_owed_no_answer() -> None:
    case = story("2n5").at("2026-11-23 10:00").open().at("2026-11-23 11:00").do(escalate, "No progress.")
    case = case.at("2026-11-23 12:00").do(undo, "Wrong case.")
    assert case.state("escalation-response", "2026-11-27 10:00") == "withdrawn"
    assert case.case.level == 1


def test_a_solution_taken_back_was_none() -> None:
    """Resolved at 10:00 in the wrong case, taken back at 12:00: the two hours were not a solved spell but work undone.
    Four hours from 09:00 end at 13:00."""
    case = fault("p1").at("2026-11-23 10:00").do(resolve, "Restarted.")
    case = case.at("2026-11-23 12:00").do(undo, "Wrong case.")
    assert (case.due("resolution"), case.row("resolution").elapsed_seconds) == ("2026-11-23 13:00", 3 * HOUR)


def test_a_promise_that_was_not_kept_after_all() -> None:
    case = story("expereo").at("2026-11-23 10:00").open(service="head-office")
    case = case.do(promise, due="2h", kind="call-back", message="A call.")
    name = str(case.record("commitments")["id"])
    case = case.at("2026-11-23 11:00").do(promise, kept=name).at("2026-11-23 11:05").do(undo, "Nobody picked up.")
    assert (case.state("commitment"), case.due("commitment")) == ("running", "2026-11-23 12:00")
    assert case.state("commitment", "2026-11-23 12:00:01") == "breached"
    again = case.at("2026-11-23 11:50").do(promise, kept=name)
    assert again.local(again.row("commitment").stopped_at) == "2026-11-23 11:50"


def test_a_promise_taken_back_is_owed_nothing() -> None:
    case = story("expereo").at("2026-11-23 10:00").open(service="head-office")
    case = case.do(promise, due="2h", kind="call-back", message="A call.").do(undo, "Wrong case.")
    row = case.row("commitment", "2026-11-24 10:00")
    assert (row.state, row.owed) == ("withdrawn", False)


def test_an_exemption_taken_back_exempts_nothing() -> None:
    """Four hours from 10:00, an hour and a half exempt. Taken back at 15:00, when it was in time for that alone."""
    case = story("expereo").at("2026-11-23 10:00").open(service="head-office").at("2026-11-23 13:00")
    times = {"begins": "2026-11-23 11:00", "until": "2026-11-23 12:30"}
    case = case.do(exempt, "customer-information", approved_by="zoe", **times)
    assert case.state("resolution", "2026-11-23 15:00") == "exempt"
    row = case.at("2026-11-23 15:00").do(undo, "Their address was right.").row("resolution")
    assert (row.state, case.local(row.breached_at), row.exempt_seconds) == ("breached", "2026-11-23 14:00", 0)


def test_a_case_opened_twice_promises_nothing_and_may_come_back() -> None:
    case = fault("p1").at("2026-11-23 15:00").do(undo, "Opened twice.")
    assert (case.figures().void, case.state("resolution")) == (True, "withdrawn")
    back = case.at("2026-11-23 16:00").do(undo, "It was another school's.", case.entry.id)
    assert (back.figures().void, back.state("resolution"), back.case.status) == (False, "breached", "open")
