"""How cases are worked at SmartSimple: the critical line reaches whoever is on call."""

from __future__ import annotations

import pytest

from casectl.desk.verbs.take import take
from tests.clauses.case_story import story


@pytest.mark.parametrize("at", ["2026-11-23 10:00", "2026-11-23 02:30", "2026-12-25 12:00"])
@pytest.mark.parametrize("channel", ["critical-line", "critical-email"])
def test_ss_03_the_critical_line_reaches_the_expert_on_call_at_any_hour(channel: str, at: str) -> None:
    assert story("smartsimple").at(at).open(channel=channel, priority="tier-1").case.text("assignee") in ("kim", "jo")


def test_ss_03_the_experts_take_turns_week_by_week() -> None:
    on = [story("smartsimple").at(f"2026-11-{day} 12:00").open(channel="critical-line").case.text("assignee")
          for day in ("10", "17", "24")]  # fmt: skip
    assert on[0] == on[2] != on[1]


def test_ss_03_other_ways_reach_the_team() -> None:
    case = story("smartsimple").at("2026-11-23 10:00").open(channel="phone").case
    assert (case.text("assignee"), case.text("team")) == (None, "support")


def test_ss_03_the_pick_up_is_measured_from_the_call_to_the_expert_s_taking_it() -> None:
    case = story("smartsimple").at("2026-11-23 02:30").open(channel="critical-line", priority="tier-1")
    assert case.state("pick-up") == "untargeted"
    assert case.row("pick-up").stopped_at is None, "to be assigned is not to have picked up"
    person = case.case.text("assignee")
    assert person is not None
    taken = case.at("2026-11-23 02:34").by(person).do(take)
    assert (taken.row("pick-up").elapsed_seconds, taken.local(taken.row("pick-up").stopped_at)) == (
        240,
        "2026-11-23 02:34",
    )
