"""Take back the last step of a case, or the one that a log entry belongs to; nothing is deleted.

Undoing again goes one step further back. Naming the `void` entry of an undo undoes that; naming the case's own ID, or
undoing when only the opening is left, takes the whole case back.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from casectl.desk.known import nearest
from casectl.desk.pinning import refuse_unknown_to_policy
from casectl.desk.undoing import OPENING, Past, back_to
from casectl.desk.verb import Flag, Scene, change, entry
from casectl.desk.wording import clean, personal_data
from casectl.model.case import Value
from casectl.model.change import Change
from casectl.model.problems import NotAllowed, NotFound


def undo(
    scene: Scene,
    reason: Annotated[str, Flag("Why; `-` reads it from standard input.", stdin=True, metavar="TEXT")],
    what: Annotated[
        str | None,
        Flag("A log entry of the step, if not the last one.", positional=True, metavar="[ENTRY]"),
    ] = None,
) -> Change:
    """A `void` entry, and the fields that the step changed as they were before it."""
    past = Past(scene.timeline)
    if not past.steps:
        hint = "in a shallow clone: git fetch --unshallow"
        raise NotAllowed(f"the history of {scene.case.id} cannot be read here, so no step can be undone", hint)
    index = _last(scene, past) if what is None else _named(scene, past, what)
    why = clean(reason, "the reason")
    void = entry(scene, "void", void=past.name_of(index), reason=why)
    fields, kept = _restored(scene, past, index)
    refuse_unknown_to_policy(scene, fields)
    merged = (f"cases merged into it stay so: casectl list --related {scene.case.id}",) if index == OPENING else ()
    warnings = (*_left_alone(kept), *merged, *personal_data(why, "the reason"))
    return change(scene, "undo", _summary(past, index, fields), fields, (void,), warnings, restoring=True)


def _last(scene: Scene, past: Past) -> int:
    index = past.last()
    if index is None:
        hint = f"casectl undo {scene.case.id} ENTRY, with the id of a void entry, undoes an undo"
        raise NotAllowed(f"every step of {scene.case.id} is taken back already", hint)
    return index


def _named(scene: Scene, past: Past, what: str) -> int:
    name = scene.case.id if what.strip().upper() == scene.case.id else what.strip()
    ids = [known.id for known in scene.case.log]
    if name != scene.case.id and name not in ids:
        name = name.lower()
    place = past.place(name) if name == scene.case.id or name in ids else None
    if place is None:
        hint = nearest(what, ids) if ids else f"casectl undo {scene.case.id} takes back the last step"
        raise NotFound(f"{scene.case.id} has no log entry '{what}'", hint)
    if place in past.undone:
        raise NotAllowed(f"the step of '{what}' is taken back already", f"casectl log {scene.case.id}")
    return place


def _restored(scene: Scene, past: Past, index: int) -> tuple[dict[str, Value | None], list[str]]:
    """The fields to change; and those that stay, because a later step changed them."""
    if index == OPENING:
        closed = (state.name for state in scene.policy.states.values() if state.phase == "closed")
        status = next(closed, None)
        return ({} if status is None else {"status": status}), []
    before = past.without(index)
    now = scene.case.fields
    fields = past.restored(now, index)
    made: Mapping[str, Value | None] = past.steps[index].changes
    return fields, [name for name in before if name not in fields and now.get(name) != made.get(name)]


def _left_alone(names: list[str]) -> tuple[str, ...]:
    return (f"{', '.join(names)}: left as a later step made it",) if names else ()


def _summary(past: Past, index: int, fields: Mapping[str, Value | None]) -> str:
    if index == OPENING:
        return "the whole case: it is void"
    now = back_to(fields)
    return _deed(past, index) + (f": back to {now}" if now else "")


def _deed(past: Past, index: int) -> str:
    if not past.is_undo(index):
        return past.in_words(index)
    again = " and ".join(_thing(past, place) for place in past.reversed_by(index))
    return f"the undo of {again}" if again else f"the undo {past.in_words(index)}"


def _thing(past: Past, place: int) -> str:
    return "the opening" if place == OPENING else past.in_words(place)
