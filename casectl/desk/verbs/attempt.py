"""Record an attempt to reach the customer that was not answered."""

from __future__ import annotations

from typing import Annotated

from casectl.desk.known import nearest
from casectl.desk.verb import Flag, Remark, Scene, change, entry
from casectl.desk.wording import clean_if_given, nth, personal_data
from casectl.model.change import Change
from casectl.model.problems import UsageMistake

WAYS = ("call", "email", "portal")


def attempt(
    scene: Scene,
    by: Annotated[str, Flag("By which way: call, email or portal.", metavar="WAY")],
    message: Remark = None,
) -> Change:
    """The attempt in the log; no response, and no contact."""
    if by not in WAYS:
        raise UsageMistake(f"nobody is reached by --by {by}", nearest(by, WAYS))
    text = clean_if_given(message, "the message")
    tried = entry(scene, "attempt", to=by, text=text)
    number = 1 + sum(past.kind == "attempt" for past in scene.case.log)
    return change(scene, "attempt", f"by {by}, the {nth(number)}", {}, (tried,), personal_data(text, "the message"))
