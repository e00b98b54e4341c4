"""What a repository may say to make git read otherwise: other objects, other orders, other people, other places.

The figures stay those of the commits, nothing is fetched, and nothing that lies elsewhere is touched.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.faults.hostile import Answers, Baited, store

READING = {
    "log.follow": "true",
    "log.mailmap": "true",
    "log.date": "relative",
    "log.decorate": "full",
    "log.diffMerges": "remerge",
    "log.excludeDecoration": "*",
    "log.showRoot": "false",
    "log.abbrevCommit": "true",
    "format.pretty": "oneline",
    "format.notes": "*",
    "notes.displayRef": "*",
    "diff.renames": "copies",
    "diff.relative": "true",
    "diff.noprefix": "true",
    "diff.submodule": "log",
    "diff.ignoreSubmodules": "none",
    "diff.interHunkContext": "9",
    "core.abbrev": "4",
    "core.quotePath": "false",
    "core.autocrlf": "true",
    "core.eol": "crlf",
    "core.ignoreCase": "true",
    "core.bigFileThreshold": "1",
    "core.commentChar": "C",
    "core.sparseCheckout": "true",
    "core.notesRef": "refs/heads/main",
    "color.ui": "always",
    "color.diff": "always",
    "column.ui": "always",
    "grep.lineNumber": "false",
    "grep.column": "true",
    "grep.fallbackToNoIndex": "true",
    "submodule.recurse": "true",
    "i18n.logOutputEncoding": "UTF-16",
    "i18n.commitEncoding": "UTF-16",
    "status.showUntrackedFiles": "all",
    "index.version": "4",
    "feature.manyFiles": "true",
    "core.untrackedCache": "true",
    "core.splitIndex": "true",
}


def test_no_setting_changes_what_is_read(baited: Baited, answers_before: Answers) -> None:
    """All that could make git print otherwise, at once; and a step is taken as ever."""
    for key, value in READING.items():
        baited.configure(key, value)
    assert baited.answers() == answers_before
    baited.terminal.step("note", baited.case, "-m", "as ever", at="11:00")
    assert b"\r" not in (baited.root / baited.path).read_bytes()
    assert baited.terminal.git("-c", "core.autocrlf=false", "status", "--porcelain") == ""


def test_one_case_is_not_followed_into_another(baited: Baited) -> None:
    """`log.follow` would make the life of a copied case part of the copy's."""
    other = f"cases/2026/11/23/{baited.case[:-5]}AAAAA.yaml"
    text = (baited.root / baited.path).read_text().replace(baited.case, f"{baited.case[:-5]}AAAAA")
    baited.terminal.git("mv", baited.path, other)
    (baited.root / other).write_text(text)
    baited.terminal.git("commit", "-qam", "renamed")
    before = baited.ask("log", f"{baited.case[:-5]}AAAAA")
    baited.configure("log.follow", "true")
    baited.configure("diff.renames", "true")
    assert "open" in baited.terminal.git("log", "--format=%s", "--", other), "plain git follows"
    assert baited.ask("log", f"{baited.case[:-5]}AAAAA") == before


def test_replaced_and_grafted_history_is_not_believed(baited: Baited, answers_before: Answers) -> None:
    """A clone's `git replace` and `info/grafts` make plain git tell another story of the same commits."""
    first = baited.terminal.git("rev-list", "--max-parents=0", "HEAD").strip()
    blob = baited.terminal.git("rev-parse", f"HEAD:{baited.path}").strip()
    text = (baited.root / baited.path).read_bytes().replace(b"status: open", b"status: closed")
    baited.terminal.git("replace", blob, store(baited.root, "blob", text))
    baited.terminal.git("replace", "HEAD", first)
    (baited.root / ".git/info/grafts").write_text(f"{baited.terminal.git('rev-parse', 'HEAD').strip()}\n")
    assert baited.terminal.git("rev-list", "--count", "HEAD") == "1\n", "plain git believes it"
    assert b"closed" in baited.terminal.git("cat-file", "blob", blob).encode()
    assert baited.answers() == answers_before


def test_nobody_is_renamed_by_a_mailmap(baited: Baited, answers_before: Answers) -> None:
    (baited.root / ".mailmap").write_text("Somebody Else <else@desk.example> <sam@desk.example>\n")
    baited.terminal.git("add", ".mailmap")
    assert "else@" in baited.terminal.git("log", "-1", "--format=%aE"), "plain git renames"
    assert baited.answers() == answers_before


