"""Reading from disk what must be a plain file: no pipe that nobody fills, no device, no link to somewhere else."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path


def read_regular(path: Path, follow: bool = False, most: int = -1) -> bytes:
    """The file's bytes, no more than `most` of them; a symbolic link in its place is followed only if `follow`.

    Raises `OSError`, also for what is no regular file. It is opened without waiting, and looked at before it is read.
    """
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | (0 if follow else os.O_NOFOLLOW))
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError(errno.EINVAL, "no regular file", str(path))
        return file.read(most)
