"""Commits that hold what no desk puts there: links, other repositories, odd names, depths; and words that are no names.

The cases beside it are answered for as ever, what is wrong is told in one line each, and nothing outside is read.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.faults.hostile import Baited, reads, store

LINK = "120000"
SUBMODULE = "160000"
FILE = "100644"
FOLDER = "040000"
SECRET = "the contents of another file"


def commit(desk: Baited, *entries: tuple[str, str, bytes], message: str = "hostile") -> None:
    """A commit on top with these (mode, object, path) besides what is there, made by plain git without a work tree."""
    env = {**os.environ, "GIT_INDEX_FILE": str(desk.marker.with_name("index"))}
    run = ["git", "-C", str(desk.root), "-c", "core.protectNTFS=false"]
    subprocess.run([*run, "read-tree", "HEAD"], env=env, check=True)
    taken = {path for _, _, path in entries}
    gone = b"".join(b"0 %s\t%s\0" % (b"0" * 40, path) for path in taken)
    lines = b"".join(f"{mode} {name}\t".encode() + path + b"\0" for mode, name, path in entries)
    subprocess.run([*run, "update-index", "-z", "--index-info"], input=gone + lines, env=env, check=True)
    tree = subprocess.run([*run, "write-tree"], env=env, capture_output=True, text=True, check=True).stdout.strip()
    made = desk.terminal.git("commit-tree", tree, "-p", "HEAD", "-m", message).strip()
    desk.terminal.git("update-ref", "HEAD", made)


def told(desk: Baited, *words: str) -> str:
    """All that a command says, when it ends by itself, without a traceback, and without what lies outside."""
    code, out, err = desk.ask(*words)
    assert code in (0, 3, 4, 5), f"exit code {code}"
    assert SECRET not in out + err
    return out + err


def everything(desk: Baited) -> str:
    return "".join(told(desk, *words) for words in reads(desk.case))


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    place = tmp_path / "secret.yaml"
    place.write_text(f"title: {SECRET}\n")
    return place


class TestLinks:
    """A symbolic link, in the commit or on disk, is never followed."""

    def test_a_case_that_is_a_link(self, baited: Baited, secret: Path) -> None:
        other = baited.path.replace(baited.case[-5:], "AAAAA")
        commit(baited, (LINK, store(baited.root, "blob", str(secret).encode()), other.encode()))
        (baited.root / other).symlink_to(secret)
        assert {f"{other}:", baited.case} <= set(told(baited, "list").replace(".yaml:1:", ".yaml:").split())
        assert "no regular file" in told(baited, "show", f"{baited.case[:-5]}AAAAA")
        assert baited.ask("note", f"{baited.case[:-5]}AAAAA", "-m", "x")[0] == 5
        assert secret.read_text() == f"title: {SECRET}\n"
        everything(baited)

    def test_a_case_that_became_a_link(self, baited: Baited, secret: Path) -> None:
        commit(baited, (LINK, store(baited.root, "blob", str(secret).encode()), baited.path.encode()))
        (baited.root / baited.path).unlink()
        (baited.root / baited.path).symlink_to(secret)
        assert "no regular file" in everything(baited)
        assert baited.ask("note", baited.case, "-m", "x")[0] == 5
        assert secret.read_text() == f"title: {SECRET}\n"

    @pytest.mark.parametrize("folder", ["cases", "cases/2026", "cases/2026/11/23"])
    def test_a_folder_of_cases_that_is_a_link(self, baited: Baited, tmp_path: Path, folder: str) -> None:
        """On disk it is refused when a step is to be written; in a commit there are no cases behind it."""
        moved = tmp_path / "moved"
        (baited.root / folder).rename(moved)
        (baited.root / folder).symlink_to(moved)
        before = sorted((path, path.read_bytes()) for path in moved.rglob("*.yaml"))
        code, out, err = baited.ask("note", baited.case, "-m", "x")
        assert (code, out) == (5, "")
        assert "must be no symbolic link" in err
        assert sorted((path, path.read_bytes()) for path in moved.rglob("*.yaml")) == before
        assert "differs on disk" in told(baited, "show", baited.case)
        baited.terminal.git("rm", "-rq", "--cached", folder)
        commit_link(baited, folder, str(moved))
        assert f"{baited.path}: the case's file is deleted" in told(baited, "list")
        everything(baited)

    def test_a_file_on_disk_that_became_a_link(self, baited: Baited, secret: Path) -> None:
        (baited.root / baited.path).unlink()
        (baited.root / baited.path).symlink_to(secret)
        assert "differs on disk" in told(baited, "show", baited.case)
        assert baited.ask("note", baited.case, "-m", "x")[0] == 5
        everything(baited)

    @pytest.mark.parametrize(
        "name", ["acme-desk/2.0.yaml", "acme-desk/customers.yaml", "staff.yaml", "holidays/x.yaml"]
    )
    def test_a_policy_file_that_is_a_link(self, baited: Baited, secret: Path, name: str) -> None:
        place = baited.root / "policies" / name
        place.parent.mkdir(exist_ok=True)
        place.unlink(missing_ok=True)
        place.symlink_to(secret)
        said = told(baited, "policy", "check")
        assert f"policies/{name}: a symbolic link is not followed" in said
        commit(baited, (LINK, store(baited.root, "blob", str(secret).encode()), f"policies/{name}".encode()))
        everything(baited)

    def test_a_message_that_is_a_link(self, baited: Baited, secret: Path) -> None:
        place = baited.root / "policies/acme-desk/messages/thanks.txt"
        place.parent.mkdir()
        place.symlink_to(secret)
        assert "no regular file" in told(baited, "policy", "check")

    def test_the_folder_of_policies_is_a_link(self, baited: Baited, tmp_path: Path) -> None:
        (baited.root / "policies").rename(tmp_path / "moved")
        (baited.root / "policies").symlink_to(tmp_path / "moved")
        code, out, err = baited.ask("policy", "check")
        assert (code, out) == (5, "")
        assert "must be no symbolic link" in err
        assert told(baited, "show", baited.case)

    def test_the_lock_is_a_link(self, baited: Baited, secret: Path) -> None:
        """Nothing that it points to is emptied."""
        lock = baited.root / ".git/casectl/lock"
        lock.unlink(missing_ok=True)
        lock.symlink_to(secret)
        code, out, err = baited.ask("note", baited.case, "-m", "x")
        assert (code, out) == (1, "")
        assert len(err.splitlines()) <= 2
        assert SECRET in secret.read_text()


def commit_link(desk: Baited, path: str, target: str) -> None:
    """A commit in which a whole folder is a link."""
    blob = store(desk.root, "blob", target.encode())
    listed = desk.terminal.git("ls-tree", "-r", "-z", "--name-only", "HEAD", "--", f"{path}/").split("\0")
    env = {**os.environ, "GIT_INDEX_FILE": str(desk.marker.with_name("index"))}
    run = ["git", "-C", str(desk.root)]
    subprocess.run([*run, "read-tree", "HEAD"], env=env, check=True)
    lines = "".join(f"0 {'0' * 40}\t{name}\0" for name in listed if name) + f"{LINK} {blob}\t{path}\0"
    subprocess.run([*run, "update-index", "-z", "--index-info"], input=lines.encode(), env=env, check=True)
    tree = subprocess.run([*run, "write-tree"], env=env, capture_output=True, text=True, check=True).stdout.strip()
    desk.terminal.git("update-ref", "HEAD", desk.terminal.git("commit-tree", tree, "-p", "HEAD", "-m", "x").strip())


class TestNoFiles:
    """Pipes and devices in the place of a file are looked at, and not waited for."""

    @pytest.mark.parametrize("kind", ["pipe", "device", "folder"])
    def test_in_the_place_of_a_case(self, baited: Baited, kind: str) -> None:
        put(baited.root / baited.path, kind)
        assert "differs on disk" in baited.outside("show", baited.case).err
        said = baited.outside("note", baited.case, "-m", "x")
        assert said.code == 5
        assert len(said.err.splitlines()) == 2
        for words in (("list",), ("log", baited.case), ("sla",)):
            assert baited.outside(*words).code == 0

    @pytest.mark.parametrize("kind", ["pipe", "device"])
    @pytest.mark.parametrize("name", ["acme-desk/1.0.yaml", "staff.yaml", "acme-desk/messages/thanks.txt"])
    def test_in_the_place_of_a_file_of_policies(self, baited: Baited, kind: str, name: str) -> None:
        put(baited.root / "policies" / name, kind)
        said = baited.outside("policy", "check")
        assert said.code == 3
        assert any(f"policies/{name}: " in line for line in said.out.splitlines())
        assert baited.outside("list").code == 0

    @pytest.mark.parametrize("kind", ["pipe", "device"])
    def test_named_on_the_command_line(self, baited: Baited, kind: str) -> None:
        put(baited.root / "mine.yaml", kind)
        said = baited.outside("policy", "check", "mine.yaml")
        assert (said.code, said.out) == (3, "mine.yaml: cannot be read: no regular file\n")


def put(place: Path, kind: str) -> None:
    place.parent.mkdir(exist_ok=True)
    place.unlink(missing_ok=True)
    if kind == "pipe":
        os.mkfifo(place)
    elif kind == "folder":
        place.mkdir()
    else:
        try:
            os.mknod(place, 0o600 | 0o020000, os.makedev(1, 5))
        except PermissionError:
            pytest.skip("only root can make a device")


class TestOtherRepositories:
    """A submodule where a case, or all policies, should be."""

    def test_a_case(self, baited: Baited) -> None:
        other = baited.path.replace(baited.case[-5:], "AAAAA")
        commit(baited, (SUBMODULE, "1" * 40, other.encode()))
        assert f"{other}: " in told(baited, "list")
        assert baited.ask("show", f"{baited.case[:-5]}AAAAA")[0] == 4
        everything(baited)

    def test_all_policies(self, baited: Baited) -> None:
        names = [name for name in baited.terminal.git("ls-files", "policies").split("\n") if name]
        baited.terminal.git("rm", "-rq", "--cached", "policies")
        (baited.root / ".gitmodules").write_text('[submodule "policies"]\n\tpath = policies\n\turl = ../x\n')
        baited.terminal.git("add", ".gitmodules")
        baited.terminal.git("update-index", "--add", "--cacheinfo", f"{SUBMODULE},{'1' * 40},policies")
        baited.terminal.git("commit", "-qm", "elsewhere")
        assert names
        assert "there is no desk 'acme-desk'" in everything(baited)
        assert baited.ask("open", "--title", "x", "--customer", "oakfield")[0] == 4

    def test_a_step_beside_one_keeps_it(self, baited: Baited) -> None:
        link = store(baited.root, "blob", b"/etc/passwd")
        commit(baited, (SUBMODULE, "1" * 40, b"cases/2026/11/23/other"), (LINK, link, b"cases/2026/11/23/link"))
        before = baited.terminal.git("ls-tree", "HEAD", "cases/2026/11/23/")
        assert baited.ask("note", baited.case, "-m", "x")[0] == 0
        after = baited.terminal.git("ls-tree", "HEAD", "cases/2026/11/23/")
        kept = {line for line in before.splitlines() if baited.case not in line}
        assert kept == {line for line in after.splitlines() if baited.case not in line}


class TestFolders:
    """A folder of a case's name: in the last commit, or once."""

    def test_now(self, baited: Baited) -> None:
        other = baited.path.replace(baited.case[-5:], "AAAAA")
        text = store(baited.root, "blob", b"id: x\n")
        commit(baited, (FILE, text, f"{other}/one.yaml".encode()), (FILE, text, f"{other}/{baited.case}.yaml".encode()))
        assert baited.ask("show", f"{baited.case[:-5]}AAAAA")[0] == 4
        assert baited.ask("note", f"{baited.case[:-5]}AAAAA", "-m", "x")[0] in (4, 5)
        everything(baited)

    def test_once(self, baited: Baited) -> None:
        """While the case's name is a folder, the case is away; it comes back with its file."""
        text = baited.terminal.git("rev-parse", f"HEAD:{baited.path}").strip()
        before = told(baited, "show", baited.case)
        commit(baited, (FILE, text, f"{baited.path}/inside.yaml".encode()))
        commit(baited, (FILE, text, baited.path.encode()))
        everything(baited)
        assert "deleted" in told(baited, "log", baited.case)
        assert before.splitlines()[0] in told(baited, "show", baited.case)
        assert baited.ask("note", baited.case, "-m", "back")[0] == 0


