"""Put a case on hold, and say whom it waits for."""

from __future__ import annotations

from typing import Annotated

from casectl.desk.known import known_word
from casectl.desk.verb import Flag, Remark, Scene, ToState, change, remark
from casectl.desk.wording import personal_data
from casectl.model.change import Change
from casectl.model.moves import move, state_of
from casectl.model.problems import NotAllowed


def hold(
    scene: Scene,
    waiting_for: Annotated[str, Flag("Whom or what it waits for.", metavar="WHO")],
    message: Remark = None,
    to: ToState = None,
) -> Change:
    """The case in a waiting state; one that waits already may come to wait for another."""
    case, policy = scene.case, scene.policy
    who = known_word(waiting_for, "waiting_for", policy.waiting_for, policy)
    here = state_of(policy, case)
    waits_already = here.phase == "waiting" and to in (None, here.name)
    status = here.name if waits_already else move(policy, case, ("waiting",), to)
    if waits_already and case.text("waiting_for") == who:
        raise NotAllowed(f"{case.id} already waits for {who}", f"casectl resume {case.id} ends that")
    fields = {"status": status, "waiting_for": who}
    return change(
        scene, "hold", f"waiting for {who}", fields, remark(scene, message), personal_data(message, "the message")
    )
