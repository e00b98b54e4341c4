"""Making a case repository: `git init` and the first commit, by whoever is named, with no identity configured."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from casectl.model.instants import Instant
from casectl.model.problems import NotAllowed
from casectl.store.commits import move_branch, write_blob, write_commit
from casectl.store.durable import sync_branch, sync_objects
from casectl.store.git import run_git
from casectl.store.inspect import describe_work_tree, init_repository
from casectl.store.repo import Identity, Repo, open_repo
from casectl.store.signing import configure
from casectl.store.worktree import refuse_links, write_file


def create_repo(
    root: Path,
    files: Mapping[str, str],
    message: str,
    at: Instant,
    who: Identity,
    signing: Mapping[str, str] = MappingProxyType({}),
) -> Repo:
    """A new repository at `root` on the branch `main`, whose first commit holds `files` (path to text).

    `root` may be absent, empty, or a git work tree without commits and without files in the way. Raises `NotAllowed`
    otherwise, before anything is written. No identity goes into any configuration. With `signing`, settings by which
    git signs, the configuration gets these, and the commit is signed; when it cannot be, there are no files yet.
    """
    tree = describe_work_tree(root)
    if tree.has_commits:
        raise NotAllowed(f"{root} is a git repository with commits already", "name a new directory")
    if not tree.empty and not tree.is_git:
        raise NotAllowed(f"{root} is not empty", "name a new or an empty directory")
    for path in files:
        refuse_links(tree.root, path)
        if (tree.root / path).exists():
            raise NotAllowed(f"{tree.root / path} is in the way", "move it away, or name a new directory")
    if not tree.is_git:
        init_repository(tree.root)
    repo = open_repo(tree.root)
    if signing:
        configure(repo, signing)
    first_commit(repo, files, message, at, who, sign=bool(signing))
    return repo


def first_commit(
    repo: Repo, files: Mapping[str, str], message: str, at: Instant, who: Identity, sign: bool = False
) -> str:
    """Commits `files` as the first commit of an empty repository, in its index and on disk too; gives the commit."""
    entries = [(path, write_blob(repo, text.encode())) for path, text in files.items()]
    lines = b"".join(f"100644 {blob} 0\t{path}\0".encode() for path, blob in entries)
    draft = {"GIT_INDEX_FILE": str(repo.git_dir / "casectl-first-index")}
    run_git(repo, "update-index", "-z", "--add", "--index-info", stdin=lines, env=draft)
    tree = run_git(repo, "write-tree", env=draft).decode().strip()
    (repo.git_dir / "casectl-first-index").unlink()
    commit = write_commit(repo, tree, (), message.rstrip("\n") + "\n", who, at, sign)
    for path, text in files.items():
        write_file(repo.root, path, text.encode())
    run_git(repo, "update-index", "-z", "--add", "--index-info", stdin=lines)
    sync_objects(repo)
    move_branch(repo, commit, "", "first commit", who, at)
    sync_branch(repo)
    return commit
