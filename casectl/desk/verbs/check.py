"""Tick items of the policy's checklist for such a case: what was asked or done."""

from __future__ import annotations

from typing import Annotated

from casectl.desk.checklists import ticked
from casectl.desk.verb import Flag, Remark, Scene, change, entry
from casectl.desk.wording import clean_if_given, personal_data
from casectl.model.change import Change


def check(
    scene: Scene,
    items: Annotated[list[str], Flag("What was asked or done.", positional=True, metavar="ITEM[=REMARK]...")],
    message: Remark = None,
) -> Change:
    """The items in the log."""
    answers = ticked(scene.policy, items)
    text = clean_if_given(message, "the message")
    done = entry(scene, "checklist", answers=answers, text=text)
    return change(scene, "check", answers, {}, (done,), personal_data(f"{answers} {text or ''}", "the message"))
