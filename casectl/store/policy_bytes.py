"""The files below `policies/` of a commit as they are, byte for byte, whatever they hold."""

from __future__ import annotations

from contextlib import closing
from typing import NamedTuple

from casectl.model.problems import CasectlError, InvalidFiles, Problem
from casectl.store.book import FOLDER
from casectl.store.git import run_git
from casectl.store.gitlog import FILE_MODES
from casectl.store.objects import read_blobs
from casectl.store.repo import Repo


class PolicyFile(NamedTuple):
    """One file: its path, its blob's ID, and its bytes."""

    path: str
    blob: str
    content: bytes


def is_plain_name(name: str) -> bool:
    """Whether every program writes this name alike and everybody sees what it is: the names that git never quotes,
    printable ASCII without quotes and backslashes. Beyond ASCII, file systems spell one name in several ways."""
    return name.isascii() and name.isprintable() and not {'"', "\\"} & set(name)


def read_policy_bytes(repo: Repo, commit: str) -> tuple[tuple[PolicyFile, ...], tuple[str, ...]]:
    """Every regular file below `policies/` at `commit`, by path; and the paths that were left out: links, other
    repositories, and what has no plain name (`is_plain_name`).

    Raises `InvalidFiles` for a name that no file system takes everywhere: `..`, or what is not UTF-8.
    """
    listed = run_git(repo, "ls-tree", "-r", "-z", "--full-tree", commit, "--", f"{FOLDER}/").split(b"\0")
    kept: list[tuple[str, str]] = []
    left_out: list[str] = []
    for line in filter(None, listed):
        about, _, raw = line.partition(b"\t")
        mode, _, blob = about.decode().split(" ")
        path = _safe(raw)
        if mode.encode() in FILE_MODES and is_plain_name(path):
            kept.append((path, blob))
        else:
            left_out.append(path)
    with closing(read_blobs(repo, (blob.encode() for _, blob in kept))) as contents:
        files = [_file(path, blob, content) for (path, blob), content in zip(kept, contents, strict=True)]
    return tuple(sorted(files)), tuple(sorted(left_out))


def _safe(raw: bytes) -> str:
    try:
        path = raw.decode()
    except UnicodeDecodeError:
        path = ""
    if not path or {"", ".", ".."} & set(path.split("/")):
        shown = raw.decode(errors="backslashreplace")
        raise InvalidFiles([Problem(shown, 0, "a name that cannot be packed: `..`, or no UTF-8", "git mv it")])
    return path


def _file(path: str, blob: str, content: bytes | None) -> PolicyFile:
    if content is None:
        raise CasectlError(f"{path}: its content is missing from this clone", "fetch the whole repository")
    return PolicyFile(path, blob, content)
