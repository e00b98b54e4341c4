"""What a case is judged by: each policy that it was pinned to, with the text, customers and staff of that moment."""

from __future__ import annotations

import pytest

from casectl.model.problems import Problem
from casectl.store.history import read_timeline
from casectl.store.objects import ObjectReader
from casectl.store.pinned import PolicyShelf
from tests.conftest import MakeRepo
from tests.store.pinned_story import FOREVER, POLICY, Desk, desk_with, moment
from tests.store.stories import A, case_id

NEWER = POLICY.replace('version: "1.0"', 'version: "2.0"').replace("2026-01-01", "2027-01-01")
CUSTOMERS = "policies/acme-desk/customers.yaml"
STAFF = "policies/staff.yaml"


def customers(plan: str) -> str:
    return f"customers:\n  oakfield: {{plan: {plan}}}\n"


def staff(role: str) -> str:
    return f"staff:\n  sam: {{name: Sam, mail: sam@example.org, roles: [{role}]}}\n"


@pytest.fixture
def desk(make_repo: MakeRepo) -> Desk:
    files = {CUSTOMERS: customers("basic"), STAFF: staff("agent"), "policies/acme-desk/2.0.yaml": NEWER}
    return desk_with(make_repo, files)


def test_a_case_has_the_terms_of_its_opening(desk: Desk) -> None:
    """Whatever the files say later."""
    opening = desk.open(at="2026-12-01 10:00")
    desk.edit(CUSTOMERS, customers("gold"), at="2026-12-01 11:00")
    desk.edit(STAFF, staff("lead"), at="2026-12-01 12:00")
    desk.edit("policies/acme-desk/1.0.yaml", POLICY.replace("2wd", "9wd"), at="2026-12-01 13:00")
    ((policy, known, people, since),), warnings = desk.told()
    assert (policy.ref, since, warnings) == ("acme-desk/1.0", opening, ())
    assert known["oakfield"].plan == "basic"
    assert people["sam"].roles == ("agent",)
    (rule,) = policy.targets["resolution"].rules
    assert getattr(rule.within, "written", None) == "2wd"


def test_a_move_to_another_policy_brings_terms_of_its_own(desk: Desk) -> None:
    """With text, customers and staff as committed then; those of the opening stay for the time before."""
    opening = desk.open(at="2026-12-01 10:00")
    desk.edit(CUSTOMERS, customers("gold"), at="2026-12-01 11:00")
    desk.edit(STAFF, staff("lead"), at="2026-12-01 12:00")
    move = desk.set(at="2026-12-01 13:00", policy="acme-desk/2.0")
    desk.set(at="2026-12-01 14:00", title="Something else")
    desk.edit(CUSTOMERS, customers("none"), at="2026-12-01 15:00")
    found, _ = desk.told()
    assert [(each.policy.ref, each.since) for each in found] == [("acme-desk/1.0", opening), ("acme-desk/2.0", move)]
    assert [each.customers["oakfield"].plan for each in found] == ["basic", "gold"]
    assert [each.staff["sam"].roles for each in found] == [("agent",), ("lead",)]


def test_a_move_is_not_known_before_it_happens(desk: Desk) -> None:
    desk.open(at="2026-12-01 10:00")
    desk.set(at="2026-12-01 13:00", policy="acme-desk/2.0")
    assert [each.policy.ref for each in desk.told(as_of=moment("2026-12-01 12:59"))[0]] == ["acme-desk/1.0"]


def test_moving_on_and_back_takes_the_text_as_it_is_then(desk: Desk) -> None:
    desk.open(at="2026-12-01 10:00")
    desk.set(at="2026-12-01 11:00", policy="acme-desk/2.0")
    desk.edit("policies/acme-desk/1.0.yaml", POLICY.replace("2wd", "9wd"), at="2026-12-01 12:00")
    desk.set(at="2026-12-01 13:00", policy="acme-desk/1.0")
    limits = [each.policy.targets["resolution"].rules[0].within for each in desk.told()[0]]
    assert [getattr(limit, "written", None) for limit in limits] == ["2wd", "2wd", "9wd"]


def test_a_policy_that_cannot_be_read_leaves_a_case_without_judgement(desk: Desk) -> None:
    """Said with the commit that pinned the case to it, also when the case has moved on since."""
    desk.edit("policies/acme-desk/1.0.yaml", POLICY.replace("2wd", "soon"), at="2026-12-01 09:00")
    opening = desk.open(at="2026-12-01 10:00")
    desk.set(at="2026-12-01 11:00", policy="acme-desk/2.0")
    with ObjectReader(desk.git_repo.repo) as reader:
        shelf = PolicyShelf(desk.git_repo.repo, reader, desk.git_repo.head)
        problem = shelf.pinned(read_timeline(shelf.repo, A, shelf.commit), FOREVER)
    assert isinstance(problem, Problem)
    assert f"policy 'acme-desk/1.0' cannot be read at {opening[:12]}, which pinned the case to it: " in problem.message


def test_cases_of_one_policies_folder_share_their_policy(desk: Desk) -> None:
    """So that its calendars are built once; asked about together or one by one."""
    desk.open(at="2026-12-01 10:00")
    desk.open(at="2026-12-01 11:00", name=case_id("B"))
    with ObjectReader(desk.git_repo.repo) as reader:
        shelf = PolicyShelf(desk.git_repo.repo, reader, desk.git_repo.head)
        lives = [read_timeline(shelf.repo, name, shelf.commit) for name in (A, case_id("B"))]
        shelf.prepare(lives, FOREVER)
        first, second = (shelf.pinned(life, FOREVER) for life in lives)
    assert not isinstance(first, Problem)
    assert not isinstance(second, Problem)
    assert first[0].policy is second[0].policy
    assert first[0].since != second[0].since
