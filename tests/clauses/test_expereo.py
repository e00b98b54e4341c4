"""The Expereo support manual, clause by clause. UTC, around the clock; 2026-11-23 is a Monday."""

from __future__ import annotations

import pytest

from casectl.desk.verbs.call import call
from casectl.desk.verbs.email import email
from casectl.desk.verbs.exempt import exempt
from casectl.desk.verbs.hold import hold
from casectl.desk.verbs.promise import promise
from casectl.desk.verbs.resolve import resolve
from casectl.desk.verbs.respond import respond
from casectl.desk.verbs.update import update
from casectl.model.problems import NotAllowed
from casectl.sla.opentime import open_time
from tests.clauses.case_story import HOUR, MINUTE, CaseStory, story

DAY = 24 * HOUR


def incident(at: str = "2026-11-23 10:00", customer: str = "acme", **options: object) -> CaseStory:
    """An incident at the customer's head office, opened then."""
    wanted = {"service": "head-office", "channel": "portal"} | options
    return story("expereo").of(customer).at(at).open(**wanted)


def planned(at: str = "2026-11-23 10:00") -> CaseStory:
    """A case about work to come."""
    return story("expereo").at(at).open(type="maintenance", channel="email")


@pytest.mark.parametrize("channel", ["portal", "api", "email", "phone"])
def test_exp_03_four_ways_in_at_any_hour(channel: str) -> None:
    case = incident("2026-12-25 03:00", channel=channel)
    hours = open_time(case.policy.calendars[case.policy.channels[channel].calendar], case.now, case.now)
    assert hours.is_open(case.now)


@pytest.mark.parametrize("channel", ["portal", "api", "email"])
@pytest.mark.parametrize(("opened", "state"), [("2026-11-23 10:00", "met"), ("2026-11-23 10:00:01", "breached")])
def test_exp_05_a_case_exists_on_submission(channel: str, opened: str, state: str) -> None:
    case = incident(opened, channel=channel, received="2026-11-23 10:00")
    assert (case.state("creation"), case.row("creation").clause) == (state, ("EXP-05",))


@pytest.mark.parametrize(("opened", "state"), [("2026-11-23 10:09", "met"), ("2026-11-23 10:09:01", "breached")])
def test_exp_05_or_at_the_end_of_the_call(opened: str, state: str) -> None:
    """A call of nine minutes that began at 10:00: the case is there at 10:09."""
    case = incident(opened, channel="phone", received="2026-11-23 10:00", minutes=9)
    row = case.row("creation")
    assert (row.state, case.local(row.started_at), row.limit_seconds) == (state, "2026-11-23 10:09", 0)


def test_exp_05_what_monitoring_finds_has_nobody_who_submits_it() -> None:
    assert incident(channel="monitoring", detected="2026-11-23 09:50").rows("creation") == []


@pytest.mark.parametrize("channel", ["portal", "api", "email", "phone", "monitoring"])
@pytest.mark.parametrize("kind", ["incident", "general-request"])
def test_exp_06_first_response_within_half_an_hour_whatever_the_channel(channel: str, kind: str) -> None:
    case = incident("2026-11-22 03:00", channel=channel, type=kind)
    assert (case.due("response"), case.row("response").clause) == ("2026-11-22 03:30", ("EXP-06",))
    assert case.at("2026-11-22 03:30").do(respond, "Looking.").state("response") == "met"
    assert case.at("2026-11-22 03:30:01").do(respond, "Looking.").state("response") == "breached"


def test_exp_06_it_counts_from_the_creation_and_not_from_the_mail() -> None:
    assert incident(channel="email", received="2026-11-23 09:00").due("response") == "2026-11-23 10:30"


@pytest.mark.parametrize(
    ("customer", "service", "due"),
    [
        ("acme", "head-office", "2026-11-23 14:00"),
        ("acme", "warehouse", "2026-11-23 18:00"),
        ("harbour", "head-office", "2026-11-23 16:00"),
        ("harbour", "pier-4", "2026-11-23 22:00"),  # no record of that service: the customer's own figure
    ],
)
def test_exp_07_the_time_to_repair_is_on_the_service_order(customer: str, service: str, due: str) -> None:
    case = incident(customer=customer, service=service)
    assert (case.due("resolution"), case.row("resolution").clause) == (due, ("EXP-07",))
    assert case.at(due).do(resolve, "Spliced.").state("resolution") == "met"
    assert case.at(f"{due}:01").do(resolve, "Spliced.").state("resolution") == "breached"


def test_exp_07_what_no_order_says_is_never_late_and_says_so() -> None:
    row = incident(service="pier-4").row("resolution", "2026-12-23 10:00")
    assert (row.state, row.due_at) == ("pending", None)
    assert "ttr" in row.reason


