"""A step changes nothing before it: whoever is named as customer, whatever is claimed, however it is solved."""

from __future__ import annotations

from casectl.model.policy import Customer
from casectl.model.terms import Terms
from casectl.sla.clock import evaluate
from tests.sla.story import Story, desk, span

QUICK = Customer("acme", figures={"ttr": span("1h")})
SLOW = Customer("oakfield", figures={"ttr": span("9h")})
BOTH = {"acme": QUICK, "oakfield": SLOW}
HOUR = 3600


def test_another_customer_does_not_undo_a_breach() -> None:
    """One hour for acme, from 09:00; at 11:00 the case turns out to be oakfield's, who has nine: late it was."""
    policy = desk({"resolution": {"within": {"customer": "ttr"}}})
    story = Story(policy).at("Mon 09:00").open(customer="acme").at("Mon 11:00").set(customer="oakfield")
    (row,) = evaluate(story.timeline(), [Terms(policy, BOTH)], story.moment("Mon 12:00")).rows
    assert (row.state, row.breached_at, row.limit_seconds) == ("breached", story.moment("2026-11-23 10:00"), HOUR)


def test_another_customer_brings_another_limit_from_then_on() -> None:
    """At 09:30 the case turns out to be oakfield's: nine hours from 09:00, so Tuesday 09:00 when the day has ten."""
    policy = desk({"resolution": {"within": {"customer": "ttr"}}})
    story = Story(policy).at("Mon 09:00").open(customer="acme").at("Mon 09:30").set(customer="oakfield")
    (row,) = evaluate(story.timeline(), [Terms(policy, BOTH)], story.moment("Mon 12:00")).rows
    assert (row.state, row.limit_seconds, row.due_at) == ("running", 9 * HOUR, story.moment("Mon 18:00"))


def test_a_customer_without_the_figure_has_no_limit_yet() -> None:
    policy = desk({"resolution": {"within": {"customer": "ttr"}}})
    story = Story(policy).at("Mon 09:00").open(customer="acme")
    assert story.row("resolution", as_of="Mon 12:00").state == "pending"
    assert story.at("Mon 13:00").resolve().row("resolution").state == "untargeted"


def test_a_claim_may_only_look_back() -> None:
    """Opened on Monday at 09:00, by hand, as received in a month: it counts from the opening, and that is said."""
    policy = desk({"response": {"start": "received", "stop": "responded", "within": "4h"}})
    story = Story(policy).at("Mon 09:00")
    story = story.step(story.open().steps[0].changes | {"received": story.moment("2026-12-23 09:00")})
    figures = evaluate(story.timeline(), [Terms(policy)], story.moment("Mon 14:00"))
    (row,) = figures.rows
    assert (row.state, row.started_at) == ("breached", story.moment("2026-11-23 09:00"))
    assert ["received is claimed for later than its commit" in problem.message for problem in figures.problems] == [
        True
    ]


def test_raised_too_late_and_solved_in_one_step_is_late_at_that_step() -> None:
    """P3 with a day; at 15:00 one commit makes it P1 (four hours) and solves it: six hours are more than four."""
    policy = desk(
        {"resolution": {"rules": [{"when": {"priority": "p1"}, "within": "4h"}, {"within": "1wd"}]}},
    )
    story = Story(policy).at("Mon 09:00").open(priority="p3").at("Mon 15:00").set(priority="p1", status="resolved")
    row = story.row("resolution")
    assert (row.state, row.breached_at, row.stopped_at) == ("breached", story.moment("Mon 15:00"), row.breached_at)
