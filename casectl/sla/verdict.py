"""One run judged: which rule governs it, its limit, whether and when it was broken, and the row that says so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from casectl.model.calendar import Calendar
from casectl.model.figures import TargetRow, TargetState
from casectl.model.instants import Instant
from casectl.model.target import Ahead, Rule, Span
from casectl.sla.count import Count, Marks, marks_of
from casectl.sla.course import Course
from casectl.sla.deadline import Deadline, Resolved, missing_figure, resolve
from casectl.sla.excuse import Excuse, intervals_of, windows_of
from casectl.sla.life import FACT_FIELDS
from casectl.sla.opentime import FOREVER, OpenTime, open_time
from casectl.sla.pending import not_started
from casectl.sla.runs import Run, first_start, of_own_life
from casectl.sla.workdays import due_after_days

ROUND_THE_CLOCK = Calendar("24x7", "UTC", always=True)
"""What deadlines are counted on."""


class Reign(NamedTuple):
    """A stretch of a run under one rule and figure (or under none): up to the next reign, or the run's end."""

    rule: Rule | None
    figure: Resolved | None
    index: int  # type: ignore[assignment]
    """Of the spell that begins it."""
    begins: Instant | None
    """None for the first: its rule holds for all time before, too."""
    ends: Instant
    ruled_since: Instant | None
    """When this rule took over from another; a new figure under the same rule is no other rule."""


class Limit(NamedTuple):
    """A limit in counted seconds, and the moment before which it is never due (working days, deadlines)."""

    seconds: int
    not_before: Instant | None = None


class Counted(NamedTuple):
    """A run counted under one rule, and that rule's limit."""

    rule: Rule
    figure: Resolved
    count: Count  # type: ignore[assignment]
    limit: Limit


class Judgement(NamedTuple):
    """A row, the count behind it (None when nothing has started), and what was excused in it."""

    row: TargetRow
    count: Count | None = None  # type: ignore[assignment]
    excuses: tuple[Excuse, ...] = ()


