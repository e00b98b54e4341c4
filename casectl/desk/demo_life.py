"""One case of the demo while it is lived: every step through the real verbs, judged by the real clock as it goes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from heapq import heappop, heappush
from random import Random
from typing import NamedTuple

from casectl.desk.consequences import Setting, with_consequences
from casectl.desk.demo_examples import Examples, Report
from casectl.desk.known import holds_role
from casectl.desk.sweeping import swept
from casectl.desk.verb import Scene
from casectl.model.case import Case
from casectl.model.caseid import ALPHABET
from casectl.model.change import Change, Moment
from casectl.model.figures import CaseFigures, TargetRow
from casectl.model.instants import Instant
from casectl.model.policy import DONE_PHASES, Book, Person, Policy
from casectl.model.problems import NotAllowed
from casectl.model.terms import Terms
from casectl.model.timeline import Step, Timeline
from casectl.sla.clock import evaluate
from casectl.sla.opentime import open_time

MINUTE, HOUR, DAY = 60, 3600, 86_400
SWEEP_SECONDS = 5 * MINUTE
CRON = Person("cron", "casectl sweep", "sweep@example.com")
"""Who runs the sweep: no person of the desks."""

Verb = Callable[[Scene], Change]
Deed = Callable[[Instant], object]


@dataclass(frozen=True, slots=True)
class Done:
    """A step that was taken: when, by whom, what it changed, and the case after it."""

    at: Instant
    by: Person
    change: Change
    case: Case
    request: str
    """For the commit's trailer; drawn like all else, so that the same seed makes the same commits."""


class Stage(NamedTuple):
    """Where a case is lived: its desk, the people there and what they say, and when the demo ends."""

    book: Book
    policy: Policy
    examples: Examples
    people: tuple[Person, ...]
    """Who stands on the first rung."""
    as_of: Instant


class Rhythm(NamedTuple):
    """How pressing a case is, and when people work on it."""

    pace: float
    calendars: list[str]


