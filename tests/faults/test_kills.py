"""The program and all that it started is killed, at any instant: what was acknowledged is in history, once, with its
own time; and the next step of the case puts in order what was left half-way."""

from __future__ import annotations

import os
import random
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.faults.harness import Outside, acknowledged, finish, kill

SEED = 20261129
VERBS = ("hash-object", "commit-tree", "mktree", "update-index", "update-ref")
ACTS = ("kill-before", "kill-after")


def texts(desk: Outside, case: str) -> list[str]:
    """Every note of a case, in the order of its file."""
    return [
        line.removeprefix("  text: ").strip('"')
        for line in desk.file_of(case).splitlines()
        if line.startswith("  text: ")
    ]


def commits_of(desk: Outside, text: str) -> list[str]:
    return desk.git("log", "--format=%H", "--fixed-strings", f"--grep=note: {text}", "HEAD").split()


def refuse_loss(desk: Outside, case: str, promised: dict[str, dict[str, Any]]) -> None:
    """Each step that was acknowledged is there exactly once, by the commit and at the time that were told."""
    found = texts(desk, case)
    for text, answer in promised.items():
        assert found.count(text) == 1, f"{text} is there {found.count(text)} times"
        assert commits_of(desk, text) == [answer["commit"]]
        assert desk.time_of(answer["commit"]) == int(datetime.fromisoformat(answer["at"]).timestamp())
    assert len(found) == len(set(found)), "a step that counts twice"


def put_in_order(desk: Outside, case: str) -> None:
    """What a person does after a crash: take away the lock as they are told, go on working, look around."""
    desk.clear_locks()
    desk.step("note", case, "-m", "and on we go")
    desk.refuse_disorder()


def test_kills_at_random(outside: Outside, request: pytest.FixtureRequest) -> None:
    kills = 150 if request.config.getoption("--faults-long") else 25
    dice = random.Random(SEED)
    case = outside.case
    began = time.monotonic()
    outside.step("note", case, "-m", "how long one takes")
    usual = time.monotonic() - began
    promised: dict[str, dict[str, Any]] = {}
    left = 0
    for number in range(kills):
        process = outside.start("note", case, "-m", f"step-{number:04}", "-o", "json")
        # Most of the time goes by before anything is written: kill where it is.
        time.sleep(usual * dice.uniform(0.5, 1.5))
        answer = acknowledged(kill(process))
        if answer:
            promised[f"step-{number:04}"] = answer
        left += outside.clear_locks()
    committed = sum(text.startswith("step-") for text in texts(outside, case))
    print(
        f"seed {SEED}: {kills} kills, {len(promised)} acknowledged, {committed} committed, "
        f"{len(set(promised) - set(texts(outside, case)))} lost, {left} locks left"
    )
    refuse_loss(outside, case, promised)
    put_in_order(outside, case)
    refuse_loss(outside, case, promised)


@pytest.mark.parametrize("act", ACTS)
def test_kills_beside_each_call_of_git(
    outside: Outside, tmp_path: Path, act: str, request: pytest.FixtureRequest
) -> None:
    """The whole group dies just before a call of git, or just after it; the next step mends what is left."""
    shim, shimmed = tmp_path / "shim", outside.with_shim(tmp_path / "shim")
    case = outside.case
    shimmed.step("note", case, "-m", "which calls there are")
    calls = outside.calls(shim)
    assert set(calls) >= set(VERBS)
    places = [{"SHIM_VERB": verb} for verb in VERBS]
    if request.config.getoption("--faults-long"):
        places += [{"SHIM_CALL": str(number)} for number in range(1, len(calls) + 1)]
    promised: dict[str, dict[str, Any]] = {}
    unheard = 0
    for number, place in enumerate(places):
        text = f"{act}-{number:03}"
        said = finish(shimmed.start("note", case, "-m", text, "-o", "json", SHIM_DO=act, **place))
        outside.calls(shim)
        assert said.code == -9 or "SHIM_CALL" in place
        answer = acknowledged(said.out)
        promised |= {text: answer} if answer else {}
        unheard += answer is None and text in texts(outside, case)
        outside.clear_locks()
        promised[f"after {text}"] = outside.step("note", case, "-m", f"after {text}")
        refuse_loss(outside, case, promised)
        assert outside.git("status", "--porcelain") == ""
    print(f"{len(calls)} calls: {' '.join(calls)}; {len(places)} kills, {unheard} committed unheard, 0 lost")
    outside.refuse_corruption()


@pytest.mark.parametrize("verb", ["commit-tree", "update-ref"])
def test_a_git_that_fails_leaves_nothing(outside: Outside, tmp_path: Path, verb: str) -> None:
    """One line, exit 1, and everything as it was; then the same command succeeds."""
    shimmed = outside.with_shim(tmp_path / "shim")
    case = outside.case
    before = outside.head
    said = shimmed.run("note", case, "-m", "x", code=1, SHIM_VERB=verb, SHIM_DO="fail")
    assert said.out == ""
    assert "told to fail" in said.err.splitlines()[0]
    assert outside.head == before
    assert outside.locks() == []
    outside.refuse_disorder()
    outside.step("note", case, "-m", "x")


def test_the_doctor_leaves_nothing_of_a_kill(outside: Outside, tmp_path: Path) -> None:
    shimmed = outside.with_shim(tmp_path / "shim")
    case = outside.case
    finish(shimmed.start("note", case, "-m", "x", SHIM_VERB="update-ref", SHIM_DO="kill-before"))
    old = time.time() - 7_200
    for lock in outside.locks():
        os.utime(lock, (old, old))
    outside.run("doctor", code=None)
    said = outside.run("doctor", code=None)
    assert said.code == 0
    assert outside.locks() == []
    assert list((outside.root / ".git").glob("casectl-*")) == []
    outside.refuse_disorder()
