"""What the lists of a policy say, and what becomes of rules whose calendar the case chooses."""

from __future__ import annotations

from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from casectl.model.choice_reader import chosen
from casectl.model.policy import Commitment, Exemption, Raising, Service
from casectl.model.target import Ahead, CalendarChoice, Condition, Lookup, Rule, Span, Target
from tests.model.one_policy import FULL, acme, changed, check

HOUR = 3600
TECHNICAL, ACCOUNT = frozenset({"technical"}), frozenset({"account"})
BASIC, ENTERPRISE = frozenset({"basic"}), frozenset({"enterprise"})


def target(name: str, text: str = FULL) -> Target:
    return acme(text).targets[name]


def calendars(rules: tuple[Rule, ...]) -> list[tuple[int, str, str | None]]:
    return [(rule.number, rule.calendar, rule.days) for rule in rules]


def test_a_policy_with_everything_passes() -> None:
    assert check(FULL) == ()


def test_plans_services_and_categories() -> None:
    policy = acme(FULL)
    assert policy.plans == {"enterprise": "Enterprise support", "basic": "Basic support"}
    assert policy.categories == {"technical": "Technical help", "account": "Account matters"}
    assert policy.services["carrier"] == Service("carrier", "A carrier", False, True, ("ACM-10",))
    assert [service.name for service in policy.services.values() if not service.covered] == ["handset"]


def test_a_policy_without_lists_closes_no_word() -> None:
    policy = acme()
    lists = (policy.plans, policy.services, policy.categories, policy.commitments, policy.exemptions, policy.paths)
    assert not any(lists)
    assert (policy.rubric, policy.raising, policy.choices) == (None, None, {})


def test_commitments_exemptions_paths_and_raising() -> None:
    policy = acme(FULL)
    assert policy.commitments["engineer-visit"] == Commitment("engineer-visit", "A visit", clause=("ACM-11",))
    assert policy.commitments["maintenance"].window
    assert policy.exemptions["regulator"] == Exemption("regulator", "An order", ("desk-manager",), ("ACM-12",))
    assert policy.exemptions["force-majeure"] == Exemption("force-majeure", "force-majeure")
    assert list(policy.paths) == ["a", "b"]
    assert policy.raising == Raising(30 * 60, ("team-leader",), ("ACM-14",))


def test_a_way_in_that_is_meant_for_some_cases() -> None:
    channels = acme(FULL).channels
    assert channels["phone"].meant_for == Condition({"priority": frozenset({"p1", "p2"})})
    assert channels["email"].meant_for == Condition()


def test_the_rubric() -> None:
    rubric = acme(FULL).rubric
    assert rubric is not None
    assert rubric.questions["workaround"].ask == "Is there another way?"
    assert rubric.questions["workaround"].answers == {"yes": "There is", "no": "There is none"}
    first, second, last = rubric.suggestions
    assert (first.answers, first.facts, first.priority) == ({"impact": {"all"}}, Condition(), "p1")
    assert second.answers == {"impact": {"part", "none"}, "workaround": {"no"}}
    assert second.facts == Condition({"type": frozenset({"fault"}), "service": frozenset({"sms"})})
    assert (last.answers, last.facts, last.priority) == ({}, Condition(), "p3")
    assert (first.clause, FULL.splitlines()[first.line - 1].strip()[:21]) == (("ACM-13",), "- {when: {impact: all")


def test_figures_of_promises() -> None:
    lead_time = target("lead-time").rules
    assert target("commitment").rules[0].within == Lookup("promised", "due")
    assert lead_time[0].within == Ahead(Span("seconds", 24 * HOUR, written="24h"))
    assert lead_time[0].goal == Ahead(Span("seconds", 48 * HOUR, written="48h"))
    assert (lead_time[1].within, lead_time[1].when) == (None, Condition())
    assert lead_time[0].when == Condition({"commitment": frozenset({"engineer-visit"})})


def test_a_goal_without_a_limit() -> None:
    completion = target("completion")
    assert {(rule.within, rule.goal) for rule in completion.rules} == {(None, Span("days", 15, written="15wd"))}
    assert (completion.otherwise.goal, completion.measured) == (None, False)
    assert completion.rules[0].exclude == {"maintenance"}


def test_every_rule_holds_the_calendars_of_its_policy() -> None:
    policy = acme(FULL)
    for one in policy.targets.values():
        assert all(rule.calendars is policy.calendars for rule in (*one.rules, one.otherwise))
    assert policy.targets["response"].rules[0].hours is policy.calendars["desk"]
    assert "support" not in policy.calendars


