"""Figures reckoned by hand: the table of design.md "The clock", and the situations of traps.md "Time".

Unless a story says otherwise the desk is open 08-18 Monday to Thursday and 08-16 on Friday, London time, and waiting
for the customer pauses its clocks. The week is that of Monday 2026-11-23, where London is on UTC.
"""

from __future__ import annotations

import pytest

from casectl.model.policy import Customer
from tests.sla.story import Story, desk, span

HOUR = 3600


def resolution(within: str, **keys: object) -> Story:
    """A story at a desk with one promise: resolved within that figure."""
    return Story(desk({"resolution": {"within": within, **keys}}))


TABLE = [
    ("Mon 09:00", "3wd", ("Mon 17:00", "Tue 09:00"), "Thu 11:00", None),
    ("Thu 14:00", "1wd", ("Thu 15:00", "Fri 11:00"), "2026-11-30 12:00", None),
    ("Thu 17:00", "1wd", None, "Fri 16:00", "2026-11-30 08:00"),
    ("Thu 17:00", "1wd", ("Fri 10:00", "Fri 11:00"), "2026-11-30 09:00", None),
    ("Sat 10:00", "1wd", None, "2026-12-01 08:00", None),
]


@pytest.mark.parametrize(("start", "within", "pause", "due", "breached"), TABLE)
def test_the_table_of_the_design(
    start: str, within: str, pause: tuple[str, str] | None, due: str, breached: str | None
) -> None:
    """Working days on a week of unequal days.

    Line 1: due0 is Thu 09:00; the pause hid Mon 17-18 and Tue 08-09, two open hours: Thu 11:00.
    Line 2: due0 is Fri 14:00; hidden before it Thu 15-18 and Fri 08-11, six hours; Fri has two left, Mon gives four.
    Line 3: Fri 17:00 is past Friday's hours: its last closing, 16:00; the next second that counts is Monday's.
    Line 4: one hour hidden before Fri 16:00; it is made up on Monday 08-09.
    Line 5: Saturday rolls to Mon 08:00, and a working day later it is Tue 08:00.
    """
    story = resolution(within).at(start).open()
    if pause:
        story = story.at(pause[0]).hold("customer").at(pause[1]).resume()
    assert story.say(story.row("resolution").due_at) == due
    if breached:
        unanswered = story.at("2026-12-04 12:00").row("resolution")
        assert (story.say(unanswered.breached_at), story.say(unanswered.due_at)) == (breached, due)


def test_an_answer_in_the_evening_to_a_closing_time_is_in_time() -> None:
    """Mon 09:00 + 9 open hours is Monday's closing, 18:00. Nothing counts until Tue 08:00, so 22:00 is in time; so is
    Tue 08:00 itself, where elapsed is still nine hours; a second later it is more."""
    story = resolution("9h").at("Mon 09:00").open()
    late = story.at("Mon 22:00").resolve().row("resolution")
    assert (story.say(late.due_at), late.state, late.elapsed_seconds) == ("Mon 18:00", "met", 9 * HOUR)
    assert story.at("Tue 08:00").resolve().row("resolution").state == "met"
    too_late = story.at("2026-11-24 08:00:01").resolve().row("resolution")
    assert (too_late.state, story.say(too_late.breached_at), too_late.elapsed_seconds) == (
        "breached",
        "Tue 08:00",
        9 * HOUR + 1,
    )


def test_a_window_is_half_open() -> None:
    """Opened Mon 18:00:00 the desk is closed: nothing counts until Tue 08:00, and one hour later it is 09:00."""
    story = resolution("1h").at("Mon 18:00").open()
    assert story.say(story.row("resolution").due_at) == "Tue 09:00"
    last_second = resolution("1s").at("2026-11-23 17:59:59").open()
    assert last_second.say(last_second.row("resolution").due_at) == "Mon 18:00"


def test_a_pause_in_closed_hours_moves_nothing() -> None:
    """Held Mon 19:00 to Tue 07:00: no open second was hidden, so Mon 17:00 + 4 h stays Tue 11:00."""
    story = resolution("4h").at("Mon 17:00").open().at("Mon 19:00").hold("customer").at("Tue 07:00").resume()
    row = story.row("resolution")
    assert (story.say(row.due_at), row.paused_seconds) == ("Tue 11:00", 0)


def test_a_pause_is_cut_out_to_the_second() -> None:
    """Held from 10:00:00 to 10:00:07: seven seconds are paused, and due moves by just those."""
    story = resolution("4h").at("Mon 09:00").open().at("Mon 10:00").hold("customer").at("2026-11-23 10:00:07").resume()
    row = story.row("resolution")
    assert (story.say(row.due_at), row.paused_seconds, row.elapsed_seconds) == ("Mon 13:00:07", 7, HOUR)


