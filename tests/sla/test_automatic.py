"""What time alone makes due, once on each occasion."""

from __future__ import annotations

from dataclasses import replace

import pytest

from casectl.model.case import Entry
from casectl.model.workflow import NEXT_LEVEL, Automatic, Requirement
from casectl.sla.automatic import derived_id
from tests.sla.story import Story, condition, desk
from tests.sla.worked import ticking, upcoming, working

LATE = Automatic("late", targets=("resolution",), share=0.8, escalate=2)
BROKEN = Automatic("broken", targets=("resolution",), escalate=NEXT_LEVEL, tell=("boss",))
QUIET = Automatic("quiet", states=("monitoring",), after_seconds=24 * 3600, unless=("call:in",), move="closed")
OLD = Automatic("old", age_seconds=10 * 3600, calendar="desk", tell=("boss",))
CHASE = Automatic(
    "chase", states=("on-hold",), waiting_for=("supplier",), after_seconds=4 * 3600, repeat=True, tell=("x",)
)


def names(story: Story, when: str | None = None) -> list[str]:
    return [f"{due.rule}: {due.occurrence}" for due in upcoming(story, when)]


def done(story: Story, rule: str, occurrence: str) -> Story:
    """The story once that was done by the program: the entry that it writes is there."""
    name = derived_id(story.case.id, rule, occurrence)
    return replace(story._with({}, Entry(name, "notice", {"rule": rule})), entries=story.entries)


def test_a_share_of_a_target() -> None:
    """Four hours from Monday 09:00: four fifths are used at 12:12."""
    story = ticking(LATE).at("Mon 09:00").open()
    assert names(story, "2026-11-23 12:11:59") == []
    assert names(story, "Mon 12:12") == ["late: resolution 1"]
    assert names(story, "Mon 15:00") == ["late: resolution 1"], "and once it is breached, too"


def test_a_breach() -> None:
    story = ticking(BROKEN).at("Mon 09:00").open()
    assert names(story, "Mon 13:00") == []
    assert names(story, "2026-11-23 13:00:01") == ["broken: resolution 1"]
    assert upcoming(story, "Mon 15:00")[0].since == story.row("resolution", as_of="Mon 15:00").breached_at


def test_what_stopped_or_pauses_brings_nothing_about() -> None:
    story = ticking(LATE).at("Mon 09:00").open()
    assert names(story.at("Mon 10:00").resolve(), "Mon 15:00") == []
    assert names(story.at("Mon 10:00").hold("customer"), "Mon 15:00") == []


def test_it_is_done_once_and_not_again() -> None:
    story = ticking(BROKEN).at("Mon 09:00").open().at("Mon 14:00")
    assert names(done(story, "broken", "resolution 1"), "Mon 15:00") == []


def test_what_somebody_took_back_is_not_done_again() -> None:
    story = done(ticking(BROKEN).at("Mon 09:00").open().at("Mon 14:00"), "broken", "resolution 1")
    assert names(story.at("Mon 14:30").undo(story.case.log[-1].id), "Mon 15:00") == []


def test_a_case_that_stands_high_enough_is_left_alone_unless_somebody_is_to_be_told() -> None:
    assert names(ticking(LATE).at("Mon 09:00").open().set(level=2), "Mon 15:00") == []
    told = LATE._replace(tell=("boss",))
    assert names(ticking(told).at("Mon 09:00").open().set(level=3), "Mon 15:00") == ["late: resolution 1"]


def test_at_the_top_there_is_no_next_level() -> None:
    rule = BROKEN._replace(tell=())
    assert names(ticking(rule).at("Mon 09:00").open().set(level=2), "Mon 15:00") == ["broken: resolution 1"]
    assert names(ticking(rule).at("Mon 09:00").open().set(level=3), "Mon 15:00") == []


def test_each_missed_promise_is_an_occasion_of_its_own() -> None:
    policy = desk({"commitment": {"start": "promised", "stop": "kept", "within": {"promised": "due"}}})
    rule = Automatic("missed", targets=("commitment",), tell=("boss",))
    story = Story(replace(policy, workflow=working(automatic={"missed": rule}).workflow)).at("Mon 09:00").open()
    story = story.promise("a", "Mon 10:00").promise("b", "Mon 11:00").at("Mon 10:30")
    assert names(story) == ["missed: commitment 1"]
    assert names(done(story, "missed", "commitment 1"), "Mon 12:00") == ["missed: commitment 2"]


