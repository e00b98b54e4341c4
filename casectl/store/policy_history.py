"""What became of a desk's policy files, commit by commit: when each version was published, edited, taken away."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from casectl.model.instants import Instant
from casectl.model.policy import Policy
from casectl.model.policy_reader import read_policy
from casectl.model.tree import Branch, Node, changed_keys
from casectl.store.book import FOLDER, commit_tree
from casectl.store.git import run_git
from casectl.store.gitlog import FileChange, log_marks, read_mark
from casectl.store.objects import ObjectReader
from casectl.store.policy_tree import BESIDE, HOLIDAYS, SUFFIX, Holidays
from casectl.store.repo import Repo


class Revision(NamedTuple):
    """One commit's change of one version of a desk's policy."""

    version: str
    what: str
    """`published`, `edited`, `reworded` (comments and layout alone) or `removed`."""
    at: Instant
    mail: str
    subject: str
    commit: str
    effective: date | None
    """As the version says it from then on; None where it cannot be read."""
    policy: Policy | None
    """The version as it reads from then on."""
    sections: tuple[str, ...] = ()
    """Of what was edited, which of its parts: the policy's top-level keys. None where one of both cannot be read."""


def read_revisions(repo: Repo, commit: str, desk: str) -> tuple[Revision, ...]:
    """Every change of the desk's versions in the history of `commit`, oldest first.

    What a merge only brings in is told by the commit that made it. A commit's time is never before that of a change
    before it, as steps of cases are never. Each is read with the holiday lists of its own commit: who takes a list away
    later makes no earlier version unreadable.
    """
    marks = [*log_marks(repo, commit, "--full-history", "--", f"{FOLDER}/{desk}")]
    with ObjectReader(repo) as reader:
        found = list(_revisions(_Past(repo, reader, commit), desk, reversed(marks)))
    subjects = _subjects(repo, {each.commit for each in found})
    return tuple(each._replace(subject=subjects.get(each.commit, "")) for each in found)


class _Past:
    """Versions of policies to be read as they were: with the lists that lay beside them."""

    def __init__(self, repo: Repo, reader: ObjectReader, commit: str) -> None:
        self._repo = repo
        self._reader = reader
        self._files = commit_tree(repo, reader, commit)
        self._lists: dict[str, Holidays] = {}
        """By the tree object of the folder of lists; most commits share one."""

    def node(self, blob: bytes | None, path: str) -> Node | None:
        """A version of a file as a tree; None for no file, or one that cannot be read."""
        return self._files.parsed(blob.decode(), path)[0] if blob else None

    def policy(self, node: Node, path: str, commit: str) -> Policy | None:
        """What a version says at a commit; None where it cannot be read there."""
        return read_policy(node, self._files.shown(path), self._lists_at(commit))[0]

    def _lists_at(self, commit: str) -> Holidays:
        folder = self._reader.look(f"{commit}:{FOLDER}/{HOLIDAYS}")
        name = folder.id if folder else ""
        if name not in self._lists:
            self._lists[name] = Holidays(commit_tree(self._repo, self._reader, commit))
        return self._lists[name]


def _revisions(past: _Past, desk: str, marks: Iterator[tuple[bytes, tuple[bytes, bytes]]]) -> Iterator[Revision]:
    known: dict[str, set[bytes | None]] = {}
    latest: Instant = 0
    for path, mark in marks:
        folder, _, name = path.decode(errors="replace").removeprefix(f"{FOLDER}/").rpartition("/")
        change = read_mark(mark)
        latest = max(latest, change.committed or 0)
        seen = known.setdefault(name, {None})
        told = folder == desk and name.endswith(SUFFIX) and name not in BESIDE
        if not told or (len(change.parents) > 1 and change.new in seen):
            continue
        seen.add(change.new)
        yield _revision(past, f"{desk}/{name}", change, latest)


def _revision(past: _Past, path: str, change: FileChange, at: Instant) -> Revision:
    version = path.rpartition("/")[2].removesuffix(SUFFIX)
    before, node = (past.node(blob, path) for blob in (change.old, change.new))
    policy = past.policy(node, path, change.commit) if node is not None else None
    effective = policy.effective if policy else None
    what = "removed" if change.new is None else "published" if change.old is None else "edited"
    sections: tuple[str, ...] = ()
    if policy and isinstance(before, Branch) and isinstance(node, Branch):
        sections = changed_keys(before, node)
        what = what if sections else "reworded"
    return Revision(version, what, at, change.mail, "", change.commit, effective, policy, sections)


def _subjects(repo: Repo, commits: set[str]) -> dict[str, str]:
    """The first line of each commit's message, from one git for all."""
    if not commits:
        return {}
    names = "".join(f"{commit}\n" for commit in sorted(commits)).encode()
    said = run_git(repo, "log", "--no-walk=unsorted", "--stdin", "--no-show-signature", "--format=%H %s", stdin=names)
    lines = said.decode(errors="replace").splitlines()
    return {commit: subject for commit, _, subject in (line.partition(" ") for line in lines)}
