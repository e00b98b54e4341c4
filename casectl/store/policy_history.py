"""What became of a desk's policy files, commit by commit: when each version was published, edited, taken away."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import NamedTuple

from casectl.model.instants import Instant
from casectl.model.policy import Policy
from casectl.model.policy_reader import read_policy
from casectl.model.tree import Branch, Node, changed_keys
from casectl.store.book import FOLDER, CommitTree, commit_tree
from casectl.store.git import run_git
from casectl.store.gitlog import FileChange, Mark, log_marks, read_mark
from casectl.store.objects import ObjectReader
from casectl.store.policy_tree import HOLIDAYS, SUFFIX, Holidays, is_version
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
    old: bytes | None
    """Its text until then, as git names it; None for no file."""
    new: bytes | None
    """Its text from then on."""
    effective: date | None
    """As the version says it from then on; None where it cannot be read."""
    policy: Policy | None
    """The version as it reads from then on."""
    was: Policy | None
    """The version as it read until then."""
    standing: tuple[Policy, ...]
    """Every version that the commit's author had before it; what can be read of them."""
    sections: tuple[str, ...] = ()
    """Of what was edited, which of its parts: the policy's top-level keys. None where one of both cannot be read."""


def read_revisions(repo: Repo, commit: str, desk: str) -> tuple[Revision, ...]:
    """Every change of the desk's versions in the history of `commit`, oldest first.

    What a merge has from one of its parents is told by the commit that made it. A commit's time is never before that
    of a change before it, as steps of cases are never. Each is read with the holiday lists of its own commit: who takes
    a list away later makes no earlier version unreadable.
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
        self._policies: dict[tuple[str, str, str], Policy | None] = {}
        """By path, content, and that tree object."""

    def node(self, blob: bytes | None, path: str) -> Node | None:
        """A version of a file as a tree; None for no file, or one that cannot be read."""
        return self._files.parsed(blob.decode(), path)[0] if blob else None

    def versions(self, desk: str, commit: str) -> dict[str, Policy]:
        """Every version of a desk's policy at a commit, by the name of its file; what can be read of them."""
        tree = commit_tree(self._repo, self._reader, commit)
        read = {name: self._policy(tree, f"{desk}/{name}") for name in tree.files(desk) if is_version(name)}
        return {name: policy for name, policy in read.items() if policy}

    def _policy(self, tree: CommitTree, path: str) -> Policy | None:
        folder = self._reader.look(f"{tree.commit}:{FOLDER}/{HOLIDAYS}")
        lists = folder.id if folder else ""
        key = path, tree.blob(path) or "", lists
        if key not in self._policies:
            beside = self._lists.setdefault(lists, Holidays(tree))
            node, _ = tree.node(path)
            self._policies[key] = read_policy(node, tree.shown(path), beside)[0] if node is not None else None
        return self._policies[key]


def _revisions(past: _Past, desk: str, marks: Iterable[tuple[bytes, Mark]]) -> Iterator[Revision]:
    latest: Instant = 0
    for _, told in groupby(marks, key=lambda mark: mark[1][0]):
        by_name: dict[str, list[FileChange]] = {}
        for path, mark in told:
            folder, _, name = path.decode(errors="replace").removeprefix(f"{FOLDER}/").rpartition("/")
            change = read_mark(mark)
            latest = max(latest, change.committed or 0)
            if folder == desk and is_version(name):
                by_name.setdefault(name, []).append(change)
        own = {name: changes for name, changes in by_name.items() if len(changes) >= len(changes[0].parents)}
        yield from _of_commit(past, desk, own, latest)


def _of_commit(past: _Past, desk: str, own: Mapping[str, Sequence[FileChange]], at: Instant) -> Iterator[Revision]:
    """What a commit made of versions, by their files' names, told against each of its parents, the first one last."""
    for name, changes in sorted(own.items()):
        change = next((each for each in reversed(changes) if each.old is not None), changes[-1])
        before: dict[str, Policy] = {}
        for parent in change.parents:
            before = {**past.versions(desk, parent), **before}
        yield _revision(past, f"{desk}/{name}", change, at, before)


def _revision(past: _Past, path: str, change: FileChange, at: Instant, before: Mapping[str, Policy]) -> Revision:
    desk, _, name = path.rpartition("/")
    policy = past.versions(desk, change.commit).get(name)
    old, new = (past.node(blob, path) for blob in (change.old, change.new))
    what = "removed" if change.new is None else "published" if change.old is None else "edited"
    sections: tuple[str, ...] = ()
    if policy and isinstance(old, Branch) and isinstance(new, Branch):
        sections = changed_keys(old, new)
        what = what if sections else "reworded"
    return Revision(
        version=name.removesuffix(SUFFIX),
        what=what,
        at=at,
        mail=change.mail,
        subject="",
        commit=change.commit,
        old=change.old,
        new=change.new,
        effective=policy.effective if policy else None,
        policy=policy,
        was=before.get(name),
        standing=tuple(before.values()),
        sections=sections,
    )


def _subjects(repo: Repo, commits: set[str]) -> dict[str, str]:
    """The first line of each commit's message, from one git for all."""
    if not commits:
        return {}
    names = "".join(f"{commit}\n" for commit in sorted(commits)).encode()
    said = run_git(repo, "log", "--no-walk=unsorted", "--stdin", "--no-show-signature", "--format=%H %s", stdin=names)
    lines = said.decode(errors="replace").splitlines()
    return {commit: subject for commit, _, subject in (line.partition(" ") for line in lines)}
