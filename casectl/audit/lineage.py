"""Which commits were built on which, as the bits of numbers: of a few that are asked about, bit by bit."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from casectl.store.ancestry import Follows
from casectl.store.commitlog import Commit

Commits = Mapping[str, Commit]
"""A whole history, parents before children."""


def known_to(commits: Sequence[str], follows: Callable[[Sequence[str]], Follows]) -> list[int]:
    """Of each commit (parents before children), which of those before it are its ancestors, as the bits of a number."""
    known: list[int] = []
    for parents in follows(commits):
        past = 0
        for parent in parents:
            past |= known[parent] | 1 << parent
        known.append(past)
    return known


def earlier_of(commits: Commits, turns: Sequence[Commit]) -> Mapping[str, int]:
    """For each commit, which of the turns it is or was built on."""
    own = {commit.id: 1 << bit for bit, commit in enumerate(turns)}
    found: dict[str, int] = {}
    for commit in commits.values():
        bits = own.get(commit.id, 0)
        for parent in commit.parents:
            bits |= found[parent]
        found[commit.id] = bits
    return found


def later_of(commits: Commits, turns: Sequence[Commit]) -> Mapping[str, int]:
    """For each commit, which of the turns it is or that were built on it."""
    found = dict.fromkeys(commits, 0) | {commit.id: 1 << bit for bit, commit in enumerate(turns)}
    for commit in reversed([*commits.values()]):
        for parent in commit.parents:
            found[parent] |= found[commit.id]
    return found
