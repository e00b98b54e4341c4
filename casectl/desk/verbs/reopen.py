"""Reopen a case that was resolved after all too soon."""

from __future__ import annotations

from casectl.desk.verb import Remark, Scene, ToState, change, remark
from casectl.desk.wording import first_words, personal_data
from casectl.model.change import Change
from casectl.model.moves import back_to_work, move, state_of
from casectl.model.policy import DONE_PHASES
from casectl.model.problems import NotAllowed


def reopen(scene: Scene, message: Remark = None, to: ToState = None) -> Change:
    """The case back at work, or in the queue when nobody has it; its resolution is taken away."""
    case = scene.case
    here = state_of(scene.policy, case)
    if here.phase not in DONE_PHASES:
        raise NotAllowed(f"{case.id} is {here.name}: it is open as it is", f"casectl show {case.id}")
    status = move(scene.policy, case, back_to_work(case), to)
    fields = {"status": status, "resolution": None}
    summary = first_words(message) if message else f"was {here.name}"
    return change(scene, "reopen", summary, fields, remark(scene, message), personal_data(message, "the message"))
