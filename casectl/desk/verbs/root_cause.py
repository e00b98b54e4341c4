"""Record the root cause of what a case is about."""

from __future__ import annotations

from casectl.desk.verb import Scene, Text, said
from casectl.model.change import Change


def root_cause(scene: Scene, message: Text) -> Change:
    """The root cause in the log."""
    return said(scene, "root-cause", "root-cause", message, "the root cause")