@pytest.mark.parametrize(
    ("key", "words"), [("mailmap.file", ("log", "-1", "--format=%aE")), ("diff.orderFile", ("log", "--raw", "-1"))]
)
def test_no_file_named_by_the_configuration_is_waited_for(
    baited: Baited, answers_before: Answers, key: str, words: tuple[str, ...]
) -> None:
    """A pipe that nobody fills makes plain git wait for ever."""
    pipe = baited.marker.with_name("pipe")
    os.mkfifo(pipe)
    baited.configure(key, pipe)
    with pytest.raises(subprocess.TimeoutExpired):
        subprocess.run(["git", "-C", str(baited.root), *words], timeout=0.5, check=False, capture_output=True)
    assert baited.answers() == answers_before


@pytest.mark.parametrize("name", [".mailmap", ".gitattributes", ".gitmodules", ".gitignore"])
def test_no_pipe_in_the_work_tree_is_waited_for(baited: Baited, answers_before: Answers, name: str) -> None:
    (baited.root / name).unlink(missing_ok=True)
    os.mkfifo(baited.root / name)
    assert baited.answers() == answers_before
    baited.terminal.step("note", baited.case, "-m", "as ever", at="11:00")


def test_borrowed_objects_are_objects_like_all_others(baited: Baited, answers_before: Answers, tmp_path: Path) -> None:
    """`info/alternates` is plain git, as `git clone --shared` makes it: objects are read from where it says, and since
    their names are hashes of what they hold, no figure can differ. What is no object store there does no harm."""
    lender = tmp_path / "lender"
    shutil.move(str(baited.root / ".git/objects"), lender)
    (baited.root / ".git/objects/info").mkdir(parents=True)
    alternates = baited.root / ".git/objects/info/alternates"
    alternates.write_text(f"{lender}\n/etc\n{tmp_path}/nowhere\n")
    assert baited.answers() == answers_before
    before = sorted(lender.rglob("*"))
    baited.terminal.step("note", baited.case, "-m", "mine", at="11:00")
    assert sorted(lender.rglob("*")) == before, "nothing is written there"


@pytest.mark.parametrize("kept", ["blob:none", "tree:0"])
def test_a_partial_clone_fetches_nothing_by_itself(baited: Baited, tmp_path: Path, kept: str) -> None:
    """The other side of a clone names the program that is to send what is missing. We refuse in one line instead."""
    baited.configure("uploadpack.allowFilter", "true")
    partial = tmp_path / "partial"
    url = f"file://{baited.root}"
    subprocess.run(["git", "clone", "-q", "--no-checkout", f"--filter={kept}", url, str(partial)], check=True)
    (partial / "cases").mkdir()
    (partial / "policies").mkdir()
    there = Baited(
        type(baited.terminal)(baited.terminal.home, partial, baited.terminal.monkeypatch), baited.case, baited.marker
    )
    there.configure("remote.origin.uploadpack", there.program("exit 1"))
    subprocess.run(["git", "-C", str(partial), "cat-file", "-p", f"HEAD:{there.path}"], capture_output=True)
    assert there.marker.exists(), "plain git runs it"
    there.marker.unlink()
    for words in (("list",), ("show", baited.case), ("sla",), ("report", "breaches"), ("note", baited.case, "-m", "x")):
        code, out, err = there.ask(*words)
        assert (code, out) == (1, "")
        assert "part of the history is missing" in err
        assert "git fetch --refetch --no-filter" in err
        assert len(err.splitlines()) == 2
    assert not there.marker.exists()
    there.terminal.git("config", "--unset", "remote.origin.uploadpack")
    there.terminal.git("fetch", "-q", "--refetch", "--no-filter")
    assert there.ask("show", baited.case)[0] == 0, "and the hint is true"


LEAKS = {
    "GIT_DIR": "{elsewhere}",
    "GIT_WORK_TREE": "{elsewhere}",
    "GIT_COMMON_DIR": "{elsewhere}",
    "GIT_INDEX_FILE": "{elsewhere}/index",
    "GIT_OBJECT_DIRECTORY": "{elsewhere}/objects",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES": "{elsewhere}",
    "GIT_NAMESPACE": "x",
    "GIT_CEILING_DIRECTORIES": "/",
    "GIT_COMMITTER_DATE": "@1 +0000",
    "GIT_AUTHOR_DATE": "@1 +0000",
    "GIT_COMMITTER_NAME": "Nobody",
    "GIT_COMMITTER_EMAIL": "nobody@elsewhere.example",
    "GIT_CONFIG_COUNT": "2",
    "GIT_CONFIG_KEY_0": "core.fsmonitor",
    "GIT_CONFIG_VALUE_0": "{program}",
    "GIT_CONFIG_KEY_1": "core.hooksPath",
    "GIT_CONFIG_VALUE_1": "{elsewhere}",
    "GIT_CONFIG_PARAMETERS": "'core.fsmonitor={program}'",
    "GIT_CONFIG_GLOBAL": "{elsewhere}/config",
    "GIT_EXTERNAL_DIFF": "{program}",
    "GIT_PAGER": "{program}",
    "GIT_EDITOR": "{program}",
    "GIT_SSH_COMMAND": "{program}",
    "GIT_SSH": "{program}",
    "GIT_ASKPASS": "{program}",
    "GIT_PROXY_COMMAND": "{program}",
    "GIT_EXEC_PATH": "{elsewhere}",
    "GIT_TEMPLATE_DIR": "{elsewhere}",
    "GIT_TRACE": "{elsewhere}/trace",
    "GIT_TRACE2": "{elsewhere}/trace",
    "GIT_TRACE_SETUP": "{elsewhere}/trace",
    "GIT_TRACE2_EVENT": "{elsewhere}/trace",
    "GIT_REPLACE_REF_BASE": "refs/heads/",
    "GIT_GRAFT_FILE": "{elsewhere}/grafts",
    "GIT_SHALLOW_FILE": "{elsewhere}/shallow",
    "GIT_ATTR_SOURCE": "HEAD",
    "GIT_LITERAL_PATHSPECS": "0",
    "GIT_ICASE_PATHSPECS": "1",
    "GIT_DEFAULT_HASH": "sha256",
    "GIT_PYTHON_GIT_EXECUTABLE": "{program}",
    "GIT_PYTHON_TRACE": "full",
}


