"""A repository's own configuration, attributes and hooks name programs: no command that reads runs any of them.

Beside each bait stands what plain git does with it, to show that it is one.
"""

from __future__ import annotations

import os
import pty
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.hostile import SECONDS, Answers, Baited

Bait = Callable[[Baited], tuple[str, ...]]
"""Lays itself in the desk, and gives the words with which plain git takes it."""

FAILS = "exit 1"
"""What a program does that git would else talk with for ever."""

HOOKS = (
    "applypatch-msg commit-msg fsmonitor-watchman post-applypatch post-checkout post-commit post-index-change "
    "post-merge post-receive post-rewrite post-update pre-applypatch pre-auto-gc pre-commit pre-merge-commit pre-push "
    "pre-rebase pre-receive prepare-commit-msg push-to-checkout reference-transaction sendemail-validate update"
).split()


def setting(key: str, *words: str, value: str = "{}", then: str = "") -> Bait:
    """One key of `.git/config` that names the program."""

    def lay(desk: Baited) -> tuple[str, ...]:
        desk.configure(key, value.format(desk.program(then)))
        return words

    return lay


def driver(key: str, attribute: str, *words: str, inside: bool = False) -> Bait:
    """A driver for case files, bound to them by an attribute."""

    def lay(desk: Baited) -> tuple[str, ...]:
        desk.configure(key, desk.program())
        desk.attributes(f"*.yaml {attribute}", inside)
        return tuple(word.replace("PATH", desk.path) for word in words)

    return lay


def hooks_path(desk: Baited) -> tuple[str, ...]:
    folder = desk.marker.with_name("hooks")
    folder.mkdir()
    shutil.copy(desk.program(), folder / "reference-transaction")
    desk.configure("core.hooksPath", folder)
    return "update-ref", "refs/heads/other", "HEAD"


def every_hook(desk: Baited) -> tuple[str, ...]:
    folder = desk.root / ".git/hooks"
    folder.mkdir(exist_ok=True)
    for name in HOOKS:
        shutil.copy(desk.program(), folder / name)
    return "checkout", "-q", "-b", "other"


def signature(desk: Baited) -> tuple[str, ...]:
    desk.configure("gpg.program", desk.program())
    desk.configure("log.showSignature", "true")
    return "log", "-2"


def ssh_signature(desk: Baited) -> tuple[str, ...]:
    desk.configure("gpg.ssh.program", desk.program())
    desk.configure("gpg.ssh.allowedSignersFile", desk.marker.with_name("signers"))
    desk.marker.with_name("signers").write_text("* ssh-ed25519 AAAA\n")
    desk.configure("log.showSignature", "true")
    return "log", "-1"


def included(desk: Baited) -> tuple[str, ...]:
    more = desk.marker.with_name("more")
    more.write_text(f"[core]\n\tfsmonitor = {desk.program()}\n")
    desk.configure("include.path", more)
    return ("status",)


def included_by_folder(desk: Baited) -> tuple[str, ...]:
    more = desk.marker.with_name("more")
    more.write_text(f"[core]\n\tpager = {desk.program()}\n")
    desk.configure("includeIf.onbranch:main.path", more)
    return "log", "-1"


def of_the_work_tree(desk: Baited) -> tuple[str, ...]:
    desk.configure("extensions.worktreeConfig", "true")
    (desk.root / ".git/config.worktree").write_text(f"[core]\n\tfsmonitor = {desk.program()}\n")
    return ("status",)


def alternate_refs(desk: Baited) -> tuple[str, ...]:
    other = desk.marker.with_name("other")
    shutil.copytree(desk.root / ".git", other / ".git")
    (desk.root / ".git/objects/info").mkdir(exist_ok=True)
    (desk.root / ".git/objects/info/alternates").write_text(f"{other}/.git/objects\n")
    desk.configure("core.alternateRefsCommand", desk.program())
    desk.configure("remote.other.url", other)
    return "fetch", "-q", "other", "HEAD:refs/heads/fetched"


def ext_url(desk: Baited) -> tuple[str, ...]:
    desk.configure("remote.origin.url", f"ext::{desk.program(FAILS)}")
    desk.configure("protocol.ext.allow", "always")
    return "fetch", "origin"


def instead_of(desk: Baited) -> tuple[str, ...]:
    desk.configure(f"url.ext::{desk.program(FAILS)} .insteadOf", "https://desk.example/")
    desk.configure("remote.origin.url", "https://desk.example/x")
    desk.configure("protocol.ext.allow", "always")
    return "fetch", "origin"


def transport_helper(desk: Baited) -> tuple[str, ...]:
    program = desk.program(FAILS)
    folder = desk.marker.with_name("bin")
    folder.mkdir()
    shutil.copy(program, folder / "git-remote-evil")
    desk.terminal.monkeypatch.setenv("PATH", str(folder), prepend=":")
    desk.configure("remote.origin.url", "evil")
    desk.configure("remote.origin.vcs", "evil")
    return "fetch", "origin"


