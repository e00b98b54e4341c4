"""policies/README.md keeps its word: its desk can be built, its examples read, its table is what is shipped."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from casectl.model.figure_reader import figure_words, read_within
from casectl.model.people_reader import read_holidays, read_staff
from casectl.model.people_shape import CUSTOMERS, HOLIDAYS, SHIFT, STAFF
from casectl.model.policy import PHASES, Policy
from casectl.model.policy_shape import POLICY, SECTIONS
from casectl.model.problems import Problem
from casectl.model.reading import Reading
from casectl.model.rota_reader import read_rotas
from casectl.model.shapes import Names, OneOf, Record, Rows, Shape
from casectl.model.target import CONDITION_KEYS, TARGET_NAMES, Rule
from casectl.model.target_reader import CHANGES, REOPENINGS
from casectl.model.target_shape import ALL_ANCHORS
from casectl.model.target_shape import TARGET as TARGET_SHAPE
from casectl.model.tree import Branch
from casectl.model.workflow_shape import WORKFLOW_FIELDS
from casectl.store.policy_files import check_policy_files, read_policy_files
from casectl.store.yamltree import read_tree
from tests.cli.conftest import Terminal
from tests.policies.guide import FIRST, POLICIES, Block, Reader, blocks, chapter, column, shown, table

TODAY = date(2026, 11, 23)


@pytest.fixture
def reader(terminal: Terminal) -> Reader:
    return Reader(terminal)


LESSON = "A desk in fifteen minutes"


def test_the_desk_can_be_built_as_printed(reader: Reader) -> None:
    for block in blocks(LESSON):
        reader.follow(block)


FIRST_POLICY = next(each.text for each in blocks(LESSON) if each.file == FIRST)
EXAMPLES = [
    each
    for each in blocks("Reference")
    if each.text.partition(":")[0] in (*WORKFLOW_FIELDS, *SECTIONS, "rubric", "ladders")
]


def checked(sections: dict[str, Any], folder: Path) -> tuple[Problem, ...]:
    """What the check says of the first policy with some sections in place of its own."""
    yaml = YAML()
    path = folder / "policies" / "kettle" / "1.0.yaml"
    (path.parent / "messages").mkdir(parents=True)
    (path.parent / "messages" / "thanks.txt").write_text("Subject: Thanks\n", encoding="utf-8")
    path.parent.parent.joinpath("holidays").symlink_to(POLICIES / "holidays")
    with path.open("w", encoding="utf-8") as file:
        yaml.dump({**yaml.load(FIRST_POLICY), **sections}, file)
    return check_policy_files([path], TODAY)


@pytest.mark.parametrize("block", EXAMPLES, ids=lambda block: block.text.partition(":")[0])
def test_each_example_can_stand_in_the_first_policy(block: Block, tmp_path: Path) -> None:
    assert checked(YAML().load(block.text), tmp_path) == ()


SOLVE = {"start": "opened", "stop": "resolved", "calendar": "desk", "within": "4h"}
PROMISE = {"start": "promised", "stop": "kept", "calendar": "desk", "within": {"promised": "due"}}
KINDS = {"call-back": {}, "descaling": {"window": True}}


@pytest.mark.parametrize(("key", "written"), shown("section"))
def test_each_section_can_be_as_shown(key: str, written: str, tmp_path: Path) -> None:
    assert checked({key: YAML().load(written)}, tmp_path) == ()


@pytest.mark.parametrize(("key", "written"), shown("key of a channel"))
def test_each_key_of_a_channel_can_be_as_shown(key: str, written: str, tmp_path: Path) -> None:
    assert checked({"channels": {"phone": {"calendar": "desk", key: YAML().load(written)}}}, tmp_path) == ()


@pytest.mark.parametrize(("key", "written"), shown("key of a target"))
def test_each_key_of_a_target_can_be_as_shown(key: str, written: str, tmp_path: Path) -> None:
    assert (
        checked({"commitments": KINDS, "targets": {"resolution": {**SOLVE, key: YAML().load(written)}}}, tmp_path) == ()
    )


@pytest.mark.parametrize("condition", [YAML().load(row[2]) for row in table("condition")], ids=str)
def test_each_condition_can_be_as_shown(condition: Any, tmp_path: Path) -> None:
    sections = {"commitments": KINDS, "targets": {"commitment": {**PROMISE, "when": condition}}}
    assert checked(sections, tmp_path) == ()


def test_the_holiday_list_reads() -> None:
    (text,) = (each.text for each in blocks("Reference") if each.text.startswith("name: "))
    node, problems = read_tree(text, "policies/holidays/gb-eng.yaml")
    assert node is not None, problems
    listed, problems = read_holidays(node, "policies/holidays/gb-eng.yaml")
    assert listed is not None, problems


ROTAS = next(each.text for each in blocks("Reference") if each.text.startswith("rotas:"))
PEOPLE = "staff:\n" + "".join(f"  {key}: {{name: {key}, mail: {key}@example.com}}\n" for key in ("kim", "jo", "sam"))


def test_the_rotas_can_be_as_shown(tmp_path: Path) -> None:
    path = tmp_path / "staff.yaml"
    path.write_text(PEOPLE + ROTAS, encoding="utf-8")
    assert check_policy_files([path], TODAY) == ()


@pytest.mark.parametrize(("key", "written"), shown("key of a shift"))
def test_each_key_of_a_shift_can_be_as_shown(key: str, written: str) -> None:
    shift = {"who": "sam", "begins": '"2020-01-01 09:00"', "lasts": "8h", key: written}
    fields = ", ".join(f"{name}: {value}" for name, value in shift.items())
    node, problems = read_tree(f"{PEOPLE}rotas: {{r: {{zone: UTC, shifts: [{{{fields}}}]}}}}\n", "staff.yaml")
    assert node is not None, problems
    rotas, problems = read_rotas(node, "staff.yaml", read_staff(node, "staff.yaml")[0])
    assert (list(rotas), problems) == (["r"], ())


def keys_of(shape: Shape) -> Iterator[str]:
    """Every key that a file of that shape may hold, at any depth."""
    if isinstance(shape, Record):
        for key, field in shape.fields.items():
            yield key
            yield from keys_of(field.holds)
    elif isinstance(shape, OneOf):
        for one in shape.shapes:
            yield from keys_of(one)
    elif isinstance(shape, Names | Rows):
        yield from keys_of(shape.of)


def test_no_word_of_the_language_is_left_out() -> None:
    """Whatever a reader knows is named in the reference, as code."""
    prose = re.sub(r"^```.*?^```$", "", chapter("Reference"), flags=re.MULTILINE | re.DOTALL)
    named = set(re.findall(r"[a-z0-9][a-z0-9_-]*(?::(?:in|out)\b)?", " ".join(re.findall(r"`([^`]+)`", prose))))
    shown = {word for block in blocks("Reference") for word in re.findall(r"[a-z0-9_-]+(?=:)", block.text)}
    keys = chain.from_iterable(keys_of(shape) for shape in (POLICY, CUSTOMERS, STAFF, HOLIDAYS))
    words = [*keys, *ALL_ANCHORS, *TARGET_NAMES, *CONDITION_KEYS, *PHASES, *CHANGES, *REOPENINGS]
    assert [word for word in words if word not in named | shown] == []


@pytest.mark.parametrize(
    ("title", "known"),
    [
        ("section", POLICY.fields),
        ("key of a target", TARGET_SHAPE.fields),
        ("key of a shift", SHIFT.fields),
        ("condition", (*CONDITION_KEYS, "reported")),
        ("anchor", ALL_ANCHORS),
    ],
)
def test_no_word_is_taught_that_does_not_exist(title: str, known: Collection[str]) -> None:
    assert [word for word in column(title) if word not in known] == []


FIGURES = [code for row in re.findall(r"^\| (`[^|]+`) \| [^|]+ \|$", chapter("Reference").partition("#### Figures")[2],
                                      re.MULTILINE) for code in re.findall("`([^`]+)`", row)]  # fmt: skip


@pytest.mark.parametrize("figure", FIGURES)
def test_each_figure_reads(figure: str) -> None:
    node, _ = read_tree(f"within: {figure}\n", "figure")
    assert isinstance(node, Branch)
    reading = Reading("figure")
    assert read_within(reading, node, "figure", TARGET_NAMES) is not None
    assert reading.problems == ()


TABLE = "Five desks side by side"
NOTHING = "no such target"


def side_by_side() -> dict[str, dict[str, str]]:
    """The table of the five desks: what is said, then by desk."""
    rows = [row.strip("|").split(" | ") for row in re.findall(r"^\|.*\|$", chapter(TABLE), re.MULTILINE)]
    desks = [cell.strip() for cell in rows[0][1:]]
    return {row[0].strip(): dict(zip(desks, (cell.strip() for cell in row[1:]), strict=True)) for row in rows[2:]}


@pytest.fixture(scope="module")
def policies() -> dict[str, Policy]:
    return {policy.desk: policy for policy in read_policy_files([POLICIES])[0]}


def calendars_of(policy: Policy) -> list[tuple[str, dict[str, Any]]]:
    """Those with hours, as the file writes them."""
    written = YAML().load((POLICIES / policy.desk / f"{policy.version}.yaml").read_text(encoding="utf-8"))
    return [(name, one) for name, one in written["calendars"].items() if isinstance(one, dict) and "hours" in one]


def hours_of(policy: Policy) -> str:
    said = [
        f"{name} {day} {window} in {calendar.get('zone', policy.zone)}"
        for name, calendar in calendars_of(policy)
        for day, window in calendar["hours"].items()
    ]
    return "; ".join(said) or "24x7"


def holidays_of(policy: Policy) -> str:
    return ", ".join(one["holidays"] for _, one in calendars_of(policy) if "holidays" in one) or "none"


def start_of(name: str) -> Callable[[Policy], str]:
    return lambda policy: " or ".join(policy.targets[name].otherwise.start) if name in policy.targets else NOTHING


def limit_of(rule: Rule) -> str:
    return figure_words(rule.within) + (f" (goal {figure_words(rule.goal)})" if rule.goal else "")


def limits_of(name: str) -> Callable[[Policy], str]:
    """Each priority with its figures, the fastest first as the file has them; one figure where it is for all."""

    def said(policy: Policy) -> str:
        target = policy.targets.get(name)
        if not (target and target.rules):
            return "nothing, measured" if target else NOTHING
        found: dict[str, dict[str, None]] = {}
        for priority in policy.priorities:
            for rule in target.rules:
                if priority in rule.when.values.get("priority", (priority,)):
                    found.setdefault(priority, {})[limit_of(rule)] = None
        each = {priority: " or ".join(limits) for priority, limits in found.items()}
        if len(set(each.values())) <= 1:
            return next(iter(each.values()))
        return ", ".join(f"{priority} {limits}" for priority, limits in each.items())

    return said


def pauses_of(policy: Policy) -> str:
    waits = policy.targets["resolution"].otherwise.pause_for
    return "anybody" if waits is None else ", ".join(who for who in policy.waiting_for if who in waits) or "nobody"


def approvers_of(policy: Policy) -> str:
    roles = {role: None for code in policy.exemptions.values() for role in code.approved_by}
    return ", ".join(roles) or "no exemptions"


def raisers_of(policy: Policy) -> str:
    return ", ".join(policy.raising.roles) if policy.raising else "anybody"


def promised_to(policy: Policy) -> str:
    asked = policy.promised_to.when.values.items()
    return ", ".join(f"{key} {' or '.join(sorted(wanted))}" for key, wanted in asked) or "everybody"


SAID: dict[str, Callable[[Policy], str]] = {
    "hours": hours_of,
    "holidays": holidays_of,
    "priorities": lambda policy: ", ".join(policy.priorities),
    "first response, from": start_of("response"),
    "first response, within": limits_of("response"),
    "time to solve, from": start_of("resolution"),
    "time to solve, within": limits_of("resolution"),
    "waiting for whom stops it": pauses_of,
    "who approves an exemption": approvers_of,
    "who may raise a priority": raisers_of,
    "promised to": promised_to,
    "binding": lambda policy: "yes" if policy.binding else "no",
}


@pytest.mark.parametrize("row", SAID)
def test_the_five_desks_say_what_the_table_says(row: str, policies: dict[str, Policy]) -> None:
    assert side_by_side()[row] == {desk: SAID[row](policy) for desk, policy in policies.items()}


def test_the_table_has_no_row_that_nothing_checks() -> None:
    assert list(side_by_side()) == list(SAID)
