"""Exemptions that nobody approved, approvals in another's name or for oneself, and approvals taken away."""

from __future__ import annotations

from pathlib import Path

from tests.audit.moving import begin_two
from tests.audit.plain import ID, STAFF, Plain, entry, record
from tests.audit.stories import twins

PERIOD = {"from": "2026-11-23T09:00:00+00:00", "until": "2026-11-23T10:00:00+00:00"}
ASKED = record("x1", code="strike", **PERIOD)
APPROVED = record("x1", code="strike", **PERIOD, approved_by="lee")
AGAIN = record("x1", code="strike", **PERIOD, approved_by="lee", text="They strike.")


@twins("exemption-unapproved", "minor", "asked for exemption x1 (strike), which no lead approved", clause=["ACM-6"])
def test_an_exemption_that_was_only_asked_for(desk: Plain, guilty: bool) -> str:
    desk.open()
    asked = desk.step("exempt", at="11:00", exemptions=record("x1", code="strike", **PERIOD))
    if not guilty:
        desk.step("exempt", who="lee", exemptions=record("x1", code="strike", **PERIOD, approved_by="lee"))
    return asked


@twins("exemption-unapproved", "minor", "which no lead approved", clause=["ACM-6"], beside=["case-undone"])
def test_an_exemption_of_a_case_that_was_taken_back(desk: Plain, guilty: bool) -> str:
    """Nothing is left that it could excuse."""
    desk.open()
    asked = desk.step("exempt", entry("n1", "note", "A strike."), at="11:00", exemptions=ASKED)
    if not guilty:
        desk.step("undo", entry("v1", "void", void=ID, reason="A test."))
    return asked


@twins("exemption-unapproved", "minor", "which no lead approved", clause=["ACM-6"])
def test_a_reason_that_nobody_has_to_approve(desk: Plain, guilty: bool) -> str:
    desk.open()
    return desk.step("exempt", at="11:00", exemptions=record("x1", code="strike" if guilty else "storm", **PERIOD))


@twins(
    "exemption-proxy",
    "minor",
    "says that lee approved exemption x1; it was committed by jo@example.org, who is no lead",
    clause=["ACM-6"],
)
def test_an_approval_in_anothers_name(desk: Plain, guilty: bool) -> str:
    desk.open()
    desk.step("exempt", at="11:00", exemptions=ASKED)
    return desk.step("exempt", who="jo" if guilty else "lee", exemptions=APPROVED)


@twins("exemption-proxy", "minor", "it was committed by sam@example.org", clause=["ACM-6"])
def test_an_approval_written_by_who_may_give_one(desk: Plain, guilty: bool) -> str:
    """Two leads: the one writes what the other said, and could have said it."""
    desk.commit(
        {"policies/staff.yaml": STAFF.replace("jo@example.org, roles: [agent]", "jo@example.org, roles: [lead]")}
    )
    desk.open()
    return desk.step("exempt", at="11:00", who="sam" if guilty else "jo", exemptions=APPROVED)


@twins(
    "exemption-proxy",
    "minor",
    "it was committed by jo@example.org, who is no lead",
    clause=["ACM-6"],
    always=["mixed-commit"],
    beside=["staff-changed", "self-granted"],
)
def test_an_approval_written_by_who_makes_himself_a_lead_by_it(desk: Plain, guilty: bool) -> str:
    lead = {"policies/staff.yaml": STAFF.replace("jo@example.org, roles: [agent]", "jo@example.org, roles: [lead]")}
    desk.open()
    desk.step("exempt", at="10:30", exemptions=ASKED)
    return desk.step("exempt", at="11:00", who="jo" if guilty else "lee", exemptions=APPROVED, also=lead)


@twins("exemption-proxy", "minor", "it was committed by sam@example.org", clause=["ACM-6"])
def test_an_approval_that_anybody_may_give(desk: Plain, guilty: bool) -> str:
    desk.open()
    code = "strike" if guilty else "storm"
    return desk.step("exempt", at="11:00", exemptions=record("x1", code=code, **PERIOD, approved_by="lee"))


@twins(
    "exemption-self", "observation", "says that lee approved exemption x1, for which lee had asked", clause=["ACM-6"]
)
def test_an_approval_of_what_one_asked_for(desk: Plain, guilty: bool) -> str:
    desk.open()
    desk.step("exempt", at="11:00", who="lee" if guilty else "sam", exemptions=ASKED)
    return desk.step("exempt", who="lee", exemptions=APPROVED)


@twins(
    "exemption-self", "observation", "says that lee approved exemption x1, for which lee had asked", clause=["ACM-6"]
)
def test_an_approval_in_the_same_breath(desk: Plain, guilty: bool) -> str:
    desk.open()
    code = "strike" if guilty else "storm"
    return desk.step("exempt", at="11:00", who="lee", exemptions=record("x1", code=code, **PERIOD, approved_by="lee"))


@twins("approval-removed", "major", "took away the approval of exemption x1 by lee", clause=["ACM-6"])
def test_an_approval_that_was_taken_away(desk: Plain, guilty: bool) -> str:
    """Who asked for the exemption is not to blame that it is approved no more."""
    desk.open()
    desk.step("exempt", at="11:00", exemptions=ASKED)
    desk.step("exempt", who="lee", exemptions=APPROVED)
    return desk.step("exempt", who="jo", at="11:30", exemptions=ASKED if guilty else AGAIN)


@twins(
    "approval-removed",
    "major",
    "took away the approval of exemption x1 by lee, and says that max gave it",
    clause=["ACM-6"],
    also=["exemption-approver", "exemption-proxy"],
)
def test_an_approval_that_was_given_to_another(desk: Plain, guilty: bool) -> str:
    desk.open()
    desk.step("exempt", at="11:00", exemptions=ASKED)
    desk.step("exempt", who="lee", exemptions=APPROVED)
    other = record("x1", code="strike", **PERIOD, approved_by="max")
    return desk.step("exempt", who="jo", at="11:30", exemptions=other if guilty else AGAIN)


def test_a_lead_of_the_desk_that_the_case_was_of_then(tmp_path: Path) -> None:
    """Lee leads acme alone, and wrote what Kim approved while the case was acme's: that it moved on blames nobody."""
    desk = begin_two(tmp_path / "desk")
    leads = STAFF.replace("[lead]", "[lead], desks: [acme]")
    leads += "  kim: {name: Kim, mail: kim@example.org, roles: [lead], desks: [acme]}\n"
    desk.commit({"policies/staff.yaml": leads}, "Leads", who="max")
    desk.open()
    desk.step("exempt", at="11:00", exemptions=ASKED)
    desk.step("exempt", who="lee", exemptions=APPROVED.replace("approved_by: lee", "approved_by: kim"))
    assert desk.codes() == []
    desk.step("set", policy="two/1.0")
    assert desk.codes() == ["policy-moved"]
