"""How a history begins: the commits that set a desk up, before there was any case."""

from __future__ import annotations

from contextlib import closing

from casectl.store.git import run_git
from casectl.store.gitlog import log_marks
from casectl.store.lookup import is_case_path
from casectl.store.repo import Repo


def founding_commits(repo: Repo, commit: str) -> frozenset[str]:
    """The commits in the history of `commit` (a full ID) that were made before there was any case, and on which the
    first one was opened: nothing rested on what they changed. The very first commit is one, whatever it holds."""
    # Oldest first, and no further: git need not tell what every later commit changed.
    with closing(log_marks(repo, commit, "--reverse", "--full-history", "--", "cases")) as marks:
        opened = (mark for path, mark in marks if is_case_path(path.decode(errors="surrogateescape")))
        header, _ = next(opened, (b"", b""))
    first = header.partition(b"|")[0].decode()
    before = {*_listed(repo, first or commit)} - {first}
    roots = _listed(repo, commit, "--max-parents=0")
    return frozenset(before.union(roots if len(roots) == 1 else ()))


def _listed(repo: Repo, commit: str, *options: str) -> list[str]:
    return run_git(repo, "rev-list", *options, "--end-of-options", commit, "--").decode().split()
