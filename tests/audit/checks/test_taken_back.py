"""Breaches that were taken away on the record, and cases that were taken back as a whole."""

from __future__ import annotations

from casectl.reports.population import population
from casectl.store.repo import find_repo
from tests.audit.plain import ID, OTHER, Plain, entry, record
from tests.audit.stories import twins
from tests.cli.conftest import moment_of

WHOLE = entry("v1", "void", void=ID, reason="Opened by mistake.")
ANSWER = entry("r1", "response", "We look.")


@twins(
    "breach-undone",
    "minor",
    "took back the breach of resolution at 2026-11-23T13:00:00+00:00: voided: Not so bad.",
    clause=["ACM-7"],
)
def test_a_breach_that_was_undone(desk: Plain, guilty: bool) -> str:
    """What was rated too high is put right before it is late, or after."""
    desk.open(ID, ANSWER)
    rated = entry("t1", "triage", suggested="p2", chosen="p1")
    desk.step("triage", rated, who="lee", at="09:10", priority="p1")
    void = entry("v1", "void", void="t1", reason="Not so bad.")
    return desk.step("undo", void, who="lee", at="14:00" if guilty else "12:00", priority="p2")


@twins("breach-undone", "minor", "took back the breach of response", always=["case-undone"])
def test_a_case_with_a_breach_that_was_undone_as_a_whole(desk: Plain, guilty: bool) -> str:
    desk.open()
    return desk.step("undo", WHOLE, at="14:00" if guilty else "12:00", status="closed")


@twins("case-undone", "observation", "took the case back as a whole: Opened by mistake.")
def test_a_case_that_was_undone_as_a_whole(desk: Plain, guilty: bool) -> str:
    desk.open(ID, ANSWER)
    desk.step("note", entry("n1", "note", "They rang."))
    return desk.step("undo", WHOLE if guilty else entry("v1", "void", void="n1", reason="Wrong case."))


@twins("undone-in-part", "major", "left its status: not back to assigned", always=["wrong-undone"])
def test_a_close_that_was_undone_and_left_in_the_file(desk: Plain, guilty: bool) -> str:
    """Figures go by what stands; whoever reads the file would think the case closed."""
    desk.open()
    desk.step("take", status="assigned", assignee="sam")
    done = desk.step("close", who="lee", status="closed")
    status = {} if guilty else {"status": "assigned"}
    blamed = desk.step("undo", entry("v1", "void", void=done, reason="Not yet."), who="lee", **status)
    (figures,) = population(find_repo(desk.root), desk.head, moment_of("18:00")).figures
    assert (figures.status, figures.phase) == ("assigned", "active")
    return blamed


@twins(
    "undone-in-part", "major", "left its customer and merged_into: not back to customer oakfield, without merged_into"
)
def test_a_customer_and_a_merge_that_were_undone_and_left_in_the_file(desk: Plain, guilty: bool) -> str:
    desk.open(customer="oakfield")
    desk.open(OTHER)
    said = entry("k1", "link", "The same.", to=OTHER)
    desk.step("set", said, event="set", customer="hilltop", merged_into=OTHER)
    fields = {} if guilty else {"customer": "oakfield", "merged_into": None}
    blamed = desk.step("undo", entry("v1", "void", void="k1", reason="Another case."), **fields)
    figures = population(find_repo(desk.root), desk.head, moment_of("18:00")).figures
    assert {each.id: (each.customer, each.merged_into) for each in figures}[ID] == ("oakfield", None)
    return blamed


@twins("undone-in-part", "major", "left its priority: not back to priority p2", beside=["suggestion-false"])
def test_a_void_that_puts_something_else_in_the_place(desk: Plain, guilty: bool) -> str:
    """What a later step made of it stays."""
    desk.open()
    rated = entry("t1", "triage", suggested="p2", chosen="p1")
    desk.step("triage", rated, who="lee", priority="p1")
    if not guilty:
        desk.step("triage", entry("t2", "triage", suggested="p2", chosen="p3"), who="lee", priority="p3")
    return desk.step("undo", entry("v1", "void", void="t1", reason="x"), **({"priority": "p3"} if guilty else {}))


@twins("breach-exempted", "observation", "exempted the breach of response at 2026-11-23T13:00:00+00:00: exempt: storm")
def test_a_breach_that_was_exempted(desk: Plain, guilty: bool) -> str:
    """An exemption that is only asked for takes nothing away."""
    desk.open()
    period = {"from": "2026-11-23T09:00:00+00:00", "until": "2026-11-23T10:00:00+00:00"}
    approved = {"approved_by": "jo"} if guilty else {}
    blamed = desk.step("exempt", at="13:30", exemptions=record("x1", code="storm", **period, **approved))
    desk.step("respond", ANSWER, at="13:45")
    return blamed