ODD = {
    "newline": b"cases/2026/11/23/ACM\n-261123-AAAAA.yaml",
    "quotes": b"cases/2026/11/23/\"'`$(touch ran)`.yaml",
    "no-utf8": b"cases/2026/11/23/\xff\xfe.yaml",
    "no-utf8-case": b"cases/2026/11/23/ACM-261123-\xff\xfeAAA.yaml",
    "escape": b"cases/2026/11/23/\x1b]0;owned\x07\x1b[2J.yaml",
    "bidi": "cases/2026/11/23/\u202eevil.yaml".encode(),
    "tab": b"cases/2026/11/23/a\tb.yaml",
    "option": b"cases/2026/11/23/--upload-pack=x.yaml",
    "small": b"cases/2026/11/23/acm-261123-aaaaa.yaml",
    "other-day": b"cases/2026/11/24/ACM-261123-AAAAA.yaml",
    "no-date": b"cases/ACM-261123-AAAAA.yaml",
    "long": b"cases/2026/11/23/" + b"a" * 4000 + b".yaml",
    "deep": b"cases/" + b"a/" * 2000 + b"a.yaml",
    "policy": b"policies/acme-desk/\xff\n\x1b[2J.yaml",
    "desk": b"policies/\xff\n\x1b[2J/1.0.yaml",
}


