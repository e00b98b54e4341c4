"""A step that died half-way is brought to its end by the next one, on whatever case; a person's edit never is."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from casectl.model.problems import NotAllowed
from casectl.store.unfinished import Note, note, unfinished
from tests.conftest import EPOCH, GitRepo
from tests.store.stories import PATH_A, A, case_id, noting, opened, stepped

B = case_id("B")


@pytest.fixture
def half_way(git_repo: GitRepo) -> Path:
    """Case A's second step is committed, and its file and index entry are still those of the first."""
    opened(git_repo)
    opened(git_repo, B)
    old, path = git_repo.git("rev-parse", f"HEAD:{PATH_A}"), git_repo.root / PATH_A
    before, index = path.read_bytes(), (git_repo.repo.git_dir / "index").read_bytes()
    stepped(git_repo, noting("half"), EPOCH + 120)
    path.write_bytes(before)
    (git_repo.repo.git_dir / "index").write_bytes(index)
    note(git_repo.repo, Note(A, old, git_repo.git("rev-parse", f"HEAD:{PATH_A}")))
    return path


def test_a_step_on_another_case_mends_it(git_repo: GitRepo, half_way: Path) -> None:
    stepped(git_repo, noting("other", B), EPOCH + 180, B)
    assert "half" in half_way.read_text()
    assert git_repo.git("status", "--porcelain") == ""
    assert unfinished(git_repo.repo) == []


def test_a_file_that_a_loss_of_power_emptied_is_mended(git_repo: GitRepo, half_way: Path) -> None:
    half_way.write_bytes(b"")
    stepped(git_repo, noting("other", B), EPOCH + 180, B)
    assert "half" in half_way.read_text()


def test_a_persons_edit_is_never_overwritten(git_repo: GitRepo, half_way: Path) -> None:
    half_way.write_text("title: mine\n")
    stepped(git_repo, noting("other", B), EPOCH + 180, B)
    assert half_way.read_text() == "title: mine\n"
    with pytest.raises(NotAllowed, match="not committed"):
        stepped(git_repo, noting("more"), EPOCH + 240)
    assert half_way.read_text() == "title: mine\n"


def test_a_note_whose_branch_never_moved_is_dropped(git_repo: GitRepo) -> None:
    opened(git_repo)
    opened(git_repo, B)
    note(git_repo.repo, Note(A, git_repo.git("rev-parse", f"HEAD:{PATH_A}"), "1" * 40))
    note(git_repo.repo, Note(case_id("C"), None, "2" * 40))
    stepped(git_repo, noting("other", B), EPOCH + 180, B)
    assert unfinished(git_repo.repo) == []
    assert git_repo.git("status", "--porcelain") == ""


def test_a_note_that_a_loss_of_power_cut_short_is_dropped(git_repo: GitRepo) -> None:
    opened(git_repo)
    note(git_repo.repo, Note(A, None, "1" * 40))
    (git_repo.repo.git_dir / "casectl/unfinished" / A).write_bytes(b"")
    stepped(git_repo, noting("more"), EPOCH + 180)
    assert unfinished(git_repo.repo) == []


def test_a_lock_that_a_step_of_ours_left_is_taken_over_and_drafts_go(git_repo: GitRepo) -> None:
    opened(git_repo)
    leftovers = [git_repo.repo.git_dir / name for name in ("index.lock", "casectl-index-999999")]
    leftovers[0].write_bytes(b"casectl 999999\n")
    leftovers[1].write_bytes(b"DIRC")
    assert stepped(git_repo, noting("more"), EPOCH + 180).warnings == ()
    assert not any(path.exists() for path in leftovers)


def test_an_index_that_was_shown_for_a_branch_that_never_moved_is_as_it_was(
    git_repo: GitRepo, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed between the two: what the user had staged is staged, and the step is not."""
    opened(git_repo)
    git_repo.write("mine.txt", "staged\n")
    git_repo.git("add", "mine.txt")
    program = (
        "import os, signal, sys\n"
        "from casectl.store import land\n"
        "from tests.store.stories import noting\n"
        "from casectl.store.write import write_step\n"
        "from casectl.store.repo import find_repo\n"
        "from pathlib import Path\n"
        "from tests.conftest import EPOCH, SAM\n"
        "land.move_branch = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\n"
        f"write_step(find_repo(Path(sys.argv[1])), '{A}', noting('lost'), lambda: EPOCH + 90, SAM)\n"
    )
    source = str(Path(__file__).resolve().parents[2])
    command = [sys.executable, "-c", program, str(git_repo.root)]
    killed = subprocess.run(command, env={**os.environ, "PYTHONPATH": source}, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert f"MM {PATH_A}" in git_repo.git("status", "--porcelain").splitlines()
    stepped(git_repo, noting("and on"), EPOCH + 120)
    assert git_repo.git("status", "--porcelain") == "A  mine.txt"
    assert not [path for path in git_repo.repo.git_dir.iterdir() if path.name.startswith("casectl-")]
