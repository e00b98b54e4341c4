"""How cases are worked at Expereo: who owns them, what they need, when they climb, how they end."""

from __future__ import annotations

import pytest

from casectl.desk.verbs.close import close
from casectl.desk.verbs.email import email
from casectl.desk.verbs.hold import hold
from casectl.desk.verbs.merge import merge
from casectl.desk.verbs.promise import promise
from casectl.desk.verbs.reopen import reopen
from casectl.desk.verbs.resolve import resolve
from casectl.desk.verbs.set import set as set_fields
from casectl.desk.verbs.take import take
from casectl.desk.verbs.update import update
from tests.clauses.case_story import CaseStory, story

MORNING = "2026-11-23 09:00"


def incident(
    at: str = MORNING, category: str = "down", beside: CaseStory | None = None, **options: str | None
) -> CaseStory:
    """A case that came in then; `beside` another that there is already."""
    told = {"channel": "portal", "service": "head-office", "category": category, "update_every": "24h", **options}
    priority = "p1" if category == "down" else "p2"
    begun = story("expereo") if beside is None else story("expereo").beside(beside)
    return begun.at(at).open(**{"priority": priority, **told})


def test_exp_02_what_monitoring_opens_is_the_support_team_s() -> None:
    case = incident(channel="monitoring", detected="2026-11-23 08:50")
    assert case.case.text("team") == "support"
    assert case.owing() == [], "nobody submitted it, so nobody left anything out"


def test_exp_04_incident_reports_carry_checks_and_details() -> None:
    case = story("expereo").at(MORNING).open(channel="portal", update_every="8h", checked=["power", "cabling"])
    assert case.owing() == ["service", "description", "restart"]
    request = story("expereo").at(MORNING).open(channel="portal", type="general-request", update_every="8h")
    assert request.owing() == []


@pytest.mark.parametrize(
    ("at", "owner"), [("2026-11-23 03:00", "mia"), ("2026-11-23 09:00", "raj"), ("2026-11-23 20:00", "sam")]
)
def test_exp_08_a_case_manager_owns_it_whoever_is_on_duty(at: str, owner: str) -> None:
    case = incident(at)
    assert case.case.text("owner") == owner
    assert case.by("kim").do(take).case.text("owner") == owner, "who works on it is another matter"


def test_exp_08_suppliers_are_chased_regularly() -> None:
    case = incident().do(take).at("2026-11-23 10:00").do(hold, waiting_for="supplier")
    assert case.at("2026-11-23 13:59").sweep().case == case.case
    first = case.at("2026-11-23 14:00").sweep()
    assert first.notices()[-1] == ("chase-supplier", "case-manager")
    assert first.at("2026-11-23 17:59").sweep().case == first.case
    second = first.at("2026-11-23 18:00").sweep()
    assert [rule for rule, _ in second.notices()].count("chase-supplier") == 2
    assert (
        incident().at("2026-11-23 10:00").do(hold, waiting_for="customer").at("2026-11-23 16:00").sweep().case.level
        == 1
    )


def test_exp_10_a_missed_promise_opens_the_next_level() -> None:
    case = incident().do(take).do(promise, due="2026-11-23 11:00", kind="engineer-on-site", message="By eleven.")
    assert case.at("2026-11-23 11:00").sweep().case.level == 1
    late = case.at("2026-11-23 11:01").sweep()
    assert (late.case.level, late.case.text("owner")) == (2, "raj")
    assert late.entry.fields["reason"] == "commitment 1 is breached"
    assert late.at("2026-11-23 12:00").sweep().case.level == 2, "once for each promise"
    again = late.do(promise, due="2026-11-23 12:00", kind="call-back", message="At noon.").at("2026-11-23 12:05")
    assert again.sweep().case.level == 3


def test_exp_10_an_update_that_did_not_come_is_a_missed_time_too() -> None:
    case = incident(update_every="8h").do(take)
    assert case.at("2026-11-23 17:01").sweep().case.level == 2
    assert case.at("2026-11-23 16:00").do(update, "No news.").at("2026-11-23 17:01").sweep().case.level == 1


def test_exp_10_a_promise_that_was_kept_raises_nothing() -> None:
    case = incident().do(take).do(promise, due="2026-11-23 11:00", kind="call-back", message="By eleven.")
    kept = case.at("2026-11-23 10:50").do(promise, kept="-")
    assert kept.at("2026-11-23 11:30").sweep().case.level == 1


def solved(category: str = "down") -> CaseStory:
    """Solved on Monday 12:00, and told so."""
    case = incident(category=category).do(take).at("2026-11-23 12:00").do(resolve, "A new line card.")
    return case.do(email, inward=False)


