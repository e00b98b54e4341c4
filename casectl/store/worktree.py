"""One file of the work tree and its index entry: whether a person has touched them, and bringing them along."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import NamedTuple

from casectl.model.caseid import id_in, is_id
from casectl.model.problems import NotAllowed
from casectl.store.git import run_git
from casectl.store.regular import read_regular
from casectl.store.repo import Repo

_NO_FILE = (errno.EINVAL, errno.EISDIR, errno.ENOTDIR, errno.ELOOP, errno.ENXIO)


class Placed(NamedTuple):
    """How one path stands outside of the commits."""

    path: str
    staged: str | None
    """The blob in the index, None for no entry; a merge left open gives `unmerged`."""
    sparse: bool
    """Deliberately not checked out."""
    on_disk: bytes | None


def placed_at(repo: Repo, path: str) -> Placed:
    """How `path` stands in the index and on disk. Raises `NotAllowed` for a symbolic link on the way."""
    refuse_links(repo.root, path)
    staged, sparse = index_entries(repo, path).get(path, (None, not has_index(repo)))
    return Placed(path, staged, sparse, read_file(repo.root / path))


def differs_on_disk(repo: Repo, path: str, content: bytes) -> bool:
    """Whether something else than `content` lies at `path`; where nothing lies, nothing differs."""
    try:
        refuse_links(repo.root, path)
        return read_file(repo.root / path) not in (None, content)
    except NotAllowed:
        return True


def index_entries(repo: Repo, *paths: str) -> dict[str, tuple[str | None, bool]]:
    """(blob, whether it is deliberately not checked out) by path, for the whole index or some paths of it."""
    listed = os.fsdecode(run_git(repo, "ls-files", "-s", "-t", "-z", "--", *paths))
    found: dict[str, tuple[str | None, bool]] = {}
    for line in listed.split("\0"):
        about, tab, name = line.partition("\t")
        if tab:
            tag, _, blob, stage = about.split(" ")
            found[name] = (blob if stage == "0" else "unmerged", tag in "Ss")
    return found


def refuse_hand_edits(placed: Placed, blob: str | None, content: bytes | None = None) -> None:
    """Raises `NotAllowed` unless the path is as the last commit has it: `blob`, or nothing when that is None.

    `content` is what the blob holds, where that is known already: it saves working out what is on disk.
    """
    if blob is None:
        if placed.on_disk is not None or placed.staged is not None:
            raise NotAllowed(f"{placed.path} is in the way: no commit has it", "commit it with git, or move it away")
        return
    on_disk = blob if placed.on_disk is not None and placed.on_disk == content else blob_on_disk(placed, blob)
    if on_disk == blob and placed.staged in ((blob, None) if placed.sparse else (blob,)):
        return
    case_id = id_in(placed.path)
    way = f"take them as a step: casectl adopt {case_id}" if is_id(case_id) else f"git commit -- {placed.path}"
    hint = f"{way}; or drop them: git checkout HEAD -- {placed.path}"
    raise NotAllowed(f"{placed.path} has changes that are not committed", hint)


def caught_up(repo: Repo, commit: str, placed: Placed, blob: str | None) -> Placed:
    """The path as it stands, but with `blob`, as `commit` has it, for an index entry that is an older commit's.

    A `git commit` that lost to a step leaves such an entry (see `store.index`). A commit has what it shows, so nothing
    is lost by going on from there; the next change of the entry puts it right.
    """
    if not blob or placed.staged in (blob, None, "unmerged"):
        return placed
    find = ("--full-history", "-m", "--no-renames", "--format=%H", f"--find-object={placed.staged}")
    older = run_git(repo, "log", "-1", *find, commit, "--", placed.path)
    return placed._replace(staged=blob) if older else placed


def blob_on_disk(placed: Placed, blob: str) -> str:
    """The blob that the file on disk is; line ends as `core.autocrlf` makes them, and sparse absence, are `blob`."""
    if placed.on_disk is None:
        return blob if placed.sparse else ""
    found = _blob_id(placed.on_disk, len(blob))
    if found != blob and _blob_id(placed.on_disk.replace(b"\r\n", b"\n"), len(blob)) == blob:
        return blob
    return found


def write_file(root: Path, path: str, content: bytes) -> None:
    """Puts the bytes at `root/path` in one move. Raises `NotAllowed` rather than write through a symbolic link."""
    refuse_links(root, path)
    target = root / path
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        draft.unlink(missing_ok=True)
        with draft.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            draft.chmod(stat.S_IMODE(target.stat().st_mode))
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)


def refuse_links(root: Path, path: str) -> None:
    """Raises `NotAllowed` when the path leaves `root`, or a folder or the file on it is a symbolic link."""
    here = root
    for part in path.split("/"):
        here = here / part
        if part in ("", ".", "..", ".git") or here.is_symlink():
            raise NotAllowed(f"{path} leads out of the work tree", f"{here} must be no symbolic link")


def has_index(repo: Repo) -> bool:
    """Whether anything is checked out at all (`git clone --no-checkout` leaves no index)."""
    return (repo.git_dir / "index").exists()


def read_file(path: Path) -> bytes | None:
    """The file's bytes, or None when there is none. Raises `NotAllowed` for anything else in its place."""
    try:
        return read_regular(path)
    except FileNotFoundError:
        return None
    except OSError as error:
        if error.errno not in _NO_FILE:
            raise
        raise NotAllowed(f"{path} is no regular file", "move it away") from None


def _blob_id(content: bytes, characters: int) -> str:
    import hashlib  # 3 ms, and seldom needed

    algorithm = hashlib.sha256 if characters == 64 else hashlib.sha1
    return algorithm(b"blob %d\0" % len(content) + content).hexdigest()
