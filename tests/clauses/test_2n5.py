"""The 2N5 support policy, clause by clause. Toronto time; business days 09:00–17:00 Monday to Friday."""

from __future__ import annotations

import pytest

from casectl.desk.verbs.escalate import escalate
from casectl.desk.verbs.hold import hold
from casectl.desk.verbs.resolve import resolve
from casectl.desk.verbs.respond import respond
from casectl.desk.verbs.update import update
from tests.clauses.case_story import HOUR, MINUTE, story


def test_2n5_07_an_escalation_is_answered_within_a_business_day() -> None:
    """Escalated Friday 15:00: due Monday 15:00; an ordinary response to the customer is no answer to it."""
    case = story("2n5").at("2026-11-20 10:00").open(priority="minor")
    assert case.rows("escalation-response") == []
    case = case.at("2026-11-20 15:00").do(escalate, "Reception cannot take calls.")
    row = case.row("escalation-response")
    assert (case.local(row.due_at), row.clause) == ("2026-11-23 15:00", ("2N5-07",))
    case = case.at("2026-11-20 16:00").do(respond, "Working on it.")
    assert case.row("escalation-response").state == "running"
    assert case.row("escalation-response", "2026-11-23 15:01").state == "breached"
    case = case.at("2026-11-23 14:59").do(respond, "A senior engineer has it.", "escalation")
    assert case.row("escalation-response").state == "met"


def test_2n5_07_each_escalation_is_owed_its_own_answer() -> None:
    case = story("2n5").at("2026-11-23 10:00").open(priority="minor")
    case = case.at("2026-11-23 11:00").do(escalate, "No progress.")
    case = case.at("2026-11-23 12:00").do(respond, "Seen.", "escalation")
    case = case.at("2026-11-24 12:00").do(escalate, "Still none.")
    first, second = case.rows("escalation-response", "2026-11-26 09:00")
    assert (first.state, second.state) == ("met", "breached")


def test_2n5_07_is_watched_at_any_hour_but_counts_in_business_days() -> None:
    """Escalated on Saturday night: the day begins Monday 09:00 and is over Tuesday 09:00."""
    case = story("2n5").at("2026-11-20 10:00").open(priority="minor").at("2026-11-21 23:00").do(escalate, "Down.")
    assert case.local(case.row("escalation-response").due_at) == "2026-11-24 09:00"


@pytest.mark.parametrize(
    ("priority", "due", "limit"),
    [
        ("critical", "2026-11-22 03:15", 15 * MINUTE),
        ("major", "2026-11-22 03:30", 30 * MINUTE),
        ("minor", "2026-11-24 09:00", 8 * HOUR),
    ],
)
def test_2n5_08_first_response_from_submission(priority: str, due: str, limit: int) -> None:
    """On a Sunday at 03:00: minutes run round the clock, the business day waits for Monday."""
    case = story("2n5").at("2026-11-22 03:10").open(priority=priority, received="2026-11-22 03:00")
    row = case.row("response")
    assert (case.local(row.due_at), row.limit_seconds, row.clause) == (due, limit, ("2N5-08",))
    assert case.local(row.started_at) == "2026-11-22 03:00"


@pytest.mark.parametrize(("answered", "state"), [("2026-11-23 10:15", "met"), ("2026-11-23 10:16", "breached")])
def test_2n5_08_the_limit_itself_is_in_time(answered: str, state: str) -> None:
    case = story("2n5").at("2026-11-23 10:00").open(priority="critical").at(answered).do(respond, "On it.")
    assert case.row("response").state == state


def test_2n5_08_an_automatic_word_is_no_response() -> None:
    case = story("2n5").at("2026-11-23 10:00").open(priority="major").at("2026-11-23 10:05").do(update, "Queued.")
    assert case.row("response").state == "running"


def test_2n5_08_a_business_day_is_ontarios() -> None:
    """Received on 24 December at 16:00; 25 and 28 (Boxing Day, observed) are holidays, so is the weekend."""
    case = story("2n5").at("2026-12-24 16:00").open(priority="minor")
    assert case.local(case.row("response").due_at) == "2026-12-29 16:00"


@pytest.mark.parametrize(("priority", "goal", "limit"), [("critical", 1, 2), ("major", 4, 8), ("minor", None, 72)])
def test_2n5_09_past_the_goal_is_at_risk_and_past_the_limit_is_late(
    priority: str, goal: int | None, limit: int
) -> None:
    case = story("2n5").at("2026-11-23 00:00").open(priority=priority)
    row = case.row("resolution")
    assert (row.goal_seconds, row.limit_seconds) == (goal and goal * HOUR, limit * HOUR)
    assert row.clause == ("2N5-09",)
    assert row.state == "running"
    if goal:
        assert case.row("resolution", f"2026-11-23 {goal:02}:01").state == "at-risk"
    over = story("2n5").at("2026-11-26 00:01").instant("2026-11-26 00:01")
    assert over > (row.due_at or 0)
    assert case.row("resolution", "2026-11-26 00:01").state == "breached"


def test_2n5_09_runs_at_night_and_at_weekends() -> None:
    case = story("2n5").at("2026-11-21 22:00").open(priority="major").at("2026-11-22 05:59").do(resolve, "Rolled back.")
    assert case.row("resolution").state == "met"
    assert case.row("resolution").elapsed_seconds == 8 * HOUR - MINUTE


def test_2n5_09_waiting_for_the_customer_does_not_stop_the_clock() -> None:
    """The reading of 2N5-10 in the policy: the source never says that it does."""
    case = story("2n5").at("2026-11-23 10:00").open(priority="major").at("2026-11-23 11:00").do(hold, "customer")
    row = case.row("resolution", "2026-11-23 14:30")
    assert (row.state, row.elapsed_seconds) == ("at-risk", 4.5 * HOUR)
