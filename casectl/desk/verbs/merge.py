"""Merge a case into another one, in which it goes on; its own clocks are withdrawn."""

from __future__ import annotations

from typing import Annotated

from casectl.desk.others import another_case, desk_of, is_done
from casectl.desk.verb import Flag, Remark, Scene, change, entry
from casectl.desk.wording import clean_if_given, personal_data
from casectl.model.case import Case
from casectl.model.change import Change
from casectl.model.moves import require_unfinished
from casectl.model.problems import NotAllowed
from casectl.sla.voids import is_taken_back


def merge(
    scene: Scene,
    into: Annotated[str, Flag("The case that goes on.", case=True, metavar="OTHER")],
    message: Remark = None,
) -> Change:
    """The case marked as merged; the other one is not touched."""
    case = scene.case
    gone = case.text("merged_into")
    if gone is not None:
        raise NotAllowed(f"{case.id} is merged into {gone} already", f"casectl show {gone}")
    require_unfinished(scene.policy, case, "merged")
    other = another_case(scene, into, "merged into")
    _refuse_dead_end(scene, other)
    text = clean_if_given(message, "the message")
    linked = entry(scene, "link", to=other.id, reason="merged", text=text)
    warnings = (*_across(case, other), *personal_data(text, "the message"))
    return change(scene, "merge", f"into {other.id}", {"merged_into": other.id}, (linked,), warnings)


def _refuse_dead_end(scene: Scene, other: Case) -> None:
    """Raise `NotAllowed` for a case in which nothing can go on."""
    case = scene.case
    link = f"casectl link {case.id} {other.id} keeps both, and says that they belong together"
    further = other.text("merged_into")
    if further == case.id:
        raise NotAllowed(f"{other.id} is merged into {case.id}", f"casectl undo {other.id} --reason TEXT comes first")
    if further is not None:
        raise NotAllowed(
            f"{other.id} is merged itself, and goes on in {further}", f"casectl merge {case.id} --into {further}"
        )
    if desk_of(other) != desk_of(case):
        raise NotAllowed(f"{other.id} is a case of desk '{desk_of(other)}', {case.id} of '{desk_of(case)}'", link)
    if is_taken_back(other):
        raise NotAllowed(f"{other.id} was taken back as a whole: nobody works on it", f"casectl show {other.id}")
    if is_done(scene.book, other):
        raise NotAllowed(f"{other.id} is {other.status}: nobody works on it", f"merge that into {case.id}, or {link}")


def _across(case: Case, other: Case) -> tuple[str, ...]:
    mine, theirs = case.text("customer"), other.text("customer")
    if mine is None or mine == theirs:
        return ()
    return (f"{case.id} is of customer {mine}, {other.id} of {theirs or 'nobody'}: whoever reads that sees both",)
