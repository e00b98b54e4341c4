"""Everybody's steps in everybody's clone: fetch, merge, push, as often as it takes. Never a rebase: the hash of a step
and its time are its evidence.

The merge is made beside the branch and pushed from there; only when the other side has it does our branch move to it.
So a lost race costs nothing but a commit that nobody ever saw, and there is at most one merge for each push.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import NamedTuple

from casectl.model.instants import Instant
from casectl.model.problems import NotAllowed, TryAgainLater
from casectl.store.checkout import carry, refuse_touched
from casectl.store.commits import BranchMovedError
from casectl.store.durable import sync_objects
from casectl.store.git import run_git
from casectl.store.heal import heal
from casectl.store.hooks import ON_MERGE, make_commit, run_after
from casectl.store.lock import lock
from casectl.store.merge import Merged, merge_bases, merge_trees
from casectl.store.objects import ObjectReader
from casectl.store.refusals import refuse_nobody, refuse_unwritable
from casectl.store.remotes import Remote, fetch, last_seen, push, remote_of
from casectl.store.repo import Identity, Repo, head_commit, refuse_shallow

ATTEMPTS = 20
_LONGEST_PAUSE_SECONDS = 4.0
_MOST_OBJECTS = 5000
"""Beyond that the whole disk is synced at once."""


class Synced(NamedTuple):
    """What a sync did."""

    remote: Remote
    before: str
    commit: str
    """What the branch is at now, here and there."""
    received: int = 0
    """Commits that came."""
    sent: int = 0
    """Commits that went, merges included."""
    merges: tuple[str, ...] = ()
    united: tuple[str, ...] = ()
    """Cases that both sides had touched."""
    changed: tuple[str, ...] = ()
    """Paths that are new or others here now."""
    warnings: tuple[str, ...] = ()


def sync(
    repo: Repo,
    who: Identity,
    clock: Callable[[], Instant],
    remote_name: str | None = None,
    pause: Callable[[float], None] = time.sleep,
) -> Synced:
    """Brings this branch and that of a remote to the same commit, which has the steps of both.

    Raises `TryAgainLater` when the remote cannot be reached or was changed by others again and again, `NotAllowed` when
    both sides changed the same policy, when the remote refuses, for hand edits in the way, and in the middle of a merge
    and the like; `NotFound` without a remote. Whatever it raises, no step of either side is lost or changed.
    """
    refuse_nobody(who)
    remote = remote_of(repo, refuse_unwritable(repo), remote_name)
    refuse_shallow(repo)
    meeting = _Meeting(repo, remote, who, clock, last_seen(repo, remote))
    for seconds in _pauses():
        if seconds:
            pause(seconds)
        if meeting.once():
            done = meeting.outcome()
            trouble = run_after(repo, "post-merge", "0") if done.received else None
            return done._replace(warnings=(*done.warnings, trouble)) if trouble else done
    message = f"{remote.shown} was changed by others each time"
    hint = "local work goes on; try again; if it lasts, see whether a push that died left a lock there"
    raise TryAgainLater(message, hint)


def _pauses() -> Iterator[float]:
    """How long to wait before each try: longer and longer, and never as long as anybody else."""
    yield 0.0
    for attempt in range(1, ATTEMPTS):
        yield min(_LONGEST_PAUSE_SECONDS, 0.05 * 1.6**attempt) * random.uniform(0.3, 1.0)


class _Meeting:
    """One sync, from its first try to its last. Lives inside one call of `sync`."""

    def __init__(
        self, repo: Repo, remote: Remote, who: Identity, clock: Callable[[], Instant], seen: str | None
    ) -> None:
        self._repo, self._remote, self._who, self._clock, self._seen = repo, remote, who, clock, seen
        self._before = self._commit = head_commit(repo)
        self._received = self._sent = 0
        self._merges: list[str] = []
        self._united: dict[str, None] = {}
        self._changed: dict[str, None] = {}
        self._warnings: dict[str, None] = {}

    def once(self) -> bool:
        """One try; gives whether both sides are at one commit now."""
        theirs = fetch(self._repo, self._remote)
        for lost in self._lost_there(theirs):
            # What the other side no longer has we have seen there: it becomes ours before anything else, and goes out.
            if not self._advance(head_commit(self._repo), lost, send=False):
                self._seen = lost
                return False
        ours = head_commit(self._repo)
        return self._advance(ours, theirs)

    def outcome(self) -> Synced:
        """What all tries together did."""
        return Synced(
            self._remote, self._before, self._commit, self._received, self._sent, tuple(self._merges),
            tuple(sorted(self._united)), tuple(sorted(self._changed)), tuple(self._warnings),
        )  # fmt: skip

    def _lost_there(self, theirs: str | None) -> Iterator[str]:
        """What the remote had when it was last asked and has no longer, if we do not have it either."""
        seen, self._seen = self._seen, theirs
        if seen is None or (theirs is not None and not self._missing(theirs, seen)):
            return
        missing = self._missing(theirs or "", seen)
        what = f"{self._remote.shown} no longer has {missing} commit{'' if missing == 1 else 's'} that it had"
        self._warnings[f"{what} (restored from a backup, or rewritten?); all that is missing is sent again"] = None
        ours = head_commit(self._repo)
        with suppress(NotAllowed):  # of another repository, whose URL stood there by mistake
            if self._missing(ours, seen) and merge_bases(self._repo, ours, seen):
                yield seen

    def _missing(self, known: str, commit: str) -> int:
        """How many commits of `commit` are not in `known` (empty: nothing is)."""
        limits = (f"^{known}",) if known else ()
        return int(run_git(self._repo, "rev-list", "--count", commit, *limits, "--"))

    def _advance(self, ours: str, theirs: str | None, send: bool = True) -> bool:
        """Makes one commit of the two the tip of both sides (without `send`, of ours); False when somebody else was
        faster on either."""
        ahead = self._missing(theirs or "", ours)
        behind = self._missing(ours, theirs) if theirs else 0
        goal, merged = ours, Merged("")
        if behind and not ahead and theirs:
            goal = theirs
        elif behind and theirs:
            merged = merge_trees(self._repo, ours, theirs)
            goal = self._merge_commit(merged, ours, theirs, behind)
        if goal != ours and not self._is_clear(ours, goal):
            return False
        if ahead and send:
            if not push(self._repo, self._remote, goal):
                return False
            self._sent += ahead + bool(merged.tree)
        if merged.tree:
            self._merges.append(goal)
        if send:
            self._seen = goal
        self._warnings.update(dict.fromkeys(merged.warnings))
        self._united.update(dict.fromkeys(merged.united))
        return self._move(ours, goal, behind)

    def _merge_commit(self, merged: Merged, ours: str, theirs: str, behind: int) -> str:
        cases = f", {len(merged.united)} of both sides united" if merged.united else ""
        subject = f"Merge {self._remote.shown}: {behind} commit{'' if behind == 1 else 's'}{cases}"
        named = "".join(f"Case: {name}\n" for name in merged.united)
        message = f"{subject}\n\n{named}Event: sync\n"
        return make_commit(self._repo, merged.tree, (ours, theirs), message, self._who, self._clock(), ON_MERGE)

    def _is_clear(self, ours: str, goal: str) -> bool:
        """Whether our branch could move now; False when a step was taken here meanwhile. Raises for hand edits.

        Asked under the lock: the files of a step that is just being taken look like hand edits.
        """
        with lock(self._repo), ObjectReader(self._repo) as reader:
            if head_commit(self._repo) != ours:
                return False
            heal(self._repo, reader, ours)
            refuse_touched(self._repo, ours, goal)
        return True

    def _move(self, ours: str, goal: str, behind: int) -> bool:
        """Our branch to where the other side is; False when a step was taken here meanwhile."""
        if goal != ours:
            self._put_on_disk(ours, goal)
        with lock(self._repo), ObjectReader(self._repo) as reader:
            refuse_unwritable(self._repo)
            head = head_commit(self._repo)
            heal(self._repo, reader, head)
            if head != ours:
                return False
            if goal != ours:
                try:
                    moved = carry(self._repo, ours, goal, f"sync with {self._remote.shown}", self._who, self._clock())
                except BranchMovedError:
                    return False
                self._changed.update(dict.fromkeys(moved))
                self._received += behind
        self._commit = goal
        return True

    def _put_on_disk(self, ours: str, goal: str) -> None:
        listed = run_git(self._repo, "rev-list", "--objects", "--no-object-names", goal, f"^{ours}", "--")
        names = listed.decode().split()
        sync_objects(self._repo, names if len(names) <= _MOST_OBJECTS else None)
