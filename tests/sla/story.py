"""Lives of cases told as stories: `Story(policy).at("Mon 09:00").open().at("Mon 16:00").hold("customer")`.

A story begins in a week (2026-11-23 is its Monday) and only goes forward: "Tue 10:00" is the first such moment at or
after the last one told. A full local time, "2026-12-28 10:00", is taken as it is. All times are the desk's zone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from casectl.model.calendar import DAY_SECONDS, WEEKDAYS, Calendar, Window, Windows
from casectl.model.case import Case, Entry, Scalar, Value
from casectl.model.figures import CaseFigures, LedgerLine, TargetRow
from casectl.model.instants import Instant, zone_named
from casectl.model.policy import (
    CaseType,
    Channel,
    Commitment,
    Customer,
    Defaults,
    Exemption,
    Person,
    Policy,
    Priority,
    Service,
    State,
)  # fmt: skip
from casectl.model.target import Ahead, Condition, Lookup, Rule, Span, Target
from casectl.model.terms import Terms
from casectl.model.timeline import Step, Timeline

ZONE = "Europe/London"
UNITS = {"s": 1, "m": 60, "h": 3600}
PHASE_OF = {
    "new": "new", "working": "active", "on-hold": "waiting", "resolved": "resolved", "monitoring": "monitoring",
    "closed": "closed",
}  # fmt: skip


def windows(text: str) -> Windows:
    """`08:00-12:00 13:00-18:00`; a closing at or before its opening lies on the next day; `closed` is none."""
    return () if text == "closed" else tuple(_window(part) for part in text.split())


def _window(text: str) -> Window:
    opens, closes = (int(part[:2]) * 3600 + int(part[3:]) * 60 for part in text.split("-"))
    return Window(opens, closes if closes > opens else closes + DAY_SECONDS)


def calendar(
    hours: Mapping[str, str] | str,
    zone: str = ZONE,
    holidays: Sequence[str] = (),
    replaced: Mapping[str, str] | None = None,
    name: str = "desk",
) -> Calendar:
    """`hours` by day or days: `{"mon-thu": "08:00-18:00", "fri": "08:00-16:00"}`; `24x7` is always open."""
    if isinstance(hours, str):
        return Calendar(name, zone, always=True)
    week: list[Windows] = [()] * 7
    for days, text in hours.items():
        first, _, last = days.partition("-")
        for n in range(WEEKDAYS.index(first), WEEKDAYS.index(last or first) + 1):
            week[n] = windows(text)
    own_days = {date.fromisoformat(day): windows(text) for day, text in (replaced or {}).items()}
    return Calendar(name, zone, tuple(week), own_days, frozenset(map(date.fromisoformat, holidays)))


STAFF = {"sam": Person("sam", "Sam", "sam@example.org", ("agent",))} | {
    "lee": Person("lee", "Lee", "lee@example.org", ("team-leader",))
}


def figure(text: str) -> Span | Ahead:
    """A span, or `24h ahead`."""
    return Ahead(span(text.removesuffix(" ahead"))) if text.endswith(" ahead") else span(text)


def span(text: str) -> Span:
    """`15m`, `4h`, `3wd`, `3wd by end-of-day`."""
    figure, _, tail = text.partition(" ")
    if figure.endswith("wd"):
        return Span("days", int(figure[:-2]), bool(tail), text)
    return Span("seconds", int(figure[:-1]) * UNITS[figure[-1]], written=text)


_SPANS = ("within", "goal")
_RULE = {
    "start": ("opened",), "stop": ("resolved",), "calendar": "desk", "days": None, "within": None,
    "pause_for": frozenset({"customer"}),
}  # fmt: skip


def target(name: str, keys: Mapping[str, Any], calendars: Mapping[str, Calendar]) -> Target:
    """A target from the keys that a policy file would have; `rules` may be left out, then it is one for every case."""
    general = {key: value for key, value in keys.items() if key not in ("rules", "measured", "scope")}
    general["calendars"] = calendars
    rows = keys.get("rules", [general] if "within" in general or "goal" in general else [])
    rules = tuple(_rule(name, n, {**general, **row}) for n, row in enumerate(rows))
    otherwise = _rule(name, -1, {**general, "within": None})
    return Target(name, condition(keys.get("scope", {})), rules, otherwise, bool(keys.get("measured")))


def _rule(name: str, index: int, keys: Mapping[str, Any]) -> Rule:
    given = {**_RULE, **keys}
    for key in _SPANS:
        value = given.get(key)
        if isinstance(value, str):
            given[key] = figure(value)
        elif isinstance(value, Mapping):
            ((source, held),) = value.items()
            given[key] = Lookup(source, held)
    for key in ("start", "stop", "clause"):
        value = given.get(key, ())
        given[key] = (value,) if isinstance(value, str) else tuple(value)
    pause = given.pop("pause", None)
    if pause is not None:
        given["pause_for"] = None if pause == "any" else frozenset(pause)
    given["exclude"] = frozenset(given.get("exclude", ()))
    given["when"] = condition(given.get("when", {}))
    return Rule(target=name, index=index, **given)


def condition(when: Mapping[str, Any]) -> Condition:
    """`{"priority": ["p1", "p2"], "reported": {"in": "desk"}}`."""
    values = {
        key: frozenset([value] if isinstance(value, str) else value) for key, value in when.items() if key != "reported"
    }
    reported = when.get("reported", {})
    inside, outside = ((name,) if (name := reported.get(side)) else () for side in ("in", "out"))
    return Condition(values, inside, outside)


def desk(
    targets: Mapping[str, Mapping[str, Any]],
    hours: Mapping[str, str] | str = {"mon-thu": "08:00-18:00", "fri": "08:00-16:00"},
    zone: str = ZONE,
    holidays: Sequence[str] = (),
    replaced: Mapping[str, str] | None = None,
    calendars: Mapping[str, Calendar] | None = None,
    deemed: bool = False,
    version: str = "1.0",
) -> Policy:
    """A small policy with one calendar `desk` of these hours (and others given), and one channel `email`.

    People promise a `call-back` or `maintenance` (a window); an `authority` exempts whatever happens, `customer-fault`
    when a team leader approves it; a `carrier` is no service of the desk's, a `leased-line` is covered by a supplier.
    """
    known = {"desk": calendar(hours, zone, holidays, replaced), **(calendars or {})}
    return Policy(
        desk="acme-desk", version=version, name="Acme", prefix="ABC", effective=date(2010, 1, 1), zone=zone,
        path=f"policies/acme-desk/{version}.yaml", calendars=known,
        channels={"email": Channel("email", "desk", deemed)},
        types={"fault": CaseType("fault", "p3"), "question": CaseType("question", "p4")},
        priorities={name: Priority(name, rank) for rank, name in enumerate(("p1", "p2", "p3", "p4"))},
        states={name: State(name, phase, tuple(PHASE_OF)) for name, phase in PHASE_OF.items()},
        waiting_for={"customer": "", "supplier": ""}, responses=("response", "call:out", "email:out"),
        targets={name: target(name, keys, known) for name, keys in targets.items()}, ladders={},
        defaults=Defaults("new", "fault", "email"),
        services={"sms": Service("sms"), "carrier": Service("carrier", in_scope=False),
                  "leased-line": Service("leased-line", in_scope=False, supplier_sla=True)},
        commitments={"call-back": Commitment("call-back"), "maintenance": Commitment("maintenance", window=True)},
        exemptions={"authority": Exemption("authority"),
                    "customer-fault": Exemption("customer-fault", approved_by=("team-leader",))},
        paths={"a": "Works as required", "b": "Pursued urgently"},
    )  # fmt: skip


@dataclass(frozen=True)
class Story:
    """A life so far. Every method gives a new story; nothing that was told is changed."""

    policy: Policy
    now: Instant | None = None
    steps: tuple[Step, ...] = ()
    customer: Customer | None = None
    monday: date = date(2026, 11, 23)
    entries: int = field(default=0)
    moved: tuple[Terms, ...] = ()
    """What further policies the case was moved to, on the record."""

    def at(self, when: str) -> Story:
        """Time passes: to the next such moment, or to a full local time."""
        return replace(self, now=self.moment(when))

    def of(self, customer: Customer) -> Story:
        return replace(self, customer=customer)

    @property
    def terms(self) -> tuple[Terms, ...]:
        """What the case is judged by, from its opening on and from each move to another policy."""
        customers = {self.customer.name: self.customer} if self.customer else {}
        return (Terms(self.policy, customers, STAFF), *self.moved)

    def open(self, received: str | None = None, detected: str | None = None, **fields: Value) -> Story:
        """The case is opened: a fault, p3, by email, unless said otherwise.

        A claim such as `Sun 10:00` is the last one before now.
        """
        known: dict[str, Value | None] = {
            "id": "ABC-261123-K7Q4P", "policy": "acme-desk/1.0", "type": "fault", "title": "t", "channel": "email",
            "status": "new", "priority": "p3",
        }  # fmt: skip
        for name, claim in (("received", received), ("detected", detected)):
            if claim is not None:
                known[name] = self._claimed(claim)
        if self.customer is not None:
            known["customer"] = self.customer.name
        return self.step({**known, **fields})

    def step(self, changes: Mapping[str, Value | None], *kinds: str) -> Story:
        """One commit: fields that change, and log entries by `kind` or `kind:direction`."""
        added = []
        for n, kind in enumerate(kinds, self.entries + 1):
            name, _, direction = kind.partition(":")
            added.append(Entry(f"e{n}", name, {"direction": direction} if direction else {}))
        return replace(self._with(changes, *added), entries=self.entries + len(kinds))

    def _with(self, changes: Mapping[str, Value | None], *entries: Entry) -> Story:
        assert self.now is not None, "say when: story.at(...)"
        step = Step(self.next_commit, self.now, "sam@example.org", changes, entries)
        return replace(self, steps=(*self.steps, step))

    @property
    def next_commit(self) -> str:
        return f"{len(self.steps) + 1:040x}"

    @property
    def last_commit(self) -> str:
        return self.steps[-1].commit

    def log(self, *kinds: str) -> Story:
        return self.step({}, *kinds)

    def set(self, **changes: Value | None) -> Story:
        return self.step(changes)

    def hold(self, waiting_for: str, *kinds: str) -> Story:
        return self.step({"status": "on-hold", "waiting_for": waiting_for}, *kinds)

    def resume(self, *kinds: str) -> Story:
        return self.step({"status": "working", "waiting_for": None}, *kinds)

    def resolve(self) -> Story:
        return self._move("resolved")

    def close(self) -> Story:
        return self._move("closed")

    def reopen(self) -> Story:
        return self._move("working")

    def respond(self) -> Story:
        return self.log("response")

    def triage(self, priority: str) -> Story:
        return self.step({"priority": priority}, "triage")

    def escalate(self) -> Story:
        return self.log("escalation")

    def agree(self, name: str, when: str) -> Story:
        """The moment agreed with the customer for a target."""
        known = self.case.fields.get("agreed")
        return self.step({"agreed": {**(known if isinstance(known, Mapping) else {}), name: self.moment_near(when)}})

    def promise(self, name: str, due: str, kind: str = "call-back", until: str | None = None) -> Story:
        """A commitment of that name (its id), due then."""
        record: dict[str, Scalar] = {"id": name, "kind": kind, "due": self.moment_near(due)}
        return self._record("commitments", name, record | ({"until": self.moment_near(until)} if until else {}))

    def keep(self, name: str) -> Story:
        return self._record("commitments", name, {"kept": True})

    def cancel(self, name: str) -> Story:
        return self._record("commitments", name, {"cancelled": True})

    def due_now(self, name: str, due: str) -> Story:
        """The promise of that name is made for another time."""
        return self._record("commitments", name, {"due": self.moment_near(due)})

    def exempt(self, name: str, code: str, begins: str, ends: str | None = None, by: str | None = "lee") -> Story:
        """A period that shall not count, approved by somebody unless `by` is None; without an end it lasts."""
        record: dict[str, Scalar] = {"id": name, "code": code, "from": self.moment_near(begins)}
        record |= {"until": self.moment_near(ends)} if ends else {}
        return self._record("exemptions", name, record | ({"approved_by": by} if by else {}))

    def end_exemption(self, name: str, ends: str) -> Story:
        return self._record("exemptions", name, {"until": self.moment_near(ends)})

    def approve(self, name: str, by: str = "lee") -> Story:
        return self._record("exemptions", name, {"approved_by": by})

    def _record(self, where: str, name: str, fields: Mapping[str, Scalar]) -> Story:
        known = {str(record["id"]): record for record in self.case.records(where)}
        known[name] = {**known.get(name, {}), **fields}
        return self.step({where: tuple(known.values())})

    def undo(self, entry: str | None = None) -> Story:
        """The step that logged this entry is taken back, and what it changed in the file restored; None: the case."""
        what = entry or self.case.id
        index = next((n for n, step in enumerate(self.steps) if any(one.id == what for one in step.entries)), None)
        restored: dict[str, Value | None] = {}
        if index is not None:
            before = replace(self, steps=self.steps[:index]).case.fields
            restored = {name: before.get(name) for name in self.steps[index].changes}
        made = Entry(f"e{self.entries + 1}", "void", {"void": what, "reason": "a mistake"})
        return replace(self._with(restored, made), entries=self.entries + 1)

    def move_to(self, policy: Policy) -> Story:
        """From now on the case is judged by that policy."""
        terms = Terms(policy, self.terms[0].customers, STAFF, self.next_commit)
        return replace(self.step({"policy": policy.ref}), moved=(*self.moved, terms))

    @property
    def case(self) -> Case:
        """The case as its file would say it now."""
        return self.timeline().case()

    def timeline(self) -> Timeline:
        return Timeline("ABC-261123-K7Q4P", "cases/2026/11/23/ABC-261123-K7Q4P.yaml", self.steps)

    def figures(self, as_of: str | None = None) -> CaseFigures:
        """What the clock says as of then (by default: now)."""
        from casectl.sla.clock import evaluate

        return evaluate(self.timeline(), self.terms, self._judged_at(as_of))

    def row(self, name: str, occurrence: int = 1, as_of: str | None = None) -> TargetRow:
        """That row. Fails the test when there is none."""
        found = [r for r in self.figures(as_of).rows if (r.target, r.occurrence) == (name, occurrence)]
        assert len(found) == 1, f"no single row {name} {occurrence} in {self.figures(as_of).rows}"
        return found[0]

    def rows(self, name: str, as_of: str | None = None) -> tuple[TargetRow, ...]:
        return tuple(row for row in self.figures(as_of).rows if row.target == name)

    def ledger(self, name: str, occurrence: int = 1, as_of: str | None = None) -> tuple[LedgerLine, ...]:
        from casectl.sla.ledger import ledger

        return ledger(self.timeline(), self.terms, self._judged_at(as_of), name, occurrence)

    def say(self, instant: Instant | None) -> str | None:
        """An instant as the desk says it: `Mon 09:00`, with a date when it is not in the story's first week."""
        if instant is None:
            return None
        local = datetime.fromtimestamp(instant, zone_named(self.policy.zone))
        first_week = self.monday <= local.date() < self.monday + timedelta(days=7)
        seconds = f":{local:%S}" if local.second else ""
        return (f"{local:%a %H:%M}" if first_week else f"{local:%Y-%m-%d %H:%M}") + seconds

    def moment(self, when: str) -> Instant:
        """The instant that `when` names: the first at or after now (or the story's Monday), or a full local time."""
        if when[0].isdigit():
            return self._instant(datetime.fromisoformat(when))
        clock = datetime.fromisoformat(f"2000-01-01 {when[4:]}").time()
        day = self.monday + timedelta(days=WEEKDAYS.index(when[:3].lower()))
        while self.now is not None and self._instant(datetime.combine(day, clock)) < self.now:
            day += timedelta(days=7)
        return self._instant(datetime.combine(day, clock))

    def moment_near(self, when: str) -> Instant:
        """The moment that `when` names in the story's own week, before or after now; or a full local time."""
        return replace(self, now=None).moment(when)

    def _move(self, status: str) -> Story:
        return self.step({"status": status, "waiting_for": None})

    def _judged_at(self, as_of: str | None) -> Instant:
        moment = self.now if as_of is None else self.moment(as_of)
        assert moment is not None
        return moment

    def _claimed(self, when: str) -> Instant:
        """The last such moment at or before now."""
        if when[0].isdigit():
            return self.moment(when)
        fresh = replace(self, now=None, monday=self.monday - timedelta(days=14))
        found = fresh.moment(when)
        while self.now is not None and (later := self._a_week_on(found)) <= self.now:
            found = later
        return found

    def _a_week_on(self, instant: Instant) -> Instant:
        local = datetime.fromtimestamp(instant, zone_named(self.policy.zone)).replace(tzinfo=None)
        return self._instant(local + timedelta(days=7))

    def _instant(self, wall: datetime) -> Instant:
        return int(wall.replace(tzinfo=zone_named(self.policy.zone)).timestamp())
