"""Which repository this is, found without starting a process, and the few facts about it that everybody needs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from casectl.model.problems import CasectlError, NotFound
from casectl.store.git import GitError, run_git
from casectl.store.regular import read_regular

_OBJECT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_MOST_BYTES = 1 << 20
_INIT_HINT = "go to one, name it with -C DIR, or make one: casectl init DIR"


class Repo(NamedTuple):
    """A case repository. In a linked work tree `git_dir` is that tree's own and `common_dir` the shared one."""

    root: Path
    git_dir: Path
    common_dir: Path


class Identity(NamedTuple):
    """Who acts, as git knows them."""

    name: str
    mail: str


def find_repo(start: Path | None = None) -> Repo:
    """The case repository around `start` (default: the current directory): `.git`, `policies/` and `cases/`; or
    the bare one that lies there, such as a mirror, to read from.

    Raises `NotFound` when there is none on the way up.
    """
    here = Path(start or ".").absolute()
    if not here.is_dir():
        raise NotFound(f"no such directory: {here}", _INIT_HINT)
    if _is_bare_at(here):
        return _bare_at(here)
    plain = None
    for root in (here, *here.parents):
        git_dir = _git_dir(root)
        if git_dir is None:
            continue
        if (root / "policies").is_dir() and (root / "cases").is_dir():
            return Repo(root, git_dir, _common_dir(git_dir))
        plain = plain or root
    if plain:
        raise NotFound(f"{plain} is a git repository without policies/ and cases/", _INIT_HINT)
    raise NotFound(f"no case repository at {here} or above", _INIT_HINT)


def open_repo(root: Path) -> Repo:
    """The repository whose work tree begins at `root`, whatever it holds. Raises `NotFound` when it has no `.git`."""
    git_dir = _git_dir(root)
    if git_dir is None:
        raise NotFound(f"no git repository at {root}", _INIT_HINT)
    return Repo(root, git_dir, _common_dir(git_dir))


