"""Why a figure is what it is: the ledger of a target, the rule with its clause, the commits that prove each edge."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from casectl.model.figures import LedgerLine, TargetRow
from casectl.model.instants import Instant, format_instant
from casectl.model.policy import Condition
from casectl.model.problems import NotFound, did_you_mean
from casectl.reports.contract import target_document
from casectl.reports.onecase import OneCase
from casectl.reports.population import zone_data_version
from casectl.reports.rows import testimony
from casectl.reports.table import Cell, Column, Table, tally
from casectl.reports.words import SHORT, duration, limit_words, moment
from casectl.sla.ledger import Explained, explain
from casectl.store.pinned import Pinned

SCHEMA = "casectl.explain/1"

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
    Column("reason"),
)
_DATA = frozenset(column.key for column in _COLUMNS if column.shown != "words")


def explained(found: OneCase, target: str | None = None, occurrence: int | None = None) -> tuple[Explained, ...]:
    """The rows of a case with their ledgers; of one target or one occurrence of it, when asked for.

    Raises `NotFound` when the case has no such row as of that moment.
    """
    rows = explain(found.timeline, found.pinned.policy, found.pinned.customers, found.as_of)
    wanted = tuple(one for one in rows if target in (None, one.row.target) and occurrence in (None, one.row.occurrence))
    if (target or occurrence) and not wanted:
        raise _no_such_row(found.figures.id, rows, target, occurrence)
    return wanted


def ledger_table(one: Explained, found: OneCase) -> Table:
    """One row of a case, explained: each stretch of time, sums that add up to the figure, and the verdict in words."""
    row, zone = one.row, found.pinned.policy.zone
    return Table(
        title=f"{found.figures.id} {row.target} {row.occurrence}: {row.state}",
        columns=_COLUMNS,
        rows=tuple({"target": row.target, "occurrence": row.occurrence, **_line(line, zone)} for line in one.lines),
        schema=SCHEMA,
        stamp={"commit": found.commit, "as_of": format_instant(found.as_of), "tzdata": zone_data_version()},
        facts={"case": found.figures.title, **_rule(row, found.pinned)},
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
        "policy_commit": found.pinned.commit,
        "source": found.figures.source,
        "targets": [_explained_row(one, found) for one in rows],
    }


def _explained_row(one: Explained, found: OneCase) -> dict[str, object]:
    row, policy = one.row, found.pinned.policy
    return {
        **target_document(row),
        "rule": {"file": policy.path, "line": row.rule.line, "calendar": row.rule.calendar, "limit": limit_words(row)},
        "ledger": [{key: cell for key, cell in _line(line, policy.zone).items() if key in _DATA} for line in one.lines],
        "sums": tally(_sums(one.lines)),
        "proofs": _proofs(row, one.lines, found.timeline.path),
    }


def _sums(lines: Iterable[LedgerLine]) -> Counter[str]:
    sums: Counter[str] = Counter()
    for line in lines:
        sums[line.kind] += line.counted_seconds
    return sums


def verdict(row: TargetRow, zone: str, as_of: Instant) -> str:
    """The judgement in a sentence, to the second."""
    clause = f" ({', '.join(row.clause)})" if row.clause else ""
    return f"{row.target} {row.occurrence}{clause} is {row.state}: {'; '.join(_findings(row, zone, as_of))}."


def condition_words(condition: Condition) -> str:
    """When a rule holds, in words: `priority p3 or p4, reported in office`; `always` for the empty condition."""
    parts = [f"{key} {' or '.join(sorted(values))}" for key, values in condition.values.items()]
    parts += [f"reported in {' or '.join(condition.reported_in)}"] if condition.reported_in else []
    parts += [f"reported out of {' or '.join(condition.reported_out)}"] if condition.reported_out else []
    return ", ".join(parts) or "always"


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


def _rule(row: TargetRow, pinned: Pinned) -> dict[str, str | tuple[str, ...]]:
    rule, policy = row.rule, pinned.policy
    limit = limit_words(row) or "no limit"
    seconds = "" if row.limit_seconds is None else f" = {duration(row.limit_seconds, exact=True)} of open time"
    days = f", working days of '{rule.days}'" if rule.days else ""
    return {
        "rule": f"{limit}{seconds} on calendar '{rule.calendar}'{days}; holds for {condition_words(rule.when)}",
        "clause": row.clause or ("-",),
        "from": f"{' or '.join(rule.start)} to {' or '.join(rule.stop)}",
        "stands": f"{policy.path}:{rule.line}",
        "read-it": f"git show {pinned.commit[:SHORT]}:{policy.path} | sed -n {rule.line}p"
        if rule.line
        else _file(pinned),
    }


def _file(pinned: Pinned) -> str:
    return f"git show {pinned.commit[:SHORT]}:{pinned.policy.path}"


def _proofs(row: TargetRow, lines: tuple[LedgerLine, ...], path: str) -> tuple[str, ...]:
    """One command per commit that the figure rests on, oldest first; CommitDate is the time that counts."""
    commits = dict.fromkeys([*row.evidence, *(line.edge for line in lines if line.edge)])
    return tuple(f"git show --format=fuller {commit[:SHORT]} -- {path}" for commit in commits)


def _findings(row: TargetRow, zone: str, as_of: Instant) -> list[str]:
    def at(instant: Instant) -> str:
        return moment(instant, zone, exact=True)

    if row.started_at is None:
        return [f"not started as of {at(as_of)}"]
    end = f"stopped {at(row.stopped_at)}" if row.stopped_at is not None else f"not stopped as of {at(as_of)}"
    words = [f"started {at(row.started_at)}", end, f"{duration(row.elapsed_seconds, exact=True)} elapsed"]
    if row.limit_seconds is not None:
        words.append(_against_limit(row.elapsed_seconds, row.limit_seconds))
    if row.paused_seconds:
        words.append(f"{duration(row.paused_seconds, exact=True)} paused")
    if row.due_at is not None:
        words.append(f"due {at(row.due_at)}")
    if row.breached_at is not None:
        words.append(f"breached from {at(row.breached_at)}" + (f" ({row.breach_reason})" if row.breach_reason else ""))
    return words


def _against_limit(elapsed: int, limit: int) -> str:
    side = f"{duration(elapsed - limit, exact=True)} over" if elapsed > limit else ""
    side = side or f"{duration(limit - elapsed, exact=True)} inside"
    return f"{side} the limit of {duration(limit, exact=True)}"
