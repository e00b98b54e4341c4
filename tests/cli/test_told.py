"""What reading commands tell people in words that they can use: paths, hours, conditions, tables to be mailed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Terminal
from tests.cli.promising import promising_desk


def test_a_rule_without_a_condition_holds_for_every_case(terminal: Terminal, tmp_path: Path) -> None:
    desk = promising_desk(terminal, tmp_path)
    assert "; holds for every case\n" in desk.run("explain", desk.open(at="09:00"), "completion").out


def test_one_that_depends_on_the_case_names_those_that_it_chooses(desk: Terminal) -> None:
    policy = desk.root / "policies" / "acme-desk" / "1.0.yaml"
    chosen = "  night: 24x7\n  support: {choose: [{when: {type: fault}, calendar: night}, {calendar: desk}]}\n"
    policy.write_text(policy.read_text().replace("channels:\n", f"{chosen}channels:\n", 1))
    desk.git("commit", "-qam", "hours that the case chooses")
    for name in ("support", "acme-desk/support"):
        said = desk.run("calendar", "open", name, code=4).err
        assert "the hours of 'acme-desk/support' depend on the case" in said
        assert "ask for one that it chooses: acme-desk/night, acme-desk/desk" in said
    assert "did you mean 'acme-desk/support'?" in desk.run("calendar", "open", "acme-desk/suport", code=4).err


def test_check_tells_own_files_from_the_root_of_the_repository_on(desk: Terminal, tmp_path: Path) -> None:
    own = desk.root / "policies" / "acme-desk" / "1.0.yaml"
    own.write_text(own.read_text().replace("within: 2h", "within: soon"))
    other = Path(f"{tmp_path}/other{own}")
    other.parent.mkdir(parents=True)
    other.write_text(own.read_text())
    for words in ([], [str(own)], ["-C", str(own.parent)]):
        said = desk.run("policy", "check", *words, code=3)
        assert said.out.startswith("policies/acme-desk/1.0.yaml:")
        assert str(desk.root) not in said.out
    assert desk.run("policy", "check", str(other), code=3).out.startswith(f"{other}:")
    twin = own.with_name("1.1.yaml")
    own.write_text(own.read_text().replace("within: soon", "within: 2h"))
    twin.write_text(own.read_text().replace('version: "1.0"', 'version: "1.1"'))
    said = desk.run("policy", "check", code=3)
    assert "as policies/acme-desk/1.0.yaml is" in said.out


@pytest.mark.parametrize("how", ["md", "html"])
def test_what_is_mailed_has_the_columns_of_a_table(desk: Terminal, how: str) -> None:
    for number in range(2):
        desk.open(f"Case {number}", "--priority", "p1", at=f"09:0{number}")
    desk.set_clock("10:30")
    words = ("report", "breaches", "--at-risk")
    lines = desk.run(*words, code=3).out.splitlines()
    (rule,) = [line for line in lines if line.startswith("---")]
    text = desk.run(*words, "-o", how, code=3).out
    head = next(line for line in text.splitlines() if line.startswith(("| id", "<tr><th>id")))
    columns = head.count("<th>") if how == "html" else head.count("|") - 1
    assert columns == len(rule.split()) == 10
