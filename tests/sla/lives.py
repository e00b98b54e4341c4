"""Random calendars, policies and lives of cases, on a grid of `GRAIN` seconds; the same `Random` gives the same value.

Each `random_*` function takes any `random.Random`, hypothesis' own included, which is how the strategies are made.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random

from hypothesis import strategies as st

from casectl.model.calendar import Calendar, Window, Windows
from casectl.model.case import Entry, Value
from casectl.model.instants import Instant, zone_named
from casectl.model.policy import (
    CaseType,
    Channel,
    Condition,
    Customer,
    Defaults,
    Figure,
    Lookup,
    Policy,
    Priority,
    Rule,
    Span,
    State,
    Target,
)
from casectl.model.timeline import Step, Timeline

GRAIN = 900
HOUR, DAY = 3600, 86_400
ZONES = (
    "UTC", "Europe/London", "America/Toronto", "Europe/Berlin", "Asia/Kathmandu", "Australia/Lord_Howe",
    "America/Havana", "Pacific/Apia", "Africa/Casablanca", "Atlantic/Azores", "America/Santiago", "Asia/Kolkata",
    "Pacific/Chatham", "America/St_Johns",
)  # fmt: skip
CLOCK_CHANGES = (date(2026, 3, 8), date(2026, 3, 29), date(2026, 10, 25), date(2026, 11, 1), date(2026, 4, 5))
PRIORITIES = ("p1", "p2", "p3")
TYPES = ("fault", "question")
PHASE_OF = {
    "new": "new", "working": "active", "on-hold": "waiting", "solved": "resolved", "watched": "monitoring",
    "closed": "closed",
}  # fmt: skip
CUSTOMERS = ("oakfield", "acme")
WHOM = ("customer", "supplier", "nobody")


@dataclass(frozen=True)
class RandomLife:
    """A case with all that it is judged by."""

    timeline: Timeline
    policy: Policy
    customers: Mapping[str, Customer]
    as_of: Instant


def random_windows(rng: Random, overnight: bool = True) -> Windows:
    """None to three windows of one day, in order and apart; the last may run past midnight."""
    slots = (2 * DAY if overnight and rng.random() < 0.15 else DAY) // GRAIN
    edges = sorted(rng.sample(range(slots + 1), 2 * rng.choice((1, 1, 1, 2, 3))))
    windows = [Window(a * GRAIN, b * GRAIN) for a, b in zip(edges[::2], edges[1::2], strict=True)]
    return tuple(w for w in windows if w.opens < DAY and w.closes <= w.opens + DAY)


def random_week(rng: Random) -> tuple[Windows, ...]:
    """Mostly the same hours Monday to Friday, sometimes each day its own; some day always opens."""
    if rng.random() < 0.2:
        week = [random_windows(rng) if rng.random() < 0.7 else () for _ in range(7)]
    else:
        usual = (
            (Window(rng.randint(28, 40) * GRAIN, rng.randint(60, 76) * GRAIN),)
            if rng.random() < 0.7
            else random_windows(rng)
        )
        week = [usual] * 5 + [random_windows(rng) if rng.random() < 0.2 else ()] * 2
        if rng.random() < 0.4:
            week[4] = (Window(8 * HOUR, 12 * HOUR),)
    if not any(week):
        week[2] = (Window(9 * HOUR, 17 * HOUR),)
    return _apart(week)


def _apart(week: list[Windows]) -> tuple[Windows, ...]:
    """Windows of a day that follow on an overnight one begin after its tail, as `policy check` demands."""
    for n in range(7):
        tail = max((w.closes - DAY for w in week[n - 1]), default=0)
        week[n] = tuple(w for w in week[n] if w.opens >= tail)
    return tuple(week) if any(week) else ((Window(9 * HOUR, 17 * HOUR),), *week[1:])


def random_calendar(
    rng: Random, name: str = "desk", around: date = date(2026, 6, 1), zone: str | None = None
) -> Calendar:
    """A calendar with holidays and replaced days within three weeks of `around`."""
    zone = rng.choice(ZONES)
    shape = rng.random()
    if shape < 0.1:
        return Calendar(name, zone, always=True)
    if shape < 0.2:
        members = tuple(_plain(rng, f"{name}-{n}", around, rng.choice(ZONES)) for n in range(2))
        return Calendar(name, zone, members=members)
    return _plain(rng, name, around, zone)


def _plain(rng: Random, name: str, around: date, zone: str) -> Calendar:
    def some_days(most: int) -> list[date]:
        return [around + timedelta(days=rng.randint(-5, 25)) for _ in range(rng.randint(0, most))]

    replaced = {day: random_windows(rng, overnight=False) for day in some_days(2)}
    return Calendar(name, zone, random_week(rng), replaced, frozenset(some_days(3)))


def random_span(rng: Random) -> Span:
    if rng.random() < 0.35:
        return Span("days", rng.randint(1, 4), rng.random() < 0.4)
    return Span("seconds", rng.choice((0, 1, 2, 4, 10, 16, 32, 64)) * GRAIN + rng.choice((0, 0, 0, 1, 600)))


def _condition(rng: Random, calendars: list[str]) -> Condition:
    shape = rng.random()
    if shape < 0.5:
        return Condition({"priority": frozenset(rng.sample(PRIORITIES, rng.randint(1, 2)))})
    if shape < 0.6:
        return Condition({"type": frozenset({rng.choice(TYPES)}), "priority": frozenset({"p1", "p3"})})
    if shape < 0.7:
        return Condition({"plan": frozenset({"gold"})})
    if shape < 0.8:
        names = (rng.choice(calendars),)
        return Condition(reported_in=names) if rng.random() < 0.5 else Condition(reported_out=names)
    return Condition()


@dataclass(frozen=True)
class _Shape:
    """What all rules of a random target share."""

    name: str
    start: tuple[str, ...]
    stops: tuple[tuple[str, ...], ...]
    repeat: bool = False


SHAPES = (
    _Shape("resolution", ("detected", "opened"), (("resolved",), ("resolved", "call:out"))),
    _Shape("resolution", ("received",), (("resolved",), ("closed",), ("resolved", "closed"))),
    _Shape("response", ("received",), (("responded",), ("responded", "resolved"))),
    _Shape("response", ("opened",), (("responded",),)),
    _Shape("triage", ("opened",), (("triaged",),)),
    _Shape("pick-up", ("triaged",), (("responded",), ("call:out",), ("resolved",))),
    _Shape("update", ("opened",), (("update",),), repeat=True),
    _Shape("completion", ("email:in",), (("email:out",), ("email", "responded")), repeat=True),
    _Shape("complaint-response", ("call:in",), (("complaint-answer", "resolved"),)),
    _Shape("escalation-response", ("escalated",), (("escalation-answer",),)),
)


def random_target(rng: Random, shape: _Shape, calendars: list[str]) -> Target:
    """A target of that shape, with up to three rules that differ in all that rules may differ in."""
    reopen = "resume" if shape.start == ("escalated",) else rng.choice(("resume", "resume", "restart", "continue"))

    def rule(index: int, when: Condition, within: Figure | None) -> Rule:
        days = isinstance(within, Span) and within.unit == "days"
        pause = rng.choice((frozenset(), frozenset({"customer"}), frozenset({"customer", "supplier"}), None))
        return Rule(
            target=shape.name, index=index, when=when, start=shape.start,
            stop=shape.stops[0] if rng.random() < 0.8 else rng.choice(shape.stops),
            calendar=rng.choice(calendars), days=rng.choice(calendars) if days and rng.random() < 0.3 else None,
            within=within, goal=_goal(rng, within), warn_at=rng.choice((None, None, 0.5, 0.8)),
            run_on=not days and within is not None and rng.random() < 0.4, pause_for=pause,
            on_change=rng.choice(("from-start", "from-start", "from-change")), on_reopen=reopen, repeat=shape.repeat,
        )  # fmt: skip

    rules = []
    for index in range(rng.randint(1, 3)):
        within: Figure = random_span(rng)
        if rng.random() < 0.15:
            within = Lookup("customer", "ttr")
        elif shape.repeat and rng.random() < 0.5:
            within = Lookup("case", "update_every")
        rules.append(rule(index, _condition(rng, calendars), within))
    scope = Condition({"type": frozenset({"fault"})}) if rng.random() < 0.1 else Condition()
    return Target(shape.name, scope, tuple(rules), rule(-1, Condition(), None), rng.random() < 0.3)


def _goal(rng: Random, within: Figure | None) -> Span | None:
    if not isinstance(within, Span) or rng.random() < 0.7:
        return None
    return Span(within.unit, max(1, within.amount // 2), within.end_of_day)


def random_policy(rng: Random, around: date) -> Policy:
    """A policy with two or three calendars and one to three targets."""
    calendars = {name: random_calendar(rng, name, around) for name in ("desk", "other", "third")[: rng.randint(1, 3)]}
    names = list(calendars)
    shapes = {shape.name: shape for shape in rng.sample(SHAPES, rng.randint(1, 3))}
    targets = {name: random_target(rng, shape, names) for name, shape in shapes.items()}
    return bare_policy(calendars, targets, deemed=rng.random() < 0.4)


def bare_policy(calendars: dict[str, Calendar], targets: dict[str, Target], deemed: bool = False) -> Policy:
    """A policy of these calendars and targets over the states of `PHASE_OF`; `deemed` is about its one channel."""
    first = next(iter(calendars))
    return Policy(
        desk="acme-desk", version="1.0", name="Acme", prefix="ABC", effective=date(2010, 1, 1),
        zone=calendars[first].zone, path="policies/acme-desk/1.0.yaml", calendars=calendars,
        channels={"email": Channel("email", first, deemed)},
        types={name: CaseType(name, "p3") for name in TYPES},
        priorities={name: Priority(name, rank) for rank, name in enumerate(PRIORITIES)},
        states={name: State(name, phase, tuple(PHASE_OF)) for name, phase in PHASE_OF.items()},
        waiting_for={name: name for name in WHOM}, responses=("response", "email:out"), targets=targets, ladders={},
        defaults=Defaults("new", "fault", "email"),
    )  # fmt: skip


class _Writer:
    """Takes random steps, each of them one that a desk could take."""

    def __init__(self, rng: Random, opened: Instant) -> None:
        self.rng, self.at = rng, opened
        self.status = "new"
        self.steps: list[Step] = []
        self.entries = 0

    def step(self, changes: dict[str, Value | None], *kinds: str) -> None:
        entries = []
        for kind in kinds:
            self.entries += 1
            name, _, direction = kind.partition(":")
            entries.append(Entry(f"e{self.entries}", name, {"direction": direction} if direction else {}))
        commit = f"{len(self.steps) + 1:040x}"
        self.steps.append(Step(commit, self.at, "sam@example.org", changes, tuple(entries)))

    def move(self, status: str, **more: Value | None) -> None:
        gone: dict[str, Value | None] = (
            {"waiting_for": None} if self.status == "on-hold" and status != "on-hold" else {}
        )
        self.status = status
        self.step({"status": status, **gone, **more}, *(("response",) if self.rng.random() < 0.1 else ()))

    def anything(self) -> None:
        rng = self.rng
        self.at += 0 if rng.random() < 0.1 else rng.choice((1, 2, 6, 20, 60, 100, 200)) * GRAIN
        if PHASE_OF[self.status] in ("resolved", "monitoring", "closed"):
            self._when_solved()
        elif rng.random() < 0.35:
            kinds = (
                "note",
                "response",
                "triage",
                "update",
                "email:in",
                "email:out",
                "call:in",
                "call:out",
                "escalation",
            )
            self.step({}, rng.choice((*kinds, "escalation-answer", "complaint-answer")))
        elif rng.random() < 0.3:
            name = rng.choice(("priority", "priority", "priority", "type", "update_every", "customer"))
            value = {
                "priority": rng.choice(PRIORITIES),
                "type": rng.choice(TYPES),
                "update_every": rng.choice(("1h", "8h")),
                "customer": rng.choice((*CUSTOMERS, None)),
            }
            self.step({name: value[name]}, *(("triage",) if name == "priority" and rng.random() < 0.3 else ()))
        else:
            self._move_on()

    def _move_on(self) -> None:
        status = self.rng.choice(("working", "on-hold", "on-hold", "solved", "watched", "closed"))
        if status == "on-hold":
            self.move(status, waiting_for=self.rng.choice(WHOM))
        elif status == "solved" and self.rng.random() < 0.1:
            self.move(status, priority=self.rng.choice(PRIORITIES))
        else:
            self.move(status)

    def _when_solved(self) -> None:
        shape = self.rng.random()
        if shape < 0.6:
            self.move(self.rng.choice(("working", "working", "new")))
        elif shape < 0.7:
            self.move("on-hold", waiting_for=self.rng.choice(WHOM))
        elif shape < 0.85:
            self.move(self.rng.choice(("solved", "watched", "closed")))
        else:
            self.step({}, self.rng.choice(("note", "update", "response", "email:out")))


def random_timeline(rng: Random, opened: Instant) -> Timeline:
    """A life of one to fourteen steps, beginning at `opened`, some of them in the same second."""
    writer = _Writer(rng, opened)
    fields: dict[str, Value | None] = {
        "id": "ABC-261123-K7Q4P", "policy": "acme-desk/1.0", "type": rng.choice(TYPES), "title": "t",
        "channel": "email", "status": "new", "priority": rng.choice(PRIORITIES), "customer": rng.choice(CUSTOMERS),
        "update_every": rng.choice(("30m", "4h", "2wd")),
    }  # fmt: skip
    for claim, chance in (("received", 0.5), ("detected", 0.3)):
        if rng.random() < chance:
            fields[claim] = opened - rng.choice((-4, 0, 1, 8, 80)) * GRAIN
    writer.step(fields, *(("triage",) if rng.random() < 0.3 else ()))
    for _ in range(rng.choice((0, 2, 4, 6, 9, 13))):
        writer.anything()
    return Timeline("ABC-261123-K7Q4P", "cases/2026/11/23/ABC-261123-K7Q4P.yaml", tuple(writer.steps))


def random_life(rng: Random) -> RandomLife:
    """A case, its policy and customers, and a moment to judge it at."""
    return random_lives(rng, 1)[0]


def random_lives(rng: Random, count: int) -> list[RandomLife]:
    """Some cases of one desk within the same few days; half of the desks are near a clock change then."""
    around = rng.choice(CLOCK_CHANGES) if rng.random() < 0.5 else date(2026, rng.randint(1, 12), rng.randint(1, 28))
    policy = random_policy(rng, around)
    return [_life(rng, policy, around) for _ in range(count)]


def _life(rng: Random, policy: Policy, around: date) -> RandomLife:
    day = datetime(around.year, around.month, around.day, tzinfo=UTC) + timedelta(days=rng.randint(-4, 1))
    timeline = random_timeline(rng, int(day.timestamp()) + rng.randrange(DAY // GRAIN) * GRAIN)
    customers = {
        name: Customer(name, plan=rng.choice((None, "gold")), figures={"ttr": random_span(rng)}) for name in CUSTOMERS
    }
    last = timeline.steps[-1].at
    as_of = rng.choice((last, last, rng.choice(timeline.steps).at, last + 4 * GRAIN))
    return RandomLife(timeline, policy, customers, as_of + rng.choice((0, 0, 1, 7, 50, 300)) * GRAIN)


def random_instant(rng: Random, zone: str, around: date) -> Instant:
    """A grid point within two weeks of that date, in that zone."""
    midnight = datetime(around.year, around.month, around.day, tzinfo=zone_named(zone))
    return int(midnight.timestamp()) + rng.randint(-14 * DAY // GRAIN, 14 * DAY // GRAIN) * GRAIN


randoms = st.randoms(use_true_random=False)
calendars = randoms.map(lambda rng: random_calendar(rng, around=rng.choice(CLOCK_CHANGES)))
lives = randoms.map(random_life)
