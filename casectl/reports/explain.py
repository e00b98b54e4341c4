"""Why a figure is what it is: the ledger of a target, the rule with its clause, the commits that prove each edge."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from casectl.model.figures import LedgerLine, TargetRow
from casectl.model.instants import format_instant
from casectl.model.problems import NotFound, did_you_mean
from casectl.model.target import Condition
from casectl.model.terms import Terms
from casectl.reports.contract import target_document
from casectl.reports.onecase import OneCase
from casectl.reports.population import zone_data_version
from casectl.reports.rows import testimony
from casectl.reports.standing import overturned_words
from casectl.reports.table import Cell, Column, Table, tally
from casectl.reports.verdict import figure_words, verdict
from casectl.reports.words import SHORT, duration, limit_words, moment, written
from casectl.sla.ledger import Explained, explain

SCHEMA = "casectl.explain/1"
EVERY_CASE = "every case"
"""What a condition that asks nothing holds for."""

_COLUMNS = (
    Column("target", shown="data"),
    Column("occurrence", shown="data"),
    Column("from_at", shown="data"),
    Column("to_at", shown="data"),
    Column("from", shown="words"),
    Column("to", shown="words"),
    Column("kind", "what"),
    Column("length_seconds", shown="data"),
    Column("counted_seconds", shown="data"),
    Column("length", shown="words", right=True),
    Column("counted", shown="words", right=True),
    Column("commit", shown="data"),
    Column("by", "commit", shown="words"),
    Column("reason", width=100),
)
_DATA = frozenset(column.key for column in _COLUMNS if column.shown != "words")


def explained(found: OneCase, target: str | None = None, occurrence: int | None = None) -> tuple[Explained, ...]:
    """The rows of a case with their ledgers; of one target or one occurrence of it, when asked for.

    Raises `NotFound` when the case has no such row as of that moment.
    """
    rows = explain(found.timeline, found.terms, found.as_of)
    wanted = tuple(one for one in rows if target in (None, one.row.target) and occurrence in (None, one.row.occurrence))
    if (target or occurrence) and not wanted:
        raise _no_such_row(found.figures.id, rows, target, occurrence)
    return wanted


def ledger_table(one: Explained, found: OneCase, zone: str | None = None) -> Table:
    """One row of a case, explained: each stretch of time, sums that add up to the figure, and the verdict in words.

    People read times on the wall clock of `zone` (the desk's own when None).
    """
    row, zone = one.row, zone or found.pinned.policy.zone
    subject = f" ({row.subject})" if row.subject else ""
    return Table(
        title=f"{found.figures.id} {row.target} {row.occurrence}{subject}: {row.state}",
        columns=_COLUMNS,
        rows=tuple({"target": row.target, "occurrence": row.occurrence, **_line(line, zone)} for line in one.lines),
        schema=SCHEMA,
        stamp={"commit": found.commit, "as_of": format_instant(found.as_of), "tzdata": zone_data_version()},
        facts={"case": found.figures.title, **_rule(row, _terms_of(row, found), zone), **_taken_back(row, found, zone)},
        totals={"elapsed seconds": tally(_sums(one.lines))},
        notes=(
            *testimony((found.figures,)),
            *_proofs(row, one.lines, found.timeline.path),
            verdict(row, zone, found.as_of),
        ),
    )


def explanation_document(rows: Iterable[Explained], found: OneCase) -> dict[str, object]:
    """The same as data, ready for JSON: one object per row of the case."""
    return {
        "schema": SCHEMA,
        "as_of": format_instant(found.as_of),
        "commit": found.commit,
        "tzdata": zone_data_version(),
        "id": found.figures.id,
        "policy": found.figures.policy,
        "policy_commit": found.pinned.since,
        "source": found.figures.source,
        "targets": [_explained_row(one, found) for one in rows],
    }


def _explained_row(one: Explained, found: OneCase) -> dict[str, object]:
    row, rule, policy = one.row, one.row.rule, _terms_of(one.row, found).policy
    return {
        **target_document(row),
        "subject": row.subject or None,
        "reason": row.reason or None,
        "rule": {
            "file": policy.path,
            "line": rule.line,
            "calendar": rule.calendar,
            "limit": limit_words(row),
            "goal": written(rule.goal) or None,
            "run_on": rule.run_on,
        },
        "ledger": [{key: cell for key, cell in _line(line, policy.zone).items() if key in _DATA} for line in one.lines],
        "sums": tally(_sums(one.lines)),
        "proofs": _proofs(row, one.lines, found.timeline.path),
    }


def _sums(lines: Iterable[LedgerLine]) -> Counter[str]:
    sums: Counter[str] = Counter()
    for line in lines:
        sums[line.kind] += line.counted_seconds
    return sums


def condition_words(condition: Condition) -> str:
    """When a rule holds, in words: `priority p3 or p4, reported in office`; `every case` for the empty one."""
    parts = [f"{key} {' or '.join(sorted(values))}" for key, values in condition.values.items()]
    parts += [f"reported in {' or '.join(condition.reported_in)}"] if condition.reported_in else []
    parts += [f"reported out of {' or '.join(condition.reported_out)}"] if condition.reported_out else []
    return ", ".join(parts) or EVERY_CASE


def _no_such_row(case_id: str, rows: Iterable[Explained], target: str | None, occurrence: int | None) -> NotFound:
    names = sorted({one.row.target for one in rows})
    if target is not None and target not in names:
        return NotFound(f"{case_id} has no target '{target}'", did_you_mean(target, names))
    return NotFound(
        f"{case_id} has no occurrence {occurrence} of {target or 'any target'}", f"casectl explain {case_id}"
    )


def _line(line: LedgerLine, zone: str) -> dict[str, Cell]:
    return {
        "from_at": format_instant(line.begins),
        "to_at": format_instant(line.ends),
        "from": moment(line.begins, zone, exact=True),
        "to": moment(line.ends, zone, exact=True),
        "kind": line.kind,
        "length_seconds": line.ends - line.begins,
        "counted_seconds": line.counted_seconds,
        "length": duration(line.ends - line.begins, exact=True),
        "counted": duration(line.counted_seconds, exact=True) if line.counted_seconds else "-",
        "commit": line.edge,
        "by": (line.edge or "")[:SHORT],
        "reason": line.reason,
    }


def _terms_of(row: TargetRow, found: OneCase) -> Terms:
    """The terms whose policy has the row's rule: a case that was moved to another policy has several."""
    own = (each for each in found.terms if each.policy.calendars is row.rule.calendars)
    return next(own, found.pinned)


def _rule(row: TargetRow, terms: Terms, zone: str) -> dict[str, str | tuple[str, ...]]:
    rule, path = row.rule, terms.policy.path
    shown = f"git show {terms.since[:SHORT]}:{path}"
    return {
        "rule": f"{figure_words(row, zone)}; holds for {condition_words(rule.when)}",
        "clause": row.clause or ("-",),
        "from": f"{' or '.join(rule.start)} to {' or '.join(rule.stop)}",
        "stands": f"{path}:{rule.line}",
        "read-it": f"{shown} | sed -n {rule.line}p" if rule.line else shown,
    }


def _taken_back(row: TargetRow, found: OneCase, zone: str) -> dict[str, str | tuple[str, ...]]:
    """The breach that was overturned, and the command that shows the step which did it."""
    if row.overturned is None:
        return {}
    words = overturned_words(row.overturned, zone)
    return {"overturned": words, "proof": _proof(row.overturned.by, found.timeline.path)}


def _proofs(row: TargetRow, lines: tuple[LedgerLine, ...], path: str) -> tuple[str, ...]:
    """One command per commit that the figure rests on, oldest first; CommitDate is the time that counts."""
    taken = [row.overturned.by] if row.overturned else []
    commits = dict.fromkeys([*row.evidence, *(line.edge for line in lines if line.edge), *taken])
    return tuple(_proof(commit, path) for commit in commits)


def _proof(commit: str, path: str) -> str:
    return f"git show --format=fuller {commit[:SHORT]} -- {path}"
