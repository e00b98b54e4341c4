"""Every commit of a history as git stores it: who, when, of what, in which words. Nothing is looked up, mapped or shown
otherwise than it is: no `.mailmap`, no notes, no replacement."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from itertools import takewhile
from typing import NamedTuple

from casectl.model.instants import Instant
from casectl.store.git import run_git
from casectl.store.gitlog import LAST_COMMITTED
from casectl.store.objects import read_objects
from casectl.store.repo import Repo

_DATE = re.compile(r" ([0-9]{1,20}) [+-][0-9]{4,7}")
_OWN = (b"tree", b"parent", b"author", b"committer")
_TRAILER = re.compile(r"([A-Z][A-Za-z-]*): (.*)")


class Hand(NamedTuple):
    """An author or a committer, as the commit has it."""

    name: str
    mail: str
    at: Instant | None
    """UTC seconds; None where the commit holds no date that can be read, or a later one than `LAST_COMMITTED`."""


class Commit(NamedTuple):
    """One commit. What its text means is left to others."""

    id: str
    parents: tuple[str, ...]
    author: Hand
    committer: Hand
    message: str
    signed: bytes = b""
    """The whole commit object, of one that carries a signature."""
    odd: str = ""
    """A header that stands where, or more often than, git writes it; empty where all is as git would write it."""

    @property
    def subject(self) -> str:
        """The first line of its message."""
        return self.message.partition("\n")[0]

    @property
    def trailers(self) -> dict[str, str]:
        """`Key: value` lines of the last paragraph of its message; of two with one key the last."""
        last = self.message.rstrip("\n").rpartition("\n\n")[2]
        return {found[1]: found[2] for line in last.split("\n") if (found := _TRAILER.fullmatch(line))}


def read_commits(repo: Repo, commit: str) -> Iterator[Commit]:
    """Every commit up to `commit`, parents before their children; one pass, streaming."""
    names = run_git(repo, "rev-list", "--topo-order", "--reverse", commit, "--").split()
    with closing(read_objects(repo, iter(names), "commit")) as contents:
        for name, content in zip(names, contents, strict=False):
            if content is not None:
                yield parse_commit(name.decode(), content)


def count_elsewhere(repo: Repo, commit: str) -> int:
    """How many commits the branches of this clone hold, its own and those it fetched, that `commit` does not follow."""
    return int(run_git(repo, "rev-list", "--count", "--branches", "--remotes", "--not", commit, "--"))


def parse_commit(name: str, content: bytes) -> Commit:
    """A commit from the bytes of its object, whatever they are: what cannot be read is left empty.

    As git reads it: parents stand directly below the tree; of two authors or committers the last is shown and counted.
    """
    head, _, message = content.partition(b"\n\n")
    headers = _headers(head)
    parents = [value.decode(errors="replace") for _, value in takewhile(_is_parent, headers[1:])]
    last = dict(headers)
    signed = any(key.startswith(b"gpgsig") for key, _ in headers)
    return Commit(
        name,
        tuple(parents),
        _hand(last.get(b"author", b"")),
        _hand(last.get(b"committer", b"")),
        message.decode(errors="replace"),
        content if signed else b"",
        _odd([key for key, _ in headers], len(parents)),
    )


def hand_lines(content: bytes) -> tuple[str, str]:
    """The author's and the committer's line of a commit's object as stored, `Name <mail> seconds zone`: those that
    `parse_commit` reads; empty for one that there is not."""
    last = dict(_headers(content.partition(b"\n\n")[0]))
    author, committer = (last.get(key, b"").decode(errors="replace") for key in (b"author", b"committer"))
    return author, committer


def _is_parent(header: tuple[bytes, bytes]) -> bool:
    return header[0] == b"parent"


def _odd(keys: list[bytes], parents: int) -> str:
    """The first of git's own headers that is not in its place: what reads it may take another one for true."""
    ordered = [b"tree", *[b"parent"] * parents, b"author", b"committer"]
    for place, key in enumerate(keys):
        wanted = ordered[place] if place < len(ordered) else b""
        if key != wanted and (wanted or key in _OWN):
            return key.decode(errors="replace")
    return "" if len(keys) >= len(ordered) else "committer"


def _headers(head: bytes) -> list[tuple[bytes, bytes]]:
    """The header lines; those that go on with a blank are joined to the line that they belong to."""
    found: list[tuple[bytes, bytes]] = []
    for line in head.split(b"\n"):
        key, _, value = line.partition(b" ")
        if key:
            found.append((key, value))
        elif found:
            found[-1] = (found[-1][0], found[-1][1] + b"\n" + value)
    return found


def _hand(line: bytes) -> Hand:
    """As git splits it: the address stands in the first angle brackets, the date after the last one."""
    text = line.decode(errors="replace")
    name, _, rest = text.partition("<")
    found = _DATE.fullmatch(rest.rpartition(">")[2])
    at = int(found[1]) if found else None
    return Hand(name.strip(), rest.partition(">")[0], at if at is not None and at <= LAST_COMMITTED else None)
