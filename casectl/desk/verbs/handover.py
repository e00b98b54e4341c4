"""Hand a case over: what the next shift must know, and to whom it goes if to somebody; its owner stays."""

from __future__ import annotations

from typing import Annotated

from casectl.desk.known import known_person
from casectl.desk.verb import Flag, Scene, Text, change, entry
from casectl.desk.wording import clean, first_words, personal_data
from casectl.model.case import Value
from casectl.model.change import Change
from casectl.model.moves import require_unfinished


def handover(
    scene: Scene,
    message: Text,
    to: Annotated[str | None, Flag("Who works on it from now.", metavar="PERSON")] = None,
) -> Change:
    """What was handed over, in the log, and a new assignee if one is named."""
    require_unfinished(scene.policy, scene.case, "handed over")
    text = clean(message, "the message")
    person, warnings = known_person(scene.book, scene.moment, to, scene.policy.desk) if to is not None else (None, ())
    handed = entry(scene, "handover", to=person, text=text)
    fields: dict[str, Value | None] = {"assignee": person} if person else {}
    summary = f"to {person}: {first_words(text)}" if person else first_words(text)
    warnings = (*warnings, *personal_data(text, "the message"))
    return change(scene, "handover", summary, fields, (handed,), warnings)
