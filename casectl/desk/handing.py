"""A case changes hands: what `assign` and `take` have in common."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from casectl.desk.verb import Scene, change
from casectl.model.case import Value
from casectl.model.change import Change
from casectl.model.figures import CaseFigures
from casectl.model.moves import move, move_if_legal, require_unfinished
from casectl.model.policy import Person, Policy
from casectl.model.problems import NotAllowed


class TakenError(NotAllowed):
    """Somebody has the case already, and only a free one was wanted."""


def by_suitability(
    cases: Iterable[CaseFigures], policies: Mapping[str, Policy], person: Person | None
) -> list[CaseFigures]:
    """Cases in the order in which to offer them to somebody; as they come where the staff list says nothing of them.

    First those of desks where the person works and whose ladder begins with a role of theirs, then the rest of those
    desks, then all others. `policies` are those that judge the cases, by `DESK/VERSION`.
    """
    if person is None:
        return list(cases)

    def strangeness(case: CaseFigures) -> tuple[bool, bool]:
        ladder = policies[case.policy].ladder_for(case.type)
        role = ladder.levels[0].role if ladder and ladder.levels else ""
        return bool(person.desks) and case.desk not in person.desks, bool(role) and role not in person.roles

    return sorted(cases, key=strangeness)


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
