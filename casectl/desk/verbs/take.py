"""Take a case yourself; without an ID, the most urgent one that nobody has.

Cases of desks where you work come first, by policies/staff.yaml, and of those the ones that begin with a role of yours.
"""

from __future__ import annotations

from typing import Annotated

from casectl.desk.handing import TakenError, hand_over
from casectl.desk.verb import Flag, Scene, ToState
from casectl.model.change import Change
from casectl.model.problems import NotAllowed

ID_OPTIONAL = True
"""Without an ID: the most urgent case that nobody has."""


def take(
    scene: Scene,
    to: ToState = None,
    if_free: Annotated[bool, Flag("Only if nobody has it.", ("--if-free",))] = False,
    desk: Annotated[str | None, Flag("Only a case of this desk.", metavar="DESK")] = None,
) -> Change:
    """The case in the hands of who asks."""
    if desk not in (None, scene.policy.desk):
        hint = f"casectl take --desk {desk} takes the most urgent one there"
        raise NotAllowed(f"{scene.case.id} is a case of desk '{scene.policy.desk}'", hint)
    holder = scene.case.text("assignee")
    if if_free and holder:
        raise TakenError(f"{scene.case.id} is already with {holder}", f"casectl take {scene.case.id} takes it over")
    return hand_over(scene, "take", scene.moment.by, to)
