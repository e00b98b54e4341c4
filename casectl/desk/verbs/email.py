"""Record a mail, in or out; what was in it goes with -m."""

from __future__ import annotations

from typing import Annotated

from casectl.desk.verb import Flag, Remark, Scene, change, entry
from casectl.desk.wording import clean_if_given, personal_data
from casectl.model.change import Change


def email(
    scene: Scene,
    inward: Annotated[bool, Flag("Whether it came in or went out.", ("--in/--out",))],
    message: Remark = None,
) -> Change:
    """A mail in the log."""
    text = clean_if_given(message, "the message")
    direction = "in" if inward else "out"
    sent = entry(scene, "email", direction=direction, text=text)
    return change(scene, "email", direction, {}, (sent,), personal_data(text, "the message"))
