"""Who reports what to whom in the demo's month, and when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from random import Random

from casectl.desk.demo_aims import Aim, aims
from casectl.desk.demo_examples import Examples, Report
from casectl.desk.demo_life import DAY, HOUR, MINUTE, DemoLife, Stage
from casectl.desk.demo_opening import open_reported
from casectl.desk.demo_story import ordinary
from casectl.model.caseid import path_of
from casectl.model.instants import Instant, zone_named
from casectl.model.policy import Book, Person, Policy
from casectl.model.problems import CasectlError

DEMO_DAYS = 31
RECENT_HOURS = (0.3, 90.0)
"""How long ago what is under way was reported, at the least and at the most."""
TRIES = 500
"""So many lives may be lived for one that comes to what is aimed at."""


class Month:
    """The month before `as_of`; all of it is drawn from one random source."""

    def __init__(self, book: Book, examples: Mapping[str, Examples], random: Random, as_of: Instant) -> None:
        self.book, self.examples, self.random, self.as_of = book, examples, random, as_of
        self.policies = {desk: self._policy(desk) for desk in examples}
        self._stages: dict[Policy, Stage] = {}

    def lives(self, cases: int) -> Iterator[DemoLife]:
        """Some around the last clock change, be it months ago; what the month must show; and what else comes."""
        taken: set[str] = set()
        for life in self._all(cases):
            if life is not None and path_of(life.case.id) not in taken:
                taken.add(path_of(life.case.id))
                yield life

    def _all(self, cases: int) -> Iterator[DemoLife | None]:
        zones = {desk: policy.zone for desk, policy in self.policies.items()}
        changes = {desk: at for desk, zone in zones.items() if (at := last_clock_change(self.as_of - 3 * DAY, zone))}
        for desk, change in changes.items():
            yield self._live(desk, _as_it_comes(desk), change + self.random.randint(-14 * HOUR, 10 * HOUR))
        wanted = aims(self.policies)
        for place, aim in enumerate(wanted):
            yield self._aimed(aim, place / len(wanted))
        rest = max(0, cases - len(wanted) - len(changes))
        for place in range(rest):
            desk = self._some_desk(tuple(self.examples))
            yield self._live(desk, _as_it_comes(desk), self._moment(place / rest, zones[desk]))

    def _aimed(self, aim: Aim, share: float) -> DemoLife | None:
        """A life that comes to what is aimed at. It is tried until one does."""
        life = None
        for _ in range(TRIES):
            desk = self._some_desk(aim.desks)
            at = self._lately() if aim.recent else self._moment(share * 0.6, self.policies[desk].zone)
            life = self._live(desk, aim, at)
            if life is not None and aim.holds(life):
                break
        return life

    def _live(self, desk: str, aim: Aim, reported: Instant) -> DemoLife | None:
        """One life to its end; None when the case was logged only after the demo's, or the desk was not there yet."""
        stage, random = self._stage(desk, reported), self.random
        if stage is None:
            return None
        report = self._report(aim, stage.policy)
        life = DemoLife(stage, report, random.choice(self._customers(desk, report)), random, aim.late)
        life.settles = aim.settles
        if not open_reported(life, reported):
            return None
        aim.story(life)
        life.end()
        return life

    def _report(self, aim: Aim, policy: Policy) -> Report:
        """One of the desk's reports that suit, by weight, to come in by a way that suits."""
        reports = self.examples[policy.desk].reports
        suiting = [replace(one, channels=aim.ways(one, policy)) for one in reports if aim.suits(one, policy)]
        return self.random.choices(suiting, [one.weight for one in suiting])[0]

    def _customers(self, desk: str, report: Report) -> list[str]:
        """Who may report it: a service that only customers' own records list is one that they ordered."""
        listed = self.book.customers[desk]
        records = {name: each for name, each in listed.items() if not each.first_line}  # those ask their own desk first
        ordered = [name for name in sorted(records) if report.service in records[name].services]
        return ordered or sorted(records)

    def _some_desk(self, desks: tuple[str, ...]) -> str:
        return self.random.choices(desks, [self.examples[desk].weight for desk in desks])[0]

    def _lately(self) -> Instant:
        """Some hours ago, mostly few."""
        least, most = RECENT_HOURS
        return self.as_of - int(HOUR * least * (most / least) ** self.random.random())

    def _moment(self, share: float, zone: str) -> Instant:
        """When something is reported in that part of the month: mostly by day, some nights and weekends."""
        local = datetime.fromtimestamp(self.as_of, zone_named(zone)).replace(hour=0, minute=0, second=0)
        day = local - timedelta(days=DEMO_DAYS * (1 - share))
        shape = self.random.random()
        if day.weekday() >= 5 and shape < 0.6:
            day -= timedelta(days=self.random.choice((2, 3)))
        hour = self.random.uniform(8, 17.5) if shape < 0.82 else self.random.uniform(0, 24)
        midnight = day.replace(hour=0, minute=0, second=0, microsecond=0)
        return int(midnight.timestamp()) + int(hour * HOUR) // MINUTE * MINUTE + self.random.randint(0, 59)

    def _stage(self, desk: str, at: Instant) -> Stage | None:
        """The desk under the version in force at that moment."""
        policy = self.book.in_force(desk, datetime.fromtimestamp(at, UTC).date())
        if policy is not None and policy not in self._stages:
            people = _first_line(self.book, policy)
            self._stages[policy] = Stage(self.book, policy, self.examples[desk], people, self.as_of)
        return None if policy is None else self._stages[policy]

    def _policy(self, desk: str) -> Policy:
        policy = self.book.in_force(desk, datetime.fromtimestamp(self.as_of, UTC).date())
        if policy is None:
            raise CasectlError(f"no policy of {desk} is in force by then", "choose a later --as-of")
        return policy


def _as_it_comes(desk: str) -> Aim:
    return Aim((desk,), ordinary, lambda _: True)


def _first_line(book: Book, policy: Policy) -> tuple[Person, ...]:
    """The staff who stand on the first rung of one of the desk's ladders; everybody where there is none."""
    staff = [person for person in book.staff.values() if not person.desks or policy.desk in person.desks]
    roles = {ladder.levels[0].role for ladder in policy.ladders.values() if ladder.levels}
    return tuple(person for person in staff if roles.intersection(person.roles)) or tuple(staff)


@cache
def last_clock_change(before: Instant, zone: str) -> Instant | None:
    """The last instant before `before` at which the zone's offset from UTC changed, within 200 days; None if none."""
    known = zone_named(zone)

    def offset(hour: int) -> timedelta | None:
        return datetime.fromtimestamp(hour * HOUR, known).utcoffset()

    hours = range(before // HOUR, before // HOUR - 200 * 24, -1)
    return next((hour * HOUR for hour in hours if offset(hour) != offset(hour - 1)), None)
