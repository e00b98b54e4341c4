"""What a state requires of a case that wants to come to it: everything that is missing, at once."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

from casectl.model.case import Entry, Value
from casectl.model.instants import Instant
from casectl.model.workflow import Requirement
from casectl.sla.duties import duties_of
from casectl.sla.life import Life
from casectl.sla.walltime import after, passed


class Lack(NamedTuple):
    """One thing that is missing."""

    what: Literal["field", "entry", "time", "duty"]
    name: str
    """The field, log kind or duty; of time the state in which it has to pass."""
    amount: int = 1
    """So many entries more, or open seconds."""
    until: Instant | None = None
    """When enough time has passed."""
    ways: tuple[str, ...] = ()
    """Log kinds that discharge a duty."""
    clause: tuple[str, ...] = ()


def lacks(
    life: Life, to: str, now: Instant, fields: Mapping[str, Value | None] | None = None, entries: Sequence[Entry] = ()
) -> tuple[Lack, ...]:
    """What the case lacks to come to the state `to` now, though the step brings these fields and entries.

    `life` is up to `now`, voids heeded.
    """
    rows = [row for row in life.policy.workflow.requires if to in row.to and _concerns(life, row)]
    if not rows:
        return ()
    after_it = {**life.spells[-1].fields, **(fields or {})}
    found = (lack for row in rows for lack in _of_row(life, row, now, after_it, entries))
    return tuple(dict.fromkeys(found))


def time_served(life: Life, to: str) -> Instant:
    """When the case has been in its state for as long as the state `to` requires of it; its coming there at least."""
    since = life.in_state_since()
    begun = life.spells[since].at
    rows = [row for row in life.policy.workflow.requires if to in row.to and row.after_seconds and _concerns(life, row)]
    counting = [row for row in rows if not (row.unless and happened_since(life, since, row.unless))]
    return max([begun, *(after(life.policy, row.calendar, begun, row.after_seconds) for row in counting)])


def _concerns(life: Life, row: Requirement) -> bool:
    return (not row.origin or life.spells[-1].status in row.origin) and life.meets(row.when)


def happened_since(life: Life, index: int, kinds: Collection[str]) -> bool:
    """Whether an entry of one of these kinds was logged from that spell on."""
    return any(at >= index and any(entry.answers_to(kind) for kind in kinds) for at, entry in life.entries)


def _of_row(
    life: Life, row: Requirement, now: Instant, fields: Mapping[str, Value | None], entries: Sequence[Entry]
) -> Iterator[Lack]:
    since = life.in_state_since()
    if row.unless and (happened_since(life, since, row.unless) or _among(entries, row.unless)):
        return
    yield from (Lack("field", name, clause=row.clause) for name in row.fields if fields.get(name) is None)
    first = since if row.since_state else 0
    for kind in row.entries:
        there = sum(at >= first and entry.answers_to(kind) for at, entry in life.entries)
        missing = row.at_least - there - sum(entry.answers_to(kind) for entry in entries)
        if missing > 0:
            yield Lack("entry", kind, missing, clause=row.clause)
    begun = life.spells[since].at
    if row.after_seconds and passed(life.policy, row.calendar, begun, now) < row.after_seconds:
        until = after(life.policy, row.calendar, begun, row.after_seconds)
        yield Lack("time", life.spells[-1].status, row.after_seconds, until, clause=row.clause)
    if row.duties:
        yield from _owed(life, row, now, entries)


def _among(entries: Sequence[Entry], kinds: Collection[str]) -> bool:
    return any(entry.answers_to(kind) for entry in entries for kind in kinds)


def _owed(life: Life, row: Requirement, now: Instant, entries: Sequence[Entry]) -> Iterator[Lack]:
    """Duties that are not discharged; one whose last way this very step takes is."""
    for duty in duties_of(life, now):
        if duty.kind != "contact" or duty.duty not in row.duties or not duty.open:
            continue
        left = [way for way in duty.lacks if not _among(entries, (way,))]
        if left and (duty.each or len(left) == len(duty.lacks)):
            yield Lack("duty", duty.duty, ways=tuple(left), clause=row.clause)