def test_while_paused_there_is_no_due_time_but_what_remains() -> None:
    """One of four hours is used at 10:00; at noon it is still one, and two were paused."""
    row = resolution("4h").at("Mon 09:00").open().at("Mon 10:00").hold("customer").row("resolution", as_of="Mon 12:00")
    assert (row.state, row.due_at, row.remaining_seconds, row.paused_seconds) == ("paused", None, 3 * HOUR, 2 * HOUR)


def test_a_pause_after_the_breach_hides_nothing() -> None:
    """Due Mon 10:00, held from 11:00: breached it is, with its due time, and elapsed stands at two hours."""
    story = resolution("1h").at("Mon 09:00").open().at("Mon 11:00").hold("customer")
    row = story.row("resolution", as_of="Mon 15:00")
    assert (row.state, story.say(row.due_at), story.say(row.breached_at)) == ("breached", "Mon 10:00", "Mon 10:00")
    assert row.elapsed_seconds == 2 * HOUR


def test_waiting_for_somebody_whom_the_rule_does_not_name_is_no_pause() -> None:
    row = resolution("4h").at("Mon 09:00").open().at("Mon 10:00").hold("supplier").row("resolution", as_of="Mon 12:00")
    assert (row.state, row.elapsed_seconds) == ("running", 3 * HOUR)


def test_solved_straight_from_hold_the_hold_ends_there() -> None:
    """Worked 09-10, held until 15:00, solved then: one hour of work, five of pause, and none after."""
    story = resolution("4h").at("Mon 09:00").open().at("Mon 10:00").hold("customer").at("Mon 15:00").resolve()
    row = story.row("resolution", as_of="Tue 12:00")
    assert (row.state, row.elapsed_seconds, row.paused_seconds) == ("met", HOUR, 5 * HOUR)


PRIORITIES = {
    "rules": [
        {"when": {"priority": "p1"}, "within": "2h"},
        {"when": {"priority": ["p2", "p3"]}, "within": "8h"},
    ]
}


def test_a_raise_counts_from_the_original_start() -> None:
    """p3 from 09:00, p1 at 10:00: one of the two hours is gone, due 11:00."""
    story = Story(desk({"resolution": PRIORITIES})).at("Mon 09:00").open().at("Mon 10:00").set(priority="p1")
    assert story.say(story.row("resolution").due_at) == "Mon 11:00"


def test_a_raise_that_is_already_too_late_breaches_at_that_moment() -> None:
    """At 13:00 four hours have passed and p1 allows two: breached at 13:00, not at 11:00, when p3 was in time."""
    story = Story(desk({"resolution": PRIORITIES})).at("Mon 09:00").open().at("Mon 13:00").set(priority="p1")
    assert story.row("resolution", as_of="2026-11-23 12:59:59").state == "running"
    row = story.row("resolution")
    assert (row.state, story.say(row.breached_at), story.say(row.due_at)) == ("breached", "Mon 13:00", "Mon 11:00")


def test_no_downgrade_undoes_a_breach() -> None:
    """p1, due 11:00, breached then; a p3 from noon would have eight hours, but the promise that was broken stays."""
    story = Story(desk({"resolution": PRIORITIES})).at("Mon 09:00").open(priority="p1").at("Mon 12:00")
    row = story.set(priority="p3").at("Mon 13:00").resolve().row("resolution")
    assert (row.state, row.limit_seconds, story.say(row.breached_at)) == ("breached", 2 * HOUR, "Mon 11:00")
    assert row.elapsed_seconds == 4 * HOUR


def test_pauses_are_kept_when_the_rule_changes() -> None:
    """Held 10-12, raised at 13:00: p1's two hours are used up exactly then, and not yet exceeded."""
    story = Story(desk({"resolution": PRIORITIES})).at("Mon 09:00").open().at("Mon 10:00").hold("customer")
    story = story.at("Mon 12:00").resume().at("Mon 13:00").set(priority="p1")
    row = story.row("resolution")
    assert (row.state, row.elapsed_seconds, row.remaining_seconds) == ("running", 2 * HOUR, 0)
    assert story.say(story.row("resolution", as_of="Mon 14:00").breached_at) == "Mon 13:00"


