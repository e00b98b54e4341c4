"""Clocks that were stopped."""

from __future__ import annotations

from tests.audit.plain import ID, OTHER, Plain, entry
from tests.audit.stories import twins

WAIT = {"status": "on-hold", "waiting_for": "customer"}
WORK = {"status": "assigned", "waiting_for": None}


@twins("hold-unexplained", "minor", "put the case on hold for customer without a word why", clause=["ACM-9"])
def test_a_hold_without_a_word(desk: Plain, guilty: bool) -> str:
    desk.open()
    return desk.step("hold", *([] if guilty else [entry("n1", "note", "Asked for a name.")]), **WAIT)


@twins("hold-near-due", "minor", "stopped the clock of resolution when 30 m of it were left", clause=["ACM-7"])
def test_a_hold_when_time_was_nearly_up(desk: Plain, guilty: bool) -> str:
    desk.open()
    desk.step("respond", entry("r1", "response", "We look."))
    return desk.step("hold", entry("n1", "note", "Wait."), at="16:30" if guilty else "16:00", **WAIT)


@twins("hold-near-due", "minor", "stopped the clock of resolution", clause=["ACM-7"])
def test_a_hold_that_stops_no_clock(desk: Plain, guilty: bool) -> str:
    desk.open()
    desk.step("respond", entry("r1", "response", "We look."))
    wait = WAIT | {"waiting_for": "customer" if guilty else "supplier"}
    return desk.step("hold", entry("n1", "note", "Wait."), at="16:30", **wait)


@twins("hold-near-due", "minor", "stopped the clock of resolution when 30 m of it were left", clause=["ACM-7"])
def test_a_wait_that_became_another_when_time_was_nearly_up(desk: Plain, guilty: bool) -> str:
    """Who waits for a supplier has no time to lose; who waits for the customer has."""
    desk.open()
    desk.step("respond", entry("r1", "response", "We look."))
    desk.step("hold", entry("n1", "note", "Ordered."), status="on-hold", waiting_for="supplier")
    return desk.step(
        "hold", entry("n2", "note", "Ask them."), at="16:30" if guilty else "16:00", waiting_for="customer"
    )


@twins("hold-unexplained", "minor", "put the case on hold for customer without a word why", clause=["ACM-9"])
def test_a_wait_that_became_another_without_a_word(desk: Plain, guilty: bool) -> str:
    desk.open()
    desk.step("hold", entry("n1", "note", "Ordered."), status="on-hold", waiting_for="supplier")
    return desk.step("hold", *([] if guilty else [entry("n2", "note", "Ask them.")]), waiting_for="customer")


@twins("hold-often", "minor", "put the case on hold for the 3rd time, 3 of them within a day", clause=["ACM-9"])
def test_three_holds_in_a_day(desk: Plain, guilty: bool) -> str:
    desk.open()
    for place, at in enumerate(("09:10", "09:20", "2026-11-24 09:10:00" if guilty else "2026-11-24 09:10:01")):
        blamed = desk.step("hold", entry(f"n{place}", "note", "Wait."), at=at, **WAIT)
        desk.step("resume", **WORK)
    return blamed


@twins("contact-on-hold", "minor", "logged email from the customer, who was waited for 15 m more", clause=["ACM-9"])
def test_waiting_for_somebody_who_was_heard(desk: Plain, guilty: bool) -> str:
    desk.open()
    desk.step("hold", entry("n1", "note", "Which account?"), **WAIT)
    heard = desk.step("email", entry("m1", "email", "This one.", direction="in"), at="10:00")
    desk.step("resume", at="10:15:01" if guilty else "10:15:00", **WORK)
    return heard


@twins("contact-on-hold", "minor", "logged call from the customer, who was waited for", clause=["ACM-9"])
def test_waiting_for_ever(desk: Plain, guilty: bool) -> str:
    desk.open()
    desk.step("hold", entry("n1", "note", "Which account?"), **WAIT)
    return desk.step("call", entry("c1", "call", "This one.", direction="in" if guilty else "out"))


@twins(
    "contact-on-hold",
    "minor",
    "logged email from the customer, who was waited for 15 m more",
    clause=["ACM-9"],
    always=["case-undone"],
)
def test_waiting_until_the_case_was_taken_back(desk: Plain, guilty: bool) -> str:
    """From then on nobody waits."""
    desk.open()
    desk.step("hold", entry("n1", "note", "Which account?"), **WAIT)
    heard = desk.step("email", entry("m1", "email", "This one.", direction="in"), at="10:00")
    void = entry("v1", "void", void=ID, reason="Opened twice.")
    desk.step("undo", void, at="10:15:01" if guilty else "10:15:00")
    return heard


@twins("contact-on-hold", "minor", "logged email from the customer, who was waited for 15 m more", clause=["ACM-9"])
def test_waiting_until_the_case_went_on_in_another(desk: Plain, guilty: bool) -> str:
    desk.open(OTHER)
    desk.open()
    desk.step("hold", entry("n1", "note", "Which account?"), **WAIT)
    heard = desk.step("email", entry("m1", "email", "This one.", direction="in"), at="10:00")
    into = {"merged_into": OTHER}
    desk.step("merge", entry("l1", "link", to=OTHER), at="10:15:01" if guilty else "10:15:00", **into)
    return heard
