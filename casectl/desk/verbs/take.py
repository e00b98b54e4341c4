"""Take a case yourself; without an ID, the most urgent one that nobody has."""

from __future__ import annotations

from typing import Annotated

from casectl.desk.handing import TakenError, hand_over
from casectl.desk.verb import Flag, Scene, ToState
from casectl.model.change import Change

ID_OPTIONAL = True
"""Without an ID: the most urgent case that nobody has."""


def take(
    scene: Scene,
    to: ToState = None,
    if_free: Annotated[bool, Flag("Only if nobody has it.", ("--if-free",))] = False,
) -> Change:
    """The case in the hands of who asks."""
    holder = scene.case.text("assignee")
    if if_free and holder:
        raise TakenError(f"{scene.case.id} is already with {holder}", f"casectl take {scene.case.id} takes it over")
    return hand_over(scene, "take", scene.moment.by, to)