def test_from_change_the_new_rule_begins_when_it_takes_over() -> None:
    """p1 from 13:00, two hours from there: 15:00."""
    policy = desk({"resolution": {**PRIORITIES, "on_change": "from-change"}})
    story = Story(policy).at("Mon 09:00").open().at("Mon 13:00").set(priority="p1")
    row = story.row("resolution")
    assert (story.say(row.started_at), story.say(row.due_at), row.elapsed_seconds) == ("Mon 13:00", "Mon 15:00", 0)


def test_a_rule_that_was_away_for_no_time_at_all_was_never_away() -> None:
    """p1 to p3 and back within one second: p1 has been in force since 09:00."""
    policy = desk({"resolution": {**PRIORITIES, "on_change": "from-change"}})
    story = Story(policy).at("Mon 09:00").open(priority="p1").at("Mon 10:00").set(priority="p3").set(priority="p1")
    assert story.say(story.row("resolution").started_at) == "Mon 09:00"


def test_a_rule_that_held_for_no_time_at_all_leaves_nothing_to_withdraw() -> None:
    story = Story(desk({"resolution": PRIORITIES})).at("Mon 09:00").open(priority="p4")
    assert story.at("Mon 10:00").set(priority="p1").set(priority="p4").rows("resolution") == ()


def test_a_condition_that_no_longer_holds_withdraws_the_promise() -> None:
    story = Story(desk({"resolution": PRIORITIES})).at("Mon 09:00").open().at("Mon 10:00").set(priority="p4")
    assert story.row("resolution").state == "withdrawn"
    measured = Story(desk({"resolution": {**PRIORITIES, "measured": True}}), now=story.now, steps=story.steps)
    row = measured.row("resolution", as_of="Mon 12:00")
    assert (row.state, row.elapsed_seconds, row.limit_seconds) == ("untargeted", 3 * HOUR, None)


def test_what_no_rule_ever_covered_has_no_row() -> None:
    story = Story(desk({"resolution": PRIORITIES})).at("Mon 09:00").open(priority="p4")
    assert story.rows("resolution") == ()


# Reopening


def reopened(how: str, within: str = "4h") -> Story:
    """Worked 09-10, solved 10-14, worked again from 14:00."""
    story = resolution(within, on_reopen=how).at("Mon 09:00").open()
    return story.at("Mon 10:00").resolve().at("Mon 14:00").reopen()


def test_reopened_the_solved_spell_is_a_pause() -> None:
    row = reopened("resume").row("resolution", as_of="Mon 15:00")
    assert (row.elapsed_seconds, row.paused_seconds, row.stopped_at) == (2 * HOUR, 4 * HOUR, None)


def test_reopened_with_continue_the_solved_spell_counts() -> None:
    row = reopened("continue", "8h").row("resolution", as_of="Mon 15:00")
    assert (row.elapsed_seconds, row.paused_seconds) == (6 * HOUR, 0)


def test_a_reopening_that_counts_the_spell_breaches_no_earlier_than_itself() -> None:
    """Four hours are over at 13:00, inside the spell; at 13:30 the case stood solved in time, and a step at 14:00
    changes nothing before it: the breach is at 14:00."""
    story = reopened("continue").at("Mon 15:00")
    assert story.row("resolution", as_of="2026-11-23 13:30").state == "met"
    assert story.say(story.row("resolution").breached_at) == "Mon 14:00"


def test_reopened_with_restart_there_is_a_second_occurrence() -> None:
    story = reopened("restart")
    first, second = story.rows("resolution", as_of="Mon 15:00")
    assert (first.state, first.elapsed_seconds, story.say(first.stopped_at)) == ("met", HOUR, "Mon 10:00")
    assert (second.occurrence, story.say(second.started_at), second.elapsed_seconds) == (2, "Mon 14:00", HOUR)


def test_what_was_restarted_once_is_not_restarted_by_the_next_reopening() -> None:
    """The second occurrence was answered; reopening once more owes no third response."""
    policy = desk({"response": {"stop": "responded", "within": "4h", "on_reopen": "restart"}})
    story = Story(policy).at("Mon 09:00").open().at("Mon 10:00").resolve().at("Mon 11:00").reopen()
    story = story.at("Mon 12:00").respond().at("Mon 13:00").resolve().at("Mon 14:00").reopen()
    assert [row.state for row in story.rows("response")] == ["met", "met"]


def test_a_response_given_while_solved_is_a_response() -> None:
    """Solving ended the response clock at 10:00; the reopening takes that back, but not the answer of 11:00."""
    policy = desk({"response": {"stop": "responded", "within": "2h"}})
    story = Story(policy).at("Mon 09:00").open().at("Mon 10:00").resolve().at("Mon 11:00").respond()
    row = story.at("Mon 14:00").reopen().row("response", as_of="Tue 12:00")
    assert (row.state, story.say(row.stopped_at), row.elapsed_seconds) == ("met", "Mon 11:00", HOUR)


