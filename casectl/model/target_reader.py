"""Targets as a policy writes them: anchors, conditions, and rules that override their target's keys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from casectl.model.calendar import Calendar
from casectl.model.choice_reader import Choices, both, chosen, how_many, settled
from casectl.model.figure_reader import SPAN_HINT, figure_words, read_goal, read_share, read_within
from casectl.model.figure_reader import parse_span as parse_span
from casectl.model.reading import Reading
from casectl.model.target import ANCHORS, TARGET_NAMES, Ahead, Condition, Lookup, Rule, Span, Target
from casectl.model.target_shape import ALL_ANCHORS, ANY_WAIT, CHANGES, PAUSE, REOPENINGS, RULE, TARGET, WHEN
from casectl.model.tree import Branch, Node, Row, Text
from casectl.model.vocabulary import Vocabulary, read_condition

PROMISED = ("promised",)
"""What a target starts at that is about what people promised in the case."""

EVERY_CASE = Condition()

MOST_RULES = 5_000
"""Of a target, once its calendars are plain."""


@dataclass(frozen=True, slots=True)
class Around:
    """What the rest of the policy gives to its targets."""

    words: Vocabulary
    calendars: Mapping[str, Calendar]
    choices: Choices
    promised_to: Condition = EVERY_CASE


def read_targets(reading: Reading, branch: Branch, around: Around) -> dict[str, Target]:
    """The section `targets`, in file order. Every rule holds all calendars, counts on plain ones, and holds only for
    those to whom the policy's promises are made; cases of others are measured.
    """
    targets: dict[str, Target] = {}
    for name, node in reading.section(branch, "targets", "target"):
        if reading.is_known(name, node.line, TARGET_NAMES, "target"):
            targets[name] = _target(reading, name, node, around)
    return targets


def _target(reading: Reading, name: str, node: Node, around: Around) -> Target:
    what = f"target '{name}'"
    branch = reading.record(node, what, TARGET)
    blank = Rule(name, -1, EVERY_CASE, (), (), "", None, None, around.calendars, line=node.line)
    scope = _condition(reading, branch, what, around.words)
    general = _rule(reading, branch, what, blank, around.words)
    measured = reading.flag(branch, "measured")
    written = _rules(reading, branch, name, general, around.words)
    if not written and not measured and "rules" not in branch.items:
        hint = "give it `within:`, or `rules:`, or `measured: true` to report elapsed time only"
        reading.mistake(branch.line, f"{what} promises no figure", hint)
    _check_scope(reading, what, scope, general, written)
    if how_many(written, around.choices) > MOST_RULES:
        message = f"{what}: its rules, times the rows that their calendars choose by, are more than {MOST_RULES}"
        reading.mistake(branch.line, message, "write it with fewer rules, or with calendars of fewer rows")
        written = ()
    for_whom = around.promised_to
    promised = (one for rule in written if (one := _promised(reading, rule, for_whom)))
    plain = (one for rule in promised for one in chosen(rule, around.choices))
    rules = tuple(rule._replace(index=index) for index, rule in enumerate(plain))
    bare = general._replace(within=None, goal=None, warn_at=None, run_on=False)
    unruled = tuple(chosen(bare, around.choices))
    otherwise = settled(bare, around.choices)
    return Target(name, scope, rules, otherwise, measured or bool(for_whom.values), unruled if unruled[1:] else ())


def _promised(reading: Reading, rule: Rule, for_whom: Condition) -> Rule | None:
    """The rule for those to whom promises are made; None, and a mistake, when it is about others only."""
    when = both(rule.when, for_whom)
    if when is None:
        message = f"target '{rule.target}', rule {rule.number} is about cases that `promised_to` leaves out"
        reading.mistake(rule.line, message, "widen `promised_to`, or leave the rule out: such cases are measured")
        return None
    return rule._replace(when=when)


def _rules(reading: Reading, branch: Branch, name: str, general: Rule, words: Vocabulary) -> tuple[Rule, ...]:
    """The target's rules as written; one for every case when it has a figure of its own and no list of them."""
    listed = branch.items.get("rules")
    if listed is None:
        only = general._replace(number=1)
        _check_rule(reading, f"target '{name}'", only, general)
        return (only,) if only.within is not None or only.goal is not None else ()
    if not isinstance(listed, Row) or not listed.items:
        reading.mistake(listed.line, f"target '{name}': rules must be a list", "- {when: {priority: p1}, within: 4h}")
        return ()
    rules = []
    for number, node in enumerate(listed.items, 1):
        what = f"target '{name}', rule {number}"
        fields = reading.record(node, what, RULE)
        rule = _rule(reading, fields, what, general, words)
        rule = rule._replace(number=number, when=_condition(reading, fields, what, words))
        if not {"within", "goal"} & (fields.items.keys() | branch.items.keys()):
            reading.mistake(node.line, f"{what} lacks 'within'", f"{SPAN_HINT}; or a `goal` that is only aimed at")
        _check_rule(reading, what, rule, general)
        rules.append(rule)
    return tuple(rules)


