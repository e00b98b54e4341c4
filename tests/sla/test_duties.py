"""Contacts that an event makes owing, until a log entry discharges them; details that an opening lacked."""

from __future__ import annotations

from dataclasses import replace

import pytest

from casectl.model.case import Entry
from casectl.model.policy import Priority
from casectl.model.workflow import Duty, Fallback, Intake
from tests.sla.story import Story, condition
from tests.sla.worked import duties, dutiful, states, working

TOLD = Duty("told", "The customer is told", on=("triage",), through=("call:out", "email:out"), clause=("C-1",))
BOTH = TOLD._replace(each=True)
SOON = TOLD._replace(within_seconds=3600, calendar="desk")
EVENING = Duty("evening", before_closing="desk", through=("handover",))


def test_nothing_is_owed_before_it_happens_and_then_it_is() -> None:
    story = dutiful(TOLD).at("Mon 09:00").open()
    assert duties(story) == []
    (row,) = duties(story.at("Mon 09:10").triage("p2"))
    assert (row.state, row.duty, row.clause, row.lacks) == ("owed", "told", ("C-1",), ("call:out", "email:out"))


@pytest.mark.parametrize("way", ["call:out", "email:out"])
def test_one_way_of_several_discharges_it(way: str) -> None:
    story = dutiful(TOLD).at("Mon 09:00").open().triage("p2").at("Mon 09:20").log(way)
    (row,) = duties(story)
    assert (row.state, story.say(row.done_at), row.lacks) == ("done", "Mon 09:20", ())
    assert row.evidence == (story.steps[1].commit, story.last_commit)


def test_where_each_is_needed_one_is_not_enough() -> None:
    story = dutiful(BOTH).at("Mon 09:00").open().triage("p2").at("Mon 09:20").log("call:out")
    assert [(row.state, row.lacks) for row in duties(story)] == [("owed", ("email:out",))]
    assert states(story.at("Mon 09:30").log("email:out")) == ["done"]


def test_what_was_said_before_the_event_discharges_nothing() -> None:
    assert states(dutiful(TOLD).at("Mon 09:00").open().log("call:out").at("Mon 09:10").triage("p2")) == ["owed"]


def test_a_call_the_other_way_discharges_nothing() -> None:
    assert states(dutiful(TOLD).at("Mon 09:00").open().triage("p2").log("call:in", "email:in")) == ["owed"]


def test_each_event_makes_it_owing_again() -> None:
    story = dutiful(TOLD).at("Mon 09:00").open().triage("p2").log("call:out").at("Mon 10:00").triage("p1")
    assert [(row.occurrence, row.state) for row in duties(story)] == [(1, "done"), (2, "owed")]


def test_it_is_due_after_so_much_open_time() -> None:
    story = dutiful(SOON).at("Mon 17:30").open().triage("p2")
    (row,) = duties(story)
    assert story.say(row.due_at) == "Tue 08:30"
    assert states(story, "Tue 08:30") == ["owed"]
    assert states(story, "Tue 08:31") == ["overdue"]
    assert states(story.at("Tue 08:30").log("call:out")) == ["done"]
    assert states(story.at("Tue 08:31").log("call:out")) == ["late"]


def test_a_case_that_ends_without_it_has_missed_it_for_good() -> None:
    story = dutiful(TOLD).at("Mon 09:00").open().triage("p2").resolve().at("Mon 11:00").close()
    assert states(story) == ["missed"]
    assert states(story.at("Mon 12:00").log("call:out")) == ["late"]


def test_only_cases_of_its_condition_owe_it_as_they_were_then() -> None:
    duty = TOLD._replace(when=condition({"priority": "p1"}))
    story = dutiful(duty).at("Mon 09:00").open().triage("p2")
    assert duties(story) == []
    assert states(story.at("Mon 10:00").triage("p1").at("Mon 11:00").triage("p3")) == ["owed"]


def test_an_undone_event_owes_nothing() -> None:
    story = dutiful(TOLD).at("Mon 09:00").open().triage("p2")
    assert duties(story.at("Mon 09:05").undo(story.case.log[-1].id)) == []


def test_a_case_that_goes_on_as_another_owes_nothing_more() -> None:
    story = dutiful(TOLD).at("Mon 09:00").open().triage("p2").at("Mon 09:30")
    assert states(story.set(merged_into="ABC-261123-00000")) == ["dropped"]


def test_a_void_case_owes_nothing() -> None:
    assert duties(dutiful(TOLD).at("Mon 09:00").open().triage("p2").undo()) == []


def noted(story: Story, rule: str) -> Story:
    return replace(story._with({}, Entry("n1", "notice", {"rule": rule})), entries=story.entries)


