"""Which files differ between two commits, and how each side has them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import NamedTuple

from casectl.store.git import Place, run_git


class Differing(NamedTuple):
    """A path at which two commits differ; where one has no file there its mode and its blob are None."""

    path: str
    old_mode: str | None
    new_mode: str | None
    old: str | None
    new: str | None


def differing(place: Place, old: str, new: str) -> Iterator[Differing]:
    """Every file that is not the same in both commits, in order of the paths, whatever bytes its name is made of."""
    listed = run_git(place, "diff-tree", "-r", "-z", "--no-renames", "--no-abbrev", old, new)
    tokens = iter(os.fsdecode(listed).split("\0"))
    for about, path in zip(tokens, tokens, strict=False):
        old_mode, new_mode, before, after, _ = about.removeprefix(":").split()
        yield Differing(path, _there(old_mode), _there(new_mode), _there(before), _there(after))


def _there(word: str) -> str | None:
    """git's zeros stand for nothing."""
    return word if word.strip("0") else None
