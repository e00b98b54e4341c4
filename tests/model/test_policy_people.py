"""Policies held against the customers and the staff that stand beside them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from casectl.model.people_check import check_figures, check_plans, check_roles, standing
from casectl.model.people_reader import read_customers, read_staff
from casectl.model.problems import Problem
from casectl.model.target import Span
from casectl.store.policy_files import check_policy_files
from tests.model.one_policy import FULL, TODAY, acme, changed, tree

CUSTOMERS = """\
customers:
  acme: {plan: enterprise, figures: {ttr: 8h}}
  oakfield:
    plan: basic
    services:
      head-office: {label: Internet at head office, figures: {ttr: 4h}}
      warehouse:
"""
STAFF = """\
staff:
  sam: {name: Sam, mail: sam@example.com, roles: [agent, team-leader], desks: [acme-desk]}
  ada: {name: Ada, mail: ada@example.com, roles: [desk-manager]}
"""
PATH = "policies/acme-desk/customers.yaml"


def plans(text: str, policy: str = FULL) -> tuple[Problem, ...]:
    customers, problems = read_customers(tree(text), PATH)
    assert problems == ()
    return check_plans([acme(policy)], customers, PATH, tree(text))


def figures(text: str, policy: str = FULL) -> tuple[Problem, ...]:
    return check_figures(acme(policy), read_customers(tree(text), PATH)[0].values())


def roles(text: str, policy: str = FULL) -> tuple[Problem, ...]:
    return check_roles(acme(policy), tree(policy), read_staff(tree(text), "policies/staff.yaml")[0].values())


def test_what_a_customer_ordered() -> None:
    customers, problems = read_customers(tree(CUSTOMERS), PATH)
    assert problems == ()
    ordered = customers["oakfield"].services
    assert (ordered["head-office"].label, ordered["warehouse"].label) == ("Internet at head office", "warehouse")
    assert customers["oakfield"].figure("ttr", "head-office") == Span("seconds", 4 * 3600, written="4h")
    assert customers["oakfield"].figure("ttr", "warehouse") is None
    assert customers["acme"].figure("ttr", "head-office") == Span("seconds", 8 * 3600, written="8h")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("label: Internet", "lable: Internet", "customer 'oakfield', service 'head-office': unknown field 'lable'"),
        ("figures: {ttr: 4h}", "figures: {ttr: 4d}",
         "customer 'oakfield', service 'head-office', figure 'ttr': '4d' is no figure"),
    ],
)  # fmt: skip
def test_a_mistake_in_what_a_customer_ordered(old: str, new: str, message: str) -> None:
    customers, problems = read_customers(tree(changed(old, new, CUSTOMERS)), PATH)
    assert list(customers) == ["acme"]
    assert [(problem.line, problem.message) for problem in problems] == [(6, message)]


def test_everybody_is_there() -> None:
    assert (plans(CUSTOMERS), figures(CUSTOMERS), roles(STAFF)) == ((), (), ())


def test_a_customer_on_a_plan_that_the_policy_does_not_have() -> None:
    (problem,) = plans(changed("plan: basic", "plan: enterprize", CUSTOMERS))
    assert problem == Problem(
        PATH, 4, "customer 'oakfield': the policy has no plan 'enterprize'", "did you mean 'enterprise'?"
    )


def test_a_policy_without_plans_closes_none() -> None:
    lists = changed("plans: {enterprise: Enterprise support, basic: Basic support}\n", "", FULL)
    assert plans(changed("plan: basic", "plan: anything", CUSTOMERS), lists) == ()


def test_a_figure_that_no_customer_has() -> None:
    """One customer, or one service of one, is enough."""
    without = changed(", figures: {ttr: 8h}", "", CUSTOMERS)
    assert figures(without) == ()
    (problem,) = figures(changed(", figures: {ttr: 4h}", "", without))
    assert problem.warning
    assert problem.message == "no customer has a figure 'ttr', so this is never due"
    assert "figures: {ttr: 4h}" in (problem.hint or "")
    assert "{customer: ttr}" in FULL.splitlines()[problem.line - 1]


@pytest.mark.parametrize(
    ("role", "message", "passage"),
    [
        ("desk-manager", "exemption 'regulator': nobody of the staff has the role 'desk-manager'", "regulator: {label"),
        ("team-leader", "raising: nobody of the staff has the role 'team-leader'", "raising: {within"),
        ("team-leader", "ladder 'general', level 2: nobody of the staff has the role 'team-leader'", "levels: [{name"),
    ],
)
def test_a_role_that_nobody_has(role: str, message: str, passage: str) -> None:
    found = {problem.message: problem for problem in roles(changed(role, "clerk", STAFF))}
    assert found[message].warning
    assert passage in FULL.splitlines()[found[message].line - 1]


def test_a_role_at_another_desk_does_not_count() -> None:
    elsewhere = changed("desks: [acme-desk]", "desks: [other-desk]", STAFF)
    assert {problem.message.partition(":")[0] for problem in roles(elsewhere)} == {
        "raising", "ladder 'general', level 1", "ladder 'general', level 2",
    }  # fmt: skip


def test_old_versions_need_nobody_any_more() -> None:
    first = acme(FULL)
    second, third = (replace(first, version=v, effective=date(int(v), 1, 1)) for v in ("2024", "2030"))
    assert standing([third, first, second], date(2026, 11, 23)) == (second, third)
    assert standing([third], date(2026, 11, 23)) == (third,)


def lay_out(folder: Path, customers: str, staff: str) -> Path:
    desk = folder / "policies" / "acme-desk"
    desk.mkdir(parents=True)
    (desk / "1.0.yaml").write_text(changed("    holidays: acme\n    except: [2026-12-28]\n", "", FULL))
    (desk / "customers.yaml").write_text(customers)
    (folder / "policies" / "staff.yaml").write_text(staff)
    return folder / "policies"


def test_files_are_held_against_each_other_where_they_are_checked_together(tmp_path: Path) -> None:
    customers = changed("plan: basic", "plan: silver", CUSTOMERS.replace("ttr", "ttf"))
    policies = lay_out(tmp_path, customers, changed("desk-manager", "clerk", STAFF))
    found = {problem.message: Path(problem.path).name for problem in check_policy_files([policies], TODAY)}
    assert found == {
        "no customer has a figure 'ttr', so this is never due": "1.0.yaml",
        "exemption 'regulator': nobody of the staff has the role 'desk-manager'": "1.0.yaml",
        "customer 'oakfield': the policy has no plan 'silver'": "customers.yaml",
    }
    assert check_policy_files([policies / "acme-desk" / "1.0.yaml"], TODAY) == ()


def test_files_that_agree(tmp_path: Path) -> None:
    assert check_policy_files([lay_out(tmp_path, CUSTOMERS, STAFF)], TODAY) == ()
