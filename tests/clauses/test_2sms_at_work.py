"""How cases are worked at the desk of 2sms: teams, hours, help with a rating, what customers are told, who steps in."""

from __future__ import annotations

import pytest

from casectl.desk.verbs.agree import agree
from casectl.desk.verbs.call import call
from casectl.desk.verbs.confirm_path import confirm_path
from casectl.desk.verbs.email import email
from casectl.desk.verbs.escalate import escalate
from casectl.desk.verbs.resolve import resolve
from casectl.desk.verbs.root_cause import root_cause
from casectl.desk.verbs.set import set as set_fields
from casectl.desk.verbs.take import take
from casectl.desk.verbs.triage import triage
from casectl.desk.verbs.update import update
from tests.clauses.case_story import CaseStory, story

IN_HOURS, AT_NIGHT = "2026-11-23 10:00", "2026-11-23 22:00"


def opened(at: str = IN_HOURS, **options: str) -> CaseStory:
    return story("2sms").at(at).open(**{"channel": "phone", "priority": "major", **options})


@pytest.mark.parametrize(
    ("category", "team"), [("hardware", "operations"), ("server-software", "it"), ("account", "support")]
)
def test_2sms_03_hardware_and_server_software_have_teams_of_their_own(category: str, team: str) -> None:
    assert opened(category=category).case.text("team") == team


def test_2sms_03_what_turns_out_to_be_hardware_moves_to_its_team() -> None:
    assert opened().do(set_fields, ["category=hardware"]).case.text("team") == "operations"


def test_2sms_11_the_support_team_takes_requests_in_office_hours() -> None:
    assert (opened().case.text("team"), opened().case.text("assignee")) == ("support", None)


def test_2sms_11_the_duty_manager_outside_them() -> None:
    """Monday 22:00 in New York: neither office is open."""
    person = story("2sms").at(AT_NIGHT).open(channel="phone").case.text("assignee")
    assert person in ("tom", "bea")


def test_2sms_11_help_with_a_rating_is_recorded_and_stops_no_clock() -> None:
    case = opened(channel="email", priority=None).at("2026-11-23 11:00").do(triage, needs_help_from="engineer")
    assert (case.entry.kind, case.entry.fields["to"]) == ("request", "engineer")
    assert case.case.priority == "ordinary", "not rated yet"
    assert case.state("triage") == "running"
    assert case.due("triage") == "2026-11-23 12:00"
    assert case.at("2026-11-23 12:01").state("triage") == "breached"


def test_2sms_11_nobody_else_rates_a_case() -> None:
    refusal = opened(priority=None).by("kim").do(triage, "major").case.priority
    assert refusal == "major", "an engineer helps with ratings"
    assert "ann may not triage by policy 2sms/1.0: that is for support or" in opened().by("ann").refused(triage, "low")


def test_2sms_12_after_triage_the_customer_is_phoned_and_mailed() -> None:
    case = opened(priority=None).at("2026-11-23 10:20").do(triage, "major")
    assert [(row.state, row.lacks) for row in case.duties("triage-notice")] == [("owed", ("call:out", "email:out"))]
    phoned = case.at("2026-11-23 10:30").do(call, inward=False, minutes=4)
    assert phoned.duty_states("triage-notice") == ["owed"], "the mail is missing"
    assert phoned.do(email, inward=False).duty_states("triage-notice") == ["done"]


def test_2sms_13_only_the_task_moves_when_a_case_is_escalated() -> None:
    case = opened().do(take).by("kim").do(escalate, reason="Needs a look at the database.").do(take)
    assert (case.case.level, case.case.text("owner"), case.case.text("assignee")) == (2, "sam", "kim")


CONTACTS = [
    ("first-contact", lambda: opened(channel="email")),
    ("root-cause-notice", lambda: opened().do(root_cause, "A full disk.")),
    ("pathway-notice", lambda: opened().do(confirm_path, "workaround", "Use the other number.")),
    ("escalation-notice", lambda: opened().do(escalate, reason="Needs IT.")),
    ("resolution-notice", lambda: opened().do(resolve, "The queue is empty.")),
]


@pytest.mark.parametrize(("duty", "told"), CONTACTS, ids=[duty for duty, _ in CONTACTS])
def test_2sms_14_the_customer_hears_at_each_turn(duty: str, told) -> None:  # type: ignore[no-untyped-def]
    case: CaseStory = told()
    assert case.duty_states(duty) == ["owed"]
    assert case.at("2026-11-23 16:00").do(call, inward=False).duty_states(duty) == ["done"]


def test_2sms_14_nothing_is_owed_for_a_turn_that_was_not_taken() -> None:
    case = opened()
    assert not [duty for duty, _ in CONTACTS if case.duties(duty)], "it came by telephone, and nothing happened yet"


def test_2sms_14_progress_is_told_at_intervals_that_the_case_says() -> None:
    case = opened()
    assert case.row("update").owed, "nobody has said how often"
    often = case.do(set_fields, ["update_every=2h"])
    assert often.due("update") == "2026-11-23 12:00"
    told = often.at("2026-11-23 11:30").do(update, "The carrier looks at it.")
    assert [row.state for row in told.rows("update")] == ["met", "running"]
    assert opened(priority="low").rows("update") == []


def test_2sms_15_calls_are_on_the_record_with_time_and_length() -> None:
    case = opened().do(call, inward=False, minutes=7, started="2026-11-23 09:51", message="Told them the case's ID.")
    assert case.entry.fields["minutes"] == 7
    assert case.local(int(case.entry.fields["started"])) == "2026-11-23 09:51"
    assert (case.entry.kind, case.entry.direction) == ("call", "out")
    mailed = case.do(email, inward=True, message="They sent two numbers.")
    assert (mailed.entry.kind, mailed.entry.direction) == ("email", "in")


def test_2sms_17_what_is_likely_to_be_missed_goes_to_management_and_the_ceo() -> None:
    """A critical case of Monday 10:00 has 12 hours; four fifths are used at 19:36."""
    case = opened(priority="critical").do(take)
    assert case.at("2026-11-23 19:35").sweep().case.level == 1
    swept = case.at("2026-11-23 19:36").sweep()
    assert (swept.case.level, swept.case.text("owner")) == (3, "sam")
    assert ("likely-to-be-missed", "operations-manager, ceo") in swept.notices()
    escalation = next(entry for entry in swept.case.log if entry.kind == "escalation")
    assert escalation.fields["rule"] == "likely-to-be-missed"
    assert swept.at("2026-11-23 23:00").sweep().case == swept.case, "once"


@pytest.mark.parametrize("priority", ["critical", "major", "ordinary", "low"])
def test_2sms_20_the_right_managers_have_a_part(priority: str) -> None:
    role = "sales-support" if priority == "low" else "sales-support-manager"
    assert opened(priority=priority).notices() == [("involvement", role)]
    assert story("2sms").policy.priorities[priority].involve == (role,)


def test_2sms_10_a_time_agreed_where_none_is_asked_for_is_kept_and_said_to_change_nothing() -> None:
    ordinary = story("2sms").at("2026-11-23 10:00").open(channel="phone", priority="ordinary")
    agreed = ordinary.do(agree, "resolution", "2026-11-23 12:00")
    assert "no promise of this case goes by an agreed time" in "; ".join(agreed.change.warnings)
    assert agreed.due("resolution") == ordinary.due("resolution")
    low = agreed.do(triage, priority="low")
    assert low.due("resolution") == "2026-11-23 12:00", "it counts once the rating asks for it"
    assert low.do(agree, "resolution", "2026-11-23 13:00").change.warnings == ()
