"""A text that a command needs and was not given, written in the user's editor, as git asks for commit messages.

Which program that is, the environment alone says: nothing inside a repository may choose what runs.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from casectl.cli.errors import say
from casectl.desk.wording import MAX_TEXT_BYTES
from casectl.model.problems import CasectlError
from casectl.reports.plain import plain, shortened

INSTRUCTIONS = """

# {what}
# Lines that begin with '#' are dropped. An empty text ends the command, and nothing is written.
"""
WIDTH = 200
"""Of the line that says what the text is for."""


@contextmanager
def composed(what: str) -> Iterator[str]:
    """The text that somebody wrote in the editor; `what` tells them what it is for.

    Raises `CasectlError` for an editor that fails and a text that is empty. When what is then done with the text fails,
    it is kept, and said where.
    """
    handle, name = tempfile.mkstemp(prefix="casectl-", suffix=".txt")
    path = Path(name)
    try:
        template = INSTRUCTIONS.format(what=shortened(plain(" ".join(what.split())), WIDTH))
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(template)
        text = _edited(path, template)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    try:
        yield text
    except BaseException:
        say(f"casectl: what you wrote is kept in {path}")
        raise
    path.unlink(missing_ok=True)


def _edited(path: Path, template: str) -> str:
    command = _editor()
    try:
        # What the editor shows is for the terminal, wherever our own output goes.
        code = subprocess.run([*command, str(path)], stdout=sys.stderr.fileno(), check=False).returncode
    except OSError as error:
        raise CasectlError(f"the editor '{command[0]}' cannot be started: {error.strerror}", _HINT) from None
    if code:
        raise CasectlError(f"the editor '{command[0]}' failed (exit code {code}); nothing was written", _HINT)
    written = _read(path)
    text = "\n".join(line for line in written.splitlines() if not line.startswith("#")).strip()
    if not text or written == template:
        raise CasectlError("an empty text: nothing was written")
    return text


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(MAX_TEXT_BYTES + len(INSTRUCTIONS) + 1024).decode("utf-8")
    except UnicodeDecodeError as error:
        raise CasectlError(f"the text is not UTF-8 (byte {error.start + 1}); nothing was written") from None
    except OSError:
        raise CasectlError("the editor left no text; nothing was written", _HINT) from None


_HINT = "$VISUAL or $EDITOR names the editor; -m gives the text without one"


def _editor() -> list[str]:
    """The program to run, and its own arguments."""
    named = next((value for name in ("VISUAL", "EDITOR") if (value := os.environ.get(name, "").strip())), "vi")
    try:
        return shlex.split(named)
    except ValueError:
        raise CasectlError(f"$VISUAL or $EDITOR is not a command: {named}", _HINT) from None
