"""A step is committed as the user's own `git commit` would commit it: their hooks are asked, and it is signed."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from casectl.model.problems import CasectlError, NotAllowed
from casectl.store.commits import move_branch
from casectl.store.hooks import ON_MERGE, make_commit, run_after
from casectl.store.repo import find_repo
from tests.conftest import EPOCH, SAM, GitRepo
from tests.store.stories import PATH_A, A, noting, opened, stepped

Hook = Callable[..., Path]


@pytest.fixture
def hook(git_repo: GitRepo) -> Hook:
    """`hook("pre-commit", "exit 1")` puts a shell script in place."""

    def put(name: str, script: str, folder: Path | None = None, begin: str = "#!/bin/sh\n") -> Path:
        path = (folder or git_repo.repo.git_dir / "hooks") / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"{begin}{script}\n")
        path.chmod(0o755)
        return path

    return put


def refused(git_repo: GitRepo, words: str) -> None:
    """A step that says no, and of which nothing is left."""
    before = (git_repo.head, (git_repo.root / PATH_A).read_bytes(), sorted(git_repo.repo.git_dir.iterdir()))
    with pytest.raises(NotAllowed, match=words):
        stepped(git_repo, noting("no"), EPOCH + 900)
    after = (git_repo.head, (git_repo.root / PATH_A).read_bytes(), sorted(git_repo.repo.git_dir.iterdir()))
    assert after == before
    assert git_repo.git("status", "--porcelain") == ""


def test_pre_commit_sees_exactly_what_is_to_be_committed(git_repo: GitRepo, hook: Hook, tmp_path: Path) -> None:
    opened(git_repo)
    git_repo.write("staged.txt", "mine\n")
    git_repo.git("add", "staged.txt")
    seen = tmp_path / "seen"
    hook("pre-commit", f"{{ pwd; git diff --cached --name-only; git show :{PATH_A}; echo $GIT_EDITOR; }} >{seen}")
    stepped(git_repo, noting("for the hook"), EPOCH + 120)
    place, changed, *text, editor = seen.read_text().splitlines()
    assert (place, changed, editor) == (str(git_repo.root), PATH_A, ":")
    assert "\n".join(text) == git_repo.git("show", f"HEAD:{PATH_A}")
    assert git_repo.git("status", "--porcelain") == "A  staged.txt"


@pytest.mark.parametrize("name", ["pre-commit", "prepare-commit-msg", "commit-msg", "reference-transaction"])
def test_a_hook_that_fails_refuses_the_step_by_name(git_repo: GitRepo, hook: Hook, name: str) -> None:
    opened(git_repo)
    hook(name, "exit 3")
    refused(git_repo, f"the hook {name} refused the step.*nothing was written")


def test_a_pre_commit_that_changes_the_index_is_refused_by_name(git_repo: GitRepo, hook: Hook) -> None:
    opened(git_repo)
    hook("pre-commit", "echo sneaky >extra.txt; git add extra.txt; rm extra.txt")
    refused(git_repo, "the hook pre-commit changed what is to be committed")


def test_message_hooks_edit_the_message(git_repo: GitRepo, hook: Hook) -> None:
    hook("prepare-commit-msg", 'echo "Ticket: $2" >>"$1"')
    hook("commit-msg", 'echo "Checked: yes" >>"$1"')
    written = opened(git_repo)
    lines = git_repo.git("log", "-1", "--format=%B").rstrip().splitlines()
    assert (lines[0], lines[-2:]) == (f"{A} open: The printer is on fire", ["Ticket: message", "Checked: yes"])
    assert written.commit == git_repo.head
    assert not (git_repo.repo.git_dir / "COMMIT_EDITMSG").exists()


def test_a_hook_that_empties_the_message_refuses(git_repo: GitRepo, hook: Hook) -> None:
    opened(git_repo)
    hook("commit-msg", ': >"$1"')
    refused(git_repo, "empty commit message")


def test_a_configured_folder_of_hooks_is_honoured(git_repo: GitRepo, hook: Hook) -> None:
    opened(git_repo)
    hook("pre-commit", "exit 1", git_repo.root / "ours")
    git_repo.write(".git/info/exclude", "ours\n")
    git_repo.git("config", "core.hooksPath", "ours")
    refused(git_repo, "the hook pre-commit")


def test_what_is_not_executable_is_no_hook_and_a_script_needs_no_first_line(git_repo: GitRepo, hook: Hook) -> None:
    opened(git_repo)
    hook("pre-commit", "exit 1").chmod(0o644)
    stepped(git_repo, noting("one"), EPOCH + 120)
    hook("pre-commit", "exit 4", begin="")
    refused(git_repo, "exit code 4")


def test_a_hook_sees_who_and_no_variable_that_leaked_in(
    git_repo: GitRepo, hook: Hook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_DIR", "/elsewhere")
    seen = tmp_path / "seen"
    hook("pre-commit", f'echo "$GIT_AUTHOR_NAME|$GIT_AUTHOR_DATE|$GIT_DIR" >{seen}')
    opened(git_repo, at=EPOCH + 60)
    assert seen.read_text() == f"Sam Agent|@{EPOCH + 60} +0000|\n"


def test_a_hook_that_is_just_starting_ends_with_who_is_interrupted(
    git_repo: GitRepo, hook: Hook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(git_repo)
    hook("pre-commit", f"echo $$ >{tmp_path}/process; exec sleep 60")
    real = subprocess.Popen.__init__

    def interrupted(self: subprocess.Popen[bytes], words: list[str], **options: object) -> None:
        real(self, words, **options)  # type: ignore[call-overload]
        if words[0].endswith("pre-commit"):
            while not (tmp_path / "process").exists() or not (tmp_path / "process").read_text():
                time.sleep(0.01)
            os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr(subprocess.Popen, "__init__", interrupted)
    with pytest.raises(KeyboardInterrupt):
        stepped(git_repo, noting("never"), EPOCH + 120)
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "process").read_text()), 0)


def test_post_commit_runs_when_all_is_done_and_cannot_refuse(git_repo: GitRepo, hook: Hook, tmp_path: Path) -> None:
    seen = tmp_path / "seen"
    hook("post-commit", f"{{ git status --porcelain; git rev-parse HEAD; }} >{seen}; exit 1")
    written = opened(git_repo)
    assert seen.read_text() == f"{written.commit}\n"


def test_a_linked_work_tree_has_the_hooks_of_its_repository(git_repo: GitRepo, hook: Hook, tmp_path: Path) -> None:
    opened(git_repo)
    git_repo.git("worktree", "add", "-q", "-b", "late", str(tmp_path / "late"))
    hook("pre-commit", "exit 1")
    refused(GitRepo(find_repo(tmp_path / "late")), "the hook pre-commit")


def test_a_merge_asks_the_hook_for_merges(git_repo: GitRepo, hook: Hook) -> None:
    opened(git_repo)
    hook("pre-merge-commit", "exit 1")
    hook("pre-commit", "exit 2")
    tree, parents = git_repo.git("rev-parse", "HEAD^{tree}"), (git_repo.head, git_repo.git("rev-parse", "HEAD~1"))
    with pytest.raises(NotAllowed, match="the hook pre-merge-commit"):
        make_commit(git_repo.repo, tree, parents, "merge\n", SAM, EPOCH + 99, hooks=ON_MERGE)
    hook("pre-merge-commit", "exit 0")
    hook("prepare-commit-msg", 'echo "$2" >>"$1"')
    made = make_commit(git_repo.repo, tree, parents, "both\n", SAM, EPOCH + 99, hooks=ON_MERGE)
    move_branch(git_repo.repo, made, git_repo.head, "both", SAM, EPOCH + 99)
    assert git_repo.git("log", "-1", "--format=%B|%P") == f"both\nmerge\n|{' '.join(parents)}"


def test_post_merge_is_told_what_it_is_told_by_git(git_repo: GitRepo, hook: Hook, tmp_path: Path) -> None:
    hook("post-merge", f'echo "$1" >{tmp_path / "seen"}')
    run_after(git_repo.repo, "post-merge", "0")
    assert (tmp_path / "seen").read_text() == "0\n"


class TestSigning:
    """`commit.gpgsign` holds for steps as for any commit."""

    @pytest.fixture
    def signing(self, git_repo: GitRepo, tmp_path: Path) -> GitRepo:
        key, allowed = tmp_path / "key", tmp_path / "allowed"
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
        allowed.write_text(f"{SAM.mail} {key.with_suffix('.pub').read_text()}")
        settings = {"gpg.format": "ssh", "user.signingkey": str(key), "gpg.ssh.allowedSignersFile": str(allowed)}
        for name, value in settings.items():
            git_repo.git("config", name, value)
        return git_repo

    def test_a_step_is_signed_when_the_user_signs(self, signing: GitRepo) -> None:
        signing.git("config", "commit.gpgsign", "true")
        opened(signing)
        assert signing.git("verify-commit", "HEAD") == ""
        assert signing.git("log", "-1", "--format=%G? %GS") == f"G {SAM.mail}"

    @pytest.mark.parametrize("value", ["false", None])
    def test_it_is_not_when_they_do_not(self, signing: GitRepo, value: str | None) -> None:
        if value:
            signing.git("config", "commit.gpgsign", value)
        opened(signing)
        assert signing.git("log", "-1", "--format=%G?") == "N"

    def test_a_key_that_is_gone_stops_the_step(self, signing: GitRepo) -> None:
        signing.git("config", "commit.gpgsign", "yes")
        signing.git("config", "user.signingkey", "/nowhere/key")
        head = signing.head
        with pytest.raises(CasectlError, match="git commit-tree"):
            opened(signing)
        assert (signing.head, signing.git("status", "--porcelain")) == (head, "")


def test_a_hook_that_cannot_run_after_a_step_is_a_warning(git_repo: GitRepo) -> None:
    """The step is taken: to say that it failed would have it taken twice."""
    opened(git_repo)
    hook = git_repo.repo.git_dir / "hooks" / "post-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/no/such/program\n")
    hook.chmod(0o755)
    written = stepped(git_repo, noting("x"), EPOCH + 90)
    assert written.commit == git_repo.head
    assert "post-commit" in written.warnings[-1]
