"""`casectl sweep`: what time alone makes due, one commit each, once, whoever runs it and however often."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Terminal
from tests.cli.working import be, working_desk


@pytest.fixture
def desk(terminal: Terminal) -> Terminal:
    return working_desk(terminal)


def test_nothing_due_is_silence_and_nothing_written(desk: Terminal) -> None:
    desk.open(at="09:00")
    before = desk.commits()
    said = desk.run("sweep", at="09:30")
    assert (said.out, said.err, desk.commits()) == ("", "", before)


def test_a_rule_acts_in_one_commit_that_names_it(desk: Terminal) -> None:
    """Eight hours from 09:00: half is used at 13:00."""
    case = desk.open(at="09:00")
    assert desk.run("sweep", at="12:59").out == ""
    said = desk.run("sweep", at="13:00")
    assert said.out == f"{case} escalate: to level 2: resolution 1 has used 50 % of its time [acme-desk/1.0 late]\n"
    subject, _, *trailers = desk.git("log", "-1", "--format=%B").strip().split("\n")
    assert subject == f"{case} escalate: to level 2: resolution 1 has used 50 % of its time"
    assert trailers[:3] == [f"Case: {case}", "Event: automatic escalate", "Rule: acme-desk/1.0 late"]
    shown = desk.run("show", case, "-o", "json").json
    kinds = [(entry["kind"], entry["rule"], entry.get("to")) for entry in shown["log"]]
    assert kinds == [("escalation", "late", None), ("notice", "late", "boss")]
    assert shown["level"] == 2


def test_a_second_sweep_does_nothing(desk: Terminal) -> None:
    desk.open(at="09:00")
    desk.run("sweep", at="13:00")
    before = desk.commits()
    for when in ("13:00", "13:05", "17:00", "2026-11-24 09:00"):
        assert desk.run("sweep", at=when).out == ""
    assert desk.commits() == before


def test_dry_run_says_and_writes_nothing(desk: Terminal) -> None:
    case = desk.open(at="09:00")
    before = desk.commits()
    said = desk.run("sweep", "--dry-run", at="13:30")
    why = "resolution 1 has used 56 % of its time [acme-desk/1.0 late]"
    assert said.out == f"{case}: would escalate to level 2 and tell boss, involved: {why}\n"
    (planned,) = desk.run("sweep", "--dry-run", "-o", "json").json["steps"]
    assert (planned["rule"], planned["commit"]) == ("acme-desk/1.0 late", None)
    assert desk.commits() == before


def test_what_was_resolved_and_told_is_closed_after_a_day(desk: Terminal) -> None:
    case = desk.open(at="09:00")
    desk.run("resolve", case, "-m", "Done.", at="10:00")
    assert desk.run("sweep", at="2026-11-24 10:00").out == "", "the customer was not told"
    desk.run("call", case, "--out", at="2026-11-24 11:00")
    assert f"{case} close: resolved for 24 h [acme-desk/1.0 quiet]" in desk.run("sweep", at="2026-11-24 11:05").out
    assert desk.run("show", case, "-o", "json").json["status"] == "closed"


def test_an_undone_escalation_is_not_done_again(desk: Terminal) -> None:
    case = desk.open(at="09:00")
    desk.run("sweep", at="13:00")
    desk.run("undo", case, "--reason", "They know.", at="13:10")
    assert desk.run("sweep", at="13:15").out == ""
    assert desk.run("show", case, "-o", "json").json.get("level", 1) == 1


def test_whoever_runs_cron_needs_no_role_and_draws_no_warning(desk: Terminal) -> None:
    desk.open(at="09:00")
    be(desk, "cron")
    said = desk.run("sweep", at="13:00")
    assert said.out
    assert said.err == ""


def test_a_case_that_cannot_be_written_is_said_and_spoils_no_other(desk: Terminal) -> None:
    first, second = desk.open("One", at="09:00"), desk.open("Two", at="09:01")
    path = desk.root / f"cases/2026/11/23/{first}.yaml"
    path.write_text(path.read_text().replace("title: One", "title: Mine"))
    said = desk.run("sweep", at="13:30", code=5)
    assert said.out.startswith(second)
    assert f"casectl: {first}: " in said.err
    assert "has changes that are not committed" in said.err


def test_a_broken_case_is_an_exception_and_the_others_are_swept(desk: Terminal) -> None:
    broken, sound = desk.open("One", at="09:00"), desk.open("Two", at="09:01")
    path = desk.root / f"cases/2026/11/23/{broken}.yaml"
    path.write_text("no case at all\n")
    desk.git("commit", "-qam", "by hand")
    said = desk.run("sweep", at="13:30", code=3)
    assert said.out.startswith(sound)
    assert broken in said.err


def test_two_sweeps_at_the_same_time_do_each_thing_once(desk: Terminal) -> None:
    cases = [desk.open(str(n), at="2026-01-05 09:00") for n in range(6)]
    before = desk.commits()
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    command = [sys.executable, "-m", "casectl", "sweep"]
    running = [subprocess.Popen(command, cwd=desk.root, env=env, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    said = [process.communicate()[0] for process in running]
    assert {process.returncode for process in running} <= {0, 6}
    desk.run("sweep", at="2026-12-31 09:00")
    assert desk.commits() - before == len(cases)
    assert sum(text.count(" escalate: ") for text in said) <= len(cases)
    ids = [entry["id"] for case in cases for entry in desk.run("show", case, "-o", "json").json["log"]]
    assert len(ids) == len(set(ids))


def test_two_machines_write_the_same_entry(desk: Terminal) -> None:
    """Each in its own clone, not knowing of the other: the entry has one id, so the two are one once they meet."""
    case = desk.open(at="09:00")
    twin = Terminal(desk.home, desk.home / "twin", desk.monkeypatch, desk.times)
    desk.git("clone", "-q", str(desk.root), str(twin.root))
    desk.run("sweep", at="13:00")
    twin.run("sweep", at="13:03")
    logs = [[entry["id"] for entry in one.run("show", case, "-o", "json").json["log"]] for one in (desk, twin)]
    assert logs[0] == logs[1]
    assert len(logs[0]) == 2


def test_at_is_for_looking(desk: Terminal) -> None:
    desk.open(at="09:00")
    assert "--at is for reading" in desk.run("--at", "HEAD", "sweep", at="13:00", code=2).err
    assert desk.run("--at", "HEAD", "sweep", "--dry-run").out
