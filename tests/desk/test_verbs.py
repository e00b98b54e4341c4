"""The verbs, one after the other, on a case in memory."""

from __future__ import annotations

from dataclasses import replace

import pytest

from casectl.desk.verbs.assign import assign
from casectl.desk.verbs.call import call
from casectl.desk.verbs.close import close
from casectl.desk.verbs.email import email
from casectl.desk.verbs.escalate import escalate
from casectl.desk.verbs.hold import hold
from casectl.desk.verbs.note import note
from casectl.desk.verbs.reopen import reopen
from casectl.desk.verbs.resolve import resolve
from casectl.desk.verbs.respond import respond
from casectl.desk.verbs.resume import resume
from casectl.desk.verbs.set import set as set_fields
from casectl.desk.verbs.take import take
from casectl.desk.verbs.triage import triage
from casectl.desk.verbs.update import update
from casectl.model.policy import Ladder, LadderLevel
from casectl.model.problems import InvalidFiles, NotAllowed, NotFound, UsageMistake
from tests.desk.desk_day import POLICY, Day


def test_a_case_from_open_to_closed_and_back() -> None:
    day = Day().open().do(take).do(hold, waiting_for="customer").do(resume).do(resolve, message="Restarted it.")
    assert (day.case.status, day.case.text("resolution")) == ("resolved", "Restarted it.")
    again = day.do(reopen, message="It is back.")
    assert (again.case.status, again.case.text("resolution"), again.last.kind) == ("assigned", None, "note")
    assert again.do(resolve, message="Replaced it.").do(close).case.status == "closed"


def test_take_makes_assignee_and_owner_and_active() -> None:
    case = Day().by("jo").open().do(take).case
    assert (case.text("assignee"), case.text("owner"), case.status) == ("jo", "jo", "assigned")


def test_the_owner_stays_when_the_case_moves_on() -> None:
    case = Day().open().do(take).do(assign, "jo").case
    assert (case.text("assignee"), case.text("owner")) == ("jo", "sam")


@pytest.mark.parametrize(("typed", "stored"), [("jo", "jo"), ("JO@desk.example", "jo"), ("me", "sam")])
def test_assign_knows_a_person_by_key_mail_and_me(typed: str, stored: str) -> None:
    assert Day().open().do(assign, typed).case.text("assignee") == stored


def test_assign_to_a_stranger_warns() -> None:
    day = Day().open().do(assign, "samm")
    assert day.case.text("assignee") == "samm"
    assert "did you mean 'sam'" in day.change.warnings[0]


def test_take_twice_and_take_what_is_not_free() -> None:
    day = Day().open().do(take)
    with pytest.raises(NotAllowed, match="already with sam"):
        day.do(take)
    with pytest.raises(NotAllowed, match="already with sam"):
        day.by("jo").do(take, if_free=True)
    assert day.by("jo").do(take).case.text("assignee") == "jo"


def test_triage_records_what_was_suggested() -> None:
    day = Day().open().do(triage, "p1", message="All sites.")
    assert day.case.priority == "p1"
    assert day.last.fields == {"suggested": "p3", "chosen": "p1", "text": "All sites."}
    assert day.change.summary == "p1, was p3"


def test_hold_changes_whom_it_waits_for_and_leaving_forgets_it() -> None:
    day = Day().open().do(hold, waiting_for="customer").do(hold, waiting_for="supplier")
    assert (day.case.status, day.case.text("waiting_for")) == ("on-hold", "supplier")
    assert day.do(resolve, message="Done.").case.text("waiting_for") is None
    with pytest.raises(NotAllowed, match="already waits for supplier"):
        day.do(hold, waiting_for="supplier")


def test_resume_goes_back_to_the_queue_when_nobody_has_it() -> None:
    assert Day().open().do(hold, waiting_for="customer").do(resume).case.status == "open"


def test_to_chooses_among_states_of_the_phase() -> None:
    day = Day().open().do(take)
    assert day.do(assign, "jo", to="in-test").case.status == "in-test"
    with pytest.raises(UsageMistake, match="no state 'in-tst'"):
        day.do(assign, "jo", to="in-tst")
    with pytest.raises(NotAllowed, match="'watched'"):
        day.do(resolve, message="Done.", to="watched")


def test_a_forbidden_move_names_the_way() -> None:
    with pytest.raises(NotAllowed) as refusal:
        Day().open().do(close)
    assert "is open" in refusal.value.message
    assert "casectl resolve ABC-" in (refusal.value.hint or "")


@pytest.mark.parametrize(
    ("verb", "options"),
    [
        (take, {}),
        (triage, {"priority": "p1"}),
        (escalate, {"reason": "late"}),
        (hold, {"waiting_for": "customer"}),
        (resume, {}),
        (resolve, {"message": "again"}),
        (reopen, {}),
        (close, {}),
    ],
)
def test_a_closed_case_is_left_in_peace(verb: object, options: dict[str, str]) -> None:
    closed = Day().open().do(resolve, message="Done.").do(close)
    with pytest.raises(NotAllowed):
        closed.do(verb, **options)  # type: ignore[arg-type]


