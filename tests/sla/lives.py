"""Random lives of cases, on a grid of `GRAIN` seconds; the same `Random` gives the same life.

Each `random_*` function takes any `random.Random`, hypothesis' own included, which is how the strategies are made.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

from hypothesis import strategies as st

from casectl.model.case import Entry, Scalar, Value
from casectl.model.instants import Instant, zone_named
from casectl.model.policy import Policy
from casectl.model.target import Lookup, Rule
from casectl.model.terms import Terms
from casectl.model.timeline import Step, Timeline
from tests.sla.desks import (
    CLOCK_CHANGES,
    COMMITMENTS,
    CUSTOMERS,
    DAY,
    GRAIN,
    PHASE_OF,
    PRIORITIES,
    SERVICES,
    TYPES,
    WHOM,
    random_calendar,
    random_customers,
    random_policies,
)
from tests.sla.naive_record import Record, fields_of

CASE_ID = "ABC-261123-K7Q4P"
ENTRIES = (
    "note response triage update email:in email:out call:in call:out escalation escalation-answer complaint-answer "
    "pathway"
).split()


@dataclass(frozen=True)
class RandomLife:
    """A case with all that it is judged by."""

    timeline: Timeline
    terms: tuple[Terms, ...]
    as_of: Instant


def agreed_of(rule: Rule) -> bool:
    """Whether the rule's figure is agreed in each case."""
    return isinstance(rule.within, Lookup) and rule.within.source == "agreed"


