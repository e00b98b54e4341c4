"""What a step says back: what was done, and what is due next; for people, for programs, or nothing but the ID."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import suppress
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from casectl.cli.context import Ahead, Settings
from casectl.cli.errors import complain, warn
from casectl.model.case import FIELD
from casectl.model.problems import CasectlError

if TYPE_CHECKING:
    from casectl.model.figures import CaseFigures
    from casectl.model.timeline import Timeline
    from casectl.store.repo import Repo
    from casectl.store.written import Written

    Life = Ahead[tuple[str, Timeline]]

SCHEMA = "casectl.step/1"


class Form(StrEnum):
    """How a step is reported: in words, as JSON, or by nothing but the case's ID."""

    table = "table"
    json = "json"
    id = "id"


def reply(root: Settings, written: Written, life: Life | None, form: Form) -> None:
    """Say what was done and what is due next. The step stands whatever happens here."""
    warnings = list(written.warnings)
    figures, outlook = (None, "") if form is Form.id else _next_due(root.repo(), written, life, warnings)
    try:
        _print_reply(written, figures, outlook, warnings, form)
        sys.stdout.flush()
        _answered(root.repo(), written)
    except OSError:
        done = f"{written.case.id} {written.change.verb} was committed as {written.commit[:12]}"
        complain(f"{done}, but standard output cannot be written to", "do not repeat the step")
        raise
    for warning in warnings:
        warn(warning)


def _answered(repo: Repo, written: Written) -> None:
    """From now on the same words mean another step."""
    from casectl.store.unfinished import told

    with suppress(OSError):
        told(repo, written.case.id)


def _print_reply(written: Written, figures: CaseFigures | None, outlook: str, warnings: list[str], form: Form) -> None:
    if form is not Form.table:
        print(written.case.id if form is Form.id else json.dumps(_as_json(written, figures, warnings)))
        return
    from casectl.reports.plain import plain

    case, change = written.case, written.change
    print(plain(f"{case.id} {change.verb}: {change.summary} [{case.status}, {case.priority}]"))
    if outlook:
        print(outlook)


def _next_due(repo: Repo, written: Written, life: Life | None, warnings: list[str]) -> tuple[CaseFigures | None, str]:
    """The case's figures after the step, and what people are told of them."""
    from casectl.cli.words import outcome
    from casectl.reports.population import population_of, population_of_lives
    from casectl.sla.clock import next_due

    try:
        timeline = _grown(written, life) if life else None
        if timeline:
            known = population_of_lives(repo, written.commit, written.at, [timeline])
        else:
            known = population_of(repo, written.commit, written.at, [written.case.id])
    except Exception as error:  # the commit stands: who asked must learn its ID, whatever fails here
        reason = error.message if isinstance(error, CasectlError) else f"{type(error).__name__}: {error}"
        warnings.append(f"the step was taken, but what is due next cannot be said: {reason}")
        return None, ""
    # What was listed too late for a case is said where it is read, not after every step on it.
    warnings += [problem.message for problem in known.exceptions if not problem.warning]
    if not known.figures:
        return None, ""
    figures = known.figures[0]
    lines = outcome(figures, next_due(figures), known.zone_of(figures), written.at, written.commit)
    return figures, "\n".join(lines)


def _grown(written: Written, life: Life) -> Timeline | None:
    """The life that was read before the step, and the step; None when it has to be read again."""
    from casectl.model.timeline import Step

    commit, timeline = life.result()
    if commit != written.parent:
        return None
    step = Step(written.commit, written.at, written.author, {})
    return timeline.grown(step, written.before, written.case)


def _records_written(written: Written) -> Iterator[str]:
    """The ids of the promises and exemptions that the step added or changed."""
    for name in written.change.fields:
        if FIELD[name].kind == "records":
            before = written.before.records(name) if written.before else ()
            yield from (str(record.get("id")) for record in written.case.records(name) if record not in before)


def _as_json(written: Written, figures: CaseFigures | None, warnings: list[str]) -> dict[str, Any]:
    from casectl.model.instants import format_instant
    from casectl.reports.contract import duty_document
    from casectl.sla.clock import next_due

    row = next_due(figures) if figures else None
    owed = [duty for duty in figures.duties if duty.open] if figures else []
    due_at = format_instant(row.due_at) if row and row.due_at is not None else None
    return {
        "schema": SCHEMA,
        "id": written.case.id,
        "commit": written.commit,
        "verb": written.change.verb,
        "at": format_instant(written.at),
        "status": written.case.status,
        "priority": written.case.priority,
        "summary": written.change.summary,
        "entries": [entry.id for entry in written.change.entries],
        "records": list(_records_written(written)),
        "next_due": {"target": row.target, "due_at": due_at, "state": row.state} if row else None,
        "owed": [duty_document(duty) for duty in owed],
        "warnings": warnings,
    }
