"""Link a case with another one; the other side shows it by itself (`casectl list --related ID`)."""

from __future__ import annotations

from typing import Annotated

from casectl.desk.others import another_case, is_linked
from casectl.desk.verb import Flag, Scene, change, entry
from casectl.desk.wording import clean_if_given, first_words, personal_data
from casectl.model.change import Change
from casectl.model.problems import NotAllowed


def link(
    scene: Scene,
    other: Annotated[str, Flag("The other case.", positional=True, case=True, metavar="OTHER")],
    because: Annotated[str | None, Flag("What they have to do with each other.", metavar="TEXT")] = None,
) -> Change:
    """The link in the log of this case alone."""
    found = another_case(scene, other, "linked with")
    if is_linked(scene.case, found) or is_linked(found, scene.case):
        raise NotAllowed(
            f"{scene.case.id} is linked with {found.id} already", f"casectl list --related {scene.case.id}"
        )
    text = clean_if_given(because, "--because")
    linked = entry(scene, "link", to=found.id, text=text)
    summary = f"with {found.id}" + (f": {first_words(text)}" if text else "")
    return change(scene, "link", summary, {}, (linked,), personal_data(text, "--because"))