class _Writer:
    """Takes random steps, each of them one that a desk could take."""

    def __init__(self, rng: Random, opened: Instant, terms: Terms, versions: Sequence[Policy]) -> None:
        self.rng, self.at = rng, opened
        self.terms, self.versions = [terms], list(versions)
        self.fields: dict[str, Value] = {}
        self.steps: list[Step] = []
        self.entries = 0

    @property
    def status(self) -> str:
        return str(self.fields["status"])

    def records(self, name: str) -> list[dict[str, Scalar]]:
        value = self.fields.get(name, ())
        assert isinstance(value, tuple)
        return [dict(record) for record in value]

    def step(self, changes: Mapping[str, Value | None], *kinds: str, **more: Scalar) -> str:
        """One commit; `more` goes into its first entry. Gives the commit."""
        entries = []
        for kind in kinds:
            self.entries += 1
            name, _, direction = kind.partition(":")
            fields: dict[str, Scalar] = {"direction": direction} if direction else {}
            entries.append(Entry(f"e{self.entries}", name, fields | ({} if entries else more)))
        commit = f"{len(self.steps) + 1:040x}"
        self.steps.append(Step(commit, self.at, "sam@example.org", dict(changes), tuple(entries)))
        self.fields = {name: value for name, value in {**self.fields, **changes}.items() if value is not None}
        return commit

    def set(self, **changes: Value | None) -> str:
        return self.step(changes, *(("note",) if self.rng.random() < 0.6 else ()))

    def move(self, status: str, **more: Value | None) -> None:
        gone: dict[str, Value | None] = (
            {"waiting_for": None} if self.status == "on-hold" and status != "on-hold" else {}
        )
        kinds = ("response",) if self.rng.random() < 0.1 else ("note",) if self.rng.random() < 0.5 else ()
        self.step({"status": status, **gone, **more}, *kinds)

    def anything(self) -> None:
        rng = self.rng
        self.at += 0 if rng.random() < 0.1 else rng.choice((1, 2, 4, 6, 10, 20, 30, 60, 100, 200)) * GRAIN
        solved = PHASE_OF[self.status] in ("resolved", "monitoring", "closed")
        if Record(CASE_ID, self.steps).void:
            self.void()
        elif rng.random() < 0.13:
            self.exempt()
        elif rng.random() < 0.08:
            self.void()
        elif rng.random() < 0.03:
            self.merge()
        elif solved:
            self._when_solved()
        elif rng.random() < 0.3:
            self.log()
        elif rng.random() < 0.3:
            self.promise()
        elif rng.random() < 0.35:
            self.change()
        else:
            self._move_on()

    def log(self) -> None:
        kind = self.rng.choice(ENTRIES)
        chosen = {"chosen": "a"} if kind == "pathway" and self.rng.random() < 0.7 else {}
        self.step({}, kind, **chosen)

    def change(self) -> None:
        rng = self.rng
        name = rng.choice(
            ("priority", "priority", "priority", "type", "update_every", "customer", "service", "assignee", "agreed",
             "agreed", "agreed", "policy", "policy")
        )  # fmt: skip
        if name == "policy" and "merged_into" not in self.fields:
            self.move_policy()
            return
        value: dict[str, Value | None] = {
            "priority": rng.choice(PRIORITIES), "type": rng.choice(TYPES),
            "update_every": rng.choice(("1h", "8h", None)), "customer": rng.choice((*CUSTOMERS, None)),
            "service": rng.choice((*SERVICES, None, "sms")),
            "assignee": rng.choice(("jo", "sam", None)), "agreed": self._agreed(), "policy": self.fields["policy"],
        }  # fmt: skip
        kinds = ("triage",) if name == "priority" and rng.random() < 0.3 else ("note",) if rng.random() < 0.5 else ()
        self.step({name: value[name]}, *kinds)

    def _agreed(self) -> Value:
        """With one instant more, for a target that some version looks it up for if there is any."""
        targets = [target for policy in self.versions for target in policy.targets.values()]
        wanted = [target.name for target in targets for rule in target.rules if agreed_of(rule)]
        before = self.fields.get("agreed", {})
        assert isinstance(before, Mapping)
        return {**before, self.rng.choice(wanted or ["resolution"]): self._later((-4, 0, 2, 10, 40, 150))}

    def _later(self, grains: Sequence[int]) -> Instant:
        return self.at + self.rng.choice(grains) * GRAIN

    def move_policy(self) -> None:
        here = self.terms[-1]
        policy = self.rng.choice(self.versions)
        commit = self.set(policy=policy.ref)
        customers = here.customers if self.rng.random() < 0.7 else random_customers(self.rng)
        self.terms.append(Terms(policy, customers, since=commit))

    def merge(self) -> None:
        if self.rng.random() < 0.7:
            self.move("closed", merged_into="ABC-261120-AAAAA")
        else:
            self.set(merged_into="ABC-261120-AAAAA")

    def promise(self) -> None:
        """A commitment more, or one that is kept, cancelled or put off."""
        rng, records = self.rng, self.records("commitments")
        pending = [record for record in records if not record.get("kept") and not record.get("cancelled")]
        if not pending or rng.random() < 0.4:
            kind = rng.choice(sorted(COMMITMENTS))
            records.append({"id": f"c{self.entries}-{len(self.steps)}", "kind": kind, **self._due(kind)})
        else:
            record = rng.choice(pending)
            how = rng.choice(("kept", "kept", "cancelled", "due"))
            record |= self._due(str(record["kind"])) if how == "due" else {how: True}
        kinds = (rng.choice(("note", "email:out")),) if rng.random() < 0.7 else ()
        self.step({"commitments": tuple(records)}, *kinds)

    def _due(self, kind: str) -> dict[str, Scalar]:
        due = self._later((-2, 0, 3, 10, 30, 120))
        return {"due": due, **({"until": due + self.rng.choice((1, 8, 40)) * GRAIN} if kind == "maintenance" else {})}

    def exempt(self) -> None:
        """An exemption more, or one that is approved, ended or claimed otherwise."""
        rng, records = self.rng, self.records("exemptions")
        if not records or rng.random() < 0.6:
            record: dict[str, Scalar] = {
                "id": f"x{len(self.steps)}",
                "code": rng.choice(("regulator", "storm", "storm", "sunspots")),
                "from": self._later((-200, -60, -60, -30, -8, -1, 0, 20)),
            }
            records.append(record)
        else:
            record = rng.choice(records)
        self._claim(record)
        self.step({"exemptions": tuple(records)}, *(("note",) if rng.random() < 0.7 else ()))

    def _claim(self, record: dict[str, Scalar]) -> None:
        rng = self.rng
        if rng.random() < 0.7:
            record["approved_by"] = "jo"
        if rng.random() < 0.7:
            record["until"] = self._later((-40, -10, -4, 0, 0, 0, 16))
        if rng.random() < 0.1:
            record["from"] = self._later((-80, -20))

    def void(self) -> None:
        """Something is taken back: mostly a recent step, sometimes another void, rarely the case itself."""
        rng, record = self.rng, Record(CASE_ID, self.steps)
        standing = [step.entries for i, step in enumerate(self.steps) if i and i not in record.taken]
        told = [entry.id for entries in standing for entry in entries]
        voids = [entry.id for entries in standing for entry in entries if entry.kind == "void"]
        what = CASE_ID if rng.random() < 0.15 else rng.choice(told[-4:] or [CASE_ID])
        if voids and (record.void or rng.random() < 0.3):
            what = rng.choice(voids)
        if what == CASE_ID and rng.random() < 0.5:
            return
        marker = Entry("undone", "void", {"void": what})
        undone = (*self.steps, Step("", self.at, "", {}, (marker,)))
        fields = fields_of(Record(CASE_ID, undone).states[-1])
        changes: dict[str, Value | None] = {
            name: fields.get(name) for name in {**self.fields, **fields} if self.fields.get(name) != fields.get(name)
        }
        self.step(changes, "void", void=what, reason="a slip")

    def _move_on(self) -> None:
        status = self.rng.choice(("working", "on-hold", "on-hold", "on-hold", "solved", "watched", "closed"))
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


