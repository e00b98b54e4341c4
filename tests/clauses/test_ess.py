"""The ESS guide, clause by clause. The desk: London time, 08:00–18:00 Monday to Friday; 2026-11-23 is a Monday."""

from __future__ import annotations

import pytest

from casectl.desk.verbs.close import close
from casectl.desk.verbs.confirm import confirm
from casectl.desk.verbs.confirm_path import confirm_path
from casectl.desk.verbs.hold import hold
from casectl.desk.verbs.reopen import reopen
from casectl.desk.verbs.resolve import resolve
from casectl.desk.verbs.respond import respond
from casectl.desk.verbs.resume import resume
from casectl.desk.verbs.take import take
from casectl.desk.verbs.triage import triage
from casectl.desk.verbs.update import update
from casectl.model.problems import NotAllowed, UsageMistake
from casectl.sla.guards import findings
from casectl.sla.opentime import open_time
from tests.clauses.case_story import HOUR, CaseStory, story


def open_hours(day: str) -> float:
    desk = story("ess")
    first, last = desk.instant(f"{day} 00:00"), desk.instant(f"{day} 23:59")
    return open_time(desk.policy.calendars["desk"], first, last).between(first, last) / HOUR


@pytest.mark.parametrize(
    ("day", "hours"),
    [
        ("2026-11-23", 10),  # a Monday
        ("2026-11-27", 10),  # a Friday
        ("2026-11-28", 0),  # a Saturday
        ("2026-12-25", 0),  # Christmas Day
        ("2026-12-28", 0),  # Boxing Day, observed
        ("2026-08-31", 0),  # summer bank holiday of England
        ("2026-10-26", 10),  # the Monday after the clocks went back
    ],
)
def test_ess_01_desk_hours_and_public_holidays(day: str, hours: float) -> None:
    assert open_hours(day) == hours


def test_ess_01_hours_are_half_open() -> None:
    desk = story("ess")
    hours = open_time(desk.policy.calendars["desk"], desk.instant("2026-11-23 00:00"), desk.instant("2026-11-24 00:00"))
    assert hours.is_open(desk.instant("2026-11-23 08:00"))
    assert not hours.is_open(desk.instant("2026-11-23 18:00"))


def test_ess_06_the_clock_starts_with_the_reference_not_with_the_call() -> None:
    case = story("ess").at("2026-11-23 09:30").open(channel="phone", received="2026-11-23 09:00", priority="p2")
    assert case.local(case.row("resolution").started_at) == "2026-11-23 09:30"


def test_ess_06_a_fault_that_monitoring_found_counts_from_its_detection() -> None:
    case = story("ess").at("2026-11-23 09:30").open(channel="monitoring", detected="2026-11-23 09:12", priority="p1")
    row = case.row("resolution")
    assert case.local(row.started_at) == "2026-11-23 09:12"
    assert case.local(row.due_at) == "2026-11-23 13:12"


def test_ess_08_mail_at_night_counts_as_received_at_opening_time() -> None:
    case = story("ess").at("2026-11-23 09:00").open(channel="email", received="2026-11-21 22:15")
    assert case.local(case.row("logging").started_at) == "2026-11-23 08:00"


def test_ess_08_mail_within_hours_counts_at_once() -> None:
    case = story("ess").at("2026-11-23 11:00").open(channel="email", received="2026-11-23 10:10")
    assert case.local(case.row("logging").started_at) == "2026-11-23 10:10"


@pytest.mark.parametrize(("logged", "state"), [("2026-11-24 10:00", "met"), ("2026-11-24 10:01", "breached")])
def test_ess_09_mail_is_logged_within_a_working_day(logged: str, state: str) -> None:
    case = story("ess").at(logged).open(channel="email", received="2026-11-23 10:00")
    row = case.row("logging")
    assert (row.state, row.clause) == (state, ("ESS-09",))
    assert case.local(row.due_at) == "2026-11-24 10:00"


def test_ess_09_a_call_is_logged_while_it_lasts_and_owes_nothing_more() -> None:
    assert story("ess").at("2026-11-23 09:00").open(channel="phone").rows("logging") == []


DEFAULTS = {
    "fault": "p4", "information-request": "p4", "service-request": "p4", "feature-request": "p5",
    "change-request": "p5", "complaint": "p3", "service-concern": "p4",
}  # fmt: skip


@pytest.mark.parametrize(("kind", "priority"), DEFAULTS.items())
def test_ess_10_each_type_has_its_default_priority(kind: str, priority: str) -> None:
    assert story("ess").at("2026-11-23 09:00").open(type=kind).case.priority == priority
    assert story("ess").policy.types[kind].priority == priority, "the rubric says so too, but the table decides"
    assert set(story("ess").policy.types) == set(DEFAULTS)


