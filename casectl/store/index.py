"""The user's index, changed behind git's own lock and only for the paths that we wrote.

`git commit` reads HEAD, then the index, and only then locks it. So the index shows our change before the branch moves:
a commit that saw the old index saw the old HEAD as well, and loses its own compare-and-swap; otherwise it would commit
the old text of the case on top of the new. (One that loses may still leave the index that it had read; what it shows as
staged then is older than the last commit.)
"""

from __future__ import annotations

import filecmp
import os
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType

from casectl.store.git import run_git, without_filters
from casectl.store.gitlocks import take, take_over
from casectl.store.repo import Repo


class IndexChange:
    """A new state of the index, prepared beside it. `show` makes it what others read, `put` makes it stay; leaving the
    block without either `put` or `moved` brings back what was there.

    Does nothing at all where there is no index. With `prepared` False the index is locked only by `prepare`.
    """

    def __init__(self, repo: Repo, prepared: bool = True) -> None:
        self._repo = repo
        self._index = repo.git_dir / "index"
        self._lock = repo.git_dir / "index.lock"
        self._draft = repo.git_dir / f"casectl-index-{os.getpid()}"
        self._before: Path | None = None
        self.held = False
        self._wanted = prepared

    def __enter__(self) -> IndexChange:
        if self._wanted:
            self.prepare()
        return self

    def prepare(self) -> None:
        """Locks the index, if that has not been done, and begins the new state as what is there.

        The caller holds casectl's lock. Raises `Busy` when another git keeps the index locked, or left its lock behind.
        """
        if self.held:
            self._bring_back()
        elif self._index.exists():
            take_over(self._lock)
            take(self._repo, self._lock)
            self.held = True
        else:
            return
        self._draft.write_bytes(self._index.read_bytes())

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bring_back()
        for leftover in (self._draft, self._draft.with_name(f"{self._draft.name}.lock")):
            leftover.unlink(missing_ok=True)
        if self.held:
            self._lock.unlink(missing_ok=True)

    def add(self, entries: Iterable[tuple[str, str, str]], sparse: Iterable[str] = ()) -> None:
        """Enters (mode, blob, path) of each file; those in `sparse` stay marked as not checked out."""
        if not self.held:
            return
        lines = os.fsencode("".join(f"{mode} {blob} 0\t{path}\0" for mode, blob, path in entries))
        self.run("update-index", "-z", "--index-info", stdin=lines)
        hidden = list(sparse)
        if hidden:
            self.run("update-index", "--skip-worktree", "--", *hidden)

    def check_out(self, paths: Iterable[str]) -> None:
        """Writes files as the new state has them, through none of the programs that attributes may name."""
        env = {"GIT_INDEX_FILE": str(self._draft), **without_filters(self._repo)}
        lines = os.fsencode("".join(f"{path}\0" for path in paths))
        run_git(self._repo, "checkout-index", "-f", "-u", "-q", "-z", "--stdin", stdin=lines, env=env)

    def run(self, *args: str, stdin: bytes = b"") -> bytes:
        """Runs git on the new state."""
        return run_git(self._repo, *args, stdin=stdin, env={"GIT_INDEX_FILE": str(self._draft)})

    def show(self, commit: str) -> None:
        """Makes the new state what others read, while the lock stays. The old one is kept beside it: it comes back
        unless the branch moves to `commit`."""
        if self.held:
            shown = self._draft.with_name(f"{self._draft.name}.shown")
            before = self._draft.with_name(f"{self._draft.name}.before.{commit}")
            _same(self._index, before)
            self._before = before
            _same(self._draft, shown)
            shown.replace(self._index)

    def moved(self) -> None:
        """Says that the branch has moved: what was there before does not come back any more, whatever happens."""
        if self._before:
            self._before.unlink(missing_ok=True)
            self._before = None

    def _bring_back(self) -> None:
        if self._before:
            self._before.replace(self._index)
            self._before = None

    def put(self) -> None:
        """Makes the new state the index.

        The lock keeps its mark until it goes: whoever dies in between leaves one that the next step knows as ours.
        """
        if self.held:
            self._draft.replace(self._index)
            self.moved()
            self._lock.unlink(missing_ok=True)
            self.held = False


def bring_back(repo: Repo, head: str) -> None:
    """Ends changes of the index that were shown by who died before the branch moved: what was there is there again,
    unless somebody has changed the index since.

    The caller holds casectl's lock.
    """
    index = repo.git_dir / "index"
    for before in repo.git_dir.glob("casectl-index-*.before.*"):
        draft = before.with_name(before.name.partition(".")[0])
        untouched = not index.exists() or (draft.exists() and filecmp.cmp(index, draft, shallow=False))
        if head != before.name.rpartition(".")[2] and untouched:
            before.replace(index)
        before.unlink(missing_ok=True)


def _same(there: Path, here: Path) -> None:
    """Another name for a file, which nobody writes into; where the disk knows no such names, a copy."""
    here.unlink(missing_ok=True)
    try:
        here.hardlink_to(there)
    except OSError:
        here.write_bytes(there.read_bytes())
