"""Correct a field of a case: FIELD=VALUE, or FIELD= to empty it.

`policy=DESK/VERSION`, alone, moves a case to another version of its desk's policy; it is judged by that from then on.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from casectl.desk.known import (
    known_customer,
    known_interval,
    known_person,
    known_satisfaction,
    known_word,
    unknown_category,
    unknown_service,
)
from casectl.desk.pinning import moved
from casectl.desk.routing import team_for
from casectl.desk.verb import Flag, Scene, change
from casectl.desk.wording import clean, looks_like_mail, personal_data
from casectl.model.case import FIELD, Value
from casectl.model.change import Change
from casectl.model.problems import NotAllowed, UsageMistake, did_you_mean

SETTABLE = [
    "title",
    "description",
    "customer",
    "contact",
    "service",
    "category",
    "owner",
    "team",
    "type",
    "update_every",
    "reason_for_outage",
    "satisfaction",
    "policy",
]
OTHER_WAYS = {
    "priority": "casectl triage ID --priority P",
    "assignee": "casectl assign ID PERSON",
    "level": "casectl escalate ID --reason TEXT",
    "waiting_for": "casectl hold ID --waiting-for WHO",
    "status": "casectl take, hold, resume, resolve, reopen or close ID",
    "resolution": "casectl resolve ID -m TEXT",
    "expedited": "casectl expedite ID --reason TEXT",
    "follows": "casectl open --follows ID --title TITLE opens a case that follows another",
    "merged_into": "casectl merge ID --into OTHER",
    "agreed": "casectl agree ID TARGET WHEN",
    "commitments": "casectl promise ID --due WHEN -m TEXT",
    "exemptions": "casectl exempt ID CODE --from INSTANT",
    "log": "casectl note ID -m TEXT adds to it; nothing takes away from it",
}
MANY_LINES = frozenset({"description", "reason_for_outage"})


def set(  # noqa: A001
    scene: Scene,
    changes: Annotated[list[str], Flag("What to set.", positional=True, metavar="FIELD=VALUE...")],
) -> Change:
    """Fields set to other values; those that other verbs are for, and those fixed at opening, are refused."""
    fields: dict[str, Value | None] = {}
    warnings: tuple[str, ...] = ()
    if len(changes) == 1 and changes[0].startswith("policy="):
        return moved(scene, changes[0].removeprefix("policy=").strip())
    for assignment in changes:
        name, _, text = assignment.partition("=")
        if "=" not in assignment:
            raise UsageMistake(f"'{assignment}' is not FIELD=VALUE", f"one of: {', '.join(SETTABLE)}")
        _refuse_other_fields(scene, name)
        fields[name], said = _value(scene, name, text)
        warnings += said
    changed = {name: value for name, value in fields.items() if scene.case.fields.get(name) != value}
    if not changed:
        raise NotAllowed(f"{scene.case.id} says so already: {', '.join(changes)}", "nothing to change")
    return change(scene, "set", ", ".join(changed), {**changed, **_rerouted(scene, fields)}, warnings=warnings)


def _rerouted(scene: Scene, said: Mapping[str, Value | None]) -> dict[str, Value | None]:
    """The team that the case belongs to now, when what it is about is said anew and the policy routes it elsewhere."""
    if "team" in said or said.keys().isdisjoint(("type", "service", "category", "customer")):
        return {}
    team = team_for(scene.policy, scene.book, scene.case.changed(said), scene.moment.now)
    return {"team": team} if team is not None and team != scene.case.text("team") else {}


def _refuse_other_fields(scene: Scene, name: str) -> None:
    if name == "policy":
        raise UsageMistake("policy= is set alone", f"casectl set {scene.case.id} policy=DESK/VERSION; then the rest")
    if name in SETTABLE:
        return
    if name in OTHER_WAYS:
        raise NotAllowed(f"'{name}' is not set by hand", OTHER_WAYS[name].replace("ID", scene.case.id))
    if name in FIELD:
        raise NotAllowed(f"'{name}' cannot be set", f"one of: {', '.join(SETTABLE)}")
    raise UsageMistake(f"a case has no field '{name}'", did_you_mean(name, SETTABLE))


def _value(scene: Scene, name: str, text: str) -> tuple[Value | None, tuple[str, ...]]:
    if not text.strip():
        if FIELD[name].required:
            raise NotAllowed(f"a case cannot be without its {name}", f"casectl set {scene.case.id} {name}=VALUE")
        return None, ()
    value = clean(text, name, one_line=name not in MANY_LINES)
    if name == "type":
        return known_word(value, "type", scene.policy.types, scene.policy), ()
    if name == "customer":
        return known_customer(scene.book, scene.policy.desk, value), ()
    if name == "update_every":
        return known_interval(value), ()
    if name == "satisfaction":
        return known_satisfaction(value), ()
    if name == "team" and scene.policy.workflow.teams:
        return known_word(value, "team", scene.policy.workflow.teams, scene.policy), ()
    if name == "service":
        return value, unknown_service(scene.book, scene.policy, scene.case.text("customer"), value)
    if name == "category":
        return value, unknown_category(scene.policy, value)
    if name == "owner":
        return known_person(scene.book, scene.moment, value, scene.policy.desk)
    if name == "contact" and looks_like_mail(value):
        raise UsageMistake("contact is a mail address", "give a reference such as acme/it-lead: history never forgets")
    return value, personal_data(value, name)
