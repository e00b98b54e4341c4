"""Known answers: what a case costs, reckoned by hand step by step, and then asked of the clock.

They are the situations in which other desks' tools went wrong. Unless a story says otherwise the desk is open 09-17
Monday to Friday, London time, and waiting for the customer stops its clocks. The week is that of Monday 2026-11-23.
"""

from __future__ import annotations

import pytest

from tests.sla.story import Story, calendar, desk

HOUR = 3600
OFFICE = {"mon-fri": "09:00-17:00"}
ROUND = {"round": calendar("24x7", name="round")}


def promised(within: object, holidays: tuple[str, ...] = (), **keys: object) -> Story:
    """A story at a desk that resolves within that figure."""
    return Story(desk({"resolution": {"within": within, **keys}}, hours=OFFICE, holidays=holidays, calendars=ROUND))


def rated(**keys: object) -> Story:
    """A story at a desk that has four hours for p1 and eight for the others."""
    rules = [{"when": {"priority": "p1"}, "within": "4h"}, {"within": "8h"}]
    return Story(desk({"resolution": {"rules": rules, **keys}}, hours=OFFICE, calendars=ROUND))


# Pauses


def test_a_pause_over_closed_hours() -> None:
    """Four hours from Mon 15:00; held Mon 16:00 to Tue 10:00.

    Mon 15-16 counts (1 h). Mon 16-17 is paused (1 h), the night is closed whoever waits, Tue 09-10 is paused (1 h).
    Three hours are left at Tue 10:00: due Tue 13:00, with two hours paused and not eighteen.
    """
    story = promised("4h").at("Mon 15:00").open().at("Mon 16:00").hold("customer").at("Tue 10:00").resume()
    row = story.row("resolution")
    assert (row.state, row.elapsed_seconds, row.paused_seconds) == ("running", HOUR, 2 * HOUR)
    assert story.say(row.due_at) == "Tue 13:00"
    assert story.at("Tue 13:00").resolve().row("resolution").state == "met"
    assert story.at("2026-11-24 13:00:01").resolve().row("resolution").state == "breached"


def test_a_pause_over_a_holiday() -> None:
    """Four hours from Mon 15:00, Tuesday is a holiday; held Mon 16:00 to Wed 09:30.

    Counted Mon 15-16 (1 h). Paused Mon 16-17 (1 h), nothing on Tuesday, Wed 09:00-09:30 (half an hour).
    Three hours are left at Wed 09:30: due Wed 12:30.
    """
    story = promised("4h", holidays=("2026-11-24",)).at("Mon 15:00").open()
    story = story.at("Mon 16:00").hold("customer").at("Wed 09:30").resume()
    row = story.row("resolution")
    assert (row.elapsed_seconds, row.paused_seconds, story.say(row.due_at)) == (HOUR, 1.5 * HOUR, "Wed 12:30")
    kinds = {line.kind for line in story.ledger("resolution")}
    assert kinds == {"counted", "paused", "closed", "holiday"}


def test_a_pause_over_a_holiday_of_a_limit_in_working_days() -> None:
    """One working day from Mon 15:00, Tuesday is a holiday; held Mon 16:00 to Wed 09:30.

    A working day later it is Wed 15:00. Before then one and a half open hours were hidden; they are made up from
    Wed 15:00 on: due Wed 16:30. The limit is the open time from Mon 15:00 to Wed 15:00: 2 h and 6 h.
    """
    story = promised("1wd", holidays=("2026-11-24",)).at("Mon 15:00").open()
    row = story.at("Mon 16:00").hold("customer").at("Wed 09:30").resume().row("resolution")
    assert (story.say(row.due_at), row.limit_seconds) == ("Wed 16:30", 8 * HOUR)


