"""Opening and inspecting repositories with GitPython, away from the hot paths; the only file that imports it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from casectl.model.problems import CasectlError


@dataclass(frozen=True, slots=True)
class WorkTree:
    """What a directory is, before a case repository is made of it."""

    root: Path
    exists: bool
    empty: bool
    """No files at all, `.git` apart."""
    is_git: bool
    """It is the root of a git work tree."""
    has_commits: bool
    inside: Path | None
    """The root of another git work tree that it lies in."""


def describe_work_tree(root: Path) -> WorkTree:
    """What there is at `root`. Raises `CasectlError` for a file, and for a bare repository."""
    root = root.absolute()
    if root.exists() and not root.is_dir():
        raise CasectlError(f"{root} is a file", "name a directory")
    names = {child.name for child in root.iterdir()} if root.exists() else set()
    inside, has_commits = _surroundings(root)
    own = inside == root.resolve()
    return WorkTree(root, root.exists(), not names - {".git"}, own, own and has_commits, None if own else inside)


def init_repository(root: Path) -> None:
    """`git init` at `root` with the branch `main`."""
    from git import Repo
    from git.exc import GitCommandError

    with _without_git_variables():
        try:
            Repo.init(root, mkdir=True, expand_vars=False, initial_branch="main").close()
        except GitCommandError as error:
            raise CasectlError(f"git init {root}: {str(error.stderr).strip()}") from None


def _surroundings(root: Path) -> tuple[Path | None, bool]:
    """The work tree around `root` and whether it has commits."""
    from git import Repo
    from git.exc import InvalidGitRepositoryError, NoSuchPathError

    start = next(folder for folder in (root, *root.parents) if folder.is_dir())
    with _without_git_variables():
        try:
            with Repo(start, search_parent_directories=True, expand_vars=False) as found:
                if found.working_tree_dir is None:
                    raise CasectlError(f"{start} is in a bare repository", "name a directory outside of it")
                return Path(found.working_tree_dir).resolve(), found.head.is_valid()
        except (InvalidGitRepositoryError, NoSuchPathError):
            return None, False


@contextmanager
def _without_git_variables() -> Iterator[None]:
    """GitPython hands our environment to git as it is; `GIT_DIR` and its like must not leak in."""
    leaked = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith("GIT_")}
    try:
        yield
    finally:
        os.environ.update(leaked)
