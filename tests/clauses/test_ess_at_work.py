"""How cases are worked at the desk of ESS: where they go, what is owed, what comes first, what time does."""

from __future__ import annotations

import pytest

from casectl.desk.verbs.attempt import attempt
from casectl.desk.verbs.call import call
from casectl.desk.verbs.check import check
from casectl.desk.verbs.close import close
from casectl.desk.verbs.confirm import confirm
from casectl.desk.verbs.email import email
from casectl.desk.verbs.escalate import escalate
from casectl.desk.verbs.expedite import expedite
from casectl.desk.verbs.handover import handover
from casectl.desk.verbs.hold import hold
from casectl.desk.verbs.note import note
from casectl.desk.verbs.reopen import reopen
from casectl.desk.verbs.resolve import resolve
from casectl.desk.verbs.respond import respond
from casectl.desk.verbs.resume import resume
from casectl.desk.verbs.set import set as set_fields
from casectl.desk.verbs.take import take
from casectl.desk.verbs.triage import triage
from casectl.desk.verbs.update import update
from tests.clauses.case_story import CaseStory, story


def monday(**options: str) -> CaseStory:
    """A case of Monday 09:00, by telephone unless said otherwise."""
    return story("ess").at("2026-11-23 09:00").open(**{"channel": "phone", **options})


def test_ess_02_web_filtering_is_referred_to_another_desk() -> None:
    case = monday(service="web-filtering", priority="p2")
    assert [(entry.kind, entry.fields["to"]) for entry in case.case.log if entry.kind == "referral"] == [
        ("referral", "the web filtering desk")
    ]
    assert any("referred to the web filtering desk" in warning for warning in case.change.warnings)
    assert case.state("resolution") == "exempt"
    assert not [entry for entry in monday(service="dns").case.log if entry.kind == "referral"]


def test_ess_03_a_school_with_a_first_line_of_its_own_is_sent_back_to_it() -> None:
    case = story("ess").of("hilltop").at("2026-11-23 09:00").open(channel="phone")
    assert case.entry.kind == "referral"
    assert case.entry.fields["to"] == "the IT desk of Hilltop Trust"
    assert (case.case.status, case.case.text("waiting_for")) == ("on-hold", "customer"), "the case is kept"
    assert monday().case.status == "open"


def test_ess_04_a_fault_on_the_phone_has_its_checklist() -> None:
    """Contact, fault, triage, diagnostics, help pages; the reference is the case's ID, the priority the triage."""
    case = monday()
    assert case.owing() == ["contact", "description", "triage", "impact", "diagnostics", "help-pages"]
    case = case.do(check, ["impact", "diagnostics", "help-pages=not needed"]).do(triage, "p4")
    case = case.do(set_fields, ["contact=acme/it-lead", "description=Nobody can sign in since eight."])
    assert case.owing() == []


def test_ess_04_what_is_done_in_the_call_is_not_owed() -> None:
    case = monday(contact="acme/it-lead", description="All of them.", priority="p4", checked=["impact", "diagnostics"])
    assert case.owing() == ["help-pages"]
    assert monday(channel="portal").owing() == [], "the list is for the phone"


def test_ess_04_the_case_goes_to_the_queue_of_the_incident_management() -> None:
    assert monday().case.text("team") == "incident-management"
    assert monday(type="information-request").case.text("team") == "service-desk"


@pytest.mark.parametrize(("channel", "priority", "said"), [("email", "p1", 1), ("email", "p3", 0), ("phone", "p1", 0)])
def test_ess_05_what_is_urgent_should_be_phoned(channel: str, priority: str, said: int) -> None:
    case = monday(channel=channel, priority=priority)
    assert sum("ring the customer back (ESS-05)" in warning for warning in case.change.warnings) == said


def test_ess_05_it_is_said_when_a_mail_turns_out_to_be_urgent() -> None:
    rated = monday(channel="email").by("lee").do(triage, "p2")
    assert any("ring the customer back" in warning for warning in rated.change.warnings)
    assert not rated.do(note, "Rang them.").change.warnings, "and not again"


def test_ess_07_an_unclear_mail_is_logged_and_on_hold_until_the_details_come() -> None:
    case = monday(channel="email", received="2026-11-23 08:30", waiting_for="customer", priority="p3")
    assert (case.case.status, case.case.text("waiting_for")) == ("on-hold", "customer")
    assert case.state("resolution") == "paused"
    assert {"contact", "description"} <= set(case.owing())
    came = case.at("2026-11-24 09:00").do(set_fields, ["description=Room 12 alone."]).do(resume)
    assert "description" not in came.owing()
    assert came.due("resolution") == "2026-11-27 09:00", "a working day later than without the wait"


