"""One step is one commit of one file, and nobody else's work is touched."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from threading import Timer

import pytest

from casectl.model.case import Case
from casectl.model.change import Change
from casectl.model.problems import Busy, CasectlError, InvalidFiles, NotAllowed, NotFound
from casectl.model.timeline import Step
from casectl.store.history import read_timeline
from casectl.store.lookup import current_cases
from casectl.store.repo import Identity, head_commit
from casectl.store.unfinished import Note, note
from casectl.store.write import write_step
from tests.conftest import EPOCH, SAM, GitRepo
from tests.store.stories import PATH_A, A, case_id, noting, opened, opening, setting, stepped

WRITER = """
import sys, time
from pathlib import Path
from tests.store.stories import opening, noting
from tests.conftest import SAM
from casectl.store.repo import find_repo
from casectl.store.write import write_step
root, name, mode, steps = sys.argv[1:]
repo = find_repo(Path(root))
if mode == "open":
    write_step(repo, None, opening(name), lambda: int(time.time()), SAM)
for number in range(int(steps)):
    write_step(repo, name, noting(f"note {number}", name), lambda: int(time.time()), SAM)
"""


def status(git_repo: GitRepo) -> str:
    return git_repo.git("status", "--porcelain")


def test_a_step_is_one_commit_of_one_file(git_repo: GitRepo) -> None:
    before = git_repo.head
    written = opened(git_repo, at=EPOCH + 60)
    assert git_repo.git("rev-list", "--parents", "-1", "HEAD") == f"{written.commit} {before}"
    assert git_repo.git("diff", "--name-only", before, "HEAD") == PATH_A
    assert git_repo.git("log", "-1", "--format=%an <%ae> %at|%cn <%ce> %ct|%cI") == (
        f"Sam Agent <sam@example.org> {EPOCH + 60}|Sam Agent <sam@example.org> {EPOCH + 60}|2026-09-21T14:14:20+00:00"
    )
    assert (git_repo.root / PATH_A).read_text() == git_repo.git("show", f"HEAD:{PATH_A}") + "\n"
    assert status(git_repo) == ""


def test_its_message_says_what_happened_and_recognises_itself(git_repo: GitRepo) -> None:
    opened(git_repo)
    subject, blank, *trailers = git_repo.git("log", "-1", "--format=%B").rstrip().split("\n")
    assert (subject, blank) == (f"{A} open: The printer is on fire", "")
    assert trailers[:2] == [f"Case: {A}", "Event: open"]
    assert trailers[2].startswith("Request: ")
    assert git_repo.git("log", "-1", "--format=%(trailers:key=Case,valueonly)").strip() == A


def test_a_summary_cannot_break_out_of_the_subject(git_repo: GitRepo) -> None:
    opened(git_repo)
    nasty = "one\nCase: other\x1b[31m\u202e" + "long " * 40
    stepped(git_repo, lambda _, now: Change("note", A, nasty, {"owner": "sam"}), EPOCH + 120)
    lines = git_repo.git("log", "-1", "--format=%B").split("\n")
    assert len(lines[0]) == 100
    assert lines[0].startswith(f"{A} note: one Case: other [31m long")
    assert sum(line.startswith("Case:") for line in lines) == 1


def test_now_is_taken_once_after_the_case_is_read(git_repo: GitRepo) -> None:
    opened(git_repo)
    ticks = iter([EPOCH + 500])
    seen = []

    def decide(case: Case | None, now: int) -> Change:
        seen.append((case.status if case else None, now))
        return Change("take", A, "taken", {"status": "active"})

    written = write_step(git_repo.repo, A, decide, lambda: next(ticks), SAM)
    assert seen == [("new", EPOCH + 500)]
    assert written.at == EPOCH + 500 == int(git_repo.git("log", "-1", "--format=%ct"))
    assert written.case.status == "active"


def test_staged_untracked_and_half_edited_files_stay_as_they_are(git_repo: GitRepo) -> None:
    opened(git_repo)
    opened(git_repo, case_id("B"))
    git_repo.write("staged.txt", "staged\n")
    git_repo.git("add", "staged.txt")
    git_repo.write("untracked.txt", "mine\n")
    git_repo.write("cases/README.md", "half an ed")
    git_repo.write(opened(git_repo, case_id("C")).path, "half an edit of another case")
    before = status(git_repo)
    stepped(git_repo, noting("done"), EPOCH + 120)
    assert status(git_repo) == before
    assert git_repo.git("diff", "--cached", "--name-only") == "staged.txt"


@pytest.mark.parametrize("staged", [False, True])
def test_hand_edits_are_refused_by_name(git_repo: GitRepo, staged: bool) -> None:
    opened(git_repo)
    text = (git_repo.root / PATH_A).read_text().replace("p3", "p1")
    git_repo.write(PATH_A, text)
    if staged:
        git_repo.git("add", PATH_A)
    head = git_repo.head
    with pytest.raises(NotAllowed, match=f"{PATH_A} has changes that are not committed") as refused:
        stepped(git_repo, noting("done"), EPOCH + 120)
    assert f"git checkout HEAD -- {PATH_A}" in str(refused.value.hint)
    assert (git_repo.head, (git_repo.root / PATH_A).read_text()) == (head, text)


def test_a_file_that_was_staged_and_put_back_is_refused_too(git_repo: GitRepo) -> None:
    opened(git_repo)
    text = (git_repo.root / PATH_A).read_text()
    git_repo.write(PATH_A, text.replace("p3", "p1"))
    git_repo.git("add", PATH_A)
    git_repo.write(PATH_A, text)
    with pytest.raises(NotAllowed, match="not committed"):
        stepped(git_repo, noting("done"), EPOCH + 120)


def stale_index(git_repo: GitRepo) -> None:
    """A step, and the index as a `git commit` puts it back that had read it before and lost to the step."""
    before = (git_repo.repo.git_dir / "index").read_bytes()
    stepped(git_repo, noting("meanwhile"), EPOCH + 100)
    (git_repo.repo.git_dir / "index").write_bytes(before)
    assert git_repo.git("diff", "--cached", "--name-only") == PATH_A


def test_an_older_index_that_a_lost_commit_put_back_is_no_hand_edit(git_repo: GitRepo) -> None:
    opened(git_repo)
    stale_index(git_repo)
    stepped(git_repo, noting("done"), EPOCH + 120)
    assert git_repo.git("show", f"HEAD:{PATH_A}").count("- id:") == 2
    assert status(git_repo) == ""


def test_an_older_index_hides_no_hand_edit(git_repo: GitRepo) -> None:
    opened(git_repo)
    stale_index(git_repo)
    git_repo.write(PATH_A, (git_repo.root / PATH_A).read_text().replace("p3", "p1"))
    with pytest.raises(NotAllowed, match="not committed"):
        stepped(git_repo, noting("done"), EPOCH + 120)


def test_a_case_file_deleted_by_hand_is_refused(git_repo: GitRepo) -> None:
    opened(git_repo)
    (git_repo.root / PATH_A).unlink()
    with pytest.raises(NotAllowed, match="not committed"):
        stepped(git_repo, noting("done"), EPOCH + 120)


def test_an_opening_does_not_overwrite_what_no_commit_has(git_repo: GitRepo) -> None:
    git_repo.write(PATH_A, "mine\n")
    with pytest.raises(NotAllowed, match="in the way"):
        opened(git_repo)
    assert (git_repo.root / PATH_A).read_text() == "mine\n"


def test_an_id_that_exists_is_not_opened_again(git_repo: GitRepo) -> None:
    opened(git_repo)
    with pytest.raises(NotAllowed, match="exists already"):
        opened(git_repo)


def test_a_change_that_changes_nothing_is_refused(git_repo: GitRepo) -> None:
    opened(git_repo)
    with pytest.raises(NotAllowed, match="like that already"):
        stepped(git_repo, setting(status="new"), EPOCH + 120)


def test_an_unknown_case(git_repo: GitRepo) -> None:
    with pytest.raises(NotFound, match=case_id("Z")):
        stepped(git_repo, noting("x", case_id("Z")), EPOCH, case_id("Z"))


def test_a_decision_that_refuses_leaves_nothing_behind(git_repo: GitRepo) -> None:
    opened(git_repo)
    head = git_repo.head

    def decide(case: Case | None, now: int) -> Change:
        raise NotAllowed("not from here")

    with pytest.raises(NotAllowed, match="not from here"):
        write_step(git_repo.repo, A, decide, lambda: EPOCH, SAM)
    assert (git_repo.head, status(git_repo)) == (head, "")
    assert not (git_repo.repo.git_dir / "index.lock").exists()


def test_a_committed_file_that_is_no_case_is_reported_not_overwritten(git_repo: GitRepo) -> None:
    opened(git_repo)
    git_repo.commit(PATH_A, "status: [", EPOCH + 90)
    with pytest.raises(InvalidFiles, match=PATH_A):
        stepped(git_repo, noting("done"), EPOCH + 120)


def test_comments_in_a_hand_written_case_survive(git_repo: GitRepo) -> None:
    opened(git_repo)
    text = (git_repo.root / PATH_A).read_text()
    git_repo.commit(PATH_A, "# Ask for Jo.\n" + text, EPOCH + 90)
    stepped(git_repo, setting(priority="p1"), EPOCH + 120)
    assert (git_repo.root / PATH_A).read_text() == "# Ask for Jo.\n" + text.replace("p3", "p1")


class TestRefusals:
    """In the middle of something else, nothing is written."""

    def refused(self, git_repo: GitRepo, words: str) -> None:
        head = git_repo.head
        with pytest.raises(NotAllowed, match=words):
            stepped(git_repo, noting("x"), EPOCH + 900)
        assert git_repo.head == head

    def fork(self, git_repo: GitRepo) -> None:
        opened(git_repo)
        git_repo.commit("notes.txt", "one\n", EPOCH + 70)
        git_repo.git("checkout", "-q", "-b", "side", "HEAD~1")
        git_repo.commit("notes.txt", "two\n", EPOCH + 80)
        git_repo.git("checkout", "-q", "main")

    def test_a_detached_head(self, git_repo: GitRepo) -> None:
        opened(git_repo)
        git_repo.git("checkout", "-q", "--detach")
        self.refused(git_repo, "detached")

    def test_a_merge(self, git_repo: GitRepo) -> None:
        self.fork(git_repo)
        git_repo.git("merge", "side", check=False)
        self.refused(git_repo, "a merge is under way")

    def test_a_rebase(self, git_repo: GitRepo) -> None:
        self.fork(git_repo)
        git_repo.git("rebase", "side", check=False)
        self.refused(git_repo, "a rebase is under way")

    def test_a_cherry_pick(self, git_repo: GitRepo) -> None:
        self.fork(git_repo)
        git_repo.git("cherry-pick", "side", check=False)
        self.refused(git_repo, "a cherry-pick is under way")

    def test_a_revert(self, git_repo: GitRepo) -> None:
        self.fork(git_repo)
        git_repo.commit("notes.txt", "three\n", EPOCH + 90)
        git_repo.git("revert", "HEAD~1", check=False)
        self.refused(git_repo, "a revert is under way")

    def test_a_bisect(self, git_repo: GitRepo) -> None:
        self.fork(git_repo)
        git_repo.git("bisect", "start")
        self.refused(git_repo, "a bisect is under way")

    def test_a_bare_repository(self, git_repo: GitRepo) -> None:
        opened(git_repo)
        git_repo.git("config", "core.bare", "true")
        self.refused(git_repo, "bare")

    def test_an_empty_repository(self, git_repo: GitRepo) -> None:
        git_repo.git("update-ref", "-d", "HEAD")
        with pytest.raises(NotFound, match="no commits yet"):
            opened(git_repo)

    def test_nobody(self, git_repo: GitRepo) -> None:
        with pytest.raises(CasectlError, match="name and a mail address"):
            write_step(git_repo.repo, None, opening(), lambda: EPOCH, Identity("Sam", " "))


def test_symbolic_links_are_not_written_through(git_repo: GitRepo, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (git_repo.root / "cases/2026").symlink_to(outside)
    with pytest.raises(NotAllowed, match="leads out"):
        opened(git_repo)
    assert list(outside.iterdir()) == []


def test_line_ends_of_autocrlf_do_not_matter(git_repo: GitRepo) -> None:
    git_repo.git("config", "core.autocrlf", "true")
    opened(git_repo)
    (git_repo.root / PATH_A).unlink()
    git_repo.git("checkout", "--", PATH_A)
    assert b"\r\n" in (git_repo.root / PATH_A).read_bytes()
    stepped(git_repo, noting("done"), EPOCH + 120)
    assert b"\r" not in (git_repo.root / PATH_A).read_bytes()
    assert "\r" not in git_repo.git("cat-file", "blob", f"HEAD:{PATH_A}")
    assert status(git_repo) == ""


def test_a_sparse_work_tree_stays_sparse(git_repo: GitRepo) -> None:
    opened(git_repo)
    assert status(git_repo) == ""
    git_repo.git("sparse-checkout", "set", "policies")
    (git_repo.root / "cases").mkdir(exist_ok=True)
    assert not (git_repo.root / PATH_A).exists()
    stepped(git_repo, noting("done"), EPOCH + 120)
    assert not (git_repo.root / PATH_A).exists()
    assert status(git_repo) == ""
    assert "done" in git_repo.git("show", f"HEAD:{PATH_A}")


def test_a_linked_work_tree_writes_to_its_own_branch(git_repo: GitRepo, tmp_path: Path) -> None:
    from casectl.store.repo import find_repo

    opened(git_repo)
    git_repo.git("worktree", "add", "-q", "-b", "late-shift", str(tmp_path / "late"))
    late = GitRepo(find_repo(tmp_path / "late"))
    main = git_repo.head
    stepped(late, noting("done"), EPOCH + 120)
    assert git_repo.head == main
    assert late.git("log", "--format=%s", "main..late-shift") == f"{A} note: done"
    assert status(late) == status(git_repo) == ""


class TestLocksOfGit:
    """A lock file that stays, of a git that works or of one that died, stops a step before anything is written."""

    @pytest.fixture(autouse=True)
    def _short_wait(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("casectl.store.gitlocks.WAIT_SECONDS", 0.1)

    def left_behind(self, git_repo: GitRepo, name: str, hours: int = 3) -> Path:
        lock = git_repo.repo.git_dir / name
        lock.touch()
        written = lock.stat().st_mtime - hours * 3600 - 60
        os.utime(lock, (written, written))
        return lock

    @pytest.mark.parametrize("name", ["index.lock", "refs/heads/main.lock", "HEAD.lock"])
    def test_it_is_named_with_its_age_and_the_next_step_goes_well(self, git_repo: GitRepo, name: str) -> None:
        opened(git_repo)
        lock, head = self.left_behind(git_repo, name), git_repo.head
        with pytest.raises(Busy, match=f"{re.escape(str(lock))} is in the way, 3 h old; nothing was written") as busy:
            stepped(git_repo, noting("one"), EPOCH + 120)
        assert busy.value.exit_code == 6
        assert "casectl doctor removes one that was left behind" in (busy.value.hint or "")
        assert lock.exists()
        assert git_repo.head == head
        assert git_repo.git("diff", "HEAD", "--stat") == git_repo.git("diff", "--cached", "--stat") == ""
        lock.unlink()
        assert stepped(git_repo, noting("two"), EPOCH + 180).warnings == ()
        assert status(git_repo) == ""
        assert not list(git_repo.repo.git_dir.glob("*.lock"))

    def test_it_is_waited_for_once(self, git_repo: GitRepo) -> None:
        opened(git_repo)
        self.left_behind(git_repo, "refs/heads/main.lock")
        decisions = []

        def decide(case: Case | None, now: int) -> Change:
            decisions.append(now)
            return noting("one")(case, now)

        with pytest.raises(Busy):
            stepped(git_repo, decide, EPOCH + 120)
        assert decisions == [EPOCH + 120]

    def test_an_opening_too_leaves_nothing(self, git_repo: GitRepo) -> None:
        self.left_behind(git_repo, "index.lock").touch()
        with pytest.raises(Busy, match="in the way, 0 s old"):
            opened(git_repo)
        assert not (git_repo.root / PATH_A).exists()

    def test_one_that_goes_away_in_time_is_no_trouble(self, git_repo: GitRepo, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("casectl.store.gitlocks.WAIT_SECONDS", 5.0)
        opened(git_repo)
        locks = [self.left_behind(git_repo, name) for name in ("index.lock", "refs/heads/main.lock")]
        timers = [Timer(0.2 * number, lock.unlink) for number, lock in enumerate(locks, 1)]
        for timer in timers:
            timer.start()
        assert stepped(git_repo, noting("one"), EPOCH + 120).warnings == ()
        assert status(git_repo) == ""

    def test_the_lock_of_packed_refs_does_not_matter(self, git_repo: GitRepo) -> None:
        opened(git_repo)
        git_repo.git("pack-refs", "--all")
        self.left_behind(git_repo, "packed-refs.lock")
        assert stepped(git_repo, noting("one"), EPOCH + 120).commit == git_repo.head

    def test_what_a_dead_step_left_is_still_known_after_one_that_was_not_taken(self, git_repo: GitRepo) -> None:
        opened(git_repo)
        before = (git_repo.root / PATH_A).read_bytes()
        index = (git_repo.repo.git_dir / "index").read_bytes()
        old = git_repo.git("rev-parse", f"HEAD:{PATH_A}")
        stepped(git_repo, noting("one"), EPOCH + 120)
        note(git_repo.repo, Note(A, old, git_repo.git("rev-parse", f"HEAD:{PATH_A}")))
        (git_repo.root / PATH_A).write_bytes(before)
        (git_repo.repo.git_dir / "index").write_bytes(index)
        lock = self.left_behind(git_repo, "refs/heads/main.lock")
        with pytest.raises(Busy):
            stepped(git_repo, noting("two"), EPOCH + 180)
        lock.unlink()
        stepped(git_repo, noting("two"), EPOCH + 240)
        assert status(git_repo) == ""


def test_variables_that_leak_in_do_no_harm(git_repo: GitRepo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened(git_repo)
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY"):
        monkeypatch.setenv(name, str(tmp_path / "elsewhere"))
    monkeypatch.setenv("GIT_COMMITTER_DATE", "@1 +0000")
    monkeypatch.setenv("GIT_AUTHOR_NAME", "Nobody")
    stepped(git_repo, noting("done"), EPOCH + 120)
    monkeypatch.undo()
    assert git_repo.git("log", "-1", "--format=%an %ct") == f"Sam Agent {EPOCH + 120}"
    assert status(git_repo) == ""
    assert not (tmp_path / "elsewhere").exists()


def test_reading_never_runs_a_program_and_writing_none_but_the_hooks(git_repo: GitRepo, tmp_path: Path) -> None:
    marker = tmp_path / "ran"
    program = tmp_path / "program"
    program.write_text(f'#!/bin/sh\necho "${{0##*/}}" >>{marker}\n')
    program.chmod(0o755)
    hooks = git_repo.repo.git_dir / "hooks"
    hooks.mkdir(exist_ok=True)
    for hook in ("pre-commit", "commit-msg", "post-commit", "reference-transaction", "post-index-change"):
        (hooks / hook).symlink_to(program)
    git_repo.git("config", "core.fsmonitor", str(program))
    git_repo.git("config", "core.pager", str(program))
    git_repo.git("config", "gpg.program", str(program))
    opened(git_repo)
    asked = ["pre-commit", "commit-msg", "reference-transaction", "reference-transaction", "post-commit"]
    assert marker.read_text().split() == asked
    marker.unlink()
    assert len(read_timeline(git_repo.repo, A, head_commit(git_repo.repo)).steps) == 1
    assert [each.id for each, _ in current_cases(git_repo.repo, "HEAD") if each] == [A]
    assert not marker.exists()


def writers(git_repo: GitRepo, *jobs: tuple[str, str, int]) -> list[subprocess.Popen[bytes]]:
    """Processes that each do a number of steps on a case: (case, "open" or "go on", steps)."""
    here = Path(__file__).parents[2]
    env = {**os.environ, "PYTHONPATH": str(here)}
    return [
        subprocess.Popen([sys.executable, "-c", WRITER, str(git_repo.root), *map(str, job)], env=env) for job in jobs
    ]


def test_four_writers_at_once_all_land(git_repo: GitRepo) -> None:
    running = writers(git_repo, *[(case_id(letter), "open", 9) for letter in "ABCD"])
    assert [process.wait() for process in running] == [0, 0, 0, 0]
    assert git_repo.git("rev-list", "--count", "HEAD") == "41"
    assert all(git_repo.git("show", f"HEAD:{opened_path}").count("- id:") == 9 for opened_path in paths("ABCD"))
    assert status(git_repo) == ""


def test_two_writers_on_one_case_follow_one_another(git_repo: GitRepo) -> None:
    opened(git_repo)
    running = writers(git_repo, (A, "go on", 6), (A, "go on", 6))
    assert [process.wait() for process in running] == [0, 0]
    assert git_repo.git("show", f"HEAD:{PATH_A}").count("- id:") == 12


def test_a_person_committing_at_the_same_time_loses_nothing_and_undoes_nothing(git_repo: GitRepo) -> None:
    opened(git_repo)
    (running,) = writers(git_repo, (A, "go on", 12))
    committed = 0
    while running.poll() is None:
        git_repo.write("notes.txt", f"{committed}\n")
        git_repo.git("add", "notes.txt", check=False)
        # By name: after a commit that lost, the whole index may be an older one.
        if "[main" in git_repo.git("commit", "-m", "mine", "--", "notes.txt", check=False):
            committed += 1
    assert running.returncode == 0
    assert git_repo.git("show", f"HEAD:{PATH_A}").count("- id:") == 12
    assert git_repo.git("rev-list", "--count", "--grep=^mine", "HEAD") == str(committed)
    touched = git_repo.git("log", "--format=", "--name-only", "--grep=^mine", "HEAD").split()
    assert set(touched) <= {"notes.txt"}


def paths(letters: str) -> list[str]:
    from casectl.model.caseid import path_of

    return [path_of(case_id(letter)) for letter in letters]


def test_a_life_grown_by_a_step_is_the_life_as_it_is_read_again(git_repo: GitRepo) -> None:
    opened(git_repo, at=EPOCH + 60)
    steps = [
        lambda _, now: Change("take", A, "taken", {"owner": "sam"}),
        noting("called", A),
        lambda _, now: Change("set", A, "both", {"owner": None, "assignee": "sam", "title": "The printer is on fire"}),
    ]
    for number, decide in enumerate(steps):
        life = read_timeline(git_repo.repo, A, git_repo.head)
        written = stepped(git_repo, decide, EPOCH + 120 + number)
        assert written.parent == git_repo.git("rev-parse", "HEAD~1")
        step = Step(written.commit, written.at, written.author, {})
        assert life.grown(step, written.before, written.case) == read_timeline(git_repo.repo, A, git_repo.head)


def test_a_life_is_not_grown_where_only_reading_tells(git_repo: GitRepo) -> None:
    opened(git_repo, at=EPOCH + 60)
    life = read_timeline(git_repo.repo, A, git_repo.head)
    written = stepped(git_repo, noting("called", A), EPOCH + 120)
    step = Step(written.commit, written.at, written.author, {})
    assert life.grown(step._replace(at=EPOCH), written.before, written.case) is None, "a clock that ran back"
    assert life.grown(step, written.case, written.case) is None, "not what the life ended with"
    assert life.grown(step, None, written.case) is None