def test_a_pause_begun_after_the_breach() -> None:
    """Two hours from Mon 09:00, so late since 11:00; held 12-15, solved at 16:00.

    Counted 09-12 and 15-16, four hours; paused three. Due and breach stay at 11:00, while held and after.
    """
    story = promised("2h").at("Mon 09:00").open().at("Mon 12:00").hold("customer")
    held = story.row("resolution", as_of="Mon 14:00")
    assert (held.state, story.say(held.due_at), story.say(held.breached_at)) == ("breached", "Mon 11:00", "Mon 11:00")
    assert held.elapsed_seconds == 3 * HOUR
    row = story.at("Mon 15:00").resume().at("Mon 16:00").resolve().row("resolution")
    assert (row.state, story.say(row.due_at), story.say(row.breached_at)) == ("breached", "Mon 11:00", "Mon 11:00")
    assert (row.elapsed_seconds, row.paused_seconds) == (4 * HOUR, 3 * HOUR)


def test_a_pause_begun_when_the_limit_was_just_used_up() -> None:
    """Two hours from 09:00, held at 11:00 sharp: two hours are not more than two. A second later it was too late."""
    story = promised("2h").at("Mon 09:00").open()
    just = story.at("Mon 11:00").hold("customer").row("resolution", as_of="Mon 16:00")
    assert (just.state, just.remaining_seconds, just.due_at) == ("paused", 0, None)
    after = story.at("2026-11-23 11:00:01").hold("customer").row("resolution", as_of="Mon 16:00")
    assert (after.state, story.say(after.breached_at)) == ("breached", "Mon 11:00")


def test_a_pause_begun_and_ended_in_the_same_second() -> None:
    """Held and taken up again at 10:00:00: no second lies between them, so nothing is paused and 13:00 stays."""
    story = promised("4h").at("Mon 09:00").open().at("Mon 10:00").hold("customer").resume()
    row = story.row("resolution", as_of="Mon 12:00")
    assert (row.state, row.paused_seconds, story.say(row.due_at)) == ("running", 0, "Mon 13:00")


def test_two_pauses_that_touch_are_one() -> None:
    """Held for the customer 10-11, at 11:00 for the customer again after a second of work: 2 h less that second."""
    story = promised("4h").at("Mon 09:00").open().at("Mon 10:00").hold("customer").at("Mon 11:00").resume()
    story = story.at("2026-11-23 11:00:01").hold("customer").at("Mon 12:00").resume()
    row = story.row("resolution")
    assert (row.paused_seconds, row.elapsed_seconds) == (2 * HOUR - 1, HOUR + 1)


# Solved


def test_reopened() -> None:
    """Four hours from Mon 10:00; solved at 11:00, reopened Tue 10:00.

    Counted 10-11 (1 h). Solved Mon 11-17 (6 h) and Tue 09-10 (1 h), which does not count. Three hours are left at
    Tue 10:00: due Tue 13:00. The stop of Monday is undone.
    """
    story = promised("4h").at("Mon 10:00").open().at("Mon 11:00").resolve()
    assert story.row("resolution", as_of="Tue 09:30").state == "met"
    story = story.at("Tue 10:00").reopen()
    row = story.row("resolution")
    assert (row.state, row.stopped_at, row.elapsed_seconds, row.paused_seconds) == ("running", None, HOUR, 7 * HOUR)
    assert story.say(row.due_at) == "Tue 13:00"


def test_reopened_after_a_breach_it_stays_late() -> None:
    """Two hours from 09:00, solved at 12:00, one too late; solved again at 15:00 after two more hours."""
    story = promised("2h").at("Mon 09:00").open().at("Mon 12:00").resolve().at("Mon 13:00").reopen()
    row = story.at("Mon 15:00").resolve().row("resolution")
    assert (row.state, story.say(row.breached_at), row.elapsed_seconds) == ("breached", "Mon 11:00", 5 * HOUR)


