"""Figures reckoned by hand, continued: running on past closing, holidays, half-days, breaks, nights and clock changes.

The desk and the week are those of `test_worked_examples.py`: 08-18 Monday to Thursday, 08-16 on Friday, London time.
"""

from __future__ import annotations

from casectl.model.policy import Customer
from tests.sla.story import Story, calendar, desk, span
from tests.sla.test_worked_examples import HOUR, resolution


def test_a_clock_that_runs_at_closing_runs_on() -> None:
    """p1 at 17:00 with four hours: one until closing, three more into the evening: 21:00."""
    story = resolution("4h", run_on=True).at("Mon 17:00").open()
    assert story.say(story.row("resolution").due_at) == "Mon 21:00"
    assert story.say(story.row("resolution", as_of="Mon 23:00").breached_at) == "Mon 21:00"


def test_started_after_closing_nothing_runs_on() -> None:
    story = resolution("4h", run_on=True).at("Mon 18:00").open()
    assert story.say(story.row("resolution").due_at) == "Tue 12:00"


def test_a_pause_in_the_evening_ends_the_running_on_until_another_closing() -> None:
    """17-18 counts, 18-19 runs on, held 19-20; from 20:00 the desk is closed: two hours remain on Tuesday, 10:00."""
    story = (
        resolution("4h", run_on=True).at("Mon 17:00").open().at("Mon 19:00").hold("customer").at("Mon 20:00").resume()
    )
    row = story.row("resolution")
    assert (story.say(row.due_at), row.elapsed_seconds) == ("Tue 10:00", 2 * HOUR)


def test_seconds_that_ran_on_stay_when_the_rule_is_lost() -> None:
    """p1 runs on 18-20; from 20:00 it is p2 with eight hours: three are used, five remain from Tue 08:00: 13:00."""
    rules = [{"when": {"priority": "p1"}, "within": "6h", "run_on": True}, {"within": "8h"}]
    story = Story(desk({"resolution": {"rules": rules}})).at("Mon 17:00").open(priority="p1")
    story = story.at("Mon 20:00").set(priority="p2")
    row = story.row("resolution")
    assert (row.elapsed_seconds, story.say(row.due_at)) == (3 * HOUR, "Tue 13:00")


def test_working_days_never_run_on() -> None:
    """The customer's own figure is one working day: the evening counts for nothing, due Tue 17:00."""
    acme = Customer("acme", figures={"ttr": span("1wd")})
    policy = desk({"resolution": {"within": {"customer": "ttr"}, "run_on": True}})
    row = Story(policy, customer=acme).at("Mon 17:00").open().row("resolution", as_of="Mon 22:00")
    assert (row.state, row.elapsed_seconds) == ("running", HOUR)


def test_at_closing_another_rule_that_runs_on_takes_over_and_it_runs_on() -> None:
    """At 18:00 sharp p1 becomes p2, both run on: the closing found it running, the evening counts."""
    rules = [{"when": {"priority": "p1"}, "within": "6h", "run_on": True}, {"within": "8h", "run_on": True}]
    story = Story(desk({"resolution": {"rules": rules}})).at("Mon 17:00").open(priority="p1")
    story = story.at("Mon 18:00").set(priority="p2")
    assert story.row("resolution", as_of="Mon 20:00").elapsed_seconds == 3 * HOUR


# Calendars


def test_a_holiday_is_no_working_day() -> None:
    """Tue 24 is a holiday: one working day from Mon 09:00 is Wed 09:00."""
    story = Story(desk({"resolution": {"within": "1wd"}}, holidays=["2026-11-24"])).at("Mon 09:00").open()
    assert story.say(story.row("resolution").due_at) == "Wed 09:00"


def test_a_half_day_replaces_the_hours_of_its_date() -> None:
    """Tue 24 closes at noon: Mon 15:00 + 1wd is clipped to Tue 12:00."""
    policy = desk({"resolution": {"within": "1wd"}}, replaced={"2026-11-24": "08:00-12:00"})
    story = Story(policy).at("Mon 15:00").open()
    assert story.say(story.row("resolution").due_at) == "Tue 12:00"


def test_a_time_in_a_break_is_due_when_the_break_is_over() -> None:
    """Mondays have no break, Tuesdays one from 12 to 13: Mon 12:30 + 1wd is Tue 13:00."""
    story = Story(desk({"resolution": {"within": "1wd"}}, {"mon": "08:00-18:00", "tue": "08:00-12:00 13:00-18:00"}))
    story = story.at("Mon 12:30").open()
    assert story.say(story.row("resolution").due_at) == "Tue 13:00"


def test_by_end_of_day_is_the_last_closing_of_that_day() -> None:
    """Thu 09:00, one working day by end of day: Fri 16:00. None: the day itself, 18:00; on a Sunday, Monday's 18:00."""
    for start, within, due in [
        ("Thu 09:00", "1wd by end-of-day", "Fri 16:00"),
        ("Thu 09:00", "0wd by end-of-day", "Thu 18:00"),
        ("2026-11-22 09:00", "0wd by end-of-day", "Mon 18:00"),
    ]:
        story = resolution(within).at(start).open()
        assert story.say(story.row("resolution").due_at) == due


def test_days_on_one_calendar_and_seconds_on_another() -> None:
    """Wed 22:00 rolls to Thursday; two weekdays on, by end of day: Mon 18:00; around the clock 116 hours."""
    policy = desk(
        {"resolution": {"within": "2wd by end-of-day", "calendar": "always", "days": "desk"}},
        hours={"mon-fri": "08:00-18:00"},
        calendars={"always": calendar("24x7", name="always")},
    )
    story = Story(policy).at("Wed 22:00").open()
    row = story.row("resolution")
    assert (story.say(row.due_at), row.limit_seconds) == ("2026-11-30 18:00", 4 * 24 * HOUR + 20 * HOUR)


def test_a_night_shift_belongs_to_the_day_on_which_it_begins() -> None:
    """22:00-06:00 on weekdays: Fri 23:00 + 8 h uses Friday's night to Sat 06:00, and the last hour on Mon 22-23."""
    story = Story(desk({"resolution": {"within": "8h"}}, {"mon-fri": "22:00-06:00"})).at("Fri 23:00").open()
    assert story.say(story.row("resolution").due_at) == "2026-11-30 23:00"


def test_the_night_in_which_clocks_go_forward_is_an_hour_short() -> None:
    """London, Sun 2026-03-29: Saturday's 22:00-06:00 lasts seven hours; the eighth is Sunday's 22-23."""
    story = Story(desk({"resolution": {"within": "8h"}}, {"mon-sun": "22:00-06:00"})).at("2026-03-28 22:00").open()
    assert story.say(story.row("resolution").due_at) == "2026-03-29 23:00"


def test_the_night_in_which_clocks_go_back_is_an_hour_long() -> None:
    """London, Sun 2026-10-25: from Saturday 22:00 nine hours pass until 06:00."""
    story = Story(desk({"resolution": {"within": "9h"}}, {"mon-sun": "22:00-06:00"})).at("2026-10-24 22:00").open()
    assert story.say(story.row("resolution").due_at) == "2026-10-25 06:00"
