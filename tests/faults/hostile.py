"""A desk whose repository somebody hostile has prepared: a program that must never run, and what every reading command
says of the desk as long as it does not."""

from __future__ import annotations

import os
import pty
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from typer.testing import CliRunner

from casectl.cli.context import Settings
from casectl.cli.main import app
from tests.cli.conftest import Said, Terminal, moment_of

NOW = "2026-11-24 12:00"
SECONDS = 20
"""After which something hangs."""

PGP = "gpgsig -----BEGIN PGP SIGNATURE-----\n \n iQ==\n -----END PGP SIGNATURE-----\n"
SSH = "gpgsig -----BEGIN SSH SIGNATURE-----\n U1NIU0lH\n -----END SSH SIGNATURE-----\n"

Answers = dict[str, tuple[int, str]]


def reads(case: str) -> list[tuple[str, ...]]:
    """Every command that reads, asked as somebody would who has just cloned."""
    return [
        ("list",),
        ("show", case),
        ("show", case[-5:]),
        ("log", case),
        ("sla", "-o", "json"),
        ("explain", case),
        ("report", "breaches"),
        ("policy", "check"),
        ("policy", "history", "acme-desk"),
        ("clauses",),
        ("--at", "HEAD~1", "show", case),
        ("--at", "main", "sla"),
    ]


@dataclass(frozen=True)
class Baited:
    """The desk, its one case, and the file that the program makes when it runs."""

    terminal: Terminal
    case: str
    marker: Path

    @property
    def root(self) -> Path:
        return self.terminal.root

    @property
    def path(self) -> str:
        return f"cases/2026/11/23/{self.case}.yaml"

    def program(self, *more: str) -> Path:
        """A program that leaves the marker, does `more`, and passes on what it is given, as a filter would."""
        place = self.marker.with_name("program")
        place.write_text("\n".join(["#!/bin/sh", f"touch {self.marker}", *more, "cat", "exit 0"]) + "\n")
        place.chmod(0o755)
        return place

    def configure(self, key: str, value: object) -> None:
        self.terminal.git("config", key, str(value))

    def attributes(self, line: str, inside: bool = False) -> None:
        """A line of attributes, in the work tree or inside of `.git`."""
        place = self.root / (".git/info/attributes" if inside else ".gitattributes")
        place.parent.mkdir(exist_ok=True)
        place.write_text(f"{line}\n")

    def ask(self, *words: str) -> tuple[int, str, str]:
        """Exit code, output and complaints of one command; a traceback fails the test."""
        with self.terminal.monkeypatch.context() as patch:
            patch.chdir(self.root)
            result = CliRunner().invoke(app, words, prog_name="casectl", obj=Settings(now=lambda: moment_of(NOW)))
        print(f"$ casectl {' '.join(words)}\n{result.stdout}{result.stderr}-> {result.exit_code}")
        assert "unexpected" not in result.stderr, "an error that nobody thought of"
        return result.exit_code, result.stdout, result.stderr

    def outside(self, *words: str) -> Said:
        """The same in a process of its own, which is ended when it hangs."""
        env = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])}
        command = [sys.executable, "-m", "casectl", *words]
        done = subprocess.run(
            command, cwd=self.root, stdin=subprocess.DEVNULL, capture_output=True, env=env, timeout=SECONDS, text=True
        )
        print(f"$ casectl {' '.join(words)}\n{done.stdout}{done.stderr}-> {done.returncode}")
        return Said(done.returncode, done.stdout, done.stderr)

    def answers(self) -> Answers:
        """What each reading command says; each speaks in lines of its own, and none has a traceback."""
        return {" ".join(words): self.ask(*words)[:2] for words in reads(self.case)}

    def tempted(self, *words: str, stdin: bytes = b"") -> bool:
        """Whether plain git, at a terminal, runs the program here; tried in a copy, whose marker is taken away."""
        copy = self.marker.with_name("copy")
        shutil.copytree(self.root, copy, symlinks=True)
        (copy / self.path).touch()
        master, terminal = pty.openpty()
        try:
            command = ["git", "-C", str(copy), *words]
            subprocess.run(command, input=stdin, stdout=terminal, stderr=terminal, timeout=SECONDS, check=False)
        finally:
            os.close(terminal)
            os.close(master)
        shutil.rmtree(copy)
        ran = self.marker.exists()
        self.marker.unlink(missing_ok=True)
        return ran


def prepare(terminal: Terminal, policy: Path) -> str:
    """A desk with one late case, the last two of its commits with signatures that are none; gives the case's ID."""
    terminal.run("init", str(terminal.root), "--policy", str(policy), at="08:00")
    case = terminal.open(at="10:00")
    for minute in ("10:05", "10:10"):
        terminal.step("note", case, "-m", "looked into it", at=minute)
    first = terminal.git("rev-parse", "HEAD~2").strip()
    signed = _signed(terminal, "HEAD~1", first, PGP)
    terminal.git("update-ref", "HEAD", _signed(terminal, "HEAD", signed, SSH))
    return case


def _signed(terminal: Terminal, commit: str, parent: str, signature: str) -> str:
    head, _, body = terminal.git("cat-file", "commit", commit).partition("\n\n")
    head = re.sub(r"^parent .*$", f"parent {parent}", head, flags=re.MULTILINE)
    return store(terminal.root, "commit", f"{head}\n{signature}\n{body}".encode())


def store(root: Path, kind: str, content: bytes) -> str:
    """Puts an object into the repository, whatever is wrong with it; gives its ID."""
    command = ["git", "-C", str(root), "hash-object", "-t", kind, "-w", "--stdin", "--literally"]
    return subprocess.run(command, input=content, capture_output=True, check=True).stdout.decode().strip()
