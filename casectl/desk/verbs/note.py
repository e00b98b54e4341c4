"""Write a note into a case: for the desk, not for the customer."""

from __future__ import annotations

from casectl.desk.verb import Scene, Text, said
from casectl.model.change import Change


def note(scene: Scene, message: Text) -> Change:
    """A note in the log."""
    return said(scene, "note", "note", message, "the note")
