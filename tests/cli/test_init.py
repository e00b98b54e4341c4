"""`casectl init`: a repository to work in, made by one command; what is there already is left alone."""

from __future__ import annotations

import pytest

from casectl.desk.founding import schema_files
from casectl.store.shipped import shipped_desks
from tests.cli.conftest import ACME, MAIL, Terminal


def test_one_command_and_the_first_case(terminal: Terminal) -> None:
    said = terminal.run("init", str(terminal.root), "--policy", str(ACME), at="08:00")
    assert "casectl open --desk acme-desk --title 'Something does not work'" in said.out
    assert said.err == ""
    assert terminal.git("ls-files").split() == [
        ".gitattributes",
        "cases/README.md",
        "policies/.schema/customers.json",
        "policies/.schema/policy.json",
        "policies/.schema/staff.json",
        "policies/README.md",
        "policies/acme-desk/1.0.yaml",
        "policies/staff.yaml",
    ]
    assert terminal.files() == ""
    assert terminal.commits() == 1
    assert terminal.git("show", "-s", "--format=%ct %ce").split() == ["1795420800", MAIL]
    opened = terminal.step("open", "--title", "x", at="08:01")
    assert opened["warnings"] == [f"no customer was named; casectl set {opened['id']} customer=NAME adds one"]


def test_all_shipped_desks_when_none_is_named(terminal: Terminal) -> None:
    terminal.run("init", str(terminal.root), at="08:00")
    for desk in shipped_desks():
        assert terminal.git("ls-files", f"policies/{desk}/").strip()
    assert not terminal.git("ls-files", "*/examples.yaml")
    assert terminal.run("policy", "check", at="08:01").code == 0


def test_one_shipped_desk_by_name(terminal: Terminal) -> None:
    desk, *others = shipped_desks()
    terminal.run("init", str(terminal.root), "--policy", desk, at="08:00")
    assert terminal.git("ls-files", f"policies/{desk}/").strip()
    assert not any(terminal.git("ls-files", f"policies/{other}/").strip() for other in others)


def test_customers_and_holidays_beside_a_policy_file_come_along(terminal: Terminal) -> None:
    beside = terminal.home / "mine"
    (beside / "holidays").mkdir(parents=True)
    text = ACME.read_text().replace('"08:00-18:00"}', '"08:00-18:00"}, holidays: [ours]')
    (beside / "policy.yaml").write_text(text)
    (beside / "customers.yaml").write_text("customers:\n  oakfield: {}\n")
    for name in ("ours", "theirs"):
        (beside / f"holidays/{name}.yaml").write_text(
            f'name: {name}\nyears: 2026-2027\ndates:\n  "2026-12-25": Christmas Day\n'
        )
    terminal.run("init", str(terminal.root), "--policy", str(beside / "policy.yaml"), at="08:00")
    files = terminal.git("ls-files").split()
    assert "policies/acme-desk/customers.yaml" in files
    assert "policies/holidays/ours.yaml" in files
    assert "policies/holidays/theirs.yaml" not in files


def test_a_git_repository_with_other_work_gets_one_commit_more(terminal: Terminal) -> None:
    terminal.root.mkdir()
    terminal.git("init", "-q")
    for name in ("kept", "edited", "staged"):
        (terminal.root / name).write_text("one\n")
    terminal.git("add", "kept", "edited")
    terminal.git("commit", "-qm", "work")
    (terminal.root / "edited").write_text("two\n")
    terminal.git("add", "staged")
    before = terminal.files()
    terminal.run("init", str(terminal.root), "--policy", str(ACME), at="08:00")
    assert terminal.files() == before
    assert terminal.commits() == 2
    assert set(terminal.git("show", "--name-only", "--format=").split()) == {
        ".gitattributes", "cases/README.md", "policies/README.md", "policies/acme-desk/1.0.yaml",
        "policies/staff.yaml", *schema_files(),
    }  # fmt: skip
    assert terminal.open("x", at="08:01")


def test_git_is_told_how_cases_are_merged(desk: Terminal) -> None:
    assert "cases/**/*.yaml merge=casectl" in desk.git("show", "HEAD:.gitattributes").splitlines()
    assert desk.git("config", "--local", "merge.casectl.driver").strip() == "casectl merge-driver %O %A %B %P"
    assert "merge-driver" not in desk.run("doctor", at="09:00").out


@pytest.mark.parametrize("committed", [True, False])
def test_attributes_that_are_there_already_stay(terminal: Terminal, committed: bool) -> None:
    terminal.root.mkdir()
    terminal.git("init", "-q")
    (terminal.root / ".gitattributes").write_text("* text=auto\n")
    terminal.git("add", ".")
    if committed:
        terminal.git("commit", "-qm", "work")
    said = terminal.run("init", str(terminal.root), "--policy", str(ACME), at="08:00")
    assert ".gitattributes is left as it is" in said.err
    assert "cases/**/*.yaml merge=casectl" in said.err
    assert (terminal.root / ".gitattributes").read_text() == "* text=auto\n"
    assert terminal.files() == ("" if committed else "A  .gitattributes\n")


def test_an_empty_git_repository_with_its_own_identity(terminal: Terminal) -> None:
    terminal.root.mkdir()
    terminal.git("init", "-q")
    terminal.git("config", "user.email", "own@desk.example")
    terminal.run("init", str(terminal.root), "--policy", str(ACME), at="08:00")
    assert "own@desk.example" in (terminal.root / "policies/staff.yaml").read_text()


def test_without_a_git_identity_it_says_so(terminal: Terminal) -> None:
    (terminal.home / ".gitconfig").unlink()
    said = terminal.run("init", str(terminal.root), "--policy", str(ACME), at="08:00")
    assert "user.email" in said.err
    assert terminal.run("policy", "check", at="08:00").code == 0


def test_twice_is_refused(desk: Terminal) -> None:
    before = desk.git("rev-parse", "HEAD")
    assert "policies already" in desk.run("init", str(desk.root), "--policy", str(ACME), code=5, at="09:00").err
    assert desk.git("rev-parse", "HEAD") == before


def test_a_directory_with_other_files_is_left_alone(terminal: Terminal) -> None:
    terminal.root.mkdir()
    (terminal.root / "holiday.jpg").write_text("")
    terminal.run("init", str(terminal.root), "--policy", str(ACME), code=5)
    assert [path.name for path in terminal.root.iterdir()] == ["holiday.jpg"]


@pytest.mark.parametrize(("name", "code"), [("acme-dsk", 4), ("nowhere/policy.yaml", 4)])
def test_unknown_desks_and_files(terminal: Terminal, name: str, code: int) -> None:
    assert "hint: " in terminal.run("init", str(terminal.root), "--policy", name, code=code).err
    assert not terminal.root.exists()


def test_a_policy_file_with_mistakes(terminal: Terminal) -> None:
    broken = terminal.home / "broken.yaml"
    broken.write_text(ACME.read_text().replace("phase: new", "phase: nwe"))
    said = terminal.run("init", str(terminal.root), "--policy", str(broken), code=3)
    assert "broken.yaml:" in said.err
    assert not terminal.root.exists()
