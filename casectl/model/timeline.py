"""The life of one case as its history tells it: steps in order, each with what it changed and when."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from casectl.model.case import Case, Entry, Value
from casectl.model.instants import Instant
from casectl.model.patch import fields_changed
from casectl.model.problems import Problem


class Step(NamedTuple):
    """What one commit changed in one case, against that commit's own parent.

    `at` is the effective time: the commit's own, or that of the case's steps before it, whichever is later.
    A value of None in `changes` means that the field was taken away.
    """

    commit: str
    at: Instant
    author: str
    """The committer's mail address, raw (no `.mailmap`)."""
    changes: Mapping[str, Value | None]
    entries: tuple[Entry, ...] = ()


class Dispute(NamedTuple):
    """Two steps that did not know of each other and contradict each other: the fold goes by the later one."""

    field: str
    commit: str
    """The step that came later, and whose value stands."""
    against: str
    """The step that it overwrote without knowing of it."""


class Timeline(NamedTuple):
    """All steps of one case, oldest first; the first is its opening."""

    case_id: str
    path: str
    steps: tuple[Step, ...]
    problems: tuple[Problem, ...] = ()
    """What was wrong with versions of the file along the way; a version that cannot be read changes nothing."""
    disputes: tuple[Dispute, ...] = ()
    """Contradictions between branches, in order; whether they were settled since is told by the voids."""

    @property
    def opened(self) -> Step:
        return self.steps[0]

    def until(self, as_of: Instant) -> tuple[Step, ...]:
        """The steps that had happened by `as_of` (inclusive)."""
        if self.steps and self.steps[-1].at <= as_of:
            return self.steps
        return tuple(step for step in self.steps if step.at <= as_of)

    def grown(self, step: Step, before: Case | None, after: Case) -> Timeline | None:
        """With one step more, which made the file `after` out of `before`: what folding the longer history would give.

        None where only folding tells: after mistakes, clocks that ran back, or a file that is not what the fold says.
        `step` comes without its changes and entries.
        """
        if self.problems or not self.steps or step.at < self.steps[-1].at:
            return None
        if before is None or before != self.case() or after.log[: len(before.log)] != before.log:
            return None
        changes = fields_changed(before.fields, after.fields)
        last = step._replace(changes=changes, entries=after.log[len(before.log) :])
        return self._replace(steps=(*self.steps, last))

    def case(self, as_of: Instant | None = None) -> Case:
        """The case as folded from its steps, up to `as_of` when given."""
        case = Case({})
        for step in self.steps if as_of is None else self.until(as_of):
            case = case.changed(step.changes, step.entries)
        return case
