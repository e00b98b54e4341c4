"""A git repository that has commits already becomes a case repository: one commit more, which only adds files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from casectl.model.instants import Instant
from casectl.model.problems import NotAllowed
from casectl.store.checkout import carry
from casectl.store.commits import write_blob
from casectl.store.durable import sync_objects
from casectl.store.git import run_git
from casectl.store.hooks import make_commit
from casectl.store.lock import lock
from casectl.store.refusals import refuse_unwritable
from casectl.store.repo import Identity, Repo, head_commit, open_repo
from casectl.store.signing import configure
from casectl.store.trees import NEW_FILE
from casectl.store.worktree import refuse_links


def join_repo(
    root: Path,
    files: Mapping[str, str],
    message: str,
    at: Instant,
    who: Identity,
    signing: Mapping[str, str] = MappingProxyType({}),
) -> Repo:
    """The repository at `root` with `files` (path to text) added by one commit; what is staged or edited stays so.

    `signing` are settings by which git is to sign it, and what follows.
    Raises `NotAllowed` when it is a case repository already, when a file is in the way, and as writing a step does.
    """
    repo = open_repo(root.absolute())
    refuse_unwritable(repo)
    with lock(repo):
        head = head_commit(repo)
        _refuse_what_is_in_the_way(repo, head, files)
        if signing:
            configure(repo, signing)
        entries = [(NEW_FILE, write_blob(repo, text.encode()), path) for path, text in files.items()]
        commit = make_commit(repo, _tree(repo, head, entries), (head,), message.rstrip("\n") + "\n", who, at)
        sync_objects(repo)
        carry(repo, head, commit, "a case repository", who, at)
    return repo


def has_policies(repo: Repo, commit: str) -> bool:
    """Whether the repository was a case repository at that commit."""
    return bool(run_git(repo, "ls-tree", "--name-only", commit, "--", "policies"))


def _refuse_what_is_in_the_way(repo: Repo, head: str, files: Mapping[str, str]) -> None:
    if has_policies(repo, head):
        raise NotAllowed(f"{repo.root} has policies already", "add a desk by adding its files: see policies/README.md")
    for path in files:
        refuse_links(repo.root, path)
        if (repo.root / path).exists() or run_git(repo, "ls-files", "--", path):
            raise NotAllowed(f"{repo.root / path} is in the way", "move it away, or name a new directory")


def _tree(repo: Repo, head: str, entries: list[tuple[str, str, str]]) -> str:
    draft = repo.git_dir / "casectl-join-index"
    env = {"GIT_INDEX_FILE": str(draft)}
    try:
        run_git(repo, "read-tree", head, env=env)
        lines = b"".join(f"{mode} {blob} 0\t{path}\0".encode() for mode, blob, path in entries)
        run_git(repo, "update-index", "-z", "--index-info", stdin=lines, env=env)
        return run_git(repo, "write-tree", env=env).decode().strip()
    finally:
        draft.unlink(missing_ok=True)