def head_commit(repo: Repo, rev: str = "HEAD") -> str:
    """The full ID of the commit that `rev` names. Raises `NotFound` for an unknown one and in an empty repository."""
    quick = _loose_head(repo) if rev == "HEAD" else None
    if quick:
        return quick
    if "\0" in rev:
        raise NotFound(f"no commit '{rev}'", "a branch, a tag, or a commit's ID from git log")
    try:
        found = run_git(repo, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{rev}^{{commit}}")
    except GitError as failed:
        if _has_commits(repo):
            raise _no_commit(repo, rev, failed.said) from None
        if failed.said.strip():
            raise
        hint = "make the first commit, or begin with: casectl init DIR"
        raise NotFound(f"{repo.root} has no commits yet", hint) from None
    commit = found.decode().strip()
    if not _OBJECT.fullmatch(commit):
        raise _no_commit(repo, rev)
    return commit


def _no_commit(repo: Repo, rev: str, said: str = "") -> NotFound:
    """Why `rev` is none: it names nothing, or something else, or git has its own reason."""
    hint = "a branch, a tag, or a commit's ID from git log"
    try:
        kind = run_git(repo, "cat-file", "-t", rev).decode().strip() if rev and rev[0] not in "-^" else ""
    except GitError:
        kind = ""
    if kind in ("tree", "blob"):
        return NotFound(f"'{rev}' is no commit but a {'folder' if kind == 'tree' else 'file'} ({kind})", hint)
    reason = next((line.partition(": ")[2] for line in said.splitlines() if line.startswith(("fatal", "error"))), "")
    return NotFound(f"no commit '{rev}'{f': {reason}' if reason else ''}", hint)


def is_shallow(repo: Repo) -> bool:
    """Whether history was cut off when cloning: figures from such a clone cannot be certified."""
    return (repo.common_dir / "shallow").is_file()


def refuse_shallow(repo: Repo) -> None:
    """Raise `CasectlError` when part of the history is missing: figures from the rest would be guesses."""
    if is_shallow(repo):
        message = "this clone is shallow: figures from part of the history cannot be certified"
        raise CasectlError(message, "git fetch --unshallow")


def refuse_incomplete(repo: Repo) -> None:
    """Raise `CasectlError` for a clone that may lack part of the history, or contents of files: a shallow or a partial
    one. Nothing can be certified from it."""
    refuse_shallow(repo)
    if any((repo.common_dir / "objects" / "pack").glob("*.promisor")):
        message = "this clone is partial: it may lack contents of files, and cannot be certified"
        raise CasectlError(message, "audit a whole one: git clone URL, without --filter")


def identity(repo: Repo) -> Identity:
    """`user.name` and `user.email` as git is configured here. Raises `CasectlError` when one is missing."""
    try:
        listed = run_git(repo, "config", "-z", "--get-regexp", r"^user\.(name|email)$").decode(errors="replace")
    except GitError as failed:
        if failed.said.strip():
            raise
        listed = ""
    values = dict(pair.split("\n", 1) for pair in listed.split("\0") if "\n" in pair)
    name, mail = values.get("user.name", "").strip(), values.get("user.email", "").strip()
    if not name or not mail:
        missing = " and ".join(key for key, value in (("user.name", name), ("user.email", mail)) if not value)
        hint = "git config --global user.name 'Your Name'; git config --global user.email you@example.org"
        raise CasectlError(f"git does not know who you are: no {missing}", hint)
    return Identity(name, mail)


def state_dir(repo: Repo) -> Path:
    """Where casectl keeps what can be thrown away (lock, caches): `casectl/` in the common git directory."""
    place = repo.common_dir / "casectl"
    place.mkdir(exist_ok=True)
    return place


def current_branch(repo: Repo) -> str | None:
    """The full name of the branch that HEAD is on (`refs/heads/main`), or None when it is detached."""
    said = _read(repo.git_dir / "HEAD")
    if said == "ref: refs/heads/.invalid":  # the reftable backend keeps HEAD elsewhere
        try:
            return run_git(repo, "symbolic-ref", "--quiet", "HEAD").decode().strip()
        except GitError:
            return None
    return said.removeprefix("ref: ") if said.startswith("ref: ") else None


def is_bare(repo: Repo) -> bool:
    """Whether the repository's own configuration says that it has no work tree."""
    config = _read(repo.common_dir / "config")
    return bool(re.search(r"^\s*bare\s*=\s*(?:true|yes|on|1)\b", config, re.MULTILINE | re.IGNORECASE))


def _loose_head(repo: Repo) -> str | None:
    branch = current_branch(repo)
    said = _read(repo.common_dir / branch) if branch else _read(repo.git_dir / "HEAD")
    return said if _OBJECT.fullmatch(said) else None


def _is_bare_at(here: Path) -> bool:
    """Whether git, too, takes `here` for a bare repository: files of those names may lie in any work tree."""
    if (here / ".git").exists() or not (here / "objects").is_dir() or not is_bare(Repo(here, here, here)):
        return False
    return run_git(here, "rev-parse", "--git-dir") == b".\n"


def _bare_at(here: Path) -> Repo:
    try:
        run_git(here, "rev-parse", "--verify", "--quiet", "HEAD:policies")
    except GitError as failed:
        if failed.said.strip():
            raise
        hint = "casectl sync, in a desk's clone of it, puts them there"
        raise NotFound(f"{here} is a bare repository without policies/", hint) from None
    return Repo(here, here, here)


def _has_commits(repo: Repo) -> bool:
    try:
        run_git(repo, "rev-parse", "--verify", "--quiet", "HEAD")
    except GitError:
        return False
    return True


def _git_dir(root: Path) -> Path | None:
    """`root`'s git directory: `.git` itself, or what a `.git` file points to."""
    dot = root / ".git"
    if dot.is_dir():
        return dot if (dot / "HEAD").is_file() else None
    pointer = _read(dot)
    if not pointer.startswith("gitdir: "):
        return None
    return _folder(root, pointer.removeprefix("gitdir: "))


def _common_dir(git_dir: Path) -> Path:
    shared = _read(git_dir / "commondir")
    return (_folder(git_dir, shared) if shared else None) or git_dir


def _folder(start: Path, pointer: str) -> Path | None:
    """The folder that a file of git points to; None for what names none, or nothing that could be a name."""
    try:
        target = (start / pointer).resolve()
        return target if target.is_dir() else None
    except (OSError, ValueError, RuntimeError):
        return None


def _read(path: Path) -> str:
    try:
        return read_regular(path, follow=True, most=_MOST_BYTES).decode(errors="replace").strip()
    except OSError:
        return ""
