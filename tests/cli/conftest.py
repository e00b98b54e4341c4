"""One way to run the program: `desk.run("note", ID, "-m", "…", at="10:00")` prints and checks what it said."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from casectl.cli.context import Settings
from casectl.cli.main import app

ACME = Path(__file__).with_name("acme.yaml")
MAIL = "sam@desk.example"


@dataclass(frozen=True)
class Said:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def moment_of(text: str) -> int:
    """`10:00` is UTC on Monday 2026-11-23; a full date and time is taken as it is."""
    moment = datetime.fromisoformat(text if "-" in text else f"2026-11-23 {text}").replace(tzinfo=UTC)
    return int(moment.timestamp())


@dataclass(frozen=True)
class Terminal:
    """A home with a git identity, a place for a repository, and a clock that only the test moves."""

    home: Path
    root: Path
    monkeypatch: pytest.MonkeyPatch
    times: list[int] = field(default_factory=lambda: [moment_of("08:00")])
    """What the clock has said; the last is now."""

    def run(self, *words: str, code: int = 0, at: str | None = None, stdin: str | bytes | None = None) -> Said:
        """Run `casectl WORDS` in this process, in the repository, at `at` (UTC; `10:00` is on Monday 2026-11-23)."""
        if at is not None:
            self.set_clock(at)
        with self.monkeypatch.context() as patch:
            patch.chdir(self.root if self.root.exists() else self.home)
            given = Settings(now=lambda: self.times[-1])
            result = CliRunner().invoke(app, words, prog_name="casectl", input=stdin, obj=given)
        said = Said(result.exit_code, result.stdout, result.stderr)
        print(f"$ casectl {' '.join(words)}\n{said.out}{said.err}-> {said.code}")
        assert said.code == code, f"exit code {said.code}, expected {code}"
        return said

    def process(self, *words: str, code: int = 0, stdin: bytes = b"", **env: str) -> Said:
        """Run it as a process of its own, as a shell would."""
        command = [sys.executable, "-m", "casectl", *words]
        where = self.root if self.root.exists() else self.home
        source = str(Path(__file__).resolve().parents[2])
        done = subprocess.run(
            command, cwd=where, input=stdin, capture_output=True, env={**os.environ, "PYTHONPATH": source, **env}
        )
        said = Said(done.returncode, done.stdout.decode(), done.stderr.decode())
        print(f"$ casectl {' '.join(words)}\n{said.out}{said.err}-> {said.code}")
        assert said.code == code, f"exit code {said.code}, expected {code}"
        return said

    def step(self, *words: str, at: str | None = None, stdin: str | bytes | None = None) -> dict[str, Any]:
        """A write that succeeds, as its JSON."""
        answer = self.run(*words, "-o", "json", at=at, stdin=stdin).json
        assert isinstance(answer, dict)
        return answer

    def open(self, title: str = "Nobody can sign in", *words: str, at: str | None = None) -> str:
        """A new case; its ID."""
        return str(self.step("open", "--title", title, "--customer", "oakfield", *words, at=at)["id"])

    def set_clock(self, text: str) -> None:
        self.times.append(moment_of(text))

    def git(self, *words: str) -> str:
        return subprocess.run(
            ["git", *words], cwd=self.root, check=True, capture_output=True, text=True, env={**os.environ}
        ).stdout

    def commits(self) -> int:
        return int(self.git("rev-list", "--count", "HEAD"))

    def files(self) -> str:
        """What is not committed."""
        return self.git("status", "--porcelain")


@pytest.fixture
def terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """A terminal in an empty home; nothing of this machine's git configuration is seen."""
    home = tmp_path / "home"
    home.mkdir()
    for name in [name for name in os.environ if name.startswith(("GIT_", "CASECTL_", "XDG_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("COLUMNS", "100")
    (home / ".gitconfig").write_text(f"[user]\n\tname = Sam\n\temail = {MAIL}\n")
    return Terminal(home, tmp_path / "desk", monkeypatch)


@pytest.fixture
def desk(terminal: Terminal) -> Terminal:
    """A terminal in a case repository with one desk, opened on the Monday at eight."""
    terminal.run("init", str(terminal.root), "--policy", str(ACME), at="08:00")
    return terminal
