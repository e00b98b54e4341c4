"""Record a confirmation: that a change is a valid one, or the customer's word that it is solved."""

from __future__ import annotations

from casectl.desk.verb import Scene, Text, said
from casectl.model.change import Change


def confirm(scene: Scene, message: Text) -> Change:
    """A confirmation in the log; some policies stop a target with it."""
    return said(scene, "confirm", "confirmation", message, "the confirmation")
