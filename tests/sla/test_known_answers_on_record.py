"""Known answers, continued: what is agreed, exempted and taken back on the record, reckoned by hand.

The desk and the week are those of `test_known_answers.py`: 09-17 Monday to Friday, London time, from Mon 2026-11-23.
"""

from __future__ import annotations

import pytest

from casectl.model.problems import CasectlError
from tests.sla.story import Story, desk
from tests.sla.test_known_answers import HOUR, OFFICE, ROUND, promised

MINUTE = 60


def desk_with(name: str, **keys: object) -> Story:
    """A story at a desk with one target of that name, counted round the clock."""
    return Story(desk({name: {"calendar": "round", **keys}}, hours=OFFICE, calendars=ROUND))


# Agreed times


def agreed() -> Story:
    """Opened Mon 09:00 at a desk that resolves when it was agreed to."""
    return promised({"agreed": "resolution"}).at("Mon 09:00").open()


def test_never_agreed() -> None:
    """Nobody says a time: it waits for one, is owed and never late; once solved it was measured against nothing."""
    row = agreed().row("resolution", as_of="Fri 12:00")
    assert (row.state, row.owed, row.due_at, row.limit_seconds) == ("pending", True, None, None)
    assert "agreed" in row.reason
    solved = agreed().at("Fri 12:00").resolve().row("resolution")
    assert (solved.state, solved.breached_at) == ("untargeted", None)


def test_agreed_in_time() -> None:
    """On Mon 10:00 they agree on Wed 20:00. From Mon 09:00 that is 59 hours on the wall; nights count and the desk's
    hours do not matter, nor does waiting: at that second it is in time, one later it is not."""
    story = agreed().at("Mon 10:00").agree("resolution", "Wed 20:00").at("Tue 10:00").hold("customer")
    story = story.at("Wed 10:00").resume()
    row = story.row("resolution")
    assert (row.state, row.owed, story.say(row.due_at), row.limit_seconds) == ("running", False, "Wed 20:00", 59 * HOUR)
    assert row.elapsed_seconds == 49 * HOUR
    assert story.at("Wed 20:00").resolve().row("resolution").state == "met"
    late = story.at("2026-11-25 20:00:01").resolve().row("resolution")
    assert (late.state, story.say(late.breached_at), late.remaining_seconds) == ("breached", "Wed 20:00", -1)


def test_agreed_late() -> None:
    """Only on Wed 10:00 somebody writes down that Tue 12:00 was agreed. Until then nothing was; from then on it is
    too late, so it is late at that moment: Wed 10:00, due Tue 12:00, that is 27 hours from Mon 09:00."""
    story = agreed().at("Wed 10:00").agree("resolution", "Tue 12:00")
    assert story.row("resolution", as_of="2026-11-25 09:59:59").state == "pending"
    row = story.row("resolution")
    assert (row.state, story.say(row.breached_at), story.say(row.due_at)) == ("breached", "Wed 10:00", "Tue 12:00")
    assert row.limit_seconds == 27 * HOUR


def test_agreed_anew() -> None:
    """Tue 12:00 at first. Put off to Thu 12:00 while there is time it is Thursday; after Tuesday noon it is broken."""
    story = agreed().at("Mon 10:00").agree("resolution", "Tue 12:00")
    in_time = story.at("Tue 12:00").agree("resolution", "Thu 12:00")
    assert in_time.say(in_time.row("resolution", as_of="Wed 09:00").due_at) == "Thu 12:00"
    late = story.at("2026-11-24 12:00:01").agree("resolution", "Thu 12:00").row("resolution", as_of="Wed 09:00")
    assert (late.state, story.say(late.breached_at), story.say(late.due_at)) == ("breached", "Tue 12:00", "Tue 12:00")


def test_an_update_is_owed_an_interval_first() -> None:
    story = desk_with("update", stop="update", repeat=True, within={"case": "update_every"}).at("Mon 09:00").open()
    row = story.row("update", as_of="Tue 09:00")
    assert (row.state, row.owed) == ("pending", True)


def test_silence_for_five_intervals_is_one_late_update() -> None:
    """An update every half hour from 09:00; the first comes at 11:30, five intervals on: one occurrence, late since
    09:30, two and a half hours old. The next half hour begins at 11:30 and ends at noon."""
    keys = {"stop": "update", "repeat": True, "within": {"case": "update_every"}}
    story = desk_with("update", **keys).at("Mon 09:00").open(update_every="30m").at("Mon 11:30").log("update")
    first, second = story.rows("update", as_of="Mon 11:45")
    assert (first.state, story.say(first.breached_at), first.elapsed_seconds) == ("breached", "Mon 09:30", 2.5 * HOUR)
    assert (second.occurrence, second.state, story.say(second.due_at)) == (2, "running", "Mon 12:00")


