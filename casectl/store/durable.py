"""What is said to be written outlasts a power cut: what git leaves to us is synced here.

git syncs the contents of most files that it writes (`git.DURABLE`), never the folders that name them, and `git mktree`
(2.39) not even contents, for it reads no configuration.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from casectl.store.repo import Repo, current_branch


def sync_objects(repo: Repo, objects: Iterable[str] | None = None) -> None:
    """Syncs these new objects and the folders that name them. None (after an import) syncs all that there is."""
    if objects is None:
        os.sync()
        return
    root = repo.common_dir / "objects"
    places = [root / each[:2] / each[2:] for each in objects]
    for place in places:
        sync_file(place)
    for folder in (*sorted({place.parent for place in places}), root):
        sync_folder(folder)


def sync_branch(repo: Repo) -> None:
    """Syncs where HEAD's branch and its reflog are kept, after it moved."""
    branch = current_branch(repo)
    places = [repo.git_dir / "logs" / "HEAD"]
    places += [repo.common_dir / branch, repo.common_dir / "logs" / branch] if branch else []
    for place in places:
        if "logs" in place.parts:
            sync_file(place)
        sync_folder(place.parent)


def sync_file(path: Path) -> None:
    """Syncs the file's content; one that is not there needs none."""
    with suppress(FileNotFoundError):
        _sync(path, os.O_RDONLY)


def sync_folder(path: Path) -> None:
    """Syncs which files a folder names; one that is not there names none, and some file systems cannot."""
    with suppress(FileNotFoundError, NotADirectoryError):
        _sync(path, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0))


def _sync(path: Path, flags: int) -> None:
    handle = os.open(path, flags | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
