"""Agree with the customer when something in a case will be done."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from casectl.desk.known import coming
from casectl.desk.verb import Flag, Remark, Scene, change, remark
from casectl.desk.wording import personal_data
from casectl.model.change import Change
from casectl.model.instants import at_the_desk
from casectl.model.moves import require_unfinished
from casectl.model.policy import Policy
from casectl.model.problems import NotAllowed, did_you_mean
from casectl.model.target import Lookup


def agree(
    scene: Scene,
    target: Annotated[
        str, Flag("What the time is agreed for: a target of the policy.", positional=True, metavar="TARGET")
    ],
    when: Annotated[
        str, Flag("A moment to come, or a duration from now such as 48h.", positional=True, metavar="WHEN")
    ],
    message: Remark = None,
) -> Change:
    """The agreed moment of a target; those of other targets stay. Agreeing anew counts from now on."""
    case, policy, now = scene.case, scene.policy, scene.moment.now
    require_unfinished(policy, case, "given an agreed time")
    _refuse_other_targets(policy, target)
    instant = coming(when, "WHEN", now, policy.zone)
    agreed = case.fields.get("agreed")
    before = agreed if isinstance(agreed, Mapping) else {}
    was = before.get(target)
    if was == instant:
        raise NotAllowed(f"{case.id} has that time for {target} already", "nothing to change")
    summary = f"{target} by {at_the_desk(instant, policy.zone)}"
    if was is not None:
        summary += f", was {at_the_desk(int(was), policy.zone)}"
    fields = {"agreed": {**before, target: instant}}
    warnings = (*_without_effect(scene, target), *personal_data(message, "the message"))
    return change(scene, "agree", summary, fields, remark(scene, message), warnings)


def _without_effect(scene: Scene, target: str) -> tuple[str, ...]:
    """A warning where no rule of this case, as it is now, goes by a time that is agreed."""
    life = scene.life()
    if life is None:
        return ()
    for promised in scene.policy.targets.values():
        rule = next((rule for rule in promised.rules if life.meets(rule.when)), None)
        figure = rule.within if rule else None
        if isinstance(figure, Lookup) and figure.source == "agreed" and figure.name == target:
            return ()
    return (f"no promise of this case goes by an agreed time as long as it is {scene.case.priority}: it is kept, and "
            "changes nothing now",)  # fmt: skip


def _refuse_other_targets(policy: Policy, target: str) -> None:
    rules = [rule for promised in policy.targets.values() for rule in promised.rules]
    agreeable = {
        rule.within.name for rule in rules if isinstance(rule.within, Lookup) and rule.within.source == "agreed"
    }
    if target not in agreeable:
        hint = did_you_mean(target, agreeable) or "none of its targets has an agreed time"
        raise NotAllowed(f"policy {policy.ref} has no agreed time for '{target}'", hint)
