"""A second, deliberately naive implementation of design.md "The clock": it walks time grain by grain.

Written from design.md and traps.md alone, and sharing nothing with `casectl.sla` but the values of `casectl.model`.
Every moment in a life, every window edge and every zone offset must be a multiple of the grain.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from casectl.model.instants import Instant
from casectl.model.policy import ANCHORS, Customer, Figure, Policy, Rule, Span, Target
from casectl.model.timeline import Timeline
from tests.sla.naive_hours import FAR
from tests.sla.naive_life import Life, Occurrence

Limits = dict[tuple[int, int, Instant], int | None]
UNITS = {"s": 1, "m": 60, "h": 3600}


@dataclass(frozen=True)
class NaiveRow:
    """What the naive clock says of one occurrence: the fields of `TargetRow` that it can judge."""

    target: str
    occurrence: int
    state: str
    started_at: Instant | None
    stopped_at: Instant | None
    due_at: Instant | None
    breached_at: Instant | None
    elapsed_seconds: int
    limit_seconds: int | None
    goal_seconds: int | None
    paused_seconds: int
    rule: int
    """Position of the rule, -1 for `otherwise`."""


def evaluate(
    timeline: Timeline, policy: Policy, customers: Mapping[str, Customer], as_of: Instant, grain: int
) -> tuple[NaiveRow, ...]:
    """Rows by order of targets, then occurrence; none for a case that was opened after `as_of`."""
    steps = tuple(step for step in timeline.steps if step.at <= as_of)
    if not steps:
        return ()
    life = Life(steps, policy, customers, grain)
    rows = []
    for target in policy.targets.values():
        begun = life.occurrences(target)
        rows += [_Row(life, target, occurrence, as_of).reckon() for occurrence in begun]
        if not begun and any(a in ANCHORS and a != "escalated" for a in target.otherwise.start):
            rows.append(_not_begun(life, target))
    return tuple(row for row in rows if row)


def _not_begun(life: Life, target: Target) -> NaiveRow | None:
    """A target that has a rule and waits for its start anchor."""
    rule = life.rule(target, len(life.steps) - 1)
    if rule is None:
        return None
    return NaiveRow(target.name, 1, "pending", None, None, None, None, 0, None, None, 0, rule.index)


def _without_rule(life: Life, target: Target, rules: list[Rule | None], last: int) -> str | None:
    """The state of an unbreached row whose last rule is None: untargeted, withdrawn, or no row at all."""
    if rules[-1]:
        return None
    if target.measured and life.holds(target.scope, last):
        return "untargeted"
    return "withdrawn" if any(rules) else "none"


def span_of(figure: Figure | None, state: dict[str, object], customer: Customer | None) -> Span | None:
    """The figure itself, or what the case or the customer says where the policy points to them."""
    if figure is None or isinstance(figure, Span):
        return figure
    if figure.source == "customer":
        return customer.figures.get(figure.name) if customer else None
    written = state.get(figure.name) if figure.source == "case" else None
    if written is None:
        return None
    text = str(written)
    if text.endswith("wd"):
        return Span("days", int(text[:-2]), written=text)
    return Span("seconds", int(text[:-1]) * UNITS[text[-1]], written=text)


class _Row:
    def __init__(self, life: Life, target: Target, occurrence: Occurrence, as_of: Instant) -> None:
        self.life, self.target, self.occurrence, self.as_of = life, target, occurrence, as_of
        self.grain = life.grain
        self.rules = [life.rule(target, i) for i in range(len(life.steps))]
        self.start = occurrence.start
        self.end = as_of if occurrence.stop is None else occurrence.stop
        self.last = len(life.steps) - 1 if occurrence.stop is None else occurrence.stop_step
        self.grains = list(range(self.start, self.end, self.grain))
        self.paused = {g: self._is_paused(g) for g in self.grains}
        self.run_on = self._run_on(self.grains)
        self._sums: dict[tuple[int, Instant], dict[Instant, int]] = {}

    # What holds in a grain

    def _rule_at(self, g: Instant) -> Rule | None:
        return self.rules[self.life.index_at(g)]

    def _is_paused(self, g: Instant) -> bool:
        if any(spell.begins <= g < spell.ends and not spell.counts for spell in self.occurrence.spells):
            return True
        return self._waits(self.life.index_at(g))

    def _waits(self, i: int) -> bool:
        waiting_for = self.life.states[i].get("waiting_for")
        rule = self.rules[i] or self.target.otherwise
        if self.life.phase(i) != "waiting":
            return False
        return rule.pause_for is None or waiting_for in rule.pause_for

    def _solved(self, g: Instant) -> bool:
        return any(spell.begins <= g < spell.ends for spell in self.occurrence.spells)

    def _open(self, rule: Rule, g: Instant) -> bool:
        return self.life.hours[rule.calendar].is_open(g)

    def _run_on(self, grains: list[Instant]) -> dict[Instant, bool]:
        answer: dict[Instant, bool] = {}
        going = False
        for g in grains:
            going = self._goes_on(g, going, self.life.index_at(g), self.paused[g] or self._solved(g))
            answer[g] = going
        return answer

    def _runs_on(self, i: int) -> Rule | None:
        """The rule in force after step `i` when it is one that runs on: a duration."""
        rule = self.rules[i]
        span = span_of(rule.within, self.life.states[i], self.life.customer(i)) if rule and rule.run_on else None
        return rule if span and span.unit == "seconds" else None

    def _goes_on(self, g: Instant, going: bool, i: int, paused: bool) -> bool:
        """Whether the closed grain at `g`, after step `i`, counts all the same."""
        rule = self._runs_on(i)
        if rule is None or paused or self._open(rule, g):
            return False
        return going or self._closes(g)

    def _closes(self, g: Instant) -> bool:
        """Whether `g` is a closing instant that found the target running under a `run_on` rule."""
        before = g - self.grain
        if before < self.start or self.paused.get(before, False) or self._solved(before):
            return False
        rule = self._runs_on(self.life.index_at(before) if before < self.end else self.last)
        return rule is not None and self._open(rule, before) and not self._open(rule, g)

    # Counting

    def _counts(self, rule: Rule, g: Instant) -> bool:
        return not self.paused[g] and (self.run_on[g] or self._open(rule, g))

    def _elapsed(self, rule: Rule, since: Instant, t: Instant) -> int:
        """Counted seconds in [since, t) under `rule`, at the grid point `t`."""
        key = (rule.index, since)
        if key not in self._sums:
            total, sums = 0, {}
            for g in self.grains:
                sums[g] = total
                total += self.grain if g >= since and self._counts(rule, g) else 0
            sums[self.end] = total
            self._sums[key] = sums
        return self._sums[key].get(t, 0)

    def _since(self, rule: Rule, t: Instant, i: int) -> Instant:
        """From when `rule`, in force at `t` after step `i`, counts."""
        if rule.on_change == "from-start" or rule.index < 0:
            return self.start
        begins: Instant | None = t if t >= self.life.steps[0].at else None
        for at in sorted({step.at for step in self.life.steps if step.at <= t}, reverse=True):
            held = self._rule_at(at)
            if at == t and held is not rule:
                continue
            if held is not rule:
                break
            begins = at
        if begins == self.life.steps[0].at and self.rules[0] is rule:
            begins = None
        return self.start if begins is None else max(begins, self.start)

    def _limit(self, rule: Rule, i: int, since: Instant, figure: Figure | None) -> tuple[int | None, Instant]:
        """The limit in seconds, and the moment before which it is not due."""
        span = span_of(figure, self.life.states[i], self.life.customer(i))
        if span is None:
            return None, since
        if span.unit == "seconds":
            return span.amount, since
        due0 = self.life.hours[rule.days or rule.calendar].due_by_days(since, span.amount, span.end_of_day)
        return self.life.hours[rule.calendar].open_seconds(since, due0), due0

    # Judging

    def _first_breach(self) -> tuple[Instant, Rule, int] | None:
        """The infimum of the moments at which elapsed > limit, with the rule then broken and its step."""
        moments = [(spell.begins, spell.step) for spell in self.occurrence.spells] + [(self.end, self.last)]
        known: Limits = {}
        for g in [*self.grains, self.end]:
            for t, i in moments:
                if t == g and t >= self.start and self._over(g, i, 0, known) is not None:
                    return g, self._need(i), i
            if g < self.end and not self._solved(g):
                i = self.life.index_at(g)
                over = self._over(g, i, self.grain, known)
                if over is not None:
                    return over, self._need(i), i
        return None

    def _over(
        self, g: Instant, i: int, length: int, known: dict[tuple[int, int, Instant], int | None]
    ) -> Instant | None:
        """The first moment in [g, g + length) with elapsed > limit (at g alone when length is 0), or None."""
        rule = self.rules[i]
        if rule is None:
            return None
        since = self._since(rule, g, i)
        if (rule.index, i, since) not in known:
            known[rule.index, i, since] = self._limit(rule, i, since, rule.within)[0]
        limit = known[rule.index, i, since]
        if limit is None:
            return None
        elapsed = self._elapsed(rule, since, g)
        if elapsed > limit:
            return g
        over_later = length > 0 and self._counts(rule, g) and elapsed + length > limit
        return g + limit - elapsed if over_later else None

    def _need(self, i: int) -> Rule:
        return self.rules[i] or self.target.otherwise

    def _due(self, rule: Rule, i: int, since: Instant, limit: int, due0: Instant) -> Instant | None:
        """The earliest t >= due0 at which elapsed reaches the limit, if nothing else happens after the end."""
        total, going = 0, False
        for g in range(self.start, max(self.start, self.end) + FAR, self.grain):
            if g >= max(due0, since) and total >= limit:
                return g
            if g < self.end:
                going, counts = self.run_on[g], self._counts(rule, g)
            else:
                going = self._goes_on(g, going, i, paused=False)
                counts = going or self._open(rule, g)
            step = self.grain if counts and g >= since else 0
            if total + step > limit > total and g + self.grain > due0:
                return g + limit - total
            total += step
        return None

    def reckon(self) -> NaiveRow | None:
        breach = self._first_breach()
        if breach:
            breached_at, rule, i = breach
            since = self._since(rule, breached_at, i)
        else:
            breached_at, i = None, self.last
            rule = self._need(i)
            since = self._since(rule, self.end, i)
        targeted = self.rules[i] is not None
        limit, due0 = self._limit(rule, i, since, rule.within) if targeted else (None, since)
        goal = self._limit(rule, i, since, rule.goal)[0] if limit is not None else None
        elapsed = self._elapsed(rule, since, self.end)
        paused_now = self.occurrence.stop is None and self._waits(self.last)
        state = self._state(breached_at, paused_now, elapsed, limit, goal, rule)
        due = None if limit is None or state == "paused" else self._due(rule, i, since, limit, due0)
        paused = sum(self.grain for g in self.grains if g >= since and self.paused[g] and self._open(rule, g))
        row = NaiveRow(
            self.target.name, self.occurrence.number, state, since, self.occurrence.stop, due, breached_at,
            elapsed, limit, goal, paused, rule.index,
        )  # fmt: skip
        return None if state == "none" else row

    def _state(
        self, breached_at: Instant | None, paused: bool, elapsed: int, limit: int | None, goal: int | None, rule: Rule
    ) -> str:
        if breached_at is not None:
            return "breached"
        without = _without_rule(self.life, self.target, self._rules_so_far(), self.last)
        if without:
            return without
        if self.occurrence.stop is not None:
            return "met" if limit is not None else "untargeted"
        if self.start > self.as_of or limit is None:
            return "pending"
        if paused:
            return "paused"
        late_for_goal = goal is not None and elapsed > goal
        warned = rule.warn_at is not None and elapsed >= rule.warn_at * limit
        return "at-risk" if late_for_goal or warned else "running"

    def _rules_so_far(self) -> list[Rule | None]:
        """The rules that held while this row existed, each for some time, and the one at its end."""
        own_life = self.occurrence.number == 1 and any(a in ANCHORS and a != "escalated" for a in self._need(0).start)
        born = 0 if own_life else self.life.index_at(self.start)
        held = [self.rules[i] for i in range(born, self.last + 1) if i == self.life.index_at(self.life.steps[i].at)]
        before_opening = [self.rules[0]] if born == 0 else []
        return [*before_opening, *held, self.rules[self.last]]