def test_solved_straight_from_hold() -> None:
    """Four hours from Mon 09:00; held at 10:00, solved from there Tue 12:00, reopened Wed 09:00, asked Wed 10:00.

    Counted Mon 09-10. Paused Mon 10-17 (7 h) and Tue 09-12 (3 h), where the hold ends. Solved Tue 12-17 (5 h).
    Counted Wed 09-10: two hours in all, 15 not counted, and two left: due Wed 12:00.
    """
    story = promised("4h").at("Mon 09:00").open().at("Mon 10:00").hold("customer").at("Tue 12:00").resolve()
    solved = story.row("resolution", as_of="Tue 16:00")
    assert (solved.state, solved.elapsed_seconds, solved.paused_seconds) == ("met", HOUR, 10 * HOUR)
    story = story.at("Wed 09:00").reopen().at("Wed 10:00")
    row = story.row("resolution")
    assert (row.elapsed_seconds, row.paused_seconds, story.say(row.due_at)) == (2 * HOUR, 15 * HOUR, "Wed 12:00")


# Raised and lowered


def test_raised_late_but_in_time() -> None:
    """p3 from Mon 09:00 (8 h: 17:00), raised at 12:00 to p1 (4 h): three are gone, due 13:00 and not 16:00."""
    story = rated().at("Mon 09:00").open()
    assert story.say(story.row("resolution").due_at) == "Mon 17:00"
    story = story.at("Mon 12:00").triage("p1")
    row = story.row("resolution")
    assert (story.say(row.due_at), row.remaining_seconds) == ("Mon 13:00", HOUR)
    assert story.at("Mon 13:00").resolve().row("resolution").state == "met"
    assert story.at("2026-11-23 13:00:01").resolve().row("resolution").state == "breached"


def test_raised_too_late() -> None:
    """p3 from Mon 09:00, raised at 14:00 to p1: five hours are more than four. It was in time until that second, so
    it is late from 14:00 on, by the rating; its due time, 13:00, says by how much."""
    story = rated().at("Mon 09:00").open().at("Mon 14:00").triage("p1")
    assert story.row("resolution", as_of="2026-11-23 13:59:59").state == "running"
    row = story.row("resolution")
    assert (row.state, story.say(row.breached_at), story.say(row.due_at)) == ("breached", "Mon 14:00", "Mon 13:00")
    assert "priority" in row.reason
    assert row.evidence[-1] == story.last_commit


def test_raised_when_the_limit_is_just_used_up() -> None:
    """At 13:00 four hours have passed, which is not more than four: solved in that second, it is met."""
    story = rated().at("Mon 09:00").open().at("Mon 13:00").triage("p1")
    assert story.resolve().row("resolution").state == "met"
    assert story.say(story.row("resolution", as_of="Mon 14:00").breached_at) == "Mon 13:00"


def test_downgraded_after_the_breach() -> None:
    """p1 from Mon 09:00 (13:00), lowered at 14:00 to p3 (17:00), solved at 15:00: p1's promise was broken at 13:00."""
    story = rated().at("Mon 09:00").open(priority="p1").at("Mon 14:00").triage("p3").at("Mon 15:00").resolve()
    row = story.row("resolution")
    assert (row.state, row.limit_seconds, story.say(row.breached_at)) == ("breached", 4 * HOUR, "Mon 13:00")
    assert (row.elapsed_seconds, row.remaining_seconds) == (6 * HOUR, -2 * HOUR)


def test_downgraded_just_before_the_breach() -> None:
    """Lowered at 13:00 sharp, when four hours are used up and not exceeded: eight hold, due 17:00."""
    story = rated().at("Mon 09:00").open(priority="p1").at("Mon 13:00").triage("p3")
    row = story.row("resolution", as_of="Mon 16:00")
    assert (row.state, story.say(row.due_at), row.limit_seconds) == ("running", "Mon 17:00", 8 * HOUR)


# Calendars


def test_two_calendars() -> None:
    """p3 counts the office's hours, p1 every hour. p3 from Mon 16:00, raised to p1 at Mon 18:00.

    By the office one hour has passed at 18:00, by the clock on the wall two: two are left of p1's four, due 20:00.
    """
    rules = [{"when": {"priority": "p1"}, "within": "4h", "calendar": "round"}, {"within": "8h"}]
    story = Story(desk({"resolution": {"rules": rules}}, hours=OFFICE, calendars=ROUND)).at("Mon 16:00").open()
    assert story.row("resolution", as_of="Mon 18:00").elapsed_seconds == HOUR
    story = story.at("Mon 18:00").triage("p1")
    row = story.row("resolution")
    assert (row.elapsed_seconds, story.say(row.due_at)) == (2 * HOUR, "Mon 20:00")


