"""The desks that travel with casectl: without a mistake, complete, and each clause carried by an entry."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from casectl.desk.demo_examples import read_examples
from casectl.model.people_reader import read_customers
from casectl.model.policy import Customer, Policy
from casectl.model.policy_reader import read_policy
from casectl.model.problems import NotFound
from casectl.model.tree import Branch, Node, Row, Text
from casectl.store.policy_files import check_policy_files, read_policy_files
from casectl.store.shipped import shipped_common, shipped_desks, shipped_examples, shipped_files
from casectl.store.yamltree import read_tree

POLICIES = Path(__file__).parents[2] / "policies"
TODAY = date(2026, 11, 23)
DESKS = ("2n5", "2sms", "ess", "expereo", "smartsimple")


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


def test_somebody_is_on_call_in_every_rota_on_any_day() -> None:
    """They began long ago and never end, so that a demo of any date finds somebody."""
    for today in (date(2020, 2, 1), date(2035, 12, 31)):
        assert check_policy_files([POLICIES / "staff.yaml"], today) == ()


def test_the_shipped_desks() -> None:
    assert shipped_desks() == DESKS


def versions_of(desk: str) -> list[Path]:
    return [path for path in sorted((POLICIES / desk).glob("*.yaml")) if re.match(r"\d", path.name)]


def carried(desk: str) -> set[str]:
    return {clause for path in versions_of(desk) for clause in clauses_in(tree(path))}


@pytest.mark.parametrize("desk", DESKS)
def test_every_clause_listed_is_carried_and_every_clause_carried_is_listed(desk: str) -> None:
    listed = tree(POLICIES / desk / "clauses.yaml").items["clauses"]
    assert isinstance(listed, Branch)
    by_command = {name for name, about in listed.items.items() if isinstance(about, Branch) and "by" in about.items}
    assert set(listed.items) - by_command <= carried(desk) <= set(listed.items)


@pytest.mark.parametrize(
    ("desk", "prefix", "numbers"),
    [
        ("2n5", "2N5", "07 08 09"),
        ("2sms", "2SMS", "01 02 04 05 06 07 08 09 10 21"),
        ("ess", "ESS", "01 06 08 09 10 11 12 13 14 17 18 23"),
        ("expereo", "EXP", "03 05 06 07 09 13 15 16 17 18 19"),
        ("smartsimple", "SS", "01 02 05 06 07 08"),
    ],
)
def test_no_clause_that_a_policy_is_to_carry_is_missing(desk: str, prefix: str, numbers: str) -> None:
    assert {f"{prefix}-{number}" for number in numbers.split()} <= carried(desk)


def test_every_target_names_its_clause(policies: dict[str, Policy]) -> None:
    for policy in policies.values():
        for target in policy.targets.values():
            judged = target.rules + ((target.otherwise,) if target.measured else ())
            assert judged, f"{policy.ref} {target.name}"
            assert all(rule.clause for rule in judged), f"{policy.ref} {target.name}"


def test_the_policies_say_the_same_things_in_the_same_order() -> None:
    """Whoever knows one file finds their way in the others."""
    wanted = (
        "desk version name prefix effective zone binding clause notice plans promised_to calendars sites channels "
        "services categories teams routing intake advice priorities types rubric raising authority strangers "
        "states waiting_for requires automatic duties fallback commitments exemptions paths responses defaults targets "
        "ladders credits"
    ).split()
    for desk in DESKS:
        for path in versions_of(desk):
            keys = list(tree(path).items)
            assert keys == [key for key in wanted if key in keys], path


def test_every_role_that_a_policy_asks_for_is_somebody_s(policies: dict[str, Policy]) -> None:
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
    wanted |= {role for policy in policies.values() for code in policy.exemptions.values() for role in code.approved_by}
    wanted |= {role for policy in policies.values() if policy.raising for role in policy.raising.roles}
    assert wanted <= roles


def test_every_rating_can_be_suggested(policies: dict[str, Policy]) -> None:
    for policy in policies.values():
        assert policy.rubric, policy.ref
        assert {row.priority for row in policy.rubric.suggestions} == set(policy.priorities), policy.ref


@pytest.mark.parametrize(
    ("desk", "target", "figures"),
    [
        ("ess/2.0", "resolution", {"p1": "4h", "p2": "1wd", "p3": "3wd", "p4": "4wd", "p5": "5wd"}),
        ("2n5/1.0", "response", {"critical": "15m", "major": "30m", "minor": "1wd"}),
        ("2n5/1.0", "resolution", {"critical": "2h", "major": "8h", "minor": "72h"}),
        ("2sms/1.0", "resolution", {"critical": "12h", "major": "24h", "ordinary": "3wd"}),
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


@pytest.mark.parametrize(
    ("priority", "inside", "outside"),
    [("critical", "1h", "2h"), ("major", "2h", "4h"), ("ordinary", "1wd", "1wd")],
)
def test_the_response_of_2sms_depends_on_when_it_was_reported(
    priority: str, inside: str, outside: str, policies: dict[str, Policy]
) -> None:
    rules = policies["2sms/1.0"].targets["response"].rules
    mine = [rule for rule in rules if priority in rule.when.values["priority"]]
    for figure, elsewhere in ((inside, "reported_out"), (outside, "reported_in")):
        said = {getattr(rule.within, "written", "") for rule in mine if not getattr(rule.when, elsewhere)}
        assert said == {figure}


def test_no_target_of_2sms_breaches_without_a_plan(policies: dict[str, Policy]) -> None:
    for target in policies["2sms/1.0"].targets.values():
        assert target.measured
        assert all(rule.when.values["plan"] <= {"enterprise", "enhanced"} for rule in target.rules)


def test_smartsimple_promises_no_figure(policies: dict[str, Policy]) -> None:
    targets = policies["smartsimple/1.0"].targets
    assert list(targets) == ["response", "pick-up", "resolution"]
    assert all(target.measured and not target.rules for target in targets.values())


def test_the_reasons_for_which_time_does_not_count(policies: dict[str, Policy]) -> None:
    assert len(policies["2sms/1.0"].exemptions) == 9
    assert {code.approved_by for code in policies["2sms/1.0"].exemptions.values()} == {("operations-manager",)}
    assert list(policies["expereo/1.0"].exemptions) == ["customer-information"]


@pytest.fixture(scope="module")
def customers() -> dict[str, dict[str, Customer]]:
    found = {}
    for desk in DESKS:
        path = POLICIES / desk / "customers.yaml"
        read, problems = read_customers(tree(path), str(path))
        assert problems == ()
        found[desk] = dict(read)
    return found


def test_the_example_customers(customers: dict[str, dict[str, Customer]]) -> None:
    assert all("acme" in customers[desk] for desk in DESKS)
    plans = {name: customer.plan for name, customer in customers["2sms"].items()}
    assert plans == {"acme": "enterprise", "nightline": "enhanced", "corner-shop": None}
    ours = customers["expereo"]["acme"]
    figures = [ours.figure("ttr", site) for site in (*ours.services, None)]
    assert [figure.written if figure else None for figure in figures] == ["4h", "8h", None]


def test_clients_of_smartsimple_read_other_clocks(
    customers: dict[str, dict[str, Customer]], policies: dict[str, Policy]
) -> None:
    zones = {customer.zone for customer in customers["smartsimple"].values()}
    assert len(zones - {None, policies["smartsimple/1.0"].zone}) == len(customers["smartsimple"])


@pytest.mark.parametrize("desk", DESKS)
def test_examples_speak_of_what_their_policy_has(
    desk: str, policies: dict[str, Policy], customers: dict[str, dict[str, Customer]]
) -> None:
    policy = next(policy for policy in policies.values() if policy.desk == desk)
    assert sum(read_examples(*shipped_examples(each)).weight for each in DESKS) == 100
    rows = tree(POLICIES / desk / "examples.yaml").items["reports"]
    assert isinstance(rows, Row)
    for row in rows.items:
        assert isinstance(row, Branch)
        said = {key: value.value for key, value in row.items.items() if isinstance(value, Text)}
        assert said["type"] in policy.types
        assert said.get("priority", next(iter(policy.priorities))) in policy.priorities
        assert said.get("category") in (None, *policy.categories)
        ordered = {site for customer in customers[desk].values() for site in customer.services}
        assert not (policy.services or ordered) or said.get("service") in (None, *policy.services, *ordered)
        channels = row.items["channels"]
        assert isinstance(channels, Row)
        assert {item.value for item in channels.items if isinstance(item, Text)} <= set(policy.channels)


def test_a_new_repository_gets_what_its_desk_needs_and_nothing_of_others() -> None:
    files = shipped_files("ess")
    assert list(files) == [
        "policies/ess/2.0.yaml",
        "policies/ess/clauses.yaml",
        "policies/ess/customers.yaml",
        "policies/ess/messages/out-of-hours.txt",
        "policies/ess/messages/update.txt",
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


SECTIONS = (
    "plans|calendars|channels|services|categories|priorities|types|rubric|raising|states|waiting_for|commitments|"
    "exemptions|paths|targets|ladders"
)


def sections() -> list[str]:
    """The examples of the README that are a section of a policy each, to be put in place of the whole one's."""
    return re.findall(
        rf"```yaml\n((?:{SECTIONS}):.*?)```",
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
