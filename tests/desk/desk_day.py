"""A small desk in memory, and its day: `Day().open(title=…).at("10:00").do(hold, waiting_for="customer").case`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from itertools import count
from typing import Any

from casectl.desk.verb import Opening, Scene
from casectl.desk.verbs.open import open as open_case
from casectl.model.case import Case, Entry
from casectl.model.caseid import ALPHABET
from casectl.model.change import Change, Moment
from casectl.model.instants import zone_named
from casectl.model.policy import (
    Book,
    CaseType,
    Channel,
    Commitment,
    Customer,
    Defaults,
    Exemption,
    Ladder,
    LadderLevel,
    Person,
    Policy,
    Priority,
    Question,
    Raising,
    Rubric,
    Service,
    ServiceRecord,
    State,
    Suggestion,
)  # fmt: skip
from casectl.model.target import Condition, Lookup, Rule, Target
from casectl.model.timeline import Step, Timeline

ZONE = "America/Toronto"
STATES = {
    "open": ("new", ("assigned", "on-hold", "resolved")),
    "assigned": ("active", ("open", "on-hold", "in-test", "resolved")),
    "in-test": ("active", ("assigned", "resolved")),
    "on-hold": ("waiting", ("assigned", "open", "resolved")),
    "resolved": ("resolved", ("assigned", "open", "closed")),
    "watched": ("monitoring", ("closed",)),
    "closed": ("closed", ()),
}
POLICY = Policy(
    desk="acme-desk",
    version="1.0",
    name="Acme support",
    prefix="ABC",
    effective=date(2026, 1, 1),
    zone=ZONE,
    path="policies/acme-desk/1.0.yaml",
    calendars={},
    channels={name: Channel(name, "desk") for name in ("phone", "email")},
    types={"fault": CaseType("fault", "p3"), "request": CaseType("request", "p4")},
    priorities={name: Priority(name, rank) for rank, name in enumerate(("p1", "p2", "p3", "p4"))},
    states={name: State(name, phase, moves) for name, (phase, moves) in STATES.items()},
    waiting_for={"customer": "the customer", "supplier": "a supplier"},
    responses=("response",),
    targets={},
    ladders={"general": Ladder("general", (LadderLevel(1, "desk"), LadderLevel(2, "team leader")))},
    defaults=Defaults("open", "fault", "phone"),
)
LATER = replace(POLICY, version="2.0", effective=date(2026, 12, 1), path="policies/acme-desk/2.0.yaml")
STAFF = {
    "sam": Person("sam", "Sam", "sam@desk.example", ("agent",)),
    "jo": Person("jo", "Jo", "jo@desk.example", ("agent", "team-leader")),
    "ada": Person("ada", "Ada", "ada@desk.example", ("desk-manager",)),
}
BOOK = Book({"acme-desk/1.0": POLICY}, {"acme-desk": {"oakfield": Customer("oakfield")}}, STAFF)


def rubric_row(priority: str, *facts: tuple[str, str], **answers: str) -> Suggestion:
    """A suggestion; `impact="all some"` is a list of answers."""
    asked = {name: frozenset(values.split()) for name, values in answers.items()}
    return Suggestion(asked, Condition({key: frozenset({value}) for key, value in facts}), priority)


RUBRIC = Rubric(
    {
        "impact": Question(
            "impact", "What does not work?", {"all": "Nothing works", "some": "Some", "none": "All works"}
        ),
        "workaround": Question("workaround", "Is there another way?", {"yes": "Yes", "no": "No"}),
    },
    (
        rubric_row("p4", ("type", "request")),
        rubric_row("p1", impact="all"),
        rubric_row("p2", impact="some", workaround="no"),
        rubric_row("p3"),
    ),
)
_AGREED = Rule("resolution", 0, Condition(), ("opened",), ("resolved",), "desk", None, Lookup("agreed", "resolution"))
FULL = replace(
    POLICY,
    commitments={"call-back": Commitment("call-back"), "maintenance": Commitment("maintenance", window=True)},
    exemptions={"regulator": Exemption("regulator", "", ("desk-manager",)), "weather": Exemption("weather")},
    paths={"a": "Works as required", "b": "Pursued urgently"},
    rubric=RUBRIC,
    raising=Raising(1800, ("team-leader",)),
    services={"mail": Service("mail"), "handset": Service("handset", in_scope=False)},
    categories={"technical": "Technical help", "account": "Account matters"},
    targets={"resolution": Target("resolution", Condition(), (_AGREED,), _AGREED._replace(index=-1, within=None))},
    channels={
        **POLICY.channels,
        "hotline": Channel("hotline", "desk", meant_for=Condition({"priority": frozenset({"p1"})})),
    },
)
"""The desk with everything that a policy may have beside the plain things."""
SITE = ServiceRecord("oakfield-line")
FULL_BOOK = Book({FULL.ref: FULL}, {"acme-desk": {"oakfield": Customer("oakfield", services={SITE.name: SITE})}}, STAFF)


def moment_at(text: str, by: str = "sam") -> Moment:
    """`10:00` on Monday 2026-11-23, or a full local time, in the desk's zone; IDs come in counting order."""
    local = datetime.fromisoformat(text if "-" in text else f"2026-11-23 {text}").replace(tzinfo=zone_named(ZONE))
    return Moment(int(local.timestamp()), by, counting())


def counting(serial: count[int] = count(32**4)) -> Callable[[int], str]:  # noqa: B008
    """Characters that count upwards over the whole run, so that no two are the same."""

    def mint(amount: int) -> str:
        number, text = next(serial), ""
        while len(text) < amount:
            number, digit = divmod(number, 32)
            text = ALPHABET[digit] + text
        return text

    return mint


@dataclass(frozen=True)
class Day:
    """What has become of one case so far, and what time it is."""

    policy: Policy = POLICY
    book: Book = BOOK
    moment: Moment = field(default_factory=lambda: moment_at("09:00"))
    case: Case = field(default_factory=lambda: Case({}))
    change: Change = field(default_factory=lambda: Change("", "", "", {}))
    steps: tuple[Step, ...] = ()

    def at(self, text: str) -> Day:
        return replace(self, moment=moment_at(text, self.moment.by))

    def by(self, person: str) -> Day:
        return replace(self, moment=self.moment._replace(by=person))

    def open(self, **options: Any) -> Day:
        wanted = {"title": "Nobody can sign in", "customer": "oakfield"} | options
        return self._after(open_case(Opening(self.book, self.moment), **wanted))

    def do(self, verb: Callable[..., Change], *arguments: Any, **options: Any) -> Day:
        timeline = Timeline(self.case.id, "story", self.steps)
        scene = Scene(self.case, self.policy, self.book, self.moment, timeline=timeline)
        return self._after(verb(scene, *arguments, **options))

    def _after(self, change: Change) -> Day:
        step = Step(f"{len(self.steps):040x}", self.moment.now, "sam@desk.example", change.fields, change.entries)
        case = self.case.changed(change.fields, change.entries)
        return replace(self, case=case, change=change, steps=(*self.steps, step))

    @property
    def last(self) -> Entry:
        return self.case.log[-1]
