"""Known answers, continued: promises kept and missed, lead times, maintenance and goals, reckoned by hand.

The desk and the week are those of `test_known_answers.py`: 09-17 Monday to Friday, London time, from Mon 2026-11-23.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from casectl.model.policy import Commitment
from casectl.model.target import Condition
from tests.sla.story import Story, desk
from tests.sla.test_known_answers import HOUR, OFFICE, ROUND, promised
from tests.sla.test_known_answers_on_record import desk_with

# Promises


PROMISED = {"start": "promised", "stop": "kept", "within": {"promised": "due"}}


def call_back() -> Story:
    """Opened Mon 09:00; at 10:00 somebody promises to call back at 20:00, when the desk is closed."""
    return desk_with("commitment", **PROMISED).at("Mon 09:00").open().at("Mon 10:00").promise("c1", "Mon 20:00")


def test_a_promise_kept() -> None:
    """Ten hours on the wall from 10:00 to 20:00. Kept at 20:00 it is kept in time."""
    row = call_back().row("commitment")
    assert (row.state, call_back().say(row.due_at), row.limit_seconds, row.subject) == (
        "running",
        "Mon 20:00",
        10 * HOUR,
        "c1",
    )
    kept = call_back().at("Mon 20:00").keep("c1")
    row = kept.row("commitment", as_of="Tue 12:00")
    assert (row.state, kept.say(row.stopped_at), row.elapsed_seconds) == ("met", "Mon 20:00", 10 * HOUR)


def test_a_promise_missed() -> None:
    """Not kept by 20:00 it is missed at 20:00, and keeping it a second later does not mend that."""
    silent = call_back().row("commitment", as_of="2026-11-23 20:00:01")
    assert (silent.state, call_back().say(silent.breached_at)) == ("breached", "Mon 20:00")
    row = call_back().at("2026-11-23 20:00:01").keep("c1").row("commitment", as_of="Tue 12:00")
    assert (row.state, row.elapsed_seconds, row.remaining_seconds) == ("breached", 10 * HOUR + 1, -1)


def test_a_promise_cancelled() -> None:
    """Called off before it is due it is withdrawn; called off after, it was missed."""
    row = call_back().at("Mon 19:00").cancel("c1").row("commitment", as_of="Tue 12:00")
    assert (row.state, row.due_at) == ("withdrawn", None)
    late = call_back().at("Mon 21:00").cancel("c1").row("commitment", as_of="Tue 12:00")
    assert (late.state, call_back().say(late.breached_at)) == ("breached", "Mon 20:00")


def test_a_promise_put_off() -> None:
    """Made for Tue 10:00 instead, said at 15:00: due then, 24 hours from Mon 10:00. Said at 21:00 it is too late."""
    story = call_back().at("Mon 15:00").due_now("c1", "Tue 10:00")
    row = story.row("commitment", as_of="Mon 23:00")
    assert (row.state, story.say(row.due_at), row.limit_seconds) == ("running", "Tue 10:00", 24 * HOUR)
    late = call_back().at("Mon 21:00").due_now("c1", "Tue 10:00").row("commitment", as_of="Mon 23:00")
    assert (late.state, call_back().say(late.breached_at)) == ("breached", "Mon 20:00")


def test_each_promise_is_kept_for_itself() -> None:
    """Two promises, of 10:00 and 11:00, due 20:00 and 13:00. Keeping the second at 12:00 leaves the first running."""
    story = call_back().at("Mon 11:00").promise("c2", "Mon 13:00").at("Mon 12:00").keep("c2")
    first, second = story.rows("commitment", as_of="Mon 14:00")
    assert [(row.subject, row.occurrence, row.state) for row in (first, second)] == [
        ("c1", 1, "running"),
        ("c2", 2, "met"),
    ]


def test_a_promise_that_the_file_no_longer_holds() -> None:
    """Taken out of the file at 15:00, it is owed nothing more; taken out at 21:00, it had been missed."""
    row = call_back().at("Mon 15:00").set(commitments=None).row("commitment", as_of="Tue 12:00")
    assert (row.state, row.owed, row.due_at) == ("withdrawn", False, None)
    late = call_back().at("Mon 21:00").set(commitments=None).row("commitment", as_of="Tue 12:00")
    assert (late.state, call_back().say(late.breached_at)) == ("breached", "Mon 20:00")


def test_a_promise_made_while_the_case_is_solved_begins_with_its_reopening() -> None:
    """Solved at 11:00; at 12:00 they promise a call for 15:00. Reopened at 14:00 it is owed from there: an hour."""
    story = call_back().at("Mon 11:00").resolve().at("Mon 12:00").promise("c2", "Mon 15:00")
    assert len(story.rows("commitment")) == 1
    row = story.at("Mon 14:00").reopen().rows("commitment", as_of="2026-11-23 14:30")[1]
    assert (story.say(row.started_at), story.say(row.due_at), row.limit_seconds) == ("Mon 14:00", "Mon 15:00", HOUR)


def test_the_solution_ends_a_promise() -> None:
    """Solved at 19:00, before the call was due: judged there, and in time. Solved at 21:00 it had been missed."""
    assert call_back().at("Mon 19:00").resolve().row("commitment", as_of="Tue 12:00").state == "met"
    assert call_back().at("Mon 21:00").resolve().row("commitment", as_of="Tue 12:00").state == "breached"


def test_a_promise_is_of_the_wall_not_of_the_case() -> None:
    """Waiting for the customer does not stop a promise that names a moment: held 11 to 19, due 20:00 all the same."""
    story = call_back().at("Mon 11:00").hold("customer").at("Mon 19:00").resume()
    assert story.say(story.row("commitment").due_at) == "Mon 20:00"


# Lead times


AHEAD = {"start": "promised", "stop": "promised", "within": "24h ahead", "goal": "48h ahead"}


@pytest.mark.parametrize(
    ("promised_at", "state", "limit"),
    [("2026-11-23 10:00:00", "met", 0), ("2026-11-23 10:00:01", "breached", -1), ("2026-11-23 09:59:00", "met", 60)],
)
def test_a_lead_time_just_enough(promised_at: str, state: str, limit: int) -> None:
    """A visit on Tue 10:00 wants 24 hours' notice, so it must be arranged by Mon 10:00; what is left until then is
    the limit: nothing at 10:00 sharp, which is enough, and a second less than nothing a second later."""
    story = desk_with("lead-time", **AHEAD).at("Mon 09:00").open().at(promised_at).promise("c1", "Tue 10:00")
    row = story.row("lead-time", as_of="Wed 12:00")
    assert (row.state, row.limit_seconds, row.elapsed_seconds) == (state, limit, 0)
    assert story.say(row.due_at) == "Mon 10:00"
    assert (row.goal_seconds, row.subject) == (limit - 24 * HOUR, "c1")


def test_a_lead_time_until_the_customers_are_told() -> None:
    """Maintenance on Thu 10:00, planned on Mon 10:00, announced by mail: 48 hours on the wall are left until Wed."""
    keys = {"start": "promised", "stop": "email:out", "within": "24h ahead"}
    story = desk_with("lead-time", **keys).at("Mon 09:00").open().at("Mon 10:00").promise("c1", "Thu 10:00")
    row = story.row("lead-time")
    assert (row.state, story.say(row.due_at), row.limit_seconds) == ("running", "Wed 10:00", 48 * HOUR)
    assert story.at("Wed 10:00").log("email:out").row("lead-time").state == "met"
    assert story.at("2026-11-25 10:00:01").log("email:out").row("lead-time").state == "breached"


# Maintenance windows


def maintained() -> Story:
    """Four hours round the clock from Mon 09:00, announced maintenance left out."""
    return promised("4h", calendar="round", exclude=["maintenance"]).at("Mon 09:00").open()


def test_a_maintenance_window_across_the_due_time() -> None:
    """At 10:00 maintenance is announced for 12 to 15. Three hours pass until 12:00, one is left after 15:00: due 16:00
    instead of 13:00, as is known at 10:00 already."""
    story = maintained().at("Mon 10:00").promise("m1", "Mon 12:00", "maintenance", "Mon 15:00")
    assert story.say(story.row("resolution").due_at) == "Mon 16:00"
    row = story.row("resolution", as_of="2026-11-23 15:30")
    assert (row.elapsed_seconds, row.exempt_seconds, row.breached_at) == (3.5 * HOUR, 3 * HOUR, None)
    assert story.row("resolution", as_of="2026-11-23 16:00:01").state == "breached"
    plain = promised("4h", calendar="round").at("Mon 09:00").open().at("Mon 10:00")
    plain = plain.promise("m1", "Mon 12:00", "maintenance", "Mon 15:00")
    assert plain.say(plain.row("resolution").due_at) == "Mon 13:00", "only where the policy leaves it out"


def test_maintenance_announced_when_it_has_begun() -> None:
    """For 12 to 15, written down at 12:30: from then until 15:00 it is left out. 3 h 30 by 12:30, due 15:30."""
    story = maintained().at("Mon 12:30").promise("m1", "Mon 12:00", "maintenance", "Mon 15:00")
    row = story.row("resolution")
    assert (story.say(row.due_at), row.exempt_seconds) == ("Mon 15:30", 0)


def test_maintenance_that_needs_notice() -> None:
    """The kind asks for 24 hours of notice. A window from Tue 12:00 to 15:00, announced Mon 12:00, is left out of eight
    hours that began on Tue 08:00: due 19:00. Announced a second later it is not: due 16:00."""
    kinds = {"maintenance": Commitment("maintenance", window=True, notice_seconds=24 * HOUR)}
    story = promised("8h", calendar="round", start="triaged", exclude=["maintenance"])
    story = replace(story, policy=replace(story.policy, commitments=kinds)).at("Mon 09:00").open()
    for announced, due in (("2026-11-23 12:00:00", "Tue 19:00"), ("2026-11-23 12:00:01", "Tue 16:00")):
        told = story.at(announced).promise("m1", "Tue 12:00", "maintenance", "Tue 15:00")
        assert told.say(told.at("Tue 08:00").triage("p2").row("resolution").due_at) == due


def test_a_goal_alone_says_until_when_it_aims() -> None:
    """Two working days are aimed at from Mon 09:00: until Wed 09:00. Nothing is promised, so nothing is ever late."""
    story = Story(desk({"resolution": {"goal": "2wd", "within": None}}, hours=OFFICE, calendars=ROUND))
    story = story.at("Mon 09:00").open().at("Thu 09:00").log("note")
    row = story.row("resolution")
    assert (row.state, row.breached_at, row.due_at, story.say(row.aim_at)) == ("untargeted", None, None, "Wed 09:00")
    assert row.goal_seconds is not None
    assert row.elapsed_seconds > row.goal_seconds


def test_a_case_without_a_rule_is_measured_in_the_hours_that_it_chooses() -> None:
    """From Mon 09:00 to Tue 09:00: eight hours of the desk, or the whole day where the case's priority chooses that."""
    policy = desk({"resolution": {"measured": True}}, hours=OFFICE, calendars=ROUND)
    target = policy.targets["resolution"]
    urgent = target.otherwise._replace(calendar="round", when=Condition({"priority": frozenset({"p1"})}))
    chosen = {"resolution": target._replace(unruled=(urgent, target.otherwise))}
    for priority, hours in (("p1", 24), ("p2", 8)):
        story = Story(replace(policy, targets=chosen)).at("Mon 09:00").open(priority=priority)
        row = story.row("resolution", as_of="Tue 09:00")
        assert (row.state, row.elapsed_seconds) == ("untargeted", hours * HOUR)


