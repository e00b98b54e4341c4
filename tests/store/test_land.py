"""However a step was prepared, it lands whole or not at all: somebody else commits, somebody interrupts."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable

import pytest

from casectl.model.problems import Busy
from casectl.store import land
from casectl.store.adopt import adopt_case
from casectl.store.unfinished import left_unfinished
from casectl.store.write import write_step
from tests.conftest import EPOCH, SAM, GitRepo
from tests.store.stories import PATH_A, A, noting, opened, stepped


def moving(git_repo: GitRepo, times: int, turns: list[int]) -> Callable[[], int]:
    """A clock during whose first so many looks somebody else commits."""

    def clock() -> int:
        turns.append(1)
        if len(turns) <= times:
            made = git_repo.git("commit-tree", "HEAD^{tree}", "-p", "HEAD", "-m", "theirs", at=EPOCH + 100)
            git_repo.git("update-ref", "HEAD", made)
        return EPOCH + 200

    return clock


def edited(git_repo: GitRepo) -> bytes:
    opened(git_repo)
    text = (git_repo.root / PATH_A).read_text().replace("on fire", "wet")
    git_repo.write(PATH_A, text)
    return text.encode()


def test_a_hand_edit_is_tried_again_when_the_branch_moved(git_repo: GitRepo) -> None:
    lies, turns = edited(git_repo), list[int]()
    written = adopt_case(git_repo.repo, A, None, moving(git_repo, 2, turns), SAM)
    assert len(turns) == 3
    assert git_repo.git("log", "-3", "--format=%s").splitlines()[1:] == ["theirs", "theirs"]
    assert (git_repo.head, (git_repo.root / PATH_A).read_bytes()) == (written.commit, lies)
    assert git_repo.git("status", "--porcelain") == ""


def test_one_that_never_comes_through_leaves_everything_as_it_was(git_repo: GitRepo) -> None:
    lies, turns = edited(git_repo), list[int]()
    with pytest.raises(Busy, match="kept moving"):
        adopt_case(git_repo.repo, A, None, moving(git_repo, 99, turns), SAM)
    assert git_repo.git("log", "-1", "--format=%s") == "theirs"
    assert git_repo.git("status", "--porcelain") == f" M {PATH_A}"
    assert (git_repo.root / PATH_A).read_bytes() == lies
    assert left_unfinished(git_repo.repo) == []


def test_who_lost_once_keeps_other_gits_from_committing(git_repo: GitRepo) -> None:
    opened(git_repo)
    turns, said = list[int](), list[str]()
    others = moving(git_repo, 1, turns)

    def clock() -> int:
        now = others()
        git_repo.write("notes.txt", f"{len(turns)}\n")
        said.append(git_repo.git("add", "notes.txt", check=False) or git_repo.git("status", "--porcelain"))
        return now

    write_step(git_repo.repo, A, noting("done"), clock, SAM)
    assert said == ["A  notes.txt", "AM notes.txt"]
    assert git_repo.git("status", "--porcelain") == "AM notes.txt"


@pytest.mark.parametrize("where", ["note", "move_branch", "sync_branch", "write_file", "arrived"])
def test_an_interruption_waits_until_the_step_stands_and_says_so(
    git_repo: GitRepo, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    opened(git_repo)
    before, real = git_repo.head, getattr(land, where)

    def interrupted(*args: object) -> object:
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGINT)
        return real(*args)

    monkeypatch.setattr(land, where, interrupted)
    with pytest.raises(KeyboardInterrupt) as stop:
        stepped(git_repo, noting("once"), EPOCH + 120)
    assert git_repo.git("rev-parse", "HEAD~1") == before
    assert stop.value.__notes__ == [f"{A} note was committed as {git_repo.head[:12]}: do not repeat it"]
    assert git_repo.git("status", "--porcelain") == ""
    assert "text: once" in (git_repo.root / PATH_A).read_text()
    assert left_unfinished(git_repo.repo) == []
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_an_interruption_of_a_step_that_fails_leaves_nothing(
    git_repo: GitRepo, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(git_repo)
    before = git_repo.head

    def refused(*_: object) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        raise Busy("somebody else has the branch")

    monkeypatch.setattr(land, "move_branch", refused)
    with pytest.raises(KeyboardInterrupt) as stop:
        stepped(git_repo, noting("never"), EPOCH + 120)
    assert not hasattr(stop.value, "__notes__")
    assert (git_repo.head, git_repo.git("status", "--porcelain")) == (before, "")
    assert left_unfinished(git_repo.repo) == []
    assert not (git_repo.repo.git_dir / "index.lock").exists()
