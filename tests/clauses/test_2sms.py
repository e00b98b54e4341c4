"""The 2sms agreement, clause by clause. New York time; 2026-11-23 is a Monday, Thanksgiving is Thursday the 26th.

The office in the United States is open 09:00-17:00 there; that of the United Kingdom 04:00-12:00, told in New York.
"""

from __future__ import annotations

import pytest

from casectl.desk.verbs.agree import agree
from casectl.desk.verbs.exempt import exempt
from casectl.desk.verbs.hold import hold
from casectl.desk.verbs.resolve import resolve
from casectl.desk.verbs.respond import respond
from casectl.desk.verbs.triage import triage
from casectl.model.problems import NotAllowed
from casectl.sla.opentime import open_time
from tests.clauses.case_story import HOUR, CaseStory, shipped_book, story

TARGETS = ("triage", "response", "resolution")


def reported(at: str, channel: str = "email", customer: str = "acme", **options: str) -> CaseStory:
    """A case of a customer, opened when it was reported and not yet rated."""
    return story("2sms").of(customer).at(at).open(channel=channel, **options)


def rated(at: str, priority: str, customer: str = "acme", **options: str) -> CaseStory:
    """A case that was rated when it was reported: response and resolution count from there."""
    return reported(at, "phone", customer, priority=priority, **options)


# Who and what is covered


def test_2sms_01_only_enterprise_customers_are_promised_anything() -> None:
    """Left alone for a week, a case of theirs is late in everything; another customer's is measured, and in nothing."""
    theirs = reported("2026-11-16 10:00").at("2026-11-17 10:00").do(triage, "critical")
    assert [theirs.state(name, "2026-11-23 10:00") for name in TARGETS] == ["breached"] * 3
    other = reported("2026-11-16 10:00", customer="corner-shop").at("2026-11-17 10:00").do(triage, "critical")
    for name in TARGETS:
        row = other.row(name, "2026-11-23 10:00")
        assert (row.state, row.limit_seconds, row.due_at, row.breached_at) == ("untargeted", None, None, None)
    assert other.row("triage").elapsed_seconds == 24 * HOUR
    assert other.row("resolution", "2026-11-23 10:00").elapsed_seconds == 6 * 24 * HOUR


def test_2sms_01_who_bought_the_enhanced_plan_has_enterprise_support_too() -> None:
    assert rated("2026-11-23 10:00", "critical", "nightline").due("resolution") == "2026-11-23 22:00"


@pytest.mark.parametrize("service", ["operator", "handset", "customer-network"])
def test_2sms_02_what_is_not_2smss_own_is_exempt(service: str) -> None:
    case = rated("2026-11-16 10:00", "critical", service=service)
    for name in TARGETS:
        row = case.row(name, "2026-11-23 10:00")
        assert (row.state, row.breached_at) == ("exempt", None)
        assert service in row.reason


@pytest.mark.parametrize("service", ["messages", "web", "api", "app", "carrier"])
def test_2sms_02_own_services_and_suppliers_under_an_agreement_are_covered(service: str) -> None:
    case = rated("2026-11-16 10:00", "critical", service=service)
    assert case.state("resolution", "2026-11-16 22:00") == "at-risk"
    assert case.state("resolution", "2026-11-16 22:00:01") == "breached"


@pytest.mark.parametrize("channel", ["phone", "email"])
@pytest.mark.parametrize("at", ["2026-11-22 03:00", "2026-11-26 12:00", "2026-12-25 23:59"])
def test_2sms_04_phone_and_mail_are_staffed_at_any_hour(channel: str, at: str) -> None:
    """A Sunday night, Thanksgiving, Christmas: somebody is there, and the clock starts at once."""
    case = reported(at, channel)
    hours = open_time(case.policy.calendars[case.policy.channels[channel].calendar], case.now, case.now)
    assert hours.is_open(case.now)
    assert case.local(case.row("triage").started_at) == at


# Which hours count


def test_2sms_05_account_matters_are_supported_at_any_hour() -> None:
    """Critical from Mon 16:00: twelve hours round the clock end at 04:00."""
    assert rated("2026-11-23 16:00", "critical", category="account").due("resolution") == "2026-11-24 04:00"


def test_2sms_05_technical_help_in_the_hours_of_either_office() -> None:
    """From Mon 16:00: one hour until New York closes; London opens at 04:00 and New York closes at 17:00, so the
    other eleven end on Tuesday at 15:00."""
    case = rated("2026-11-23 16:00", "critical", category="technical")
    assert case.row("resolution", "2026-11-24 03:59").elapsed_seconds == HOUR
    assert case.row("resolution", "2026-11-24 10:00").elapsed_seconds == 7 * HOUR
    assert case.due("resolution") == "2026-11-24 15:00"
    assert case.at("2026-11-24 15:00").do(resolve, "Explained.").state("resolution") == "met"
    assert case.at("2026-11-24 15:00:01").do(resolve, "Explained.").state("resolution") == "breached"


