"""Record an update that the customer was given."""

from __future__ import annotations

from casectl.desk.verb import Scene, Text, change, entry
from casectl.desk.wording import clean, first_words, personal_data
from casectl.model.change import Change


def update(scene: Scene, message: Text) -> Change:
    """An update in the log."""
    text = clean(message, "the update")
    told = entry(scene, "update", text=text)
    return change(scene, "update", first_words(text), {}, (told,), personal_data(text, "the update"))
