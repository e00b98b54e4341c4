"""`casectl init --signing`: from then on every step is signed, and plain git says by whom."""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from casectl.store.commitlog import read_commits
from casectl.store.repo import find_repo, head_commit
from casectl.store.signatures import Signature, check_signature
from tests.cli.conftest import ACME, MAIL, Terminal
from tests.store.signing import KINDS, blob_of, make_key, needs_keygen

pytestmark = needs_keygen


@pytest.fixture
def keys(terminal: Terminal) -> Path:
    """The folder where OpenSSH looks for keys; it is empty."""
    folder = terminal.home / ".ssh"
    folder.mkdir(mode=0o700)
    return folder


def init(terminal: Terminal, *words: str, code: int = 0, at: str = "08:00") -> str:
    """Founds a repository that signs; all that was said."""
    said = terminal.run("init", str(terminal.root), "--policy", str(ACME), "--signing", *words, code=code, at=at)
    return said.out + said.err


def by_whom(terminal: Terminal) -> list[str]:
    """What git says of the signature of each commit, oldest first."""
    return terminal.git("log", "--reverse", "--topo-order", "--format=%G? %GS").splitlines()


def commits(terminal: Terminal) -> list[str]:
    return terminal.git("rev-list", "--reverse", "--topo-order", "HEAD").split()


def signatures(terminal: Terminal) -> list[Signature]:
    """The verdict on every commit."""
    repo = find_repo(terminal.root)
    return [check_signature(commit.signed) for commit in read_commits(repo, head_commit(repo))]


def test_from_the_founding_on_every_step_is_signed(terminal: Terminal, keys: Path) -> None:
    pub = make_key(keys)
    said = init(terminal)
    case = terminal.open(at="09:00")
    terminal.step("take", case, at="09:05")
    terminal.step("note", case, "-m", "On it.", at="09:10")
    terminal.step("undo", case, "--reason", "Wrong case.", at="09:15")
    assert by_whom(terminal) == [f"G {MAIL}"] * 5
    for commit in commits(terminal):
        terminal.git("verify-commit", commit)
    found = signatures(terminal)
    assert [(each.state, each.key) for each in found] == [("good", blob_of(pub))] * 5
    assert "every step in this clone is signed from now on, with ssh-ed25519 SHA256:" in said
    assert "does not have this key" not in said


def test_the_founder_has_the_key_in_the_staff_list(terminal: Terminal, keys: Path) -> None:
    pub = make_key(keys)
    init(terminal)
    staff = terminal.git("show", "HEAD:policies/staff.yaml")
    line = pub.read_text().strip()
    assert f'  sam: {{name: "Sam", mail: "{MAIL}", keys: [{{key: "{line}", from: 2026-11-23}}]}}' in staff
    assert terminal.run("policy", "check", at="08:01").code == 0
    assert terminal.files() == ""


def test_only_this_clone_is_set_up(terminal: Terminal, keys: Path) -> None:
    pub = make_key(keys)
    before = (terminal.home / ".gitconfig").read_text()
    init(terminal)
    local = terminal.git("config", "--local", "--list").splitlines()
    assert {f"user.signingkey={pub}", "commit.gpgsign=true", "gpg.format=ssh"} < set(local)
    assert f"gpg.ssh.allowedsignersfile={terminal.root}/.git/casectl/allowed_signers" in local
    assert not [line for line in local if line.startswith(("user.name", "user.email"))]
    assert (terminal.home / ".gitconfig").read_text() == before


def test_a_clone_of_a_case_repository(desk: Terminal, keys: Path) -> None:
    """No commit is made; the lines that it prints are the ones to add."""
    make_key(keys)
    before = (desk.git("rev-parse", "HEAD"), desk.git("status", "--porcelain"))
    said = desk.run("init", "--signing", ".", at="08:30").out
    assert desk.run("init", "--signing", ".", at="08:31").out == said
    assert (desk.git("rev-parse", "HEAD"), desk.git("status", "--porcelain")) == before
    assert "'sam' does not have this key today: add there, and commit\n    keys:\n    - {key: " in said
    lines = re.findall(r"^    (?:keys:|- \{key: .*\})\n", said, flags=re.MULTILINE)
    staff = desk.root / "policies/staff.yaml"
    entry = f"  sam:\n    name: Sam\n    mail: {MAIL}\n{''.join(lines)}"
    staff.write_text(re.sub(r"  sam: \{.*\}\n", lambda _: entry, staff.read_text()))
    desk.git("commit", "-qam", "My key", "--date", "2026-11-23T08:40:00Z")
    desk.run("policy", "check", at="08:41")
    assert "add there" not in desk.run("init", "--signing", ".", at="08:42").out
    desk.open(at="09:00")
    assert by_whom(desk)[0] == "N "
    assert by_whom(desk)[2] == f"G {MAIL}"


