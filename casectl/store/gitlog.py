"""Reading `git log --raw`: which commit changed which file from which content to which, as fast as Python can."""

from __future__ import annotations

import os
import re
from collections.abc import Generator, Iterable, Iterator
from typing import NamedTuple

from casectl.model.instants import Instant
from casectl.store.git import GitProcess, Place, run_git, start_git

_CHUNK_BYTES = 1 << 20
_LONG_BYTES = 1 << 19
LAST_COMMITTED = (1 << 34) - 1
"""A commit that claims a later date has none. In the year 2514 the 34 bits of gitformat-commit-graph(5) are used up,
and git takes what comes then for another date; and millennia of office hours would take for ever to count."""
FILE_MODES = (b"100644", b"100755", b"100664")
"""Of regular files, as git has them; the last of them only in trees that an early git wrote."""
_MERGE = re.compile(rb" [0-9a-f]+ ")

_LOG = (
    "log",
    "-z",
    "--raw",
    "--no-abbrev",
    "--no-renames",
    "--ignore-submodules=none",
    "--diff-merges=separate",
    "--date-order",
    "--no-ext-diff",
    "--no-textconv",
    "--no-show-signature",
    "--no-notes",
    "--no-color",
    "--format=%H|%P|%ct|%ce",
)
"""Children before parents, merges against each parent, times and addresses raw. `-m` alone would obey configuration."""

_IN_BULK = {"GIT_FLUSH": "0"}
"""Into a pipe git would write each commit by itself, and wake us for it."""

Mark = tuple[bytes, bytes]
"""A commit's line and a file's raw line under it, both as git printed them; `read_mark` makes sense of them."""


class FileChange(NamedTuple):
    """One commit's change of one file against one parent. `old` and `new` are blob IDs, None for no file."""

    commit: str
    parents: tuple[str, ...]
    committed: Instant | None
    """The committer's time; None when the commit's date cannot be read."""
    mail: str
    old: bytes | None
    new: bytes | None
    plain: bool
    """Whether what is there now is a regular file, not a symbolic link or another repository."""


def log_marks(place: Place, commit: str | tuple[str, ...], *limits: str) -> Generator[tuple[bytes, Mark], None, None]:
    """(path, mark) of every change of every file up to `commit` (or to any of several), newest first, streaming.

    `limits` are further arguments: `--since`, or `--full-history -- PATH`.
    """
    process = start_git(place, *_LOG, *_placed(commit, limits), env=_IN_BULK)
    try:
        header = b""
        tokens = _tokens(process)
        for token in tokens:
            if token[:2] == b"\n:" or token[:1] == b":":
                yield next(tokens), (header, token)
            elif token:
                header = token
        process.finish()
    finally:
        process.abandon()


def ranges_of(place: Place, commit: str) -> tuple[str, ...]:
    """Ranges of commits that make up the history of `commit`, newest first: two that can be walked at the same time
    when it is long and has no merges, for then the order is the same as in one walk."""
    chain = run_git(place, "rev-list", "--parents", "--end-of-options", commit, "--")
    if len(chain) < _LONG_BYTES or _MERGE.search(chain):
        return (commit,)
    begin = chain.index(b"\n", len(chain) // 2) + 1
    middle = chain[begin : begin + 64].split()[0].decode()
    return f"{middle}..{commit}", middle


def _placed(commit: str | tuple[str, ...], limits: tuple[str, ...]) -> tuple[str, ...]:
    options = tuple(limit for limit in limits if limit.startswith("--") and limit != "--")
    operands = limits[limits.index("--") :] if "--" in limits else ("--",)
    tips = (commit,) if isinstance(commit, str) else commit
    return (*options, "--end-of-options", *tips, *operands)


def _tokens(process: GitProcess) -> Iterator[bytes]:
    stdout = process.stdout
    rest = b""
    # Not until a chunk is full: another process may be working beside this one, and would have to wait as well.
    while stdout is not None and (chunk := os.read(stdout.fileno(), _CHUNK_BYTES)):
        *whole, rest = (rest + chunk).split(b"\0")
        yield from whole
    if rest:
        yield rest


def is_plain(mode: bytes) -> bool:
    """Whether a mode that git tells is that of a regular file, or of none: not of a link, nor of another repository."""
    return mode in (*FILE_MODES, b"000000")


def read_mark(mark: Mark) -> FileChange:
    """What a mark says."""
    commit, parents, seconds, mail = mark[0].decode(errors="replace").split("|", 3)
    words = mark[1].split()
    return FileChange(
        commit,
        tuple(parents.split()),
        _instant(seconds),
        mail,
        _blob(words[2]),
        _blob(words[3]),
        is_plain(words[1]),
    )


def new_blobs(marks: Iterable[Mark]) -> list[bytes]:
    """The IDs of all contents that the marks put in place, each once, in order."""
    found = dict.fromkeys(raw.split(b" ", 4)[3] for _, raw in marks)
    return [blob for blob in found if blob.strip(b"0")]


def _blob(name: bytes) -> bytes | None:
    return name if name.strip(b"0") else None


def _instant(seconds: str) -> Instant | None:
    if not seconds.isdigit():
        return None
    instant = int(seconds)
    return instant if instant <= LAST_COMMITTED else None
