"""Whether each step was one that the policy allows."""

from __future__ import annotations

from casectl.sla.automatic import derived_id
from tests.audit.plain import ID, STAFF, Entry, Plain, entry, record
from tests.audit.stories import twins

ANSWER = entry("r1", "response", "We look.")
SOLVED = {"status": "resolved", "resolution": "A new password."}


@twins("illegal-move", "major", "moved the case from open to closed", clause=["ACM-4"])
def test_straight_to_closed(desk: Plain, guilty: bool) -> str:
    desk.open(resolution=SOLVED["resolution"])
    if not guilty:
        desk.step("resolve", status="resolved")
    return desk.step("close", who="lee", status="closed")


@twins("precondition", "major", "moved the case to closed, and", clause=["ACM-5"])
def test_closed_without_what_solved_it(desk: Plain, guilty: bool) -> str:
    desk.open()
    desk.step("resolve", **SOLVED | ({"resolution": None} if guilty else {}))
    return desk.step("close", who="lee", status="closed")


@twins("escalation-guard", "minor", "escalated the case: resolution has not used 25 % of its time", clause=["ACM-8"])
def test_escalated_too_early(desk: Plain, guilty: bool) -> str:
    desk.open()
    return desk.step("escalate", entry("e1", "escalation", to_level=2), at="10:59" if guilty else "11:00", level="2")


@twins("escalation-guard", "minor", "escalations are for the hours of 'desk'", clause=["ACM-8"])
def test_escalated_in_the_night(desk: Plain, guilty: bool) -> str:
    desk.open()
    return desk.step("escalate", entry("e1", "escalation", to_level=2), at="19:00" if guilty else "17:59", level="2")


@twins(
    "escalation-guard",
    "minor",
    "escalated the case: resolution has not used 25 % of its time",
    clause=["ACM-8"],
    also=["form"],
)
def test_a_level_that_rose_without_a_word(desk: Plain, guilty: bool) -> str:
    """What stands on a higher level, time takes there no more."""
    desk.open()
    return desk.step("note", entry("n1", "note", "They rang."), level="2" if guilty else None)


@twins("role", "major", "max may not triage by policy acme/1.0", clause=["ACM-3"], also=["form"])
def test_a_priority_changed_without_a_triage(desk: Plain, guilty: bool) -> str:
    desk.open()
    return desk.step("note", entry("n1", "note", "Less."), who="max", priority="p3" if guilty else "p2")


@twins("role", "major", "max may not set by policy acme/1.0", clause=["ACM-3"], also=["form"])
def test_a_customer_changed_by_whom_it_is_not_for(desk: Plain, guilty: bool) -> str:
    desk.open(customer="hilltop")
    text = entry("n1", "note", "It is theirs.")
    return desk.step("note", text, who="max", customer="oakfield" if guilty else "hilltop")


@twins("role", "major", "sam may not close by policy acme/1.0: that is for lead (ACM-3)", clause=["ACM-3"])
def test_closed_by_whom_it_is_not_for(desk: Plain, guilty: bool) -> str:
    desk.open()
    desk.step("resolve", **SOLVED)
    return desk.step("close", who="sam" if guilty else "lee", status="closed")


@twins("role", "major", "sam may not close", clause=["ACM-3"], always=["void-of-nothing", "form"])
def test_a_void_lets_nobody_close(desk: Plain, guilty: bool) -> str:
    """Whoever takes something back in the same step, or nothing at all, is still asked for their role."""
    desk.open()
    desk.step("resolve", **SOLVED)
    return desk.step("undo", entry("v1", "void", void="zzz"), who="sam" if guilty else "lee", status="closed")