# Exemptions


def test_two_exemptions_that_overlap_count_once() -> None:
    """Four hours from Mon 09:00. Exempt 10:00-11:30, written down at 11:30, and 11:00-12:30, written down at 12:30.

    10:00 to 12:30 is two and a half hours, not three. At 13:00 one and a half have counted, 09-10 and 12:30-13:00;
    two and a half are left: due 15:30.
    """
    story = promised("4h").at("Mon 09:00").open().at("Mon 11:30").exempt("x1", "authority", "Mon 10:00", "Mon 11:30")
    story = story.at("Mon 12:30").exempt("x2", "authority", "Mon 11:00", "Mon 12:30")
    row = story.row("resolution", as_of="Mon 13:00")
    assert (row.elapsed_seconds, row.exempt_seconds, story.say(row.due_at)) == (1.5 * HOUR, 2.5 * HOUR, "Mon 15:30")
    assert row.state == "running"
    assert story.at("2026-11-23 15:30:01").resolve().row("resolution").state == "breached"
    kept = story.at("Mon 15:30").resolve().row("resolution")
    assert kept.state == "exempt", "six and a half hours: only the exemptions keep it from being late"


def test_an_instant_that_is_paused_and_exempt_is_paused() -> None:
    """Held 10-12, exempt 11-13: two hours are paused, and one more is exempt. Counted 09-10 and 13-14."""
    story = promised("4h").at("Mon 09:00").open().at("Mon 10:00").hold("customer").at("Mon 12:00").resume()
    story = story.at("Mon 13:00").exempt("x1", "authority", "Mon 11:00", "Mon 13:00")
    row = story.row("resolution", as_of="Mon 14:00")
    assert (row.paused_seconds, row.exempt_seconds, row.elapsed_seconds) == (2 * HOUR, HOUR, 2 * HOUR)
    assert story.say(row.due_at) == "Mon 16:00"


def test_an_exemption_over_closed_hours_moves_nothing() -> None:
    """Four hours from Mon 16:00; exempt Mon 17:00 to Tue 09:00, when the desk is closed anyhow: due Tue 12:00."""
    story = promised("4h").at("Mon 16:00").open()
    story = story.at("Tue 09:00").exempt("x1", "authority", "Mon 17:00", "Tue 09:00")
    row = story.row("resolution")
    assert (row.exempt_seconds, story.say(row.due_at)) == (0, "Tue 12:00")


def test_an_open_ended_exemption_ended_later() -> None:
    """Four hours from Mon 09:00. At 10:00 an authority's order, nobody knows until when: while it lasts there is no
    due time. At 13:00 it is known to have ended at 12:30, two and a half hours in all: due 15:30."""
    story = promised("4h").at("Mon 09:00").open().at("Mon 10:00").exempt("x1", "authority", "Mon 10:00")
    lasting = story.row("resolution", as_of="Mon 12:00")
    assert (lasting.elapsed_seconds, lasting.exempt_seconds, lasting.due_at) == (HOUR, 2 * HOUR, None)
    assert lasting.remaining_seconds == 3 * HOUR
    story = story.at("Mon 13:00").end_exemption("x1", "Mon 12:30")
    row = story.row("resolution")
    assert (row.elapsed_seconds, row.exempt_seconds, story.say(row.due_at)) == (1.5 * HOUR, 2.5 * HOUR, "Mon 15:30")


def test_an_exemption_never_covers_what_has_not_happened() -> None:
    """At 10:00 somebody writes that 09:30 to 15:00 is exempt. A step tells what has been: half an hour, due 13:30."""
    story = promised("4h").at("Mon 09:00").open().at("Mon 10:00").exempt("x1", "authority", "Mon 09:30", "Mon 15:00")
    row = story.row("resolution", as_of="Mon 12:00")
    assert (row.exempt_seconds, story.say(row.due_at)) == (HOUR / 2, "Mon 13:30")