def raised(by: str, at: str, to: str = "p2") -> CaseStory:
    """A fault of Monday 09:00, p4 by default, rated by somebody at that time."""
    return story("ess").at("2026-11-23 09:00").open().by(by).at(at).do(triage, to)


def found(case: CaseStory) -> list[str]:
    """What an audit would find about the raises of a case."""
    return [problem.message for problem in findings(case.timeline, case.terms, case.now, {})]


def test_ess_10_the_team_leader_may_raise_it_within_half_an_hour() -> None:
    case = raised("lee", "2026-11-23 09:30")
    assert (case.case.priority, case.change.warnings, found(case)) == ("p2", (), [])


def test_ess_10_a_second_later_it_is_a_finding() -> None:
    case = raised("lee", "2026-11-23 09:30:01")
    assert case.case.priority == "p2", "it counts all the same"
    assert ["an audit finding" in warning for warning in case.change.warnings] == [True]
    assert ["more than 30 minutes after the opening" in message for message in found(case)] == [True]
    assert "ESS-10" in found(case)[0]


@pytest.mark.parametrize("person", ["sam", "ada"])
def test_ess_10_by_somebody_else_it_is_a_finding(person: str) -> None:
    case = raised(person, "2026-11-23 09:10")
    assert ["an audit finding" in warning for warning in case.change.warnings] == [True]
    assert ["without the role team-leader" in message for message in found(case)] == [True]


@pytest.mark.parametrize("to", ["p4", "p5"])
def test_ess_10_anybody_may_leave_it_or_lower_it_at_any_time(to: str) -> None:
    case = raised("sam", "2026-11-24 15:00", to)
    assert (case.change.warnings, found(case)) == ((), [])


def test_ess_10_back_to_what_it_was_opened_with_is_no_raise() -> None:
    """Lowered to p5 by mistake and put back to p4 the next day: never above the default."""
    case = raised("sam", "2026-11-23 15:00", "p5").at("2026-11-24 09:00").do(triage, "p4")
    assert (case.change.warnings, found(case)) == ((), [])


@pytest.mark.parametrize(
    ("priority", "due"),
    [
        ("p1", "2026-11-23 13:00"),
        ("p2", "2026-11-24 09:00"),
        ("p3", "2026-11-26 09:00"),
        ("p4", "2026-11-27 09:00"),
        ("p5", "2026-11-30 09:00"),
    ],
)
def test_ess_11_each_priority_has_its_time(priority: str, due: str) -> None:
    case = story("ess").at("2026-11-23 09:00").open(priority=priority)
    row = case.row("resolution")
    assert case.local(row.due_at) == due
    assert "ESS-11" in row.clause
    in_time = case.at(due).do(resolve, "Mended.")
    assert in_time.row("resolution").state == "met"
    late = case.at("2026-11-30 09:01").do(resolve, "Mended.")
    assert late.row("resolution").state == "breached"


def test_ess_11_working_days_leave_out_weekends_and_holidays() -> None:
    """Wed 23 Dec 10:00 + 3 working days: Thu 24; 25 and 28 are holidays; Tue 29, Wed 30."""
    case = story("ess").at("2026-12-23 10:00").open(priority="p3")
    assert case.local(case.row("resolution").due_at) == "2026-12-30 10:00"


def test_ess_11_a_raise_counts_from_the_original_start() -> None:
    """P3 on Monday 09:00, raised to P1 on Tuesday 09:00: ten hours have gone, four were allowed."""
    case = story("ess").at("2026-11-23 09:00").open(priority="p3").at("2026-11-24 09:00").do(triage, "p1")
    row = case.row("resolution", "2026-11-24 10:00")
    assert row.state == "breached"
    assert case.local(row.breached_at) == "2026-11-24 09:00"
    assert case.local(row.due_at) == "2026-11-23 13:00"
    lowered = case.at("2026-11-24 11:00").do(triage, "p4")
    assert lowered.row("resolution").state == "breached", "a breach once happened is a fact"


THREE_TO_FIVE = [("p3", "2026-11-26 09:00"), ("p4", "2026-11-27 09:00"), ("p5", "2026-11-30 09:00")]


