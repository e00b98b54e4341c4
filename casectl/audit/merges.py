"""What a merge did by itself: files that it left as none of its parents had them, or as they were before one side."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator

from casectl.audit.history import History
from casectl.audit.touches import Touch, case_of
from casectl.audit.united import WORDS, unites_words
from casectl.store.book import is_policy_file
from casectl.store.commitlog import Commit
from casectl.store.lookup import is_case_path
from casectl.store.objects import ObjectReader


def own_touches(
    history: History, commit: Commit, wanted: Callable[[str], object] = lambda _: True
) -> tuple[Touch, ...]:
    """The files that a commit itself changed, each once; only paths that are `wanted`, for of a merge it takes long."""
    touches = tuple(touch for touch in history.touches.get(commit.id, ()) if wanted(touch.path))
    if len(commit.parents) < 2:
        return touches
    by_path: dict[str, list[Touch]] = defaultdict(list)
    for touch in touches:
        by_path[touch.path].append(touch)
    known = history.merged
    for path, mine in by_path.items():
        if (commit.id, path) not in known:
            known[commit.id, path] = _is_own(history, commit, mine)
    return tuple(_told(mine) for path, mine in by_path.items() if known[commit.id, path])


def _told(mine: list[Touch]) -> Touch:
    """Of one file's changes against each parent the one that says most: what is new to one side, another had."""
    return next((touch for touch in mine if touch.status != "A"), mine[0])


def _is_own(history: History, commit: Commit, mine: list[Touch]) -> bool:
    if len(mine) == len(commit.parents):
        return mine[0].path != WORDS or not unites_words(history, commit)
    return any(_may_be_taken_back(touch) for touch in mine) and is_taken_back(history, commit, mine[0])


def _may_be_taken_back(touch: Touch) -> bool:
    """Whether a side's change that vanished would be seen nowhere else. Contents of cases are told by their fold."""
    if is_case_path(touch.path):
        return touch.status in "DT"
    return is_policy_file(touch.path) or (touch.status != "A" and bool(case_of(touch.path)))


def is_taken_back(history: History, commit: Commit, touch: Touch) -> bool:
    """Whether a merge left a file as it was before one of its sides had changed it; the other had not."""
    with ObjectReader(history.repo) as reader:

        def content(of: str) -> str:
            found = reader.look(f"{of}:{touch.path}")
            return found.id if found else "0" * len(of)

        sides = {parent: content(parent) for parent in commit.parents}
        return any(
            all(content(base) == touch.new for base in bases)
            for kept, changed in _pairs(sides, touch.new)
            if (bases := history.bases(kept, changed))
        )


def _pairs(sides: dict[str, str], content: str) -> Iterator[tuple[str, str]]:
    """Parents that had what the merge has, each with one that had something else."""
    for kept, had in sides.items():
        if had == content:
            yield from ((kept, changed) for changed, other in sides.items() if other != content)
