"""Files that somebody names on the command line, read to be kept with a case."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Sequence
from pathlib import Path

from casectl.cli.context import Settings
from casectl.model.attachment import MOST_BYTES
from casectl.model.change import Attached
from casectl.model.problems import NotFound, UsageMistake

STANDARD_INPUT = "-"


def read_files(typed: Sequence[str], root: Settings) -> list[Attached]:
    """The files by their own names, with what they hold; no more than a byte over what a case takes is read of any.

    Raises `NotFound` for a missing file, `UsageMistake` for what is no regular file and for `-` twice.
    """
    if list(typed).count(STANDARD_INPUT) > 1:
        raise UsageMistake("standard input can be read once", "give '-' once")
    return [_from_stdin(root) if name == STANDARD_INPUT else _read(name) for name in typed]


def _from_stdin(root: Settings) -> Attached:
    if root.no_input and sys.stdin.isatty():
        raise UsageMistake("'-' would wait for a terminal, and --no-input forbids it")
    return Attached(STANDARD_INPUT, sys.stdin.buffer.read(MOST_BYTES + 1))


def _read(name: str) -> Attached:
    """One file. It is opened without waiting for whoever writes into a pipe, and looked at before it is read."""
    try:
        handle = os.open(name, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except (FileNotFoundError, NotADirectoryError):
        raise NotFound(f"there is no file {name}", "its path, from where you stand") from None
    except (OSError, ValueError) as error:
        raise UsageMistake(f"{name} cannot be read: {getattr(error, 'strerror', None) or error}") from None
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise UsageMistake(f"{name} is no regular file", "a folder is attached as an archive of it")
    with os.fdopen(handle, "rb") as file:
        return Attached(Path(name).name, file.read(MOST_BYTES + 1))
