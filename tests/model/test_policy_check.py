"""Policies that read well and still cannot be meant: said by `check_policy` with line and hint."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casectl.model.calendar import HolidayList
from casectl.model.calendar_check import clock_changes, odd_wall_time
from casectl.model.instants import zone_named
from casectl.model.policy import Policy
from casectl.model.policy_check import check_together
from casectl.model.problems import Problem
from casectl.model.rule_coverage import first_rule, gaps, kinds, unreachable
from casectl.model.target import CONDITION_KEYS, Condition, Target
from tests.model.one_policy import ACME, HOLIDAYS, acme, changed, check

LAST_RULE = "    - {within: {agreed: resolution}, pause: {waiting_for: []}}\n"


def said(text: str) -> list[str]:
    return [problem.message for problem in check(text)]


def only(text: str) -> Problem:
    found = check(text)
    assert len(found) == 1, found
    return found[0]


def test_a_good_policy_passes() -> None:
    assert check() == ()


def test_a_case_that_can_lack_a_rule() -> None:
    """Without its last line the target leaves out requests of p3, and nothing else."""
    problem = only(changed(LAST_RULE, ""))
    assert problem.message == "target 'resolution': a case can lack a rule: priority p3, type request"
    assert "measured: true" in (problem.hint or "")
    assert "resolution:" in ACME.splitlines()[problem.line - 2]


def test_a_target_that_is_measured_may_lack_rules() -> None:
    assert check(changed(LAST_RULE, LAST_RULE.replace("{within", "{when: {type: fault, service: mail}, within"))) != ()
    measured = changed("    warn_at: 80%\n", "    warn_at: 80%\n    measured: true\n")
    assert check(changed(LAST_RULE, "", measured)) == ()


def test_a_target_that_is_narrowed_needs_rules_for_its_scope_only() -> None:
    narrowed = changed("    warn_at: 80%\n", "    warn_at: 80%\n    when: {type: fault}\n")
    assert check(changed(LAST_RULE, "", narrowed)) == ()


def test_of_many_gaps_the_first_few_are_named() -> None:
    rules = ", ".join(
        f"{{when: {{priority: {p}, type: {t}}}, within: 5m}}" for p, t in (("p1", "fault"), ("p2", "request"))
    )
    message = only(changed("within: 30m", f"rules: [{rules}, {{when: {{service: mail}}, within: 1m}}]")).message
    assert message.startswith("target 'response': a case can lack a rule: priority p1, type request")


def test_more_kinds_of_case_than_can_be_tried() -> None:
    rows = [
        f"{{when: {{service: s{n}, category: c{n}, plan: p{n}, priority: p1, type: fault}}, within: 5m}}"
        for n in range(20)
    ]
    problem = only(changed("within: 30m", f"rules: [{', '.join(rows)}, {{within: 1m}}]"))
    assert problem.warning
    assert "too many kinds of case" in problem.message


def test_reported_inside_and_outside_hours_are_both_asked_for() -> None:
    text = changed("within: 30m", "rules: [{when: {reported: {in: desk}}, within: 30m}]")
    assert only(text).message == "target 'response': a case can lack a rule: reported out desk"
    both = changed(
        "within: 30m",
        "rules: [{when: {reported: {in: desk}}, within: 1m}, {when: {reported: {out: desk}}, within: 2m}]",
    )
    assert check(both) == ()


def test_a_union_is_open_when_a_member_is() -> None:
    """Reported in one of the members, or outside the union: nothing is left out."""
    rules = ", ".join(
        f"{{when: {{reported: {{{side}}}}}, within: 5m}}" for side in ("in: [desk, watch]", "out: either")
    )
    assert check(changed("within: 30m", f"rules: [{rules}]")) == ()


def test_a_service_that_no_rule_names_can_lack_one() -> None:
    text = changed("within: 30m", "rules: [{when: {service: [mail, web]}, within: 30m}]")
    assert only(text).message == "target 'response': a case can lack a rule: any other service, or none"


def test_a_rule_out_of_reach_behind_a_wider_one() -> None:
    rules = ("{when: {priority: [p1, p2]}, within: 30m}", "{within: 1h}", "{when: {priority: p1}, within: 5m}")
    text = changed("within: 30m", "rules:\n    - " + "\n    - ".join(rules))
    problem = only(text)
    line = text.splitlines().index("    - {when: {priority: [p1, p2]}, within: 30m}") + 1
    assert problem.line == line + 2
    assert f"rule 3 can never be reached: the rule before it (line {line}) takes all" in problem.message
    assert problem.hint == "put the narrower rule first"


def test_a_rule_out_of_reach_behind_several_narrow_ones() -> None:
    rows = [f"{{when: {{priority: {p}}}, within: 30m}}" for p in ("p1", "p2", "p3")]
    text = changed("within: 30m", f"rules: [{', '.join(rows)}, {{when: {{type: fault}}, within: 1h}}]")
    assert "rule 4 can never be reached: the rules before it" in only(text).message


def test_a_rule_outside_the_scope_of_its_target() -> None:
    text = changed(
        "within: 30m", "when: {type: fault}\n    rules: [{when: {type: request}, within: 1h}, {within: 30m}]"
    )
    assert "no case that the target is about meets its `when`" in only(text).message


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("to: [on-hold, resolved]}", "to: []}", "state 'working' cannot be left, though its phase is active"),
        ("to: [on-hold, resolved]}", "to: [working]}", "state 'working' cannot be left, though its phase is active"),
        ("closed: {phase: closed}", "closed: {phase: closed}\n  lost: {phase: active, to: [open]}",
         "state 'lost' can never be reached"),
        ("{phase: waiting, to: [working, resolved]}",
         "{phase: waiting, to: [other]}\n  other: {phase: active, to: [on-hold]}",
         "from state 'on-hold' no case can come to phase resolved or closed"),
    ],
)  # fmt: skip
def test_states_that_lead_nowhere(old: str, new: str, message: str) -> None:
    assert message in said(changed(old, new))


def test_a_policy_in_which_no_case_can_end() -> None:
    text = changed("{phase: resolved, to", "{phase: active, to")
    text = changed("  closed: {phase: closed}\n", "  closed: {phase: active, to: [open]}\n", text)
    assert "no state is in phase resolved or closed, so no case can end" in said(text)


def test_waiting_for_nobody() -> None:
    text = changed("waiting_for: {customer: the customer, supplier: a supplier}\n", "")
    text = text.replace("pause: {waiting_for: [customer]}", "pause: {waiting_for: any}")
    assert "'on-hold' waits, but `waiting_for` names nobody" in said(text)


@pytest.mark.parametrize(
    ("today", "message", "warning"),
    [
        (date(2035, 12, 31), "the holiday list 'acme' ends with this year", True),
        (date(2036, 1, 1), "the holiday list 'acme' ended with 2035", False),
    ],
)
def test_holiday_lists_run_out(today: date, message: str, warning: bool) -> None:
    (problem,) = check(today=today)
    assert (problem.message, problem.warning) == (message, warning)
    assert "holidays: acme" in ACME.splitlines()[problem.line - 1]


def test_a_holiday_list_that_begins_too_late() -> None:
    late = {"acme": HolidayList("acme", 2022, 2035, HOLIDAYS["acme"].dates)}
    (problem,) = check(lists=late)
    assert problem.warning
    assert "begins with 2022" in problem.message


@pytest.mark.parametrize(
    ("hours", "message"),
    [
        ("01:30-09:00", "01:30 on sun is skipped on 2026-03-29"),
        ("20:00-01:30", None),
        ("00:00-24:00", None),
        ("09:00-17:00", None),
    ],
)
def test_hours_edged_in_a_clock_change(hours: str, message: str | None) -> None:
    text = changed('{"sat,sun": "22:00-06:00"}, zone: America/Toronto', f'{{sun: "{hours}"}}, zone: Europe/London')
    found = check(text)
    assert all(problem.warning for problem in found)
    assert [problem.message for problem in found] == ([f"calendar 'watch': {message}"] if message else [])


def test_an_overnight_window_may_end_in_a_clock_change() -> None:
    text = changed('{"sat,sun": "22:00-06:00"}, zone: America/Toronto', '{sat: "20:00-01:30"}, zone: Europe/London')
    (problem,) = check(text)
    assert "01:30 on sun is skipped" in problem.message


def test_clock_changes_are_found_in_the_zones_own_dates() -> None:
    assert list(clock_changes("Europe/London", 2026, 2026)) == [date(2026, 3, 29), date(2026, 10, 25)]
    assert list(clock_changes("UTC", 2020, 2026)) == []
    london = zone_named("Europe/London")
    assert odd_wall_time(london, date(2026, 10, 25), 5400) == "repeated"
    assert odd_wall_time(london, date(2026, 10, 25), 7200) is None


def test_two_versions_in_force_from_the_same_day() -> None:
    first = acme()
    second = replace(first, version="2.0", path="policies/acme-desk/2.0.yaml")
    (problem,) = check_together([second, first])
    assert problem.path == "policies/acme-desk/2.0.yaml"
    assert "effective 2020-10-01, as policies/acme-desk/1.0.yaml is" in problem.message
    assert check_together([first, replace(second, effective=date(2027, 1, 1))]) == ()


def test_two_desks_with_one_prefix() -> None:
    first = acme()
    other = replace(first, desk="other", path="policies/other/1.0.yaml")
    (problem,) = check_together([first, other])
    assert "prefix 'ACM' is desk acme-desk's already" in problem.message
    assert check_together([first, replace(other, prefix="OTH")]) == ()


VALUES = {"priority": ("p1", "p2", "p3"), "type": ("fault", "request"), "service": ("mail", "web", "anything", "")}
SAID = {**VALUES, "service": ("mail", "web")}
CONDITIONS = st.fixed_dictionaries(
    {}, optional={key: st.frozensets(st.sampled_from(said), min_size=1) for key, said in SAID.items()}
).map(Condition)  # fmt: skip


def naive_rule(target: Target, case: dict[str, str]) -> int | None:
    """The first rule that holds, or None; -1 for a case that the target is not about."""

    def meets(when: Condition) -> bool:
        return all(case[key] in wanted for key, wanted in when.values.items())

    if not meets(target.scope):
        return -1
    return next((n for n, rule in enumerate(target.rules) if meets(rule.when)), None)


@settings(max_examples=200, deadline=None)
@given(scope=CONDITIONS, whens=st.lists(CONDITIONS, min_size=1, max_size=5))
def test_coverage_agrees_with_trying_every_case(scope: Condition, whens: list[Condition]) -> None:
    policy, target = target_of(scope, whens)
    cases = [dict(zip(VALUES, choice, strict=True)) for choice in product(*VALUES.values())]
    met = [naive_rule(target, case) for case in cases]
    assert bool(gaps(policy, target, 3)) == (None in met)
    assert {index for index, _ in unreachable(policy, target)} == set(range(len(whens))) - set(met)
    assert {first_rule(target, kind) for kind in kinds(policy, target)} == set(met) - {-1}


def target_of(scope: Condition, whens: list[Condition]) -> tuple[Policy, Target]:
    policy = acme()
    target = policy.targets["response"]
    rules = tuple(target.rules[0]._replace(index=n, when=when) for n, when in enumerate(whens))
    return policy, target._replace(scope=scope, rules=rules)


def test_the_keys_of_conditions_are_all_tried() -> None:
    assert set(VALUES) < set(CONDITION_KEYS)
