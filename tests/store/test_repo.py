"""Finding the repository, its commits and its identity; reading objects; git called so that nothing leaks in."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from casectl.model.problems import CasectlError, NotAllowed, NotFound
from casectl.store.create import create_repo
from casectl.store.git import GitError, run_git
from casectl.store.objects import ObjectReader, read_blobs
from casectl.store.refusals import refuse_unwritable
from casectl.store.repo import find_repo, head_commit, identity, is_shallow, state_dir
from tests.conftest import EPOCH, SAM, GitRepo, MakeRepo


def test_it_is_found_from_any_folder_below(git_repo: GitRepo) -> None:
    below = git_repo.root / "cases" / "2026" / "09"
    below.mkdir(parents=True)
    assert find_repo(below) == find_repo(git_repo.root) == git_repo.repo


def test_it_is_found_without_starting_a_process(git_repo: GitRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    monkeypatch.chdir(git_repo.root)
    assert find_repo().root == git_repo.root
    assert head_commit(git_repo.repo)


def test_a_linked_work_tree_shares_the_common_directory(git_repo: GitRepo, tmp_path: Path) -> None:
    git_repo.git("worktree", "add", "-q", "-b", "late-shift", str(tmp_path / "late"))
    late = find_repo(tmp_path / "late")
    assert (late.root, late.common_dir) == (tmp_path / "late", git_repo.repo.git_dir)
    assert late.git_dir.parent.name == "worktrees"
    assert state_dir(late) == state_dir(git_repo.repo)
    assert head_commit(late) == git_repo.head


def test_no_repository_at_all(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no case repository") as nowhere:
        find_repo(tmp_path)
    assert "casectl init" in str(nowhere.value.hint)


def test_a_git_repository_that_holds_no_cases(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    with pytest.raises(NotFound, match="without policies/ and cases/"):
        find_repo(tmp_path)


def test_a_bare_repository_is_there_to_read_from(git_repo: GitRepo, tmp_path: Path) -> None:
    git_repo.git("clone", "-q", "--mirror", ".", str(tmp_path / "mirror.git"))
    mirror = find_repo(tmp_path / "mirror.git")
    assert mirror.git_dir == tmp_path / "mirror.git"
    assert head_commit(mirror) == git_repo.head
    with pytest.raises(NotAllowed, match="is a bare repository"):
        refuse_unwritable(mirror)


def test_a_bare_repository_that_nobody_has_pushed_to(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", "--bare", str(tmp_path / "bare.git")], check=True)
    with pytest.raises(NotFound, match="is a bare repository without policies/"):
        find_repo(tmp_path / "bare.git")


@pytest.mark.parametrize("below", ["", "cases"])
def test_files_that_look_like_a_bare_repository_make_none(git_repo: GitRepo, below: str) -> None:
    """At the root, and in a folder in which git finds the repository around it."""
    place = git_repo.root / below
    (place / "objects").mkdir(parents=True)
    (place / "HEAD").write_text("f" * 40 + "\n")
    (place / "config").write_text("[core]\n\tbare = true\n")
    assert find_repo(place) == git_repo.repo


def test_revisions_by_any_name(git_repo: GitRepo) -> None:
    git_repo.git("tag", "-a", "v1", "-m", "a tag")
    assert head_commit(git_repo.repo) == head_commit(git_repo.repo, "v1") == head_commit(git_repo.repo, "main")
    git_repo.git("pack-refs", "--all")
    assert head_commit(git_repo.repo) == git_repo.head


@pytest.mark.parametrize("rev", ["nowhere", "HEAD~5", "--all", "HEAD:policies"])
def test_an_unknown_revision(git_repo: GitRepo, rev: str) -> None:
    with pytest.raises(NotFound, match="no commit"):
        head_commit(git_repo.repo, rev)


def test_an_empty_repository_has_no_head(git_repo: GitRepo) -> None:
    git_repo.git("update-ref", "-d", "HEAD")
    with pytest.raises(NotFound, match="no commits yet"):
        head_commit(git_repo.repo)


def test_the_identity_is_gits(git_repo: GitRepo) -> None:
    assert identity(git_repo.repo) == SAM


def test_a_missing_identity_names_the_commands_that_set_it(make_repo: MakeRepo) -> None:
    nobody = make_repo(identity=False)
    with pytest.raises(CasectlError, match=r"user\.name and user\.email") as unknown:
        identity(nobody.repo)
    assert "git config --global user.email" in str(unknown.value.hint)
    nobody.git("config", "user.name", "Sam")
    with pytest.raises(CasectlError, match=r"no user\.email\n"):
        identity(nobody.repo)


def test_a_shallow_clone_is_known(git_repo: GitRepo, tmp_path: Path) -> None:
    git_repo.commit("notes.txt", "one\n", EPOCH + 60)
    git_repo.git("clone", "-q", "--depth=1", f"file://{git_repo.root}", str(tmp_path / "shallow"))
    assert is_shallow(find_repo(tmp_path / "shallow"))
    assert not is_shallow(git_repo.repo)


def test_objects_are_read_by_any_name(git_repo: GitRepo) -> None:
    with ObjectReader(git_repo.repo) as reader:
        assert reader.read("HEAD:cases/README.md") == b"Cases.\n"
        assert reader.read("HEAD:cases/none.yaml") is None
        assert reader.read("0" * 40) is None
        assert reader.read("HEAD:two\nlines") is None
        head = reader.look("HEAD")
        assert head is not None
        assert (head.id, head.type) == (git_repo.head, "commit")
    names = [b"HEAD:cases/README.md", b"nothing", b"HEAD:policies/README.md"]
    assert list(read_blobs(git_repo.repo, names)) == [b"Cases.\n", None, b"Policies.\n"]


def test_many_large_objects_do_not_stop_the_pipes(git_repo: GitRepo) -> None:
    git_repo.commit("large.txt", "x" * 20_000, EPOCH + 60)
    contents = read_blobs(git_repo.repo, (b"HEAD:large.txt" for _ in range(5_000)))
    assert sum(len(content or b"") for content in contents) == 5_000 * 20_000


def test_an_error_is_in_gits_own_words(git_repo: GitRepo) -> None:
    with pytest.raises(GitError, match="git cat-file: Not a valid object name nothing"):
        run_git(git_repo.repo, "cat-file", "-p", "nothing")


def test_replaced_objects_are_not_believed(git_repo: GitRepo) -> None:
    real, other = git_repo.head, git_repo.commit("cases/README.md", "Lies.\n", EPOCH + 60)
    git_repo.git("replace", real, other)
    with ObjectReader(git_repo.repo) as reader:
        assert reader.read(f"{real}:cases/README.md") == b"Cases.\n"


class TestCreate:
    """A new repository."""

    def test_it_needs_no_identity_and_configures_none(self, make_repo: MakeRepo) -> None:
        made = make_repo(identity=False)
        assert made.git("config", "--get-regexp", "^user", check=False) == ""
        assert made.git("log", "--format=%an <%ae> %at %ct %s") == (
            f"Sam Agent <sam@example.org> {EPOCH} {EPOCH} first commit"
        )
        assert made.git("symbolic-ref", "HEAD") == "refs/heads/main"
        assert made.git("status", "--porcelain") == ""

    def test_the_same_arguments_make_the_same_commit(self, make_repo: MakeRepo) -> None:
        assert make_repo("one").head == make_repo("two").head

    def test_an_empty_folder_and_a_fresh_git_init_will_do(self, tmp_path: Path) -> None:
        (tmp_path / "empty").mkdir()
        subprocess.run(["git", "init", "-q", "-b", "trunk", str(tmp_path / "fresh")], check=True)
        for name in ("empty", "fresh"):
            repo = create_repo(tmp_path / name, {"cases/README.md": "x\n"}, "first", EPOCH, SAM)
            assert head_commit(repo)

    def test_what_is_there_already_is_left_alone(self, tmp_path: Path, git_repo: GitRepo) -> None:
        (tmp_path / "full").mkdir()
        (tmp_path / "full" / "mine.txt").write_text("mine")
        with pytest.raises(NotAllowed, match="not empty"):
            create_repo(tmp_path / "full", {"cases/README.md": "x\n"}, "first", EPOCH, SAM)
        with pytest.raises(NotAllowed, match="commits already"):
            create_repo(git_repo.root, {"cases/x.md": "x\n"}, "first", EPOCH, SAM)
        assert [path.name for path in (tmp_path / "full").iterdir()] == ["mine.txt"]

    def test_variables_that_leak_in_do_no_harm(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
        create_repo(tmp_path / "new", {"cases/README.md": "x\n"}, "first", EPOCH, SAM)
        assert (tmp_path / "new" / ".git").is_dir()
        assert not (tmp_path / "elsewhere").exists()


def test_a_name_is_looked_up_anew_by_each_reader(git_repo: GitRepo) -> None:
    for second in range(4):
        commit = git_repo.commit("notes.txt", f"{second}\n", EPOCH + 60 + second)
        if second % 2:
            git_repo.git("pack-refs", "--all")
            git_repo.git("repack", "-q", "-a", "-d")
        with ObjectReader(git_repo.repo) as reader:
            head = reader.look("HEAD")
            assert head is not None
            assert head.id == commit, "though both readers share one process"
            assert reader.read("HEAD:notes.txt") == f"{second}\n".encode()


def test_a_new_repository_in_the_place_of_an_old_one_is_not_mistaken_for_it(tmp_path: Path) -> None:
    for text in ("one\n", "two\n"):
        create_repo(tmp_path / "desk", {"policies/a": text, "cases/b": text}, "first", EPOCH, SAM)
        with ObjectReader(find_repo(tmp_path / "desk")) as reader:
            assert reader.read("HEAD:policies/a") == text.encode()
        shutil.rmtree(tmp_path / "desk")