def test_two_calendars_one_for_the_days_and_one_for_the_seconds() -> None:
    """Two working days of the office from Sat 10:00, seconds counted round the clock; held Mon 20-22.

    Saturday rolls to Mon 09:00, two days later it is Wed 09:00. Until then 14 + 24 + 24 + 24 + 9 = 95 h have passed.
    The pause hid two hours of the night, which count here: due Wed 11:00.
    """
    story = promised("2wd", days="desk", calendar="round").at("2026-11-21 10:00").open()
    assert story.say(story.row("resolution").due_at) == "Wed 09:00"
    row = story.at("Mon 20:00").hold("customer").at("Mon 22:00").resume().row("resolution")
    assert (row.limit_seconds, row.paused_seconds, story.say(row.due_at)) == (95 * HOUR, 2 * HOUR, "Wed 11:00")


@pytest.mark.parametrize(
    ("opened", "due", "day"),
    [("2026-03-28 12:00", "2026-03-29 13:00", 23), ("2026-10-24 12:00", "2026-10-25 11:00", 25)],
)
def test_days_of_23_and_of_25_hours(opened: str, due: str, day: int) -> None:
    """London put its clocks forward at 01:00 on 29 March 2026 and back at 02:00 on 25 October.

    Twenty-four hours from Saturday noon end on Sunday at 13:00 in spring, where an hour was left out, and at 11:00 in
    autumn, where one came twice. A working day ends at noon all the same, and is 23 or 25 hours long.
    """
    story = promised("24h", calendar="round").at(opened).open()
    assert story.say(story.row("resolution").due_at) == due
    whole = Story(desk({"resolution": {"within": "1wd"}}, hours={"mon-sun": "00:00-00:00"})).at(opened).open()
    row = whole.row("resolution")
    assert (whole.say(row.due_at), row.limit_seconds) == (f"{due[:10]} 12:00", day * HOUR)


def test_the_night_in_which_an_hour_is_left_out() -> None:
    """Open daily 00:00-06:00. On 29 March 2026 that is five hours: from Sunday midnight six of them end on Monday
    at 01:00; on 25 October it is seven, and six end on Sunday at 05:00."""
    night = {"mon-sun": "00:00-06:00"}
    spring = Story(desk({"resolution": {"within": "6h"}}, hours=night)).at("2026-03-29 00:00").open()
    assert spring.say(spring.row("resolution").due_at) == "2026-03-30 01:00"
    autumn = Story(desk({"resolution": {"within": "6h"}}, hours=night)).at("2026-10-25 00:00").open()
    assert autumn.say(autumn.row("resolution").due_at) == "2026-10-25 05:00"


def test_answered_at_night() -> None:
    """Eight hours from Mon 09:00 are used up at closing, 17:00. At 22:00 eight have passed and not more: in time."""
    row = promised("8h").at("Mon 09:00").open().at("Mon 22:00").resolve().row("resolution")
    assert (row.state, row.elapsed_seconds, row.remaining_seconds) == ("met", 8 * HOUR, 0)


def test_a_limit_used_up_at_closing() -> None:
    """Four hours from Mon 13:00: due at closing, Mon 17:00, and not at the next opening, Tue 09:00. Unanswered it is
    in time all night, at Tue 09:00 too; a second of Tuesday is too much, and it broke at 09:00."""
    story = promised("4h").at("Mon 13:00").open()
    row = story.row("resolution", as_of="Tue 09:00")
    assert (row.state, story.say(row.due_at), row.elapsed_seconds) == ("running", "Mon 17:00", 4 * HOUR)
    late = story.row("resolution", as_of="2026-11-24 09:00:01")
    assert (late.state, story.say(late.breached_at), story.say(late.due_at)) == ("breached", "Tue 09:00", "Mon 17:00")


