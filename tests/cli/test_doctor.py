"""`casectl doctor` at a terminal: what it says, what it leaves, and that the commands it prints really help."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import pytest

from casectl.model.caseid import path_of
from casectl.store.repo import find_repo
from casectl.store.unfinished import Note, note
from tests.cli.conftest import Terminal

WELL = "all is well\n"


def printed(said: str) -> str:
    """The commands of the one hint."""
    (hint,) = [line.removeprefix("  hint: ") for line in said.splitlines() if line.startswith("  hint: ")]
    return hint


def shell(desk: Terminal, command: str) -> None:
    subprocess.run(["sh", "-euc", command], cwd=desk.root, check=True, capture_output=True)


def cloned(desk: Terminal, *options: str, branch: str = "main") -> Terminal:
    """A clone of the desk, and whoever sits there."""
    place = desk.home / "clone"
    desk.git("config", "uploadpack.allowFilter", "true")
    desk.git("clone", "-q", *options, "-b", branch, f"file://{desk.root}", str(place))
    made = Terminal(desk.home, place, desk.monkeypatch, desk.times)
    shell(made, "git config gc.auto 0; git config merge.casectl.driver 'casectl merge-driver %O %A %B %P'")
    return made


def everything(root: Path) -> dict[str, tuple[bytes, int]]:
    """All files, the repository's own as well, with when they were written."""
    files = (path for path in root.rglob("*") if path.is_file())
    return {str(path): (path.read_bytes(), path.stat().st_mtime_ns) for path in files}


def half_dead(desk: Terminal) -> tuple[str, str, str]:
    """A case whose last step moved the branch and died there: its ID, the commit before and the one after."""
    case = desk.open(at="09:00")
    path, index, before = desk.root / path_of(case), desk.root / ".git/index", desk.git("rev-parse", "HEAD").strip()
    lay = path.read_bytes(), index.read_bytes()
    desk.step("note", case, "-m", "half", at="09:30")
    path.write_bytes(lay[0])
    index.write_bytes(lay[1])
    return case, before, desk.git("rev-parse", "HEAD").strip()


def test_all_is_well(desk: Terminal) -> None:
    desk.open(at="09:00")
    assert desk.run("doctor").out == WELL
    assert desk.run("doctor", "-o", "json").json == {"schema": "casectl.doctor/1", "dry_run": False, "findings": []}


def test_a_setting_that_does_harm_is_named_with_its_fix(desk: Terminal) -> None:
    desk.git("config", "pull.rebase", "true")
    said = desk.run("doctor", code=3).out
    assert "problem: pull.rebase=true: a rebase rewrites when steps were taken" in said
    shell(desk, printed(said))
    assert desk.run("doctor").out == WELL


def test_a_shallow_clone_is_completed_by_the_printed_command(desk: Terminal) -> None:
    desk.open(at="09:00")
    clone = cloned(desk, "--depth", "1")
    said = clone.run("doctor", code=3).out
    assert "figures cannot be certified" in said
    shell(clone, printed(said))
    assert clone.run("doctor").out == WELL


def test_a_partial_clone_is_completed_by_the_printed_commands(desk: Terminal) -> None:
    case = desk.open(at="09:00")
    desk.step("note", case, "-m", "one more version", at="09:30")
    clone = cloned(desk, "--filter=blob:none")
    missing = ["rev-list", "--objects", "--missing=print", "HEAD"]
    assert "?" in clone.git(*missing)
    said = clone.run("doctor", code=3).out
    assert "partial clone" in said
    shell(clone, printed(said))
    assert "?" not in clone.git(*missing)
    clone.git("fsck", "--strict")
    assert clone.run("doctor").out == WELL


def test_a_step_that_died_is_brought_to_its_end(desk: Terminal) -> None:
    case, before, after = half_dead(desk)
    repo = find_repo(desk.root)
    blobs = [desk.git("rev-parse", f"{commit}:{path_of(case)}").strip() for commit in (before, after)]
    note(repo, Note(case, *blobs))
    assert f"a step on {case} died half-way" in desk.run("doctor", "--dry-run", code=3).out
    said = desk.run("doctor").out
    assert f"mended: a step on {case} died half-way\n  brought {path_of(case)} along\n" in said
    assert desk.files() == ""
    assert desk.run("doctor").out == WELL


