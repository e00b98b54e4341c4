"""Durations and moments in words. Nothing here depends on the terminal, the locale or the machine's own zone."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from casectl.model.instants import Instant, zone_named
from casectl.model.target import Ahead, Figure, Lookup, Span

if TYPE_CHECKING:
    from decimal import Decimal

    from casectl.model.figures import TargetRow

SHORT = 12
"""Characters of a commit that people are shown; machines get it whole."""

_UNITS = ((3600, "h"), (60, "m"), (1, "s"))


def duration(seconds: int, exact: bool = False) -> str:
    """Seconds in hours and minutes, `26 h 5 m`; seconds too below a minute, or always when `exact`.

    Hours are not gathered into days: a duration is mostly open time, and a working day has no fixed length.
    """
    rest = abs(seconds)
    parts: list[str] = []
    for size, unit in _UNITS:
        amount, rest = divmod(rest, size)
        if amount and (exact or unit != "s" or not parts):
            parts.append(f"{amount} {unit}")
    return ("-" if seconds < 0 else "") + (" ".join(parts) or "0 s")


def span(seconds: int) -> str:
    """Seconds of plain wall time, in days from two days on: `3 d 4 h`, `26 h 5 m`."""
    days, rest = divmod(abs(seconds), 86_400)
    if days < 2:
        return duration(seconds)
    hours = f" {rest // 3600} h" if rest >= 3600 else ""
    return f"{'-' if seconds < 0 else ''}{days} d{hours}"


def moment(instant: Instant, zone: str, exact: bool = False) -> str:
    """An instant on the wall clock of `zone`: `Mon 2026-11-23 10:00 GMT`, with seconds when `exact`."""
    local = datetime.fromtimestamp(instant, zone_named(zone))
    return f"{local:%a %Y-%m-%d} {local:%H:%M:%S}"[: None if exact else -3] + f" {local:%Z}"


def distance(instant: Instant, as_of: Instant) -> str:
    """How far an instant lies from `as_of`: `in 1 h 55 m`, `3 d 4 h ago`, `now`."""
    if instant == as_of:
        return "now"
    return f"in {span(instant - as_of)}" if instant > as_of else f"{span(as_of - instant)} ago"


def percent(share: Decimal) -> str:
    """`10 %`, `99.95 %`: with at most two digits after the point; `share` is 1 for all, and only all are 100 %."""
    text = f"{share * 100:.2f}"
    if text == "100.00" and share < 1:
        text = "99.99"
    return f"{text.rstrip('0').rstrip('.')} %"


def count(number: int, noun: str, plural: str | None = None) -> str:
    """`1 case`, `2 cases`, `1 entry`/`2 entries` with a plural of its own."""
    return f"{number} {noun if number == 1 else plural or noun + 's'}"


def limit_words(row: TargetRow, zone: str | None = None) -> str | None:
    """The limit as the policy words it (`3wd by end-of-day`), else in hours; None without one.

    One that is a moment is told as such, on the wall clock of `zone`: `agreed for Fri 2026-11-27 12:00 GMT`.
    """
    if row.limit_seconds is None:
        return written(row.rule.within) or None
    return moment_words(row, zone) or written(row.rule.within) or duration(row.limit_seconds)


def moment_words(row: TargetRow, zone: str | None = None) -> str:
    """What people agreed on or promised, for a limit that is a moment (on the wall clock of `zone`); else nothing."""
    figure = row.rule.within
    limit_at = None if row.started_at is None or row.limit_seconds is None else row.started_at + row.limit_seconds
    if isinstance(figure, Ahead):
        if zone is None or limit_at is None:
            return written(figure)
        return f"{written(figure)} of {moment(limit_at + figure.span.amount, zone)}"
    if not isinstance(figure, Lookup) or figure.source not in ("agreed", "promised"):
        return ""
    if zone is None or limit_at is None:
        return f"as {figure.source}"
    return f"{figure.source} for {moment(limit_at, zone)}"


def taken_words(row: TargetRow, zone: str | None = None) -> str:
    """What has elapsed, and of what: `20 m of 2h`, `3 h, agreed for Fri 2026-11-27 12:00 GMT`, `3 h, aims at 15wd`."""
    elapsed, limit = duration(row.elapsed_seconds), limit_words(row, zone)
    if limit is None:
        return f"{elapsed}, {_aim_words(row, zone)}" if row.rule.goal else elapsed
    return f"{elapsed}, {limit}" if moment_words(row) else f"{elapsed} of {limit}"


def _aim_words(row: TargetRow, zone: str | None) -> str:
    """`aims at 15wd, Mon 2026-12-14 10:00 GMT`, and that this is past when it is."""
    when = f", {moment(row.aim_at, zone)}" if zone and row.aim_at is not None else ""
    past = row.goal_seconds is not None and row.elapsed_seconds > row.goal_seconds
    return f"aims at {written(row.rule.goal)}{when}{': past' if past else ''}"


def written(figure: Figure | None) -> str:
    """A figure as the policy says it: `4h`, `3wd by end-of-day`, `24h ahead`; nothing for what a record holds."""
    if isinstance(figure, Ahead):
        return f"{figure.span.written.removesuffix(' ahead')} ahead"
    return figure.written if isinstance(figure, Span) else ""
