"""Which rule each possible case meets: decided exactly, by trying every kind of case that conditions tell apart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod

from casectl.model.policy import Policy
from casectl.model.target import CONDITION_KEYS, Condition, Target

EVERY_CASE = Condition()

ALWAYS_THERE = ("priority", "type", "channel")
"""Facts that every case has, one of the policy's own. Others a case may lack, or have a word that no list holds."""

PLURALS = {"plan": "plans", "service": "services", "category": "categories", "commitment": "commitments"}

ASKED = "asked "
"""Before the name of a rubric's question, so that it is never taken for a fact. One that matters has an answer."""


@dataclass(frozen=True, slots=True)
class Sort:
    """Values of one key that no condition tells apart. `names` is empty for what no condition and no list names."""

    key: str
    names: tuple[str, ...]
    listed: bool = False
    """Whether the policy lists the values of the key."""

    def __str__(self) -> str:
        if self.key in ("in", "out"):
            return f"reported {self.key} {self.names[0]}"
        if self.names:
            return f"{self.key} {' or '.join(self.names)}"
        return f"none of the {PLURALS[self.key]}" if self.listed else f"any other {self.key}, or none"


MOST_KINDS = 20_000
MOST_TRIALS = 100_000
"""Of a condition on a kind of case. Each takes some microseconds; no policy that people wrote comes near."""

Kind = Mapping[str, Sort]
"""One kind of case: a sort for each key, and for each calendar (`@name`) whether it was open."""


def too_many(policy: Policy, conditions: Sequence[Condition]) -> bool:
    """Whether the conditions tell so many kinds of case apart that trying each on each would take long."""
    kinds_of_case = prod(map(len, _axes(policy, conditions)))
    return kinds_of_case > MOST_KINDS or kinds_of_case * len(conditions) > MOST_TRIALS


def kinds(policy: Policy, target: Target) -> Iterator[Kind]:
    """Every kind of case in the target's scope."""
    conditions = [policy.promised_to.when, *conditions_of(target)]
    return (kind for kind in _kinds(policy, conditions) if holds(target.scope, kind))


def _kinds(policy: Policy, conditions: Sequence[Condition]) -> Iterator[Kind]:
    axes, calendars = _axes(policy, conditions), _calendars(conditions)
    keys = [axis[0].key if axis[0].key not in ("in", "out") else f"@{axis[0].names[0]}" for axis in axes]
    for choice in product(*axes):
        kind = dict(zip(keys, choice, strict=True))
        if _can_be(policy, kind, calendars):
            yield kind


def holds(condition: Condition, kind: Kind) -> bool:
    """Whether a case of that kind meets the condition."""
    for key, wanted in condition.values.items():
        names = kind[key].names
        if not names or names[0] not in wanted:
            return False
    inside = not condition.reported_in or any(kind[f"@{name}"].key == "in" for name in condition.reported_in)
    outside = not condition.reported_out or any(kind[f"@{name}"].key == "out" for name in condition.reported_out)
    return inside and outside


def first_rule(target: Target, kind: Kind) -> int | None:
    """The position of the rule that a case of that kind meets, or None when no rule holds."""
    return next((index for index, rule in enumerate(target.rules) if holds(rule.when, kind)), None)


def gaps(policy: Policy, target: Target, most: int) -> tuple[str, ...]:
    """At most `most` kinds of case that no rule covers, of those in scope to which anything is promised.

    Each is said as widely as is true; empty without any.
    """
    everything = [kind for kind in kinds(policy, target) if holds(policy.promised_to.when, kind)]
    open_kinds = [kind for kind in everything if first_rule(target, kind) is None]
    said: list[str] = []
    while open_kinds and len(said) < most:
        wide = _widened(open_kinds[0], open_kinds, everything)
        said.append(", ".join(str(sort) for sort in wide.values()) or "every case")
        open_kinds = [kind for kind in open_kinds if not _within(kind, wide)]
    return tuple(said)


