"""A long straight history is walked as two halves side by side; nobody can tell from the lives that come out."""

from __future__ import annotations

import pytest

from casectl.store.gitlog import ranges_of
from casectl.store.history import read_timelines
from tests.conftest import EPOCH, GitRepo
from tests.store.stories import A, case_id, noting, opened, setting, stepped

B = case_id("B")


def busy(git_repo: GitRepo) -> None:
    """Two cases whose steps alternate, so that both have a part in each half."""
    opened(git_repo)
    opened(git_repo, B, EPOCH + 90)
    for number in range(2, 6):
        for place, name in enumerate((A, B)):
            stepped(git_repo, noting(f"note {number}", name), EPOCH + 60 * number + place, name)
    stepped(git_repo, setting(status="on-hold", waiting_for="customer"), EPOCH + 600)


def test_both_halves_make_the_same_lives_as_one_walk(git_repo: GitRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    busy(git_repo)
    whole = list(read_timelines(git_repo.repo, git_repo.head))
    assert ranges_of(git_repo.repo, git_repo.head) == (git_repo.head,)
    monkeypatch.setattr("casectl.store.gitlog._LONG_BYTES", 100)
    newer, older = ranges_of(git_repo.repo, git_repo.head)
    counts = [int(git_repo.git("rev-list", "--count", each)) for each in (newer, older, git_repo.head)]
    assert counts[0] + counts[1] == counts[2]
    assert min(counts) >= 4
    assert list(read_timelines(git_repo.repo, git_repo.head)) == whole


def test_a_history_with_a_merge_is_walked_in_one_piece(git_repo: GitRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    busy(git_repo)
    git_repo.git("checkout", "-q", "-b", "side", "HEAD~3")
    git_repo.commit("other.txt", "beside\n", EPOCH + 700)
    git_repo.git("checkout", "-q", "main")
    git_repo.git("merge", "-q", "--no-ff", "-m", "together", "side", at=EPOCH + 800)
    monkeypatch.setattr("casectl.store.gitlog._LONG_BYTES", 100)
    assert ranges_of(git_repo.repo, git_repo.head) == (git_repo.head,)
