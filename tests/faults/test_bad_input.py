"""Bad input at the command line: one line that says where, what and what next; its own exit code; nothing written."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cli.conftest import Said, Terminal


@contextmanager
def nothing_written(desk: Terminal) -> Iterator[None]:
    """HEAD, the index and the files are afterwards what they were before."""
    before = desk.git("rev-parse", "HEAD"), desk.files(), sorted(desk.root.rglob("cases/**/*.yaml"))
    yield
    assert (desk.git("rev-parse", "HEAD"), desk.files(), sorted(desk.root.rglob("cases/**/*.yaml"))) == before


def refused(desk: Terminal, *words: str, code: int, at: str = "10:30") -> Said:
    """The command fails with that code, says one line and at most a hint, and writes nothing."""
    with nothing_written(desk):
        said = desk.run(*words, code=code, at=at)
    lines = said.err.splitlines()
    assert lines[0].startswith("casectl: ")
    assert len(lines) == 1 or (len(lines) == 2 and lines[1].startswith("  hint: "))
    assert said.out == ""
    return said


def hand_edit(desk: Terminal, case: str, text: str, message: str = "by hand") -> str:
    """Replace a case's file and commit it by hand; its path."""
    path = f"cases/2026/11/23/{case}.yaml"
    (desk.root / path).write_text(text)
    desk.git("commit", "-qam", message)
    return path


def file_of(desk: Terminal, case: str) -> str:
    return (desk.root / f"cases/2026/11/23/{case}.yaml").read_text()


def test_unknown_case(desk: Terminal) -> None:
    desk.open(at="10:00")
    assert "zzzzz" in refused(desk, "note", "zzzzz", "-m", "x", code=4).err.lower()
    assert "ACM-261123-ZZZZZ" in refused(desk, "note", "ACM-261123-ZZZZZ", "-m", "x", code=4).err


def test_ambiguous_case(desk: Terminal) -> None:
    first, second = desk.open(at="10:00"), desk.open(at="10:01")
    said = refused(desk, "note", "", "-m", "x", code=4)
    assert "hint" in said.err
    assert first != second


def test_unknown_desk(desk: Terminal) -> None:
    said = refused(desk, "open", "--desk", "acme-dsk", "--title", "x", code=4)
    assert "did you mean 'acme-desk'" in said.err


def test_unknown_priority(desk: Terminal) -> None:
    case = desk.open(at="10:00")
    assert "one of: p1, p2, p3" in refused(desk, "triage", case, "--priority", "urgent", code=2).err
    refused(desk, "open", "--title", "x", "--customer", "oakfield", "--priority", "urgent", code=2)


def test_unknown_type_channel_and_waiting_for(desk: Terminal) -> None:
    case = desk.open(at="10:00")
    refused(desk, "open", "--title", "x", "--type", "falt", code=2)
    refused(desk, "open", "--title", "x", "--channel", "fax", code=2)
    assert "one of: customer, supplier" in refused(desk, "hold", case, "--waiting-for", "godot", code=2).err


def test_unknown_state(desk: Terminal) -> None:
    case = desk.open(at="10:00")
    assert "did you mean 'resolved'" in refused(desk, "resolve", case, "-m", "x", "--to", "resolvd", code=2).err


def test_unknown_customer(desk: Terminal) -> None:
    (desk.root / "policies/acme-desk/customers.yaml").write_text("customers:\n  oakfield: {}\n")
    desk.git("add", "policies")
    desk.git("commit", "-qm", "customers")
    said = refused(desk, "open", "--title", "x", "--customer", "oakfeld", code=4)
    assert "did you mean 'oakfield'" in said.err


def test_time_without_an_offset(desk: Terminal) -> None:
    said = refused(desk, "open", "--title", "x", "--received", "2026-11-23T10:00:00", code=2)
    assert "without an offset" in said.err
    assert "2026-11-23T10:00:00+00:00" in said.err


@pytest.mark.parametrize("flag", ["--received", "--detected"])
def test_time_in_the_future(desk: Terminal, flag: str) -> None:
    said = refused(desk, "open", "--title", "x", flag, "2026-11-23T10:30:01+00:00", code=2)
    assert f"{flag} lies in the future" in said.err


def test_call_in_the_future(desk: Terminal) -> None:
    case = desk.open(at="10:00")
    refused(desk, "call", case, "--in", "--started", "2026-11-23T10:30:01+00:00", code=2)


def test_forbidden_move(desk: Terminal) -> None:
    case = desk.open(at="10:00")
    said = refused(desk, "close", case, code=5)
    assert f"{case} is open" in said.err
    assert f"casectl resolve {case}" in said.err


def test_reading_options_on_a_step(desk: Terminal) -> None:
    case = desk.open(at="10:00")
    refused(desk, "--at", "HEAD", "note", case, "-m", "x", code=2)


def test_empty_text_and_control_characters(desk: Terminal) -> None:
    case = desk.open(at="10:00")
    refused(desk, "note", case, "-m", " ", code=2)
    refused(desk, "note", case, "-m", "bell \x07", code=2)
    refused(desk, "set", case, "title=two\nlines", code=2)


