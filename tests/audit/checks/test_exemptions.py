"""Exemptions that nobody approved, and approvals in another's name."""

from __future__ import annotations

from tests.audit.plain import Plain, record
from tests.audit.stories import twins

PERIOD = {"from": "2026-11-23T09:00:00+00:00", "until": "2026-11-23T10:00:00+00:00"}


@twins("exemption-unapproved", "minor", "asked for exemption x1 (strike), which no lead approved", clause=["ACM-6"])
def test_an_exemption_that_was_only_asked_for(desk: Plain, guilty: bool) -> str:
    desk.open()
    asked = desk.step("exempt", at="11:00", exemptions=record("x1", code="strike", **PERIOD))
    if not guilty:
        desk.step("exempt", who="lee", exemptions=record("x1", code="strike", **PERIOD, approved_by="lee"))
    return asked


@twins("exemption-unapproved", "minor", "which no lead approved", clause=["ACM-6"])
def test_a_reason_that_nobody_has_to_approve(desk: Plain, guilty: bool) -> str:
    desk.open()
    return desk.step("exempt", at="11:00", exemptions=record("x1", code="strike" if guilty else "storm", **PERIOD))


@twins("exemption-proxy", "observation", "says that lee approved exemption x1; it was committed by sam@example.org")
def test_an_approval_in_anothers_name(desk: Plain, guilty: bool) -> str:
    desk.open()
    approved = record("x1", code="strike", **PERIOD, approved_by="lee")
    return desk.step("exempt", at="11:00", who="sam" if guilty else "lee", exemptions=approved)
