"""Taking steps back: the last one, the one before, one in between, an undo, and the whole case."""

from __future__ import annotations

from dataclasses import replace

import pytest

from casectl.desk.verbs.call import call
from casectl.desk.verbs.close import close
from casectl.desk.verbs.hold import hold
from casectl.desk.verbs.note import note
from casectl.desk.verbs.promise import promise
from casectl.desk.verbs.resolve import resolve
from casectl.desk.verbs.resume import resume
from casectl.desk.verbs.set import set as set_fields
from casectl.desk.verbs.take import take
from casectl.desk.verbs.triage import triage
from casectl.desk.verbs.undo import undo
from casectl.model.problems import NotAllowed, NotFound, UsageMistake
from tests.desk.desk_day import FULL, FULL_BOOK, Day


def back(day: Day, what: str | None = None) -> Day:
    return day.do(undo, "A mistake.", what)


def state(day: Day) -> tuple[str, str, str | None]:
    return day.case.status, day.case.priority, day.case.text("waiting_for")


def test_a_step_with_an_entry_is_voided_and_its_fields_are_as_before() -> None:
    rated = Day().open().do(triage, "p1", message="All sites.")
    undone = back(rated)
    assert undone.case.priority == "p3"
    assert (undone.last.kind, undone.last.fields) == (
        "void", {"reason": "A mistake.", "void": rated.last.id},
    )  # fmt: skip
    assert undone.change.summary == f"triage p1 ({rated.last.id}): back to priority p3"
    assert undone.case.log[:-1] == rated.case.log


def test_a_step_without_entries_is_named_by_its_commit() -> None:
    undone = back(Day().open().do(take))
    assert (undone.case.status, undone.case.text("assignee"), undone.case.text("owner")) == ("open", None, None)
    assert undone.last.fields["void"] == undone.steps[1].commit
    assert undone.change.summary == (
        "status assigned, owner sam, assignee sam: back to open, without owner and assignee"
    )


def test_undoing_twice_goes_two_steps_back() -> None:
    day = Day().open().do(take).do(triage, "p2").do(hold, waiting_for="customer", message="Asked.").do(resume)
    once = back(day)
    assert state(once) == ("on-hold", "p2", "customer")
    twice = back(once)
    assert state(twice) == ("assigned", "p2", None)
    thrice = back(twice)
    assert state(thrice) == ("assigned", "p3", None)
    assert state(back(thrice)) == ("open", "p3", None)


def test_after_an_undo_a_new_step_is_the_last_one() -> None:
    day = back(Day().open().do(triage, "p1")).do(triage, "p2")
    assert back(day).case.priority == "p3"
    with pytest.raises(NotAllowed, match="taken back already"):
        back(back(back(back(day))))


def test_an_entry_names_its_step_and_what_came_later_stays() -> None:
    rated = Day().open().do(triage, "p1", message="All sites.")
    later = rated.do(set_fields, ["title=Slow"]).do(triage, "p2").do(note, "Rang them.")
    undone = back(later, rated.last.id.upper())
    assert (undone.case.priority, undone.case.text("title")) == ("p2", "Slow")
    assert undone.change.fields == {}
    assert undone.change.warnings == ("priority: left as a later step made it",)
    assert back(undone, later.case.log[1].id).case.priority == "p3", "neither rating ever happened"


def test_undoing_an_undo_brings_the_step_back() -> None:
    held = Day().open().do(take).do(hold, waiting_for="supplier", message="Ordered.")
    undone = back(held)
    again = back(undone, undone.last.id)
    assert state(again) == ("on-hold", "p3", "supplier")
    assert again.change.summary == (
        f"the undo of status on-hold, waiting_for supplier, note ({held.last.id}): "
        "back to on-hold, waiting_for supplier"
    )
    assert again.last.fields["void"] == undone.last.id
    assert state(back(again)) == ("assigned", "p3", None), "the step that came back is the last one again"


def test_taking_back_a_hold_says_what_it_did_and_what_is_now() -> None:
    held = Day().open().do(take).do(hold, waiting_for="customer", message="Asked for the log.")
    told = f"status on-hold, waiting_for customer, note ({held.last.id}): back to assigned"
    assert back(held).change.summary == told


def test_undoing_the_undo_of_an_undo_takes_the_step_back_again() -> None:
    rated = Day().open().do(triage, "p1")
    undone = back(rated)
    redone = back(undone, undone.last.id)
    again = back(redone.do(note, "x"), redone.last.id)
    assert (redone.case.priority, again.case.priority) == ("p1", "p3")


def test_undoing_the_undo_of_a_step_without_entries() -> None:
    undone = back(Day().open().do(take))
    assert back(undone, undone.last.id).case.text("assignee") == "sam"


def test_what_was_undone_is_not_undone_again() -> None:
    rated = Day().open().do(triage, "p1")
    with pytest.raises(NotAllowed, match="taken back already"):
        back(back(rated), rated.last.id)


def test_when_only_the_opening_is_left_the_whole_case_is_void() -> None:
    opened = Day().open(priority="p1")
    void = back(opened)
    assert (void.case.status, void.last.fields["void"]) == ("closed", opened.case.id)
    assert void.case.priority == "p1"
    assert void.change.summary == "the whole case: it is void"
    with pytest.raises(NotAllowed, match="taken back already"):
        back(void)
    assert back(void, void.last.id).case.status == "open"


def test_the_case_s_own_id_and_an_entry_of_the_opening_stand_for_the_case() -> None:
    day = Day().open(priority="p1").do(take)
    for name in (day.case.id.lower(), day.case.log[0].id):
        void = back(day, name)
        assert (void.case.status, void.last.fields["void"]) == ("closed", day.case.id)


def test_a_policy_without_a_closed_state_keeps_the_status() -> None:
    day = Day().open()
    endless = replace(day.policy, states={name: day.policy.states[name] for name in ("open", "assigned")})
    assert back(replace(day, policy=endless)).case.status == "open"


def test_back_into_a_state_that_no_move_leads_to() -> None:
    assert back(Day().open().do(resolve, message="Done.").do(close)).case.status == "resolved"


def test_of_two_promises_only_the_undone_one_goes() -> None:
    one = Day(policy=FULL, book=FULL_BOOK).open().do(promise, due="2h", kind="call-back", message="One.")
    two = one.do(promise, due="3h", kind="call-back", message="Two.").do(note, "x")
    noted = back(two)
    undone = back(noted)
    second = two.case.records("commitments")[1]["id"]
    assert (noted.change.summary, undone.change.summary) == (f"note ({two.last.id})", f"commitments {second}")
    assert undone.case.records("commitments") == one.case.records("commitments")
    first = one.case.records("commitments")[0]["id"]
    assert back(two.do(promise, kept=str(first))).change.summary == f"commitments {first} kept"
    redone = undone.do(promise, due="4h", kind="call-back", message="Three.")
    texts = [record["text"] for record in back(redone, undone.last.id).case.records("commitments")]
    assert sorted(map(str, texts)) == ["One.", "Three.", "Two."]


def test_claims_made_at_opening_are_never_touched() -> None:
    day = Day().at("09:30").open(received="2026-11-23T09:00:00-05:00")
    assert back(day).case.instant("received") == day.case.instant("received")


def test_refused() -> None:
    day = Day().open().do(call, True, minutes=3)
    with pytest.raises(NotFound, match="has no log entry 'zzzzz'"):
        back(day, "zzzzz")
    with pytest.raises(UsageMistake, match="the reason is empty"):
        day.do(undo, " ")
    with pytest.raises(NotAllowed, match="history"):
        replace(day, steps=()).do(undo, "A mistake.")
