"""What a state requires of a case that wants to come to it."""

from __future__ import annotations

import pytest

from casectl.model.workflow import Duty, Requirement
from tests.sla.story import condition
from tests.sla.worked import demanding, missing

CLOSED = frozenset({"closed"})
REASON = Requirement(CLOSED, fields=("reason_for_outage",), clause=("C-1",))
WATCHED = Requirement(CLOSED, frozenset({"monitoring"}), after_seconds=24 * 3600)
TRIED = Requirement(
    CLOSED, frozenset({"resolved"}), entries=("attempt",), at_least=3, since_state=True, unless=("confirmation",)
)


def test_a_policy_without_rows_requires_nothing() -> None:
    assert missing(demanding().at("Mon 09:00").open().resolve(), "closed") == []


def test_a_field_may_be_there_or_come_with_the_step() -> None:
    story = demanding(REASON).at("Mon 09:00").open().resolve()
    assert [(lack.what, lack.name, lack.clause) for lack in missing(story, "closed")] == [
        ("field", "reason_for_outage", ("C-1",))
    ]
    assert missing(story, "closed", reason_for_outage="A full disk.") == []
    assert missing(story.set(reason_for_outage="A full disk."), "closed") == []
    assert missing(story, "working") == [], "only of that state"


def test_only_cases_of_its_condition_and_from_its_states() -> None:
    row = REASON._replace(when=condition({"priority": "p1"}))
    assert missing(demanding(row).at("Mon 09:00").open().resolve(), "closed") == []
    assert len(missing(demanding(row).at("Mon 09:00").open(priority="p1").resolve(), "closed")) == 1
    assert missing(demanding(WATCHED).at("Mon 09:00").open().resolve(), "closed") == []


def test_time_in_a_state_is_counted_from_the_last_entry_into_it() -> None:
    story = demanding(WATCHED).at("Mon 09:00").open().set(status="monitoring")
    (lack,) = missing(story, "closed")
    assert (lack.what, lack.name, story.say(lack.until)) == ("time", "monitoring", "Tue 09:00")
    assert len(missing(story, "closed", "2026-11-24 08:59:59")) == 1
    assert missing(story, "closed", "Tue 09:00") == []
    again = story.at("Mon 15:00").set(status="working").at("Mon 16:00").set(status="monitoring")
    assert [again.say(lack.until) for lack in missing(again, "closed", "Tue 09:00")] == ["Tue 16:00"]


def test_other_steps_in_the_state_do_not_begin_it_anew() -> None:
    story = demanding(WATCHED).at("Mon 09:00").open().set(status="monitoring").at("Mon 20:00").log("note")
    assert missing(story, "closed", "Tue 09:00") == []


@pytest.mark.parametrize(("before", "after", "left"), [(3, 0, 3), (1, 2, 1), (0, 3, 0), (0, 4, 0)])
def test_only_entries_since_it_came_to_its_state_count_there(before: int, after: int, left: int) -> None:
    story = demanding(TRIED).at("Mon 09:00").open().log(*["attempt"] * before).at("Mon 10:00").resolve()
    story = story.at("Mon 11:00").log(*["attempt"] * after)
    assert sum(lack.amount for lack in missing(story, "closed")) == left


def test_one_word_lifts_it_if_it_came_since() -> None:
    story = demanding(TRIED).at("Mon 09:00").open().log("confirmation").at("Mon 10:00").resolve()
    assert len(missing(story, "closed")) == 1
    assert missing(story.at("Mon 10:30").log("confirmation"), "closed") == []


def test_everything_that_is_missing_is_told_at_once() -> None:
    found = missing(demanding(REASON, TRIED).at("Mon 09:00").open().resolve(), "closed")
    assert [lack.name for lack in found] == ["reason_for_outage", "attempt"]


def test_a_duty_that_is_still_owed_keeps_a_case_from_its_end() -> None:
    duty = Duty("told", on=("resolved",), through=("call:out", "email:out"))
    row = Requirement(CLOSED, duties=("told",))
    story = demanding(row, duties={"told": duty}).at("Mon 09:00").open().resolve()
    (lack,) = missing(story, "closed")
    assert (lack.what, lack.name, lack.ways) == ("duty", "told", ("call:out", "email:out"))
    assert missing(story.at("Mon 10:00").log("email:out"), "closed") == []
    back = story.log("email:out").at("Mon 11:00").reopen().at("Mon 12:00").resolve()
    assert [lack.name for lack in missing(back, "closed")] == ["told"], "each resolution is told"


def test_an_undone_step_supplied_nothing() -> None:
    story = demanding(TRIED._replace(at_least=1)).at("Mon 09:00").open().resolve().at("Mon 10:00").log("attempt")
    assert missing(story, "closed") == []
    assert len(missing(story.undo(story.case.log[-1].id), "closed")) == 1
