"""What a verb wants: a change to one case. The store writes it; nothing else does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from casectl.model.case import Entry, Value
from casectl.model.instants import Instant


class Moment(NamedTuple):
    """The circumstances of a step: when, by whom, and where random characters come from. Verbs get no other clock."""

    now: Instant
    by: str
    """The staff key of who acts (`sam`), or the identity's mail address when `staff.yaml` does not list it."""
    mint: Callable[[int], str]
    """`mint(n)` gives n random base-32 characters."""


class Attached(NamedTuple):
    """A file that a step keeps beside its case, as `ID.files/NAME`."""

    name: str
    content: bytes


class Change(NamedTuple):
    """One action on one case: fields to set (None removes), entries to append, and a sentence for the commit."""

    verb: str
    case_id: str
    summary: str
    """What happened, in a few words, for the commit's subject and the terminal."""
    fields: Mapping[str, Value | None]
    entries: tuple[Entry, ...] = ()
    event: str = ""
    """For the `Event:` trailer; the verb when empty."""
    warnings: tuple[str, ...] = ()
    files: tuple[Attached, ...] = ()
    rule: str = ""
    """For the `Rule:` trailer: the rule of the policy that did it, where nobody did."""
