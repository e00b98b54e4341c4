"""Move a case ahead of others of its priority, or back; the priority itself stays."""

from __future__ import annotations

from typing import Annotated

from casectl.desk.verb import Flag, Scene, change, entry
from casectl.desk.wording import clean, first_words, personal_data
from casectl.model.change import Change
from casectl.model.moves import require_unfinished
from casectl.model.problems import NotAllowed


def expedite(
    scene: Scene,
    reason: Annotated[str, Flag("Why; `-` reads it from standard input.", stdin=True, metavar="TEXT")],
    end: Annotated[bool, Flag("It is no longer to go first.", ("--end",))] = False,
) -> Change:
    """The mark that it goes first, set or taken away, with the reason in the log."""
    case = scene.case
    require_unfinished(scene.policy, case, "expedited")
    if bool(case.fields.get("expedited")) is not end:
        how = "is not expedited" if end else "is expedited already"
        raise NotAllowed(f"{case.id} {how}", f"casectl show {case.id}")
    why = clean(reason, "the reason")
    noted = entry(scene, "note", text=f"{'No longer expedited' if end else 'Expedited'}: {why}")
    summary = f"{'no longer: ' if end else ''}{first_words(why)}"
    return change(
        scene, "expedite", summary, {"expedited": None if end else True}, (noted,), personal_data(why, "the reason")
    )