@pytest.mark.parametrize("name", ODD)
def test_odd_names_are_told_and_shown_as_they_cannot_harm(baited: Baited, name: str) -> None:
    """A line each, without control characters; the case beside it is answered for."""
    text = store(baited.root, "blob", b"id: x\n")
    commit(baited, (FILE, text, ODD[name]))
    said = everything(baited)
    assert not set(said) & {"\x1b", "\x07", "\u202e", "\x00"}
    assert baited.case in said
    assert baited.ask("note", baited.case, "-m", "x")[0] == 0


def test_names_that_differ_in_case_only(baited: Baited) -> None:
    """What a disk without such differences would make one file are two, and one of them is no case."""
    text = baited.terminal.git("rev-parse", f"HEAD:{baited.path}").strip()
    small = f"cases/2026/11/23/{baited.case.lower()}.yaml"
    commit(baited, (FILE, text, small.encode()), (FILE, text, baited.path.replace("cases/", "Cases/").encode()))
    said = told(baited, "list")
    assert said.count("Nobody can sign in") == 1
    everything(baited)


def test_many_files_where_no_case_belongs(baited: Baited) -> None:
    """Ten thousand of them are listed and end."""
    text = store(baited.root, "blob", b"id: x\n")
    rows = b"".join(b"100644 %d.yaml\0" % n + bytes.fromhex(text) for n in sorted(range(10_000), key=str))
    tree = store(baited.root, "tree", rows)
    day = baited.terminal.git("rev-parse", "HEAD:cases/2026/11").strip()
    listed = baited.terminal.git("ls-tree", day) + f"040000 tree {tree}\t24\n"
    month = subprocess.run(
        ["git", "-C", str(baited.root), "mktree"], input=listed, capture_output=True, text=True, check=True
    ).stdout.strip()
    env = {**os.environ, "GIT_INDEX_FILE": str(baited.marker.with_name("index"))}
    run = ["git", "-C", str(baited.root)]
    subprocess.run([*run, "read-tree", "HEAD"], env=env, check=True)
    subprocess.run([*run, "rm", "-rq", "--cached", "cases/2026/11"], env=env, check=True)
    subprocess.run([*run, "read-tree", "--prefix=cases/2026/11", month], env=env, check=True)
    made = subprocess.run([*run, "write-tree"], env=env, capture_output=True, text=True, check=True).stdout.strip()
    baited.terminal.git("update-ref", "HEAD", baited.terminal.git("commit-tree", made, "-p", "HEAD", "-m", "x").strip())
    said = baited.outside("list")
    assert said.code == 0
    assert baited.case in said.out


