"""Times that a file claims, against the commit that claims them."""

from __future__ import annotations

from tests.audit.plain import Plain, entry, record
from tests.audit.stories import twins


@twins(
    "claim-ahead", "major", "claims 2026-11-23T09:30:00+00:00 for received, 30 m later than itself", clause=["ACM-9"]
)
def test_received_after_it_was_opened(desk: Plain, guilty: bool) -> str:
    return desk.open(received="2026-11-23T09:30:00+00:00" if guilty else "2026-11-23T09:00:00+00:00")


@twins("claim-ahead", "major", "for call c1, 1 h later than itself", clause=["ACM-9"])
def test_a_call_that_is_still_to_come(desk: Plain, guilty: bool) -> str:
    desk.open()
    started = f"2026-11-23T{'11' if guilty else '09'}:00:00+00:00"
    return desk.step("call", entry("c1", "call", direction="out", started=started, minutes=3), at="10:00")


@twins("claim-old", "minor", "claims 2026-11-22T20:59:59+00:00 for detected, 12 h before itself", clause=["ACM-9"])
def test_noticed_long_ago(desk: Plain, guilty: bool) -> str:
    return desk.open(detected=f"2026-11-22T{'20:59:59' if guilty else '21:00:00'}+00:00")


@twins("claim-old", "minor", "claims 2026-11-20T19:00:00+00:00 for received", clause=["ACM-9"])
def test_what_came_while_the_desk_was_closed_counts_from_its_opening(desk: Plain, guilty: bool) -> str:
    """Mail of Friday night is deemed received on Monday at eight; a call is not."""
    return desk.open(channel="phone" if guilty else "email", received="2026-11-20T19:00:00+00:00")


@twins("id-day", "minor", "opened the case at 2026-11-24T00:00:00+00:00, and its ID names another day")
def test_an_id_of_another_day(desk: Plain, guilty: bool) -> str:
    return desk.open(at="2026-11-24 00:00:00" if guilty else "2026-11-23 23:59:59")


@twins("claim-ahead", "major", "for exemptions.until x1, 1 h later than itself", clause=["ACM-9"])
def test_an_exemption_over_time_to_come(desk: Plain, guilty: bool) -> str:
    """A later step that leaves it as it is claims nothing."""
    desk.open()
    period = {"from": "2026-11-23T09:00:00+00:00", "until": f"2026-11-23T1{'2' if guilty else '1'}:00:00+00:00"}
    storm = record("x1", code="storm", **period)
    asked = desk.step("exempt", at="11:00", exemptions=storm)
    desk.step("exempt", exemptions=storm + record("x2", code="storm", **{"from": "2026-11-23T09:00:00+00:00"}))
    return asked


@twins("claim-ahead", "major", "for exemptions.from x1, 1 h later than itself", clause=["ACM-9"])
def test_an_exemption_that_has_not_begun(desk: Plain, guilty: bool) -> str:
    """It may look back as far as it likes."""
    desk.open()
    begins = "2026-11-23T12:00:00+00:00" if guilty else "2026-11-20T09:00:00+00:00"
    return desk.step("exempt", at="11:00", exemptions=record("x1", code="storm", **{"from": begins}))