def test_2sms_05_a_holiday_of_one_office_leaves_the_other_open() -> None:
    """Thanksgiving: London works 04:00-12:00. From 04:00 eight hours, and four more on Friday from 04:00: 08:00.
    On Good Friday (England's) New York works 09:00-17:00: eight, and on Easter Monday, England's too, 13:00."""
    assert rated("2026-11-26 04:00", "critical", category="technical").due("resolution") == "2026-11-27 08:00"
    easter = story("2sms", "2026-04-03").at("2026-04-03 09:00").open(priority="critical", category="technical")
    assert easter.due("resolution") == "2026-04-06 13:00"


def test_2sms_05_the_enhanced_plan_has_technical_help_at_any_hour() -> None:
    case = rated("2026-11-23 16:00", "critical", "nightline", category="technical")
    assert case.due("resolution") == "2026-11-24 04:00"


def test_2sms_05_a_case_without_a_category_counts_round_the_clock() -> None:
    assert rated("2026-11-23 16:00", "critical").due("resolution") == "2026-11-24 04:00"


# Triage


@pytest.mark.parametrize(("at", "state"), [("2026-11-23 12:00", "met"), ("2026-11-23 12:00:01", "breached")])
def test_2sms_06_a_mail_in_us_hours_is_rated_within_two_hours(at: str, state: str) -> None:
    case = reported("2026-11-23 10:00").at(at).do(triage, "major")
    assert (case.state("triage"), case.row("triage").clause) == (state, ("2SMS-06",))


def test_2sms_06_from_the_moment_the_mail_came_in() -> None:
    case = reported("2026-11-23 10:00", received="2026-11-23 09:15")
    assert case.due("triage") == "2026-11-23 11:15"


def test_2sms_06_a_call_in_us_hours_is_rated_in_the_call() -> None:
    """The call began at 10:00 and the case was opened at 10:12: rated there it is in time, a second later it is not."""
    rated_at_once = reported("2026-11-23 10:12", "phone", received="2026-11-23 10:00", priority="major")
    assert rated_at_once.state("triage") == "met"
    case = reported("2026-11-23 10:12", "phone", received="2026-11-23 10:00")
    assert case.at("2026-11-23 10:12:01").do(triage, "major").state("triage") == "breached"
    assert case.row("triage").clause == ("2SMS-06",)


@pytest.mark.parametrize(("channel", "due"), [("email", "2026-11-22 07:00"), ("phone", "2026-11-22 04:00")])
def test_2sms_07_outside_us_hours_four_hours_from_a_mail_and_one_from_a_call(channel: str, due: str) -> None:
    case = reported("2026-11-22 03:00", channel)
    assert (case.due("triage"), case.row("triage").clause) == (due, ("2SMS-07",))
    assert case.at(due).do(triage, "major").state("triage") == "met"
    assert case.at(f"{due}:01").do(triage, "major").state("triage") == "breached"


@pytest.mark.parametrize(
    ("at", "hours"),
    [
        ("2026-11-23 08:59:59", 4),
        ("2026-11-23 09:00", 2),
        ("2026-11-23 16:59:59", 2),
        ("2026-11-23 17:00", 4),
        ("2026-11-26 12:00", 4),  # Thanksgiving
        ("2026-11-28 12:00", 4),  # a Saturday
    ],
)
def test_2sms_07_when_it_was_reported_decides(at: str, hours: int) -> None:
    assert reported(at).row("triage").limit_seconds == hours * HOUR


def test_2sms_07_what_came_in_by_night_keeps_its_four_hours_in_the_morning() -> None:
    """Mailed at 08:59, logged at 09:30: reported outside, so due 12:59."""
    assert reported("2026-11-23 09:30", received="2026-11-23 08:59").due("triage") == "2026-11-23 12:59"


# Ratings


@pytest.mark.parametrize(
    ("answers", "rating"),
    [
        (["impact=all"], "critical"),
        (["impact=part", "customers=many", "workaround=no"], "major"),
        (["impact=part", "customers=many", "workaround=yes"], "ordinary"),
        (["impact=part", "customers=few", "workaround=no"], "ordinary"),
        (["impact=none"], "low"),
    ],
)
def test_2sms_08_impact_and_another_way_decide_the_rating(answers: list[str], rating: str) -> None:
    case = reported("2026-11-23 10:00").at("2026-11-23 10:30").do(triage, answer=answers)
    assert case.case.priority == rating
    assert (case.entry.fields["suggested"], case.entry.fields["chosen"]) == (rating, rating)
    assert case.entry.fields["answers"] == ", ".join(answers)
    assert case.state("triage") == "met"