def test_an_automatic_one_is_done_by_its_own_notice_alone() -> None:
    duty = Duty("thanks", on=("opened",), automatic=True)
    story = dutiful(duty).at("Mon 09:00").open()
    assert [(row.state, row.lacks) for row in duties(story)] == [("owed", ("notice",))]
    assert states(noted(story, "other")) == ["owed"]
    assert states(noted(story, "thanks")) == ["done"]


def test_when_the_usual_way_is_down_another_takes_its_place() -> None:
    duty = Duty("news", on=("update",), automatic=True, through=("email:out",))
    down = Fallback(condition({"priority": "p1"}), frozenset({"notice", "email:out"}), "call:out")
    story = dutiful(duty, fallback=(down,)).at("Mon 09:00").open().log("update")
    assert duties(story)[0].lacks == ("notice", "email:out")
    urgent = story.triage("p1").log("update")
    assert duties(urgent)[1].lacks == ("call:out",)
    assert states(urgent.log("email:out")) == ["done", "owed"], "mail does not reach them"
    assert states(urgent.log("call:out"))[1] == "done"


def test_involved_and_level_stand_for_roles() -> None:
    policy = working(duties={"told": TOLD._replace(to=("involved", "level", "boss"))})
    policy = replace(policy, priorities={"p3": Priority("p3", 0, involve=("sales",)), "p2": Priority("p2", 1)})
    story = Story(policy).at("Mon 09:00").open().triage("p3")
    assert duties(story)[0].to == ("sales", "role-1", "boss")
    assert duties(story.set(level=2).triage("p2"))[1].to == ("role-2", "boss")


def test_before_each_closing_that_finds_the_case_in_somebody_s_hands() -> None:
    story = dutiful(EVENING).at("Mon 16:00").open()
    assert [(row.state, story.say(row.due_at)) for row in duties(story)] == [("owed", "Mon 18:00")]
    assert states(story, "Mon 18:00") == ["missed", "owed"], "and the next one is ahead"
    told = story.at("Mon 17:50").log("handover")
    assert states(told, "Tue 07:00") == ["done", "owed"]
    assert states(told.at("Tue 09:00").resolve(), "Thu 09:00") == ["done"], "nobody has it in hand any more"


def test_a_case_that_waits_owes_nothing_before_closing() -> None:
    assert duties(dutiful(EVENING).at("Mon 16:00").open().at("Mon 17:00").hold("customer"), "Mon 20:00") == []


def test_what_is_done_at_the_closing_itself_is_in_time_and_a_second_later_not() -> None:
    story = dutiful(EVENING).at("Mon 16:00").open()
    assert states(story.at("Mon 18:00").log("handover"), "Mon 18:00")[0] == "done"
    assert states(story.at("2026-11-23 18:00:01").log("handover"))[0] == "missed"


def test_a_weekend_has_no_closing() -> None:
    story = dutiful(EVENING).at("Fri 15:00").open()
    assert [story.say(row.due_at) for row in duties(story, "Sun 12:00")] == ["Fri 16:00", "2026-11-30 18:00"]


NEEDED = Intake(fields=("description", "contact"), entries=("triage",), checklist={"power": "It has power"})


def needing(**fields: str) -> Story:
    return Story(working(intake=(NEEDED,))).at("Mon 09:00").open(**fields)


def test_what_an_opening_lacks_is_owed_until_it_is_supplied() -> None:
    story = needing(description="All of them.")
    assert [(row.duty, row.state, row.kind) for row in duties(story)] == [
        ("contact", "owed", "detail"), ("triage", "owed", "detail"), ("power", "owed", "detail"),
    ]  # fmt: skip
    later = story.at("Mon 09:30").triage("p2").set(contact="oakfield/it")
    assert [row.state for row in duties(later)] == ["done", "done", "owed"]
    ticked = replace(later._with({}, Entry("c", "checklist", {"answers": "water=done, power=not needed"})))
    assert [row.state for row in duties(ticked)] == ["done", "done", "done"]
    assert later.say(duties(later)[0].done_at) == "Mon 09:30"


def test_a_detail_taken_away_is_owed_again() -> None:
    story = needing(contact="oakfield/it").at("Mon 10:00").set(contact=None)
    assert ("contact", "owed") in [(row.duty, row.state) for row in duties(story)]


def test_what_is_asked_for_twice_is_owed_once() -> None:
    policy = working(intake=(NEEDED, Intake(fields=("contact",))))
    story = Story(policy).at("Mon 09:00").open()
    assert [row.duty for row in duties(story)].count("contact") == 1


def test_other_cases_need_nothing() -> None:
    policy = working(intake=(NEEDED._replace(when=condition({"type": "question"})),))
    assert duties(Story(policy).at("Mon 09:00").open()) == []
