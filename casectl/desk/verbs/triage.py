"""Rate a case: give it its priority, and record that somebody did.

Where the policy asks questions, their answers suggest the priority; another may be chosen. On a terminal, `casectl
triage ID` asks them.
"""

from __future__ import annotations

from typing import Annotated

from casectl.desk.known import known_word
from casectl.desk.meant import wrong_way
from casectl.desk.rating import UnansweredError, raised, rating_facts, read_answers, recorded, suggestion
from casectl.desk.verb import Flag, Remark, Scene, change, entry
from casectl.desk.wording import clean_if_given, personal_data
from casectl.model.change import Change
from casectl.model.moves import require_unfinished
from casectl.model.problems import UsageMistake


def triage(
    scene: Scene,
    priority: Annotated[str | None, Flag("The rating; left out: what the answers suggest.")] = None,
    answer: Annotated[
        list[str] | None, Flag("An answer to a question of the policy; once for each.", metavar="QUESTION=ANSWER")
    ] = None,
    message: Remark = None,
) -> Change:
    """A rating, beside the one that the policy suggests."""
    case, policy = scene.case, scene.policy
    require_unfinished(policy, case, "rated")
    answers = read_answers(policy, answer or ())
    suggested = suggestion(policy, case, answers)
    chosen = known_word(priority, "priority", policy.priorities, policy) if priority is not None else suggested
    if policy.rubric is None and priority is None:
        raise UsageMistake(f"which priority? --priority is missing, and policy {policy.ref} asks no questions",
                           f"one of: {', '.join(policy.priorities)}")  # fmt: skip
    if chosen is None:
        raise UnansweredError(policy, rating_facts(case), answers, case.id)
    reason = clean_if_given(message, "the message")
    said = recorded(answers)
    rating = entry(scene, "triage", suggested=suggested, chosen=chosen, answers=said, text=reason)
    warnings = (*raised(scene, chosen), *_channel(scene, chosen), *personal_data(message, "the message"))
    return change(scene, "triage", _summary(scene, chosen, suggested), {"priority": chosen}, (rating,), warnings)


def _summary(scene: Scene, chosen: str, suggested: str | None) -> str:
    before = scene.case.priority
    parts = [chosen] if chosen == before else [chosen, f"was {before}"]
    if scene.policy.rubric is not None and suggested not in (None, chosen):
        parts.append(f"against the suggested {suggested}")
    return ", ".join(parts)


def _channel(scene: Scene, chosen: str) -> tuple[str, ...]:
    opened = scene.timeline.steps[0].at if scene.timeline.steps else scene.moment.now
    received = min(scene.case.instant("received") or opened, opened)
    return wrong_way(scene.case.changed({"priority": chosen}), scene.policy, scene.book, received)