def test_2sms_08_the_agent_may_know_better_and_that_is_on_the_record() -> None:
    case = reported("2026-11-23 10:00").at("2026-11-23 10:30").do(triage, "major", answer=["impact=all"])
    assert case.case.priority == "major"
    assert (case.entry.fields["suggested"], case.entry.fields["chosen"]) == ("critical", "major")


def test_2sms_08_there_are_four() -> None:
    assert list(story("2sms").policy.priorities) == ["critical", "major", "ordinary", "low"]


# Response


@pytest.mark.parametrize(
    ("at", "priority", "hours"),
    [
        ("2026-11-23 10:00", "critical", 1),
        ("2026-11-23 10:00", "major", 2),
        ("2026-11-22 03:00", "critical", 2),
        ("2026-11-22 03:00", "major", 4),
    ],
)
def test_2sms_09_response_counts_from_the_triage(at: str, priority: str, hours: int) -> None:
    """Rated an hour after it came in; the answer is due so many hours after that, day or night."""
    case = reported(at)
    assert case.state("response") == "pending"
    triaged = case.at(case.local(case.now + HOUR)).do(triage, priority)
    due = triaged.local(triaged.now + hours * HOUR)
    assert (triaged.due("response"), triaged.row("response").clause) == (due, ("2SMS-09",))
    assert triaged.at(due).do(respond, "On it.").state("response") == "met"
    assert triaged.at(f"{due}:01").do(respond, "On it.").state("response") == "breached"


def test_2sms_09_when_it_was_reported_decides_not_when_it_was_rated() -> None:
    """Mailed at 16:30, rated at 18:00, when the office is closed: reported in hours, so one hour."""
    assert reported("2026-11-23 16:30").at("2026-11-23 18:00").do(triage, "critical").due("response") == (
        "2026-11-23 19:00"
    )


@pytest.mark.parametrize(
    ("triaged", "due"),
    [
        ("2026-11-23 11:00", "2026-11-24 11:00"),
        ("2026-11-25 15:00", "2026-11-27 15:00"),  # over Thanksgiving
        ("2026-11-27 16:00", "2026-11-30 16:00"),  # over the weekend
        ("2026-11-28 12:00", "2026-12-01 09:00"),  # on a Saturday: rolls to Monday, and a day later it is Tuesday
    ],
)
def test_2sms_09_ordinary_is_answered_within_a_working_day_of_the_us(triaged: str, due: str) -> None:
    case = reported("2026-11-23 10:00").at(triaged).do(triage, "ordinary")
    assert case.due("response") == due
    assert case.at(due).do(respond, "On it.").state("response") == "met"
    assert case.at(f"{due}:01").do(respond, "On it.").state("response") == "breached"


def test_2sms_09_low_is_answered_when_the_customer_was_told_it_would_be() -> None:
    """Nobody has said when: it waits for that, and owes it. Told to be Wednesday at noon it is that, to the second."""
    case = rated("2026-11-23 10:00", "low")
    row = case.row("response", "2026-12-23 10:00")
    assert (row.state, row.owed, row.due_at) == ("pending", True, None)
    told = case.at("2026-11-23 11:00").do(agree, "response", "2026-11-25 12:00")
    assert (told.due("response"), told.row("response").owed) == ("2026-11-25 12:00", False)
    assert told.at("2026-11-25 12:00").do(respond, "Yes.").state("response") == "met"
    assert told.at("2026-11-25 12:00:01").do(respond, "Yes.").state("response") == "breached"


# Resolution


@pytest.mark.parametrize("at", ["2026-11-23 10:00", "2026-11-21 22:00"])
@pytest.mark.parametrize(("priority", "hours"), [("critical", 12), ("major", 24)])
def test_2sms_10_resolution_counts_from_the_triage_whenever_it_was_reported(at: str, priority: str, hours: int) -> None:
    case = reported(at)
    assert case.state("resolution") == "pending"
    case = case.at(case.local(case.now + HOUR)).do(triage, priority)
    due = case.local(case.now + hours * HOUR)
    assert (case.due("resolution"), case.row("resolution").clause) == (due, ("2SMS-10",))
    assert case.at(due).do(resolve, "Route changed.").state("resolution") == "met"
    assert case.at(f"{due}:01").do(resolve, "Route changed.").state("resolution") == "breached"


def test_2sms_10_ordinary_within_three_working_days_of_the_us() -> None:
    """Rated Tuesday 15:00: Wednesday, Friday and Monday, since Thursday is Thanksgiving."""
    case = rated("2026-11-24 15:00", "ordinary")
    assert case.due("resolution") == "2026-11-30 15:00"
    assert case.at("2026-11-30 15:00").do(resolve, "Done.").state("resolution") == "met"
    assert case.at("2026-11-30 15:00:01").do(resolve, "Done.").state("resolution") == "breached"