def test_exp_07_requests_have_no_time_to_repair() -> None:
    assert incident(type="general-request").state("resolution", "2026-12-23 10:00") == "untargeted"


def test_exp_07_waiting_stops_no_clock() -> None:
    """The reading in the policy: the manual never says that it does."""
    case = incident().at("2026-11-23 11:00").do(hold, "customer")
    assert case.due("resolution", "2026-11-23 13:00") == "2026-11-23 14:00"


def test_exp_09_the_interval_between_updates_is_set_at_the_opening() -> None:
    """Every hour: at 11:00 it is in time, and the next is due at noon. At 12:00:01 it is late."""
    case = incident(update_every="1h").at("2026-11-23 11:00").do(update, "The crew is on its way.")
    first, second = case.rows("update")
    assert (first.state, first.clause, case.local(second.due_at)) == ("met", ("EXP-09",), "2026-11-23 12:00")
    late = case.at("2026-11-23 12:00:01").do(update, "Splicing.")
    assert [row.state for row in late.rows("update")] == ["met", "breached", "running"]


def test_exp_09_silence_for_five_intervals_is_one_late_update() -> None:
    case = incident(update_every="30m").at("2026-11-23 12:30").do(update, "Splicing.")
    rows = case.rows("update")
    assert [(row.state, row.elapsed_seconds) for row in rows] == [("breached", 150 * MINUTE), ("running", 0)]


def test_exp_09_a_mail_or_a_call_to_the_customer_is_an_update() -> None:
    case = incident(update_every="1h").at("2026-11-23 10:30").do(email, inward=False, message="On its way.")
    case = case.at("2026-11-23 11:00").do(call, inward=False, minutes=3)
    assert [row.state for row in case.rows("update")] == ["met", "met", "running"]
    told_us = case.at("2026-11-23 11:30").do(email, inward=True, message="And?")
    assert len(told_us.rows("update")) == 3


def test_exp_09_no_interval_is_owed() -> None:
    row = incident().row("update", "2026-11-24 10:00")
    assert (row.state, row.owed) == ("pending", True)


@pytest.mark.parametrize(
    ("kind", "subject", "priority"),
    [
        ("incident", "down", "p1"),
        ("incident", "degraded", "p2"),
        ("incident", None, "p2"),
        ("general-request", "outage-reason", "p3"),
        ("general-request", "activation", "p3"),
        ("general-request", "engineer-dispatch", "p3"),
        ("general-request", "information", "p3"),
        ("general-request", "software-update", "p3"),
        ("general-request", "other", "p3"),
    ],
)
def test_exp_13_type_and_subject_decide_the_priority(kind: str, subject: str | None, priority: str) -> None:
    assert incident(type=kind, category=subject).case.priority == priority


def test_exp_13_these_are_the_subjects() -> None:
    subjects = "down degraded outage-reason activation engineer-dispatch information software-update other"
    assert list(story("expereo").policy.categories) == subjects.split()


@pytest.mark.parametrize("kind", ["activation", "engineer-visit"])
@pytest.mark.parametrize(("arranged", "state"), [("2026-11-24 14:00", "met"), ("2026-11-24 14:00:01", "breached")])
def test_exp_15_activations_and_visits_need_a_days_notice(kind: str, arranged: str, state: str) -> None:
    """For Wednesday 14:00, arranged on Tuesday at 14:00: 24 hours to the second, or one second less."""
    case = story("expereo").at("2026-11-23 10:00").open(type="general-request").at(arranged)
    case = case.do(promise, due="2026-11-25 14:00", kind=kind, message="An engineer moves the router.")
    row = case.row("lead-time")
    assert (row.state, row.clause, case.local(row.due_at)) == (state, ("EXP-15",), "2026-11-24 14:00")


def test_exp_15_two_days_are_aimed_at() -> None:
    """Arranged three days ahead there are 48 hours until the limit and 24 until the goal."""
    case = story("expereo").at("2026-11-23 10:00").open(type="general-request")
    case = case.do(promise, due="2026-11-26 10:00", kind="activation", message="The second line goes live.")
    row = case.row("lead-time")
    assert (row.state, row.limit_seconds, row.goal_seconds) == ("met", 2 * DAY, DAY)


def test_exp_15_other_promises_need_no_notice() -> None:
    case = incident().do(promise, due="1h", kind="call-back", message="A call.")
    assert case.rows("lead-time") == []


def maintained() -> CaseStory:
    """Maintenance on 21 December from 02:00 to 04:00, planned on 23 November."""
    times = {"due": "2026-12-21 02:00", "until": "2026-12-21 04:00"}
    return planned().do(promise, kind="maintenance", message="A line card.", **times)