def test_time_in_a_state() -> None:
    story = ticking(QUIET).at("Mon 09:00").open().set(status="monitoring")
    assert names(story, "2026-11-24 08:59:59") == []
    assert names(story, "Tue 09:00") == ["quiet: monitoring 1"]
    assert names(story.at("Mon 12:00").log("call:in"), "Tue 09:00") == [], "the customer rang"
    assert names(story.at("Mon 12:00").set(status="working"), "Tue 09:00") == []
    back = story.at("Mon 12:00").set(status="working").at("Mon 13:00").set(status="monitoring")
    assert names(back, "Tue 13:00") == ["quiet: monitoring 2"]


def test_a_move_waits_for_what_its_state_requires() -> None:
    needs = Requirement(frozenset({"closed"}), fields=("reason_for_outage",))
    story = ticking(QUIET, requires=(needs,)).at("Mon 09:00").open().set(status="monitoring")
    assert names(story, "Wed 09:00") == []
    assert names(story.at("Wed 10:00").set(reason_for_outage="A disk.")) == ["quiet: monitoring 1"]


def test_without_a_time_a_move_comes_as_soon_as_it_may() -> None:
    needs = Requirement(frozenset({"closed"}), frozenset({"monitoring"}), after_seconds=3600)
    rule = QUIET._replace(after_seconds=0)
    story = ticking(rule, requires=(needs,)).at("Mon 09:00").open().set(status="monitoring")
    assert (names(story, "Mon 09:59"), names(story, "Mon 10:00")) == ([], ["quiet: monitoring 1"])
    assert story.say(upcoming(story, "Mon 15:00")[0].since) == "Mon 10:00", "it is due since it may"


def test_age_is_open_time_since_the_opening_of_what_is_not_solved() -> None:
    story = ticking(OLD).at("Mon 09:00").open()
    assert (names(story, "2026-11-24 08:59:59"), names(story, "Tue 09:00")) == ([], ["old: age"])
    assert names(story.at("Mon 10:00").resolve(), "Wed 09:00") == []


def test_a_cadence_while_somebody_is_waited_for() -> None:
    story = ticking(CHASE).at("Mon 09:00").open().at("Mon 10:00").hold("supplier")
    assert names(story, "2026-11-23 13:59:59") == []
    (first,) = names(story, "Mon 14:00")
    assert names(story, "Mon 17:59") == [first]
    (second,) = names(story, "Mon 18:00")
    assert second != first
    assert names(done(story.at("Mon 14:05"), *first.split(": ", 1)), "Mon 17:00") == []
    assert names(story.at("Mon 12:00").hold("customer"), "Mon 20:00") == [], "for somebody else"


@pytest.mark.parametrize("end", ["closed", "merged", "void"])
def test_what_is_over_is_left_alone(end: str) -> None:
    story = ticking(BROKEN).at("Mon 09:00").open().at("Mon 15:00")
    over = {"closed": story.close, "merged": lambda: story.set(merged_into="ABC-261123-00000"), "void": story.undo}
    assert names(over[end](), "Mon 16:00") == []


def test_only_cases_of_its_condition() -> None:
    rule = BROKEN._replace(when=condition({"priority": "p1"}))
    assert names(ticking(rule).at("Mon 09:00").open(), "Mon 16:00") == []
    assert names(ticking(rule).at("Mon 09:00").open(priority="p1"), "Mon 16:00") == ["broken: resolution 1"]


def test_the_same_deed_has_the_same_id_everywhere_and_others_have_others() -> None:
    ids = {derived_id("ABC-261123-K7Q4P", rule, place) for rule in ("a", "b") for place in ("x 1", "x 2")}
    assert len(ids) == 4
    assert derived_id("ABC-261123-K7Q4P", "a", "x 1") in ids
    assert all(name.isalnum() and len(name) == 10 for name in ids)
