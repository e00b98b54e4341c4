"""A command that is given twice because its answer was lost is done once; interrupted, it says where things stand."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.cli.conftest import Terminal

SOURCE = str(Path(__file__).resolve().parents[2])


def test_a_token_makes_a_step_happen_once(desk: Terminal) -> None:
    case = desk.open(at="09:00")
    first = desk.step("note", case, "-m", "hello", "--request", "t1", at="10:00")
    commits = desk.commits()
    said = desk.run("note", case, "-m", "hello", "--request", "t1", "-o", "json", at="11:00")
    assert (said.json["commit"], said.json["at"], said.json["entries"]) == (
        first["commit"],
        first["at"],
        first["entries"],
    )
    assert "already taken" in said.err
    assert desk.commits() == commits
    desk.step("note", case, "-m", "hello", "--request", "t2")
    assert desk.commits() == commits + 1


def test_a_token_of_another_verb_is_a_mistake(desk: Terminal) -> None:
    case = desk.open(at="09:00")
    desk.step("note", case, "-m", "hello", "--request", "t1", at="10:00")
    said = desk.run("update", case, "-m", "hello", "--request", "t1", code=2)
    assert "request t1 was 'note' of" in said.err


def test_a_token_opens_one_case_even_days_later(desk: Terminal) -> None:
    words = ("--customer", "oakfield", "--request", "mail-1")
    case = desk.open("One", *words[2:], at="09:00")
    commits = desk.commits()
    assert desk.open("One", *words[2:], at="2026-11-26 10:00") == case
    assert desk.commits() == commits
    other = desk.open("One", "--request", "mail-2")
    assert other != case
    assert desk.commits() == commits + 1


def test_a_token_takes_one_case(desk: Terminal) -> None:
    for hour in ("09:00", "09:10"):
        desk.open(at=hour)
    first = desk.step("take", "--request", "mine", at="10:00")
    assert desk.step("take", "--request", "mine", at="10:05")["commit"] == first["commit"]


def test_a_token_that_cannot_stand_in_a_message_is_refused(desk: Terminal) -> None:
    case = desk.open(at="09:00")
    assert "without spaces" in desk.run("note", case, "-m", "x", "--request", "a b", code=2).err


def test_a_step_whose_answer_was_lost_is_recognised(desk: Terminal) -> None:
    case = desk.open(at="09:00")
    command = [sys.executable, "-m", "casectl", "note", case, "-m", "hello"]
    with Path("/dev/full").open("w") as full:
        lost = subprocess.run(command, cwd=desk.root, stdout=full, stderr=subprocess.PIPE, env=environment())
    assert (lost.returncode, b"do not repeat the step" in lost.stderr) == (1, True)
    commits = desk.commits()
    assert "already taken" in desk.process("note", case, "-m", "hello").err
    assert desk.commits() == commits
    assert "already taken" not in desk.process("note", case, "-m", "hello").err
    assert desk.commits() == commits + 1


def test_a_clock_that_was_set_back_is_said(desk: Terminal) -> None:
    case = desk.open(at="10:00")
    assert "the step will count at that time" in desk.run("note", case, "-m", "x", at="09:00").err


def test_sigterm_lets_go_of_everything(desk: Terminal) -> None:
    case = desk.open(at="09:00")
    hook = desk.root / ".git/hooks/pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\ntouch {desk.home}/waiting\nexec sleep 30\n")
    hook.chmod(0o755)
    commits = desk.commits()
    command = [sys.executable, "-m", "casectl", "note", case, "-m", "hello"]
    running = subprocess.Popen(command, cwd=desk.root, stderr=subprocess.PIPE, env=environment())
    while not (desk.home / "waiting").exists():
        time.sleep(0.01)
    running.send_signal(signal.SIGTERM)
    _, said = running.communicate(timeout=20)
    assert (running.returncode, said) == (143, b"casectl: terminated\n")
    hook.unlink()
    assert (desk.commits(), desk.files(), list((desk.root / ".git").glob("*.lock"))) == (commits, "", [])
    desk.process("note", case, "-m", "hello")
    assert desk.commits() == commits + 1


def test_reading_says_that_a_step_died_half_way(desk: Terminal) -> None:
    case = desk.open(at="09:00")
    folder = desk.root / ".git/casectl/unfinished"
    (folder / case).write_text(f"- {desk.git('rev-parse', f'HEAD:{only_path(desk)}').strip()}\n")
    said = desk.run("list")
    assert f"a step on {case} died half-way; casectl doctor brings its file along" in said.err


def only_path(desk: Terminal) -> str:
    return next(path for path in desk.git("ls-files", "cases").split() if path.count("/") == 4)


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": SOURCE}
