"""git's own lock files: a short wait for one, and what to say of one that stays."""

from __future__ import annotations

import os
import re
import time
from contextlib import suppress
from pathlib import Path

from casectl.model.problems import Busy
from casectl.store.repo import Repo, state_dir

WAIT_SECONDS = 2.0
MARK = b"casectl "
"""How a lock file of git that we made begins; the process follows. git's own are empty or hold what they lock."""

_PAUSE_SECONDS = 0.02
_HELD = re.compile(r"Unable to create '(.+?\.lock)': File exists")
_UNITS = ((86400, "d"), (3600, "h"), (60, "min"))


def take(repo: Repo, lock: Path) -> None:
    """Makes the lock file, as git does, with our mark in it. Raises `Busy` when it is there already and stays for
    `WAIT_SECONDS`."""
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            handle = os.open(lock, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666)
        except FileExistsError:
            if time.monotonic() >= deadline:
                raise in_the_way(repo, lock) from None
            time.sleep(_PAUSE_SECONDS)
        else:
            _mark(handle, lock)
            return


def _mark(handle: int, lock: Path) -> None:
    try:
        os.write(handle, b"%s%d\n" % (MARK, os.getpid()))
    except OSError:  # a full disk: without its mark nobody would know the lock as ours
        lock.unlink()
        raise
    finally:
        os.close(handle)


def take_over(lock: Path) -> None:
    """Removes the lock file if it is one that a step of ours left when it died.

    Only for who holds casectl's own lock: nobody else of us is at work then.
    """
    if is_ours(lock):
        lock.unlink(missing_ok=True)


def is_ours(lock: Path) -> bool:
    """Whether the lock file carries our mark."""
    try:
        with lock.open("rb") as file:
            return file.read(len(MARK)) == MARK
    except OSError:
        return False


def waiting() -> dict[str, str]:
    """The variables that make git wait as long for the lock of a branch as we do for that of the index."""
    key, milliseconds = "core.filesRefLockTimeout", str(int(WAIT_SECONDS * 1000))
    return {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": key, "GIT_CONFIG_VALUE_0": milliseconds}


def lock_named(repo: Repo, said: str) -> Path | None:
    """The lock file that stopped git, if that is what it says on stderr."""
    found = _HELD.search(said)
    return repo.root / found[1] if found else None


def in_the_way(repo: Repo, lock: Path) -> Busy:
    """What to raise for a lock file that stays."""
    hint = "another git may be at work: try again; casectl doctor removes one that was left behind"
    return Busy(f"{lock} is in the way, {age_of(repo, lock)}; nothing was written", hint)


def seconds_old(repo: Repo, lock: Path) -> int | None:
    """How old the file is by the clock of its own disk, which need not be ours; None when that cannot be told."""
    now = state_dir(repo) / f"now-{os.getpid()}"
    try:
        now.touch()
        return max(0, int(now.stat().st_mtime - lock.stat().st_mtime))
    except OSError:
        return None
    finally:
        with suppress(OSError):
            now.unlink()


def age_of(repo: Repo, lock: Path) -> str:
    """Its age in words."""
    seconds = seconds_old(repo, lock)
    if seconds is None:
        return "of unknown age"
    size, unit = next((pair for pair in _UNITS if seconds >= 2 * pair[0]), (1, "s"))
    return f"{seconds // size} {unit} old"
