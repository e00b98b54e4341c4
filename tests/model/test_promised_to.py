"""To whom a desk makes its promises at all, and who approves an exemption whose code names nobody."""

from __future__ import annotations

import pytest

from casectl.model.people_check import check_roles
from casectl.model.people_reader import read_staff
from casectl.model.policy import PromisedTo
from casectl.model.target import Condition
from tests.model.one_policy import ACME, FULL, acme, changed, check, read, tree

ENTERPRISE = frozenset({"enterprise"})


def for_enterprise(text: str) -> str:
    return changed("calendars:\n", "promised_to: {plan: enterprise, clause: ACM-20}\ncalendars:\n", text)


def test_it_is_part_of_every_rule() -> None:
    policy, before = acme(for_enterprise(ACME)), acme()
    assert policy.promised_to == PromisedTo(Condition({"plan": ENTERPRISE}), ("ACM-20",))
    for name in ("response", "resolution"):
        rules, plain = policy.targets[name].rules, before.targets[name].rules
        for rule, old in zip(rules, plain, strict=True):
            assert rule.when == old.when._replace(values={**old.when.values, "plan": ENTERPRISE})
            assert (rule.within, rule.goal, rule.number) == (old.within, old.goal, old.number)


def test_cases_of_others_are_measured() -> None:
    assert not acme().targets["response"].measured
    assert all(
        target.measured for target in acme(for_enterprise(ACME.replace("enhanced", "enterprise"))).targets.values()
    )


def test_a_target_is_about_the_same_cases_as_before() -> None:
    assert acme(for_enterprise(FULL)).targets["update"].scope == acme(FULL).targets["update"].scope


def test_the_rows_of_a_choice_are_narrowed_too() -> None:
    """`support` has a row for technical help on the plans enterprise and basic, one for basic, and one for the rest."""
    text = changed("{category: technical, plan: enterprise}", "{category: technical}", for_enterprise(FULL))
    rules = acme(text).targets["completion"].rules
    assert [(rule.when.values.get("category"), rule.calendar) for rule in rules] == [
        (frozenset({"technical"}), "desk"),
        (None, "round-the-clock"),
    ]
    assert {rule.when.values["plan"] for rule in rules} == {ENTERPRISE}


def test_a_gap_among_those_it_is_promised_to_is_found() -> None:
    """The last rule, for all others, goes: then p3 requests lack a figure. Others than these are owed none anyway."""
    text = ACME.replace("enhanced", "enterprise").replace("    - {within: {agreed: resolution}", "    # - {")
    (problem,) = check(for_enterprise(text))
    assert problem.message == "target 'resolution': a case can lack a rule: priority p3, type request"


def test_a_target_that_measures_by_itself_may_have_gaps() -> None:
    text = ACME.replace("enhanced", "enterprise").replace("    - {within: {agreed: resolution}", "    # - {")
    assert check(for_enterprise(text)) != ()
    assert check(for_enterprise(changed("  resolution:\n", "  resolution:\n    measured: true\n", text))) == ()


def test_a_rule_for_others_only_is_a_mistake() -> None:
    text = changed("{when: {priority: p1}", "{when: {priority: p1, plan: basic}", for_enterprise(ACME))
    (problem,) = read(text.replace("enhanced", "enterprise"))[1]
    assert problem.message == "target 'resolution', rule 1 is about cases that `promised_to` leaves out"
    assert problem.line == tree(text).line + text[: text.index("plan: basic")].count("\n")


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ("{}", "promised_to speaks of no fact of a case"),
        ("", "promised_to speaks of no fact of a case"),
        ("{clause: ACM-20}", "promised_to speaks of no fact of a case"),
        ("enterprise", "promised_to must be a mapping (`key: value`), not 'enterprise'"),
        ("{plan: []}", "'plan' lists nothing, so it could never hold"),
        ("{plan: gold}", "unknown plan 'gold'"),
        ("{reported: {in: desk}}", "promised_to: unknown field 'reported'"),
        ("{commitment: maintenance}", "promised_to: unknown field 'commitment'"),
    ],
)
def test_what_it_cannot_say(said: str, message: str) -> None:
    text = changed("calendars:\n", f"promised_to: {said}\ncalendars:\n", FULL)
    assert message in [problem.message for problem in read(text)[1]]


APPROVER = "channel: phone, approved_by: [desk-manager]}"


def test_who_approves_what_names_nobody() -> None:
    text = changed("approved_by: [desk-manager]", "approved_by: lawyer", FULL)
    exemptions = acme(changed("channel: phone}\n", f"{APPROVER}\n", text)).exemptions
    assert exemptions["regulator"].approved_by == ("lawyer",)
    assert exemptions["force-majeure"].approved_by == ("desk-manager",)


def test_an_approver_of_the_defaults_whom_nobody_is_is_said_once() -> None:
    text = changed("force-majeure:\n", "force-majeure:\n  strike: {label: A strike}\n", FULL)
    text = changed("approved_by: [desk-manager], ", "", text)
    text = changed("channel: phone}\n", f"{APPROVER}\n", text)
    staff, _ = read_staff(tree("staff: {}"), "policies/staff.yaml")
    said = [
        problem for problem in check_roles(acme(text), tree(text), staff.values()) if "desk-manager" in problem.message
    ]
    (problem,) = said
    assert problem.message.startswith("defaults, approved_by: nobody of the staff has the role")
    assert text.splitlines()[problem.line - 1].startswith("defaults:")


def test_the_defaults_must_name_a_role() -> None:
    text = changed("channel: phone}\n", "channel: phone, approved_by: []}\n", FULL)
    assert "'approved_by' names no role" in [problem.message for problem in read(text)[1]]