@pytest.mark.parametrize("edited", [False, True])
def test_a_sync_that_died_is_brought_to_its_end_and_leaves_edits(desk: Terminal, edited: bool) -> None:
    case, before, after = half_dead(desk)
    path = desk.root / path_of(case)
    if edited:
        path.write_text(path.read_text() + "# mine\n")
    (desk.root / ".git/casectl/carrying").write_text(f"{before} {after}")
    what = f"a sync or an import from {before[:12]} to {after[:12]} died half-way"
    assert f"problem: {what}\n  hint: casectl doctor\n" in desk.run("doctor", "--dry-run", code=3).out
    said = desk.run("doctor", code=3 if edited else 0).out
    assert f"mended: {what}" in said
    assert path.read_text().endswith("# mine\n") == edited
    assert (f"{path_of(case)} has changes that are not committed" in said) == edited
    assert (desk.files() == "") != edited
    if not edited:
        assert desk.run("doctor").out == WELL


def test_a_dry_run_changes_nothing(desk: Terminal) -> None:
    case, before, after = half_dead(desk)
    (desk.root / ".git/casectl/carrying").write_text(f"{before} {after}")
    (desk.root / ".git/casectl-index-999999").write_bytes(b"")
    lock = desk.root / ".git/index.lock"
    lock.write_bytes(b"")
    os.utime(lock, (time.time() - 3600,) * 2)
    desk.git("config", "pull.rebase", "true")
    all_before = everything(desk.root)
    found = desk.run("doctor", "--dry-run", "-o", "json", code=3).json
    assert everything(desk.root) == all_before
    assert found["dry_run"] is True
    assert {each["code"] for each in found["findings"]} >= {"lock", "unfinished-move", "draft", "rebase"}
    assert not any(each["mended"] for each in found["findings"])
    found = desk.run("doctor", "-o", "json", code=3).json
    left = [each["code"] for each in found["findings"] if not each["mended"]]
    assert (left, desk.files(), lock.exists(), case in desk.run("list").out) == (["rebase"], "", False, True)
    assert set(found["findings"][0]) == {"code", "severity", "what", "hint", "mended"}


def test_a_lock_that_somebody_holds_is_kept(desk: Terminal) -> None:
    lock = desk.root / ".git/index.lock"
    with lock.open("wb") as file, subprocess.Popen(["sleep", "60"], stdout=file) as holder:
        os.utime(lock, (time.time() - 3600,) * 2)
        said = desk.process("doctor", code=3).out
        assert f"problem: {lock} is there, 60 min old\n  hint: end the git at work here; if none is: rm" in said
        assert lock.exists()
        holder.kill()
    assert f"mended: {lock} was left behind" in desk.process("doctor").out
    assert not lock.exists()


def test_a_branch_behind_what_was_seen_at_the_remote(desk: Terminal) -> None:
    """As after a restore from a backup; nothing is asked of the remote."""
    case = desk.open(at="09:00")
    clone = cloned(desk)
    desk.step("note", case, "-m", "one", at="09:30")
    clone.git("fetch", "-q")
    clone.git("remote", "set-url", "origin", "/nowhere")
    said = clone.run("doctor").out
    assert said == "note: 1 commit of origin/main, as last seen, are not here\n  hint: casectl sync\n"
    clone.step("note", case, "-m", "two", at="09:40")
    clone.step("note", case, "-m", "three", at="09:50")
    said = clone.run("doctor").out
    assert "2 commits here and 1 commit of origin/main, as last seen, are not on the other side" in said
    clone.git("remote", "set-url", "origin", str(desk.root))
    desk.git("config", "receive.denyCurrentBranch", "ignore")
    clone.run("sync")
    assert clone.run("doctor").out == WELL


def test_a_clone_whose_git_does_not_know_how_cases_are_merged(desk: Terminal) -> None:
    clone = cloned(desk)
    clone.git("config", "--remove-section", "merge.casectl")
    said = clone.run("doctor").out
    assert said.startswith("note: git pull merges cases line by line here")
    shell(clone, printed(said))
    assert clone.run("doctor").out == WELL
    assert clone.git("config", "merge.casectl.driver") == desk.git("config", "merge.casectl.driver")
    (clone.root / ".gitattributes").unlink()
    clone.git("commit", "-qam", "merge lines")
    clone.git("config", "--remove-section", "merge.casectl")
    assert clone.run("doctor").out == WELL