def _rule(reading: Reading, branch: Branch, what: str, base: Rule, words: Vocabulary) -> Rule:
    """`base` with the keys that `branch` says otherwise, `when` apart."""
    here, calendars = branch.items, words.calendars.all()
    return Rule(
        target=base.target,
        index=base.index,
        when=base.when,
        calendars=base.calendars,
        line=branch.line,
        start=_anchors(reading, branch, "start", words) if "start" in here else base.start,
        stop=_anchors(reading, branch, "stop", words) if "stop" in here else base.stop,
        calendar=reading.known(branch, "calendar", calendars, "calendar", base.calendar),
        days=reading.known(branch, "days", calendars, "calendar") or base.days,
        within=read_within(reading, branch, what, words.targets) if "within" in here else base.within,
        goal=read_goal(reading, branch, what) if "goal" in here else base.goal,
        warn_at=read_share(reading, branch, "warn_at", what) if "warn_at" in here else base.warn_at,
        run_on=reading.flag(branch, "run_on", base.run_on),
        pause_for=_pause(reading, branch, what, words) if "pause" in here else base.pause_for,
        exclude=_exclude(reading, branch, words) if "exclude" in here else base.exclude,
        on_change=CHANGES[reading.known(branch, "on_change", CHANGES, "on_change", base.on_change)],
        on_reopen=REOPENINGS[reading.known(branch, "on_reopen", REOPENINGS, "on_reopen", base.on_reopen)],
        repeat=reading.flag(branch, "repeat", base.repeat),
        clause=reading.clause(branch) or base.clause,
    )


def _check_rule(reading: Reading, what: str, rule: Rule, general: Rule) -> None:
    """What a rule's keys must be to each other."""
    figure = rule.within or rule.goal
    if rule.run_on and not _is_open_time(figure):
        hint = "run_on goes with a duration such as 4h; say `run_on: false` in the rules that have none"
        reading.mistake(rule.line, f"{what}: run_on does not go with '{figure_words(figure)}'", hint)
    if rule.on_reopen == "restart" and {"promised", "escalated"} & set(rule.start):
        hint = "say `on_reopen: resume`, or `continue`"
        reading.mistake(rule.line, f"{what}: what happened once does not start anew at a reopening", hint)
    if rule.start != PROMISED:
        _check_no_promise(reading, what, rule, general)
    if rule.goal is None or rule.within is None:
        return
    goal = figure_words(rule.goal)
    if not _same_kind(rule):
        hint = "both in open time, both in working days, or both ahead"
        reading.mistake(rule.line, f"{what}: the goal '{goal}' is of another kind than the limit", hint)
    elif not _goal_is_earlier(rule):
        hint = "a goal is what is aimed at, within is what is promised"
        reading.mistake(rule.line, f"{what}: the goal '{goal}' is not earlier than the limit", hint)


