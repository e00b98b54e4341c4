"""Escalate a case one level up the ladder."""

from __future__ import annotations

from typing import Annotated

from casectl.desk.verb import Flag, Scene, change, entry
from casectl.desk.wording import clean, first_words, personal_data
from casectl.model.change import Change
from casectl.model.moves import require_unfinished
from casectl.model.problems import NotAllowed


def escalate(
    scene: Scene,
    reason: Annotated[str, Flag("Why; `-` reads it from standard input.", stdin=True, metavar="TEXT")],
) -> Change:
    """The next level of the ladder for this type of case. The owner stays who it was."""
    case, policy = scene.case, scene.policy
    require_unfinished(policy, case, "escalated")
    ladder = policy.ladder_for(case.need("type"))
    if ladder is None:
        raise NotAllowed(f"policy {policy.ref} has no ladder for cases of type '{case.need('type')}'")
    above = [rung for rung in ladder.levels if rung.level > case.level]
    if not above:
        hint = f"casectl note {case.id} -m TEXT records what was said there"
        raise NotAllowed(f"{case.id} is at the top of its ladder already (level {case.level})", hint)
    rung = min(above, key=lambda rung: rung.level)
    why = clean(reason, "the reason")
    raised = entry(scene, "escalation", from_level=case.level, to_level=rung.level, reason=why)
    summary = f"to level {rung.level} ({rung.name}): {first_words(why)}"
    return change(scene, "escalate", summary, {"level": rung.level}, (raised,), personal_data(why, "the reason"))
