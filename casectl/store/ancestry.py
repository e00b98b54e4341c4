"""Who came before whom among some commits of a history with branches, told from git's list of all commits and parents.

Commits with one parent that nobody else branched off are runs; from one run to the next go the bits of those commits
that we are asked about. So an answer costs as much as there are merges and forks in the time between those commits.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence

from casectl.model.problems import CasectlError
from casectl.store.git import GitError, Place, run_git

Follows = list[tuple[int, ...]]


def history_of(place: Place, tips: Sequence[str], left_out: Sequence[str] = ()) -> Callable[[Sequence[str]], Follows]:
    """Answers what came before what in the history up to `tips`; nothing is read before the first question.

    What `left_out` and its ancestors hold is not looked at, unless a question is about it.
    """
    near, whole = Ancestry(place, tips, left_out), Ancestry(place, tips)

    def follows(commits: Sequence[str]) -> Follows:
        found = near.follows(commits)
        found = whole.follows(commits) if found is None else found
        if found is None:
            raise CasectlError("the history changed while it was read", "try again")
        return found

    return follows


def merge_bases(place: Place, one: str, other: str) -> tuple[str, ...]:
    """The best common ancestors of two commits; several where histories crossed, none where they never met."""
    try:
        return tuple(run_git(place, "merge-base", "--all", one, other).decode().split())
    except GitError as failed:
        if failed.said.strip():
            raise
        return ()


class Ancestry:
    """The history up to some commits, read when it is asked for the first time."""

    def __init__(self, place: Place, tips: Sequence[str], left_out: Sequence[str] = ()) -> None:
        self._place = place
        self._revs = (*tips, *(f"^{name}" for name in left_out))
        self._numbers: dict[str, int] = {}
        """Every commit's number; parents have lower ones than their children."""
        self._run_of = array("l")
        self._first_parents: list[tuple[int, ...]] = []
        """For each run, the parents of its first commit."""

    def follows(self, commits: Sequence[str]) -> Follows | None:
        """For each of `commits` (parents before children) the positions of its nearest ancestors among them.

        None when one of them is not in the history that was read.
        """
        if not self._numbers:
            self._read()
        numbers = [self._numbers.get(commit, -1) for commit in commits]
        return None if -1 in numbers else _nearest(self._pasts(numbers))

    def _read(self) -> None:
        listed = run_git(self._place, "rev-list", "--parents", "--topo-order", "--reverse", *self._revs, "--")
        numbers, run_of, last_of_run = self._numbers, self._run_of, array("l")
        for number, line in enumerate(listed.decode().splitlines()):
            commit, *names = line.split(" ")
            numbers[commit] = number
            parents = tuple(numbers[name] for name in names if name in numbers)
            run = run_of[parents[0]] if len(parents) == 1 else -1
            if run < 0 or last_of_run[run] != parents[0]:
                run = len(self._first_parents)
                self._first_parents.append(parents)
                last_of_run.append(number)
            last_of_run[run] = number
            run_of.append(run)

    def _pasts(self, numbers: Sequence[int]) -> list[int]:
        """For each commit asked about, which of the others are its ancestors, as the bits of a number."""
        asked: dict[int, list[tuple[int, int]]] = {}
        for bit, number in enumerate(numbers):
            asked.setdefault(self._run_of[number], []).append((number, bit))
        entering: dict[int, int] = {}
        pasts = [0] * len(numbers)
        for run in range(min(asked), max(asked) + 1) if asked else ():
            entering[run] = bits = self._entering(run, asked, entering)
            for _, bit in sorted(asked.get(run, ())):
                pasts[bit] = bits
                bits |= 1 << bit
        return pasts

    def _entering(self, run: int, asked: dict[int, list[tuple[int, int]]], entering: dict[int, int]) -> int:
        """What the first commit of a run has among its ancestors."""
        bits = 0
        for parent in self._first_parents[run]:
            source = self._run_of[parent]
            bits |= entering.get(source, 0)
            for number, bit in asked.get(source, ()):
                if number <= parent:
                    bits |= 1 << bit
        return bits


def _nearest(pasts: Sequence[int]) -> Follows:
    """Of all ancestors of each, those that are no ancestors of another; children stand after their parents."""
    nearest = []
    for past in pasts:
        heads, rest = [], past
        while rest:
            head = rest.bit_length() - 1
            heads.append(head)
            rest &= ~(pasts[head] | 1 << head)
        nearest.append(tuple(reversed(heads)))
    return nearest