def _check_no_promise(reading: Reading, what: str, rule: Rule, general: Rule) -> None:
    """A rule that does not start at a promise cannot speak of one; what its target says is noted there, once."""
    hint = "say `start: promised`: the target is then about each commitment by itself"
    for figure, theirs in ((rule.within, general.within), (rule.goal, general.goal)):
        if isinstance(figure, Ahead) or (isinstance(figure, Lookup) and figure.source == "promised"):
            line = general.line if figure is theirs else rule.line
            message = f"target '{rule.target}': '{figure_words(figure)}' needs a promise to count from"
            reading.mistake(line, message, hint)
    if "kept" in (*rule.start, *rule.stop):
        same = (rule.start, rule.stop) == (general.start, general.stop)
        message = f"target '{rule.target}': 'kept' is said of a promise, and the target does not start at one"
        reading.mistake(general.line if same else rule.line, message, hint)
    if "promised" in rule.start:
        same = rule.start == general.start
        message = f"target '{rule.target}': 'promised' starts it once for each commitment, and stands alone"
        reading.mistake(general.line if same else rule.line, message, "start: promised")
    if "commitment" in rule.when.values:
        reading.mistake(rule.line, f"{what}: a condition on `commitment`, but the target does not start at one", hint)


def _check_scope(reading: Reading, what: str, scope: Condition, general: Rule, rules: tuple[Rule, ...]) -> None:
    if "commitment" in scope.values and any(rule.start != PROMISED for rule in (*rules, general)):
        message = f"{what}: a condition on `commitment`, but the target does not start at one"
        reading.mistake(general.line, message, "say `start: promised`, in the target itself")


def _is_open_time(figure: object) -> bool:
    """Whether it is a duration, or may be one that a record holds."""
    if isinstance(figure, Span):
        return figure.unit == "seconds"
    return figure is None or (isinstance(figure, Lookup) and figure.source in ("case", "customer"))


def _same_kind(rule: Rule) -> bool:
    goal, limit = rule.goal, rule.within
    if isinstance(goal, Span):
        return isinstance(limit, Span) and goal.unit == limit.unit
    return isinstance(limit, Ahead)


def _goal_is_earlier(rule: Rule) -> bool:
    goal, limit = rule.goal, rule.within
    if isinstance(goal, Span) and isinstance(limit, Span):
        return (goal.amount, goal.end_of_day) < (limit.amount, limit.end_of_day)
    return isinstance(goal, Ahead) and isinstance(limit, Ahead) and goal.span.amount > limit.span.amount


def _anchors(reading: Reading, branch: Branch, key: str, words: Vocabulary) -> tuple[str, ...]:
    node = branch.items[key]
    if isinstance(node, Row) and not node.items:
        reading.mistake(node.line, f"'{key}' names no anchor", f"one of: {', '.join(ANCHORS)}, or a log kind")
    anchors = reading.known_words(branch, key, ALL_ANCHORS, "anchor")
    if "path-confirmed" in anchors and not words.paths:
        message = "'path-confirmed', but `paths` does not say which paths there are"
        reading.mistake(node.line, message, "paths: {a: Works as required}")
    return anchors


def _exclude(reading: Reading, branch: Branch, words: Vocabulary) -> frozenset[str]:
    kinds = set()
    for kind, line in reading.words(branch, "exclude"):
        if not reading.is_known(kind, line, words.commitments, "commitment"):
            continue
        kinds.add(kind)
        if not words.commitments[kind].window:
            hint = f"say `window: true` of '{kind}' under `commitments`"
            reading.mistake(line, f"exclude: '{kind}' is a moment, not a window of time", hint)
    return frozenset(kinds)


def _pause(reading: Reading, branch: Branch, what: str, words: Vocabulary) -> frozenset[str] | None:
    fields = reading.record(branch.items["pause"], f"{what}, pause", PAUSE)
    value = fields.items.get("waiting_for")
    if isinstance(value, Text) and value.value == ANY_WAIT:
        return None
    return frozenset(reading.known_words(fields, "waiting_for", words.waiting_for, "one to wait for"))


def _condition(reading: Reading, branch: Branch, what: str, words: Vocabulary) -> Condition:
    if "when" not in branch.items:
        return EVERY_CASE
    return read_condition(reading, branch.items["when"], f"{what}, when", words, WHEN)
