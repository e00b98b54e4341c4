"""The desks that travel with casectl: without a mistake, complete, and each clause carried by an entry."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from casectl.model.policy import Policy
from casectl.model.policy_reader import read_policy
from casectl.model.problems import NotFound
from casectl.model.tree import Branch, Node, Row, Text
from casectl.store.policy_files import check_policy_files, read_policy_files
from casectl.store.shipped import shipped_common, shipped_desks, shipped_examples, shipped_files
from casectl.store.yamltree import read_tree

POLICIES = Path(__file__).parents[2] / "policies"
TODAY = date(2026, 11, 23)


@pytest.fixture(scope="module")
def policies() -> dict[str, Policy]:
    found, problems = read_policy_files([POLICIES])
    assert problems == ()
    return {policy.ref: policy for policy in found}


def clauses_in(node: Node) -> Iterator[str]:
    """What stands under any `clause:` of a file."""
    if isinstance(node, Row):
        for child in node.items:
            yield from clauses_in(child)
    elif isinstance(node, Branch):
        for key, child in node.items.items():
            if key != "clause":
                yield from clauses_in(child)
            elif isinstance(child, Text):
                yield child.value
            elif isinstance(child, Row):
                yield from (item.value for item in child.items if isinstance(item, Text))


def tree(path: Path) -> Branch:
    node, problems = read_tree(path.read_text(encoding="utf-8"), str(path))
    assert isinstance(node, Branch), problems
    return node


def test_they_have_no_mistake_and_need_no_warning() -> None:
    assert check_policy_files([POLICIES], TODAY) == ()


def test_the_shipped_desks() -> None:
    assert shipped_desks() == ("2n5", "ess")


@pytest.mark.parametrize("desk", ["2n5", "ess"])
def test_every_clause_listed_is_carried_and_every_clause_carried_is_listed(desk: str) -> None:
    listed = tree(POLICIES / desk / "clauses.yaml").items["clauses"]
    assert isinstance(listed, Branch)
    versions = [path for path in (POLICIES / desk).glob("*.yaml") if re.match(r"\d", path.name)]
    assert set(listed.items) == {clause for path in versions for clause in clauses_in(tree(path))}


@pytest.mark.parametrize("desk", ["2n5", "ess"])
def test_every_target_names_its_clause(desk: str, policies: dict[str, Policy]) -> None:
    for policy in policies.values():
        for target in policy.targets.values():
            assert all(rule.clause for rule in target.rules), target.name


def test_every_role_of_a_ladder_is_somebody_s(policies: dict[str, Policy]) -> None:
    staff = tree(POLICIES / "staff.yaml").items["staff"]
    assert isinstance(staff, Branch)
    roles = {
        role.value
        for person in staff.items.values()
        if isinstance(person, Branch) and isinstance(held := person.items["roles"], Row)
        for role in held.items
        if isinstance(role, Text)
    }
    wanted = {rung.role for policy in policies.values() for ladder in policy.ladders.values() for rung in ladder.levels}
    assert wanted <= roles


@pytest.mark.parametrize(
    ("desk", "target", "figures"),
    [
        ("ess/2.0", "resolution", {"p1": "4h", "p2": "1wd", "p3": "3wd", "p4": "4wd", "p5": "5wd"}),
        ("2n5/1.0", "response", {"critical": "15m", "major": "30m", "minor": "1wd"}),
        ("2n5/1.0", "resolution", {"critical": "2h", "major": "8h", "minor": "72h"}),
    ],
)
def test_the_figures_by_priority(desk: str, target: str, figures: dict[str, str], policies: dict[str, Policy]) -> None:
    rules = policies[desk].targets[target].rules
    said = {
        priority: rule.within.written
        for rule in rules
        for priority in rule.when.values["priority"]
        if rule.within is not None and hasattr(rule.within, "written")
    }
    assert said == figures


def test_a_new_repository_gets_what_its_desk_needs_and_nothing_of_others() -> None:
    files = shipped_files("ess")
    assert list(files) == [
        "policies/ess/2.0.yaml",
        "policies/ess/clauses.yaml",
        "policies/ess/customers.yaml",
        "policies/holidays/gb-eng.yaml",
        "policies/staff.yaml",
        "policies/README.md",
    ]
    assert files["policies/ess/2.0.yaml"] == (POLICIES / "ess/2.0.yaml").read_text(encoding="utf-8")
    assert set(shipped_common()) <= set(files)


def test_a_desk_that_is_not_shipped() -> None:
    with pytest.raises(NotFound, match="no desk 'esss' is shipped") as caught:
        shipped_files("esss")
    assert caught.value.hint == "did you mean 'ess'?"


def test_examples_come_with_their_path() -> None:
    text, path = shipped_examples("2n5")
    assert path == "policies/2n5/examples.yaml"
    assert "reports:" in text


@pytest.mark.parametrize("name", ["gb-eng", "ca-on", "us-federal"])
def test_the_holiday_lists_cover_2015_to_2035(name: str) -> None:
    listed = tree(POLICIES / "holidays" / f"{name}.yaml").items
    assert isinstance(listed["years"], Text)
    assert listed["years"].value == "2015-2035"
    dates = listed["dates"]
    assert isinstance(dates, Branch)
    assert {f"{year}-12-25" for year in range(2015, 2036)} <= set(dates.items)


README = (POLICIES / "README.md").read_text(encoding="utf-8") if (POLICIES / "README.md").is_file() else ""
WHOLE = re.findall(r"```yaml\n(desk: .*?)```", README, re.DOTALL)


def test_the_readme_shows_a_whole_policy_that_reads() -> None:
    (text,) = WHOLE
    node, problems = read_tree(text, "policies/README.md")
    assert node is not None, problems
    policy, problems = read_policy(node, "policies/README.md", {})
    assert policy is not None, problems
    assert problems == ()


def sections() -> list[str]:
    """The examples of the README that are a section of a policy each, to be put in place of the whole one's."""
    return re.findall(
        r"```yaml\n((?:calendars|channels|types|priorities|states|waiting_for|targets|ladders):.*?)```",
        README,
        re.DOTALL,
    )


@pytest.mark.parametrize("text", sections(), ids=lambda text: text.split(":")[0])
def test_each_example_of_the_readme_reads(text: str, policies: dict[str, Policy]) -> None:
    from casectl.model.calendar import HolidayList

    node, problems = read_tree(text, "policies/README.md")
    assert isinstance(node, Branch), problems
    base, _ = read_tree(WHOLE[0], "policies/README.md")
    assert isinstance(base, Branch)
    items = {**base.items, **node.items}
    whole = Branch(items, 1, dict.fromkeys(items, 1))
    lists = {"gb-eng": HolidayList("gb-eng", 2015, 2035, {date(2026, 12, 28): "Boxing Day (observed)"})}
    policy, problems = read_policy(whole, "policies/README.md", lists)
    assert policy is not None, problems
