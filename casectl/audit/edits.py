"""What became of a file of policies/, version by version: what it said, and whether it can be read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Generic, NamedTuple, TypeVar

from casectl.audit.finding import Finding, show_file
from casectl.audit.history import History
from casectl.audit.merges import own_touches
from casectl.audit.touches import Touch
from casectl.model.problems import Problem
from casectl.model.tree import Node
from casectl.store.book import FOLDER, CommitTree, desk_of_file, is_policy_file
from casectl.store.commitlog import Commit

Said = TypeVar("Said")
Read = Callable[[Node, str], tuple[Said | None, Sequence[Problem]]]
"""What a file says, and what is wrong with it, by its tree and its path as it is shown."""


class Edit(NamedTuple, Generic[Said]):
    """What one commit made of one file."""

    commit: Commit
    path: str
    before: Said
    """By its last version that could be read as a whole."""
    now: Said
    """As far as it can be read."""
    wrong: str
    """Why not all of it can be read; empty where it can."""

    @property
    def desk(self) -> str:
        """The desk whose file it is; empty for one that is every desk's."""
        return desk_of_file(self.path) or ""

    def finding(self, code: str, told: str, about: str = "") -> Finding:
        """What is to be told of it: of the file, or of something in it that it is `about`."""
        show = show_file(self.commit.id, self.path)
        return Finding(code, self.commit.id, told, desk=self.desk, about=f"{self.path} {about}".strip(), show=show)


def edits(
    history: History, tree: CommitTree, wanted: Callable[[str], bool], read: Read[Said], nothing: Said
) -> Iterator[Edit[Said]]:
    """Every change since the founding of the files of policies/ (paths below it) that are `wanted`, parents before
    children; a merge's where it is the merge's own. A file that is not there says `nothing`."""

    def is_wanted(path: str) -> bool:
        return is_policy_file(path) and wanted(path.removeprefix(f"{FOLDER}/"))

    said: dict[tuple[str, str], Said] = {}
    for commit in history.commits.values():
        for touch in own_touches(history, commit, is_wanted):
            before = said.get((touch.path, touch.old), nothing)
            now, wrong = _said(tree, touch, read, nothing)
            said[touch.path, touch.new] = before if wrong else now
            if not history.is_founding(commit.id):
                yield Edit(commit, touch.path, before, now, wrong)


def _said(tree: CommitTree, touch: Touch, read: Read[Said], nothing: Said) -> tuple[Said, str]:
    if not touch.plain:
        return nothing, "it is no regular file"
    node, problems = tree.parsed(touch.new, touch.path.removeprefix(f"{FOLDER}/"))
    found, mistakes = read(node, touch.path) if node is not None else (None, ())
    wrong = [problem for problem in (*problems, *mistakes) if not problem.warning]
    return nothing if found is None else found, _first(wrong)


def _first(wrong: Sequence[Problem]) -> str:
    """The first of some mistakes, in words."""
    line = f"line {wrong[0].line}: " if wrong and wrong[0].line else ""
    return f"{line}{wrong[0].message}" if wrong else ""
