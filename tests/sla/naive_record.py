"""What a case's steps add up to, fact by fact: a void among them takes the facts of its step back, as if never told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from casectl.model.case import Entry, Value
from casectl.model.timeline import Step

Fact = tuple[str, ...]
"""`("priority",)`, `("agreed", "resolution")`, `("commitments", "c1", "due")`."""
LISTS = ("commitments", "exemptions")


class Record:
    """The facts after each step."""

    def __init__(self, case_id: str, steps: Sequence[Step]) -> None:
        self.steps = steps
        self.taken = taken_back(case_id, steps)
        self.void = 0 in self.taken
        self.facts: list[dict[Fact, object]] = []
        self.told: list[dict[Fact, int]] = []
        """The step that said each fact so."""
        self._add_up()
        self.states = [_nested(facts) for facts in self.facts]

    def entries(self, i: int) -> tuple[Entry, ...]:
        """The log entries of step `i`, none when it was taken back. The opening's stay: there is no case without."""
        return () if i in self.taken and i > 0 else self.steps[i].entries

    def _add_up(self) -> None:
        raw: dict[str, Value | None] = {}
        facts: dict[Fact, object] = {}
        told: dict[Fact, int] = {}
        for i, step in enumerate(self.steps):
            before, raw = _flat(raw), {**raw, **step.changes}
            after = _flat(raw)
            if i == 0 or (i not in self.taken and not undoes(step)):
                plain = {(name,) for name in step.changes if (name,) in before or (name,) in after}
                touched = plain | {fact for fact in before.keys() | after.keys() if before.get(fact) != after.get(fact)}
                for fact in touched:
                    if facts.get(fact) != after.get(fact):
                        told = {**told, fact: i}
                facts = {**facts, **{fact: after.get(fact) for fact in touched}}
                facts = {fact: value for fact, value in facts.items() if value is not None}
            self.facts.append(facts)
            self.told.append(told)


def undoes(step: Step) -> bool:
    """Whether it is an undo step: what it changes in the file only says what the void in it says already."""
    return any(entry.kind == "void" for entry in step.entries)


def taken_back(case_id: str, steps: Sequence[Step]) -> frozenset[int]:
    """The steps that voids in effect have taken back; 0, the opening, when the case itself is void.

    Read from the last step to the first: a void that a later one in effect takes back is not in effect.
    """
    added_in = {entry.id: i for i, step in reversed(list(enumerate(steps))) for entry in step.entries}
    taken: set[int] = set()
    for i in range(len(steps) - 1, -1, -1):
        if i in taken and i > 0:
            continue
        for entry in steps[i].entries:
            if entry.kind == "void":
                what = str(entry.fields.get("void"))
                step = 0 if what == case_id else added_in.get(what, len(steps))
                taken |= {step} if step < i else set()
    return frozenset(taken)


def _flat(raw: Mapping[str, Value | None]) -> dict[Fact, object]:
    facts: dict[Fact, object] = {}
    for name, value in raw.items():
        if isinstance(value, tuple):
            for record in value:
                facts |= {(name, str(record["id"]), key): part for key, part in record.items()}
        elif isinstance(value, Mapping):
            facts |= {(name, key): part for key, part in value.items()}
        elif value is not None:
            facts[name,] = value
    return facts


def _nested(facts: Mapping[Fact, object]) -> dict[str, Any]:
    state: dict[str, Any] = {"agreed": {}, "commitments": {}, "exemptions": {}}
    for fact, value in facts.items():
        if len(fact) == 1:
            state[fact[0]] = value
        elif len(fact) == 2:
            state.setdefault(fact[0], {})[fact[1]] = value
        else:
            state[fact[0]].setdefault(fact[1], {})[fact[2]] = value
    for name in LISTS:  # What was said later of a record that was taken back is said of nothing.
        state[name] = {key: record for key, record in state[name].items() if "id" in record}
    return state


def fields_of(state: Mapping[str, Any]) -> dict[str, Value]:
    """A state of `Record.states` as the fields of a case's file."""
    fields = {name: tuple(value.values()) if name in LISTS else value for name, value in state.items()}
    return {name: value for name, value in fields.items() if value not in ((), {}, None)}
