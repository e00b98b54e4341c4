"""The doctor mends what is safe, names the rest with its command, and never touches what somebody may hold."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from casectl.store.doctor.examine import examine
from casectl.store.doctor.finding import Finding
from casectl.store.doctor.processes import may_be_at_work
from casectl.store.lock import lock
from casectl.store.unfinished import Note, note
from tests.conftest import EPOCH, GitRepo, MakeRepo
from tests.store.stories import PATH_A, A, noting, opened, stepped

STAFF = "people:\n  sam:\n    name: Sam Agent\n    mail: [sam@example.org]\n"


@pytest.fixture
def desk(make_repo: MakeRepo) -> GitRepo:
    made = make_repo(files={"policies/staff.yaml": STAFF})
    opened(made)
    return made


def codes(found: list[Finding]) -> dict[str, str]:
    return {each.code: "mended" if each.mended else each.severity for each in found if each.code != "stranger"}


def old(path: Path, content: bytes = b"", minutes: int = 60) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    then = time.time() - 60 * minutes
    os.utime(path, (then, then))
    return path


def test_all_is_well(desk: GitRepo) -> None:
    assert codes(examine(desk.repo, True)) == {}


NAMES = ("index.lock", "HEAD.lock", "refs/heads/main.lock", "packed-refs.lock", "config.lock", "shallow.lock")


@pytest.mark.parametrize("name", [*NAMES, "objects/info/commit-graph.lock", "gc.pid"])
def test_an_old_lock_that_nobody_holds_goes(desk: GitRepo, name: str) -> None:
    path = old(desk.repo.git_dir / name)
    assert codes(examine(desk.repo, False)) == {"lock": "problem"}
    assert path.exists()
    assert codes(examine(desk.repo, True)) == {"lock": "mended"}
    assert not path.exists()


def test_a_young_one_stays(desk: GitRepo) -> None:
    path = old(desk.repo.git_dir / "index.lock", minutes=9)
    assert codes(examine(desk.repo, True)) == {"lock": "problem"}
    assert path.exists()


def test_a_gc_in_the_background_is_nobody_s_trouble(desk: GitRepo) -> None:
    path = old(desk.repo.git_dir / "gc.pid", minutes=1)
    assert codes(examine(desk.repo, True)) == {}
    with subprocess.Popen(["sh", "-c", "git cat-file --batch; :"], cwd=desk.root, stdin=subprocess.PIPE) as shell:
        old(path)
        for _ in range(500):
            if may_be_at_work(desk.repo, path):
                break
            time.sleep(0.01)
        assert codes(examine(desk.repo, True)) == {}
        shell.communicate(b"")
    assert codes(examine(desk.repo, True)) == {"lock": "mended"}


def test_one_that_is_open_somewhere_stays(desk: GitRepo) -> None:
    path = old(desk.repo.git_dir / "index.lock")
    # Not a child of ours: those are the gits that we run ourselves.
    holder = int(subprocess.check_output(["sh", "-c", 'sleep 60 >>"$1" 2>&1 & echo $!', "sh", str(path)]))
    try:
        old(path)
        assert may_be_at_work(desk.repo, path)
        assert codes(examine(desk.repo, True)) == {"lock": "problem"}
        assert path.exists()
    finally:
        os.kill(holder, 9)
    for _ in range(500):
        if not may_be_at_work(desk.repo, path):
            break
        time.sleep(0.01)
    assert codes(examine(desk.repo, True)) == {"lock": "mended"}
    assert not path.exists()


def test_the_lock_of_a_commit_that_waits_in_an_editor_is_never_deleted(desk: GitRepo, tmp_path: Path) -> None:
    desk.write("mine.txt", "mine\n")
    desk.git("add", "mine.txt")
    editor = tmp_path / "editor"
    editor.write_text("#!/bin/sh\nsleep 60\n")
    editor.chmod(0o755)
    shell = ["sh", "-c", f"GIT_EDITOR={editor} git commit -a & wait"]
    with subprocess.Popen(shell, cwd=desk.root, stdout=subprocess.DEVNULL, start_new_session=True) as waiting:
        index = desk.repo.git_dir / "index.lock"
        for _ in range(1000):
            if index.exists():
                break
            time.sleep(0.01)
        then = time.time() - 3600
        os.utime(index, (then, then))
        assert codes(examine(desk.repo, True)).get("lock") == "problem"
        assert index.exists()
        os.killpg(waiting.pid, 9)


def test_where_nothing_can_be_told_locks_are_only_named(desk: GitRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    path = old(desk.repo.git_dir / "index.lock")
    monkeypatch.setattr("casectl.store.doctor.processes.PROC", Path("/nowhere"))
    (found,) = [each for each in examine(desk.repo, True) if each.code == "lock"]
    assert (found.left, f"rm '{path}'" in found.hint, path.exists()) == (True, True, True)


def test_our_own_lock_goes_at_once_but_not_while_somebody_writes(desk: GitRepo) -> None:
    path = old(desk.repo.git_dir / "index.lock", b"casectl 999999\n", minutes=0)
    with lock(desk.repo):
        assert codes(examine(desk.repo, False)) == {}
    assert codes(examine(desk.repo, True)) == {"own-lock": "mended"}
    assert not path.exists()


def test_drafts_and_refs_of_the_dead_go(desk: GitRepo) -> None:
    left = [
        old(desk.repo.git_dir / "casectl-index-999999"),
        old(desk.repo.git_dir / "fast_import_crash_12"),
        old((desk.root / PATH_A).with_name(f".{A}.yaml.999999")),
    ]
    desk.git("update-ref", "refs/casectl/import-00ff", "HEAD")
    assert codes(examine(desk.repo, True)) == {"draft": "mended", "import-ref": "mended"}
    assert not any(path.exists() for path in left)
    assert desk.git("for-each-ref", "refs/casectl") == ""


def test_a_step_that_died_half_way_is_brought_to_its_end(desk: GitRepo) -> None:
    path, blob = desk.root / PATH_A, desk.git("rev-parse", f"HEAD:{PATH_A}")
    before, index = path.read_bytes(), (desk.repo.git_dir / "index").read_bytes()
    stepped(desk, noting("half"), EPOCH + 120)
    after = path.read_bytes()
    for content, edited in ((before, False), (b"mine\n", True)):
        path.write_bytes(content)
        (desk.repo.git_dir / "index").write_bytes(index)
        note(desk.repo, Note(A, blob, desk.git("rev-parse", f"HEAD:{PATH_A}")))
        assert codes(examine(desk.repo, False))["unfinished-step"] == "problem"
        assert codes(examine(desk.repo, True))["unfinished-step"] == ("problem" if edited else "mended")
        assert path.read_bytes() == (content if edited else after)


@pytest.mark.parametrize("content", [b"", b"garbage" * 30, bytes(4096)])
def test_a_broken_index_is_made_anew_and_kept(desk: GitRepo, content: bytes) -> None:
    (desk.repo.git_dir / "index").write_bytes(content)
    assert codes(examine(desk.repo, True)) == {"broken-index": "mended"}
    assert desk.git("status", "--porcelain") == ""
    assert (desk.repo.git_dir / "casectl/rescued/index.1").read_bytes() == content


@pytest.mark.parametrize("content", [b"", bytes(41)])
def test_an_empty_branch_is_put_back_to_what_its_reflog_tells(desk: GitRepo, content: bytes) -> None:
    head, ref = desk.head, desk.repo.git_dir / "refs/heads/main"
    with (desk.repo.git_dir / "logs/refs/heads/main").open("ab") as log:
        log.write(f"{head} {'1' * 40} Sam <sam@example.org> 1 +0000\tlost\n".encode() + bytes(30))
    ref.write_bytes(content)
    assert codes(examine(desk.repo, False))["broken-branch"] == "problem"
    assert codes(examine(desk.repo, True)) == {"broken-branch": "mended"}
    assert desk.head == head
    assert stepped(desk, noting("on"), EPOCH + 120).parent == head


def test_an_empty_object_is_put_aside_and_named(desk: GitRepo) -> None:
    blob = desk.git("rev-parse", f"HEAD:{PATH_A}")
    path = desk.repo.git_dir / "objects" / blob[:2] / blob[2:]
    content = path.read_bytes()
    path.chmod(0o644)
    path.write_bytes(b"")
    (found,) = [each for each in examine(desk.repo, True) if each.code == "empty-object"]
    assert (found.what, found.left, "git fetch" in found.hint) == (f"object {blob} has no content", True, True)
    assert not path.exists()
    path.write_bytes(content)
    assert codes(examine(desk.repo, True)) == {}


def test_what_vanishes_or_is_no_object_yet_stops_nobody(desk: GitRepo) -> None:
    folder = desk.repo.git_dir / "objects/ab"
    folder.mkdir(exist_ok=True)
    (folder / ("1" * 38)).symlink_to("gone")
    (folder / ("2" * 38)).mkdir()
    (folder / "tmp_obj_x1y2z3").write_bytes(b"")  # what a git at work is about to fill
    (desk.repo.git_dir / "objects/cd").mkdir(exist_ok=True)
    (desk.repo.git_dir / "refs/heads/empty/er").mkdir(parents=True)
    (desk.repo.git_dir / "refs/heads/gone").symlink_to("nowhere")
    before = sorted(path.name for path in folder.iterdir())
    assert codes(examine(desk.repo, True)) == {}
    assert sorted(path.name for path in folder.iterdir()) == before


def test_what_may_not_be_read_is_named_and_the_rest_is_looked_at(
    desk: GitRepo, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> Iterator[Finding]:
        raise PermissionError(13, "Permission denied", "objects/ab")

    monkeypatch.setattr("casectl.store.doctor.examine.empty_objects", refuse)
    desk.git("config", "pull.rebase", "true")
    found = {each.code: each.what for each in examine(desk.repo, True)}
    assert found["unreadable"] == "objects/ab: Permission denied"
    assert "rebase" in found


def test_edits_are_named_with_the_commands_that_settle_them(desk: GitRepo) -> None:
    desk.write(PATH_A, "title: mine\n")
    (found,) = [each for each in examine(desk.repo, True) if each.code == "edited-case"]
    assert f"casectl adopt {A}" in found.hint
    (desk.root / PATH_A).unlink()
    assert codes(examine(desk.repo, True)) == {"deleted-case": "problem"}


def test_settings_and_states_that_do_harm(desk: GitRepo) -> None:
    for key, value in {
        "pull.rebase": "true",
        "core.fsync": "none",
        "remote.origin.promisor": "true",
        "remote.origin.url": str(desk.root),
    }.items():
        desk.git("config", key, value)
    desk.git("replace", "HEAD", "HEAD~1")
    (desk.repo.git_dir / "info/grafts").write_text("")
    (desk.repo.git_dir / "shallow").write_text(f"{desk.head}\n")
    (desk.repo.git_dir / "MERGE_HEAD").write_text(f"{desk.head}\n")
    assert codes(examine(desk.repo, True)) == {
        "under-way": "problem",
        "shallow": "problem",
        "replace-refs": "note",
        "grafts": "note",
        "rebase": "problem",
        "fsync": "note",
        "partial-clone": "problem",
    }


def test_files_that_are_no_cases_and_a_case_that_is_there_twice(desk: GitRepo) -> None:
    text = (desk.root / PATH_A).read_text()
    desk.commit(f"cases/2020/01/01/{A}.yaml", text, EPOCH + 90)
    assert codes(examine(desk.repo, True)) == {"invalid-case": "problem", "twice": "problem"}


def test_nobody_and_a_stranger(make_repo: MakeRepo) -> None:
    made = make_repo(files={"policies/staff.yaml": STAFF}, identity=False)
    assert codes(examine(made.repo, True)) == {"nobody": "problem"}
    made.git("config", "user.name", "Stranger")
    made.git("config", "user.email", "stranger@example.org")
    assert [each.code for each in examine(made.repo, True)] == ["stranger"]