def test_an_exemption_that_overturns_a_breach() -> None:
    """Two hours from Mon 09:00, solved at 11:30, so late since 11:00. On Tuesday 10:00 an exemption for 10-11 is
    approved: one and a half hours counted, in time after all. What was reported on Monday evening stays explained."""
    story = promised("2h").at("Mon 09:00").open().at("Mon 11:30").resolve()
    story = story.at("Tue 10:00").exempt("x1", "authority", "Mon 10:00", "Mon 11:00")
    before = story.row("resolution", as_of="2026-11-23 18:00")
    assert (before.state, before.overturned) == ("breached", None)
    row = story.row("resolution")
    assert (row.state, row.breached_at, row.elapsed_seconds, row.exempt_seconds) == ("exempt", None, 1.5 * HOUR, HOUR)
    assert row.overturned is not None
    assert (story.say(row.overturned.breached_at), row.overturned.by) == ("Mon 11:00", story.last_commit)
    assert "authority" in row.overturned.reason


def test_an_exemption_that_is_too_short_only_moves_the_breach() -> None:
    """Two hours from 09:00, solved at 14:00; exempt 10-11 leaves four: used up at 12:00 instead of 11:00."""
    story = promised("2h").at("Mon 09:00").open().at("Mon 14:00").resolve()
    story = story.at("Mon 15:00").exempt("x1", "authority", "Mon 10:00", "Mon 11:00")
    row = story.row("resolution")
    assert (row.state, story.say(row.breached_at), story.say(row.due_at)) == ("breached", "Mon 12:00", "Mon 12:00")
    assert row.elapsed_seconds == 4 * HOUR
    assert row.overturned is not None
    assert story.say(row.overturned.breached_at) == "Mon 11:00"


def test_an_exemption_said_to_begin_later_begins_with_its_step() -> None:
    """At 10:00 somebody writes that it is exempt from 11:00 on, with no end: a step tells of no time to come, so from
    10:00 on."""
    story = promised("4h").at("Mon 09:00").open().at("Mon 10:00").exempt("x1", "authority", "Mon 11:00")
    assert story.row("resolution", as_of="Mon 10:30").exempt_seconds == HOUR / 2


def test_a_breach_overturned_and_then_another() -> None:
    """Two hours from 09:00, late since 11:00; at 11:30 the hour from 10 to 11 is exempt, so until 12:00 it is in time.
    Nobody solves it: late since 12:00, and the breach of 11:00 is still shown as overturned."""
    story = promised("2h").at("Mon 09:00").open()
    story = story.at("2026-11-23 11:30").exempt("x1", "authority", "Mon 10:00", "Mon 11:00")
    assert (story.row("resolution").state, story.say(story.row("resolution").due_at)) == ("exempt", "Mon 12:00")
    row = story.row("resolution", as_of="Mon 13:00")
    assert (row.state, story.say(row.breached_at)) == ("breached", "Mon 12:00")
    assert row.overturned is not None
    assert story.say(row.overturned.breached_at) == "Mon 11:00"


def test_of_two_breaches_overturned_the_last_is_told() -> None:
    """As above, late since 12:00; at 13:00 the two hours from 11 to 13 are exempt too: what was late since 12:00 is in
    time again, and it is that breach, and the step of 13:00, that the row names."""
    story = promised("2h").at("Mon 09:00").open()
    story = story.at("2026-11-23 11:30").exempt("x1", "authority", "Mon 10:00", "Mon 11:00")
    story = story.at("2026-11-23 13:00").exempt("x2", "authority", "Mon 11:00", "Mon 13:00")
    row = story.row("resolution")
    assert (row.state, row.exempt_seconds) == ("exempt", 3 * HOUR)
    assert row.overturned is not None
    assert (story.say(row.overturned.breached_at), row.overturned.by) == ("Mon 12:00", story.last_commit)


def test_a_case_with_more_exemptions_than_people_make_is_not_judged() -> None:
    """A hundred and one steps that reach back, one a minute: judging each would keep every report waiting."""
    story = promised("2h").at("Mon 09:00").open()
    for minute in range(101):
        story = story.at(f"2026-11-23 {10 + minute // 60}:{minute % 60:02}").exempt(
            f"x{minute}", "authority", "Mon 09:30"
        )
    with pytest.raises(CasectlError, match="more than 100 exemptions and voids"):
        story.row("resolution")


