"""PURE. Carrying a change over: what a step that was made elsewhere does to the values that stand here.

Scalars are taken as they are. Lists of records and mappings change item by item, so that two steps which each added
something both count.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from casectl.model.case import Scalar, Value

Leaf = tuple[str, ...]
"""Where a single value stands inside a field: `()` itself, `(name,)` in a mapping, `(id, key)` in a record."""


def redone(before: Value | None, after: Value | None, here: Value | None) -> Value | None:
    """What a change from `before` to `after` makes of `here`; None where nothing is left of it."""
    if here == before:
        return after
    if isinstance(after, tuple) or (after is None and isinstance(before, tuple)):
        kept = _patched(*_changed_records(_by_id(before), _by_id(after), _by_id(here)))
        return tuple(kept.values()) or None  # type: ignore[arg-type]
    if isinstance(after, Mapping) or (after is None and isinstance(before, Mapping)):
        return _patched(_items(before), _items(after), _items(here)) or None  # type: ignore[return-value]
    return after


def touched(before: Value | None, after: Value | None) -> Iterator[tuple[Leaf, Scalar | None, Scalar | None]]:
    """The single values that a change from `before` to `after` sets, changes or takes away: what each was, and is."""
    old, new = _leaves(before), _leaves(after)
    pairs = ((leaf, old.get(leaf), new.get(leaf)) for leaf in {**old, **new})
    return ((leaf, was, now) for leaf, was, now in pairs if was != now)


def fields_changed(before: Mapping[str, Value], after: Mapping[str, Value]) -> dict[str, Value | None]:
    """What differs from `before` to `after`; None for a field that is gone."""
    if before is after:
        return {}
    changes: dict[str, Value | None] = {name: value for name, value in after.items() if before.get(name) != value}
    changes.update((name, None) for name in before if name not in after)
    return changes


Records = dict[str, object]


def _changed_records(before: Records, after: Records, here: Records) -> tuple[Records, Records, Records]:
    """What a step changes in a record it changes in the one that is here; where there is none, nothing is changed."""
    amended = {name for name, record in after.items() if name in before and before[name] != record}
    told = {
        name: _patched(dict(before[name]), dict(after[name]), dict(here[name]))  # type: ignore[call-overload]
        for name in amended & here.keys()
    }
    return before, {name: record for name, record in after.items() if name not in amended} | told, here


def _patched(before: dict[str, object], after: dict[str, object], here: dict[str, object]) -> dict[str, object]:
    changed = {name: value for name, value in after.items() if name not in before or before[name] != value}
    kept = {name: value for name, value in here.items() if name in after or name not in before}
    return {**kept, **changed}


def _leaves(value: Value | None) -> dict[Leaf, Scalar]:
    if value is None:
        return {}
    if isinstance(value, tuple):
        return {(str(record.get("id")), key): item for record in value for key, item in record.items()}
    return {(name,): item for name, item in value.items()} if isinstance(value, Mapping) else {(): value}


def _by_id(value: Value | None) -> dict[str, object]:
    return {str(record.get("id")): record for record in value} if isinstance(value, tuple) else {}


def _items(value: Value | None) -> dict[str, object]:
    return dict(value) if isinstance(value, Mapping) else {}
