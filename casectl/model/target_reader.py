"""Targets as a policy writes them: figures, anchors, conditions, and rules that override their target's keys."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Literal, NamedTuple

from casectl.model.case import LOG_KINDS
from casectl.model.policy import (
    ANCHORS,
    CONDITION_KEYS,
    TARGET_NAMES,
    Condition,
    Figure,
    Lookup,
    Rule,
    Span,
    Target,
)
from casectl.model.reading import NAME, Reading
from casectl.model.tree import Branch, Node, Row, Text

DIRECTED = ("call", "email")
"""Log kinds that have a direction, so that `kind:in` and `kind:out` mean something."""

LOG_ANCHORS = (*LOG_KINDS, *(f"{kind}:{way}" for kind in DIRECTED for way in ("in", "out")))
ALL_ANCHORS = (*ANCHORS, *LOG_ANCHORS)

CHANGES: Mapping[str, Literal["from-start", "from-change"]] = {
    "from-start": "from-start",
    "from-change": "from-change",
}
REOPENINGS: Mapping[str, Literal["resume", "restart", "continue"]] = {
    "resume": "resume",
    "restart": "restart",
    "continue": "continue",
}

COMMON_FIELDS = (
    "start",
    "stop",
    "calendar",
    "days",
    "pause",
    "on_change",
    "on_reopen",
    "repeat",
    "within",
    "goal",
    "warn_at",
    "run_on",
    "clause",
    "when",
)
TARGET_FIELDS = (*COMMON_FIELDS, "measured", "rules")

EVERY_CASE = Condition()

_DURATION = re.compile(r"(?:([0-9]{1,6})h)?(?:([0-9]{1,6})m)?(?:([0-9]{1,6})s)?")
_DAYS = re.compile(r"([0-9]{1,4})wd( by end-of-day)?")
_PERCENT = re.compile(r"([1-9][0-9]?)%")
_SPAN_HINT = "15m, 4h, 1h30m, 0s (open time), 3wd (working days) or 3wd by end-of-day"


class Vocabulary(NamedTuple):
    """The names that this policy gives to things, as far as targets may speak of them."""

    calendars: Collection[str]
    waiting_for: Collection[str]
    priority: Collection[str]
    type: Collection[str]
    channel: Collection[str]

    def of(self, key: str) -> Collection[str] | None:
        """The values a condition may name under `key`; None where any word will do."""
        closed = {"priority": self.priority, "type": self.type, "channel": self.channel}
        return closed.get(key)


def read_targets(reading: Reading, branch: Branch, words: Vocabulary) -> dict[str, Target]:
    """The section `targets`, in file order."""
    targets: dict[str, Target] = {}
    for name, node in reading.section(branch, "targets", "target"):
        if reading.is_known(name, node.line, TARGET_NAMES, "target"):
            targets[name] = _target(reading, name, node, words)
    return targets


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
        calendar_day = re.fullmatch(r"(\d+) ?(?:d|days?)", text)
        hint = f"{calendar_day[1]}wd for working days, or hours of open time" if calendar_day else _SPAN_HINT
        reading.mistake(line, f"{what}: '{text}' is no figure", hint)
    return span


def _target(reading: Reading, name: str, node: Node, words: Vocabulary) -> Target:
    what = f"target '{name}'"
    branch = reading.fields(node, what, TARGET_FIELDS, ("start", "stop", "calendar"))
    blank = Rule(name, -1, EVERY_CASE, (), (), "", None, None, line=node.line)
    scope = _condition(reading, branch, what, words)
    general = _rule(reading, branch, what, blank, words)
    measured = reading.flag(branch, "measured")
    rules = _rules(reading, branch, name, general, words)
    if not rules and not measured and "rules" not in branch.items:
        hint = "give it `within:`, or `rules:`, or `measured: true` to report elapsed time only"
        reading.mistake(branch.line, f"{what} promises no figure", hint)
    otherwise = general._replace(within=None, goal=None, warn_at=None, run_on=False)
    return Target(name, scope, rules, otherwise, measured)


def _rules(reading: Reading, branch: Branch, name: str, general: Rule, words: Vocabulary) -> tuple[Rule, ...]:
    """The target's rules; one for every case when it has a figure of its own and no list of them."""
    listed = branch.items.get("rules")
    if listed is None:
        only = general._replace(index=0)
        _check_rule(reading, f"target '{name}'", only)
        return (only,) if only.within is not None else ()
    if not isinstance(listed, Row) or not listed.items:
        reading.mistake(listed.line, f"target '{name}': rules must be a list", "- {when: {priority: p1}, within: 4h}")
        return ()
    rules = []
    for index, node in enumerate(listed.items):
        what = f"target '{name}', rule {index + 1}"
        fields = reading.fields(node, what, COMMON_FIELDS)
        rule = _rule(reading, fields, what, general, words, index, _condition(reading, fields, what, words))
        if rule.within is None and "within" not in fields.items and "within" not in branch.items:
            reading.mistake(node.line, f"{what} lacks 'within'", _SPAN_HINT)
        _check_rule(reading, what, rule)
        rules.append(rule)
    return tuple(rules)