def test_an_exempt_evening_of_a_clock_that_runs_on() -> None:
    """Four hours from Mon 16:00, running on past 17:00: one hour of the day, then the evening, so late since 20:00.
    Solved at 20:30. On Tuesday 17:30-18:30 is exempt: three and a half hours counted, in time for that reason alone."""
    story = promised("4h", run_on=True).at("Mon 16:00").open().at("2026-11-23 20:30").resolve()
    assert story.say(story.row("resolution").breached_at) == "Mon 20:00"
    row = story.at("Tue 10:00").exempt("x1", "authority", "Mon 17:30", "Mon 18:30").row("resolution")
    assert (row.state, row.elapsed_seconds) == ("exempt", 3.5 * HOUR)
    assert row.overturned is not None


def test_an_exemption_makes_up_for_a_raise_that_came_too_late() -> None:
    """p3 from 09:00, raised to p1 (4 h) at 14:00 after five hours: late at 14:00. At 14:30 10-12 is exempt, so at 14:00
    three had counted: due 15:00, and in time until then."""
    rules = [{"when": {"priority": "p1"}, "within": "4h"}, {"within": "8h"}]
    story = Story(desk({"resolution": {"rules": rules}}, hours=OFFICE)).at("Mon 09:00").open()
    story = (
        story.at("Mon 14:00").triage("p1").at("2026-11-23 14:30").exempt("x1", "authority", "Mon 10:00", "Mon 12:00")
    )
    row = story.row("resolution")
    assert (row.state, story.say(row.due_at), row.elapsed_seconds) == ("exempt", "Mon 15:00", 3.5 * HOUR)
    assert row.overturned is not None
    assert story.say(row.overturned.breached_at) == "Mon 14:00"


def test_an_exemption_puts_an_agreed_moment_off() -> None:
    """Agreed for Mon 20:00; 16-18 is exempt on the wall, so 22:00, to the second."""
    story = agreed().at("Mon 10:00").agree("resolution", "Mon 20:00")
    story = story.at("Mon 18:00").exempt("x1", "authority", "Mon 16:00", "Mon 18:00")
    row = story.row("resolution")
    assert (story.say(row.due_at), row.elapsed_seconds, row.exempt_seconds) == ("Mon 22:00", 7 * HOUR, 2 * HOUR)
    assert story.row("resolution", as_of="2026-11-23 22:00:01").state == "breached"


def test_an_exemption_counts_once_it_is_approved() -> None:
    """Claimed at 10:30 for 10:00-10:30, approved on Tuesday: until then the breach of 11:00 stands, with no exempt
    second; the approval overturns it, and is named."""
    story = promised("2h").at("Mon 09:00").open()
    story = story.at("Mon 10:30").exempt("x1", "customer-fault", "Mon 10:00", "Mon 10:30", by=None)
    story = story.at("Mon 11:15").resolve()
    assert story.row("resolution", as_of="Tue 09:00").state == "breached"
    assert story.row("resolution", as_of="Tue 09:00").exempt_seconds == 0
    row = story.at("Tue 10:00").approve("x1").row("resolution")
    assert (row.state, row.exempt_seconds, row.elapsed_seconds) == ("exempt", 30 * MINUTE, 105 * MINUTE)
    assert row.overturned is not None
    assert row.overturned.by == story.next_commit


# Taken back


def test_a_voided_hold() -> None:
    """Four hours from Mon 09:00; held 10-12 by mistake, found out at 14:30.

    At 14:00 the hold stands: 09-10 and 12-14 have counted, three hours, due 15:00. Without it, five and a half hours
    have passed at 14:30 and the four were used up at 13:00: late since then, although nobody could see it.
    """
    story = promised("4h").at("Mon 09:00").open().at("Mon 10:00").hold("customer", "note").at("Mon 12:00").resume()
    stood = story.row("resolution", as_of="Mon 14:00")
    assert (stood.elapsed_seconds, story.say(stood.due_at)) == (3 * HOUR, "Mon 15:00")
    row = story.at("Mon 14:30").undo("e1").row("resolution")
    assert (row.state, row.paused_seconds, row.elapsed_seconds) == ("breached", 0, 5.5 * HOUR)
    assert story.say(row.breached_at) == "Mon 13:00"


def test_a_voided_step_that_had_caused_a_breach() -> None:
    """Four hours from Mon 09:00, held from 10:00, taken up at 11:00 by mistake; late since 14:00.

    At 15:00 the taking up is taken back: the case has waited since 10:00, one hour counts, and the row says what was
    overturned. What was solved meanwhile would stand; nothing was.
    """
    story = promised("4h").at("Mon 09:00").open().at("Mon 10:00").hold("customer").at("Mon 11:00").resume("note")
    assert story.say(story.row("resolution", as_of="2026-11-23 14:59:59").breached_at) == "Mon 14:00"
    story = story.at("Mon 15:00").undo("e1")
    row = story.row("resolution", as_of="Mon 16:00")
    assert (row.state, row.elapsed_seconds, row.paused_seconds) == ("paused", HOUR, 6 * HOUR)
    assert row.overturned is not None
    assert (story.say(row.overturned.breached_at), row.overturned.by) == ("Mon 14:00", story.last_commit)


