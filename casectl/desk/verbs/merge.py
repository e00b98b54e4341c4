"""Merge a case into another one, in which it goes on; its own clocks are withdrawn."""

from __future__ import annotations

from typing import Annotated

from casectl.desk.others import another_case, desk_of
from casectl.desk.verb import Flag, Remark, Scene, change, entry
from casectl.desk.wording import clean_if_given, personal_data
from casectl.model.change import Change
from casectl.model.moves import require_unfinished
from casectl.model.problems import NotAllowed


def merge(
    scene: Scene,
    into: Annotated[str, Flag("The case that goes on.", case=True, metavar="OTHER")],
    message: Remark = None,
) -> Change:
    """The case marked as merged; the other one is not touched."""
    case = scene.case
    gone = case.text("merged_into")
    if gone is not None:
        raise NotAllowed(f"{case.id} is merged into {gone} already", f"casectl show {gone}")
    require_unfinished(scene.policy, case, "merged")
    other = another_case(scene, into, "merged into")
    further = other.text("merged_into")
    if further is not None:
        raise NotAllowed(
            f"{other.id} is merged itself, and goes on in {further}", f"casectl merge {case.id} --into {further}"
        )
    if desk_of(other) != desk_of(case):
        hint = f"casectl link {case.id} {other.id} keeps both, and says that they belong together"
        raise NotAllowed(f"{other.id} is a case of desk '{desk_of(other)}', {case.id} of '{desk_of(case)}'", hint)
    text = clean_if_given(message, "the message")
    linked = entry(scene, "link", to=other.id, reason="merged", text=text)
    return change(
        scene, "merge", f"into {other.id}", {"merged_into": other.id}, (linked,), personal_data(text, "the message")
    )
