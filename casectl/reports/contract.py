"""One row as the machine contract has it. Apart from `sla_json`, so that `show` need not load tables for it."""

from __future__ import annotations

from casectl.model.figures import DutyRow, TargetRow
from casectl.model.instants import Instant, format_instant


def target_document(row: TargetRow, disputed: bool = False) -> dict[str, object]:
    """One row, as the contract has it. `disputed` stands only where two steps of its case contradict each other."""
    return {
        "target": row.target,
        "occurrence": row.occurrence,
        "clause": list(row.clause),
        "state": row.state,
        "started_at": _utc(row.started_at),
        "stopped_at": _utc(row.stopped_at),
        "due_at": _utc(row.due_at),
        "breached_at": _utc(row.breached_at),
        "elapsed_seconds": row.elapsed_seconds,
        "limit_seconds": row.limit_seconds,
        "goal_seconds": row.goal_seconds,
        "remaining_seconds": row.remaining_seconds,
        "paused_seconds": row.paused_seconds,
        "exempt_seconds": row.exempt_seconds,
        "overturned": _overturned(row),
        "evidence": list(row.evidence),
        **({"disputed": True} if disputed else {}),
    }


def duty_document(row: DutyRow) -> dict[str, object]:
    """Something owed beside the clocks, as data."""
    return {
        "duty": row.duty,
        "kind": row.kind,
        "occurrence": row.occurrence,
        "clause": list(row.clause),
        "state": row.state,
        "since": _utc(row.since),
        "due_at": _utc(row.due_at),
        "to": list(row.to),
        "lacks": list(row.lacks),
        "each": row.each,
        "message": row.message or None,
        "evidence": list(row.evidence),
    }


def _utc(instant: Instant | None) -> str | None:
    return None if instant is None else format_instant(instant)


def _overturned(row: TargetRow) -> dict[str, object] | None:
    if row.overturned is None:
        return None
    breached_at, by, reason = row.overturned
    return {"breached_at": format_instant(breached_at), "by": by, "reason": reason}
