"""Rate a case: give it its priority, and record that somebody did."""

from __future__ import annotations

from typing import Annotated

from casectl.desk.known import known_word
from casectl.desk.verb import Flag, Remark, Scene, change, entry
from casectl.desk.wording import clean_if_given, personal_data
from casectl.model.change import Change
from casectl.model.moves import require_unfinished


def triage(
    scene: Scene,
    priority: Annotated[str, Flag("The rating.")],
    message: Remark = None,
) -> Change:
    """A rating, beside the one that the type of the case suggests."""
    case, policy = scene.case, scene.policy
    require_unfinished(policy, case, "rated")
    chosen = known_word(priority, "priority", policy.priorities, policy)
    kind = policy.types.get(case.need("type"))
    reason = clean_if_given(message, "the message")
    rating = entry(scene, "triage", suggested=kind.priority if kind else None, chosen=chosen, text=reason)
    summary = chosen if chosen == case.priority else f"{chosen}, was {case.priority}"
    return change(scene, "triage", summary, {"priority": chosen}, (rating,), personal_data(message, "the message"))
