"""Resolve a case: say what solved it."""

from __future__ import annotations

from casectl.desk.verb import OutageReason, Scene, Text, ToState, change
from casectl.desk.wording import clean, first_words, personal_data
from casectl.model.case import Value
from casectl.model.change import Change
from casectl.model.moves import move


def resolve(scene: Scene, message: Text, reason_for_outage: OutageReason = None, to: ToState = None) -> Change:
    """The case in a resolved state, with its resolution, and why the service was out if that is said."""
    status = move(scene.policy, scene.case, ("resolved", "monitoring"), to)
    text = clean(message, "the resolution")
    fields: dict[str, Value | None] = {"status": status, "resolution": text}
    warnings = personal_data(text, "the resolution")
    if reason_for_outage is not None:
        fields["reason_for_outage"] = clean(reason_for_outage, "the reason for the outage")
        warnings += personal_data(reason_for_outage, "the reason for the outage")
    return change(scene, "resolve", first_words(text), fields, warnings=warnings)
