"""The fold from versions to a timeline, without git."""

from __future__ import annotations

from casectl.model.case import Case, Entry, Value
from casectl.model.fold import OPENED_TWICE, Version, fold
from casectl.model.timeline import Dispute, Timeline

ID = "ABC-261123-K7Q4P"


def case(*entries: Entry, **fields: Value) -> Case:
    return Case({"id": ID, "status": "new", **fields}, entries)


def note(name: str, text: str = "x") -> Entry:
    return Entry(name, "note", {"text": text})


def told(*versions: Version) -> Timeline:
    return fold(ID, "cases/x.yaml", versions)


def version(
    name: str,
    at: int | None,
    before: Case | None,
    after: Case | None,
    *follows: int,
    merge: bool = False,
) -> Version:
    return Version(name, at, "sam@example.org", before, after, follows, merge)


def times(timeline: Timeline) -> list[tuple[str, int]]:
    return [(step.commit, step.at) for step in timeline.steps]


def test_the_opening_holds_every_field_and_entry() -> None:
    born = case(note("n1"), priority="p3")
    timeline = told(version("a", 10, None, born))
    assert dict(timeline.opened.changes) == dict(born.fields)
    assert timeline.opened.entries == born.log


def test_a_field_taken_away_is_none() -> None:
    born = case(owner="sam")
    timeline = told(version("a", 10, None, born), version("b", 20, born, case(), 0))
    assert dict(timeline.steps[1].changes) == {"owner": None}


def test_versions_that_change_nothing_are_no_steps() -> None:
    born = case()
    timeline = told(version("a", 10, None, born), version("b", 20, born, case(), 0), version("c", 30, born, None, 1))
    assert times(timeline) == [("a", 10)]


def test_branches_are_told_in_the_order_of_their_times_not_of_their_telling() -> None:
    born, ours, theirs = case(), case(owner="sam"), case(assignee="jo")
    both = case(owner="sam", assignee="jo")
    timeline = told(
        version("a", 10, None, born),
        version("c", 30, born, ours, 0),
        version("b", 20, born, theirs, 0),
        version("m", 40, ours, both, 1, 2, merge=True),
    )
    assert times(timeline) == [("a", 10), ("b", 20), ("c", 30)]
    assert timeline.case() == both


def test_steps_at_the_same_second_are_ordered_by_their_hashes() -> None:
    born = case()
    one, two = version("b", 20, born, case(owner="sam"), 0), version("c", 20, born, case(owner="jo"), 0)
    opening = version("a", 10, None, born)
    assert told(opening, one, two).steps == told(opening, two, one).steps
    assert told(opening, two, one).case().text("owner") == "jo"


def test_a_wrong_clock_on_one_branch_does_not_move_the_other() -> None:
    born, ahead = case(), case(owner="sam")
    timeline = told(
        version("a", 10, None, born),
        version("b", 500, born, ahead, 0),
        version("c", 20, ahead, case(owner="jo"), 1),
        version("d", 30, born, case(assignee="al"), 0),
    )
    assert times(timeline) == [("a", 10), ("d", 30), ("b", 500), ("c", 500)]
    assert [problem.warning for problem in timeline.problems] == [True]


def test_the_same_entry_from_two_branches_counts_once() -> None:
    born, grown = case(), case(note("n1"))
    timeline = told(
        version("a", 10, None, born), version("b", 20, born, grown, 0), version("c", 30, born, case(note("n1")), 0)
    )
    assert times(timeline) == [("a", 10), ("b", 20)]
    assert timeline.problems == ()


def test_an_entry_keeps_its_first_text() -> None:
    first, second = case(note("n1", "true")), case(note("n1", "forged"))
    timeline = told(
        version("a", 10, None, first), version("b", 20, first, second, 0), version("c", 30, second, second, 1)
    )
    assert timeline.case().log == first.log
    assert len(timeline.problems) == 1


def test_a_merge_adds_only_what_neither_side_had() -> None:
    born, ours = case(), case(note("n1"))
    theirs, merged = case(note("n2")), case(note("n1"), note("n2"), note("n3"), status="active")
    timeline = told(
        version("a", 10, None, born),
        version("b", 20, born, ours, 0),
        version("c", 30, born, theirs, 0),
        version("m", 40, ours, merged, 1, 2, merge=True),
    )
    assert timeline.steps[-1].entries == (note("n3"),)
    assert dict(timeline.steps[-1].changes) == {"status": "active"}
    assert timeline.case() == merged


def test_a_merge_that_adds_nothing_holds_nobody_up() -> None:
    born, ours = case(), case(owner="sam")
    timeline = told(
        version("a", 10, None, born),
        version("b", 20, born, ours, 0),
        version("m", 900, born, ours, 0, 1, merge=True),
        version("c", 30, ours, case(owner="jo"), 2),
    )
    assert times(timeline) == [("a", 10), ("b", 20), ("c", 30)]


