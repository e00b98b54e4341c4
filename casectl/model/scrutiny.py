"""What an audit asks about in a desk's history, as its policy says, and the findings that somebody has accepted."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from casectl.model.target import Clauses


class Scrutiny(NamedTuple):
    """From when on an audit asks why. A policy that says nothing of it has these."""

    signed: bool = False
    """Whether every commit of the desk's cases and policies has to be signed."""
    claims_seconds: int = 86_400
    """How long before its commit (wall time) a claimed moment may lie."""
    near: float = 0.1
    """How near to the end of a limit a step that stops, puts off or drops it is asked about: the share that is left."""
    often: int = 3
    """How often one case may be put on hold within a day, or be solved in all, before that is asked about."""
    grace_seconds: int = 900
    """How long (wall time) a case may still wait for the customer after the customer was heard."""
    changed_by: tuple[str, ...] = ()
    """Roles that may change the desk's policies and what all desks share; empty: anybody of the staff."""
    accepted_by: tuple[str, ...] = ()
    """Roles of which whoever accepts a finding must have one; empty: anybody of the staff."""
    clause: Clauses = ()


class Acceptance(NamedTuple):
    """Somebody's word that a finding is known and why it may stand, until the end of a day."""

    finding: str
    """The finding's id."""
    by: str
    """The staff key of whoever accepts it."""
    why: str
    until: date
    line: int
