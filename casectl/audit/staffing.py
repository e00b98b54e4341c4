"""How the staff list came to be what it is: who changed what it says of whom, commit by commit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from casectl.audit.history import History
from casectl.audit.merges import own_touches
from casectl.model.people_reader import read_staff
from casectl.model.policy import Person, by_mail
from casectl.store.book import FOLDER, CommitTree, commit_tree
from casectl.store.commitlog import Commit
from casectl.store.objects import ObjectReader
from casectl.store.policy_tree import STAFF

LIST = f"{FOLDER}/{STAFF}"
People = Mapping[str, Person]


class StaffChange(NamedTuple):
    """One commit's change of the list."""

    commit: Commit
    before: People
    now: People
    readable: bool
    """Whether the list can be read from then on, and names somebody."""

    @property
    def committed_by(self) -> Person | None:
        """Who of the staff of before made it; None for somebody else."""
        return by_mail(self.before, self.commit.committer.mail)

    @property
    def concerned(self) -> list[str]:
        """The keys of those of whom it says something else than before, newcomers and leavers among them."""
        return sorted(key for key in {*self.before, *self.now} if self.before.get(key) != self.now.get(key))


def staff_changes(history: History) -> Iterator[StaffChange]:
    """Every change of the list, parents before children; a merge's where it is the merge's own."""
    with ObjectReader(history.repo) as reader:
        tree = commit_tree(history.repo, reader, history.commit)
        for commit in history.commits.values():
            for touch in own_touches(history, commit, LIST.__eq__):
                before, now = _people(tree, touch.old), _people(tree, touch.file)
                yield StaffChange(commit, before or {}, now or {}, bool(now))


def staff_lists(history: History) -> Mapping[str, People]:
    """What the list says at each commit. One that cannot be read, or names nobody, ends nobody's time on it: there the
    list before it stands. Commits with the same list share one value."""
    nobody: People = {}
    read: dict[str, tuple[People, bool]] = {}
    found: dict[str, People] = {}
    with ObjectReader(history.repo) as reader:
        tree = commit_tree(history.repo, reader, history.commit)
        for commit in history.commits.values():
            before = found[commit.parents[0]] if commit.parents else nobody
            blob = next((touch.file for touch in history.touches.get(commit.id, ()) if touch.path == LIST), None)
            if blob is not None and blob not in read:
                read[blob] = _as_far_as_read(tree, blob)
            people, whole = read[blob] if blob else (nobody, True)
            found[commit.id] = people if people and (whole or not before) else before
    return found


def _people(tree: CommitTree, blob: str) -> People | None:
    """Whom a version of the list names; None where it cannot be read, or there is none."""
    people, whole = _as_far_as_read(tree, blob)
    return people if whole else None


def _as_far_as_read(tree: CommitTree, blob: str) -> tuple[People, bool]:
    """Whom a version of the list names, as far as it can be read; and whether all of it can."""
    node, problems = tree.parsed(blob, STAFF)
    if node is None or any(not problem.warning for problem in problems):
        return {}, False
    people, problems = read_staff(node, tree.shown(STAFF))
    return people, all(problem.warning for problem in problems)
