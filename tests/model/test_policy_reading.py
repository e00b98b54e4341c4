"""What a policy file says, as values."""

from __future__ import annotations

from datetime import date

import pytest

from casectl.model.calendar import Window
from casectl.model.target import Condition, Lookup, Rule, Span
from casectl.model.target_reader import parse_span
from tests.model.one_policy import ACME, acme, changed, read

HOUR, DAY = 3600, 86_400


def rules(target: str = "resolution") -> tuple[Rule, ...]:
    return acme().targets[target].rules


def test_a_whole_policy_reads_without_a_word() -> None:
    policy, problems = read()
    assert problems == ()
    assert policy is not None
    assert (policy.ref, policy.prefix, policy.effective) == ("acme-desk/1.0", "ACM", date(2020, 10, 1))
    assert (policy.zone, policy.binding, policy.clause) == ("Europe/London", True, ("ACM-00",))
    assert policy.responses == ("response", "call:out")
    assert policy.waiting_for == {"customer": "the customer", "supplier": "a supplier"}


def test_hours_by_weekday() -> None:
    desk = acme().calendars["desk"]
    morning, afternoon = Window(8 * HOUR, 12 * HOUR), Window(13 * HOUR, 18 * HOUR)
    friday = (morning, Window(13 * HOUR, 16 * HOUR))
    assert desk.weekly == ((morning, afternoon),) * 4 + (friday, (), ())
    assert desk.zone == "Europe/London"
    assert desk.clause == ("ACM-01",)


@pytest.mark.parametrize(
    ("days", "open_days"),
    [
        ("mon", [0]),
        ("mon-fri", [0, 1, 2, 3, 4]),
        ('"tue,sat"', [1, 5]),
        ("daily", list(range(7))),
        ("sat-mon", [0, 5, 6]),
    ],
)
def test_days_of_the_week(days: str, open_days: list[int]) -> None:
    text = changed('hours: {"sat,sun": "22:00-06:00"}', f'hours: {{{days}: "10:00-11:00"}}')
    week = acme(text).calendars["watch"].weekly
    assert [day for day in range(7) if week[day]] == open_days


@pytest.mark.parametrize(
    ("hours", "window"),
    [
        ("22:00-06:00", Window(22 * HOUR, 30 * HOUR)),
        ("00:00-24:00", Window(0, DAY)),
        ("18:00-24:00", Window(18 * HOUR, DAY)),
        ("18:00-00:00", Window(18 * HOUR, DAY)),
    ],
)
def test_hours_past_midnight_belong_to_the_day_they_begin_on(hours: str, window: Window) -> None:
    text = changed('hours: {"sat,sun": "22:00-06:00"}', f'hours: {{sat: "{hours}"}}')
    assert acme(text).calendars["watch"].weekly[5] == (window,)


def test_holidays_less_the_days_on_which_the_desk_works() -> None:
    assert acme().calendars["desk"].holidays == {date(2026, 12, 25)}


def test_replaced_days() -> None:
    assert acme().calendars["desk"].replaced == {date(2026, 12, 24): (Window(8 * HOUR, 12 * HOUR),)}
    closed = acme(changed('2026-12-24: "08:00-12:00"', "2026-12-24: closed"))
    assert closed.calendars["desk"].replaced == {date(2026, 12, 24): ()}


def test_unions_and_round_the_clock() -> None:
    calendars = acme().calendars
    assert calendars["either"].members == (calendars["desk"], calendars["watch"])
    assert calendars["round-the-clock"].always
    assert list(calendars) == ["desk", "watch", "round-the-clock", "either"]


def test_channels_types_and_priorities() -> None:
    policy = acme()
    assert (policy.channels["email"].deemed, policy.channels["phone"].deemed) == (True, False)
    assert policy.channels["email"].clause == ("ACM-02", "ACM-03")
    assert (policy.types["fault"].priority, policy.types["request"].label) == ("p2", "A request")
    assert [(p.name, p.rank, p.label) for p in policy.priorities.values()] == [
        ("p1", 0, "Everything is down"), ("p2", 1, "p2"), ("p3", 2, "p3"),
    ]  # fmt: skip


