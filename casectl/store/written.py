"""What a step was, for whoever asked for it."""

from __future__ import annotations

from typing import NamedTuple

from casectl.model.case import Case
from casectl.model.change import Change
from casectl.model.instants import Instant


class Written(NamedTuple):
    """What a step did: the case as it is now, the change, and the commit that is its evidence."""

    case: Case
    change: Change
    commit: str
    at: Instant
    path: str
    warnings: tuple[str, ...] = ()
    parent: str = ""
    """The commit that it was made from."""
    before: Case | None = None
    """The case as it was then; None for a new one."""
    author: str = ""
    """The mail address that it is signed with."""
    repeated: bool = False
    """It had been taken before: this time nothing was written."""