def unreachable(policy: Policy, target: Target) -> tuple[tuple[int, tuple[int, ...]], ...]:
    """Rules that no case can meet, by position, each with those that take its cases (none: there is no such case)."""
    return unreachable_rows(policy, [rule.when for rule in target.rules], target.scope)


def unreachable_rows(
    policy: Policy, rows: Sequence[Condition], scope: Condition = EVERY_CASE
) -> tuple[tuple[int, tuple[int, ...]], ...]:
    """As `unreachable`, of any list of conditions of which the first that holds counts."""
    taken_by: list[set[int]] = [set() for _ in rows]
    for kind in _kinds(policy, [scope, *rows]):
        if not holds(scope, kind):
            continue
        holding = [index for index, row in enumerate(rows) if holds(row, kind)]
        for index in holding:
            taken_by[index].add(holding[0])
    return tuple((index, tuple(sorted(by))) for index, by in enumerate(taken_by) if index not in by)


def conditions_of(target: Target) -> list[Condition]:
    """Its scope, and what each of its rules asks."""
    return [target.scope, *(rule.when for rule in target.rules)]


def _calendars(conditions: Sequence[Condition]) -> list[str]:
    return sorted({name for c in conditions for name in (*c.reported_in, *c.reported_out)})


def _axes(policy: Policy, conditions: Sequence[Condition]) -> list[list[Sort]]:
    named = dict.fromkeys(key for condition in conditions for key in condition.values)
    keys = [*(key for key in CONDITION_KEYS if key in named), *(key for key in named if key not in CONDITION_KEYS)]
    by_value = [_sorts(policy, conditions, key) for key in keys]
    return by_value + [_openings(policy, name) for name in _calendars(conditions)]


def _sorts(policy: Policy, conditions: Sequence[Condition], key: str) -> list[Sort]:
    wanted = [condition.values[key] for condition in conditions if key in condition.values]
    listed = _listed(policy, key)
    alike: dict[tuple[bool, ...], list[str]] = {}
    for name in listed or sorted(frozenset[str]().union(*wanted)):
        alike.setdefault(tuple(name in values for values in wanted), []).append(name)
    other = [] if key in ALWAYS_THERE or key.startswith(ASKED) else [Sort(key, (), bool(listed))]
    return [Sort(key, tuple(group)) for group in alike.values()] + other


def _listed(policy: Policy, key: str) -> Sequence[str]:
    """The values of a key that the policy lists; none where any word will do."""
    if key.startswith(ASKED) and policy.rubric:
        return tuple(policy.rubric.questions[key.removeprefix(ASKED)].answers)
    lists: Mapping[str, Mapping[str, object]] = {
        "priority": policy.priorities,
        "type": policy.types,
        "channel": policy.channels,
        "plan": policy.plans,
        "service": policy.services,
        "category": policy.categories,
        "commitment": policy.commitments,
    }
    return tuple(lists[key])


def _openings(policy: Policy, name: str) -> list[Sort]:
    always = policy.calendars[name].always
    return [Sort("in", (name,))] if always else [Sort("in", (name,)), Sort("out", (name,))]


def _can_be(policy: Policy, kind: Kind, calendars: Sequence[str]) -> bool:
    """A union is open exactly when one of its members is; other calendars are taken to be independent."""
    for name in calendars:
        members = [member.name for member in policy.calendars[name].members]
        known = [kind[f"@{member}"].key == "in" for member in members if f"@{member}" in kind]
        is_open = kind[f"@{name}"].key == "in"
        if members and not is_open and any(known):
            return False
        if members and is_open and len(known) == len(members) and not any(known):
            return False
    return True


def _widened(kind: Kind, open_kinds: Sequence[Kind], everything: Sequence[Kind]) -> Kind:
    """`kind` without the keys that make no difference: whatever they hold, no rule covers the case."""
    wide = dict(kind)
    for key in kind:
        rest = {other: sort for other, sort in wide.items() if other != key}
        if sum(_within(k, rest) for k in everything) == sum(_within(k, rest) for k in open_kinds):
            wide = rest
    return wide


def _within(kind: Kind, wide: Kind) -> bool:
    return all(kind[key] == sort for key, sort in wide.items())
