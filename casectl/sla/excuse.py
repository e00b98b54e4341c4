"""Time that is excused: approved exemptions, and windows of announced work that a rule leaves out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from casectl.model.instants import Instant
from casectl.sla.course import Course
from casectl.sla.life import Life, Record, Spell
from casectl.sla.opentime import FOREVER, Interval, merged


class Excuse(NamedTuple):
    """A period that does not count, and why. `ends` is `FOREVER` while nobody has ended it."""

    begins: Instant
    ends: Instant
    reason: str
    commit: str
    """The step that put it on the record."""


def exemptions_of(life: Life) -> tuple[Excuse, ...]:
    """The approved exemptions of a case as they stand at the end of its life, each for the period that it claims.

    A claim never lies after the step that makes it: what it says beyond that counts as that step's own time. The code
    must be one of the policy that judged the case when the exemption was approved.
    """
    first_said: dict[tuple[str, str, object], Spell] = {}
    for spell in life.spells:
        for record in spell.records("exemptions") if "exemptions" in spell.step.changes else ():
            for name, value in record.items():
                first_said.setdefault((str(record.get("id")), name, value), spell)
    found = (_excuse(record, first_said) for record in life.spells[-1].records("exemptions"))
    return tuple(sorted(each for each in found if each and each.begins < each.ends))


def _excuse(record: Record, first_said: Mapping[tuple[str, str, object], Spell]) -> Excuse | None:
    def said(name: str) -> Spell | None:
        return first_said.get((str(record.get("id")), name, record.get(name)))

    approved, begun, ended = said("approved_by"), said("from"), said("until")
    begins, ends = record.get("from"), record.get("until")
    if approved is None or begun is None or not isinstance(begins, int) or not record.get("approved_by"):
        return None
    code = approved.policy.exemptions.get(str(record.get("code")))
    if code is None:
        return None
    until = min(ends, ended.at) if ended and isinstance(ends, int) else FOREVER
    return Excuse(min(begins, begun.at), until, _words(code.label, code.name), approved.step.commit)


def _words(label: str, code: str) -> str:
    return code if label in ("", code) else f"{code} ({label})"


def windows_of(course: Course) -> tuple[Excuse, ...]:
    """Windows of commitments that the rule of the time leaves out, known ones ahead included.

    A step acts from its own time on: what a window was before somebody announced it counts.
    """
    if not any(rule and rule.exclude for rule in course.general):
        return ()
    return tuple(sorted(_windows(course)))


def _windows(course: Course) -> Iterator[Excuse]:
    spells = course.life.spells
    for index, (spell, rule) in enumerate(zip(spells, course.general, strict=True)):
        until = spells[index + 1].at if index + 1 < len(spells) else FOREVER
        for record in spell.records("commitments") if rule.exclude else ():
            begins, ends = record.get("due"), record.get("until")
            left_out = record.get("kind") in rule.exclude and not record.get("cancelled")
            if left_out and isinstance(begins, int) and isinstance(ends, int):
                begins, ends = max(begins, spell.at), min(ends, until)
                if begins < ends:
                    yield Excuse(begins, ends, str(record.get("text") or record.get("kind")), spell.step.commit)


def intervals_of(excuses: tuple[Excuse, ...]) -> list[Interval]:
    """The excused time, what overlaps counted once."""
    return list(merged((each.begins, each.ends) for each in excuses))
