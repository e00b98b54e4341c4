"""Cases that a commit no longer has: who asks for one is told when it went."""

from __future__ import annotations

from casectl.model.caseid import id_in, is_id, normalise, path_of
from casectl.store.git import run_git
from casectl.store.lookup import is_case_path
from casectl.store.repo import Repo


def deleted_in(repo: Repo, commit: str, typed: str) -> tuple[str, str] | None:
    """The ID of the case that was meant (whole, or a tail of it) and the commit up to `commit` that deleted its file
    last; None when none did. A tail takes a walk over the whole history."""
    wanted = normalise(typed)
    if not wanted:
        return None
    where, only = (path_of(wanted), ("-1",)) if is_id(wanted) else ("cases", ())
    asked = (
        "--diff-filter=D",
        "--no-renames",
        "--ignore-submodules=none",
        "--format=commit %H",
        "--name-only",
        *only,
        commit,
        "--",
        where,
    )
    deleted = ""
    for line in run_git(repo, "log", *asked).decode(errors="replace").splitlines():
        deleted = line.removeprefix("commit ") if line.startswith("commit ") else deleted
        case_id = id_in(line)
        if case_id.endswith(wanted) and is_case_path(line):
            return case_id, deleted
    return None
