"""Steps of clones that contradict each other: which are open, and what settling takes back."""

from __future__ import annotations

import pytest

from casectl.model.case import Case, Entry, Value
from casectl.model.fold import Version, fold
from casectl.model.timeline import Dispute, Step, Timeline
from casectl.sla.disputes import losers, open_disputes
from casectl.sla.voids import effective

ID = "ABC-261123-K7Q4P"


def case(*entries: Entry, **fields: Value) -> Case:
    return Case({"id": ID, "status": "new", "priority": "p3", **fields}, entries)


BORN = case()
OPENING = Version("a", 10, "sam@example.org", None, BORN)


def step(name: str, at: int, before: Case, after: Case, *follows: int, merge: bool = False) -> Version:
    return Version(name, at, "sam@example.org", before, after, follows, merge)


def told(*versions: Version) -> Timeline:
    return fold(ID, "cases/x.yaml", [OPENING, *versions])


def without(life: Timeline, commits: list[str]) -> tuple[tuple[Dispute, ...], Case]:
    """What is left open, and what the case is, when these steps are taken back."""
    voids = tuple(Entry(f"v{commit}", "void", {"void": commit}) for commit in commits)
    steps = (*life.steps, Step("s", 1000, "", {}, voids))
    true = Case({})
    for each in effective(steps, ID).steps:
        true = true.changed(each.changes)
    return open_disputes(life, steps), true


THREE = told(
    step("b", 20, BORN, case(priority="p1"), 0),
    step("c", 30, BORN, case(priority="p2"), 0),
    step("d", 40, BORN, case(priority="p4"), 0),
)


def test_each_of_three_sides_contradicts_each() -> None:
    assert {(each.commit, each.against) for each in THREE.disputes} == {("c", "b"), ("d", "b"), ("d", "c")}


@pytest.mark.parametrize(("keep", "value"), [("b", "p1"), ("c", "p2"), ("d", "p4"), (None, "p4")])
def test_whichever_of_three_sides_is_kept_stands_alone(keep: str | None, value: str) -> None:
    lost = losers(THREE, THREE.steps, keep)
    assert sorted(lost) == [each for each in "bcd" if each != (keep or "d")]
    left, true = without(THREE, lost)
    assert left == ()
    assert true.priority == value


def test_taking_back_one_of_three_leaves_the_other_two() -> None:
    left, _ = without(THREE, ["c"])
    assert left == (Dispute("priority", "d", "b"),)


def test_a_side_of_several_steps_is_one_side() -> None:
    """Who changed their own mind meanwhile is contradicted in the last word of it; keeping that keeps both steps."""
    life = told(
        step("b", 20, BORN, case(priority="p1"), 0),
        step("c", 30, BORN, case(priority="p2"), 0),
        step("d", 40, case(priority="p1"), case(priority="p4"), 1),
    )
    assert losers(life, life.steps, "d") == losers(life, life.steps) == ["c"]
    lost = losers(life, life.steps, "c")
    assert sorted(lost) == ["b", "d"]
    left, true = without(life, lost)
    assert (left, true.priority) == ((), "p2")


def test_the_last_word_stands_with_as_few_steps_taken_back_as_it_takes() -> None:
    """`c` loses its status to `d`; that it would have won its priority against `b` no longer matters."""
    life = told(
        step("b", 20, BORN, case(priority="p1"), 0),
        step("c", 30, BORN, case(priority="p2", status="active"), 0),
        step("d", 40, BORN, case(status="resolved"), 0),
    )
    lost = losers(life, life.steps)
    assert lost == ["c"]
    left, true = without(life, lost)
    assert (left, true.priority, true.status) == ((), "p1", "resolved")


def void(name: str, what: str) -> Entry:
    return Entry(name, "void", {"void": what})