class DemoLife:
    """A case from its opening until `as_of`. The same random source and stage give the same life."""

    def __init__(self, stage: Stage, report: Report, customer: str, random: Random, late: str | None = None) -> None:
        self.book, self.policy, self.examples, self.people, self.as_of = stage
        self.report, self.customer, self.random = report, customer, random
        self.late = late
        """The target that this case must miss, so that a month has every kind of breach; None: leave it to chance."""
        self.settles = True
        """Whether people agree times and set intervals that the case owes."""
        self.busy_until: Instant = 0
        """When what was promised to be done in this case is over."""
        self.now: Instant = 0
        self.done: list[Done] = []
        self.timeline = Timeline("", "", ())
        self._terms = (Terms(self.policy, self.book.customers.get(self.policy.desk, {}), self.book.staff),)
        self._planned: list[tuple[Instant, int, Deed]] = []
        self._plans = 0
        self._said = ""
        self._rhythms: dict[tuple[str, bool], Rhythm] = {}
        self._known: tuple[int, Instant, CaseFigures] | None = None

    @property
    def case(self) -> Case:
        return self.done[-1].case

    @property
    def solved(self) -> bool:
        return self.policy.phase_of(self.case.status) in DONE_PHASES

    def chance(self, share: float) -> bool:
        """Whether something happens that happens in that share of cases."""
        return self.random.random() < share

    def between(self, least: int, most: int) -> int:
        """So many minutes, and odd seconds, as seconds."""
        return self.random.randint(least * MINUTE, most * MINUTE)

    def says(self, *verbs: str) -> str:
        """A sentence for the first of these that the desk has any for, and not the one that was said last.

        Sentences for cases of this category, service or type come first.
        """
        kinds = [kind for name in ("category", "service", "type") if (kind := self.case.text(name))]
        keys = [key for verb in verbs for key in (*(f"{verb}:{kind}" for kind in kinds), verb)]
        lines = next((self.examples.lines[key] for key in keys if key in self.examples.lines), ("Done.",))
        fresh = [line for line in lines if line != self._said] or lines
        self._said = self.random.choice(fresh)
        return self._said

    def mint(self, amount: int) -> str:
        """Random characters for ids."""
        return "".join(self.random.choice(ALPHABET) for _ in range(amount))

    def last(self, name: str) -> str:
        """The id of the last of the case's `commitments` or `exemptions`."""
        return str(self.case.records(name)[-1]["id"])

    def with_role(self, roles: Iterable[str]) -> Person | None:
        """One of the desk's people who has one of these roles (any will do for none); None when nobody has."""
        wanted = tuple(roles)
        staff = self.book.staff.items()
        able = [person for key, person in staff if holds_role(self.book, self.policy.desk, key, wanted)]
        if not wanted:
            able = list(self.people)
        return self.random.choice(able) if able else None

    def figures(self) -> CaseFigures:
        """What the clock says now."""
        if self._known is None or self._known[:2] != (len(self.done), self.now):
            self._known = (len(self.done), self.now, evaluate(self.timeline, self._terms, self.now))
        return self._known[2]

    def rows(self) -> list[TargetRow]:
        """What the clock says now of all that has begun and is not stopped."""
        return [
            row
            for row in self.figures().rows
            if row.stopped_at is None and row.started_at is not None and row.state != "withdrawn"
        ]

    def act(self, at: Instant, verb: Verb, by: Person | None = None) -> bool:
        """Take a step at a moment or soon after; what was planned for before then comes first.

        False when that lies beyond the demo's end, or the policy does not allow it.
        """
        self.catch_up(at)
        self._sweep(min(at, self.as_of))
        at = max(at, self.now + self.random.randint(20, 240))
        if at > self.as_of:
            self.now = self.as_of
            return False
        return self._step(at, by or self._somebody(), verb)

    def _step(self, at: Instant, person: Person, verb: Verb) -> bool:
        moment = Moment(at, person.key, self.mint)
        scene = Scene(self.case, self.policy, self.book, moment, self._terms, self.timeline)
        setting = Setting(self.case, self.policy, self.book, moment, self._terms, self.timeline.steps)
        try:
            change = with_consequences(verb(scene), setting)
        except NotAllowed:
            return False
        self.did(at, person, change)
        return True

    def _sweep(self, until: Instant) -> None:
        """What time alone makes due by then is done soon after it is: the desk's cron runs every five minutes."""
        while self.policy.workflow.automatic:
            upcoming = evaluate(self.timeline, self._terms, until).upcoming
            at = min((each.since for each in upcoming), default=until) + SWEEP_SECONDS
            if not upcoming or at > until or not self._step(max(at, self.now), CRON, swept):
                return

    def did(self, at: Instant, by: Person, change: Change) -> None:
        """Note a step that was taken."""
        before = self.done[-1].case if self.done else Case({})
        after = before.changed(change.fields, change.entries)
        self.now = at
        self.done.append(Done(at, by, change, after, f"{self.random.getrandbits(64):016x}"))
        step = Step(f"{len(self.done):040x}", at, by.mail, change.fields, change.entries)
        self.timeline = Timeline(after.id, after.id, (*self.timeline.steps, step))

    def later(self, least: int, most: int, verb: Verb, by: Person | None = None) -> bool:
        """Take a step so many minutes from now, sooner the more pressing the case is."""
        wait = int(self.between(least, most) * self.pace())
        return self.act(self.at_work(self.now + wait), verb, by)

    def plan(self, at: Instant, deed: Deed) -> None:
        """Do something at a moment, whatever else happens until then."""
        self._plans += 1
        heappush(self._planned, (at, self._plans, deed))

    def catch_up(self, until: Instant) -> None:
        """Do what was planned for up to that moment, and within the demo's time."""
        while self._planned and self._planned[0][0] <= min(until, self.as_of):
            at, _, deed = heappop(self._planned)
            deed(at)

    def end(self) -> None:
        """Come to the end of the demo."""
        self.catch_up(self.as_of)
        self._sweep(self.as_of)
        self.now = self.as_of

    def pace(self) -> float:
        """1 where there are days to resolve a case in, down to a twentieth where there are hours."""
        return self._rhythm().pace

    def at_work(self, at: Instant, row: TargetRow | None = None) -> Instant:
        """That moment, or soon after the next opening of the hours that the case's clocks (or one of them) keep."""
        for name in self._rhythm().calendars if row is None else self._hours_kept([row]):
            hours = open_time(self.policy.calendars[name], at, at)
            if not hours.is_open(at):
                return hours.next_opening(at) + self.between(3, 40)
        return at

    def _rhythm(self) -> Rhythm:
        """Worked out once for each rating: asking the clock for it at every step would take most of the demo's time."""
        rated = self.case.priority, any(entry.kind == "triage" for entry in self.case.log)
        if rated not in self._rhythms:
            rows = self.rows()
            ends = [row for row in rows if "resolved" in row.rule.stop]
            limits = [row.limit_seconds for row in ends if row.limit_seconds]
            pace = min(1.0, max(0.05, min(limits, default=DAY) / DAY))
            if not limits and not self.policy.priorities[self.case.priority].rank:
                pace = 0.1
            self._rhythms[rated] = Rhythm(pace, self._hours_kept(ends or rows))
        return self._rhythms[rated]

    def _hours_kept(self, rows: list[TargetRow]) -> list[str]:
        names = {row.rule.calendar for row in rows if not row.rule.run_on}
        if not any(row.rule.run_on for row in rows):
            names.add(self.policy.channels[self.case.need("channel")].calendar)
        return sorted(names)

    def share_of(self, row: TargetRow) -> Instant:
        """When people get round to what `row` promises: mostly in good time, sometimes just in time or late."""
        on_time, just, late = (self.random.uniform(*span) for span in ((0.1, 0.7), (0.8, 0.97), (1.05, 2.2)))
        share = late if row.target == self.late else self.random.choices((on_time, just, late), (88, 8, 4))[0]
        begun = max(row.started_at or self.now, 0)
        due = row.due_at if row.due_at is not None else self.now + int((row.remaining_seconds or DAY) * self.pace())
        if row.rule.run_on:
            return max(self.now, begun + int(share * (due - begun)))
        hours = open_time(row.rule.hours, begun, due)
        return max(self.now, hours.add(hours.next_opening(begun), int(share * hours.between(begun, due))))

    def _somebody(self) -> Person:
        """Mostly whoever has the case."""
        holder = self.book.staff.get(self.case.text("assignee") or "")
        return holder if holder is not None and self.chance(0.8) else self.random.choice(self.people)