def test_no_variable_of_git_leaks_in(baited: Baited, answers_before: Answers, tmp_path: Path) -> None:
    """As a hook of another repository would have them set while it calls us; reading and writing."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    with baited.terminal.monkeypatch.context() as patch:
        for name, value in LEAKS.items():
            patch.setenv(name, value.format(elsewhere=elsewhere, program=baited.program("exit 1")))
        assert baited.answers() == answers_before
        baited.terminal.step("note", baited.case, "-m", "as ever", at="11:00")
        baited.terminal.run("init", str(tmp_path / "other"), "--policy", "ess", at="11:00")
    assert baited.terminal.git("log", "-1", "--format=%cn %ct") == f"Sam {1_795_431_600}\n"
    assert (tmp_path / "other/.git/HEAD").exists()
    assert list(elsewhere.iterdir()) == []
    assert not baited.marker.exists()


def test_a_work_tree_elsewhere_is_not_written_to(baited: Baited, answers_before: Answers, tmp_path: Path) -> None:
    """`core.worktree` leads plain git into another folder; for us the work tree is where we found `.git`."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    baited.configure("core.worktree", elsewhere)
    assert baited.answers() == answers_before
    baited.terminal.step("note", baited.case, "-m", "as ever", at="11:00")
    assert list(elsewhere.iterdir()) == []
    assert b"as ever" in (baited.root / baited.path).read_bytes()


def test_somebody_elses_repository_is_refused(baited: Baited) -> None:
    """git's own check of who owns a repository holds for us, too."""
    if os.geteuid() != 0:
        pytest.skip("only root can give a folder away")
    for path in [baited.root, *baited.root.rglob("*")]:
        os.lchown(path, 65_534, 65_534)
    for words in (("list",), ("show", baited.case), ("note", baited.case, "-m", "x")):
        code, out, err = baited.ask(*words)
        assert (code, out) == (1, "")
        assert "dubious ownership" in err.splitlines()[0]
        assert len(err.splitlines()) <= 2


@pytest.mark.parametrize("points", ["nowhere", "/etc", "../desk", "{desk}/.git/.git", "\0", "x" * 5000, ""])
def test_a_git_file_that_points_nowhere(baited: Baited, points: str) -> None:
    shutil.move(str(baited.root / ".git"), baited.root.with_name("taken-away"))
    (baited.root / ".git").write_text(f"gitdir: {points.format(desk=baited.root)}\n")
    for words in (("list",), ("show", baited.case), ("note", baited.case, "-m", "x")):
        code, out, err = baited.ask(*words)
        assert code in (1, 4)
        assert out == ""
        assert len(err.splitlines()) <= 2


def test_a_git_file_that_points_to_a_repository_is_plain_git(baited: Baited, answers_before: Answers) -> None:
    """As for submodules and linked work trees: read from there, and nothing of its configuration runs."""
    shutil.move(str(baited.root / ".git"), baited.root.with_name("moved"))
    (baited.root / ".git").write_text("gitdir: ../moved\n")
    baited.configure("core.fsmonitor", baited.program())
    assert baited.answers() == answers_before
    assert not baited.marker.exists()


@pytest.mark.parametrize("kind", ["pipe", "device"])
def test_no_git_file_is_waited_for(baited: Baited, kind: str) -> None:
    shutil.rmtree(baited.root / ".git")
    if kind == "pipe":
        os.mkfifo(baited.root / ".git")
    else:
        (baited.root / ".git").symlink_to("/dev/zero")
    done = baited.outside("list")
    assert done.code == 4
    assert "no case repository" in done.err
