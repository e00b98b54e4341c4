"""The lives of cases as the commits tell them: all in one streaming pass, or one by the cheap way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime, time, timedelta
from functools import partial
from itertools import zip_longest

from casectl.model.caseid import id_in, opened_on, path_of
from casectl.model.problems import NotFound
from casectl.model.timeline import Timeline
from casectl.store.ancestry import history_of
from casectl.store.gitlog import Mark, log_marks, new_blobs, ranges_of, read_mark
from casectl.store.lookup import current_cases, is_case_path, resolve_case
from casectl.store.objects import ObjectReader, read_blobs
from casectl.store.repo import Repo
from casectl.store.versions import timeline_of

__all__ = ["current_cases", "read_timeline", "read_timelines", "resolve_case"]

_MARGIN = timedelta(days=2)
"""How far before the date in its ID a case's commits are looked for at first: clocks and zones differ."""


def read_timelines(repo: Repo, commit: str, marks: dict[str, list[Mark]] | None = None) -> Iterator[Timeline]:
    """The timeline of every case that ever was, up to `commit`, in order of their paths; deleted ones included.

    One pass over the history, then one over the contents, case by case and version by version: none is held for long.
    Who has made the first already (`read_marks`) gives what it told; of that only cases are looked at, and each is
    dropped when it has been.
    """
    if marks is None:
        marks = read_marks(repo, commit, is_case_path)
    paths = sorted(path for path in marks if is_case_path(path))
    follows = history_of(repo, (commit,))
    with closing(read_blobs(repo, (blob for path in paths for blob in new_blobs(marks.get(path, ()))))) as contents:
        for path in paths:
            blobs = iter(new_blobs(marks[path]))
            life = timeline_of(id_in(path), path, marks[path], partial(_next_of, blobs, contents), follows)
            _next_of(blobs, contents)
            del marks[path]  # only now: what it names was asked for from there
            yield life


def _next_of(blobs: Iterator[bytes], contents: Iterator[bytes | None], wanted: bytes = b"") -> bytes | None:
    """The content of the blob that is wanted, of contents that come in the order of `blobs`; those before it are
    passed over, and all that are left where none is wanted."""
    for blob in blobs:
        content = next(contents, None)
        if blob == wanted:
            return content
    return None


def read_timeline(repo: Repo, case_id: str, commit: str) -> Timeline:
    """The timeline of one case up to `commit`, as `read_timelines` would give it.

    Walks back no further than the date in the ID, unless what it finds then is no whole life: clocks that were wrong
    can end such a walk early (what git leaves out for its date, it leaves out with all its ancestors, the birth among
    them). Raises `NotFound` when `commit` has no such case.
    """
    path = path_of(case_id)
    with ObjectReader(repo) as reader:
        present = reader.look(f"{commit}:{path}")
        if present is None or present.type == "tree":
            raise NotFound(f"no case {case_id} at commit {commit[:12]}", "casectl list shows the cases there are")
        marks = _marks_of(repo, commit, path, f"--since={first_day(case_id)}")
        if not begins_at_birth(marks) or read_mark(marks[-1]).new != present.id.encode():
            marks = _marks_of(repo, commit, path)
        born = read_mark(marks[0]).parents if marks else ()
        follows = history_of(repo, (commit,), born)
        return timeline_of(case_id, path, marks, lambda blob: reader.read(blob.decode()), follows)


def _marks_of(repo: Repo, commit: str, path: str, *limits: str) -> list[Mark]:
    walk = log_marks(repo, commit, *limits, "--full-history", "--", path)
    marks = [mark for found, mark in walk if found == path.encode()]  # it may have been a folder once
    marks.reverse()
    return marks


def begins_at_birth(marks: list[Mark]) -> bool:
    """Whether the changes begin with the file's birth and each follows one: none before them was left out."""
    known: set[bytes | None] = {None}
    for change in map(read_mark, marks):
        if change.old not in known:
            return False
        known.add(change.new)
    return bool(marks)


def first_day(case_id: str) -> int:
    """UTC seconds at which the search for a case's commits begins."""
    opened = datetime.combine(opened_on(case_id), time.min, UTC)
    return max(0, int((opened - _MARGIN).timestamp()))


def read_marks(repo: Repo, commit: str, wanted: Callable[[str], bool]) -> dict[str, list[Mark]]:
    """Every change of every file whose path is wanted, by path, oldest first."""
    ranges = ranges_of(repo, commit)
    found: list[dict[bytes, list[Mark] | None]] = [{} for _ in ranges]
    with ExitStack() as stack:
        walks = [stack.enter_context(closing(log_marks(repo, each))) for each in ranges]
        for abreast in zip_longest(*walks):
            for known, change in zip(found, abreast, strict=True):
                if change is not None:
                    path, mark = change
                    _note(known, path, mark, wanted)
    kept: dict[str, list[Mark]] = {}
    for known in reversed(found):
        for name, marks in known.items():
            if marks is not None:
                kept.setdefault(name.decode(errors="surrogateescape"), []).extend(reversed(marks))
    return kept


def _note(known: dict[bytes, list[Mark] | None], path: bytes, mark: Mark, wanted: Callable[[str], bool]) -> None:
    marks = known.get(path)
    if marks is not None:
        marks.append(mark)
    elif path not in known:
        known[path] = [mark] if wanted(path.decode(errors="surrogateescape")) else None
