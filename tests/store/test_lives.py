"""Some cases' lives read together say what a pass over all of them says."""

from __future__ import annotations

from pathlib import Path

import pytest

import casectl.store.lives as lives
from casectl.store.history import read_timelines
from casectl.store.lives import policy_changes, read_lives
from casectl.store.repo import head_commit, open_repo
from tests.cli.conftest import Terminal, desk, terminal

__all__ = ["desk", "terminal"]


def test_they_are_the_same_lives(desk: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    cases = [desk.open(f"Case {number}", at=f"09:0{number}") for number in range(5)]
    for case in cases[:3]:
        desk.step("respond", case, "-m", "Seen.", at="09:30")
    desk.git("rm", "-q", desk.run("show", cases[1], "-o", "json").json["path"])
    desk.git("commit", "-qm", "gone")
    repo = open_repo(Path(desk.root))
    commit = head_commit(repo)
    every = {timeline.case_id: timeline for timeline in read_timelines(repo, commit)}
    assert set(every) == set(cases)
    for at_once in (1000, 2):
        monkeypatch.setattr(lives, "PATHS_AT_ONCE", at_once)
        assert read_lives(repo, commit, cases[:4]) == {case: every[case] for case in cases[:4]}
    assert read_lives(repo, commit, ["ACM-261123-00000"]) == {}
    assert read_lives(repo, commit, []) == {}


def test_changes_of_policies_come_oldest_first(desk: Terminal) -> None:
    repo = open_repo(Path(desk.root))
    before = head_commit(repo)
    desk.open(at="09:00")
    for name in ("one", "two"):
        (desk.root / "policies" / name).write_text("x")
        desk.git("add", "-A")
        desk.git("commit", "-qm", name)
    found = policy_changes(repo, before, head_commit(repo))
    assert [path for _, path in found] == ["policies/one", "policies/two"]
    assert policy_changes(repo, head_commit(repo), head_commit(repo)) == []
