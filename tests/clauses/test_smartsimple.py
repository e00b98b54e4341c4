"""SmartSimple's critical line and support structure, clause by clause. Toronto time; 2026-11-23 is a Monday."""

from __future__ import annotations

import pytest

from casectl.desk.verbs.assign import assign
from casectl.desk.verbs.resolve import resolve
from casectl.desk.verbs.respond import respond
from casectl.desk.verbs.triage import triage
from casectl.reports.zones import wall_zone
from casectl.sla.opentime import open_time
from tests.clauses.case_story import HOUR, MINUTE, CaseStory, story

CRITICAL_WAYS = ("critical-line", "critical-email")
REGULAR_WAYS = ("phone", "email", "portal")


def flagged(case: CaseStory) -> bool:
    """Whether the last step said that the case came by a way that is not meant for it."""
    return any("not meant for this case" in warning for warning in case.change.warnings)


def is_open(calendar: str, at: str) -> bool:
    case = story("smartsimple")
    instant = case.instant(at)
    return open_time(case.policy.calendars[calendar], instant, instant).is_open(instant)


@pytest.mark.parametrize(
    ("impact", "tier"),
    [
        ("server", "tier-1"),
        ("security", "tier-1"),
        ("system", "tier-1"),
        ("critical-process", "tier-1"),
        ("most-users", "tier-2"),
        ("functions", "tier-2"),
        ("one-function", "tier-3"),
        ("risk", "tier-3"),
        ("component", "tier-3"),
        ("minor", "tier-4"),
    ],
)
def test_ss_01_the_condition_decides_the_tier(impact: str, tier: str) -> None:
    case = story("smartsimple").at("2026-11-23 10:00").open(answer=[f"impact={impact}"])
    assert case.case.priority == tier
    assert case.entry.fields["suggested"] == tier


def test_ss_01_there_are_four_tiers() -> None:
    assert list(story("smartsimple").policy.priorities) == ["tier-1", "tier-2", "tier-3", "tier-4"]


@pytest.mark.parametrize("channel", CRITICAL_WAYS)
@pytest.mark.parametrize(("tier", "wrong"), [("tier-1", False), ("tier-2", False), ("tier-3", True), ("tier-4", True)])
def test_ss_02_the_critical_ways_are_for_tiers_1_and_2(channel: str, tier: str, wrong: bool) -> None:
    """For less it is taken in all the same, and flagged."""
    case = story("smartsimple").at("2026-11-23 02:00").open(channel=channel, priority=tier)
    assert flagged(case) is wrong
    assert case.case.priority == tier


@pytest.mark.parametrize("channel", CRITICAL_WAYS)
def test_ss_02_they_are_there_at_any_hour(channel: str) -> None:
    calendar = story("smartsimple").policy.channels[channel].calendar
    assert is_open(calendar, "2026-12-25 03:00")


def test_ss_02_flagged_at_triage_too() -> None:
    """It came as an emergency; rated tier 4 it was none, and rated tier 2 it was."""
    case = story("smartsimple").at("2026-11-23 02:00").open(channel="critical-line", priority="tier-1")
    assert flagged(case.at("2026-11-23 02:10").do(triage, "tier-4"))
    assert not flagged(case.at("2026-11-23 02:10").do(triage, "tier-2"))


@pytest.mark.parametrize("channel", REGULAR_WAYS)
@pytest.mark.parametrize("tier", ["tier-3", "tier-4"])
def test_ss_05_tiers_3_and_4_come_by_the_regular_ways_in_regular_hours(channel: str, tier: str) -> None:
    case = story("smartsimple").at("2026-11-23 10:00").open(channel=channel, priority=tier)
    assert not flagged(case)
    assert case.policy.channels[channel].calendar == "regular"


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-11-23 04:59:59", False),
        ("2026-11-23 05:00", True),
        ("2026-11-23 20:59:59", True),
        ("2026-11-23 21:00", False),
        ("2026-11-22 12:00", True),  # a Sunday
        ("2026-12-25 12:00", True),  # Christmas Day
        ("2026-07-01 05:00", True),  # Canada Day, in summer time
        ("2026-07-01 21:00", False),
    ],
)
def test_ss_06_regular_support_from_five_to_nine_on_all_days(at: str, expected: bool) -> None:
    """The reading in the policy: "EST" is Toronto's local time, winter and summer."""
    assert is_open("regular", at) is expected


@pytest.mark.parametrize("tier", ["tier-1", "tier-2", "tier-3", "tier-4"])
def test_ss_07_no_figure_is_promised(tier: str) -> None:
    """Whatever it is and however long it takes: measured, never met, never late. Answered after a day, solved after
    three; a night is as long as it is."""
    case = story("smartsimple").at("2026-11-23 20:00").open(priority=tier, received="2026-11-23 19:30")
    for name in ("response", "resolution"):
        row = case.row(name, "2027-01-01 00:00")
        assert (row.state, row.limit_seconds, row.due_at, row.breached_at) == ("untargeted", None, None, None)
        assert row.clause == ("SS-07",)
    case = case.at("2026-11-24 19:30").do(respond, "On it.").at("2026-11-26 19:30").do(resolve, "Mended.")
    rows = case.row("response"), case.row("resolution")
    assert [(row.state, row.elapsed_seconds) for row in rows] == [
        ("untargeted", 24 * HOUR),
        ("untargeted", 72 * HOUR),
    ]


def test_ss_07_how_soon_the_critical_line_was_picked_up_is_measured() -> None:
    case = story("smartsimple").at("2026-11-23 02:00").open(channel="critical-line", priority="tier-1")
    case = case.at("2026-11-23 02:07").do(assign, "jo")
    row = case.row("pick-up", "2026-11-23 12:00")
    assert (row.state, row.elapsed_seconds, row.clause) == ("untargeted", 7 * MINUTE, ("SS-03", "SS-07"))
    assert story("smartsimple").at("2026-11-23 10:00").open(channel="phone").rows("pick-up") == []


@pytest.mark.parametrize(("customer", "zone"), [("acme", "Australia/Sydney"), ("lakeside", "America/Vancouver")])
def test_ss_08_times_are_told_in_the_clients_zone_when_asked(customer: str, zone: str) -> None:
    case = story("smartsimple").of(customer).at("2026-11-23 10:00").open()
    assert case.figures().customer_zone == zone
    assert wall_zone(case.figures(), case.policy.zone, "customer") == zone
    assert wall_zone(case.figures(), case.policy.zone) == "America/Toronto"