def test_two_who_settle_one_dispute_contrariwise_are_disputed_themselves() -> None:
    """Otherwise both sides would be taken back, and nobody told."""
    one, two = case(priority="p1"), case(priority="p2")
    sides = (step("b", 20, BORN, one, 0), step("c", 30, BORN, two, 0), step("m", 40, two, two, 1, 2, merge=True))
    for_b = case(void("v1", "c"), priority="p1")
    for_c = case(void("v2", "b"), priority="p2")
    life = told(*sides, step("x", 50, two, for_b, 3), step("y", 60, two, for_c, 3))
    assert open_disputes(life, life.steps) == (Dispute("priority", "y", "x"),)
    assert losers(life, life.steps) == ["x"]
    assert without(life, ["x"])[1].priority == "p2"
    assert losers(life, life.steps, "x") == ["y"]
    assert without(life, ["y"])[1].priority == "p1"
    agreed = told(*sides, step("x", 50, two, for_b, 3), step("y", 60, two, case(void("v2", "c"), priority="p1"), 3))
    assert open_disputes(agreed, agreed.steps) == ()


def test_a_settling_that_loses_opens_what_it_had_settled_and_that_is_settled_along() -> None:
    one, two = case(priority="p1"), case(priority="p2")
    life = told(
        step("b", 20, BORN, one, 0),
        step("c", 30, BORN, two, 0),
        step("m", 40, two, two, 1, 2, merge=True),
        step("x", 50, two, case(void("v1", "c"), priority="p1"), 3),
        step("y", 60, two, case(priority="p4"), 3),
    )
    assert open_disputes(life, life.steps) == (Dispute("priority", "y", "x"),)
    left, true = without(life, losers(life, life.steps))
    assert (left, true.priority) == ((), "p4")


def test_what_two_machines_did_by_themselves_is_done_once_and_undone_once() -> None:
    """Whatever the words in which each said it: the first counts, and nobody edited anything."""
    raised = [Entry("e1", "escalation", {"from_level": 1, "to_level": 2, "reason": why}) for why in ("50 %", "56 %")]
    noted = case(Entry("n1", "note", {"text": "x"}))
    life = told(
        step("b", 20, BORN, case(raised[0], level=2), 0),
        step("c", 30, BORN, noted, 0),
        step("d", 40, noted, case(*noted.log, raised[1], level=2), 2),
    )
    assert [each.commit for each in life.steps] == ["a", "b", "c"]
    assert (life.disputes, life.problems) == ((), ())
    assert raised[0] in life.case().log
    _, true = without(life, ["b"])
    assert true.level == 1


def test_of_two_openings_the_first_stands() -> None:
    other = case(title="another", priority="p1")
    life = fold(
        ID,
        "cases/x.yaml",
        [
            OPENING._replace(after=case(title="one")),
            step("b", 20, case(title="one"), case(title="one", priority="p2"), 0),
            Version("c", 30, "jo@example.org", None, other),
        ],
    )
    assert losers(life, life.steps) == losers(life, life.steps, "c") == ["c"]
    left, true = without(life, ["c"])
    assert (left, true.text("title"), true.priority) == ((), "one", "p2")


def test_two_who_undo_different_steps_of_one_field_at_once_are_disputed() -> None:
    """Each put back what it was while the other's step stood: the file would say what no step says."""
    one, two = case(priority="p1"), case(priority="p2")
    life = told(
        step("b", 20, BORN, one, 0),
        step("c", 30, one, two, 1),
        step("x", 40, two, case(void("v1", "c"), priority="p1"), 2),
        step("y", 50, two, case(void("v2", "b"), priority="p2"), 2),
    )
    assert open_disputes(life, life.steps) == (Dispute("priority", "y", "x"),)
    assert without(life, losers(life, life.steps))[0] == ()
    same = told(
        step("b", 20, BORN, one, 0),
        step("x", 40, one, case(void("v1", "b")), 1),
        step("y", 50, one, case(void("v2", "b")), 1),
    )
    assert same.disputes == ()
