"""Rate a case: give it its priority, and record that somebody did.

Where the policy asks questions, their answers suggest the priority; another may be chosen. On a terminal, `casectl
triage ID` asks them.
"""

from __future__ import annotations

from typing import Annotated

from casectl.desk.known import known_word, nearest, who_holds
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
    needs_help_from: Annotated[
        str | None, Flag("Ask somebody of this role for help with the rating; no clock stops.", metavar="ROLE")
    ] = None,
    message: Remark = None,
) -> Change:
    """A rating, beside the one that the policy suggests; or that help with it is asked for."""
    case, policy = scene.case, scene.policy
    require_unfinished(policy, case, "rated")
    if needs_help_from is not None:
        if priority is not None or answer:
            raise UsageMistake("--needs-help-from goes without a rating", "rate it when the help has come")
        return _help(scene, needs_help_from, message)
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


def _help(scene: Scene, role: str, message: str | None) -> Change:
    """The request in the log. The case stays as it is rated, and its clocks run on."""
    roles = {role for person in scene.book.staff.values() for role in person.roles}
    if role not in roles:
        raise UsageMistake(f"nobody of the staff has the role '{role}'", nearest(role, roles))
    text = clean_if_given(message, "the message")
    asked = entry(scene, "request", to=role, text=text)
    summary = f"help asked of {role}: {who_holds(scene.book, scene.policy.desk, [role])}"
    return change(scene, "triage", summary, {}, (asked,), personal_data(message, "the message"))


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