def test_a_target_with_a_choice_becomes_a_rule_for_each_row() -> None:
    completion = target("completion")
    assert [rule.when.values for rule in completion.rules] == [
        {"category": TECHNICAL, "plan": BASIC | ENTERPRISE},
        {"plan": BASIC},
        {},
    ]
    assert calendars(completion.rules) == [(1, "desk", None), (1, "watch", None), (1, "round-the-clock", None)]
    assert [rule.index for rule in completion.rules] == [0, 1, 2]


def test_conditions_of_rule_and_row_hold_together() -> None:
    """Rule 1 never meets the row for technical help; all of rule 2 does; rule 3 names its own calendars."""
    rules = target("pick-up").rules
    assert calendars(rules) == [
        (1, "watch", "watch"),
        (1, "round-the-clock", "round-the-clock"),
        (2, "desk", "desk"),
        (3, "desk", "watch"),
    ]
    assert [rule.when.values for rule in rules[:3]] == [
        {"category": ACCOUNT, "plan": BASIC},
        {"category": ACCOUNT},
        {"category": TECHNICAL, "plan": ENTERPRISE},
    ]
    assert [rule.index for rule in rules] == [0, 1, 2, 3]


def test_a_rule_keeps_when_its_case_was_reported() -> None:
    text = changed("when: {category: account}", "when: {category: account, reported: {in: desk}}", FULL)
    assert [rule.when.reported_in for rule in target("pick-up", text).rules] == [("desk",), ("desk",), (), ()]


def test_a_case_without_a_rule_counts_on_the_last_row() -> None:
    otherwise = target("pick-up").otherwise
    assert (otherwise.calendar, otherwise.days, otherwise.index) == ("round-the-clock", "round-the-clock", -1)


def test_two_choices_in_one_rule_are_taken_together() -> None:
    night = "  night: {choose: [{when: {priority: p1}, calendar: round-the-clock}, {calendar: watch}]}\n"
    text = changed("channels:\n", f"{night}channels:\n", FULL)
    text = changed("    days: support\n", "    days: night\n", text)
    rules = [rule for rule in target("pick-up", text).rules if rule.number == 1]
    assert [(rule.calendar, rule.days, "priority" in rule.when.values) for rule in rules] == [
        ("watch", "round-the-clock", True),
        ("watch", "watch", False),
        ("round-the-clock", "round-the-clock", True),
        ("round-the-clock", "watch", False),
    ]


VALUES = {"priority": ("p1", "p2", "p3"), "plan": ("enterprise", "basic", ""), "category": ("technical", "account")}
CONDITIONS = st.fixed_dictionaries(
    {}, optional={key: st.frozensets(st.sampled_from(values), min_size=1) for key, values in VALUES.items()}
).map(Condition)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(whens=st.lists(CONDITIONS, min_size=1, max_size=4), rows=st.lists(CONDITIONS, max_size=3))
def test_each_case_finds_the_calendar_that_rule_and_row_say(whens: list[Condition], rows: list[Condition]) -> None:
    """Tried for every case: the first rule that holds, then the first row that holds, against rules made of both."""
    table = tuple((when, f"calendar-{n}") for n, when in enumerate([*rows, Condition()]))
    plain = target("completion").otherwise
    written = [plain._replace(when=when, number=n, calendar="support") for n, when in enumerate(whens, 1)]
    made = [one for rule in written for one in chosen(rule, {"support": CalendarChoice("support", table)})]
    for values in product(*VALUES.values()):
        case = dict(zip(VALUES, values, strict=True))
        rule = next((rule for rule in written if meets(rule.when, case)), None)
        row = next(calendar for when, calendar in table if meets(when, case))
        found = next((one for one in made if meets(one.when, case)), None)
        assert (found and (found.number, found.calendar)) == (rule and (rule.number, row))


def meets(when: Condition, case: dict[str, str]) -> bool:
    return all(case[key] in wanted for key, wanted in when.values.items())


def test_a_case_without_a_rule_counts_on_the_calendar_that_it_chooses() -> None:
    """Whom nothing is promised is measured in the same hours as the others."""
    measured = [one for one in acme(FULL).targets.values() if one.unruled]
    assert measured
    for one in measured:
        first, last = one.unruled[0], one.unruled[-1]
        assert one.own_keys(lambda condition, wanted=first.when: condition == wanted) is first  # type: ignore[misc]
        assert (one.own_keys(lambda condition: not condition.values), first.calendar) != (first, last.calendar)
        assert one.otherwise.calendar == last.calendar
