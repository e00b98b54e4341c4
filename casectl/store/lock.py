"""One casectl writes at a time: a lock that the kernel lets go of when its holder dies."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

from casectl.model.problems import Busy
from casectl.store.repo import Repo, state_dir

_PAUSE_SECONDS = 0.01


@contextmanager
def lock(repo: Repo, timeout_seconds: float = 10.0) -> Iterator[None]:
    """Holds the repository's lock, shared by all its work trees. Raises `Busy`, naming the holder, after the timeout.

    Waiting is measured on the monotonic clock; no figure depends on it.
    """
    path = state_dir(repo) / "lock"
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o666)
    try:
        _acquire(handle, time.monotonic() + timeout_seconds, str(path))
        os.ftruncate(handle, 0)
        os.pwrite(handle, str(os.getpid()).encode(), 0)
        yield
        os.ftruncate(handle, 0)
    finally:
        os.close(handle)


def is_held(repo: Repo) -> bool:
    """Whether a writer is at work now."""
    try:
        handle = os.open(repo.common_dir / "casectl" / "lock", os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False


def _acquire(handle: int, deadline: float, path: str) -> None:
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                holder = os.pread(handle, 32, 0).decode(errors="replace").strip() or "unknown"
                raise Busy(f"another casectl (process {holder}) is writing", f"try again; it holds {path}") from None
            time.sleep(_PAUSE_SECONDS)
        else:
            return
