"""Settle a case in which two steps contradict each other: one of them stands, the other is taken back.

Such steps were taken in two clones that did not know of each other. `casectl show ID` names both sides.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from casectl.desk.undoing import Past
from casectl.desk.verb import Flag, Scene, change, entry
from casectl.desk.wording import clean, personal_data
from casectl.model.change import Change
from casectl.model.problems import NotAllowed, NotFound
from casectl.model.timeline import Dispute
from casectl.sla.disputes import losers, open_disputes

SHORTEST = 4
"""Characters of a commit that may stand for it."""


def settle(
    scene: Scene,
    keep: Annotated[
        str | None,
        Flag("Which step stands: its commit or one of its log entries. Left out: the one that figures go by.",
             metavar="STEP"),
    ] = None,
    reason: Annotated[str | None, Flag("Why; `-` reads it from standard input.", stdin=True, metavar="TEXT")] = None,
) -> Change:  # fmt: skip
    """A `void` entry for each step that loses, and the fields as they are without it."""
    past = Past(scene.timeline)
    disputes = open_disputes(scene.timeline, past.steps)
    if not disputes:
        raise NotAllowed(f"nothing in {scene.case.id} is disputed", f"casectl log {scene.case.id}")
    kept = None if keep is None else _named(scene, disputes, keep)
    lost = losers(scene.timeline, past.steps, kept)
    if kept in lost:
        hint = f"open the other anew: git show {kept[:12]}; then: casectl settle {scene.case.id}"
        raise NotAllowed(f"the ID {scene.case.id} belongs to the case that was opened first", hint)
    places = [place for commit in lost if (place := past.place(commit)) is not None]
    why = "it was settled" if reason is None else clean(reason, "the reason")
    voids = tuple(entry(scene, "void", void=past.name_of(place), reason=why) for place in places)
    fields = past.restored(scene.case.fields, *places)
    summary = f"without {' and '.join(past.in_words(place) for place in places)}"
    return change(scene, "settle", summary, fields, voids, personal_data(why, "the reason"), restoring=True)


def _named(scene: Scene, disputes: Sequence[Dispute], keep: str) -> str:
    """The commit of the disputed step that was meant."""
    sides = list(dict.fromkeys(commit for dispute in disputes for commit in (dispute.commit, dispute.against)))
    wanted = keep.strip().lower()
    entries = {entry.id.lower(): step.commit for step in scene.timeline.steps for entry in step.entries}
    found = [commit for commit in sides if len(wanted) >= SHORTEST and commit.startswith(wanted)]
    found = found or [commit for commit in sides if entries.get(wanted) == commit]
    if len(found) != 1:
        shown = ", ".join(commit[:12] for commit in sides)
        raise NotFound(f"'{keep}' is no side of what is disputed in {scene.case.id}", f"one of: {shown}")
    return found[0]
