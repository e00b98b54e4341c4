"""The fold from versions to a timeline, without git."""

from __future__ import annotations

from casectl.model.case import Case, Entry, Value
from casectl.model.fold import Version, fold
from casectl.model.timeline import Timeline

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
