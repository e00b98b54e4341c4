"""Which case files a person has edited, as git tells it; none of the programs that attributes may name is run."""

from __future__ import annotations

from typing import NamedTuple

from casectl.model.caseid import id_in
from casectl.store.git import run_git, without_filters
from casectl.store.lookup import is_case_path
from casectl.store.repo import Repo
from casectl.store.worktree import blob_on_disk, has_index, placed_at

_STATUS = ("status", "--porcelain", "-z", "--no-renames", "--untracked-files=all", "--", "cases")


class Edit(NamedTuple):
    """A case's file that is not as the last commit has it."""

    path: str
    code: str
    """As `git status --porcelain` spells it: how index and work tree differ."""

    @property
    def case_id(self) -> str:
        """Whose file it is."""
        return id_in(self.path)

    @property
    def is_new(self) -> bool:
        """Whether git does not know the file at all."""
        return self.code == "??"

    @property
    def is_gone(self) -> bool:
        """Whether the file was deleted in the index or the work tree."""
        return "D" in self.code


def find_edits(repo: Repo) -> list[Edit]:
    """All of them, in order of their paths; none where nothing is checked out at all."""
    if not has_index(repo):
        return []
    said = run_git(repo, *_STATUS, env=without_filters(repo)).decode(errors="replace")
    found = {line[3:]: Edit(line[3:], line[:2]) for line in said.split("\0") if is_case_path(line[3:])}
    return [found[path] for path in sorted(found) if not _ends_alone(repo, found[path])]


def _ends_alone(repo: Repo, edit: Edit) -> bool:
    """Whether the file differs from what is staged by the line ends that `core.autocrlf` makes, and by nothing else."""
    if edit.code != " M":
        return False
    placed = placed_at(repo, edit.path)
    return placed.staged is not None and blob_on_disk(placed, placed.staged) == placed.staged