def test_somebody_who_is_not_on_the_staff(desk: Terminal, keys: Path) -> None:
    make_key(keys)
    desk.git("config", "user.email", "new@desk.example")
    said = desk.run("init", "--signing", ".", at="08:30").out
    assert "new@desk.example is not in policies/staff.yaml: add under 'staff', and commit\n  sam: {name: " in said


def test_a_key_of_somebody_else(terminal: Terminal, keys: Path) -> None:
    make_key(keys)
    init(terminal)
    terminal.git("config", "user.email", "new@desk.example")
    said = terminal.run("init", "--signing", ".", at="08:30").out
    assert "the key is that of 'sam' in policies/staff.yaml, whose mail address is not new@desk.example" in said


def test_a_key_that_no_longer_holds(terminal: Terminal, keys: Path) -> None:
    make_key(keys)
    init(terminal)
    staff = terminal.root / "policies/staff.yaml"
    staff.write_text(staff.read_text().replace("from: 2026-11-23", "until: 2026-11-22"))
    terminal.git("commit", "-qam", "It was stolen")
    assert "'sam' does not have this key today" in terminal.run("init", "--signing", ".", at="08:30").out


def test_a_staff_list_with_a_mistake(terminal: Terminal, keys: Path) -> None:
    make_key(keys)
    init(terminal)
    staff = terminal.root / "policies/staff.yaml"
    staff.write_text(staff.read_text().replace("from: 2026-11-23", "from: yesterday"))
    terminal.git("commit", "-qam", "A slip")
    said = terminal.run("init", "--signing", ".", at="08:30")
    assert "policies/staff.yaml:6: person 'sam', key 1, from: 'yesterday' is no date" in said.err


@pytest.mark.parametrize("kind", ["ed25519", "ecdsa-256", "rsa-3072"])
def test_each_usual_key_is_found(terminal: Terminal, keys: Path, kind: str) -> None:
    assert kind in KINDS
    pub = make_key(keys, kind, f"id_{kind.partition('-')[0]}")
    assert str(pub) not in init(terminal)
    assert terminal.git("config", "user.signingKey").strip() == str(pub)
    terminal.git("verify-commit", "HEAD")


def test_the_better_of_two_usual_keys(terminal: Terminal, keys: Path) -> None:
    for kind in ("rsa-2048", "ed25519"):
        make_key(keys, kind, f"id_{kind.partition('-')[0]}")
    init(terminal)
    assert terminal.git("config", "user.signingKey").strip() == str(keys / "id_ed25519.pub")


def test_the_key_that_git_is_configured_to_use(terminal: Terminal, keys: Path) -> None:
    make_key(keys)
    pub = make_key(keys, name="work")
    subprocess.run(["git", "config", "--global", "user.signingKey", "~/.ssh/work"], check=True)
    assert f"took {pub}, the public half of that key; the private one was not opened" in init(terminal)
    assert terminal.git("config", "user.signingKey").strip() == str(pub)
    terminal.git("verify-commit", "HEAD")


def test_a_home_of_nobody_is_no_key_of_git(terminal: Terminal, keys: Path) -> None:
    pub = make_key(keys)
    subprocess.run(["git", "config", "--global", "user.signingKey", "~nobody-of-that-name/k"], check=True)
    init(terminal)
    assert terminal.git("config", "user.signingKey").strip() == str(pub)


def test_a_key_that_is_configured_as_a_text(terminal: Terminal, keys: Path) -> None:
    """Its private half is in an agent; without one, the founding commit cannot be signed, and nothing is made."""
    line = make_key(keys, name="elsewhere").read_text().strip()
    subprocess.run(["git", "config", "--global", "user.signingKey", f"key::{line}"], check=True)
    terminal.monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    assert "git commit-tree" in init(terminal, code=1)
    assert not (terminal.root / "policies").exists()


def test_an_openpgp_key_that_git_is_configured_to_use_is_not_meant(terminal: Terminal, keys: Path) -> None:
    pub = make_key(keys)
    subprocess.run(["git", "config", "--global", "user.signingKey", "0A46826A"], check=True)
    init(terminal)
    assert terminal.git("config", "user.signingKey").strip() == str(pub)


def test_a_private_key_is_named_and_never_opened(terminal: Terminal, keys: Path) -> None:
    pub = make_key(keys, name="work")
    private = pub.with_suffix("")
    opened: list[str] = []
    real = os.open

    def watch(path: str | bytes | os.PathLike[str], *rest: int) -> int:
        opened.append(os.fsdecode(path))
        return real(path, *rest)

    terminal.monkeypatch.setattr(os, "open", watch)
    assert "the private one was not opened" in init(terminal, "--key", str(private))
    assert str(pub) in opened
    assert str(private) not in opened
    terminal.git("verify-commit", "HEAD")


