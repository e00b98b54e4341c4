"""Write a note into a case: for the desk, not for the customer."""

from __future__ import annotations

from casectl.desk.verb import Scene, Text, change, entry
from casectl.desk.wording import clean, first_words, personal_data
from casectl.model.change import Change


def note(scene: Scene, message: Text) -> Change:
    """A note in the log."""
    text = clean(message, "the note")
    written = entry(scene, "note", text=text)
    return change(scene, "note", first_words(text), {}, (written,), personal_data(text, "the note"))
