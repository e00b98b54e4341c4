"""Priorities and exemptions against the rules for them; cases solved again and again."""

from __future__ import annotations

from tests.audit.plain import STAFF, Plain, entry, record
from tests.audit.stories import twins

PERIOD = {"from": "2026-11-23T09:00:00+00:00", "until": "2026-11-23T10:00:00+00:00"}


def leading(who: str) -> dict[str, str]:
    """The staff list in which this one leads, and nobody else."""
    agents = STAFF.replace("[lead]", "[agent]")
    return {
        "policies/staff.yaml": agents.replace(f"{who}@example.org, roles: [agent]", f"{who}@example.org, roles: [lead]")
    }


RATED = entry("t1", "triage", suggested="p2", chosen="p1")


@twins("raise-late", "minor", "raised the priority from p2 to p1 more than 30 minutes", clause=["ACM-2"])
def test_raised_too_late(desk: Plain, guilty: bool) -> str:
    desk.open()
    return desk.step("triage", RATED, who="lee", at="09:30:01" if guilty else "09:30:00", priority="p1")


@twins("raise-role", "minor", "raised the priority from p2 to p1 without the role lead", clause=["ACM-2"])
def test_raised_by_whom_it_is_not_for(desk: Plain, guilty: bool) -> str:
    desk.open()
    return desk.step("triage", RATED, who="jo" if guilty else "lee", priority="p1")


@twins(
    "raise-role",
    "minor",
    "raised the priority from p2 to p1 without the role lead",
    clause=["ACM-2"],
    beside=["staff-changed"],
)
def test_raised_by_who_is_a_lead_only_since_then(desk: Plain, guilty: bool) -> str:
    """The staff list counts as it was at the step."""
    desk.open()
    if not guilty:
        desk.commit(leading("jo"), "Jo leads", who="max")
    blamed = desk.step("triage", RATED, who="jo", priority="p1")
    desk.commit(leading("jo" if guilty else "lee"), "Who leads now", who="max")
    return blamed


@twins(
    "exemption-approver",
    "major",
    "in the name of sam, who lacks the role lead",
    clause=["ACM-6"],
    beside=["staff-changed"],
)
def test_approved_by_who_is_a_lead_only_since_then(desk: Plain, guilty: bool) -> str:
    desk.open()
    if not guilty:
        desk.commit(leading("sam"), "Sam leads", who="max")
    desk.step("exempt", at="10:30", who="jo", exemptions=record("x1", code="strike", **PERIOD))
    approved = record("x1", code="strike", **PERIOD, approved_by="sam")
    blamed = desk.step("exempt", at="11:00", exemptions=approved)
    desk.commit(leading("sam" if guilty else "lee"), "Who leads now", who="max")
    return blamed


@twins(
    "raise-role",
    "minor",
    "raised the priority from p2 to p1 without the role lead",
    clause=["ACM-2"],
    always=["mixed-commit"],
    beside=["staff-changed", "self-granted"],
)
def test_raised_by_who_makes_himself_a_lead_by_it(desk: Plain, guilty: bool) -> str:
    desk.open()
    return desk.step("triage", RATED, who="jo" if guilty else "lee", priority="p1", also=leading("jo"))


@twins(
    "exemption-approver",
    "major",
    "in the name of sam, who lacks the role lead",
    clause=["ACM-6"],
    always=["mixed-commit"],
    beside=["staff-changed", "self-granted"],
)
def test_approved_by_who_makes_himself_a_lead_by_it(desk: Plain, guilty: bool) -> str:
    desk.open()
    desk.step("exempt", at="10:30", who="jo", exemptions=record("x1", code="strike", **PERIOD))
    who = "sam" if guilty else "lee"
    approved = record("x1", code="strike", **PERIOD, approved_by=who)
    return desk.step("exempt", at="11:00", who=who, exemptions=approved, also=leading("sam"))


@twins("exemption-code", "minor", "policy acme/1.0 has no code 'whim'")
def test_a_reason_that_is_none(desk: Plain, guilty: bool) -> str:
    desk.open()
    approved = record("x1", code="whim" if guilty else "storm", **PERIOD, approved_by="lee")
    return desk.step("exempt", who="lee", at="11:00", exemptions=approved)


@twins("exemption-approver", "major", "in the name of sam, who lacks the role lead", clause=["ACM-6"])
def test_approved_by_whom_it_is_not_for(desk: Plain, guilty: bool) -> str:
    desk.open()
    desk.step("exempt", at="10:30", who="jo", exemptions=record("x1", code="strike", **PERIOD))
    who = "sam" if guilty else "lee"
    return desk.step("exempt", who=who, at="11:00", exemptions=record("x1", code="strike", **PERIOD, approved_by=who))


@twins("exemption-changed", "major", "changed until of exemption x1 after its approval: what was approved counts")
def test_stretched_after_the_approval(desk: Plain, guilty: bool) -> str:
    desk.open()
    desk.step("exempt", at="10:30", who="jo", exemptions=record("x1", code="strike", **PERIOD))
    asked = {"code": "strike", **PERIOD}
    desk.step("exempt", who="lee", at="11:00", exemptions=record("x1", **asked, approved_by="lee"))
    hour = "11" if guilty else "10"
    longer = asked | {"until": f"2026-11-23T{hour}:00:00+00:00"}
    return desk.step(
        "exempt", who="lee", at="12:00", exemptions=record("x1", **longer, approved_by="lee", text="Sorry.")
    )


@twins("downgrade-near-due", "minor", "lowered the priority from p2 to p3 when 30 m of resolution", clause=["ACM-7"])
def test_lowered_when_time_was_nearly_up(desk: Plain, guilty: bool) -> str:
    desk.open()
    desk.step("respond", entry("r1", "response", "We look."))
    return desk.step("triage", at="16:30" if guilty else "16:00", priority="p3")


@twins("solved-often", "minor", "solved the case for the 3rd time", clause=["ACM-9"])
def test_solved_and_solved_and_solved(desk: Plain, guilty: bool) -> str:
    desk.open()
    for _ in range(3 if guilty else 2):
        blamed = desk.step("resolve", status="resolved")
        desk.step("reopen", status="assigned")
    return blamed
