"""A case changes hands: what `assign` and `take` have in common."""

from __future__ import annotations

from casectl.desk.verb import Scene, change
from casectl.model.case import Value
from casectl.model.change import Change
from casectl.model.moves import move, move_if_legal, require_unfinished
from casectl.model.problems import NotAllowed


class TakenError(NotAllowed):
    """Somebody has the case already, and only a free one was wanted."""


def hand_over(scene: Scene, verb: str, person: str, to: str | None = None, warnings: tuple[str, ...] = ()) -> Change:
    """`person` as assignee, and as owner where there is none; a case in phase `new` becomes active if it may.

    Raises `NotAllowed` for a closed case, and when nothing would change.
    """
    case, policy = scene.case, scene.policy
    state = require_unfinished(policy, case, "assigned")
    holder = case.text("assignee")
    fields: dict[str, Value | None] = {"assignee": person}
    if case.text("owner") is None:
        fields["owner"] = person
    if to is not None:
        fields["status"] = move(policy, case, ("active",), to)
    elif state.phase == "new" and (status := move_if_legal(policy, case, ("active",))):
        fields["status"] = status
    if all(case.fields.get(name) == value for name, value in fields.items()):
        raise NotAllowed(f"{case.id} is already with {person}", "nothing to change")
    before = f", before with {holder}" if holder not in (None, person) else ""
    return change(scene, verb, f"with {person}{before}", fields, warnings=warnings)
