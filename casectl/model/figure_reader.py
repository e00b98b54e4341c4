"""Figures as a policy writes them: `4h`, `3wd by end-of-day`, `24h ahead`, `{customer: ttr}`."""

from __future__ import annotations

import re
from collections.abc import Collection

from casectl.model.reading import NAME, Reading
from casectl.model.shapes import DURATION, WORKING_DAYS
from casectl.model.target import Ahead, Figure, Lookup, Span
from casectl.model.target_shape import AHEAD, PERCENT, WITHIN
from casectl.model.tree import Branch

SPAN_HINT = "15m, 4h, 1h30m, 0s (open time), 3wd (working days) or 3wd by end-of-day"
AHEAD_HINT = "hours or minutes before what is promised is due, such as 24h ahead"

_DURATION = re.compile(DURATION)
_DAYS = re.compile(WORKING_DAYS)
_CALENDAR_DAYS = re.compile(r"([0-9]{1,4}) ?(?:d|days?)")
_PERCENT = re.compile(PERCENT)


def parse_span(text: str) -> Span | None:
    """A figure as a file says it (`1h30m`, `3wd by end-of-day`); None for what is none."""
    days = _DAYS.fullmatch(text)
    if days:
        return Span("days", int(days[1]), bool(days[2]), text)
    found = _DURATION.fullmatch(text)
    if not found or not text:
        return None
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return Span("seconds", hours * 3600 + minutes * 60 + seconds, written=text)


def read_span(reading: Reading, text: str, line: int, what: str) -> Span | None:
    """`parse_span`, noting a mistake for what is no figure."""
    span = parse_span(text)
    if span is None:
        days = _CALENDAR_DAYS.fullmatch(text)
        hint = f"{days[1]}wd for working days, or hours of open time" if days else SPAN_HINT
        reading.mistake(line, f"{what}: '{text}' is no figure", hint)
    return span


def read_duration(reading: Reading, branch: Branch, key: str, what: str) -> int:
    """A field of so much time by the wall clock, in seconds; 0 where a mistake was noted or nothing is said."""
    text = reading.text(branch, key)
    span = read_span(reading, text, branch.items[key].line, what) if text else None
    if span and span.unit == "days":
        hint = "hours or minutes by the wall clock, such as 30m"
        reading.mistake(branch.items[key].line, f"{what}: '{text}' counts working days", hint)
        return 0
    return span.amount if span else 0


def read_within(reading: Reading, branch: Branch, what: str, targets: Collection[str]) -> Figure | None:
    """The key `within`. `targets` are those that this policy has: times can be agreed for no others."""
    node = branch.items["within"]
    if not isinstance(node, Branch):
        return _written(reading, branch, "within", what)
    fields = reading.record(node, f"{what}, within", WITHIN)
    if len(fields.items) != 1:
        reading.mistake(node.line, f"{what}: within names one record", "{customer: ttr} or {case: update_every}")
        return None
    if "case" in fields.items:
        return Lookup("case", reading.known(fields, "case", WITHIN.words("case"), "figure of a case"))
    if "agreed" in fields.items:
        return Lookup("agreed", reading.known(fields, "agreed", targets, "target"))
    if "promised" in fields.items:
        return Lookup("promised", reading.known(fields, "promised", WITHIN.words("promised"), "moment of a promise"))
    name = reading.text(fields, "customer")
    if name and not NAME.fullmatch(name):
        reading.mistake(node.line, f"{what}: '{name}' is no name for a customer's figure", "a name such as ttr")
    return Lookup("customer", name)


def read_goal(reading: Reading, branch: Branch, what: str) -> Span | Ahead | None:
    """The key `goal`: a figure that needs no record."""
    return _written(reading, branch, "goal", f"{what}, goal")


def read_share(reading: Reading, branch: Branch, key: str, what: str) -> float | None:
    """A share of a limit, as a number from 0 to 1; None where a mistake was noted or nothing is said."""
    text = reading.text(branch, key)
    found = _PERCENT.fullmatch(text)
    if text and not found:
        hint = "a share of the limit, from 1% to 99%, such as 80%"
        reading.mistake(branch.items[key].line, f"{what}: {key} cannot be '{text}'", hint)
    return int(found[1]) / 100 if found else None


def figure_words(figure: Figure | None) -> str:
    """A figure as the policy writes it."""
    if isinstance(figure, Lookup):
        return f"{{{figure.source}: {figure.name}}}"
    if isinstance(figure, Ahead):
        return figure.span.written + AHEAD
    return figure.written if figure else "nothing"


def _written(reading: Reading, branch: Branch, key: str, what: str) -> Span | Ahead | None:
    text, line = reading.text(branch, key), branch.items[key].line
    if not text:
        return None
    if not text.endswith(AHEAD):
        return read_span(reading, text, line, what)
    before = text.removesuffix(AHEAD)
    span = parse_span(before)
    if span and span.unit == "seconds" and span.amount:
        return Ahead(span)
    days = _CALENDAR_DAYS.fullmatch(before)
    hint = f"{int(days[1]) * 24}h ahead" if days else AHEAD_HINT
    reading.mistake(line, f"{what}: '{text}' is no lead time", hint)
    return None
