"""Times that a case's file claims: what the commits' own times do not say, and nobody but whoever wrote them knows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from casectl.model.case import FIELD, Value
from casectl.model.instants import Instant
from casectl.model.patch import touched
from casectl.model.timeline import Step

_PAST_FIELDS = ("received", "detected")
_STARTED = ".started"
_PERIOD = ("exemptions.from", "exemptions.until")


class Claimed(NamedTuple):
    """One claimed moment."""

    what: str
    """The field, or the field and what in it: `received`, `call.started`, `exemptions.from`."""
    which: str
    """The log entry, record or target that it is about; empty for the case's own."""
    at: Instant

    @property
    def is_past(self) -> bool:
        """Whether it is of something that had happened when it was written down, and not of what is to come."""
        return self.what in (*_PAST_FIELDS, *_PERIOD) or self.what.endswith(_STARTED)

    @property
    def is_fresh(self) -> bool:
        """Whether it is told when it happens. What an exemption is about may have been long ago."""
        return self.is_past and self.what not in _PERIOD


def claimed_in(step: Step, before: Mapping[str, Value | None]) -> Iterator[Claimed]:
    """Every moment that a step claims anew; `before` are the case's fields until then."""
    for name, value in step.changes.items():
        spec = FIELD.get(name)
        for leaf, _, now in touched(before.get(name), value) if spec else ():
            kind = spec.record.get(leaf[1]) if spec and len(leaf) > 1 else spec.kind if spec else None
            if kind in ("instant", "instants") and isinstance(now, int):
                yield Claimed(".".join((name, *leaf[1:])), leaf[0] if leaf else "", now)
    for entry in step.entries:
        started = entry.fields.get("started")
        if isinstance(started, int):
            yield Claimed(f"{entry.kind}{_STARTED}", entry.id, started)