def test_a_commit_without_a_time_takes_the_time_of_the_step_before() -> None:
    born = case()
    timeline = told(version("a", 10, None, born), version("b", None, born, case(owner="sam"), 0))
    assert times(timeline) == [("a", 10), ("b", 10)]
    assert not timeline.problems[0].warning


def record(name: str, **more: Value) -> dict[str, Value]:
    return {"id": name, "kind": "call", "due": 100, **more}


def test_two_branches_that_each_promised_something_both_count() -> None:
    born = case()
    ours, theirs = case(commitments=(record("c1"),)), case(commitments=(record("c2"),))
    timeline = told(version("a", 10, None, born), version("b", 20, born, ours, 0), version("c", 30, born, theirs, 0))
    assert timeline.case().records("commitments") == (record("c1"), record("c2"))
    assert timeline.disputes == ()


def test_agreed_times_of_two_branches_both_count() -> None:
    born, ours, theirs = case(), case(agreed={"response": 5}), case(agreed={"resolution": 9})
    timeline = told(version("a", 10, None, born), version("b", 20, born, ours, 0), version("c", 30, born, theirs, 0))
    assert timeline.case().fields["agreed"] == {"response": 5, "resolution": 9}


def test_two_branches_that_changed_one_thing_differently_are_a_dispute() -> None:
    born = case(commitments=(record("c1"),))
    kept, off = case(commitments=(record("c1", kept=True),)), case(commitments=(record("c1", due=200),))
    other = case(commitments=(record("c1", due=300),))
    timeline = told(
        version("a", 10, None, born),
        version("b", 20, born, kept, 0),
        version("c", 30, born, off, 0),
        version("d", 40, born, other, 0),
    )
    assert timeline.disputes == (Dispute("commitments", "d", "c"),)
    assert timeline.case().records("commitments") == (record("c1", kept=True, due=300),)


def test_a_move_made_from_what_stands_is_no_dispute() -> None:
    """Both became active; that one of them was resolved afterwards contradicts nobody."""
    born, active, resolved = case(), case(status="active"), case(status="resolved")
    timeline = told(
        version("a", 10, None, born),
        version("b", 20, born, active, 0),
        version("c", 30, born, active, 0),
        version("d", 40, active, resolved, 2),
    )
    assert timeline.disputes == ()
    assert [dict(step.changes) for step in timeline.steps[1:]] == [
        {"status": "active"}, {"status": "active"}, {"status": "resolved"}
    ]  # fmt: skip


def test_an_octopus_adds_what_none_of_its_arms_had() -> None:
    born = case()
    arms = [case(owner="sam"), case(assignee="jo"), case(priority="p1")]
    merged = case(note("m"), owner="sam", assignee="jo", priority="p1")
    timeline = told(
        version("a", 10, None, born),
        *(version(f"b{number}", 20 + number, born, arm, 0) for number, arm in enumerate(arms)),
        version("m", 40, None, merged, 1, 2, 3, merge=True),
    )
    assert dict(timeline.steps[-1].changes) == {}
    assert timeline.steps[-1].entries == (note("m"),)


def test_crossing_merges_count_nothing_twice() -> None:
    """Each side merged the other before it knew of the other's merge; then the two merges were merged."""
    born, ours, theirs, both = case(), case(owner="sam"), case(assignee="jo"), case(owner="sam", assignee="jo")
    timeline = told(
        version("a", 10, None, born),
        version("b", 20, born, ours, 0),
        version("c", 30, born, theirs, 0),
        version("m1", 40, None, both, 1, 2, merge=True),
        version("m2", 41, None, both, 1, 2, merge=True),
        version("m3", 50, None, both, 3, 4, merge=True),
    )
    assert times(timeline) == [("a", 10), ("b", 20), ("c", 30)]
    assert timeline.case() == both


def test_a_merge_is_compared_with_its_own_past_and_not_with_what_it_never_saw() -> None:
    """A third branch set the owner before the merge of the other two; the merge did not take that back."""
    born, ours, theirs, both = case(), case(priority="p1"), case(assignee="jo"), case(priority="p1", assignee="jo")
    timeline = told(
        version("a", 10, None, born),
        version("x", 15, born, case(owner="al"), 0),
        version("b", 20, born, ours, 0),
        version("c", 30, born, theirs, 0),
        version("m", 40, None, both, 2, 3, merge=True),
    )
    assert times(timeline) == [("a", 10), ("x", 15), ("b", 20), ("c", 30)]
    assert timeline.case().text("owner") == "al"


def test_a_second_opening_of_one_id_is_told() -> None:
    timeline = told(version("a", 10, None, case(title="one")), version("b", 20, None, case(title="two")))
    assert timeline.problems[0].code == OPENED_TWICE
    assert timeline.disputes == (Dispute("title", "b", "a"),)