def test_standard_input_too_long_or_not_text(desk: Terminal) -> None:
    case = desk.open(at="10:00")
    with nothing_written(desk):
        assert "64 KiB" in desk.run("note", case, "-m", "-", code=2, stdin="x" * 70_000).err
        assert "UTF-8" in desk.run("note", case, "-m", "-", code=2, stdin=b"caf\xe9").err


@pytest.mark.parametrize(
    "damage",
    [
        "status: [open\n",
        "%YAML 1.1\n---\nid: x\n",
        "a: &a [x, x]\nb: [*a, *a]\n",
        "id: !!python/object/apply:os.system [true]\n",
        "[" * 20_000,
        "id: x\x07\n",
        "received: 2026-13-45T00:00:00+00:00\n",
        "x" * 300_000,
    ],
    ids=["broken", "directive", "alias", "tag", "deep", "control", "no-such-date", "huge"],
)
def test_malformed_and_hostile_files(desk: Terminal, damage: str) -> None:
    """The file is named, and the case beside it is worked as ever."""
    broken, sound = desk.open(at="10:00"), desk.open(at="10:01")
    path = hand_edit(desk, broken, damage)
    with nothing_written(desk):
        assert path in desk.run("note", broken, "-m", "x", code=3, at="10:30").err
    desk.step("note", sound, "-m", "x", at="10:31")


def test_unknown_status_in_a_file(desk: Terminal) -> None:
    case = desk.open(at="10:00")
    path = hand_edit(desk, case, file_of(desk, case).replace("status: open", "status: opne"))
    said = refused(desk, "take", case, code=3)
    assert path in said.err
    assert "did you mean 'open'" in said.err


def test_unknown_zone_in_a_policy(desk: Terminal) -> None:
    policy = desk.root / "policies/acme-desk/1.0.yaml"
    policy.write_text(text := policy.read_text().replace("Europe/London", "Europe/Lodnon"))
    desk.git("commit", "-qam", "zone")
    said = refused(desk, "open", "--title", "x", code=3)
    line = text[: text.index("Lodnon")].count("\n") + 1
    assert f"policies/acme-desk/1.0.yaml:{line}:" in said.err
    assert "unknown time zone 'Europe/Lodnon'" in said.err


def test_a_policy_that_went_missing(desk: Terminal) -> None:
    """No case can be opened by it; one that was goes on by the text that judges it."""
    case = desk.open(at="10:00")
    desk.git("mv", "policies/acme-desk/1.0.yaml", "policies/acme-desk/old.txt")
    desk.git("commit", "-qm", "gone")
    assert "policies/ holds no desk" in refused(desk, "open", "--title", "x", code=4).err
    assert desk.step("take", case, at="10:40")["status"] == "assigned"


def test_hand_edits_are_not_overwritten(desk: Terminal) -> None:
    case = desk.open(at="10:00")
    (desk.root / f"cases/2026/11/23/{case}.yaml").write_text(file_of(desk, case) + "# mine\n")
    assert f"cases/2026/11/23/{case}.yaml" in refused(desk, "note", case, "-m", "x", code=5).err
    assert file_of(desk, case).endswith("# mine\n")


def test_no_repository(terminal: Terminal) -> None:
    said = terminal.run("note", "k7q4p", "-m", "x", code=4)
    assert "hint: " in said.err
    assert "casectl init" in said.err


def test_empty_repository(terminal: Terminal) -> None:
    for folder in ("cases", "policies"):
        (terminal.root / folder).mkdir(parents=True)
    terminal.git("init", "-q")
    for words in (("open", "--title", "x"), ("note", "k7q4p", "-m", "x")):
        said = terminal.run(*words, code=4)
        assert len(said.err.splitlines()) <= 2


def test_shallow_clone(desk: Terminal, tmp_path: Path) -> None:
    """A step may be taken; what is due next is not guessed from part of the history."""
    case = desk.open(at="10:00")
    desk.step("note", case, "-m", "one", at="10:01")
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "-q", "--depth=1", f"file://{desk.root}", str(clone)], check=True)
    there = Terminal(desk.home, clone, desk.monkeypatch)
    answer = there.step("note", case, "-m", "two", at="10:02")
    assert answer["next_due"] is None
    assert "shallow" in answer["warnings"][-1]


def test_no_git_identity(desk: Terminal) -> None:
    case = desk.open(at="10:00")
    (desk.home / ".gitconfig").unlink()
    said = refused(desk, "note", case, "-m", "x", code=1)
    assert "git config" in said.err


def test_in_the_middle_of_a_merge(desk: Terminal) -> None:
    case = desk.open(at="10:00")
    (desk.root / ".git/MERGE_HEAD").write_text(desk.git("rev-parse", "HEAD"))
    assert "merge" in refused(desk, "note", case, "-m", "x", code=5).err


def test_detached_head(desk: Terminal) -> None:
    case = desk.open(at="10:00")
    desk.git("checkout", "-q", "--detach")
    refused(desk, "note", case, "-m", "x", code=5)
