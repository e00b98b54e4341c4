"""The user's index, changed behind git's own lock and only for the paths that we wrote.

While we hold `index.lock`, no `git commit` can read the index between our move of the branch and our change of the
index: it would commit the old text of the case on top of the new.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from types import TracebackType

from casectl.store.git import run_git, without_filters
from casectl.store.gitlocks import take, take_over
from casectl.store.repo import Repo


class IndexChange:
    """A new state of the index, prepared beside it; `put` makes it the index, leaving the block without it drops it.

    Does nothing at all where there is no index. With `prepared` False the index is locked only by `prepare`.
    """

    def __init__(self, repo: Repo, prepared: bool = True) -> None:
        self._repo = repo
        self._index = repo.git_dir / "index"
        self._lock = repo.git_dir / "index.lock"
        self._draft = repo.git_dir / f"casectl-index-{os.getpid()}"
        self.held = False
        self._wanted = prepared

    def __enter__(self) -> IndexChange:
        if self._wanted:
            self.prepare()
        return self

    def prepare(self) -> None:
        """Locks the index and copies it, if that has not been done at the start of the block.

        The caller holds casectl's lock. Raises `Busy` when another git keeps the index locked, or left its lock behind.
        """
        if self.held or not self._index.exists():
            return
        take_over(self._lock)
        take(self._repo, self._lock)
        self.held = True
        self._draft.write_bytes(self._index.read_bytes())

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for leftover in (self._draft, self._draft.with_name(f"{self._draft.name}.lock")):
            leftover.unlink(missing_ok=True)
        if self.held:
            self._lock.unlink(missing_ok=True)

    def add(self, entries: Iterable[tuple[str, str, str]], sparse: Iterable[str] = ()) -> None:
        """Enters (mode, blob, path) of each file; those in `sparse` stay marked as not checked out."""
        if not self.held:
            return
        lines = b"".join(f"{mode} {blob} 0\t{path}\0".encode() for mode, blob, path in entries)
        self.run("update-index", "-z", "--index-info", stdin=lines)
        hidden = list(sparse)
        if hidden:
            self.run("update-index", "--skip-worktree", "--", *hidden)

    def check_out(self, paths: Iterable[str]) -> None:
        """Writes files as the new state has them, through none of the programs that attributes may name."""
        env = {"GIT_INDEX_FILE": str(self._draft), **without_filters(self._repo)}
        lines = "".join(f"{path}\0" for path in paths).encode()
        run_git(self._repo, "checkout-index", "-f", "-u", "-q", "-z", "--stdin", stdin=lines, env=env)

    def run(self, *args: str, stdin: bytes = b"") -> bytes:
        """Runs git on the new state."""
        return run_git(self._repo, *args, stdin=stdin, env={"GIT_INDEX_FILE": str(self._draft)})

    def put(self) -> None:
        """Makes the new state the index.

        The lock keeps its mark until it goes: whoever dies in between leaves one that the next step knows as ours.
        """
        if self.held:
            self._draft.replace(self._index)
            self._lock.unlink(missing_ok=True)
            self.held = False
