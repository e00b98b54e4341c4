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


def unquoted(desk: Terminal, case: str) -> str:
    """The file without quotes: an id that looks like a number has some."""
    return file_of(desk, case).replace('"', "")


def test_an_agreed_time_gives_the_target_its_due_time(desk: Terminal) -> None:
    case = desk.open(at="10:00")
    desk.step("respond", case, "-m", "On it.", at="10:05")
    said = desk.step("agree", case, "resolution", "2026-11-24T12:00:00+00:00", at="10:10")
    assert said["summary"] == "resolution by Tue 2026-11-24 12:00 GMT"
    assert said["next_due"] == {"target": "resolution", "due_at": "2026-11-24T12:00:00+00:00", "state": "running"}
    assert "agreed:\n  resolution: 2026-11-24T12:00:00+00:00\n" in file_of(desk, case)


def test_promises_are_records_in_the_file(desk: Terminal) -> None:
    case = desk.open(at="10:00")
    made = desk.step("promise", case, "--kind", "call-back", "--due", "2h", "-m", "Jo rings.", at="10:10")
    assert "  kind: call-back\n  due: 2026-11-23T12:10:00+00:00\n  text: Jo rings.\n" in file_of(desk, case)
    (name,) = made["records"]
    desk.step("promise", case, "--kept", name, at="11:00")
    assert "  text: Jo rings.\n  kept: true\n" in file_of(desk, case)


def test_every_step_tells_the_ids_that_it_wrote(desk: Terminal) -> None:
    case = desk.open(at="10:00")
    made = desk.step("promise", case, "--kind", "call-back", "--due", "2h", "-m", "Jo rings.", at="10:10")
    (name,) = made["records"]
    assert f"commitments:\n- id: {name}\n" in unquoted(desk, case)
    kept = desk.step("promise", case, "--kept", name, "-m", "She did.", at="11:00")
    assert kept["records"] == [name]
    assert f"log:\n- id: {kept['entries'][0]}\n  kind: note\n" in unquoted(desk, case)
    asked = desk.step("exempt", case, "weather", "--from", "2026-11-23T10:00:00+00:00", at="11:10")
    assert asked["entries"] == []
    assert f"exemptions:\n- id: {asked['records'][0]}\n" in unquoted(desk, case)
    assert desk.step("take", case, at="11:20")["records"] == []


def test_the_one_open_promise_needs_no_reference(desk: Terminal) -> None:
    case = desk.open(at="10:00")
    for text in ("Jo rings.", "Sam writes."):
        desk.step("promise", case, "--kind", "call-back", "--due", "2h", "-m", text, at="10:10")
    assert "which promise?" in desk.run("promise", case, "--kept", code=4, at="10:20").err
    assert "kept: Jo rings." in desk.run("promise", case, "--kept", "jo rings", at="10:20").out
    assert "cancelled: Sam writes." in desk.run("promise", case, "--cancel", "-m", "No need.", at="10:30").out
    assert "text: No need." in file_of(desk, case)
    assert "has none that it could be" in desk.run("promise", case, "--kept", code=4, at="10:40").err


def test_a_lone_dash_after_an_option_that_reads_is_standard_input(desk: Terminal) -> None:
    case = desk.open(at="10:00")
    desk.step("promise", case, "--kind", "call-back", "--due", "2h", "-m", "-", at="10:10", stdin="Jo rings.\n")
    desk.step("exempt", case, "weather", "--from", "now", at="10:20")
    assert desk.step("exempt", case, "--end", at="10:30")["summary"].split()[-3:] == ["2026-11-23", "10:30", "GMT"]
    assert "approved by sam" in desk.run("exempt", case, "--approve", at="10:40").out
    assert "text: Jo rings." in file_of(desk, case)


@pytest.mark.parametrize(
    ("words", "option"),
    [
        (("open", "--title", "x", "--received", "0001-01-01T00:00:00+14:00"), "--received"),
        (("open", "--title", "x", "--detected", "1969-12-31T23:59:59Z"), "--detected"),
        (("exempt", "ID", "weather", "--from", "0001-01-01"), "--from"),
        (("promise", "ID", "--kind", "call-back", "--due", "9999-12-31T23:59:59-12:00", "-m", "x"), "--due"),
        (("call", "ID", "--in", "--started", "0001-01-01"), "--started"),
        (("agree", "ID", "resolution", "0001-01-01"), "WHEN"),
    ],
)
def test_a_time_that_no_file_can_hold_is_refused_where_it_is_typed(
    desk: Terminal, words: tuple[str, ...], option: str
) -> None:
    case = desk.open(at="10:00")
    said = desk.run(*(case if word == "ID" else word for word in words), code=2, at="10:10")
    assert f"casectl: {option} is before 1970 or after 9998: '" in said.err


def test_an_exemption_is_asked_for_then_approved_then_ended(desk: Terminal) -> None:
    case = desk.open(at="10:00")
    asked = desk.step("exempt", case, "weather", "--from", "2026-11-23T10:00:00+00:00", at="10:10")
    assert any("counts for nothing" in warning for warning in asked["warnings"])
    (name,) = asked["records"]
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
    did, now = "status assigned, owner sam, assignee sam", "back to open, without owner and assignee"
    assert told.endswith(f"undo: {did}: {now} [open, p1]")
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
