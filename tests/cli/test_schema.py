"""`casectl schema`, and how editors find what it prints without asking anybody: a first line in each file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from casectl.desk.founding import schema_files
from casectl.store.shipped import shipped_desks
from tests.cli.conftest import ACME, Terminal

CHECKOUT = Path(__file__).parents[2]


def named_schema(path: Path) -> Path:
    """The file that a file's first line names."""
    first, _, rest = path.read_text(encoding="utf-8").partition("\n")
    head, _, place = first.partition("$schema=")
    assert head == "# yaml-language-server: ", f"{path}: {first}"
    assert "yaml-language-server" not in rest
    return (path.parent / place).resolve()


def edited_files(root: Path) -> list[Path]:
    """The files of a repository that people edit by hand."""
    policies = [*root.glob("policies/*/[0-9]*.yaml"), *root.glob("policies/*/customers.yaml")]
    return [*sorted(policies), root / "policies/staff.yaml"]


@pytest.mark.parametrize("what", ["case", "policy", "customers", "staff", "holidays"])
def test_it_prints_a_schema(what: str, terminal: Terminal) -> None:
    said = terminal.run("schema", what)
    assert said.json["$id"] == f"urn:casectl:{what}:1"
    assert said.err == ""


def test_an_unknown_one_is_refused(terminal: Terminal) -> None:
    assert "did you mean 'policy'?" in terminal.run("schema", "policies", code=2).err


@pytest.mark.parametrize("what", ["policy", "customers", "staff"])
def test_the_checkout_holds_what_is_printed(what: str, terminal: Terminal) -> None:
    """After a change: casectl schema policy > policies/.schema/policy.json."""
    stored = CHECKOUT / f"policies/.schema/{what}.json"
    assert stored.read_text(encoding="utf-8") == terminal.run("schema", what).out


def test_every_shipped_file_names_its_schema() -> None:
    for path in edited_files(CHECKOUT):
        kind = path.stem if path.stem in ("customers", "staff") else "policy"
        assert named_schema(path) == CHECKOUT / f"policies/.schema/{kind}.json"


def test_a_new_repository_has_them_and_its_files_name_them(terminal: Terminal) -> None:
    beside = terminal.home / "mine"
    beside.mkdir()
    (beside / "policy.yaml").write_text(ACME.read_text())
    (beside / "customers.yaml").write_text("customers:\n  oakfield: {}\n")
    terminal.run(
        "init", str(terminal.root), "--policy", str(beside / "policy.yaml"), "--policy", shipped_desks()[0], at="08:00"
    )
    assert terminal.git("ls-files", "policies/.schema").split() == sorted(schema_files())
    files = edited_files(terminal.root)
    assert len(files) == 5
    for path in files:
        assert json.loads(named_schema(path).read_text())["$id"].startswith("urn:casectl:")


def test_a_file_that_names_one_already_keeps_it(terminal: Terminal) -> None:
    own = terminal.home / "policy.yaml"
    text = f"# yaml-language-server: $schema=/somewhere/else.json\n{ACME.read_text()}"
    own.write_text(text)
    terminal.run("init", str(terminal.root), "--policy", str(own), at="08:00")
    assert (terminal.root / "policies/acme-desk/1.0.yaml").read_text() == text


def test_the_folder_of_schemas_is_no_desk(desk: Terminal) -> None:
    hidden = desk.root / "policies/.schema/mistake.yaml"
    hidden.write_text("desk: [\n")
    desk.git("add", ".")
    desk.git("commit", "-qm", "a file that no policy is read from")
    assert "1 policy version checked: no mistakes" in desk.run("policy", "check", at="09:00").err
    assert "mistake" not in desk.run("list", at="09:00").err
