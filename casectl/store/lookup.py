"""Which cases a commit holds: by the ID that somebody typed, or all of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

from casectl.model.case import Case
from casectl.model.caseid import CASE_PATH, id_in, is_id, normalise, path_of
from casectl.model.problems import NotFound, Problem
from casectl.store.git import run_git
from casectl.store.objects import ObjectReader, read_blobs
from casectl.store.repo import Repo
from casectl.store.versions import CaseReader

_CANDIDATES_SHOWN = 10
_REGULAR = ("100644", "100755")


def resolve_case(repo: Repo, commit: str, typed: str) -> str:
    """The ID of the case that was meant: a complete ID, or any tail that only one case at `commit` has.

    Case does not matter; I, L and O are read as 1, 1 and 0. Raises `NotFound`, with the candidates if there are any.
    """
    wanted = normalise(typed)
    if is_id(wanted):
        with ObjectReader(repo) as reader:
            if reader.look(f"{commit}:{path_of(wanted)}"):
                return wanted
    found = [case_id for case_id in case_ids(repo, commit) if case_id.endswith(wanted)] if wanted else []
    if len(found) == 1:
        return found[0]
    if not found:
        raise NotFound(f"no case '{typed}'", "an ID such as ABC-261123-K7Q4P or its last characters; see: casectl list")
    shown = ", ".join(found[:_CANDIDATES_SHOWN]) + (", …" if len(found) > _CANDIDATES_SHOWN else "")
    raise NotFound(f"'{typed}' could be any of {len(found)} cases", f"one of: {shown}")


def case_ids(repo: Repo, commit: str) -> Iterator[str]:
    """The IDs of all cases at `commit`, in order of their paths."""
    listed = run_git(repo, "ls-tree", "-r", "-z", "--name-only", commit, "--", "cases/")
    for path in listed.decode(errors="replace").split("\0"):
        if is_case_path(path):
            yield id_in(path)


def current_cases(repo: Repo, commit: str) -> Iterator[tuple[Case | None, tuple[Problem, ...]]]:
    """Every case as it stands at `commit`, without its history; None and the mistakes for a file that is no case."""
    listed = run_git(repo, "ls-tree", "-r", "-z", commit, "--", "cases/").decode(errors="replace").split("\0")
    files = [_tree_line(line) for line in listed if line.endswith(".yaml") and ".files/" not in line]
    blobs = (blob.encode() for path, mode, blob in files if _mistake(path, mode) is None)
    with closing(read_blobs(repo, blobs)) as contents:
        for path, mode, _ in files:
            mistake = _mistake(path, mode)
            if mistake:
                yield None, (mistake,)
                continue
            content = next(contents, None)
            if content is None:
                missing = Problem(path, 0, "its content is missing from this clone", "fetch the whole repository")
                yield None, (missing,)
            else:
                yield CaseReader(id_in(path), path).read(content)


def is_case_path(path: str) -> bool:
    """Whether a case's file lives here: the path that follows from an ID."""
    found = CASE_PATH.fullmatch(path)
    return found is not None and is_id(found[1]) and path_of(found[1]) == path


def _tree_line(line: str) -> tuple[str, str, str]:
    """(path, mode, object) of one line of `ls-tree`."""
    about, _, path = line.partition("\t")
    mode, _, blob = about.split(" ")
    return path, mode, blob


def _mistake(path: str, mode: str) -> Problem | None:
    if not is_case_path(path):
        hint = "cases live at cases/yyyy/mm/dd/ID.yaml, by the date in the ID"
        return Problem(path, 0, "not where a case's file belongs", hint)
    return None if mode in _REGULAR else Problem(path, 0, "not a regular file", None)
