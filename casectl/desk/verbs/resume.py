"""Take a case off hold: its clocks go on."""

from __future__ import annotations

from casectl.desk.verb import Remark, Scene, ToState, change, remark
from casectl.desk.wording import personal_data
from casectl.model.change import Change
from casectl.model.moves import back_to_work, move, state_of
from casectl.model.problems import NotAllowed


def resume(scene: Scene, message: Remark = None, to: ToState = None) -> Change:
    """The case back at work, or in the queue when nobody has it."""
    case = scene.case
    here = state_of(scene.policy, case)
    if here.phase != "waiting":
        raise NotAllowed(f"{case.id} is {here.name}: only a case on hold can be resumed", f"casectl show {case.id}")
    status = move(scene.policy, case, back_to_work(case), to)
    waited = case.text("waiting_for")
    summary = f"no longer waiting for {waited}" if waited else "no longer waiting"
    warnings = personal_data(message, "the message")
    return change(scene, "resume", summary, {"status": status}, remark(scene, message), warnings)