@pytest.mark.parametrize(("priority", "due"), THREE_TO_FIVE)
@pytest.mark.parametrize("path", ["a", "b", "c", "d"])
def test_ess_12_a_fault_that_needs_development_has_met_its_target_with_a_path(
    priority: str, due: str, path: str
) -> None:
    """Confirmed in time it is met though nothing is mended yet; a second later it is late."""
    case = story("ess").at("2026-11-23 09:00").open(priority=priority)
    confirmed = case.at(due).do(confirm_path, path, "The developers say so.")
    row = confirmed.row("resolution", "2026-12-18 09:00")
    assert (row.state, confirmed.local(row.stopped_at)) == ("met", due)
    assert "ESS-12" in row.clause
    late = case.at(f"{due}:01").do(confirm_path, path, "The developers say so.")
    assert late.state("resolution") == "breached"


@pytest.mark.parametrize("priority", ["p1", "p2"])
def test_ess_12_the_most_urgent_have_to_be_resolved(priority: str) -> None:
    case = story("ess").at("2026-11-23 09:00").open(priority=priority)
    case = case.at("2026-11-23 10:00").do(confirm_path, "b", "At once.")
    assert (case.row("resolution").stopped_at, case.state("resolution", "2026-11-24 09:00:01")) == (None, "breached")


def test_ess_12_an_update_that_names_no_path_is_not_enough() -> None:
    case = story("ess").at("2026-11-23 09:00").open(priority="p3").at("2026-11-23 10:00").do(update, "Being looked at.")
    assert case.state("resolution", "2026-11-26 09:00:01") == "breached"


def test_ess_12_there_are_four_paths() -> None:
    case = story("ess").at("2026-11-23 09:00").open(priority="p3")
    assert list(case.policy.paths) == ["a", "b", "c", "d"]
    with pytest.raises(UsageMistake):
        case.do(confirm_path, "e", "Some day.")


def test_ess_13_a_feature_request_is_reviewed_in_time() -> None:
    """Five working days from Monday 09:00: an update says by then whether it is on the list, or the case is closed."""
    case = story("ess").at("2026-11-23 09:00").open(type="feature-request")
    row = case.row("resolution")
    assert case.local(row.due_at) == "2026-11-30 09:00"
    assert "ESS-13" in row.clause
    reviewed = case.at("2026-11-30 09:00").do(update, "On the list for development.")
    assert reviewed.state("resolution") == "met"
    assert case.at("2026-11-30 09:00:01").do(update, "On the list.").state("resolution") == "breached"
    closed = case.at("2026-11-25 09:00").do(resolve, "Not pursued.").do(update, "Not pursued.").do(close)
    assert (closed.state("resolution"), closed.case.status) == ("met", "closed")


def test_ess_13_a_change_request_is_confirmed_in_time() -> None:
    case = story("ess").at("2026-11-23 09:00").open(type="change-request")
    assert case.due("resolution") == "2026-11-30 09:00"
    confirmed = case.at("2026-11-30 09:00").do(confirm, "A valid change; done by the end of December.")
    assert confirmed.state("resolution") == "met"
    assert "ESS-13" in confirmed.row("resolution").clause
    late = case.at("2026-11-30 09:00:01").do(confirm, "A valid change.")
    assert late.state("resolution") == "breached"


def test_ess_13_most_changes_are_done_in_fifteen_working_days() -> None:
    """A goal, from Monday 09:00 to Monday 14 December 09:00, which is 150 open hours. Past it nothing is breached."""
    case = story("ess").at("2026-11-23 09:00").open(type="change-request")
    row = case.row("completion", "2026-12-18 09:00")
    assert (row.goal_seconds, row.limit_seconds, row.clause) == (150 * HOUR, None, ("ESS-13",))
    assert (row.state, row.breached_at, row.elapsed_seconds) == ("untargeted", None, 190 * HOUR)
    held = case.at("2026-11-23 10:00").do(hold, "customer").row("completion", "2026-12-18 09:00")
    assert held.elapsed_seconds == HOUR
    assert story("ess").at("2026-11-23 09:00").open(type="fault").rows("completion") == []


def open_p1() -> CaseStory:
    """A P1 of Monday 16:30: an hour and a half of desk hours before closing."""
    return story("ess").at("2026-11-23 16:30").open(priority="p1").at("2026-11-23 16:35").do(take)


def test_ess_14_an_open_p1_is_worked_on_past_closing() -> None:
    row = open_p1().row("resolution", "2026-11-23 19:00")
    assert open_p1().local(row.due_at) == "2026-11-23 20:30"
    assert row.elapsed_seconds == 2.5 * HOUR
    assert open_p1().row("resolution", "2026-11-23 20:31").state == "breached"


def test_ess_14_other_priorities_rest_at_night() -> None:
    case = story("ess").at("2026-11-23 17:00").open(priority="p2")
    assert case.row("resolution", "2026-11-24 07:00").elapsed_seconds == HOUR