def test_exp_16_announced_maintenance_has_fourteen_days_notice() -> None:
    """Customers are told on 7 December at 02:00, fourteen days before to the second; or a second later."""
    case = maintained()
    row = case.row("lead-time")
    assert (row.state, row.clause, case.local(row.due_at)) == ("running", ("EXP-16",), "2026-12-07 02:00")
    assert case.at("2026-12-07 02:00").do(email, inward=False, message="On the 21st.").state("lead-time") == "met"
    assert case.at("2026-12-07 02:00:01").do(email, inward=False).state("lead-time") == "breached"
    assert case.at("2026-12-07 02:00").do(email, inward=True).state("lead-time", "2026-12-08 00:00") == "breached"


def test_exp_16_planned_too_late_it_is_late_at_once() -> None:
    case = planned("2026-12-10 10:00")
    case = case.do(promise, due="2026-12-21 02:00", until="2026-12-21 04:00", kind="maintenance", message="A card.")
    row = case.row("lead-time")
    assert (row.state, case.local(row.breached_at)) == ("breached", "2026-12-10 10:00")


def test_exp_16_of_emergency_maintenance_customers_hear_as_soon_as_practicable() -> None:
    """That is no figure: how long it took is measured."""
    case = planned().do(promise, due="2h", until="4h", kind="emergency-maintenance", message="An amplifier.")
    row = case.at("2026-11-23 10:20").do(email, inward=False).row("lead-time", "2026-12-01 00:00")
    assert (row.state, row.limit_seconds, row.elapsed_seconds) == ("untargeted", None, 20 * MINUTE)


def test_exp_16_the_window_counts_as_outage_time() -> None:
    """The reading in the policy: the manual never says that it does not, and `exclude` is off."""
    case = incident().at("2026-11-23 10:10")
    case = case.do(promise, due="1h", until="2h", kind="maintenance", message="A line card.")
    assert (case.due("resolution"), case.row("resolution", "2026-11-23 13:00").exempt_seconds) == (
        "2026-11-23 14:00",
        0,
    )


def test_exp_17_delay_by_wrong_information_of_the_customer_is_exempt() -> None:
    """The address was wrong from 11:00 to 12:30: due at 15:30 instead of 14:00, once the service manager approves."""
    case = incident().at("2026-11-23 13:00")
    times = {"begins": "2026-11-23 11:00", "until": "2026-11-23 12:30"}
    with pytest.raises(NotAllowed):
        case.do(exempt, "customer-information", approved_by="sam", **times)
    exempted = case.do(exempt, "customer-information", approved_by="zoe", **times)
    row = exempted.row("resolution")
    assert (exempted.local(row.due_at), row.exempt_seconds) == ("2026-11-23 15:30", 90 * MINUTE)
    assert exempted.at("2026-11-23 15:30").do(resolve, "Mended.").state("resolution") == "exempt"
    assert exempted.at("2026-11-23 15:30:01").do(resolve, "Mended.").state("resolution") == "breached"


@pytest.mark.parametrize("kind", ["next-update", "call-back", "engineer-on-site", "activation", "engineer-visit"])
def test_exp_19_what_is_promised_for_a_time_is_kept_by_then(kind: str) -> None:
    """An engineer on site in under two hours, and the like: two hours from 10:00, to the second."""
    case = incident().do(promise, due="2h", kind=kind, message="Somebody is there.")
    row = case.row("commitment")
    name = str(case.record("commitments")["id"])
    assert (row.state, row.subject, row.clause) == ("running", name, ("EXP-19",))
    assert case.due("commitment") == "2026-11-23 12:00"
    assert case.at("2026-11-23 12:00").do(promise, kept=name).state("commitment") == "met"
    assert case.at("2026-11-23 12:00:01").do(promise, kept=name).state("commitment") == "breached"
    assert case.state("commitment", "2026-11-23 12:00:01") == "breached"


def test_exp_19_a_promise_called_off_in_time_is_no_longer_owed() -> None:
    case = incident().do(promise, due="2h", kind="call-back", message="A call.")
    name = str(case.record("commitments")["id"])
    assert case.at("2026-11-23 11:00").do(promise, cancel=name).state("commitment", "2026-11-24 10:00") == "withdrawn"
    assert case.at("2026-11-23 13:00").do(promise, cancel=name).state("commitment") == "breached"


def test_exp_19_each_promise_stands_for_itself() -> None:
    case = incident().do(promise, due="2h", kind="engineer-on-site", message="An engineer.")
    first = str(case.record("commitments")["id"])
    case = case.at("2026-11-23 10:30").do(promise, due="30m", kind="next-update", message="The next update.")
    case = case.at("2026-11-23 11:30").do(promise, kept=first)
    assert [row.state for row in case.rows("commitment")] == ["met", "breached"]
