"""What is new since an earlier report, and what it told that does not hold any more: a set difference of findings."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from casectl.model.figures import CaseFigures, TargetRow
from casectl.model.instants import Instant, format_instant
from casectl.reports.population import Population
from casectl.reports.table import Cell
from casectl.reports.words import moment
from casectl.store.delivered import Delivered, Finding, FindingKind, Key


class Found(NamedTuple):
    """One row that a report tells, and as what."""

    kind: FindingKind
    figures: CaseFigures
    row: TargetRow
    at: Instant | None = None
    """When it was breached, or had been."""


def key_of(figures: CaseFigures, row: TargetRow) -> Key:
    """What tells a finding from all others."""
    return figures.id, row.target, row.occurrence


def as_findings(found: Iterable[Found]) -> tuple[Finding, ...]:
    """What is kept of them."""
    return tuple(Finding(each.kind, key_of(each.figures, each.row), each.at) for each in found)


def news_of(found: list[Found], earlier: Delivered, as_of: Instant) -> tuple[list[Found], list[Finding]]:
    """What `earlier` had not told, in order, and the breaches that it told and that are none any more.

    A breach that it told and that was overturned is withdrawn, not new. What was about to be late is never withdrawn,
    nor is a breach that lies after `as_of`, the moment asked about now.
    """
    told = {
        "breached": earlier.keys("breached"),
        "overturned": earlier.keys("breached", "overturned"),
        "ahead": earlier.keys("ahead"),
    }
    new = [each for each in found if key_of(each.figures, each.row) not in told[each.kind]]
    still = {key_of(each.figures, each.row) for each in found if each.kind == "breached"}
    gone = [each for each in earlier.findings if each.kind == "breached" and each.key not in still
            and (each.breached_at or 0) <= as_of]  # fmt: skip
    return new, sorted(gone, key=lambda each: (each.breached_at or 0, each.key))


def withdrawn_cells(finding: Finding, now: Found | None, population: Population, zone: str) -> dict[str, Cell]:
    """The cells of a finding that was withdrawn: which one it was, and why it does not hold any more."""
    case_id, target, occurrence = finding.key
    when = None if finding.breached_at is None else moment(finding.breached_at, zone)
    return {
        "news": "withdrawn",
        "breached": when,
        "when": when,
        "id": case_id,
        "target": target,
        "occurrence": occurrence,
        "breached_at": None if finding.breached_at is None else format_instant(finding.breached_at),
        "reason": _why(case_id, now, population),
    }


def _why(case_id: str, now: Found | None, population: Population) -> str:
    if now is not None and now.row.overturned is not None:
        return now.row.overturned.reason or "overturned"
    if now is not None:
        return f"{now.row.state}, as is known now{f': {now.row.reason}' if now.row.reason else ''}"
    unread = (problem.message for problem in population.exceptions if case_id in problem.path)
    if any(figures.id == case_id for figures in population.figures):
        return "the case has no such target any more"
    why = next(unread, None)
    return f"cannot be judged: {why}" if why else "the case is gone"
