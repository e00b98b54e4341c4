"""Commits as the user's own `git commit` would make them: their hooks asked, signed if they sign."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from casectl.model.instants import Instant
from casectl.model.problems import CasectlError, NotAllowed
from casectl.store.commits import signature, write_commit
from casectl.store.git import GitError, GitProcess, run_git, run_hook, start_git
from casectl.store.repo import Identity, Repo

ON_COMMIT = ("pre-commit", "prepare-commit-msg", "commit-msg")
ON_MERGE = ("pre-merge-commit", "prepare-commit-msg", "commit-msg")
"""What git asks before it commits a merge."""
AFTER_COMMIT = "post-commit"

_ABOUT_CONTENT = ("pre-commit", "pre-merge-commit")
_ASKED = r"^(commit\.gpgsign|core\.hookspath)$"


class Habits(NamedTuple):
    """How a commit is made here: whether it is signed, and where the hooks are."""

    signs: bool
    folder: Path

    def hook(self, name: str) -> Path | None:
        """The hook of that name, if there is one that runs."""
        path = self.folder / name
        return path if path.is_file() and os.access(path, os.X_OK) else None

    def hooks(self, names: Sequence[str]) -> dict[str, Path]:
        """Those of these hooks that there are, by name, in order."""
        return {name: path for name in names if (path := self.hook(name)) is not None}


def ask_habits(repo: Repo) -> GitProcess:
    """Asks git for its configuration, to be read with `told_habits` when it is needed."""
    return start_git(repo, "config", "-z", "--get-regexp", _ASKED, hooks=True)


def told_habits(repo: Repo, asked: GitProcess) -> Habits:
    """What git answered. Raises `GitError` for a configuration that cannot be read."""
    said = asked.stdout.read().decode(errors="surrogateescape") if asked.stdout else ""
    asked.close_pipes()
    if asked.wait() > 1:  # 1: none of them is set
        raise asked.failure()
    values = {
        key: value if given else "true" for key, given, value in (pair.partition("\n") for pair in said.split("\0"))
    }
    signs = values.get("commit.gpgsign", "").lower() not in ("false", "no", "off", "0", "")
    return Habits(signs, _folder(repo) if "core.hookspath" in values else repo.common_dir / "hooks")


def habits_of(repo: Repo) -> Habits:
    """How a commit is made here."""
    return told_habits(repo, ask_habits(repo))


def make_commit(
    repo: Repo,
    tree: str,
    parents: tuple[str, ...],
    message: str,
    who: Identity,
    at: Instant,
    hooks: Sequence[str] = ON_COMMIT,
    habits: Habits | None = None,
) -> str:
    """Stores a commit of `tree`, the hooks named in `hooks` having agreed, signed if the user signs; gives its ID.

    They may edit the message. Raises `NotAllowed` for one that fails or that changes what is to be committed. No branch
    moves: see `commits.move_branch`, and `run_after` for what follows.
    """
    habits = habits or habits_of(repo)
    found = habits.hooks(hooks)
    if found:
        message = _Asking(repo, tree, len(parents) > 1, who, at).ask(found, message)
    return write_commit(repo, tree, parents, message, who, at, sign=habits.signs)


def run_after(repo: Repo, name: str = AFTER_COMMIT, *args: str, habits: Habits | None = None) -> str | None:
    """Runs a hook that is told of what was done. As with git, its exit code changes nothing; what kept it from running
    is given back, to be said."""
    try:
        hook = (habits or habits_of(repo)).hook(name)
        if hook is not None:
            run_hook(repo, hook, *args, env=_surroundings(repo.git_dir / "index"))
    except CasectlError as error:
        return error.message
    return None


class _Asking(NamedTuple):
    """The hooks' questions about one commit: each sees an index of its own that holds exactly the commit's tree."""

    repo: Repo
    tree: str
    is_merge: bool
    who: Identity
    at: Instant

    def ask(self, hooks: dict[str, Path], message: str) -> str:
        """The message as the hooks leave it. Raises as `make_commit` does."""
        index = self.repo.git_dir / f"casectl-hook-index-{os.getpid()}"
        draft = self.repo.git_dir / f"casectl-message-{os.getpid()}"
        before = message.encode(errors="surrogateescape")
        try:
            run_git(self.repo, "read-tree", self.tree, env={"GIT_INDEX_FILE": str(index)})
            draft.write_bytes(before)
            for name, path in hooks.items():
                self._ask_one(name, path, index, draft)
            after = draft.read_bytes()
        finally:
            for each in (index, index.with_name(f"{index.name}.lock"), draft):
                each.unlink(missing_ok=True)
        return message if after == before else self._tidied(after)

    def _ask_one(self, name: str, path: Path, index: Path, draft: Path) -> None:
        kind = ("merge" if self.is_merge else "message",) if name == "prepare-commit-msg" else ()
        args = () if name in _ABOUT_CONTENT else (str(draft), *kind)
        code = run_hook(self.repo, path, *args, env={**signature(self.who, self.at), **_surroundings(index)})
        if code:
            raise NotAllowed(f"the hook {name} refused the step (exit code {code}); nothing was written", f"see {path}")
        if name in _ABOUT_CONTENT and self._tree_of(index) != self.tree:
            message = f"the hook {name} changed what is to be committed; nothing was written"
            raise NotAllowed(message, f"a step commits one case and nothing else: see {path}")

    def _tree_of(self, index: Path) -> str:
        try:
            return run_git(self.repo, "write-tree", "--missing-ok", env={"GIT_INDEX_FILE": str(index)}).decode().strip()
        except GitError:
            return ""

    def _tidied(self, message: bytes) -> str:
        """As git tidies what a hook has edited. Raises `NotAllowed` when nothing is left."""
        tidy = run_git(self.repo, "stripspace", stdin=message).decode(errors="surrogateescape")
        if not tidy.strip():
            raise NotAllowed("a hook left an empty commit message; nothing was written")
        return tidy


def _surroundings(index: Path) -> dict[str, str]:
    """The variables of git that a hook sees."""
    return {"GIT_INDEX_FILE": str(index), "GIT_EDITOR": ":", "GIT_PREFIX": ""}


def _folder(repo: Repo) -> Path:
    """Where `core.hooksPath` says that the hooks are."""
    said = run_git(repo, "rev-parse", "--git-path", "hooks", hooks=True).removesuffix(b"\n")
    with suppress(OSError):
        return (repo.root / os.fsdecode(said)).resolve()
    return repo.root / os.fsdecode(said)
