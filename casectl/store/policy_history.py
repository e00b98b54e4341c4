"""What became of a desk's policy files, commit by commit: when each version was published, edited, taken away."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from casectl.model.instants import Instant
from casectl.model.policy import Policy
from casectl.model.policy_reader import read_policy
from casectl.model.tree import Branch, changed_keys
from casectl.store.book import FOLDER, CommitTree, commit_tree
from casectl.store.git import run_git
from casectl.store.gitlog import FileChange, log_marks, read_mark
from casectl.store.objects import ObjectReader
from casectl.store.policy_tree import BESIDE, SUFFIX, Holidays
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
    before it, as steps of cases are never.
    """
    marks = [*log_marks(repo, commit, "--full-history", "--", f"{FOLDER}/{desk}")]
    with ObjectReader(repo) as reader:
        tree = commit_tree(repo, reader, commit)
        found = list(_revisions(tree, desk, reversed(marks)))
    subjects = _subjects(repo, {each.commit for each in found})
    return tuple(each._replace(subject=subjects.get(each.commit, "")) for each in found)


def _revisions(tree: CommitTree, desk: str, marks: Iterator[tuple[bytes, tuple[bytes, bytes]]]) -> Iterator[Revision]:
    lists = Holidays(tree)
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
        yield _revision(tree, f"{desk}/{name}", change, lists, latest)


def _revision(tree: CommitTree, path: str, change: FileChange, lists: Holidays, at: Instant) -> Revision:
    version = path.rpartition("/")[2].removesuffix(SUFFIX)
    before, node = (tree.parsed(blob.decode(), path)[0] if blob else None for blob in (change.old, change.new))
    policy = read_policy(node, tree.shown(path), lists)[0] if node is not None else None
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