def test_a_target_that_stops_at_closed_is_not_undone() -> None:
    """Only `resolved` is undone by a return; what stopped at `closed` has stopped."""
    story = resolution("4h", stop="closed").at("Mon 09:00").open().at("Mon 10:00").close().at("Mon 14:00").reopen()
    row = story.row("resolution", as_of="Tue 12:00")
    assert (row.state, story.say(row.stopped_at)) == ("met", "Mon 10:00")


# Starts and stops


def test_deemed_receipt_moves_the_start_to_the_next_opening() -> None:
    """Received on Sunday at 20:00 and opened by somebody at 21:00: it counts from Mon 08:00, due 10:00."""
    policy = desk({"response": {"start": "received", "stop": "responded", "within": "2h"}}, deemed=True)
    story = Story(policy).at("2026-11-22 21:00").open(received="Sun 20:00")
    row = story.row("response")
    assert (row.state, story.say(row.started_at), story.say(row.due_at)) == ("pending", "Mon 08:00", "Mon 10:00")
    early = story.at("2026-11-22 22:00").respond().row("response")
    assert (early.state, early.elapsed_seconds) == ("met", 0)


def test_a_claim_of_receipt_can_make_a_case_late_before_it_was_opened() -> None:
    """Received 09:00, typed in at 12:00, one hour allowed: late since 10:00, at 12:00 we know it."""
    policy = desk({"response": {"start": "received", "stop": "responded", "within": "1h"}})
    story = Story(policy).at("Mon 12:00").open(received="Mon 09:00")
    assert story.say(story.row("response").breached_at) == "Mon 10:00"


def test_a_response_before_the_triage_that_starts_its_clock_is_in_time() -> None:
    """`responded` is the first response there is; it lies before the start, so elapsed is 0."""
    policy = desk({"pick-up": {"start": "triaged", "stop": "responded", "within": "1h"}})
    story = Story(policy).at("Mon 09:00").open().at("Mon 10:00").respond().at("Mon 11:00").triage("p2")
    row = story.row("pick-up", as_of="Mon 15:00")
    assert (row.state, row.elapsed_seconds) == ("met", 0)


def test_a_target_waits_for_its_start() -> None:
    policy = desk({"pick-up": {"start": "triaged", "stop": "responded", "within": "1h"}})
    row = Story(policy).at("Mon 09:00").open().row("pick-up")
    assert (row.state, row.started_at, row.due_at) == ("pending", None, None)


def test_what_becomes_startable_while_solved_starts_at_the_reopening() -> None:
    policy = desk({"pick-up": {"start": "triaged", "stop": "responded", "within": "1h"}})
    story = Story(policy).at("Mon 09:00").open().at("Mon 10:00").resolve().at("Mon 11:00").triage("p2")
    row = story.at("Mon 14:00").reopen().row("pick-up")
    assert (story.say(row.started_at), story.say(row.due_at)) == ("Mon 14:00", "Mon 15:00")


def test_outside_the_scope_there_is_no_target_even_when_it_is_measured() -> None:
    """A question from 09:30 on; the escalation at 10:00 starts nothing that is about faults only."""
    keys = {"start": "escalated", "stop": "escalation-answer", "scope": {"type": "fault"}, "measured": True}
    story = Story(desk({"escalation-response": {**keys, "rules": []}})).at("Mon 09:00").open()
    story = story.at("Mon 09:30").set(type="question").at("Mon 10:00").escalate()
    assert story.rows("escalation-response") == ()


def test_each_escalation_is_answered_for_itself() -> None:
    """Escalated at 10:00 and 12:00, answered at 13:00: that answer stops both, three hours and one hour old."""
    policy = desk({"escalation-response": {"start": "escalated", "stop": "escalation-answer", "within": "2h"}})
    story = Story(policy).at("Mon 09:00").open().at("Mon 10:00").escalate().at("Mon 12:00").escalate()
    rows = story.at("Mon 13:00").log("escalation-answer").rows("escalation-response")
    assert [(row.state, row.elapsed_seconds) for row in rows] == [("breached", 3 * HOUR), ("met", HOUR)]


# Repeats