def random_timeline(
    rng: Random, opened: Instant, terms: Terms, versions: Sequence[Policy]
) -> tuple[Timeline, tuple[Terms, ...]]:
    """A life of one to fifteen steps, beginning at `opened`, some in the same second; with the terms it had."""
    writer = _Writer(rng, opened, terms, versions)
    fields: dict[str, Value | None] = {
        "id": CASE_ID, "policy": terms.policy.ref, "type": rng.choice(TYPES), "title": "t", "channel": "email",
        "status": "new", "priority": rng.choice(PRIORITIES), "customer": rng.choice(CUSTOMERS),
    }  # fmt: skip
    optional: dict[str, Any] = {
        "update_every": (rng.choice(("30m", "4h", "2wd")), 0.85), "assignee": ("jo", 0.2),
        "service": (rng.choice((*SERVICES, "sms", "sms", "sms", "sms")), 0.5),
        "received": (opened - rng.choice((-4, 0, 1, 8, 80)) * GRAIN, 0.5),
        "detected": (opened - rng.choice((-4, 0, 1, 8, 80)) * GRAIN, 0.3),
    }  # fmt: skip
    fields |= {name: value for name, (value, chance) in optional.items() if rng.random() < chance}
    looked_up = {name for name, target in terms.policy.targets.items() for rule in target.rules if agreed_of(rule)}
    if looked_up and rng.random() < 0.6:
        fields["agreed"] = {name: opened + rng.choice((8, 40, 150)) * GRAIN for name in sorted(looked_up)}
    rated = ("triage",) if rng.random() < 0.3 else ()
    if rng.random() < 0.5:
        started, minutes = opened - rng.choice((1, 2, 4)) * GRAIN, rng.choice((0, 15, 30, 45))
        writer.step(fields, "call:in", *rated, started=started, minutes=minutes)
    else:
        writer.step(fields, *rated)
    for _ in range(rng.choice((0, 2, 4, 6, 9, 14))):
        writer.anything()
    timeline = Timeline(CASE_ID, f"cases/2026/11/23/{CASE_ID}.yaml", tuple(writer.steps))
    return timeline, tuple(writer.terms)


def random_life(rng: Random) -> RandomLife:
    """A case, all that it is judged by, and a moment to judge it at."""
    return random_lives(rng, 1)[0]


def random_lives(rng: Random, count: int) -> list[RandomLife]:
    """Some cases of one desk within the same few days; half of the desks are near a clock change then."""
    around = rng.choice(CLOCK_CHANGES) if rng.random() < 0.5 else date(2026, rng.randint(1, 12), rng.randint(1, 28))
    versions = random_policies(rng, around)
    return [_life(rng, versions, around) for _ in range(count)]


def _life(rng: Random, versions: Sequence[Policy], around: date) -> RandomLife:
    day = datetime(around.year, around.month, around.day, tzinfo=UTC) + timedelta(days=rng.randint(-4, 1))
    opened = int(day.timestamp()) + rng.randrange(DAY // GRAIN) * GRAIN
    timeline, terms = random_timeline(rng, opened, Terms(versions[0], random_customers(rng)), versions)
    last = timeline.steps[-1].at
    as_of = rng.choice((last, *(rng.choice(timeline.steps).at for _ in range(2)), last + 4 * GRAIN))
    return RandomLife(timeline, terms, as_of + rng.choice((0, 0, 1, 7, 50, 300)) * GRAIN)


def random_instant(rng: Random, zone: str, around: date) -> Instant:
    """A grid point within two weeks of that date, in that zone."""
    midnight = datetime(around.year, around.month, around.day, tzinfo=zone_named(zone))
    return int(midnight.timestamp()) + rng.randint(-14 * DAY // GRAIN, 14 * DAY // GRAIN) * GRAIN


randoms = st.randoms(use_true_random=False)
calendars = randoms.map(lambda rng: random_calendar(rng, around=rng.choice(CLOCK_CHANGES)))
lives = randoms.map(random_life)
