"""One target through a life: which rule is in force in each spell, and what puts the case outside all of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from casectl.model.policy import Policy
from casectl.model.target import Condition, Rule
from casectl.model.timeline import Step
from casectl.sla.conditions import holds
from casectl.sla.life import SERVICE, Facts, Happening, Life, Record, Spell

PROMISED = "promised"
"""The anchor that starts one occurrence for each commitment."""


class Outside(NamedTuple):
    """Why no rule holds though one would: the case, or this promise, is out of reach of all of them."""

    state: Literal["exempt", "withdrawn"]
    reason: str


class Course:
    """One target of one life, of one commitment where it starts with each of them.

    All lists go by the spells of the life: `would` is the rule by the facts alone, `rules` the one in force,
    `general` that or the target's own keys, `measured` whether time is reported without a rule.
    """

    def __init__(self, life: Life, name: str, commitment: str = "", kind: str | None = None) -> None:
        self.life = life
        self.name = name
        self.commitment = commitment
        """The id of the commitment that this is about; empty for all other targets."""
        chosen = [self._choose(facts, policy, kind) for facts, policy in life.sorts]
        self.empty = not any(rule or measured for rule, measured, _ in chosen)
        """Whether the target says nothing of this case at any time; then there are no lists."""
        if self.empty:
            return
        self.would = [chosen[sort][0] for sort in life.sort_of]
        self.measured = [chosen[sort][1] for sort in life.sort_of]
        self.outside = list(_outsides(life, commitment))
        self.rules = [None if out else rule for rule, out in zip(self.would, self.outside, strict=True)]
        own = [chosen[sort][2] for sort in life.sort_of]
        self.general = [rule or keys for rule, keys in zip(self.would, _filled(own), strict=True)]

    def _choose(self, facts: Facts, policy: Policy, kind: str | None) -> tuple[Rule | None, bool, Rule | None]:
        """For a case of these facts: its rule, whether the target measures it without one, the target's own keys."""

        def meets(condition: Condition) -> bool:
            return holds(condition, (*facts, kind), policy.calendars, self.life.received)

        target = policy.targets.get(self.name)
        if target is None or not meets(target.scope):
            return None, False, target.otherwise if target else None
        rule = next((rule for rule in target.rules if meets(rule.when)), None)
        return rule, target.measured, target.own_keys(meets)

    def happenings(self, anchor: str) -> tuple[Happening, ...]:
        """Every time that `anchor` happened, in order; of a commitment, its own promise and its own keeping."""
        if self.commitment and anchor in (PROMISED, "kept"):
            return self._of_commitment(anchor)
        return () if anchor in (PROMISED, "kept") else self.life.happenings(anchor)

    def _of_commitment(self, anchor: str) -> tuple[Happening, ...]:
        for index, known in enumerate(self.life.commitments):
            record = known.get(self.commitment)
            if record and (anchor == PROMISED or record.get("kept")):
                return (Happening(index, self.life.spells[index].at),)
        return ()


def courses_of(life: Life) -> Iterator[Course]:
    """Every target of the policies of a life, in the last one's order, once for each commitment where it starts so;
    `empty` tells which say nothing of it."""
    names = dict.fromkeys(name for _, policy in reversed(life.sorts) for name in policy.targets)
    for name in names:
        if _starts_with_each_promise(life, name):
            promised = _kinds(life)
            courses = [Course(life, name, record, kind) for record, kind in promised.items()]
        else:
            courses = [Course(life, name)]
        yield from courses


def promised_in(steps: Sequence[Step]) -> tuple[str, ...]:
    """The ids of all commitments that steps ever made, in order."""
    changes = (step.changes.get("commitments") for step in steps)
    made = (str(record.get("id")) for records in changes if isinstance(records, tuple) for record in records)
    return tuple(dict.fromkeys(made))


def _kinds(life: Life) -> dict[str, str | None]:
    """Every commitment ever made, in order, with its kind as it was made."""
    kinds: dict[str, str | None] = {}
    for known in life.commitments:
        for name, record in known.items():
            kind = record.get("kind")
            kinds.setdefault(name, None if kind is None else str(kind))
    return kinds


def _starts_with_each_promise(life: Life, name: str) -> bool:
    targets = (policy.targets.get(name) for _, policy in life.sorts)
    return any(target is not None and PROMISED in target.otherwise.start for target in targets)


def _filled(keys: Sequence[Rule | None]) -> list[Rule]:
    """The target's own keys in each spell; where the policy of the time does not have the target, its nearest ones."""
    nearest = next(rule for rule in keys if rule is not None)
    filled = []
    for rule in keys:
        nearest = rule or nearest
        filled.append(nearest)
    return filled


def _outsides(life: Life, commitment: str) -> Iterator[Outside | None]:
    made = False
    for spell, known in zip(life.spells, life.commitments, strict=True):
        record = known.get(commitment)
        outside = _outside(spell, record)
        there = not commitment or record is not None
        made = made or there
        yield outside or (None if there or not made else Outside("withdrawn", "the promise is off the record"))


def _outside(spell: Spell, record: Record | None) -> Outside | None:
    merged = spell.fields.get("merged_into")
    if merged is not None:
        return Outside("withdrawn", f"merged into {merged}")
    if record is not None and record.get("cancelled"):
        return Outside("withdrawn", "the promise was cancelled")
    service = spell.policy.services.get(spell.facts[SERVICE] or "")
    if service is not None and not service.covered:
        return Outside("exempt", f"service {service.name} is out of scope")
    return None