@twins("role", "major", "max may not undo 'triage' by policy acme/1.0: that is for agent or lead", clause=["ACM-3"])
def test_a_triage_taken_back_by_whom_it_is_not_for(desk: Plain, guilty: bool) -> str:
    desk.open()
    desk.step("triage", entry("t1", "triage", suggested="p1", chosen="p1"), who="lee", priority="p1")
    void = entry("v1", "void", void="t1", reason="Not so bad.")
    return desk.step("undo", void, who="max" if guilty else "jo", priority="p2")


@twins("role", "major", "sam may not undo 'close'", clause=["ACM-3"])
def test_a_close_that_was_undone_brought_back_by_whom_it_is_not_for(desk: Plain, guilty: bool) -> str:
    """Whoever takes back an undo takes the step again."""
    desk.open()
    desk.step("resolve", **SOLVED)
    closed = desk.step("close", who="lee", status="closed")
    desk.step("undo", entry("v1", "void", void=closed, reason="Too early."), who="lee", status="resolved")
    again = entry("v2", "void", void="v1", reason="It was not.")
    return desk.step("undo", again, who="sam" if guilty else "lee", status="closed")


@twins("role", "major", "sam may not close", clause=["ACM-3"], beside=["staff-changed"])
def test_who_is_a_lead_only_since_then(desk: Plain, guilty: bool) -> str:
    """The staff list counts as it was at the step."""
    lead = {"policies/staff.yaml": STAFF.replace("sam@example.org, roles: [agent]", "sam@example.org, roles: [lead]")}
    desk.open()
    desk.step("resolve", **SOLVED)
    if not guilty:
        desk.commit(lead, "Sam leads", who="max")
    blamed = desk.step("close", status="closed")
    desk.commit(lead if guilty else {}, "Sam leads now", who="max")
    return blamed


@twins(
    "role",
    "major",
    "sam may not close",
    clause=["ACM-3"],
    always=["mixed-commit"],
    beside=["self-granted", "staff-changed"],
)
def test_who_makes_himself_a_lead_as_he_goes(desk: Plain, guilty: bool) -> str:
    """The staff list counts as it was before the step."""
    lead = {"policies/staff.yaml": STAFF.replace("sam@example.org, roles: [agent]", "sam@example.org, roles: [lead]")}
    desk.open()
    desk.step("resolve", **SOLVED)
    return desk.step("close", who="sam" if guilty else "lee", status="closed", also=lead)


@twins(
    "stranger",
    "minor",
    "was committed by eve@example.org, who was not in the staff list",
    always=["mixed-commit"],
    beside=["staff-changed", "staff-stranger", "policy-stranger"],
)
def test_a_stranger_who_comes_in_by_the_step(desk: Plain, guilty: bool) -> str:
    known = {"policies/staff.yaml": STAFF + "  eve: {name: Eve, mail: eve@example.org, roles: [agent]}\n"}
    desk.open()
    return desk.step("respond", ANSWER, who="eve" if guilty else "jo", also=known)


@twins("stranger", "minor", "was committed by eve@example.org, who was not in the staff list")
def test_a_step_of_a_stranger(desk: Plain, guilty: bool) -> str:
    desk.open()
    return desk.step("respond", ANSWER, who="eve" if guilty else "jo")


@twins("stranger", "minor", "was committed by an empty address, who was not in the staff list")
def test_a_step_of_nobody_at_all(desk: Plain, guilty: bool) -> str:
    desk.open()
    return desk.step("respond", ANSWER, who="Jo <>" if guilty else "jo")


@twins("stranger", "minor", "was committed by sam@example.org, who was not in the staff list", beside=["staff-changed"])
def test_a_step_of_somebody_who_left(desk: Plain, guilty: bool) -> str:
    desk.open()
    gone = STAFF.replace("  sam:", "  tom:").replace("sam@example.org", "tom@example.org")
    desk.commit({"policies/staff.yaml": gone} if guilty else {}, "Sam has left", who="max")
    return desk.step("respond", ANSWER)