def test_a_void_taken_back_itself() -> None:
    """The hold of 10-12 is voided at 13:00 and the void at 13:30, before anything was late: due 15:00 as at first."""
    story = promised("4h").at("Mon 09:00").open().at("Mon 10:00").hold("customer", "note").at("Mon 12:00").resume()
    story = story.at("Mon 12:30").undo("e1")
    assert story.say(story.row("resolution").due_at) == "Mon 13:00"
    story = story.at("Mon 12:45").undo("e2")
    assert story.say(story.row("resolution").due_at) == "Mon 15:00"


def test_a_raise_taken_back() -> None:
    """p3 has eight hours; raised to p1 with four at 12:00, late since 13:00; taken back at 14:00: never raised."""
    rules = [{"when": {"priority": "p1"}, "within": "4h"}, {"within": "8h"}]
    story = Story(desk({"resolution": {"rules": rules}}, hours=OFFICE)).at("Mon 09:00").open()
    story = story.at("Mon 12:00").triage("p1").at("Mon 14:00").undo("e1")
    row = story.row("resolution")
    assert (row.state, row.limit_seconds, story.say(row.due_at)) == ("running", 8 * HOUR, "Mon 17:00")
    assert row.overturned is not None
    assert story.say(row.overturned.breached_at) == "Mon 13:00"
    assert story.case.priority == "p3"


ANSWERED = {"start": "escalated", "stop": "escalation-answer", "within": "2h"}


def test_a_voided_escalation() -> None:
    """Escalated at 10:00 by mistake, taken back at 11:00, escalated in earnest at 12:00. The first is withdrawn and
    stays number 1; the second is number 2, due 14:00."""
    story = desk_with("escalation-response", **ANSWERED).at("Mon 09:00").open().at("Mon 10:00").escalate()
    story = story.at("Mon 11:00").undo("e1").at("Mon 12:00").escalate()
    first, second = story.rows("escalation-response", as_of="Mon 13:00")
    assert (first.state, first.occurrence, first.breached_at, first.overturned) == ("withdrawn", 1, None, None)
    assert (second.state, second.occurrence, story.say(second.due_at)) == ("running", 2, "Mon 14:00")


def test_a_voided_update() -> None:
    """An update every hour from 09:00. That of 09:30 was told to somebody else and is taken back at 10:20: none has
    come, late since 10:00. The occurrence that it began is withdrawn."""
    story = desk_with("update", stop="update", repeat=True, within="1h").at("Mon 09:00").open()
    story = story.at("2026-11-23 09:30").log("update").at("2026-11-23 10:20").undo("e1")
    first, second = story.rows("update")
    assert (first.state, story.say(first.breached_at), second.state) == ("breached", "Mon 10:00", "withdrawn")


def test_an_escalation_voided_after_its_breach() -> None:
    """Unanswered since 10:00, late since 12:00, taken back at 13:00: withdrawn, and the breach shown as overturned."""
    story = desk_with("escalation-response", **ANSWERED).at("Mon 09:00").open().at("Mon 10:00").escalate()
    story = story.at("Mon 13:00").undo("e1")
    assert story.row("escalation-response", as_of="2026-11-23 12:59:59").state == "breached"
    row = story.row("escalation-response")
    assert (row.state, row.breached_at) == ("withdrawn", None)
    assert row.overturned is not None
    assert (story.say(row.overturned.breached_at), row.overturned.by) == ("Mon 12:00", story.last_commit)


def test_a_case_opened_by_mistake() -> None:
    """Late since 11:00, taken back as a whole at 13:00: nothing was ever promised, and the report says what went."""
    story = promised("2h").at("Mon 09:00").open().at("Mon 13:00").undo()
    figures = story.figures()
    assert figures.void
    assert not story.figures("2026-11-23 12:59:59").void
    row = story.row("resolution")
    assert row.state == "withdrawn"
    assert row.overturned is not None
    assert story.say(row.overturned.breached_at) == "Mon 11:00"