def test_ess_14_the_clock_stops_when_the_customer_cannot_test_and_closed_hours_then_do_not_count() -> None:
    """Held at 19:00 (2.5 h used), taken up at 21:00: the night is closed time again; 1.5 h are left from 08:00."""
    case = open_p1().at("2026-11-23 19:00").do(hold, "customer-unavailable")
    assert case.row("resolution", "2026-11-23 20:00").state == "paused"
    case = case.at("2026-11-23 21:00").do(resume)
    row = case.row("resolution", "2026-11-23 23:00")
    assert row.elapsed_seconds == 2.5 * HOUR
    assert case.local(row.due_at) == "2026-11-24 09:30"
    assert "ESS-14" in row.clause


def test_ess_17_five_priorities_by_impact() -> None:
    assert list(story("ess").policy.priorities) == ["p1", "p2", "p3", "p4", "p5"]
    assert all("ESS-17" in priority.clause for priority in story("ess").policy.priorities.values())


def test_ess_17_an_unrated_fault_has_the_default_of_its_type() -> None:
    case = story("ess").at("2026-11-23 09:00").open(type="feature-request")
    assert case.case.priority == "p5"
    assert not case.case.log, "a default is nobody's triage"


def test_ess_18_the_life_of_a_case() -> None:
    case = story("ess").at("2026-11-23 09:00").open()
    assert case.case.status == "open"
    case = case.at("2026-11-23 09:05").do(take)
    assert case.case.status == "assigned"
    case = case.at("2026-11-23 09:30").do(hold, "customer")
    assert (case.case.status, case.case.text("waiting_for")) == ("on-hold", "customer")
    case = case.at("2026-11-23 10:00").do(resume)
    assert (case.case.status, case.case.text("waiting_for")) == ("assigned", None)
    case = case.at("2026-11-23 11:00").do(resolve, "Mended.").at("2026-11-23 12:00").do(reopen)
    assert case.case.status == "assigned"
    case = case.at("2026-11-23 13:00").do(resolve, "Mended.").at("2026-11-25 12:00").do(close)
    assert case.case.status == "closed"
    with pytest.raises(NotAllowed):
        case.at("2026-11-26 09:00").do(reopen)


@pytest.mark.parametrize("priority", ["p1", "p2", "p3", "p4", "p5"])
def test_ess_18_waiting_for_the_customer_stops_the_clock_of_every_priority(priority: str) -> None:
    case = story("ess").at("2026-11-23 09:00").open(priority=priority).at("2026-11-23 10:00").do(hold, "customer")
    row = case.row("resolution", "2026-11-25 10:00")
    assert (row.state, row.elapsed_seconds, row.due_at) == ("paused", HOUR, None)


def test_ess_18_waiting_for_somebody_else_does_not() -> None:
    case = story("ess").at("2026-11-23 09:00").open(priority="p2").at("2026-11-23 10:00").do(hold, "supplier")
    assert case.row("resolution", "2026-11-23 12:00").elapsed_seconds == 3 * HOUR


def test_ess_18_resolved_has_two_faces() -> None:
    states = story("ess").policy.states
    assert [name for name, state in states.items() if state.phase == "resolved"] == ["resolved", "resolved-waiting"]
    case = (
        story("ess").at("2026-11-23 09:00").open().at("2026-11-23 10:00").do(resolve, "Try it.", to="resolved-waiting")
    )
    assert case.row("resolution").state == "met"


@pytest.mark.parametrize("channel", ["form", "letter", "portal"])
def test_ess_23_a_complaint_is_answered_within_three_working_days(channel: str) -> None:
    case = story("ess").at("2026-11-23 09:00").open(type="complaint", channel=channel)
    row = case.row("complaint-response")
    assert (case.local(row.due_at), row.clause) == ("2026-11-26 09:00", ("ESS-23",))
    assert case.rows("resolution") == [], "a complaint is answered, not repaired"


def test_ess_23_a_holding_answer_counts_and_a_note_does_not() -> None:
    case = story("ess").at("2026-11-23 09:00").open(type="complaint", channel="letter")
    answered = case.at("2026-11-25 17:00").do(respond, "We are looking into it.", "complaint")
    assert answered.row("complaint-response").state == "met"
    assert case.row("complaint-response", "2026-11-26 09:01").state == "breached"


def test_ess_23_a_complaint_climbs_its_own_ladder() -> None:
    ladder = story("ess").policy.ladder_for("complaint")
    assert ladder is not None
    assert ladder.levels[-1].role == "client-director"