BAITS: dict[str, Bait] = {
    "core.fsmonitor": setting("core.fsmonitor", "status"),
    "core.pager": setting("core.pager", "log", "-1"),
    "pager.log": setting("pager.log", "log", "-1"),
    "diff.external": setting("diff.external", "diff", "HEAD~1"),
    "diff.textconv": driver("diff.x.textconv", "diff=x", "log", "-p", "-1"),
    "diff.command": driver("diff.x.command", "diff=x", "diff", "HEAD~1"),
    "filter.clean": driver("filter.x.clean", "filter=x", "add", "PATH"),
    "filter.smudge": driver("filter.x.smudge", "filter=x", "cat-file", "--filters", "HEAD:PATH"),
    "filter.process": driver("filter.x.process", "filter=x", "cat-file", "--filters", "HEAD:PATH"),
    "info-attributes": driver("diff.x.textconv", "diff=x", "log", "-p", "-1", inside=True),
    "core.sshCommand": setting("core.sshCommand", "ls-remote", "ssh://desk.example/x", then=FAILS),
    "core.askPass": setting("core.askPass", "credential", "fill"),
    "credential.helper": setting("credential.helper", "credential", "fill"),
    "core.editor": setting("core.editor", "commit", "--amend"),
    "sequence.editor": setting("sequence.editor", "rebase", "-i", "HEAD~1"),
    "alias": setting("alias.ls", "ls", value="!{}"),
    "core.hooksPath": hooks_path,
    "hooks": every_hook,
    "gpg.program": signature,
    "gpg.ssh.program": ssh_signature,
    "include.path": included,
    "includeIf": included_by_folder,
    "config.worktree": of_the_work_tree,
    "core.alternateRefsCommand": alternate_refs,
    "ext": ext_url,
    "insteadOf": instead_of,
    "remote.vcs": transport_helper,
}
ASKED = b"protocol=https\nhost=desk.example\n\n"
OF_THE_USER = ("hooks", "core.hooksPath", "gpg.program", "gpg.ssh.program")
"""What may run when somebody takes a step: their own hooks and their own signature."""


@pytest.mark.parametrize("name", BAITS)
def test_reading_runs_no_program(baited: Baited, answers_before: Answers, name: str) -> None:
    words = BAITS[name](baited)
    assert baited.tempted(*words, stdin=ASKED), "plain git does not run it: this is no bait"
    assert baited.answers() == answers_before
    assert not baited.marker.exists()


@pytest.mark.parametrize("name", [name for name in BAITS if name not in OF_THE_USER])
def test_a_step_runs_no_program_either(baited: Baited, name: str) -> None:
    BAITS[name](baited)
    baited.terminal.step("note", baited.case, "-m", "as it was typed", at="11:00")
    written = (baited.root / baited.path).read_bytes()
    assert not baited.marker.exists()
    assert baited.terminal.git("cat-file", "blob", f"HEAD:{baited.path}").encode() == written
    assert written.count(b"kind: note") == 3


MAP = """\
source: other
desk: acme-desk
external_id: N
event: {at: AT, by: BY}
opened: {at: AT, by: BY, status: open}
title: "{N}"
times: {zone: UTC}
states: {column: S, values: {New: open}}
priorities: {column: P, values: {High: p1}}
"""


@pytest.mark.parametrize("kind", ["smudge", "process", "clean"])
def test_an_import_writes_files_through_no_filter(baited: Baited, kind: str, tmp_path: Path) -> None:
    """Nor anywhere else than beside `.git`, though the configuration knows of another work tree."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    driver(f"filter.x = y.{kind}", "filter=x")(baited)
    baited.configure(f"filter.x.{kind}", baited.program())
    baited.configure("filter.x.required", "true")
    baited.configure("core.worktree", elsewhere)
    (tmp_path / "map.yaml").write_text(MAP)
    (tmp_path / "log.csv").write_text("N,AT,BY,S,P\nT1,2026-11-23T09:00:00+00:00,jo,New,High\n")
    code, out, _ = baited.ask("import", "csv", str(tmp_path / "log.csv"), "--map", str(tmp_path / "map.yaml"))
    assert code == 0
    assert "1 new case" in out
    assert not baited.marker.exists()
    assert list(elsewhere.iterdir()) == []
    assert len(list(baited.root.glob("cases/2026/11/23/*.yaml"))) == 2


@pytest.mark.parametrize("kind", ["clean", "process"])
def test_edits_are_found_and_taken_through_no_filter(baited: Baited, kind: str) -> None:
    baited.configure(f"filter.x.{kind}", baited.program())
    baited.configure("filter.x.required", "true")
    baited.attributes("*.yaml filter=x")
    path = baited.root / baited.path
    path.write_text(path.read_text().replace("title: ", "title: My "))
    lies = path.read_bytes()
    assert baited.tempted("status"), "plain git runs it"
    code, said, _ = baited.ask("doctor", "--dry-run")
    assert (code, f"casectl adopt {baited.case}" in said) == (3, True)
    assert baited.ask("adopt")[0] == 0
    assert not baited.marker.exists()
    blob = subprocess.check_output(["git", "cat-file", "blob", f"HEAD:{baited.path}"], cwd=baited.root)
    assert blob == lies


def test_a_terminal_gets_no_pager(baited: Baited) -> None:
    """On a terminal plain git pages; we never do."""
    baited.configure("core.pager", baited.program())
    here = str(Path(__file__).resolve().parents[2])
    for words in ("list", "log"):
        master, slave = pty.openpty()
        command = [sys.executable, "-m", "casectl", words, *([baited.case] if words == "log" else [])]
        env = {**os.environ, "PYTHONPATH": here, "PAGER": str(baited.program()), "GIT_PAGER": str(baited.program())}
        done = subprocess.run(
            command, cwd=baited.root, stdin=slave, stdout=slave, stderr=slave, env=env, timeout=SECONDS
        )
        os.close(slave)
        os.close(master)
        assert done.returncode == 0
    assert not baited.marker.exists()
