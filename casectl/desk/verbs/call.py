"""Record a telephone call, in or out."""

from __future__ import annotations

from typing import Annotated

from casectl.desk.known import claimed, known_minutes
from casectl.desk.verb import Flag, Remark, Scene, change, entry
from casectl.desk.wording import clean_if_given, personal_data
from casectl.model.change import Change
from casectl.model.problems import UsageMistake


def call(
    scene: Scene,
    inward: Annotated[bool, Flag("Whether they called or we did.", ("--in/--out",))],
    minutes: Annotated[int | None, Flag("How long it took.", metavar="N")] = None,
    started: Annotated[str | None, Flag("When it began, if not now.", metavar="INSTANT")] = None,
    message: Remark = None,
) -> Change:
    """A call in the log, with its beginning and length as claimed."""
    if minutes is not None:
        known_minutes(minutes)
    began = claimed(started, "--started", scene.moment.now, scene.policy.zone) if started is not None else None
    if began is not None and began + 60 * (minutes or 0) > scene.moment.now:
        hint = "is it over? --started says when it began, --minutes how long it took"
        raise UsageMistake(f"a call of {minutes} min from '{started}' ends in the future", hint)
    text = clean_if_given(message, "the message")
    direction = "in" if inward else "out"
    made = entry(scene, "call", direction=direction, started=began, minutes=minutes, text=text)
    length = f", {minutes} min" if minutes is not None else ""
    return change(scene, "call", direction + length, {}, (made,), personal_data(text, "the message"))
