"""Many at once, and locks that somebody holds or left: every step that was acknowledged is there, once."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from tests.cli.conftest import Said
from tests.faults.harness import LOCKS, Outside, bare, clone, finish, kill

IN_THE_WAY = ("index.lock", "HEAD.lock", "refs/heads/main.lock")
"""The other locks guard files that a step does not change."""


def at_once(desk: Outside, jobs: list[list[tuple[str, ...]]]) -> list[Said]:
    """Each job's commands one after another, the jobs side by side; none is asserted on."""
    with ThreadPoolExecutor(len(jobs)) as desks:
        found = desks.map(lambda job: [finish(desk.start(*words)) for words in job], jobs)
        return [said for each in found for said in each]


def test_writers_on_cases_of_their_own(outside: Outside, request: pytest.FixtureRequest) -> None:
    times = 25 if request.config.getoption("--faults-long") else 6
    cases = [outside.open(f"case {number}") for number in range(4)]
    before = int(outside.git("rev-list", "--count", "HEAD"))
    began = time.monotonic()
    said = at_once(outside, [[("note", case, "-m", f"step {n}") for n in range(times)] for case in cases])
    seconds = time.monotonic() - began
    assert [each.code for each in said] == [0] * 4 * times
    assert int(outside.git("rev-list", "--count", "HEAD")) - before == 4 * times
    for case in cases:
        assert outside.file_of(case).count("kind: note") == times
    touched = outside.git("log", "--format=%H", "--name-only", f"-{4 * times}").split()
    assert len(touched) == 2 * 4 * times, "each commit changes one case"
    outside.refuse_disorder()
    print(f"4 writers, {4 * times} acknowledged, {4 * times} committed, 0 lost, {seconds:.1f} s")


def test_writers_on_one_case(outside: Outside, request: pytest.FixtureRequest) -> None:
    times = 25 if request.config.getoption("--faults-long") else 3
    case = outside.case
    said = at_once(outside, [[("note", case, "-m", f"writer {w} step {n}") for n in range(times)] for w in range(4)])
    assert [each.code for each in said] == [0] * 4 * times
    text = outside.file_of(case)
    assert all(text.count(f"writer {w} step {n}\n") == 1 for w in range(4) for n in range(times))
    outside.refuse_disorder()
    print(f"4 writers on one case, {4 * times} acknowledged, {text.count('kind: note')} committed, 0 lost")


def test_two_who_resolve_at_once(outside: Outside) -> None:
    """One of them does; the other is told how things are now."""
    case = outside.case
    outside.step("take", case)
    said = at_once(outside, [[("resolve", case, "-m", f"done by {who}")] for who in "ab"])
    assert sorted(each.code for each in said) == [0, 5]
    loser = next(each for each in said if each.code == 5)
    assert f"{case} is resolved" in loser.err
    assert outside.file_of(case).count("status: resolved") == 1
    outside.refuse_disorder()


def test_clones_do_not_hinder_one_another(outside: Outside, tmp_path: Path) -> None:
    """Clones of one bare repository write at the same time; what each pushes is what it acknowledged."""
    case = outside.case
    shared = bare(outside, tmp_path / "shared.git")
    others = [clone(replace(outside, root=shared), tmp_path / f"clone-{number}") for number in range(2)]
    with ThreadPoolExecutor(2) as desks:
        answers = list(desks.map(lambda desk: desk.step("note", case, "-m", "mine"), others))
    for desk, answer in zip(others, answers, strict=True):
        desk.git("push", "-q", "origin", f"HEAD:refs/heads/{desk.root.name}")
        assert outside.git("ls-remote", str(shared), f"refs/heads/{desk.root.name}").split()[0] == answer["commit"]
        desk.refuse_disorder()


def test_locks_that_were_left_behind(outside: Outside, tmp_path: Path) -> None:
    """A step names the file that is in its way within seconds and writes nothing; it takes none of them away."""
    case = outside.case
    before = outside.head
    desks = {name: replace(outside, root=tmp_path / name.replace("/", "-")) for name in LOCKS}
    for name, desk in desks.items():
        shutil.copytree(outside.root, desk.root)
        (desk.root / ".git" / name).touch()
    began = time.monotonic()
    running = {name: desk.start("note", case, "-m", "x") for name, desk in desks.items()}
    said = {name: finish(process) for name, process in running.items()}
    seconds = time.monotonic() - began
    assert seconds < 10
    for name, desk in desks.items():
        assert (desk.root / ".git" / name).exists()
        if name in IN_THE_WAY:
            assert said[name].code == 6
            assert f"{name} is in the way" in said[name].err
            assert "hint: " in said[name].err
            assert desk.head == before
            assert [lock.name for lock in desk.locks()] == [Path(name).name], "nor is another left"
        else:
            assert said[name].code == 0
        desk.clear_locks()
        desk.step("note", case, "-m", "x")
        desk.refuse_disorder()
    print(f"{len(LOCKS)} kinds of lock, {len(IN_THE_WAY)} in the way, each told within {seconds:.1f} s")


def committing(desk: Outside) -> subprocess.Popen[str]:
    """A person who is writing the message of a commit; git holds its lock meanwhile."""
    editor = desk.root.parent / "editor"
    editor.write_text(f'#!/bin/sh\ntouch {desk.root.parent}/open\nsleep 30 & wait\necho done > "$1"\n')
    editor.chmod(0o755)
    (desk.root / "notes.txt").write_text("one\n")
    desk.git("add", "notes.txt")
    desk.git("commit", "-qm", "notes")
    (desk.root / "notes.txt").write_text("two\n")
    process = subprocess.Popen(
        ["git", "commit", "-q", "-a"],
        cwd=desk.root,
        env={**desk.env, "GIT_EDITOR": str(editor)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    deadline = time.monotonic() + 10
    while not (desk.root.parent / "open").exists():
        assert time.monotonic() < deadline, "git did not come as far as its editor"
        time.sleep(0.02)
    return process


def test_a_lock_that_somebody_holds_is_never_taken_away(outside: Outside) -> None:
    """Whatever is run beside it, and however old it looks."""
    case = outside.case
    process = committing(outside)
    try:
        lock = outside.root / ".git/index.lock"
        held = lock.stat().st_ino
        os.utime(lock, (time.time() - 86_400,) * 2)
        codes = {
            words[0]: outside.run(*words, code=None).code
            for words in (("note", case, "-m", "x"), ("list",), ("sla",), ("show", case), ("doctor",))
        }
        assert codes["note"] == 6
        assert codes["list"] == codes["show"] == codes["sla"] == 0
        assert lock.stat().st_ino == held
    finally:
        kill(process)
    lock.unlink()
    outside.git("checkout", "-q", "notes.txt")
    outside.step("note", case, "-m", "x")
    outside.refuse_disorder()
