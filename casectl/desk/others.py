"""Other cases that a case speaks of."""

from __future__ import annotations

from casectl.desk.verb import Opening, Scene
from casectl.model.case import Case
from casectl.model.policy import DONE_PHASES, Book
from casectl.model.problems import NotAllowed, NotFound
from casectl.sla.voids import void_by_name


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


def is_done(book: Book, case: Case) -> bool:
    """Whether a case is solved or closed; not where its policy cannot be read."""
    policy = book.policies.get(case.need("policy"))
    state = policy.states.get(case.status) if policy else None
    return state is not None and state.phase in DONE_PHASES


def is_linked(case: Case, other: Case) -> bool:
    """Whether the log of the first names the second in a link."""
    gone = void_by_name(case.log)
    return any(past.kind == "link" and past.fields.get("to") == other.id and past.id not in gone for past in case.log)


def desk_of(case: Case) -> str:
    """The desk whose case it is."""
    return case.need("policy").partition("/")[0]