def test_states_and_moves() -> None:
    assert acme().states["on-hold"].moves == ("working", "resolved")
    assert acme().states["closed"].moves == ()
    assert acme().phase_of("working") == "active"


def test_a_rule_overrides_its_target() -> None:
    first, second, third, fourth, fifth = rules()
    assert first.within == Span("seconds", 4 * HOUR, written="4h")
    assert (first.goal, first.run_on, first.clause) == (
        Span("seconds", 2 * HOUR, written="2h"), True, ("ACM-06", "ACM-07"),
    )  # fmt: skip
    assert (second.run_on, second.goal, second.clause) == (False, None, ("ACM-05",))
    assert [rule.pause_for for rule in (first, second, fifth)] == [{"customer"}, None, frozenset()]
    assert (first.on_reopen, third.on_reopen) == ("resume", "continue")
    assert (first.on_change, fourth.on_change) == ("from-start", "from-change")
    assert (first.stop, fourth.stop) == (("resolved",), ("resolved", "pathway"))
    assert (first.days, fourth.days, fourth.calendar) == (None, "watch", "desk")
    assert {rule.warn_at for rule in rules()} == {0.8}
    assert [rule.index for rule in rules()] == [0, 1, 2, 3, 4]
    assert ACME.splitlines()[first.line - 1].strip().startswith("- {when: {priority: p1}")


def test_conditions() -> None:
    second = rules()[1].when
    assert second == Condition({"priority": frozenset({"p2"})}, ("desk",))
    update = acme().targets["update"].scope
    assert update.values == {"type": {"fault"}, "plan": {"enhanced"}}
    assert rules()[4].when == Condition()


def test_a_target_with_a_figure_of_its_own_is_one_rule() -> None:
    target = acme().targets["response"]
    assert [(rule.index, rule.within) for rule in target.rules] == [(0, Span("seconds", 1800, written="30m"))]
    assert (target.otherwise.within, target.otherwise.index) == (None, -1)
    assert (target.otherwise.start, target.otherwise.stop) == (("received",), ("responded",))


def test_figures_from_other_records() -> None:
    update = acme().targets["update"]
    assert (update.rules[0].within, update.rules[0].repeat, update.measured) == (
        Lookup("case", "update_every"), True, True,
    )  # fmt: skip
    assert rules()[4].within == Lookup("agreed", "resolution")
    text = changed("{case: update_every}", "{customer: ttr}")
    assert acme(text).targets["update"].rules[0].within == Lookup("customer", "ttr")


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("15m", Span("seconds", 900, written="15m")),
        ("1h30m", Span("seconds", 5400, written="1h30m")),
        ("90s", Span("seconds", 90, written="90s")),
        ("0s", Span("seconds", 0, written="0s")),
        ("72h", Span("seconds", 72 * HOUR, written="72h")),
        ("3wd", Span("days", 3, written="3wd")),
        ("0wd by end-of-day", Span("days", 0, True, "0wd by end-of-day")),
        ("2d", None), ("", None), ("4", None), ("h", None), ("-4h", None), ("4 h", None), ("3wd by end of day", None),
        ("1m30h", None), ("1.5h", None),
    ],
)  # fmt: skip
def test_figures(text: str, span: Span | None) -> None:
    assert parse_span(text) == span


def test_ladders() -> None:
    policy = acme()
    general = policy.ladder_for("fault")
    assert general is not None
    assert [(rung.level, rung.name, rung.role) for rung in general.levels] == [
        (1, "Desk", "agent"), (2, "Team leader", "team-leader"),
    ]  # fmt: skip
    assert policy.ladder_for("request") is policy.ladders["requests"]


def test_a_policy_outside_policies_may_have_any_file_name() -> None:
    policy, problems = read(path="somewhere/draft.yaml")
    assert (policy is not None, problems) == (True, ())


def test_a_draft_that_does_not_bind() -> None:
    assert acme(changed("clause: ACM-00", "binding: false")).binding is False