# A policy that changes


def test_moved_to_another_policy_after_a_breach() -> None:
    """Four hours from Mon 09:00, late since 13:00; at 14:00 the case is moved to a policy that has eight. Broken is
    broken: by the old text, with its limit. (Moved at 12:00, it would be due 17:00.)"""
    eight = desk({"resolution": {"within": "8h"}}, hours=OFFICE, version="2.0")
    story = promised("4h").at("Mon 09:00").open()
    row = story.at("Mon 14:00").move_to(eight).at("Mon 15:00").resolve().row("resolution")
    assert (row.state, row.limit_seconds, story.say(row.breached_at)) == ("breached", 4 * HOUR, "Mon 13:00")
    early = story.at("Mon 12:00").move_to(eight).row("resolution", as_of="Mon 16:00")
    assert (early.state, story.say(early.due_at), early.elapsed_seconds) == ("running", "Mon 17:00", 7 * HOUR)


def test_moved_to_a_policy_under_which_it_is_too_late() -> None:
    """Eight hours from Mon 09:00; at 15:00 moved to a policy with four: six hours are more, and late at 15:00."""
    four = desk({"resolution": {"within": "4h"}}, hours=OFFICE, version="2.0")
    story = promised("8h").at("Mon 09:00").open().at("Mon 15:00").move_to(four)
    assert story.row("resolution", as_of="2026-11-23 14:59:59").state == "running"
    row = story.row("resolution")
    assert (row.state, story.say(row.breached_at), story.say(row.due_at)) == ("breached", "Mon 15:00", "Mon 13:00")
    assert story.figures().policy == "acme-desk/2.0"


# Merged, and not ours


def test_merged_before_a_breach() -> None:
    """Four hours from 09:00; at 12:00 the case turns out to be another one: nothing is promised for it any more."""
    story = promised("4h").at("Mon 09:00").open().at("Mon 12:00").set(merged_into="ABC-261123-ZZZZZ")
    assert story.row("resolution", as_of="2026-11-23 11:59:59").state == "running"
    row = story.row("resolution", as_of="Mon 16:00")
    assert (row.state, row.breached_at, row.due_at) == ("withdrawn", None, None)


def test_merged_after_a_breach() -> None:
    """Late since 13:00, merged at 14:00: that somebody waited too long is a fact, whichever case it is told of."""
    story = promised("4h").at("Mon 09:00").open().at("Mon 14:00").set(merged_into="ABC-261123-ZZZZZ")
    row = story.row("resolution", as_of="Mon 16:00")
    assert (row.state, story.say(row.breached_at)) == ("breached", "Mon 13:00")


def test_out_of_scope() -> None:
    """A carrier's network is not the desk's: worked on and shown, exempt with the reason, never late. A line that a
    supplier answers for is; so is a case that names no service."""
    row = promised("4h").at("Mon 09:00").open(service="carrier").row("resolution", as_of="Tue 12:00")
    assert (row.state, row.breached_at) == ("exempt", None)
    assert "carrier" in row.reason
    covered = promised("4h").at("Mon 09:00").open(service="leased-line").row("resolution", as_of="Tue 12:00")
    unnamed = promised("4h").at("Mon 09:00").open().row("resolution", as_of="Tue 12:00")
    assert (covered.state, unnamed.state) == ("breached", "breached")


def test_out_of_scope_only_after_the_breach() -> None:
    """Late since 13:00; at 14:00 somebody finds that it was the carrier. A step changes nothing before it: to take
    the breach back there are exemptions, which somebody approves."""
    story = promised("4h").at("Mon 09:00").open(service="sms").at("Mon 14:00").set(service="carrier")
    row = story.row("resolution", as_of="Mon 16:00")
    assert (row.state, story.say(row.breached_at)) == ("breached", "Mon 13:00")
    before = promised("4h").at("Mon 09:00").open(service="sms").at("Mon 12:00").set(service="carrier")
    assert before.row("resolution", as_of="Mon 16:00").state == "exempt"
