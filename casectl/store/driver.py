"""git's own merges of a case, made by casectl: what `git pull` writes is then what a sync would have written.

git runs the driver for one path with three files, and names the commit that is merged in a variable of its own. Where
that is no merge of two commits (a rebase, a cherry-pick, common ancestors merged among themselves), git's merge of
lines does what it always does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from casectl.store.git import GitError, run_git
from casectl.store.lookup import is_case_path
from casectl.store.merge import United, united_text
from casectl.store.objects import ObjectReader
from casectl.store.repo import Repo, head_commit, is_shallow
from casectl.store.versions import CaseReader

ATTRIBUTES = ".gitattributes"
ATTRIBUTES_TEXT = """\
# So that `git pull` and `git merge` unite a case that both sides changed step by step, as `casectl sync` does.
# A clone's git has to be told once what casectl is: `casectl doctor` names the commands. Until then it merges lines.
cases/**/*.yaml merge=casectl
"""
SETTINGS = {
    "merge.casectl.name": "the steps of both sides, united by casectl",
    "merge.casectl.driver": "casectl merge-driver %O %A %B %P",
    "merge.casectl.recursive": "binary",
}
"""`binary`: where common ancestors are merged among themselves first, no line of one side may look like the answer."""

_MERGED = re.compile(r"GITHEAD_([0-9a-f]{40}(?:[0-9a-f]{24})?)")


class Sides(NamedTuple):
    """The files that git gives to a merge driver. The answer goes into `ours`."""

    base: Path
    ours: Path
    theirs: Path


def merged_commit(variables: Iterable[str]) -> str | None:
    """The commit that git says it is merging, by the names of its variables; None when there is no such one commit."""
    found = [match[1] for name in variables if (match := _MERGED.fullmatch(name))]
    return found[0] if len(found) == 1 else None


def unite(repo: Repo, theirs: str, sides: Sides, path: str) -> United | None:
    """Writes the case at `path` as the merge of HEAD and `theirs` has it, and gives it.

    None, and nothing is written, when the files are not what the two commits have there, when one is no case, and when
    this clone does not have the whole history.
    """
    if not is_case_path(path) or is_shallow(repo):
        return None
    ours, contents = head_commit(repo), [sides.ours.read_bytes(), sides.theirs.read_bytes()]
    with ObjectReader(repo) as reader:
        if [reader.read(f"{commit}:{path}") for commit in (ours, theirs)] != contents:
            return None
    case_id = Path(path).stem
    if any(CaseReader(case_id, path).read(content)[0] is None for content in contents):
        return None
    united = united_text(repo, ours, theirs, path)
    sides.ours.write_bytes(united.text)
    return united


def merge_lines(place: Path, sides: Sides) -> bool:
    """Writes git's merge of lines, with marks where both sides changed the same; gives whether there are none."""
    labels = ("-L", "ours", "-L", "base", "-L", "theirs")
    files = [str(place / file) for file in (sides.ours, sides.base, sides.theirs)]
    try:
        run_git(place, "merge-file", "-q", *labels, "--", *files)
    except GitError as failed:
        if failed.said.strip():
            raise
        return False
    return True


def set_driver(repo: Repo) -> None:
    """Tells the git of this clone what `merge=casectl` means."""
    for key, value in SETTINGS.items():
        run_git(repo, "config", key, value)


def lacks_driver(repo: Repo) -> bool:
    """Whether the attributes here ask for the driver and git was not told what it is."""
    said = run_git(repo, "check-attr", "--cached", "-z", "merge", "--", "cases/2000/01/01/a.yaml").split(b"\0")
    if said[2:3] != [b"casectl"]:
        return False
    try:
        return not run_git(repo, "config", "--get", "merge.casectl.driver").strip()
    except GitError:
        return True