WORDS = [
    "--upload-pack=x", "-C", "--output=x", "--exec=x", "HEAD..", "..HEAD", "HEAD...HEAD", "^HEAD", ":/looked",
    "@{-1}", "@{u}", "HEAD^{/looked}", "HEAD:policies", "HEAD\n", "main\nHEAD", "a\0b", "", " ", "-", "--", "*",
    "\x1b[2J",
    "refs/heads/*", "HEAD --output=x", "$(touch ran)", "\udcff", "x" * 10_000, "HEAD^" * 2000, ":0:cases", "@",
    "HEAD@{1}",
]  # fmt: skip


@pytest.mark.parametrize("word", WORDS, ids=lambda word: ascii(word)[1:24])
def test_words_that_are_no_names(baited: Baited, word: str) -> None:
    """In the place of a revision, of a case and of a desk: taken as a name, and refused where there is none."""
    for words in ((f"--at={word}", "show", baited.case), (f"--at={word}", "list"), ("show", "--", word)):
        code, out, err = baited.ask(*words)
        assert code in (0, 2, 4), f"exit code {code}"
        assert code == 0 or (out == "" and 1 <= len(err.splitlines()) <= 2)
        assert "\x1b" not in out + err
    for words in (
        ("log", "--", word),
        ("explain", "--", word),
        ("note", "-m", "x", "--", word),
        ("clauses", "--", word),
    ):
        assert baited.ask(*words)[0] in (2, 4)
    assert baited.ask("sla", "--desk", word)[0] in (0, 2, 3, 4)
    assert not (baited.root / "x").exists()
    assert not (baited.root / "ran").exists()
    assert baited.terminal.git("status", "--porcelain") == ""


@pytest.mark.parametrize("kind", ["pipe", "command"])
def test_what_is_said_of_submodules_is_not_asked_for(baited: Baited, kind: str) -> None:
    """`.gitmodules` in the work tree, beside a submodule: not waited for, not run, not even read."""
    commit(baited, (SUBMODULE, "1" * 40, b"cases/2026/11/23/other"))
    place = baited.root / ".gitmodules"
    if kind == "pipe":
        os.mkfifo(place)
    else:
        place.write_text(
            f'[submodule "x"]\n\tpath = cases/2026/11/23/other\n\turl = x\n\tupdate = !{baited.program()}\n'
        )
    for words in (
        ("list",),
        ("show", baited.case),
        ("log", baited.case),
        ("sla",),
        ("show", "zzzzz"),
        ("note", baited.case, "-m", "x"),
    ):
        assert baited.outside(*words).code == (4 if "zzzzz" in words else 0)
    assert not baited.marker.exists()
