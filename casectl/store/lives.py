"""The lives of some cases, read together: one walk over their files' history, however many they are."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing

from casectl.model.caseid import path_of
from casectl.model.timeline import Timeline
from casectl.store.ancestry import history_of
from casectl.store.gitlog import FileChange, Mark, log_marks, new_blobs, read_mark
from casectl.store.history import begins_at_birth, first_day
from casectl.store.objects import read_blobs
from casectl.store.repo import Repo
from casectl.store.versions import timeline_of

PATHS_AT_ONCE = 1000
"""As many as a command line takes anywhere."""


def read_lives(repo: Repo, commit: str, case_ids: Iterable[str], beside: str = "") -> dict[str, Timeline]:
    """The timelines of these cases up to `commit`, as `read_timelines` would give them; only of those it knows.

    With `beside`, another commit, they are what they would be at a merge of the two that adds nothing.
    """
    tips = (commit, beside) if beside else (commit,)
    wanted = sorted(set(case_ids))
    found: dict[str, Timeline] = {}
    for first in range(0, len(wanted), PATHS_AT_ONCE):
        found |= _read(repo, tips, {path_of(case_id): case_id for case_id in wanted[first : first + PATHS_AT_ONCE]})
    return found


def read_changes(repo: Repo, commit: str, case_ids: Iterable[str]) -> dict[str, tuple[FileChange, ...]]:
    """Every change of the file of each of these cases up to `commit`, oldest first; of a merge, one against each of its
    parents: also what is no step of its life. A case that `commit` knows nothing of has none."""
    wanted = sorted(set(case_ids))
    found: dict[str, tuple[FileChange, ...]] = {}
    for first in range(0, len(wanted), PATHS_AT_ONCE):
        ids = {path_of(case_id): case_id for case_id in wanted[first : first + PATHS_AT_ONCE]}
        marks = _marks(repo, (commit,), ids)
        found |= {ids[path]: tuple(map(read_mark, each)) for path, each in marks.items()}
    return found


def policy_changes(repo: Repo, since: str, commit: str) -> list[tuple[str, str]]:
    """Each commit up to `commit` that `since` does not have and that changed a file of `policies/`, with that file;
    oldest first, and the same commit once for each of them."""
    found = [(read_mark(mark).commit, path.decode(errors="replace"))
             for path, mark in log_marks(repo, f"{since}..{commit}", "--full-history", "--", "policies")]  # fmt: skip
    return list(reversed(dict.fromkeys(found)))


def _read(repo: Repo, tips: tuple[str, ...], ids: dict[str, str]) -> dict[str, Timeline]:
    marks = _marks(repo, tips, ids, f"--since={min(map(first_day, ids.values()))}")
    cut_off = [path for path, found in marks.items() if not begins_at_birth(found)]
    if cut_off:
        marks |= _marks(repo, tips, cut_off)
    met = {path: found for path, found in marks.items() if found}
    blobs = list(dict.fromkeys(blob for found in met.values() for blob in new_blobs(found)))
    with closing(read_blobs(repo, iter(blobs))) as contents:
        held = dict(zip(blobs, contents, strict=False))
    births = sorted((read_mark(found[0]) for found in met.values()), key=lambda birth: birth.committed or 0)
    follows = history_of(repo, tips, births[0].parents if births else ())
    return {ids[path]: timeline_of(ids[path], path, found, held.get, follows) for path, found in met.items()}


def _marks(repo: Repo, tips: tuple[str, ...], paths: Iterable[str], *limits: str) -> dict[str, list[Mark]]:
    """Every change of each file, oldest first."""
    marks: dict[str, list[Mark]] = {path: [] for path in paths}
    with closing(log_marks(repo, tips, *limits, "--full-history", "--", *marks)) as walk:
        for path, mark in walk:
            if path.decode(errors="replace") in marks:  # nothing in a folder of a case's name
                marks[path.decode()].append(mark)
    for found in marks.values():
        found.reverse()
    return marks
