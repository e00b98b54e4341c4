"""Random calendars and policies on a grid of `GRAIN` seconds; the same `Random` gives the same value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from casectl.model.calendar import Calendar, Window, Windows
from casectl.model.policy import (
    CaseType,
    Channel,
    Commitment,
    Customer,
    Defaults,
    Exemption,
    Policy,
    Priority,
    Service,
    ServiceRecord,
    State,
)
from casectl.model.target import Ahead, Condition, Figure, Lookup, Rule, Span, Target

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
SERVICES = {
    "sms": Service("sms"),
    "handset": Service("handset", in_scope=False),
    "carrier": Service("carrier", in_scope=False, supplier_sla=True),
}
COMMITMENTS = {
    "call-back": Commitment("call-back"),
    "visit": Commitment("visit"),
    "maintenance": Commitment("maintenance", window=True),
}
EXEMPTIONS = {"regulator": Exemption("regulator"), "storm": Exemption("storm", approved_by=("desk-manager",))}


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
    if shape < 0.45:
        return Condition({"priority": frozenset(rng.sample(PRIORITIES, rng.randint(1, 2)))})
    if shape < 0.55:
        return Condition({"type": frozenset({rng.choice(TYPES)}), "priority": frozenset({"p1", "p3"})})
    if shape < 0.65:
        return Condition({"plan": frozenset({"gold"})})
    if shape < 0.7:
        return Condition({"service": frozenset({"sms", "carrier"})})
    if shape < 0.8:
        names = (rng.choice(calendars),)
        return Condition(reported_in=names) if rng.random() < 0.5 else Condition(reported_out=names)
    return Condition()


@dataclass(frozen=True)
class Shape:
    """What all rules of a random target share."""

    name: str
    start: tuple[str, ...]
    stops: tuple[tuple[str, ...], ...]
    repeat: bool = False


SHAPES = (
    Shape("resolution", ("detected", "opened"), (("resolved",), ("resolved", "call:out"))),
    Shape("resolution", ("opened",), (("resolved",), ("resolved", "path-confirmed"))),
    Shape("resolution", ("received",), (("resolved",), ("closed",), ("resolved", "closed"))),
    Shape("response", ("received",), (("responded",), ("responded", "resolved"))),
    Shape("response", ("call-ended", "received"), (("responded",), ("triaged",))),
    Shape("response", ("opened",), (("responded",),)),
    Shape("triage", ("opened",), (("triaged",),)),
    Shape("creation", ("call-ended", "received"), (("opened",),)),
    Shape("logging", ("received",), (("opened",), ("assigned",))),
    Shape("pick-up", ("triaged",), (("responded",), ("call:out",), ("resolved",))),
    Shape("pick-up", ("opened",), (("assigned",), ("picked-up",))),
    Shape("pick-up", ("assigned",), (("responded",), ("path-confirmed",))),
    Shape("update", ("opened",), (("update",),), repeat=True),
    Shape("completion", ("email:in",), (("email:out",), ("email", "responded")), repeat=True),
    Shape("completion", ("path-confirmed",), (("resolved",), ("closed",))),
    Shape("complaint-response", ("call:in",), (("complaint-answer", "resolved"),)),
    Shape("escalation-response", ("escalated",), (("escalation-answer",),)),
    Shape("commitment", ("promised",), (("kept",), ("kept", "email:out"))),
    Shape("commitment", ("promised",), (("kept",),)),
    Shape("lead-time", ("promised",), (("promised",), ("email:out",), ("update", "kept"))),
)


def random_target(rng: Random, shape: Shape, calendars: dict[str, Calendar]) -> Target:
    """A target of that shape, with up to three rules that differ in all that rules may differ in."""
    names = list(calendars)
    each = shape.start in (("escalated",), ("promised",))
    reopen = "resume" if each else rng.choice(("resume", "resume", "restart", "continue"))
    exclude = frozenset({"maintenance"}) if rng.random() < 0.5 else frozenset[str]()

    def rule(index: int, when: Condition, within: Figure | None, goal: Span | Ahead | None = None) -> Rule:
        days = isinstance(within or goal, Span) and (within or goal).unit == "days"
        pause = rng.choice((frozenset(), frozenset({"customer"}), frozenset({"customer", "supplier"}), None))
        spans = isinstance(within, Span) or (isinstance(within, Lookup) and within.source in ("case", "customer"))
        return Rule(
            target=shape.name, index=index, when=when, start=shape.start, calendars=calendars,
            stop=shape.stops[0] if rng.random() < 0.8 else rng.choice(shape.stops),
            calendar=rng.choice(names), days=rng.choice(names) if days and rng.random() < 0.3 else None,
            within=within, goal=goal, warn_at=rng.choice((None, None, 0.5, 0.8)),
            run_on=not days and spans and rng.random() < 0.4, pause_for=pause, exclude=exclude,
            on_change=rng.choice(("from-start", "from-start", "from-change")), on_reopen=reopen, repeat=shape.repeat,
        )  # fmt: skip

    rules = []
    for index in range(rng.randint(1, 3)):
        when = _condition(rng, names)
        if shape.start == ("promised",) and rng.random() < 0.4:
            when = Condition({"commitment": frozenset(rng.sample(sorted(COMMITMENTS), 2))})
        within = _within(rng, shape)
        goal = _goal(rng, within)
        if rng.random() < 0.08:
            within, goal = None, _ahead(rng) if shape.name == "lead-time" else random_span(rng)
        rules.append(rule(index, when, within, goal))
    scope = Condition({"type": frozenset({"fault"})}) if rng.random() < 0.1 else Condition()
    return Target(shape.name, scope, tuple(rules), rule(-1, Condition(), None), rng.random() < 0.3)


def _within(rng: Random, shape: Shape) -> Figure:
    chance = rng.random()
    if shape.name == "lead-time":
        return _ahead(rng)
    if shape.name == "commitment" and chance < 0.8:
        return Lookup("promised", "due")
    if chance < 0.1:
        return Lookup("customer", "ttr")
    if chance < 0.32:
        return Lookup("agreed", shape.name)
    return Lookup("case", "update_every") if shape.repeat and chance < 0.6 else random_span(rng)


def _ahead(rng: Random) -> Ahead:
    return Ahead(Span("seconds", rng.choice((2, 4, 16, 48, 96)) * GRAIN))


def _goal(rng: Random, within: Figure) -> Span | Ahead | None:
    if rng.random() < 0.7 or isinstance(within, Lookup):
        return None
    if isinstance(within, Ahead):
        return Ahead(Span("seconds", within.span.amount * 2))
    return Span(within.unit, max(1, within.amount // 2), within.end_of_day)


def random_policies(rng: Random, around: date) -> tuple[Policy, ...]:
    """One to three versions of a policy. Of one name, a target begins at the same anchors in all of them."""
    calendars = {name: random_calendar(rng, name, around) for name in ("desk", "other", "third")[: rng.randint(1, 3)]}
    shapes = {shape.name: shape for shape in rng.sample(SHAPES, rng.randint(2, 5))}
    deemed, catalogue = rng.random() < 0.4, rng.random() < 0.6
    versions = []
    for n in range(rng.choice((1, 2, 2, 3))):
        own = calendars if n == 0 else {name: replace(found) for name, found in calendars.items()}
        kept = [shape for shape in shapes.values() if n == 0 or rng.random() < 0.85] or list(shapes.values())
        if n and rng.random() < 0.3:
            more = [shape for shape in SHAPES if shape.name not in shapes]
            kept.append(rng.choice(more))
            shapes[kept[-1].name] = kept[-1]
        targets = {shape.name: random_target(rng, shape, own) for shape in kept}
        versions.append(bare_policy(own, targets, deemed, f"{n + 1}.0", SERVICES if catalogue else {}))
    return tuple(versions)


def bare_policy(
    calendars: dict[str, Calendar],
    targets: dict[str, Target],
    deemed: bool = False,
    version: str = "1.0",
    services: Mapping[str, Service] = SERVICES,
) -> Policy:
    """A policy of these calendars and targets over the states of `PHASE_OF`; `deemed` is about its one channel."""
    first = next(iter(calendars))
    return Policy(
        desk="acme-desk", version=version, name="Acme", prefix="ABC", effective=date(2010, 1, int(version[0])),
        zone=calendars[first].zone, path=f"policies/acme-desk/{version}.yaml", calendars=calendars,
        channels={"email": Channel("email", first, deemed)},
        types={name: CaseType(name, "p3") for name in TYPES},
        priorities={name: Priority(name, rank) for rank, name in enumerate(PRIORITIES)},
        states={name: State(name, phase, tuple(PHASE_OF)) for name, phase in PHASE_OF.items()},
        waiting_for={name: name for name in WHOM}, responses=("response", "email:out"), targets=targets, ladders={},
        defaults=Defaults("new", "fault", "email"), services=services, commitments=COMMITMENTS, exemptions=EXEMPTIONS,
        paths={"a": "Works as required", "b": "Pursued urgently"},
    )  # fmt: skip


def random_customers(rng: Random) -> dict[str, Customer]:
    """Customers of whom some have figures, of their own or of a service, and some have none."""

    def figures(chance: float) -> dict[str, Span]:
        return {"ttr": random_span(rng)} if rng.random() < chance else {}

    return {
        name: Customer(
            name, plan=rng.choice((None, "gold")), figures=figures(0.8),
            services={"sms": ServiceRecord("sms", figures=figures(0.5))},
        )
        for name in CUSTOMERS
    }  # fmt: skip