def test_silence_for_five_intervals_is_one_late_update() -> None:
    """One hour is promised, the first update comes after five: one breach; the next interval starts there."""
    policy = desk({"update": {"stop": "update", "repeat": True, "within": "1h"}})
    story = Story(policy).at("Mon 09:00").open().at("Mon 14:00").log("update")
    first, second = story.rows("update", as_of="Mon 14:30")
    assert (first.state, first.elapsed_seconds) == ("breached", 5 * HOUR)
    assert (second.state, story.say(second.started_at), story.say(second.due_at)) == (
        "running",
        "Mon 14:00",
        "Mon 15:00",
    )


def test_the_next_reply_is_owed_from_the_oldest_unanswered_mail() -> None:
    """Mails at 09:30 and 10:00, answered at 10:15; another at 11:00: two occurrences, from 09:30 and from 11:00."""
    policy = desk({"response": {"start": "email:in", "stop": "email:out", "repeat": True, "within": "1h"}})
    story = Story(policy).at("Mon 09:00").open().at("Mon 09:30").log("email:in").at("Mon 10:00").log("email:in")
    story = story.at("Mon 10:15").log("email:out").at("Mon 11:00").log("email:in")
    rows = story.rows("response")
    assert [(story.say(row.started_at), row.elapsed_seconds) for row in rows] == [("Mon 09:30", 2700), ("Mon 11:00", 0)]


def test_the_case_says_how_often_and_may_change_its_mind() -> None:
    """Every four hours until 11:00, from then on every hour: two have passed, so that promise breaks at 11:00."""
    policy = desk({"update": {"stop": "update", "repeat": True, "within": {"case": "update_every"}}})
    story = Story(policy).at("Mon 09:00").open(update_every="4h").at("Mon 11:00").set(update_every="1h")
    assert story.say(story.row("update").breached_at) == "Mon 11:00"


def test_another_figure_under_the_same_rule_is_no_other_rule() -> None:
    """`from-change` counts from where another rule took over; here rule 1 has been in force since 09:00."""
    keys = {"stop": "update", "repeat": True, "within": {"case": "update_every"}, "on_change": "from-change"}
    story = Story(desk({"update": keys})).at("Mon 09:00").open(update_every="8h").at("Mon 11:00").set(update_every="4h")
    row = story.row("update")
    assert (story.say(row.started_at), row.elapsed_seconds) == ("Mon 09:00", 2 * HOUR)


# What the customer and the moment of report decide


def test_a_customer_has_a_figure_of_its_own() -> None:
    acme = Customer("acme", figures={"ttr": span("2h")})
    story = Story(desk({"resolution": {"within": {"customer": "ttr"}}}), customer=acme).at("Mon 09:00").open()
    assert story.say(story.row("resolution").due_at) == "Mon 11:00"


def test_reported_in_or_out_of_hours_is_judged_on_the_actual_receipt() -> None:
    """Received Mon 07:30, before opening: the rule for out of hours holds, although deemed receipt is 08:00."""
    rules = [
        {"when": {"reported": {"in": "desk"}}, "within": "1h"},
        {"when": {"reported": {"out": "desk"}}, "within": "3h"},
    ]
    policy = desk({"response": {"start": "received", "stop": "responded", "rules": rules}}, deemed=True)
    story = Story(policy).at("Mon 09:00").open(received="Mon 07:30")
    row = story.row("response")
    assert (row.rule.index, story.say(row.due_at)) == (1, "Mon 11:00")


def test_a_goal_or_a_share_of_the_limit_puts_a_running_clock_at_risk() -> None:
    """Goal two hours: at risk only past 11:00. Warned at half of four hours: from 11:00 on."""
    by_goal = resolution("4h", goal="2h").at("Mon 09:00").open()
    assert by_goal.row("resolution", as_of="Mon 11:00").state == "running"
    assert by_goal.row("resolution", as_of="Mon 11:01").state == "at-risk"
    warned = resolution("4h", warn_at=0.5).at("Mon 09:00").open()
    assert warned.row("resolution", as_of="Mon 10:59").state == "running"
    assert warned.row("resolution", as_of="Mon 11:00").state == "at-risk"


def test_the_ledger_adds_up_to_the_figure() -> None:
    """Over a hold, a closing, a running on and a reopening: what counted is 1 h, 1 h, 1 h of evening, 2 h."""
    story = resolution("9h", run_on=True).at("Mon 15:00").open().at("Mon 16:00").hold("customer")
    story = story.at("Mon 17:00").resume().at("Mon 19:00").resolve().at("Tue 09:00").reopen().at("Tue 11:00")
    row = story.row("resolution")
    assert row.elapsed_seconds == 5 * HOUR
    assert sum(line.counted_seconds for line in story.ledger("resolution")) == row.elapsed_seconds
