"""What is left of a life when voids are heeded: a step that was voided never happened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from casectl.model.case import Case, Entry, Value
from casectl.model.patch import redone
from casectl.model.timeline import Step


class Effective(NamedTuple):
    """The steps that count, each with what it changes among them."""

    steps: tuple[Step, ...]
    ended_by: Step | None = None
    """The step that voided the case as a whole."""


def has_voids(steps: Sequence[Step]) -> bool:
    """Whether any step voids anything; most lives have none."""
    return any(entry.kind == "void" for step in steps for entry in step.entries)


def effective(steps: tuple[Step, ...], case_id: str) -> Effective:
    """The life without what was voided on the record. A void that was voided itself takes nothing back.

    A void names a log entry, and with it the step that wrote it, or a step by its commit. The opening, or the case's
    own ID, stands for the case as a whole.
    """
    if not has_voids(steps):
        return Effective(steps)
    voided = voided_steps(steps, case_id)
    ended = voided.pop(0, None)
    left = steps if ended is None else steps[:ended]
    return Effective(tuple(_replayed(left, voided)), None if ended is None else steps[ended])


def is_taken_back(case: Case) -> bool:
    """Whether the case as a whole is void, for who has its file and not its life."""
    return case.id in void_by_name(case.log)


def void_by_name(log: Sequence[Entry]) -> frozenset[str]:
    """What the voids of a log name (entries, steps, the case), voids that are void themselves left out."""
    named: set[str] = set()
    for entry in reversed(log):
        if entry.kind == "void" and entry.id not in named:
            named.add(str(entry.fields.get("void")))
    return frozenset(named)


def unknown_voids(steps: Sequence[Step], case_id: str) -> Iterator[tuple[str, str]]:
    """Commits of voids that name nothing before them, with what they name: they take nothing back."""
    known = {case_id}
    for step in steps:
        for entry in step.entries:
            name = str(entry.fields.get("void"))
            if entry.kind == "void" and name not in known:
                yield step.commit, name
        known.update((step.commit, *(entry.id for entry in step.entries)))


def voided_steps(steps: Sequence[Step], case_id: str) -> dict[int, int]:
    """Each voided step with the one that voids it, by position. Later voids are heard first: they may void earlier.

    Of several that void the case as a whole, as two clones may, the first does it.
    """
    holders = {case_id: 0}
    for index, step in enumerate(steps):
        holders.setdefault(step.commit, index)
        for entry in step.entries:
            holders.setdefault(entry.id, index)
    voided: dict[int, int] = {}
    for index in range(len(steps) - 1, 0, -1):
        for entry in steps[index].entries if index not in voided else ():
            holder = holders.get(str(entry.fields.get("void"))) if entry.kind == "void" else None
            if holder is not None and holder < index and (holder == 0 or holder not in voided):
                voided[holder] = index
    return voided


def _replayed(steps: Sequence[Step], voided: Mapping[int, int]) -> Iterator[Step]:
    """The steps with what they change when those that are voided never happened.

    Lists and mappings change item by item. What a voiding step puts back in the file was never away here.
    """
    put_back: dict[int, set[str]] = {}
    for holder, by in voided.items():
        put_back.setdefault(by, set()).update(steps[holder].changes if holder < len(steps) else ())
    told: dict[str, Value | None] = {}
    true: dict[str, Value | None] = {}
    for index, step in enumerate(steps):
        changes = {
            name: redone(told.get(name), value, true.get(name))
            for name, value in step.changes.items()
            if name not in put_back.get(index, ())
        }
        told.update(step.changes)
        if index not in voided:
            true.update(changes)
            yield step._replace(changes=changes)