def test_maintenance_called_off() -> None:
    """Announced at 10:00 for 12 to 15. Called off at 11:00: due 13:00 as before. Called off at 13:00, one hour of it
    has been: due 14:00."""
    story = maintained().at("Mon 10:00").promise("m1", "Mon 12:00", "maintenance", "Mon 15:00")
    assert story.say(story.at("Mon 11:00").cancel("m1").row("resolution").due_at) == "Mon 13:00"
    assert story.say(story.at("Mon 13:00").cancel("m1").row("resolution").due_at) == "Mon 14:00"


def test_a_maintenance_window_across_the_due_time_in_working_days() -> None:
    """One working day from Mon 15:00 ends on Tue 15:00. Maintenance from 14 to 16 hides one hour before then and one
    after: at 16:00 one hour is still to be made up, due Tue 17:00."""
    story = promised("1wd", exclude=["maintenance"]).at("Mon 15:00").open()
    story = story.at("Mon 16:00").promise("m1", "Tue 14:00", "maintenance", "Tue 16:00")
    assert story.say(story.row("resolution").due_at) == "Tue 17:00"
    assert story.row("resolution", as_of="Wed 09:00").breached_at is None
    assert story.say(story.row("resolution", as_of="2026-11-25 09:00:01").breached_at) == "Wed 09:00"


def test_maintenance_announced_after_the_breach_hides_nothing() -> None:
    """Late since 13:00; at 14:00 somebody announces that 12 to 16 was maintenance."""
    story = maintained().at("Mon 14:00").promise("m1", "Mon 12:00", "maintenance", "Mon 16:00")
    row = story.row("resolution", as_of="Mon 15:00")
    assert (row.state, story.say(row.breached_at)) == ("breached", "Mon 13:00")


# What is only aimed at


def test_a_goal_without_a_limit() -> None:
    """Most are done within a working day: from Mon 15:00 that is eight open hours. It shows, and it is never late."""
    story = Story(desk({"completion": {"goal": "1wd"}}, hours=OFFICE)).at("Mon 15:00").open()
    row = story.row("completion", as_of="Fri 12:00")
    assert (row.state, row.goal_seconds, row.limit_seconds, row.breached_at) == ("untargeted", 8 * HOUR, None, None)
    assert row.elapsed_seconds == (2 + 8 + 8 + 8 + 3) * HOUR
