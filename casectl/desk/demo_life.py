"""One believable life of a case, lived through the real verbs and judged by the real clock as it goes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from random import Random

from casectl.desk.demo_examples import Examples, Report
from casectl.desk.verb import Opening, Scene
from casectl.desk.verbs.close import close
from casectl.desk.verbs.escalate import escalate
from casectl.desk.verbs.hold import hold
from casectl.desk.verbs.note import note
from casectl.desk.verbs.open import open as open_case
from casectl.desk.verbs.reopen import reopen
from casectl.desk.verbs.resolve import resolve
from casectl.desk.verbs.respond import respond
from casectl.desk.verbs.resume import resume
from casectl.desk.verbs.take import take
from casectl.desk.verbs.triage import triage
from casectl.desk.verbs.update import update
from casectl.model.case import Case
from casectl.model.caseid import ALPHABET
from casectl.model.change import Change, Moment
from casectl.model.figures import TargetRow
from casectl.model.instants import Instant, format_instant
from casectl.model.policy import DONE_PHASES, Book, Person, Policy
from casectl.model.problems import CasectlError
from casectl.model.timeline import Step, Timeline
from casectl.sla.clock import evaluate
from casectl.sla.opentime import open_time

MINUTE, HOUR, DAY = 60, 3600, 86_400

ANSWERS = {"response": "customer", "escalation-response": "escalation", "complaint-response": "complaint"}
"""Targets that an answer stops, and to what the answer is."""


@dataclass(frozen=True, slots=True)
class Deed:
    """A step that was taken: when, by whom, what it changed, and the case after it."""

    at: Instant
    by: Person
    change: Change
    case: Case
    request: str
    """For the commit's trailer; drawn like all else, so that the same seed makes the same commits."""


