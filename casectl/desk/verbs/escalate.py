"""Escalate a case one level up the ladder."""

from __future__ import annotations

from typing import Annotated

from casectl.desk.climbing import next_rung, refuse_unguarded
from casectl.desk.verb import Flag, Scene, change, entry
from casectl.desk.wording import clean, first_words, personal_data
from casectl.model.change import Change
from casectl.model.moves import require_unfinished


def escalate(
    scene: Scene,
    reason: Annotated[str, Flag("Why; `-` reads it from standard input.", stdin=True, metavar="TEXT")],
) -> Change:
    """The next level of the ladder for this type of case. The owner stays who it was."""
    case = scene.case
    require_unfinished(scene.policy, case, "escalated")
    ladder, rung = next_rung(scene)
    refuse_unguarded(scene, ladder)
    why = clean(reason, "the reason")
    raised = entry(scene, "escalation", from_level=case.level, to_level=rung.level, reason=why)
    summary = f"to level {rung.level} ({rung.name}): {first_words(why)}"
    return change(scene, "escalate", summary, {"level": rung.level}, (raised,), personal_data(why, "the reason"))
