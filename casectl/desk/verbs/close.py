"""Close a case for good."""

from __future__ import annotations

from typing import Annotated

from casectl.desk.known import known_satisfaction
from casectl.desk.verb import Flag, OutageReason, Remark, Scene, ToState, change, remark
from casectl.desk.wording import clean, first_words, personal_data
from casectl.model.case import Value
from casectl.model.change import Change
from casectl.model.moves import move


def close(
    scene: Scene,
    message: Remark = None,
    reason_for_outage: OutageReason = None,
    satisfaction: Annotated[int | None, Flag("How content the customer is, from 1 to 5.", metavar="N")] = None,
    to: ToState = None,
) -> Change:
    """The case in a closed state."""
    fields: dict[str, Value | None] = {"status": move(scene.policy, scene.case, ("closed",), to)}
    if reason_for_outage is not None:
        fields["reason_for_outage"] = clean(reason_for_outage, "the reason for the outage")
    if satisfaction is not None:
        fields["satisfaction"] = known_satisfaction(str(satisfaction))
    summary = first_words(message) if message else f"was {scene.case.status}"
    warnings = (
        *_without(scene),
        *personal_data(message, "the message"),
        *personal_data(reason_for_outage, "the reason for the outage"),
    )
    return change(scene, "close", summary, fields, remark(scene, message), warnings)


def _without(scene: Scene) -> tuple[str, ...]:
    """What the case still owes, and is owed no more once it is closed."""
    life = scene.life()
    if life is None:
        return ()
    from casectl.sla.duties import duties_of

    rows = (row for row in duties_of(life, scene.moment.now) if row.open)
    left = dict.fromkeys(row.label if row.kind == "contact" else row.duty for row in rows)
    return (f"closed without: {', '.join(left)}",) if left else ()