def test_2sms_10_low_as_agreed_with_the_customer() -> None:
    case = rated("2026-11-23 10:00", "low")
    assert case.state("resolution", "2026-12-23 10:00") == "pending"
    agreed = case.at("2026-11-24 10:00").do(agree, "resolution", "2026-12-04 18:00")
    assert agreed.at("2026-12-04 18:00").do(resolve, "Done.").state("resolution") == "met"
    assert agreed.at("2026-12-04 18:00:01").do(resolve, "Done.").state("resolution") == "breached"


def test_2sms_10_waiting_stops_no_clock() -> None:
    """The reading in the policy: the source never says that it does."""
    case = rated("2026-11-23 10:00", "critical").at("2026-11-23 11:00").do(hold, "customer")
    assert case.due("resolution", "2026-11-23 15:00") == "2026-11-23 22:00"


# Exemptions


NINE = (
    "customer-connection customer-blocking operator-outage mast-down handset-inoperative handset-ghosted "
    "handset-unavailable force-majeure regulator"
).split()


def test_2sms_21_there_are_nine_exemptions() -> None:
    assert list(story("2sms").policy.exemptions) == NINE


@pytest.mark.parametrize("code", NINE)
def test_2sms_21_an_exempt_period_does_not_count(code: str) -> None:
    """Critical from Mon 10:00, twelve hours; three of them exempt: due at 01:00 instead of 22:00."""
    case = rated("2026-11-23 10:00", "critical").at("2026-11-23 16:00")
    case = case.do(exempt, code, begins="2026-11-23 12:00", until="2026-11-23 15:00", approved_by="sue")
    row = case.row("resolution")
    assert (row.exempt_seconds, case.local(row.due_at)) == (3 * HOUR, "2026-11-24 01:00")
    late = case.at("2026-11-24 01:00:01").do(resolve, "Messages flow.")
    assert (late.state("resolution"), late.row("resolution").exempt_seconds) == ("breached", 3 * HOUR)
    assert case.at("2026-11-24 01:00").do(resolve, "Messages flow.").state("resolution") == "exempt"


def test_2sms_21_it_is_for_operations_management_to_approve() -> None:
    """Sam may ask for one. It counts for nothing until Sue, of operations management, has approved it."""
    case = rated("2026-11-23 10:00", "critical").at("2026-11-23 16:00")
    times = {"begins": "2026-11-23 12:00", "until": "2026-11-23 15:00"}
    with pytest.raises(NotAllowed):
        case.do(exempt, "regulator", approved_by="sam", **times)
    asked = case.do(exempt, "regulator", **times)
    assert asked.due("resolution") == "2026-11-23 22:00"
    name = str(asked.record("exemptions")["id"])
    with pytest.raises(NotAllowed):
        asked.do(exempt, approve=name)
    approved = asked.by("sue").at("2026-11-23 17:00").do(exempt, approve=name)
    assert approved.due("resolution") == "2026-11-24 01:00"


def test_2sms_21_a_breach_that_it_takes_back_is_shown_never_dropped() -> None:
    """Solved two hours late; the regulator's three hours are approved on Tuesday."""
    case = rated("2026-11-23 10:00", "critical").at("2026-11-24 00:00").do(resolve, "Messages flow.")
    assert case.state("resolution") == "breached"
    case = case.by("sue").at("2026-11-24 09:00")
    case = case.do(exempt, "regulator", begins="2026-11-23 12:00", until="2026-11-23 15:00", approved_by="sue")
    row = case.row("resolution")
    assert (row.state, row.exempt_seconds) == ("exempt", 3 * HOUR)
    assert row.overturned is not None
    assert case.local(row.overturned.breached_at) == "2026-11-23 22:00"
    assert "regulator" in row.overturned.reason
    assert case.state("resolution", "2026-11-24 08:59") == "breached"


def test_2sms_21_a_period_without_an_end_lasts_until_it_is_ended() -> None:
    case = rated("2026-11-23 10:00", "critical").by("sue").at("2026-11-23 12:00")
    case = case.do(exempt, "operator-outage", begins="2026-11-23 11:00", approved_by="sue")
    assert (
        case.row("resolution", "2026-11-25 12:00").due_at,
        case.row("resolution", "2026-11-25 12:00").breached_at,
    ) == (
        None,
        None,
    )
    name = str(case.record("exemptions")["id"])
    ended = case.at("2026-11-25 12:00").do(exempt, end=name, until="2026-11-25 11:00")
    assert ended.due("resolution") == "2026-11-25 22:00"


def test_2sms_21_the_staff_has_somebody_who_may() -> None:
    roles = {role for exemption in story("2sms").policy.exemptions.values() for role in exemption.approved_by}
    assert roles == {"operations-manager"}
    assert [key for key, person in shipped_book().staff.items() if roles & set(person.roles)] == ["sue"]
