"""casectl as a process of its own at a real terminal (a pty), for what it asks and what it opens there."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import time
from pathlib import Path

from tests.cli.conftest import Terminal

PROGRAM = """
import sys
from casectl.cli.context import Settings
from casectl.cli.main import app
from typer.main import get_command
get_command(app).main(sys.argv[2:], prog_name="casectl", obj=Settings(now=lambda: int(sys.argv[1])))
"""
PATIENCE_SECONDS = 30


class AtTerminal:
    """A running command with a keyboard and a screen. `stdout` may be a file instead."""

    def __init__(self, desk: Terminal, *words: str, stdout: Path | None = None, **env: str) -> None:
        ours, theirs = os.openpty()
        self._keys, self.screen = ours, ""
        source = str(Path(__file__).resolve().parents[2])
        out = os.open(stdout, os.O_WRONLY | os.O_CREAT) if stdout else theirs
        kept = {name: value for name, value in os.environ.items() if name not in ("VISUAL", "EDITOR")}
        self._process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(desk.times[-1]), *words],
            cwd=desk.root, stdin=theirs, stdout=out, stderr=theirs, start_new_session=True,
            env={**kept, "PYTHONPATH": source, **env},
        )  # fmt: skip
        os.close(theirs)
        if stdout:
            os.close(out)

    def sees(self, text: str) -> AtTerminal:
        """Waits until the screen shows `text`, after what was seen last; fails when it never does."""
        until = time.monotonic() + PATIENCE_SECONDS
        while text not in self.screen:
            assert self._read(until), f"never saw {text!r} in:\n{self.screen}"
        self.screen = self.screen.partition(text)[2]
        return self

    def types(self, line: str) -> AtTerminal:
        os.write(self._keys, line.encode() + b"\n")
        return self

    def ends(self, code: int = 0) -> str:
        """The rest of the screen, once the command has ended with that exit code."""
        until = time.monotonic() + PATIENCE_SECONDS
        while self._read(until):
            pass
        ended = self._process.wait(PATIENCE_SECONDS)
        os.close(self._keys)
        assert ended == code, f"exit code {ended}, expected {code}:\n{self.screen}"
        return self.screen

    def _read(self, until: float) -> bool:
        ready, _, _ = select.select([self._keys], [], [], max(0, until - time.monotonic()))
        try:
            found = os.read(self._keys, 4096) if ready else b""
        except OSError:  # the other end is closed
            found = b""
        self.screen += found.decode().replace("\r\n", "\n")
        return bool(found)
