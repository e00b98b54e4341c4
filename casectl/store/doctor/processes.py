"""Whether anybody is still at work here, as far as the system tells."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from casectl.store.repo import Repo

PROC = Path("/proc")


def may_be_at_work(repo: Repo, lock: Path) -> bool:
    """Whether some process may hold this lock file: has it open, or is a git in this repository. In doubt: yes."""
    if not (PROC / "self" / "fd").is_dir():
        return True
    return any(_is_busy(repo, lock, process) for process in _others())


def _others() -> Iterator[Path]:
    for process in PROC.iterdir():
        if process.name.isdigit() and int(process.name) != os.getpid() and not _is_our_child(process):
            yield process


def _is_our_child(process: Path) -> bool:
    try:
        return int((process / "stat").read_text().rpartition(")")[2].split()[1]) == os.getpid()
    except (OSError, ValueError, IndexError):
        return False


def _is_busy(repo: Repo, lock: Path, process: Path) -> bool:
    try:
        if _is_git_here(repo, process):
            return True
        return any(handle.readlink() == lock.resolve() for handle in (process / "fd").iterdir())
    except (FileNotFoundError, ProcessLookupError):  # it ended meanwhile
        return False
    except PermissionError:  # another user's: what is no git does not hold git's locks
        return _is_git(process)


def _is_git(process: Path) -> bool:
    try:
        return (process / "comm").read_text().startswith("git")
    except OSError:
        return False


def _is_git_here(repo: Repo, process: Path) -> bool:
    if not _is_git(process):
        return False
    here = (process / "cwd").readlink()
    words = (process / "cmdline").read_bytes().decode(errors="replace")
    roots = {place.resolve() for place in (repo.root, repo.git_dir, repo.common_dir)}
    return any(here.is_relative_to(root) or str(root) in words for root in roots)