@pytest.mark.parametrize(("category", "until"), [("down", "2026-11-24 12:00"), ("degraded", "2026-11-26 12:00")])
def test_exp_11_a_solved_case_is_watched_before_it_is_closed(category: str, until: str) -> None:
    case = solved(category)
    assert case.figures().phase == "monitoring"
    reason = {"reason_for_outage": "A line card."}
    early = case.at(until.replace("12:00", "11:59")).refused(close, **reason)
    assert "it has to be solved until" in early
    assert "(EXP-11)" in early
    assert case.at(until).do(close, **reason).case.status == "closed"


def test_exp_11_it_is_closed_by_itself_once_it_stayed_quiet() -> None:
    case = solved("degraded")
    assert case.at("2026-11-26 11:59").sweep().case.status == "solved"
    assert case.at("2026-11-26 12:00").sweep().case.status == "closed"


def test_exp_11_the_reason_for_an_outage_comes_first() -> None:
    case = solved("down").at("2026-11-25 12:00")
    assert case.sweep().case.status == "solved"
    assert "reason for outage is missing (EXP-11)" in case.refused(close)
    given = solved("down").at("2026-11-23 13:00").do(set_fields, ["reason_for_outage=A line card."])
    assert given.at("2026-11-25 12:00").sweep().case.status == "closed"
    assert solved("degraded").at("2026-11-26 12:00").do(close).case.status == "closed", "not for every type"


def test_exp_11_a_recurrence_while_it_is_watched_goes_back_to_work() -> None:
    case = solved("degraded").at("2026-11-25 09:00").do(reopen, message="Down again.")
    assert case.figures().phase == "active"
    assert case.due("resolution") == "2026-11-25 10:00", "the clock goes on where it stood: one of four hours is left"
    again = case.at("2026-11-25 10:00").do(resolve, "Another line card.").do(email, inward=False)
    assert again.at("2026-11-28 09:59").sweep().case.status == "solved", "and is watched anew"
    assert again.at("2026-11-28 10:00").sweep().case.status == "closed"


def test_exp_12_a_closed_case_is_never_reopened_but_followed() -> None:
    case = solved("degraded").at("2026-11-26 12:00").do(close)
    assert f"casectl open --follows {case.case.id}" in case.refused(reopen)
    again = incident("2026-11-27 09:00", "degraded", beside=case, follows=case.case.id, service=None)
    assert again.case.text("follows") == case.case.id
    assert again.case.text("service") == "head-office", "what is known of the old one is taken over"
    assert again.row("resolution").started_at == again.now, "and its clocks begin anew"


def test_exp_14_a_second_case_of_one_mail_is_merged_into_the_first() -> None:
    first = incident()
    second = incident("2026-11-23 09:20", beside=first)
    merged = second.do(merge, into=first.case.id, message="The same outage, by another mail.")
    assert (merged.case.text("merged_into"), merged.case.status) == (first.case.id, "new")
    assert {row.target: row.state for row in merged.figures().rows} == {
        "creation": "met", "response": "withdrawn", "update": "withdrawn", "resolution": "withdrawn"
    }  # fmt: skip
    assert merged.owing() == []


def test_exp_14_what_may_be_the_same_is_said_at_the_opening() -> None:
    first = incident()
    second = incident("2026-11-23 09:20", beside=first)
    assert f"casectl merge {second.case.id} --into {first.case.id}" in "; ".join(second.change.warnings)
    elsewhere = incident("2026-11-23 09:20", beside=first, service="branch-office", title="No dial tone")
    assert "perhaps the same" not in "; ".join(elsewhere.change.warnings)
    over = incident("2026-11-26 09:20", beside=solved())
    assert "perhaps the same" not in "; ".join(over.change.warnings), "what is solved is followed, not merged into"


def test_exp_14_the_mail_with_the_reference_is_drafted_at_the_opening() -> None:
    assert incident(channel="email").notices() == [("reference", "customer")]


def test_exp_11_who_was_told_too_soon_is_told_again_and_what_was_not_solved_owes_no_notice() -> None:
    case = incident().do(take).at("2026-11-23 12:00").do(resolve, "A new line card.")
    assert "solved-notice" in case.owing()
    back = case.at("2026-11-23 12:30").do(reopen, message="Down again.")
    assert "solved-notice" not in back.owing()
    assert back.duty_states("solved-notice") == ["dropped"]
    again = back.at("2026-11-23 14:00").do(resolve, "Another one.")
    assert "solved-notice" in again.owing()
    told = again.do(email, inward=False)
    assert told.duty_states("solved-notice") == ["dropped", "done"]
    early = case.do(email, inward=False).at("2026-11-23 12:30").do(reopen, message="Down again.")
    assert early.duty_states("solved-notice") == ["done"]