@twins("stranger", "minor", "was committed by eve@example.org, who was not in the staff list")
def test_a_step_of_a_stranger_that_was_taken_back(desk: Plain, guilty: bool) -> str:
    """What it did is right again; that it was done is not."""
    desk.open()
    blamed = desk.step("respond", ANSWER, who="eve" if guilty else "jo")
    desk.step("undo", entry("v1", "void", void="r1", reason="Who was that?"))
    return blamed


@twins("stranger", "minor", "was committed by eve@example.org", always=["case-undone"])
def test_a_step_of_a_stranger_in_a_case_that_was_taken_back(desk: Plain, guilty: bool) -> str:
    desk.open()
    desk.step("undo", entry("v1", "void", void=ID, reason="A test."))
    return desk.step("respond", ANSWER, who="eve" if guilty else "jo")


@twins("role", "major", "sam may not close", clause=["ACM-3"], always=["case-undone"])
def test_a_step_without_the_role_in_a_case_that_was_taken_back(desk: Plain, guilty: bool) -> str:
    """Where it leads no longer matters."""
    desk.open()
    desk.step("undo", entry("v1", "void", void=ID, reason="A test."))
    return desk.step("close", who="sam" if guilty else "lee", status="closed")


@twins("stranger", "minor", "was committed by eve@example.org", always=["unknown-word"])
def test_a_step_of_a_stranger_after_a_word_that_nobody_knows(desk: Plain, guilty: bool) -> str:
    """Nothing is judged from there on, but for who it was."""
    desk.open()
    desk.step("triage", priority="p9")
    return desk.step("respond", ANSWER, who="eve" if guilty else "jo")


@twins("stranger", "minor", "was committed by robot@example.org", also=["wrong-undone"])
def test_what_time_did_and_somebody_took_back(desk: Plain, guilty: bool) -> str:
    """Time is on no list; what only says that it was time is asked who it was."""
    desk.open()
    desk.step("respond", ANSWER)
    level = "1" if guilty else "2"
    blamed = desk.step("escalate", *late(), at="15:30", event="automatic escalate", who="robot", level=level)
    desk.step("undo", entry("v1", "void", void=late()[0][0][1], reason="We know."), level=None)
    return blamed


@twins("wrong-undone", "observation", "moved the case from open to closed; ", beside=["undone-in-part"])
def test_what_was_wrong_before_it_was_taken_back(desk: Plain, guilty: bool) -> str:
    """No figure rests on it; that somebody did it is a fact."""
    desk.open()
    if not guilty:
        desk.step("resolve", **SOLVED)
    blamed = desk.step("close", entry("n1", "note", "All done."), who="lee", status="closed")
    back = "open" if guilty else "resolved"
    desk.step("undo", entry("v1", "void", void="n1", reason="Too early."), who="lee", status=back)
    return blamed


def late(level: int = 2) -> tuple[Entry, Entry]:
    """The entries of rule `late`, with the ids that they have on every machine."""
    raised, told = (derived_id(ID, "late", f"resolution 1{more}") for more in ("", " told"))
    return (
        entry(raised, "escalation", from_level=1, to_level=level, reason="It is late.", rule="late"),
        entry(told, "notice", "Likely to be late.", to="lee", rule="late"),
    )


@twins("automatic", "major", "was taken in the name of rule 'late', which was not due")
def test_what_time_is_said_to_have_done(desk: Plain, guilty: bool) -> str:
    desk.open()
    desk.step("respond", ANSWER)
    return desk.step("escalate", *late(), at="15:23" if guilty else "15:24", event="automatic escalate", level="2")


