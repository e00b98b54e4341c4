"""What people in the demo see to beside the clocks: whom they tell, and what they write down before a case ends."""

from __future__ import annotations

from functools import partial

from casectl.desk.demo_life import HOUR, MINUTE, DemoLife, Verb
from casectl.desk.verb import Scene
from casectl.desk.verbs.call import call
from casectl.desk.verbs.close import close
from casectl.desk.verbs.email import email
from casectl.desk.verbs.handover import handover
from casectl.model.change import Change
from casectl.model.figures import DutyRow

_VERBS: dict[str, Verb] = {
    "call:out": partial(call, inward=False, minutes=4),
    "email:out": partial(email, inward=False),
}
CLOSING_MARGIN = 20 * MINUTE


def tell(life: DemoLife) -> None:
    """Tell whoever has to be told by now; now and then somebody is forgotten."""
    for row in life.figures().duties:
        if row.kind == "contact" and row.open and life.chance(0.9):
            _see_to(life, row)


def _see_to(life: DemoLife, row: DutyRow) -> None:
    if "handover" in row.lacks and row.due_at is not None:
        if life.now < row.due_at - CLOSING_MARGIN < life.now + 12 * HOUR:
            verb = partial(handover, message=life.says("handover", "note"))
            life.act(row.due_at - CLOSING_MARGIN, verb)
        return
    for way in row.lacks if row.each else row.lacks[:1]:
        if way in _VERBS:
            life.act(life.now + life.between(2, 25), _VERBS[way])


def ended(life: DemoLife) -> Verb:
    """Closing the case, with the reason for an outage where its policy wants one."""
    reason = life.says("reason", "resolve")

    def verb(scene: Scene) -> Change:
        known = scene.life()
        rows = [row for row in scene.policy.workflow.requires if "reason_for_outage" in row.fields]
        wanted = known is not None and any(known.meets(row.when) for row in rows)
        return close(scene, reason_for_outage=reason if wanted else None)

    return verb
