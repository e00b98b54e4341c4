"""A row's figure and judgement in sentences, to the second."""

from __future__ import annotations

from casectl.model.figures import TargetRow
from casectl.model.instants import Instant
from casectl.model.target import Lookup
from casectl.reports.standing import overturned_words
from casectl.reports.words import duration, limit_words, moment, moment_words, written


def verdict(row: TargetRow, zone: str, as_of: Instant) -> str:
    """The judgement in a sentence."""
    clause = f" ({', '.join(row.clause)})" if row.clause else ""
    return f"{row.target} {row.occurrence}{clause} is {row.state}: {'; '.join(_findings(row, zone, as_of))}."


def figure_words(row: TargetRow, zone: str) -> str:
    """What the rule promises, aims at and counts: `4h = 4 h of open time on calendar 'desk', runs on past closing`."""
    rule = row.rule
    at = moment_words(row, zone)
    days = f", working days of '{rule.days}'" if rule.days else ""
    counted = "" if at else f" on calendar '{rule.calendar}'{days}"
    return f"{_promised(row, zone)}{counted}{', runs on past closing' if rule.run_on else ''}{_aimed(row)}"


def _promised(row: TargetRow, zone: str) -> str:
    figure, limit = row.rule.within, limit_words(row, zone)
    if figure is None:
        return "nothing promised"
    if limit is None:
        return row.reason or written(figure) or "no limit"
    if moment_words(row):
        return limit
    held = f" ({_HOLDERS[figure.source]} {figure.name})" if isinstance(figure, Lookup) else ""
    return f"{limit}{held} = {duration(row.limit_seconds or 0, exact=True)} of open time"


_HOLDERS = {"case": "the case's", "customer": "the customer's", "agreed": "agreed", "promised": "promised"}


def _aimed(row: TargetRow) -> str:
    if row.rule.goal is None:
        return ""
    seconds = "" if row.goal_seconds is None else f" = {duration(row.goal_seconds, exact=True)}"
    return f", aims at {written(row.rule.goal)}{seconds}"


def _findings(row: TargetRow, zone: str, as_of: Instant) -> list[str]:
    def at(instant: Instant) -> str:
        return moment(instant, zone, exact=True)

    if row.started_at is None:
        return [f"not started as of {at(as_of)}", *([row.reason] if row.reason else [])]
    end = f"stopped {at(row.stopped_at)}" if row.stopped_at is not None else f"not stopped as of {at(as_of)}"
    words = [f"started {at(row.started_at)}", end, f"{duration(row.elapsed_seconds, exact=True)} elapsed"]
    if row.limit_seconds is not None:
        words.append(_against_limit(row, row.limit_seconds, zone))
    for seconds, what in ((row.paused_seconds, "paused"), (row.exempt_seconds, "exempt")):
        words += [f"{duration(seconds, exact=True)} {what}"] if seconds else []
    if row.due_at is not None:
        words.append(f"due {at(row.due_at)}")
    if row.breached_at is not None:
        words.append(f"breached from {at(row.breached_at)}" + (f" ({row.reason})" if row.reason else ""))
    elif row.reason:
        words.append(row.reason)
    return [*words, *([overturned_words(row.overturned, zone)] if row.overturned else [])]


def _against_limit(row: TargetRow, limit: int, zone: str) -> str:
    over = row.elapsed_seconds - limit
    at = moment_words(row, zone)
    if at:
        return f"{duration(abs(over), exact=True)} {'past' if over > 0 else 'before'} the time {at}"
    side = f"{duration(over, exact=True)} over" if over > 0 else f"{duration(-over, exact=True)} inside"
    return f"{side} the limit of {duration(limit, exact=True)}"