def test_no_key_at_all(terminal: Terminal, keys: Path) -> None:
    said = init(terminal, code=4)
    assert "there is no SSH key to sign with" in said
    assert "ssh-keygen -t ed25519" in said
    assert not terminal.root.exists()


@pytest.mark.parametrize(
    ("name", "text", "code", "words"),
    [
        ("none.pub", None, 4, "there is no public key "),
        ("none", None, 4, "none.pub"),
        ("~nobody-of-that-name/k.pub", None, 4, "there is no public key "),
        ("odd.pub", "hello\n", 1, "not a public SSH key"),
        ("odd.pub", "", 1, "not a public SSH key"),
        ("odd.pub", "-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl\n", 1, "keep private keys to yourself"),
        ("odd.pub", "ssh-dss AAAAB3NzaC1kc3M= me\n", 1, "keys of type ssh-dss are not supported"),
    ],
)
def test_files_that_hold_no_key(
    terminal: Terminal, keys: Path, name: str, text: str | None, code: int, words: str
) -> None:
    if text is not None:
        (keys / name).write_text(text)
    said = init(terminal, "--key", name if name.startswith("~") else str(keys / name), code=code)
    assert words in said
    assert "b3Bl" not in said
    assert not terminal.root.exists()


def test_a_key_that_cannot_sign_leaves_nothing_in_the_way(terminal: Terminal, keys: Path) -> None:
    pub = make_key(keys)
    pub.with_suffix("").rename(keys / "away")
    terminal.monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    assert "git commit-tree" in init(terminal, code=1)
    (keys / "away").rename(pub.with_suffix(""))
    init(terminal)
    assert by_whom(terminal) == [f"G {MAIL}"]


def test_a_clone_without_the_private_key_is_warned(desk: Terminal, keys: Path) -> None:
    pub = make_key(keys)
    pub.with_suffix("").unlink()
    desk.monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    assert "no step can be signed until there is one" in desk.run("init", "--signing", ".", at="08:30").err


def test_without_an_identity_nobody_can_sign(terminal: Terminal, keys: Path) -> None:
    make_key(keys)
    (terminal.home / ".gitconfig").unlink()
    assert "git does not know who you are" in init(terminal, code=1)
    assert not terminal.root.exists()


def test_a_git_repository_with_other_work(terminal: Terminal, keys: Path) -> None:
    make_key(keys)
    terminal.root.mkdir()
    terminal.git("init", "-q")
    terminal.git("commit", "-qm", "work", "--allow-empty")
    init(terminal)
    assert by_whom(terminal) == ["N ", f"G {MAIL}"]


def test_words_that_do_not_go_together(desk: Terminal, keys: Path) -> None:
    pub = make_key(keys)
    assert "--key names a key" in desk.run("init", "--key", str(pub), ".", code=2).err
    said = desk.run("init", "--signing", ".", "--policy", str(ACME), code=2, at="09:00").err
    assert "is a case repository already" in said
    assert "commit.gpgsign" not in desk.git("config", "--local", "--list")


def test_what_sync_unites_is_signed_by_whoever_synced(terminal: Terminal, keys: Path) -> None:
    """Sam and Jo each sign with a key of their own, and Sam's clone is the one that merges."""
    make_key(keys)
    init(terminal)
    jo = replace(terminal, root=terminal.root.with_name("jo"))
    hub = terminal.root.with_name("hub.git")
    terminal.git("init", "-q", "--bare", "-b", "main", str(hub))
    terminal.git("remote", "add", "origin", str(hub))
    case = terminal.open(at="09:00")
    terminal.run("sync")
    terminal.git("clone", "-q", str(hub), str(jo.root))
    jo.git("config", "user.email", "jo@desk.example")
    jo.run("init", "--signing", "--key", str(make_key(keys, name="jo")), ".", at="09:01")
    jo.step("note", case, "-m", "I know them.", at="09:05")
    jo.run("sync")
    terminal.step("note", case, "-m", "They rang.", at="09:06")
    assert "merged as" in terminal.run("sync", at="09:07").out
    merge, *rest = by_whom(terminal)[::-1]
    assert merge == f"G {MAIL}"
    assert sorted(line[0] for line in rest) == ["G", "G", "G", "U"]
    found = signatures(terminal)
    assert [each.state for each in found] == ["good"] * 5
    assert len({each.key for each in found}) == 2
