"""One run judged: which rule governs it, its limit, whether and when it was broken, and the row that says so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from casectl.model.figures import TargetRow, TargetState
from casectl.model.instants import Instant
from casectl.model.policy import Lookup, Rule, Span, Target
from casectl.model.target_reader import parse_span
from casectl.sla.count import Count, Marks, marks_of
from casectl.sla.life import FACT_FIELDS, Life
from casectl.sla.opentime import OpenTime, open_time
from casectl.sla.runs import Run, first_start, of_own_life
from casectl.sla.workdays import due_after_days


class Reign(NamedTuple):
    """A stretch of a run under one rule and figure (or under none): up to the next reign, or the run's end."""

    rule: Rule | None
    figure: Span | None
    index: int  # type: ignore[assignment]
    """Of the spell that begins it."""
    begins: Instant | None
    """None for the first: its rule holds for all time before, too."""
    ends: Instant
    ruled_since: Instant | None
    """When this rule took over from another; a new figure under the same rule is no other rule."""


class Limit(NamedTuple):
    """A limit in open seconds, and the moment before which a limit in working days is never due."""

    seconds: int
    not_before: Instant | None = None


class Counted(NamedTuple):
    """A run counted under one rule, and that rule's limit."""

    rule: Rule
    count: Count  # type: ignore[assignment]
    limit: Limit


class Judgement(NamedTuple):
    """A row, and the count behind it; None when nothing has started."""

    row: TargetRow
    count: Count | None = None  # type: ignore[assignment]


