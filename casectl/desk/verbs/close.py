"""Close a case for good."""

from __future__ import annotations

from casectl.desk.verb import Remark, Scene, ToState, change, remark
from casectl.desk.wording import first_words, personal_data
from casectl.model.change import Change
from casectl.model.moves import move


def close(scene: Scene, message: Remark = None, to: ToState = None) -> Change:
    """The case in a closed state."""
    status = move(scene.policy, scene.case, ("closed",), to)
    summary = first_words(message) if message else f"was {scene.case.status}"
    warnings = personal_data(message, "the message")
    return change(scene, "close", summary, {"status": status}, remark(scene, message), warnings)
