"""Record an update that the customer was given."""

from __future__ import annotations

from casectl.desk.verb import Scene, Text, said
from casectl.model.change import Change


def update(scene: Scene, message: Text) -> Change:
    """An update in the log."""
    return said(scene, "update", "update", message, "the update")
