"""The newest cases of a desk: which days are looked at, and what is left out."""

from __future__ import annotations

import pytest

from casectl.model.case import Case
from casectl.store import recent
from casectl.store.recent import recent_cases
from casectl.store.repo import head_commit
from tests.conftest import EPOCH, GitRepo
from tests.store.stories import A, opened

NOW = EPOCH + 3600
"""On 2026-09-21, UTC."""


def names(cases: tuple[Case, ...]) -> list[str]:
    return sorted(case.id for case in cases)


def test_today_and_the_two_days_before_it(git_repo: GitRepo) -> None:
    for day in ("18", "19", "20", "21", "22"):
        opened(git_repo, f"ABC-2609{day}-0000A")
    found = recent_cases(git_repo.repo, head_commit(git_repo.repo), NOW, "ABC")
    assert names(found) == ["ABC-260919-0000A", "ABC-260920-0000A", "ABC-260921-0000A"]
    assert found[0].id == "ABC-260921-0000A", "the newest day comes first"


def test_of_that_desk_alone_and_as_the_commit_has_them(git_repo: GitRepo) -> None:
    opened(git_repo)
    before = head_commit(git_repo.repo)
    opened(git_repo, "ABC-260921-0000B")
    opened(git_repo, "ABCD-260921-0000C")
    assert names(recent_cases(git_repo.repo, before, NOW, "ABC")) == [A]
    assert names(recent_cases(git_repo.repo, head_commit(git_repo.repo), NOW, "ABCD")) == ["ABCD-260921-0000C"]
    assert recent_cases(git_repo.repo, before, NOW + 30 * 86_400, "ABC") == ()


def test_what_cannot_be_read_is_left_out(git_repo: GitRepo) -> None:
    opened(git_repo)
    git_repo.commit("cases/2026/09/21/ABC-260921-0000B.yaml", "id: [\n", EPOCH + 120)
    git_repo.commit("cases/2026/09/21/ABC-260921-0000C.files/ABC-260921-0000D.yaml", "x\n", EPOCH + 121)
    assert names(recent_cases(git_repo.repo, head_commit(git_repo.repo), NOW, "ABC")) == [A]


def test_the_look_is_bounded(git_repo: GitRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    for letter in "ABC":
        opened(git_repo, f"ABC-260921-0000{letter}")
    monkeypatch.setattr(recent, "MOST", 2)
    assert len(recent_cases(git_repo.repo, head_commit(git_repo.repo), NOW, "ABC")) == 2
