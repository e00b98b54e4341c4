"""Time that is excused: approved exemptions, and windows of announced work that a rule leaves out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
    """The approved exemptions that stand at the end of a case's life, each for the period that was approved.

    What counts is what the record said in the step that approved it, and for one without an end the first end that it
    was given; nobody changes a claim later. A claim never lies after the step that makes it: what it says beyond that
    counts as that step's own time. The code must be one of the policy that judged the case at the approval.
    """
    standing = {str(record.get("id")) for record in life.spells[-1].records("exemptions") if record.get("approved_by")}
    if not standing:
        return ()
    told: dict[str, list[tuple[Spell, Record]]] = {}
    for spell in life.spells:
        for record in spell.records("exemptions") if "exemptions" in spell.step.changes else ():
            told.setdefault(str(record.get("id")), []).append((spell, record))
    found = (_excuse(told[name]) for name in standing)
    return tuple(sorted(each for each in found if each and each.begins < each.ends))


def _excuse(told: Sequence[tuple[Spell, Record]]) -> Excuse | None:
    """One exemption, from all that was ever said of it, in order."""
    place = next(place for place, (_, record) in enumerate(told) if record.get("approved_by"))
    approved, record = told[place]
    code = approved.policy.exemptions.get(str(record.get("code")))
    begins = record.get("from")
    if code is None or not isinstance(begins, int):
        return None
    ends = next((end for _, later in told[place:] if isinstance(end := later.get("until"), int)), FOREVER)
    begun, ended = _first_said(told, "from", begins), _first_said(told, "until", ends)
    reason = _words(code.label, code.name)
    return Excuse(min(begins, begun), min(ends, ended), reason, approved.step.commit)


def _first_said(told: Sequence[tuple[Spell, Record]], name: str, value: Instant) -> Instant:
    """When a claim was first made; `FOREVER` for one that nobody made."""
    return next((spell.at for spell, record in told if record.get(name) == value), FOREVER)


def _words(label: str, code: str) -> str:
    return code if label in ("", code) else f"{code} ({label})"


def windows_of(course: Course) -> tuple[Excuse, ...]:
    """Windows of commitments that the rule of the time leaves out, known ones ahead included.

    A step acts from its own time on: what a window was before somebody announced it counts. One that was announced
    later than its kind asks for is not left out.
    """
    if not any(rule and rule.exclude for rule in course.general):
        return ()
    return tuple(sorted(_windows(course)))


def _windows(course: Course) -> Iterator[Excuse]:
    spells = course.life.spells
    announced: dict[tuple[object, object, object], Spell] = {}
    for index, (spell, rule) in enumerate(zip(spells, course.general, strict=True)):
        until = spells[index + 1].at if index + 1 < len(spells) else FOREVER
        for record in spell.records("commitments"):
            begins, ends = record.get("due"), record.get("until")
            told = announced.setdefault((record.get("id"), begins, ends), spell)
            left_out = record.get("kind") in rule.exclude and not record.get("cancelled")
            if left_out and isinstance(begins, int) and isinstance(ends, int) and _in_time(record, begins, told):
                begins, ends = max(begins, spell.at), min(ends, until)
                if begins < ends:
                    yield Excuse(begins, ends, str(record.get("text") or record.get("kind")), told.step.commit)


def _in_time(record: Record, begins: Instant, announced: Spell) -> bool:
    kind = announced.policy.commitments.get(str(record.get("kind")))
    return kind is None or not kind.notice_seconds or begins - announced.at >= kind.notice_seconds


def intervals_of(excuses: tuple[Excuse, ...]) -> list[Interval]:
    """The excused time, what overlaps counted once."""
    return list(merged((each.begins, each.ends) for each in excuses))
