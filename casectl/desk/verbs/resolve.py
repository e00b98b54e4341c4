"""Resolve a case: say what solved it."""

from __future__ import annotations

from casectl.desk.verb import Scene, Text, ToState, change
from casectl.desk.wording import clean, first_words, personal_data
from casectl.model.change import Change
from casectl.model.moves import move


def resolve(scene: Scene, message: Text, to: ToState = None) -> Change:
    """The case in a resolved state, with its resolution."""
    status = move(scene.policy, scene.case, ("resolved", "monitoring"), to)
    text = clean(message, "the resolution")
    fields = {"status": status, "resolution": text}
    return change(scene, "resolve", first_words(text), fields, warnings=personal_data(text, "the resolution"))
