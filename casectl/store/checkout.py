"""Bringing index and work tree along after many files changed at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from casectl.model.problems import NotAllowed
from casectl.store.git import run_git
from casectl.store.index import IndexChange
from casectl.store.repo import Repo
from casectl.store.trees import REGULAR
from casectl.store.worktree import Placed, has_index, index_entries, read_file, refuse_hand_edits, refuse_links


@dataclass(frozen=True, slots=True)
class ChangedFile:
    """One file that differs between two commits; `old` is None for a new one."""

    path: str
    mode: str
    blob: str
    old: str | None


def refuse_touched(repo: Repo, old: str, new: str) -> tuple[list[ChangedFile], frozenset[str]]:
    """The files that differ from `old` to `new`, and the paths of those that are deliberately not checked out.

    Raises `NotAllowed` if a person has touched one of them.
    """
    changed = _changed(repo, old, new)
    entries = index_entries(repo)
    absent = (None, not has_index(repo))
    for folder in sorted({file.path.rpartition("/")[0] for file in changed}):
        refuse_links(repo.root, folder)
    hidden = set()
    for file in changed:
        refuse_links(repo.root / file.path.rpartition("/")[0], file.path.rpartition("/")[2])
        staged, sparse = entries.get(file.path, absent)
        placed = Placed(file.path, staged, sparse, read_file(repo.root / file.path))
        refuse_hand_edits(placed, file.old)
        if sparse and placed.on_disk is None:
            hidden.add(file.path)
    return changed, frozenset(hidden)


def bring_along(index: IndexChange, paths: Iterable[str]) -> None:
    """Writes these files as the prepared index has them, and makes that the index."""
    if index.held:
        index.check_out(paths)
    index.put()


def _changed(repo: Repo, old: str, new: str) -> list[ChangedFile]:
    listed = run_git(repo, "diff-tree", "-r", "-z", "--no-renames", "--no-abbrev", old, new).decode(errors="replace")
    tokens = iter(listed.split("\0"))
    return [_changed_file(about.split(), path) for about, path in zip(tokens, tokens, strict=False)]


def _changed_file(about: list[str], path: str) -> ChangedFile:
    _, mode, old, new, _ = about
    if mode not in REGULAR:
        raise NotAllowed(f"{path} is no regular file", "put the case's file back with git")
    return ChangedFile(path, mode, new, old if old.strip("0") else None)
