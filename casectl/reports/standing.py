"""What the figures alone do not tell: what a case is owed before its clocks can judge it, and what was taken back."""

from __future__ import annotations

from collections.abc import Iterable

from casectl.desk.remedies import duty_remedy, duty_words
from casectl.model.figures import CaseFigures, DutyRow, Overturned, TargetRow
from casectl.model.instants import Instant
from casectl.model.target import Lookup
from casectl.reports.words import SHORT, count, moment

TAIL = 5
"""Characters of an ID that tell it at the prompt."""


def owed_lines(figures: CaseFigures) -> list[str]:
    """What somebody has to say before a clock of this case can judge, each with how to say it."""
    return list(dict.fromkeys(owed_line(row, figures) for row in figures.rows if is_owed(row)))


def is_owed(row: TargetRow) -> bool:
    """Whether this clock waits for somebody to say its figure; a case that is void or merged is owed nothing."""
    return row.owed and row.state == "pending"


def owed_line(row: TargetRow, figures: CaseFigures) -> str:
    """What somebody has to say before this clock of a case can judge, and how to say it."""
    return f"{missing(row)}; {_remedy(row, figures, figures.id[-TAIL:])}"


def open_duties(figures: CaseFigures) -> list[DutyRow]:
    """What somebody still has to see to beside the clocks, what is due first before the rest."""
    mine = [row for row in figures.duties if row.open]
    return sorted(mine, key=lambda row: (row.kind != "contact", row.due_at is None, row.due_at or 0))


def duty_lines(figures: CaseFigures, zone: str, now: Instant | None = None) -> list[str]:
    """Each with the command that discharges it; with `now` only those that began then, and how many more there are."""
    mine = open_duties(figures)
    told = [row for row in mine if now is None or row.since == now]
    tail = figures.id[-TAIL:]
    lines = [f"owed: {duty_words(row, zone)}; {duty_remedy(row, tail)}" for row in told]
    rest = len(mine) - len(told)
    more = f"{rest} more" if told else count(rest, "thing")
    return [*lines, f"still owed: {more}; casectl show {tail}"] if rest else lines


def owed_words(figures: CaseFigures) -> str | None:
    """The same in one cell, without the commands; None when nothing is owed."""
    figures_missing = [missing(row) for row in figures.rows if is_owed(row)]
    others = [f"{row.duty} overdue" if row.state == "overdue" else row.duty for row in open_duties(figures)]
    return "; ".join(dict.fromkeys([*figures_missing, *others])) or None


def remedies(cases: Iterable[CaseFigures]) -> tuple[str, ...]:
    """A note for each command with which something owed can be said; it names a case if it is the only one."""
    found: dict[str, set[str]] = {}
    for figures in cases:
        for row in figures.rows:
            if is_owed(row):
                found.setdefault(_remedy(row, figures, "ID"), set()).add(figures.id)
    return tuple(
        f"owed: {remedy.replace(' ID ', f' {min(ids)[-TAIL:]} ') if len(ids) == 1 else remedy}"
        for remedy, ids in found.items()
    )


def disputed_notes(cases: Iterable[CaseFigures]) -> tuple[str, ...]:
    """A note on cases in which steps of two clones contradict each other, and how to settle one."""
    ids = sorted({figures.id for figures in cases if figures.disputes})
    if not ids:
        return ()
    which = ids[0] if len(ids) == 1 else count(len(ids), "case")
    return (f"disputed: {which}; figures go by the last word; casectl show {ids[0][-TAIL:]}, casectl settle ID",)


def missing(row: TargetRow) -> str:
    """What is owed of one row: `resolution: no time agreed yet`."""
    return f"{row.target}: {row.reason or 'its figure is missing'}"


def _remedy(row: TargetRow, figures: CaseFigures, tail: str) -> str:
    """How to say what is missing; `tail` is what the case is called at the prompt."""
    figure = row.rule.within
    if isinstance(figure, Lookup) and figure.source == "agreed":
        return f"casectl agree {tail} {figure.name} WHEN"
    if isinstance(figure, Lookup) and figure.source == "case":
        return f"casectl set {tail} {figure.name}=DURATION"
    if isinstance(figure, Lookup) and figure.source == "customer":
        return _on_the_record(figure.name, figures, tail)
    return f"casectl explain {tail} {row.target}"


def _on_the_record(name: str, figures: CaseFigures, tail: str) -> str:
    if figures.customer is None:
        return f"casectl set {tail} customer=NAME"
    where = f"policies/{figures.desk}/customers.yaml"
    return (
        f"write `figures: {{{name}: DURATION}}` for {figures.customer}, or for its service, in {where}: it counts for "
        "cases opened after that; each is judged by the records as committed at its opening"
    )


def overturned_words(taken: Overturned, zone: str) -> str:
    """`breach of Mon 2026-11-23 10:30 GMT overturned by COMMIT: the reason`."""
    why = f": {taken.reason}" if taken.reason else ""
    return f"breach of {moment(taken.breached_at, zone)} overturned by {taken.by[:SHORT]}{why}"


def overturned_rows(figures: CaseFigures) -> list[tuple[TargetRow, Overturned]]:
    """The rows of a case whose breach was taken back, each with how."""
    return [(row, row.overturned) for row in figures.rows if row.overturned is not None]


def row_name(row: TargetRow) -> str:
    """`resolution`; from the second occurrence on `update 2`."""
    return row.target if row.occurrence == 1 else f"{row.target} {row.occurrence}"