class Trial:
    """One run of one target, up to `as_of` or to its own end."""

    def __init__(
        self, life: Life, target: Target, rules: Sequence[Rule | None], run: Run, number: int, as_of: Instant
    ) -> None:
        self.life = life
        self.target = target
        self.rules = rules
        self.run = run
        self.number = number
        self.end = as_of if run.end is None else run.end
        last = len(life.spells) - 1 if run.end_index is None else run.end_index
        self.figures = [self._figure(rules[index], index) for index in range(last + 1)]
        # Only durations run on: a limit in working days that a record holds does not, whatever its rule says.
        durations = [figure is not None and figure.unit == "seconds" for figure in self.figures]
        self.marks: Marks = marks_of(life, target, rules, durations, run, self.end)
        self.reigns = self._reigns()

    def judge(self) -> Judgement | None:
        """The run's row; None when no rule ever held and the policy does not measure it."""
        counted: Counted | None = None
        for reign in self.reigns:
            counted = self._counted(reign)
            broken = self._broken(reign, counted) if counted else None
            if counted and broken is not None:
                return self._breached(reign, counted, broken)
        if counted is not None:
            return self._unbroken(counted)
        rule = self.reigns[-1].rule
        return self._without_rule() if rule is None else self._without_limit(rule)

    def _reigns(self) -> list[Reign]:
        cuts: list[tuple[int, Rule | None, Span | None]] = []
        for index, figure in enumerate(self.figures):
            rule = self.rules[index]
            if self._of_no_length(index):
                continue
            if not cuts or cuts[-1][1] is not rule or cuts[-1][2] != figure:
                cuts.append((index, rule, figure))
        ends = [min(self.life.spells[index].at, self.end) for index, _, _ in cuts[1:]] + [self.end]
        reigns: list[Reign] = []
        for (index, rule, figure), until in zip(cuts, ends, strict=True):
            begins = self.life.spells[index].at if index else None
            since = reigns[-1].ruled_since if reigns and reigns[-1].rule is rule else begins
            reigns.append(Reign(rule, figure, index, begins, until, since))
        return reigns

    def _of_no_length(self, index: int) -> bool:
        """Whether a spell was over in the second in which it began: such a state never ruled anything."""
        spells = self.life.spells
        return 0 < index < len(self.figures) - 1 and spells[index].at == spells[index + 1].at

    def _figure(self, rule: Rule | None, index: int) -> Span | None:
        """What limits a rule in a spell's state: its own figure, or the one that the case or the customer holds."""
        figure = rule.within if rule else None
        if not isinstance(figure, Lookup):
            return figure
        if figure.source == "customer":
            customer = self.life.spells[index].customer
            return customer.figures.get(figure.name) if customer else None
        written = self.life.spells[index].fields.get(figure.name) if figure.source == "case" else None
        return parse_span(str(written)) if written is not None else None

    def _start(self, reign: Reign, rule: Rule) -> Instant | None:
        """Where counting starts under a reign: the run's start, or the moment its rule took over (`from-change`)."""
        start = self.run.start_under(self.life, rule)
        if start is not None and rule.on_change == "from-change" and reign.ruled_since is not None:
            return max(start, reign.ruled_since)
        return start

    def _hours(self, calendar: str, start: Instant) -> OpenTime:
        return open_time(self.life.policy.calendars[calendar], start, self.end)

    def _count(self, rule: Rule, start: Instant) -> Count:
        return Count(self._hours(rule.calendar, start), start, self.end, self.marks)

    def _limit(self, rule: Rule, figure: Span, start: Instant) -> Limit:
        if figure.unit == "seconds":
            return Limit(figure.amount)
        due = due_after_days(self._hours(rule.days or rule.calendar, start), start, figure.amount, figure.end_of_day)
        return Limit(self._hours(rule.calendar, start).between(start, due), due)

    def _counted(self, reign: Reign) -> Counted | None:
        """The whole run counted under a reign's rule; None when that rule sets no limit or has not started."""
        rule, figure = reign.rule, reign.figure
        start = self._start(reign, rule) if rule else None
        if rule is None or figure is None or start is None:
            return None
        return Counted(rule, self._count(rule, start), self._limit(rule, figure, start))

    def _broken(self, reign: Reign, counted: Counted) -> Instant | None:
        """When the reign's rule was first broken while it held; None when it was not.

        A rule that takes over when its limit is already past is broken at that moment. A reign of no length breaks
        nothing, unless it is the last: the final moment is looked at under the rule that holds then.
        """
        exceeded = counted.count.exceeds(counted.limit.seconds)
        if exceeded is None:
            return None
        broken = exceeded if reign.begins is None else max(exceeded, reign.begins)
        for begins, ends in self.run.counted:
            if begins <= exceeded < ends or begins < broken < ends:
                broken = max(broken, ends)
        return broken if reign is self.reigns[-1] or broken < reign.ends else None

    def _breached(self, reign: Reign, counted: Counted, broken: Instant) -> Judgement:
        rule, count, limit = counted.rule, counted.count, counted.limit
        due = self._due(count, limit, rule)
        reason = self._reason(reign) if broken == reign.begins and due < broken else ""
        return self._judgement(rule, "breached", count, limit, due, broken, reason)

    def _reason(self, reign: Reign) -> str:
        step = self.life.spells[reign.index].step
        changed = sorted(name for name in step.changes if name in FACT_FIELDS)
        return f"already past this limit when {' and '.join(changed) or 'the rule'} changed"

    def _unbroken(self, counted: Counted) -> Judgement:
        rule, count, limit = counted.rule, counted.count, counted.limit
        state = self._state(rule, count, limit)
        due = None if state == "paused" else self._due(count, limit, rule)
        return self._judgement(rule, state, count, limit, due)

    def _without_limit(self, rule: Rule) -> Judgement:
        """A rule whose start has not come, or whose limit no record holds: pending, and never more than measured."""
        start = self._start(self.reigns[-1], rule)
        if start is None:
            return Judgement(not_started(self.life, self.target, rule, self.number))
        return self._judgement(
            rule, "pending" if self.run.end is None else "untargeted", self._count(rule, start), None
        )

    def _state(self, rule: Rule, count: Count, limit: Limit) -> TargetState:
        if self.run.end is not None:
            return "met"
        if count.start > self.end:
            return "pending"
        if rule.pauses(self.life.spells[-1].phase, self.life.spells[-1].waiting_for):
            return "paused"
        elapsed, goal = count.elapsed(), self._goal(rule, count.start)
        nearly = rule.warn_at is not None and elapsed >= rule.warn_at * limit.seconds
        return "at-risk" if nearly or (goal is not None and elapsed > goal) else "running"

    def _without_rule(self) -> Judgement | None:
        """A run without a rule at its end: measured only, or withdrawn since its condition no longer holds."""
        start = self.run.start_under(self.life, self.target.otherwise)
        begun = self.end if start is None else start
        # What an event begins knows only the rules since then; what every case comes to was promised before it began.
        promised = self.run.start is None and of_own_life(self.target.otherwise)
        known = [reign for reign in self.reigns if promised or reign.ends > begun]
        ruled = [reign.rule for reign in known if reign.rule is not None]
        measured = self.target.measured and self.life.in_scope(self.target, len(self.figures) - 1)
        if not (ruled or measured):
            return None
        withdrawn = bool(ruled) and not measured
        rule = ruled[-1] if withdrawn else self.target.otherwise
        return self._judgement(rule, "withdrawn" if withdrawn else "untargeted", self._count(rule, begun), None)

    def _due(self, count: Count, limit: Limit, rule: Rule) -> Instant:
        """When the limit is used up if nothing else happens; working days are never due before their own day."""
        due = count.reaches(limit.seconds, rule.run_on and limit.not_before is None)
        return due if limit.not_before is None else max(due, limit.not_before)

    def _goal(self, rule: Rule, start: Instant) -> int | None:
        return None if rule.goal is None else self._limit(rule, rule.goal, start).seconds

    def _judgement(
        self,
        rule: Rule,
        state: TargetState,
        count: Count,
        limit: Limit | None,
        due: Instant | None = None,
        breached_at: Instant | None = None,
        reason: str = "",
    ) -> Judgement:
        row = TargetRow(
            target=self.target.name,
            occurrence=self.number,
            clause=rule.clause,
            state=state,
            started_at=count.start,
            stopped_at=self.run.end,
            due_at=due,
            breached_at=breached_at,
            elapsed_seconds=count.elapsed(),
            limit_seconds=limit.seconds if limit else None,
            goal_seconds=self._goal(rule, count.start) if limit else None,
            paused_seconds=count.paused(),
            exempt_seconds=0,
            evidence=self._evidence(rule),
            rule=rule,
            breach_reason=reason,
        )
        return Judgement(row, count)

    def _evidence(self, rule: Rule) -> tuple[str, ...]:
        """The commits that the row rests on: its start, each pause, solved spell and change of rule, its stop."""
        spells, first = self.life.spells, self.run.begin
        if self.run.start is None and (happened := first_start(self.life, rule)):
            first = happened.index
        last = len(spells) - 1 if self.run.end_index is None else self.run.end_index
        turns = [index for index in range(first + 1, last + 1) if self._state_of(index) != self._state_of(index - 1)]
        ends = [] if self.run.end_index is None else [self.run.end_index]
        return tuple(dict.fromkeys(spells[index].step.commit for index in [first, *turns, *ends]))

    def _state_of(self, index: int) -> tuple[bool, bool, int]:
        spell, rule = self.life.spells[index], self.rules[index]
        paused = (rule or self.target.otherwise).pauses(spell.phase, spell.waiting_for)
        return paused, spell.done, -1 if rule is None else rule.index


def not_started(life: Life, target: Target, rule: Rule, number: int = 1) -> TargetRow:
    """The `pending` row of a target whose start has not come; its limit is known already when it is a duration."""
    known = rule.within.amount if isinstance(rule.within, Span) and rule.within.unit == "seconds" else None
    return TargetRow(
        target=target.name,
        occurrence=number,
        clause=rule.clause,
        state="pending",
        started_at=None,
        stopped_at=None,
        due_at=None,
        breached_at=None,
        elapsed_seconds=0,
        limit_seconds=known,
        goal_seconds=rule.goal.amount if rule.goal and rule.goal.unit == "seconds" else None,
        paused_seconds=0,
        exempt_seconds=0,
        evidence=(life.spells[0].step.commit,),
        rule=rule,
    )
