"""Promises, agreements, exemptions and undone steps from the command line: what is in the file, and what is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Terminal

FULL = Path(__file__).with_name("acme-full.yaml")


@pytest.fixture
def desk(terminal: Terminal) -> Terminal:
    """A desk whose policy has commitments, exemptions, paths and agreed times."""
    terminal.run("init", str(terminal.root), "--policy", str(FULL), at="08:00")
    return terminal


def file_of(desk: Terminal, case: str) -> str:
    return desk.git("show", f"HEAD:cases/2026/11/23/{case}.yaml")


def test_an_agreed_time_gives_the_target_its_due_time(desk: Terminal) -> None:
    case = desk.open(at="10:00")
    desk.step("respond", case, "-m", "On it.", at="10:05")
    said = desk.step("agree", case, "resolution", "2026-11-24T12:00:00+00:00", at="10:10")
    assert said["summary"] == "resolution by Tue 2026-11-24 12:00 GMT"
    assert said["next_due"] == {"target": "resolution", "due_at": "2026-11-24T12:00:00+00:00", "state": "running"}
    assert "agreed:\n  resolution: 2026-11-24T12:00:00+00:00\n" in file_of(desk, case)


def test_promises_are_records_in_the_file(desk: Terminal) -> None:
    case = desk.open(at="10:00")
    desk.step("promise", case, "--kind", "call-back", "--due", "2h", "-m", "Jo rings.", at="10:10")
    text = file_of(desk, case)
    assert "  kind: call-back\n  due: 2026-11-23T12:10:00+00:00\n  text: Jo rings.\n" in text
    name = text.partition("commitments:\n- id: ")[2][:5]
    desk.step("promise", case, "--kept", name, at="11:00")
    assert "  text: Jo rings.\n  kept: true\n" in file_of(desk, case)


def test_an_exemption_is_asked_for_then_approved_then_ended(desk: Terminal) -> None:
    case = desk.open(at="10:00")
    asked = desk.step("exempt", case, "weather", "--from", "2026-11-23T10:00:00+00:00", at="10:10")
    assert any("counts for nothing" in warning for warning in asked["warnings"])
    name = file_of(desk, case).partition("exemptions:\n- id: ")[2][:5]
    approved = desk.run("exempt", case, "--approve", name, "--approved-by", "ada", at="10:20")
    assert "approved by ada" in approved.out
    desk.step("exempt", case, "--end", name, at="10:30")
    assert (
        "  code: weather\n  from: 2026-11-23T10:00:00+00:00\n  until: 2026-11-23T10:30:00+00:00\n  approved_by: ada\n"
    ) in file_of(desk, case)
    refused = desk.run("exempt", case, "regulator", "--from", "now", "--approved-by", "sam", code=5, at="10:40")
    assert "sam may not approve" in refused.err


def test_undo_twice_and_once_more(desk: Terminal) -> None:
    case = desk.open(at="10:00")
    desk.step("triage", case, "--priority", "p1", at="10:01")
    desk.step("take", case, at="10:02")
    told = desk.run("undo", case, "--reason", "Not mine.", at="10:03").out.splitlines()[0]
    assert told.endswith("undo: status assigned, owner sam, assignee sam [open, p1]")
    assert desk.step("undo", case, "--reason", "Wrong case.", at="10:04")["priority"] == "p2"
    void = desk.step("undo", case, "--reason", "Opened twice.", at="10:05")
    assert (void["status"], void["summary"], void["next_due"]) == ("closed", "the whole case: it is void", None)
    assert f"  reason: Opened twice.\n  void: {case}\n" in file_of(desk, case)
    assert "taken back already" in desk.run("undo", case, "--reason", "Again.", code=5, at="10:06").err


def test_a_path_is_confirmed(desk: Terminal) -> None:
    case = desk.open(at="10:00")
    said = desk.run("confirm-path", case, "b", "-m", "To development.", at="10:10")
    assert said.out.startswith(f"{case} confirm-path: b (Pursued urgently) [open, p2]")
    assert desk.git("show", "-s", "--format=%s", "HEAD").startswith(f"{case} confirm-path: b")
    assert "  kind: pathway\n  chosen: b\n  text: To development.\n" in file_of(desk, case)


def test_a_call_at_the_opening(desk: Terminal) -> None:
    case = desk.open("Down", "--minutes", "9", "--update-every", "1h", at="10:00")
    text = file_of(desk, case)
    assert "update_every: 1h\n" in text
    assert "  kind: call\n  direction: in\n  started: 2026-11-23T09:51:00+00:00\n  minutes: 9\n" in text
