"""Other cases that a case speaks of."""

from __future__ import annotations

from casectl.desk.verb import Opening, Scene
from casectl.model.case import Case
from casectl.model.problems import NotAllowed, NotFound


def other_case(scene: Scene | Opening, case_id: str) -> Case:
    """Another case as the last commit has it. Raises `NotFound` when there is none that can be read."""
    other = scene.look(case_id)
    if other is None:
        raise NotFound(f"there is no case {case_id} that can be read", "casectl list shows the cases there are")
    return other


def another_case(scene: Scene, case_id: str, deed: str) -> Case:
    """As `other_case`, but not the case itself. Raises `NotAllowed` for that."""
    if case_id == scene.case.id:
        raise NotAllowed(f"{case_id} cannot be {deed} itself", "name another case")
    return other_case(scene, case_id)


def desk_of(case: Case) -> str:
    """The desk whose case it is."""
    return case.need("policy").partition("/")[0]