class Trial:
    """One run of one target, up to `as_of` or to its own end. `exemptions` are those of the case."""

    def __init__(
        self, course: Course, run: Run, number: int, as_of: Instant, exemptions: Sequence[Excuse] = ()
    ) -> None:
        self.course = course
        self.spells = course.life.spells
        self.run = run
        self.number = number
        self.end = as_of if run.end is None else run.end
        last = len(self.spells) - 1 if run.end_index is None else run.end_index
        self.excuses = _up_to(run, (*exemptions, *windows_of(course)))
        self.figures = [resolve(course, rule, index) for index, rule in enumerate(course.rules[: last + 1])]
        # Only durations run on: a limit in working days that a record holds does not, whatever its rule says.
        self.durations = [isinstance(figure, Span) and figure.unit == "seconds" for figure in self.figures]
        self.marks = self._marks(self.excuses)
        self.reigns = self._reigns()

    def judge(self) -> Judgement | None:
        """The run's row; None when no rule ever held and the policy does not measure it."""
        counted = None
        for reign in self.reigns:
            counted = self._counted(reign)
            broken = self._broken(reign, counted) if counted else None
            if counted and broken is not None:
                return self._breached(reign, counted, broken)
        last = self._last
        if self.course.outside[last] and (self.course.would[last] or self.course.measured[last]):
            return self._outside()
        rule = self.reigns[-1].rule
        if counted is not None:
            return self._unbroken(counted)
        found = self._without_rule() if rule is None else self._without_limit(rule)
        return self._excused(found) if found else None

    @property
    def _last(self) -> int:
        """The spell at the run's end: what holds in it decides about a run that was not broken."""
        return len(self.figures) - 1

    def _marks(self, excuses: tuple[Excuse, ...]) -> Marks:
        return marks_of(self.course, self.durations, self.run, self.end, intervals_of(excuses))

    def _reigns(self) -> list[Reign]:
        cuts: list[tuple[int, Rule | None, Resolved | None]] = []
        for index, figure in enumerate(self.figures):
            rule = self.course.rules[index]
            if self._of_no_length(index):
                continue
            if not cuts or cuts[-1][1] is not rule or cuts[-1][2] != figure:
                cuts.append((index, rule, figure))
        ends = [min(self.spells[index].at, self.end) for index, _, _ in cuts[1:]] + [self.end]
        reigns: list[Reign] = []
        for (index, rule, figure), until in zip(cuts, ends, strict=True):
            begins = self.spells[index].at if index else None
            since = reigns[-1].ruled_since if reigns and reigns[-1].rule is rule else begins
            reigns.append(Reign(rule, figure, index, begins, until, since))
        return reigns

    def _of_no_length(self, index: int) -> bool:
        """Whether a spell was over in the second in which it began: such a state never ruled anything."""
        return 0 < index < self._last and self.spells[index].at == self.spells[index + 1].at

    def _until(self, index: int) -> Instant:
        """When a spell ends, as far as the run goes."""
        return self.end if index == self._last else min(self.spells[index + 1].at, self.end)

    def _start(self, reign: Reign, rule: Rule) -> Instant | None:
        """Where counting starts under a reign: the run's start, or the moment its rule took over (`from-change`)."""
        start = self.run.start_under(self.course, rule)
        if start is not None and rule.on_change == "from-change" and reign.ruled_since is not None:
            return max(start, reign.ruled_since)
        return start

    def _hours(self, calendar: Calendar, start: Instant) -> OpenTime:
        return open_time(calendar, start, self.end)

    def _count(self, rule: Rule, start: Instant, figure: Resolved | None = None) -> Count:
        if not isinstance(figure, Deadline):
            return Count(self._hours(rule.hours, start), start, self.end, self.marks)
        excused = tuple(intervals_of(self.excuses)) if self.marks.excused or self.excuses else ()
        return Count(self._hours(ROUND_THE_CLOCK, start), start, self.end, Marks(excused=excused))

    def _limit(self, rule: Rule, figure: Resolved, start: Instant) -> Limit:
        if isinstance(figure, Deadline):
            return Limit(figure.at - start, figure.at)
        if figure.unit == "seconds":
            return Limit(figure.amount)
        due = due_after_days(self._hours(rule.day_hours, start), start, figure.amount, figure.end_of_day)
        return Limit(self._hours(rule.hours, start).between(start, due), due)

    def _counted(self, reign: Reign) -> Counted | None:
        """The whole run counted under a reign's rule; None when that rule sets no limit or has not started."""
        rule, figure = reign.rule, reign.figure
        start = self._start(reign, rule) if rule else None
        if rule is None or figure is None or start is None:
            return None
        return Counted(rule, figure, self._count(rule, start, figure), self._limit(rule, figure, start))

    def _broken(self, reign: Reign, counted: Counted) -> Instant | None:
        """When the reign's rule was first broken while it held; None when it was not.

        A rule that takes over when its limit is already past is broken at that moment. A reign of no length breaks
        nothing, unless it is the last: the final moment is looked at under the rule that holds then.
        """
        exceeded = counted.count.exceeds(counted.limit.seconds)
        if exceeded is None:
            return None
        broken = exceeded if reign.begins is None else max(exceeded, reign.begins)
        solved = self.run.solved if isinstance(counted.figure, Deadline) else []
        for begins, ends in (*self.run.counted, *solved):
            if begins <= exceeded < ends or begins < broken < ends:
                broken = max(broken, ends)
        return broken if reign is self.reigns[-1] or broken < reign.ends else None

    def _breached(self, reign: Reign, counted: Counted, broken: Instant) -> Judgement:
        due = self._due(counted)
        late_at_once = broken == reign.begins and due is not None and due < broken
        reason = self._reason(reign, counted) if late_at_once else ""
        return self._judgement(counted.rule, "breached", counted, broken, reason)

    def _reason(self, reign: Reign, counted: Counted) -> str:
        if self.course.commitment and counted.count.start == reign.begins:
            return "promised too late for this"
        step = self.spells[reign.index].step
        changed = sorted(name for name in step.changes if name in (*FACT_FIELDS, "agreed", "commitments"))
        return f"already past this limit when {' and '.join(changed) or 'the rule'} changed"

    def _unbroken(self, counted: Counted) -> Judgement:
        return self._excused(self._judgement(counted.rule, self._state(counted), counted))

    def _excused(self, judgement: Judgement) -> Judgement:
        """The same, or exempt: when only what is excused keeps it from being breached."""
        row, count = judgement.row, judgement.count
        why = self._excuse(count) if count and self.excuses and row.state != "withdrawn" else ""
        if not why or not self._would_be_broken():
            return judgement
        return judgement._replace(row=row._replace(state="exempt", reason=why, owed=False))

    def _would_be_broken(self) -> bool:
        """Whether the run would be breached if nothing were excused."""
        kept, excuses = self.marks, self.excuses
        self.marks, self.excuses = self._marks(()), ()
        found = ((reign, self._counted(reign)) for reign in self.reigns)
        broken = any(counted and self._broken(reign, counted) is not None for reign, counted in found)
        self.marks, self.excuses = kept, excuses
        return broken

    def _excuse(self, count: Count) -> str:
        """What is excused in the run, under whatever rule; empty when nothing is."""
        first = self.run.start_under(self.course, self.course.general[self.run.begin])
        begun = count.start if first is None else min(first, count.start)
        reasons = (each.reason for each in self.excuses if each.begins < count.end and begun < each.ends)
        return ", ".join(dict.fromkeys(reasons))

    def _without_limit(self, rule: Rule) -> Judgement:
        """A rule whose start has not come, that promises nothing, or whose limit no record holds: never more than
        measured."""
        start = self._start(self.reigns[-1], rule)
        if start is None:
            return Judgement(not_started(self.course, rule, self.number))
        missing = missing_figure(rule)
        waits = self.run.end is None and bool(missing)
        judgement = self._uncounted(rule, "pending" if waits else "untargeted", start, missing if waits else "")
        return judgement._replace(row=judgement.row._replace(owed=waits))

    def _state(self, counted: Counted) -> TargetState:
        rule, count, limit = counted.rule, counted.count, counted.limit
        if self.run.end is not None:
            return "met"
        if count.start > self.end:
            return "pending"
        if self._pauses(counted):
            return "paused"
        elapsed, goal = count.elapsed(), self._goal(rule, count.start)
        nearly = rule.warn_at is not None and elapsed >= rule.warn_at * limit.seconds
        return "at-risk" if nearly or (goal is not None and elapsed > goal) else "running"

    def _pauses(self, counted: Counted) -> bool:
        """Whether the clock stands at the end, by whom the case waits for."""
        last = self.spells[-1]
        begun = self.run.end is None and counted.count.start <= self.end
        return begun and counted.rule.pauses(last.phase, last.waiting_for) and not isinstance(counted.figure, Deadline)

    def _stands(self, counted: Counted) -> bool:
        """Whether nothing falls due until somebody acts: the clock is paused, or an exemption lasts."""
        lasting = any(each.begins <= self.end and each.ends >= FOREVER for each in self.excuses)
        return self._pauses(counted) or (self.run.end is None and lasting)

    def _outside(self) -> Judgement:
        """A run of a case that no rule reaches at its end though one would: exempt or withdrawn."""
        outside = self.course.outside[self._last]
        assert outside is not None
        rule = self.course.would[self._last] or self.course.general[self._last]
        start = self.run.start_under(self.course, rule)
        return self._uncounted(rule, outside.state, self.end if start is None else start, outside.reason)

    def _without_rule(self) -> Judgement | None:
        """A run without a rule at its end: measured only, or withdrawn since its condition no longer holds."""
        own_keys = self.course.general[self._last]
        start = self.run.start_under(self.course, own_keys)
        begun = self.end if start is None else start
        # What an event begins knows only the rules since then; what every case comes to was promised before it began.
        promised = self.run.start is None and of_own_life(own_keys)
        known = [index for index in range(self._last + 1) if promised or self._until(index) > begun]
        ruled = [rule for index in known if (rule := self.course.would[index]) and not self._of_no_length(index)]
        measured = self.course.measured[self._last]
        if not (ruled or measured):
            return None
        withdrawn = bool(ruled) and not measured
        if withdrawn:
            return self._uncounted(ruled[-1], "withdrawn", begun, "its condition no longer holds")
        return self._uncounted(own_keys, "untargeted", begun, "nothing is promised for this case")

    def _due(self, counted: Counted) -> Instant | None:
        """When the limit is used up if nothing else happens; working days are never due before their own day, nor
        deadlines before their own moment."""
        rule, count, limit = counted.rule, counted.count, counted.limit
        due = count.reaches(limit.seconds, rule.run_on and limit.not_before is None)
        if due is None or limit.not_before is None:
            return due
        return limit.not_before if limit.seconds <= 0 else max(due, limit.not_before)

    def _goal(self, rule: Rule, start: Instant) -> int | None:
        goal = rule.goal
        if isinstance(goal, Ahead):
            aimed = resolve(self.course, rule._replace(within=goal), self._last)
            return None if aimed is None else self._limit(rule, aimed, start).seconds
        return None if goal is None else self._limit(rule, goal, start).seconds

    def _uncounted(self, rule: Rule, state: TargetState, start: Instant, reason: str = "") -> Judgement:
        """A row of elapsed time without a limit."""
        aimed = rule._replace(within=rule.goal) if rule.within is None and isinstance(rule.goal, Ahead) else None
        count = self._count(rule, start, resolve(self.course, aimed, self._last))
        row = self._row(rule, state, count, reason)
        if state == "untargeted" and rule.within is None and rule.goal is not None:
            row = row._replace(goal_seconds=self._goal(rule, start), aim_at=self._aim(rule, count))
        return Judgement(row, count, self.excuses)

    def _aim(self, rule: Rule, count: Count) -> Instant | None:
        """When the goal of a rule that promises nothing is used up, if nothing else happens."""
        aimed = resolve(self.course, rule._replace(within=rule.goal), self._last)
        if aimed is None:
            return None
        counted = Counted(rule, aimed, count, self._limit(rule, aimed, count.start))
        return None if self._stands(counted) else self._due(counted)

    def _judgement(
        self, rule: Rule, state: TargetState, counted: Counted, breached_at: Instant | None = None, reason: str = ""
    ) -> Judgement:
        row = self._row(rule, state, counted.count, reason)._replace(
            due_at=None if breached_at is None and self._stands(counted) else self._due(counted),
            breached_at=breached_at,
            limit_seconds=counted.limit.seconds,
            goal_seconds=self._goal(rule, counted.count.start),
        )
        return Judgement(row, counted.count, self.excuses)

    def _row(self, rule: Rule, state: TargetState, count: Count, reason: str) -> TargetRow:
        return TargetRow(
            target=self.course.name,
            occurrence=self.number,
            clause=rule.clause,
            state=state,
            started_at=count.start,
            stopped_at=self.run.end,
            due_at=None,
            breached_at=None,
            elapsed_seconds=count.elapsed(),
            limit_seconds=None,
            goal_seconds=None,
            paused_seconds=count.paused(),
            exempt_seconds=count.excused(),
            evidence=self._evidence(count),
            rule=rule,
            reason=reason,
            subject=self.course.commitment,
        )

    def _evidence(self, count: Count) -> tuple[str, ...]:
        """The commits that the row rests on: its start, each pause, solved spell and change of rule or figure, what
        excused it, its stop."""
        spells, first = self.spells, self.run.begin
        own = self.course.general[self._last]
        if self.run.start is None and (happened := first_start(self.course, own)):
            first = happened.index
        turns = [i for i in range(first + 1, self._last + 1) if self._state_of(i) != self._state_of(i - 1)]
        ends = [] if self.run.end_index is None else [self.run.end_index]
        excused = {each.commit for each in self.excuses if each.begins < count.end and count.start < each.ends}
        order = [first, *turns, *ends]
        order += [index for index, spell in enumerate(spells) if spell.step.commit in excused]
        return tuple(dict.fromkeys(spells[index].step.commit for index in (order if not excused else sorted(order))))

    def _state_of(self, index: int) -> tuple[object, ...]:
        spell, rule = self.spells[index], self.course.rules[index]
        paused = self.course.general[index].pauses(spell.phase, spell.waiting_for)
        deadline = self.figures[index] if rule and not isinstance(rule.within, Span) else None
        return paused, spell.done, None if rule is None else (rule.index, id(rule.calendars)), deadline


def _up_to(run: Run, excuses: tuple[Excuse, ...]) -> tuple[Excuse, ...]:
    """What is excused in a run; once it is stopped, nothing after that is known to it."""
    if run.end is None:
        return excuses
    return tuple(each._replace(ends=min(each.ends, run.end)) for each in excuses if each.begins < run.end)