@pytest.mark.parametrize("kind", ["feature-request", "change-request"])
def test_ess_13_a_request_cannot_be_closed_before_it_was_reviewed_or_confirmed(kind: str) -> None:
    case = monday(type=kind).do(take).at("2026-11-24 09:00").do(resolve, "Looked at it.")
    verb, word = (update, "update") if kind == "feature-request" else (confirm, "confirmation")
    assert f"1 more {word} entry needed (ESS-13); casectl" in case.refused(close)
    assert case.do(verb, "It is on the list.").do(close).case.status == "closed"


def test_ess_13_a_reviewed_feature_request_is_closed_by_itself() -> None:
    case = monday(type="feature-request").do(take).do(update, "On the list.").do(resolve, "Reviewed.")
    assert case.at("2026-11-23 09:59").sweep().case.status == "resolved"
    assert case.at("2026-11-23 10:00").sweep().case.status == "closed"


def urgent(at: str = "2026-11-23 16:00") -> CaseStory:
    return story("ess").at(at).open(channel="phone", priority="p1", service="sims-id").do(take)


def test_ess_15_contact_details_are_exchanged_before_closing_time() -> None:
    case = urgent()
    assert case.duty_states("out-of-hours-contact") == ["owed"]
    assert case.local(case.duties("out-of-hours-contact")[0].due_at) == "2026-11-23 18:00"
    told = case.at("2026-11-23 17:40").do(handover, message="Jo is on the number in the contact record.")
    assert told.duty_states("out-of-hours-contact", "2026-11-23 19:00")[0] == "done"
    assert case.duty_states("out-of-hours-contact", "2026-11-23 18:00")[0] == "missed"


def test_ess_15_it_is_for_a_p1_that_somebody_works_on() -> None:
    assert monday(priority="p2").duties("out-of-hours-contact") == []
    waits = urgent().at("2026-11-23 17:00").do(hold, waiting_for="customer-unavailable")
    assert waits.duties("out-of-hours-contact", "2026-11-23 20:00") == [], "the clock is stopped, nobody works on it"


def unanswered(priority: str = "p4") -> CaseStory:
    """Resolved on Monday 10:00, the customer's word awaited."""
    return (
        monday(priority=priority).do(take).at("2026-11-23 10:00").do(resolve, "Password reset.", to="resolved-waiting")
    )


def tried(case: CaseStory, *days: int) -> CaseStory:
    for day in days:
        case = case.at(f"2026-11-{day} 11:00").do(attempt, by="call")
    return case


def test_ess_16_closed_after_three_more_attempts_over_a_week() -> None:
    case = tried(unanswered(), 24, 26, 27)
    assert case.at("2026-11-30 09:59").sweep().case.status == "resolved-waiting"
    closed = case.at("2026-11-30 10:00").sweep()
    assert closed.case.status == "closed"
    assert closed.change.rule == "ess/2.0 close-unanswered"
    assert closed.notices()[-1][0] == "close-unanswered"
    assert closed.sweep().case == closed.case, "and nothing more"


def test_ess_16_two_attempts_are_too_few_and_a_week_is_a_week() -> None:
    assert tried(unanswered(), 24, 26).at("2026-12-11 10:00").sweep().case.status == "resolved-waiting"
    refusal = tried(unanswered(), 24).refused(close)
    assert "2 more attempt entries needed (ESS-16, ESS-18)" in refusal
    assert "until Mon 2026-11-30 10:00 GMT" in refusal
    assert "casectl attempt" in refusal


@pytest.mark.parametrize("answer", [lambda case: case.do(call, inward=True), lambda case: case.do(email, inward=True)])
def test_ess_16_a_case_of_which_the_customer_was_heard_is_not_closed_by_itself(answer) -> None:  # type: ignore[no-untyped-def]
    assert answer(tried(unanswered(), 24, 26, 27)).at("2026-12-11 10:00").sweep().case.status == "resolved-waiting"


def test_ess_16_it_is_never_reopened() -> None:
    closed = tried(unanswered(), 24, 26, 27).at("2026-12-01 10:00").sweep()
    assert "open --follows" in closed.refused(reopen)


def test_ess_18_with_the_customer_s_word_it_is_closed_at_once() -> None:
    case = unanswered().at("2026-11-23 11:00").do(confirm, "It works.")
    assert case.do(close).case.status == "closed"


def test_ess_18_where_no_confirmation_is_needed_it_moves_to_closed_shortly() -> None:
    case = monday(priority="p4").do(take).at("2026-11-23 17:30").do(resolve, "Password reset.")
    assert case.at("2026-11-24 08:29").sweep().case.status == "resolved"
    assert case.at("2026-11-24 08:30").sweep().case.status == "closed", "an hour of the desk, not of the night"


