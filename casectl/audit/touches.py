"""What each commit of a history changed, file by file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import NamedTuple

from casectl.model.caseid import CASE_PATH
from casectl.store.gitlog import Mark, is_plain
from casectl.store.lookup import is_case_path


class Touch(NamedTuple):
    """One file that a commit changed against one of its parents."""

    path: str
    status: str
    """`A` added, `M` changed, `D` deleted, `T` made something else, as git says."""
    old: str
    new: str
    """Blob IDs; zeros for no file."""
    plain: bool
    """Whether it is a regular file from then on, or none: no link, nor another repository."""

    @property
    def file(self) -> str:
        """The blob that casectl reads from then on; zeros for none, which is so where it is no regular file."""
        return self.new if self.plain else "0" * len(self.new)


def touches_of(marks: Mapping[str, list[Mark]]) -> dict[str, tuple[Touch, ...]]:
    """What each commit changed; of a merge, against each of its parents."""
    found: dict[str, list[Touch]] = defaultdict(list)
    for path, changes in marks.items():
        for header, raw in changes:
            words = raw.split()
            touch = Touch(path, words[4].decode(), words[2].decode(), words[3].decode(), is_plain(words[1]))
            found[header.partition(b"|")[0].decode()].append(touch)
    return {commit: tuple(sorted(touches)) for commit, touches in found.items()}


def case_of(path: str) -> str:
    """The case that a path belongs to, as its file or as an attachment; empty for any other."""
    if is_case_path(path):
        found = CASE_PATH.fullmatch(path)
        return found[1] if found else ""
    head, cut, _ = path.partition(".files/")
    return case_of(f"{head}.yaml") if cut else ""