def _rule(
    reading: Reading,
    branch: Branch,
    what: str,
    base: Rule,
    words: Vocabulary,
    index: int = -1,
    when: Condition = EVERY_CASE,
) -> Rule:
    """`base` with the keys that `branch` says otherwise."""
    here = branch.items
    return Rule(
        target=base.target,
        index=index,
        when=when,
        line=branch.line,
        start=_anchors(reading, branch, "start") if "start" in here else base.start,
        stop=_anchors(reading, branch, "stop") if "stop" in here else base.stop,
        calendar=reading.known(branch, "calendar", words.calendars, "calendar", base.calendar),
        days=reading.known(branch, "days", words.calendars, "calendar") or base.days,
        within=_figure(reading, branch, what) if "within" in here else base.within,
        goal=_goal(reading, branch, what) if "goal" in here else base.goal,
        warn_at=_share(reading, branch, what) if "warn_at" in here else base.warn_at,
        run_on=reading.flag(branch, "run_on", base.run_on),
        pause_for=_pause(reading, branch, what, words) if "pause" in here else base.pause_for,
        on_change=CHANGES[reading.known(branch, "on_change", CHANGES, "on_change", base.on_change)],
        on_reopen=REOPENINGS[reading.known(branch, "on_reopen", REOPENINGS, "on_reopen", base.on_reopen)],
        repeat=reading.flag(branch, "repeat", base.repeat),
        clause=reading.clause(branch) or base.clause,
    )


def _check_rule(reading: Reading, what: str, rule: Rule) -> None:
    """What a rule's keys must be to each other."""
    limit = rule.within
    in_days = isinstance(limit, Span) and limit.unit == "days"
    if rule.run_on and (in_days or (isinstance(limit, Lookup) and limit.source == "agreed")):
        hint = "run_on goes with a duration such as 4h; say `run_on: false` in the rules that count working days"
        reading.mistake(rule.line, f"{what}: run_on does not go with '{_written(limit)}'", hint)
    if rule.goal is None or limit is None:
        return
    if not isinstance(limit, Span) or limit.unit != rule.goal.unit:
        hint = "both in open time, or both in working days"
        reading.mistake(rule.line, f"{what}: the goal '{rule.goal.written}' is of another kind than the limit", hint)
    elif (rule.goal.amount, rule.goal.end_of_day) >= (limit.amount, limit.end_of_day):
        hint = "a goal is what is aimed at, within is what is promised"
        reading.mistake(rule.line, f"{what}: the goal '{rule.goal.written}' is not earlier than the limit", hint)


def _written(limit: Figure | None) -> str:
    return limit.written if isinstance(limit, Span) else "an agreed time"


def _anchors(reading: Reading, branch: Branch, key: str) -> tuple[str, ...]:
    node = branch.items[key]
    if isinstance(node, Row) and not node.items:
        reading.mistake(node.line, f"'{key}' names no anchor", f"one of: {', '.join(ANCHORS)}, or a log kind")
    return reading.known_words(branch, key, ALL_ANCHORS, "anchor")


def _figure(reading: Reading, branch: Branch, what: str) -> Figure | None:
    node = branch.items["within"]
    if not isinstance(node, Branch):
        text = reading.text(branch, "within")
        return read_span(reading, text, node.line, what) if text else None
    fields = reading.fields(node, f"{what}, within", ("case", "customer", "agreed"))
    if len(fields.items) != 1:
        reading.mistake(node.line, f"{what}: within names one record", "{customer: ttr} or {case: update_every}")
        return None
    if "case" in fields.items:
        return Lookup("case", reading.known(fields, "case", ("update_every",), "figure of a case"))
    if "agreed" in fields.items:
        return Lookup("agreed", reading.known(fields, "agreed", TARGET_NAMES, "target"))
    name = reading.text(fields, "customer")
    if name and not NAME.fullmatch(name):
        reading.mistake(node.line, f"{what}: '{name}' is no name for a customer's figure", "a name such as ttr")
    return Lookup("customer", name)


def _goal(reading: Reading, branch: Branch, what: str) -> Span | None:
    text = reading.text(branch, "goal")
    return read_span(reading, text, branch.items["goal"].line, f"{what}, goal") if text else None


def _share(reading: Reading, branch: Branch, what: str) -> float | None:
    text = reading.text(branch, "warn_at")
    found = _PERCENT.fullmatch(text)
    if text and not found:
        hint = "a share of the limit, from 1% to 99%, such as 80%"
        reading.mistake(branch.items["warn_at"].line, f"{what}: warn_at cannot be '{text}'", hint)
    return int(found[1]) / 100 if found else None


def _pause(reading: Reading, branch: Branch, what: str, words: Vocabulary) -> frozenset[str] | None:
    fields = reading.fields(branch.items["pause"], f"{what}, pause", ("waiting_for",), ("waiting_for",))
    value = fields.items.get("waiting_for")
    if isinstance(value, Text) and value.value == "any":
        return None
    return frozenset(reading.known_words(fields, "waiting_for", words.waiting_for, "one to wait for"))


def _condition(reading: Reading, branch: Branch, what: str, words: Vocabulary) -> Condition:
    if "when" not in branch.items:
        return EVERY_CASE
    fields = reading.fields(branch.items["when"], f"{what}, when", (*CONDITION_KEYS, "reported"))
    values = {key: _values(reading, fields, key, words) for key in CONDITION_KEYS if key in fields.items}
    if "reported" not in fields.items:
        return Condition(values)
    reported = reading.fields(fields.items["reported"], f"{what}, reported", ("in", "out"))
    if not reported.items:
        reading.mistake(reported.line, f"{what}: reported lacks a calendar", "reported: {in: CALENDAR}, or out")
    inside = reading.known_words(reported, "in", words.calendars, "calendar")
    return Condition(values, inside, reading.known_words(reported, "out", words.calendars, "calendar"))


def _values(reading: Reading, fields: Branch, key: str, words: Vocabulary) -> frozenset[str]:
    known = words.of(key)
    if known is None:
        found = [word for word, _ in reading.words(fields, key)]
    else:
        found = list(reading.known_words(fields, key, known, key))
    node = fields.items[key]
    if isinstance(node, Row) and not node.items:
        reading.mistake(node.line, f"'{key}' lists nothing, so it could never hold", "leave the key out")
    return frozenset(found)