def test_ess_19_a_complete_loss_of_service_is_closed_with_its_reason() -> None:
    case = monday(priority="p1").do(take).at("2026-11-23 11:00").do(resolve, "The core switch was replaced.")
    assert "reason for outage is missing (ESS-19); casectl set" in case.refused(close)
    assert case.at("2026-11-23 14:00").sweep().case.status == "resolved", "not by the sweep either"
    told = case.do(close, reason_for_outage="A power supply failed.")
    assert (told.case.status, told.case.text("reason_for_outage")) == ("closed", "A power supply failed.")
    assert monday(priority="p2").do(take).do(resolve, "Done.").do(close).case.status == "closed"


@pytest.mark.parametrize(("verb", "arguments"), [(update, ("Half is back.",)), (respond, ("We are on it.",)),
                                                 (resolve, ("All is back.",))])  # fmt: skip
def test_ess_20_the_originator_is_mailed_at_every_update(verb, arguments) -> None:  # type: ignore[no-untyped-def]
    case = monday(priority="p3").do(take)
    assert case.notices() == []
    told = case.do(verb, *arguments)
    assert told.notices() == [("update-notice", "customer")]
    assert told.duty_states("update-notice") == ["done"]
    assert told.do(verb if verb is not resolve else update, "More.").notices() == [("update-notice", "customer")] * 2


def test_ess_20_a_notice_is_no_response() -> None:
    case = monday(priority="p3").do(take).do(update, "Half is back.")
    assert "responded" not in case.policy.responses
    assert "notice" not in case.policy.responses


def test_ess_21_a_case_that_had_its_time_may_climb_in_working_hours() -> None:
    """A p2 of Monday 09:00 is due on Tuesday 09:00."""
    case = monday(priority="p2").do(take).at("2026-11-24 08:30").do(note, "Still looking.")
    refusal = case.refused(escalate, reason="They ask for it.")
    assert "cannot be escalated yet: resolution was not breached" in refusal
    assert "(ESS-21); casectl expedite" in refusal
    climbed = case.at("2026-11-24 09:10").do(escalate, reason="It is late.")
    assert (climbed.case.level, climbed.case.text("owner")) == (2, "sam")


def test_ess_21_a_case_that_stalls_may_climb_before_its_time() -> None:
    case = monday(priority="p3").do(take).at("2026-11-23 11:00").do(note, "Looking.")
    assert "something was logged within 240 min" in case.at("2026-11-23 14:59").refused(escalate, reason="No news.")
    assert case.at("2026-11-23 15:00").do(escalate, reason="No news.").case.level == 2


def test_ess_21_not_out_of_hours() -> None:
    case = monday(priority="p2").do(take).at("2026-11-24 19:00")
    assert "which opens Wed 2026-11-25 08:00 GMT" in case.refused(escalate, reason="It is late.")


def test_ess_21_urgency_above_the_priority_is_possible() -> None:
    case = monday(priority="p4").do(take).do(expedite, reason="Exams tomorrow.")
    assert (case.case.fields["expedited"], case.case.priority) == (True, "p4")


def test_ess_21_the_ladder_is_team_leader_desk_manager_head_of_service() -> None:
    ladder = story("ess").policy.ladder_for("fault")
    assert ladder is not None
    assert [rung.role for rung in ladder.levels] == ["agent", "team-leader", "desk-manager", "head-of-service"]


def test_ess_22_a_concern_about_the_service_goes_to_the_head_of_service() -> None:
    case = monday(type="service-concern").do(take).do(escalate, reason="Escalating did not help.")
    assert case.case.level == 2
    ladder = case.policy.ladder_for("service-concern")
    assert ladder is not None
    assert ladder.levels[-1].role == "head-of-service"


def test_ess_22_commercial_matters_go_to_sales() -> None:
    assert monday(category="commercial").case.text("team") == "sales"
    case = monday()
    assert case.do(set_fields, ["category=commercial"]).case.text("team") == "sales", "also when that shows later"


def test_ess_25_who_has_no_mail_because_of_the_outage_is_telephoned() -> None:
    case = monday(priority="p1", service="office-365").do(take).do(update, "Mail is down for all.")
    assert case.notices() == [], "a mail would not arrive"
    assert [row.lacks for row in case.duties("update-notice")] == [("call:out",)]
    assert case.do(email, inward=False).duty_states("update-notice") == ["owed"]
    assert case.do(call, inward=False).duty_states("update-notice") == ["done"]
    assert monday(priority="p1", service="dns").do(take).do(update, "DNS is down.").notices() == [
        ("update-notice", "customer")
    ]
