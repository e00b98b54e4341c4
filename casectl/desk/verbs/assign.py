"""Give a case to somebody, who works on it from now."""

from __future__ import annotations

from typing import Annotated

from casectl.desk.handing import hand_over
from casectl.desk.known import known_person
from casectl.desk.verb import Flag, Scene, ToState
from casectl.model.change import Change


def assign(
    scene: Scene,
    person: Annotated[str, Flag("A key of policies/staff.yaml, or `me`.", positional=True)],
    to: ToState = None,
) -> Change:
    """The case in somebody's hands; a new case becomes an active one."""
    key, warnings = known_person(scene.book, scene.moment, person, scene.policy.desk)
    return hand_over(scene, "assign", key, to, warnings)