def test_what_was_said_after_closing_is_still_recorded() -> None:
    assert Day().open().do(resolve, message="Done.").do(close).do(note, "They rang.").last.kind == "note"


def test_log_entries_hold_what_was_said() -> None:
    day = Day().open().at("10:00").do(call, True, minutes=9, started="2026-11-23T09:50:00-05:00", message="All pupils.")
    assert day.last.fields == {
        "direction": "in", "started": day.moment.now - 600, "minutes": 9, "text": "All pupils.",
    }  # fmt: skip
    assert day.do(email, False).last.answers_to("email:out")
    assert day.do(update, "Still looking.").last.kind == "update"


def test_a_call_cannot_begin_in_the_future_nor_last_a_week() -> None:
    with pytest.raises(UsageMistake, match="future"):
        Day().open().do(call, True, started="2026-11-23T09:00:01-05:00")
    with pytest.raises(UsageMistake, match="minutes"):
        Day().open().do(call, True, minutes=-1)


def test_answers_are_of_the_kind_that_they_answer() -> None:
    day = Day().open().do(respond, "On it.")
    assert day.last.kind == "response"
    assert day.do(respond, "Sorry.", to="complaint").last.kind == "complaint-answer"
    with pytest.raises(NotAllowed, match="never escalated"):
        day.do(respond, "Here.", to="escalation")
    with pytest.raises(UsageMistake, match="did you mean 'escalation'"):
        day.do(respond, "Here.", to="escalations")
    assert day.do(escalate, reason="late").do(respond, "Here.", to="escalation").last.kind == "escalation-answer"


def test_escalation_climbs_the_ladder_to_its_top() -> None:
    day = Day().open().do(take).do(escalate, reason="It stalls.")
    assert (day.case.level, day.case.text("owner")) == (2, "sam")
    assert day.last.fields == {"from_level": 1, "to_level": 2, "reason": "It stalls."}
    with pytest.raises(NotAllowed, match="top of its ladder"):
        day.do(escalate, reason="Still.")


def test_a_type_with_a_ladder_of_its_own() -> None:
    requests = Ladder("requests", (LadderLevel(1, "desk"), LadderLevel(3, "director")), frozenset({"request"}))
    policy = replace(POLICY, ladders={**POLICY.ladders, "requests": requests})
    day = replace(Day().open(type="request"), policy=policy)
    assert day.do(escalate, reason="Asked.").case.level == 3
    with pytest.raises(NotAllowed, match="no ladder"):
        replace(day, policy=replace(POLICY, ladders={})).do(escalate, reason="Asked.")


def test_set_changes_what_may_be_changed() -> None:
    day = Day().open().do(set_fields, ["title=Sign-in is slow", "team=network", "type=request"])
    assert (day.case.text("title"), day.case.text("team"), day.case.text("type")) == (
        "Sign-in is slow", "network", "request",
    )  # fmt: skip
    assert day.do(set_fields, ["team="]).case.text("team") is None


@pytest.mark.parametrize(
    ("assignment", "kind", "words"),
    [
        ("priority=p1", NotAllowed, "casectl triage ABC-"),
        ("status=closed", NotAllowed, "close"),
        ("received=2026-11-23T09:00:00Z", NotAllowed, "cannot be set"),
        ("id=ABC-261123-00000", NotAllowed, "cannot be set"),
        ("agreed=x", NotAllowed, "casectl agree ABC-"),
        ("update_every=0s", UsageMistake, "not a duration"),
        ("policy=other/1.0", NotAllowed, "stays one"),
        ("log=", NotAllowed, "nothing takes away"),
        ("titel=x", UsageMistake, "did you mean 'title'"),
        ("title", UsageMistake, "not FIELD=VALUE"),
        ("title=", NotAllowed, "cannot be without"),
        ("type=falt", UsageMistake, "did you mean 'fault'"),
        ("customer=oakfeld", NotFound, "did you mean 'oakfield'"),
        ("contact=ann@oakfield.example", UsageMistake, "mail address"),
        ("title=Nobody can sign in", NotAllowed, "says so already"),
    ],
)
def test_set_refuses(assignment: str, kind: type[Exception], words: str) -> None:
    with pytest.raises(kind) as refusal:
        Day().open().do(set_fields, [assignment])
    assert words in str(refusal.value)


def test_an_unknown_whom_is_refused_with_the_nearest() -> None:
    with pytest.raises(UsageMistake, match="did you mean 'customer'"):
        Day().open().do(hold, waiting_for="custmer")


def test_a_status_that_the_policy_does_not_have_is_an_invalid_file() -> None:
    day = Day().open()
    odd = replace(day, case=day.case.changed({"status": "opne"}))
    with pytest.raises(InvalidFiles, match=r"cases/2026/11/23/ABC-.*unknown|none of policy"):
        odd.do(take)


def test_entry_ids_are_five_small_characters_and_their_own() -> None:
    day = Day().open().do(note, "one").do(note, "two")
    ids = [entry.id for entry in day.case.log]
    assert len(set(ids)) == 2
    assert all(len(name) == 5 and name == name.lower() for name in ids)