@twins("automatic", "major", "was taken in the name of rule 'late', which was not due")
def test_what_time_did_while_another_clone_had_more_time(desk: Plain, guilty: bool) -> str:
    """An exemption that was asked for elsewhere put nothing off here."""
    desk.open()
    begun = desk.step("respond", ANSWER)
    mine = record(
        "e1",
        code="storm",
        approved_by="lee",
        **{"from": "2026-11-23T09:00:00+00:00", "until": "2026-11-23T09:01:00+00:00"},
    )
    more = record(
        "e2",
        code="storm",
        approved_by="lee",
        **{"from": "2026-11-23T10:00:00+00:00", "until": "2026-11-23T11:00:00+00:00"},
    )
    theirs = desk.step("exempt", at="11:10", who="jo", exemptions=more)
    if not guilty:
        desk.go(begun)
    desk.step("exempt", at="11:20", exemptions=more + mine if guilty else mine)
    blamed = desk.step("escalate", *late(), at="15:30", event="automatic escalate", level="2")
    if not guilty:
        desk.merge(theirs, at="15:40", sheet=desk.sheet().changed((), {"exemptions": more + mine}))
    return blamed


@twins("automatic", "major", "was taken in the name of rule 'late', which does not change priority")
def test_what_is_done_under_cover_of_time(desk: Plain, guilty: bool) -> str:
    """A rule that was due does what the policy says of it, and nothing else."""
    desk.open()
    desk.step("respond", ANSWER)
    more = {"priority": "p3"} if guilty else {}
    return desk.step("escalate", *late(), at="15:30", event="automatic escalate", level="2", **more)


@twins("automatic", "major", "was taken in the name of rule 'late', which sets level to 2", also=["stranger"])
def test_time_takes_a_case_to_no_other_level(desk: Plain, guilty: bool) -> str:
    """What time did not do, somebody did."""
    desk.open()
    desk.step("respond", ANSWER)
    level = "1" if guilty else "2"
    return desk.step("escalate", *late(), at="15:30", event="automatic escalate", who="robot", level=level)


@twins("automatic", "major", "was taken in the name of rule 'late', which does not write log entry e9")
def test_time_writes_its_own_entries(desk: Plain, guilty: bool) -> str:
    """By their ids it knows what it has done. With another, the rule would be due for ever."""
    desk.open()
    desk.step("respond", ANSWER)
    more = [entry("e9", "note", "As agreed.", rule="late")] if guilty else []
    return desk.step("escalate", *late(), *more, at="15:30", event="automatic escalate", level="2")


@twins("automatic", "major", "was taken in the name of rule 'late', which was not due", also=["escalation-guard"])
def test_time_does_a_thing_once(desk: Plain, guilty: bool) -> str:
    desk.open()
    desk.step("respond", ANSWER)
    desk.step("escalate", *late(), at="15:30", event="automatic escalate", who="robot", level="2")
    if not guilty:
        return desk.step("note", entry("n1", "note", "Late."), at="19:00")
    again = entry("e9", "notice", "Late.", rule="late")
    return desk.step("escalate", again, at="19:00", event="automatic escalate", level="1")


@twins(
    "automatic",
    "major",
    "was taken in the name of rule 'quiet', which sets status to closed",
    also=["stranger"],
)
def test_time_moves_a_case_to_where_its_rule_says(desk: Plain, guilty: bool) -> str:
    desk.open()
    desk.step("resolve", **SOLVED)
    text = entry(derived_id(ID, "quiet", "resolved 1"), "notice", "Closed when quiet.", rule="quiet")
    to = "assigned" if guilty else "closed"
    return desk.step("close", text, at="2026-11-25 10:00", event="automatic close", who="robot", status=to)


@twins("automatic", "major", "was taken in the name of rule 'late', which does not change exemptions")
def test_time_approves_nothing(desk: Plain, guilty: bool) -> str:
    desk.open()
    desk.step("respond", ANSWER)
    period = {"from": "2026-11-23T09:00:00+00:00", "until": "2026-11-23T10:00:00+00:00", "approved_by": "lee"}
    more = {"exemptions": record("x1", code="storm", **period)} if guilty else {}
    return desk.step("escalate", *late(), at="15:30", event="automatic escalate", level="2", **more)