class DemoLife:
    """A case from its opening until `as_of`. The same random source and book give the same life."""

    def __init__(
        self,
        book: Book,
        policy: Policy,
        examples: Examples,
        people: tuple[Person, ...],
        random: Random,
        as_of: Instant,
        late: str | None = None,
    ) -> None:
        self.book, self.policy, self.examples = book, policy, examples
        self.people, self.random, self.as_of = people, random, as_of
        self.late = late
        """The target that this case must miss, so that a month has every kind of breach; None: leave it to chance."""
        self.deeds: list[Deed] = []
        self.now: Instant = 0

    def live(self, report: Report, reported: Instant, customer: str) -> list[Deed]:
        """Every step that was taken by `as_of`, oldest first; none when the case was logged only after it."""
        self._open(report, reported, customer)
        if not self.deeds:
            return []
        if report.priority is not None and self.case.priority != report.priority:
            self._later(2, 25, lambda scene: triage(scene, report.priority or ""))
        self._later(1, 90, take)
        self._answer_what_is_owed()
        self._work()
        self._finish()
        return self.deeds

    @property
    def case(self) -> Case:
        return self.deeds[-1].case

    def _says(self, *verbs: str) -> str:
        lines = next((self.examples.lines[verb] for verb in verbs if verb in self.examples.lines), ("Done.",))
        return self.random.choice(lines)

    def _mint(self, amount: int) -> str:
        return "".join(self.random.choice(ALPHABET) for _ in range(amount))

    def _open(self, report: Report, reported: Instant, customer: str) -> None:
        channel = self._channel(report, reported)
        hours = open_time(self.policy.calendars[self.policy.channels[channel].calendar], reported, self.as_of)
        opened = hours.next_opening(reported) + self._between(0, 8)
        claim = detected = None
        if report.detected:
            detected = format_instant(opened - self._between(3, 12))
        elif self.policy.channels[channel].deemed:
            claim = format_instant(reported)
            slow = self.late is not None and "opened" in self.policy.targets[self.late].otherwise.stop
            opened = hours.add(max(opened, reported), self._between(700, 900) if slow else self._between(5, 180))
        if opened > self.as_of:
            return
        self.now = opened
        by = self.random.choice(self.people)
        moment = Moment(self.now, by.key, self._mint)
        title = report.title.replace("{customer}", self._label(customer))
        change = open_case(
            Opening(self.book, moment),
            title=title,
            desk=self.policy.desk,
            type=report.type,
            customer=customer,
            contact=f"{customer}/it-lead",
            channel=channel,
            service=report.service,
            priority=report.priority if not claim and self.random.random() < 0.7 else None,
            received=claim,
            detected=detected,
        )
        self._did(by, change, Case({}))

    def _label(self, customer: str) -> str:
        record = self.book.customer(self.policy.desk, customer)
        return record.label if record and record.label else customer

    def _channel(self, report: Report, at: Instant) -> str:
        """One of the report's channels, preferring those that are open or take what comes while they are closed."""
        able = [
            name
            for name in report.channels
            if self.policy.channels[name].deemed
            or open_time(self.policy.calendars[self.policy.channels[name].calendar], at, at).is_open(at)
        ]
        return self.random.choice(able or list(report.channels))

    def _between(self, least: int, most: int) -> int:
        """So many minutes, and odd seconds, as seconds."""
        return self.random.randint(least * MINUTE, most * MINUTE)

    def _rows(self) -> list[TargetRow]:
        """What the clock says now of all that is not stopped."""
        steps = tuple(
            Step(f"{number:040x}", deed.at, deed.by.mail, deed.change.fields, deed.change.entries)
            for number, deed in enumerate(self.deeds)
        )
        timeline = Timeline(self.case.id, self.case.id, steps)
        customers = self.book.customers.get(self.policy.desk, {})
        figures = evaluate(timeline, self.policy, customers, self.now)
        return [row for row in figures.rows if row.stopped_at is None]

    def _act(self, at: Instant, verb: Callable[[Scene], Change]) -> bool:
        """Take a step at a moment; False when that lies beyond the demo's end, or the policy does not allow it."""
        at = max(at, self.now + self.random.randint(20, 240))
        if at > self.as_of:
            self.now = self.as_of
            return False
        by = self.random.choice(self.people)
        try:
            change = verb(Scene(self.case, self.policy, self.book, Moment(at, by.key, self._mint)))
        except CasectlError:
            return False
        self.now = at
        self._did(by, change, self.case)
        return True

    def _did(self, by: Person, change: Change, before: Case) -> None:
        after = before.changed(change.fields, change.entries)
        self.deeds.append(Deed(self.now, by, change, after, f"{self.random.getrandbits(64):016x}"))

    def _later(self, least: int, most: int, verb: Callable[[Scene], Change]) -> bool:
        """Take a step so many minutes from now, sooner the more pressing the case is."""
        wait = int(self._between(least, most) * self._pace())
        return self._act(self._at_work(self.now + wait, *self._rows()), verb)

    def _pace(self) -> float:
        """1 where there are days to resolve a case in, down to a twentieth where there are hours."""
        limits = [row.limit_seconds for row in self._rows() if row.limit_seconds and row.target not in ANSWERS]
        return min(1.0, max(0.05, min(limits, default=DAY) / DAY))

    def _at_work(self, at: Instant, *rows: TargetRow) -> Instant:
        """That moment, or soon after the next opening of the hours that these clocks keep."""
        for name in sorted({row.rule.calendar for row in rows if not row.rule.run_on}):
            hours = open_time(self.policy.calendars[name], at, at)
            if not hours.is_open(at):
                return hours.next_opening(at) + self._between(3, 40)
        return at

    def _share_of(self, row: TargetRow) -> Instant:
        """When people get round to what `row` promises: mostly in good time, sometimes just in time or late."""
        on_time, just, late = (self.random.uniform(*span) for span in ((0.1, 0.7), (0.8, 0.97), (1.05, 2.2)))
        share = late if row.target == self.late else self.random.choices((on_time, just, late), (88, 8, 4))[0]
        begun = max(row.started_at or self.now, 0)
        due = row.due_at if row.due_at is not None else self.now + (row.remaining_seconds or DAY)
        return max(self.now, begun + int(share * (due - begun)))

    def _answer_what_is_owed(self) -> None:
        for row in self._rows():
            to = ANSWERS.get(row.target)
            if to is not None and self.random.random() < 0.95:
                answer = partial(respond, message=self._says(f"respond:{to}", "respond"), to=to)
                self._act(self._at_work(self._share_of(row), row), answer)

    def _work(self) -> None:
        """What happens in between: a wait for somebody, a call, a change of rating, an escalation."""
        chance = self.random.random
        if chance() < 0.2:
            self._later(10, 200, lambda scene: note(scene, self._says("note")))
        if chance() < 0.38:
            self._wait()
        if chance() < 0.1:
            self._later(20, 300, lambda scene: triage(scene, self._other_priority()))
        if chance() < 0.25:
            self._later(30, 500, lambda scene: update(scene, self._says("update")))
        wanted = self.late is not None and "escalated" in self.policy.targets[self.late].otherwise.start
        if (chance() < 0.12 or wanted) and self._later(60, 900, lambda scene: escalate(scene, self._says("escalate"))):
            self._answer_what_is_owed()

    def _wait(self) -> None:
        who = self.random.choices(list(self.policy.waiting_for), [6] + [1] * (len(self.policy.waiting_for) - 1))[0]
        said = self._says(f"hold:{who}", "hold")
        if self._later(15, 400, lambda scene: hold(scene, who, said)):
            self._later(40, 1200, lambda scene: resume(scene, self._says("resume")))

    def _other_priority(self) -> str:
        names = list(self.policy.priorities)
        here = self.policy.priorities[self.case.priority].rank
        return names[max(0, min(len(names) - 1, here + self.random.choice((-1, -1, 1))))]

    def _finish(self) -> None:
        """Resolve in the light of the clock, then close; now and then it comes back first."""
        if self.random.random() < 0.07 * self._pace():
            return
        self._resolve()
        if self.random.random() < 0.09 and self._later(60, 2000, lambda scene: reopen(scene, self._says("reopen"))):
            self._resolve()
        if self.policy.phase_of(self.case.status) in DONE_PHASES and self.random.random() < 0.9:
            self._later(300, 4 * 1440, lambda scene: close(scene))

    def _resolve(self) -> None:
        rows = [row for row in self._rows() if row.target not in ANSWERS]
        at = self._share_of(rows[-1]) if rows else self.now + self._between(30, 600)
        self._act(self._at_work(at, *rows[-1:]), lambda scene: resolve(scene, self._says("resolve")))
