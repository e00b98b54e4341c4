"""Opening a case: defaults, claims, and what is refused before anything is written."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from casectl.model.policy import Book
from casectl.model.problems import CasectlError, NotAllowed, NotFound, UsageMistake
from tests.desk.desk_day import BOOK, LATER, POLICY, Day


def test_defaults_come_from_the_policy_and_are_no_triage() -> None:
    case = Day().open().case
    assert (case.status, case.priority, case.need("type"), case.need("channel")) == ("open", "p3", "fault", "phone")
    assert case.need("policy") == "acme-desk/1.0"
    assert case.log == ()


def test_id_has_the_prefix_and_the_utc_date() -> None:
    """23:30 in Toronto is the next day in UTC."""
    assert Day().at("2026-11-23 23:30").open().case.id.startswith("ABC-261124-")


def test_a_priority_said_at_opening_is_its_triage() -> None:
    day = Day().open(type="request", priority="p2")
    assert day.case.priority == "p2"
    assert (day.last.kind, day.last.fields) == ("triage", {"suggested": "p4", "chosen": "p2"})


def test_only_what_was_said_is_stored() -> None:
    assert set(Day().open().case.fields) == {
        "id", "policy", "type", "title", "customer", "channel", "status", "priority",
    }  # fmt: skip


def test_claims_are_kept_as_instants() -> None:
    day = Day().at("09:30").open(received="2026-11-23T09:00:00-05:00", detected="2026-11-23T13:58:00Z")
    assert day.case.instant("received") == day.moment.now - 1800
    assert day.case.instant("detected") == day.moment.now - 1920


def test_the_version_in_force_at_the_desk_s_local_date() -> None:
    """2.0 begins on 1 December in Toronto: not yet at 23:59 of the day before, though it is December in UTC."""
    both = Book({POLICY.ref: POLICY, LATER.ref: LATER}, BOOK.customers, BOOK.staff)
    assert Day(book=both).at("2026-11-30 23:59").open().case.need("policy") == "acme-desk/1.0"
    assert Day(book=both).at("2026-12-01 00:00").open().case.need("policy") == "acme-desk/2.0"


def test_a_desk_without_a_customer_list_takes_any_customer() -> None:
    unlisted = Book(BOOK.policies, {}, BOOK.staff)
    assert Day(book=unlisted).open(customer="somebody").case.text("customer") == "somebody"


def test_a_call_that_ends_now_began_so_many_minutes_ago() -> None:
    day = Day().at("09:30").open(minutes=9, priority="p2", update_every="1h")
    called, rated = day.case.log
    assert (called.kind, called.fields) == (
        "call", {"direction": "in", "started": day.moment.now - 540, "minutes": 9},
    )  # fmt: skip
    assert rated.kind == "triage"
    assert day.case.text("update_every") == "1h"


def test_a_call_began_when_it_was_received() -> None:
    day = Day().at("09:30").open(minutes=5, received="2026-11-23T09:20:00-05:00")
    assert day.last.fields["started"] == day.moment.now - 600


def test_no_customer_is_said_and_opened() -> None:
    assert "customer" in Day().open(customer=None).change.warnings[0]


@pytest.mark.parametrize(
    ("options", "kind", "words"),
    [
        ({"desk": "acme-dsk"}, NotFound, "did you mean 'acme-desk'"),
        ({"customer": "oakfeld"}, NotFound, "did you mean 'oakfield'"),
        ({"customer": "New Mill"}, NotFound, "a new one is a line in policies/acme-desk/customers.yaml"),
        ({"customer": "New Mill"}, NotFound, "committed: new-mill: {label: NAME}"),
        ({"received": "0001-01-01T00:00:00+14:00"}, UsageMistake, "--received is before 1970 or after 9998"),
        ({"received": "1969-12-31T23:59:59Z"}, UsageMistake, "--received is before 1970 or after 9998"),
        ({"detected": "9999-12-31T23:59:59-12:00"}, UsageMistake, "--detected is before 1970 or after 9998"),
        ({"priority": "p9"}, UsageMistake, "no priority 'p9'"),
        ({"type": "falt"}, UsageMistake, "did you mean 'fault'"),
        ({"channel": "fax"}, UsageMistake, "one of: email, phone"),
        ({"received": "2026-11-23T09:00:00"}, UsageMistake, "without an offset"),
        ({"received": "2026-11-23T09:00:01-05:00"}, UsageMistake, "--received lies in the future"),
        ({"detected": "2026-11-24T09:00:00Z"}, UsageMistake, "--detected lies in the future"),
        ({"received": "yesterday"}, UsageMistake, "not a time"),
        ({"contact": "ann@oakfield.example"}, UsageMistake, "mail address"),
        ({"minutes": -1}, UsageMistake, "a call of -1 minutes"),
        ({"minutes": 1441}, UsageMistake, "from 0 to 1440"),
        ({"update_every": "daily"}, UsageMistake, "not a duration"),
        ({"answer": ["impact=all"]}, UsageMistake, "asks no questions"),
        ({"title": " "}, UsageMistake, "the title is empty"),
        ({"title": "two\nlines"}, UsageMistake, "one line"),
        ({"title": "bell\x07"}, UsageMistake, "U+0007"),
        ({"description": "x" * 65537}, UsageMistake, "64 KiB"),
        ({"description": "\udc80"}, UsageMistake, "U+DC80"),
    ],
)
def test_refused(options: dict[str, Any], kind: type[CasectlError], words: str) -> None:
    with pytest.raises(kind) as refusal:
        Day().open(**options)
    assert words in str(refusal.value)


def test_desk_must_be_said_where_there_are_two() -> None:
    other = replace(POLICY, desk="other-desk")
    with pytest.raises(UsageMistake, match="which desk"):
        Day(book=Book({POLICY.ref: POLICY, other.ref: other}, {})).open(customer=None)


def test_a_desk_whose_first_version_is_still_to_come() -> None:
    future = replace(POLICY, effective=date(2027, 1, 1))
    with pytest.raises(NotAllowed, match="no policy in force on 2026-11-23"):
        Day(book=Book({future.ref: future}, {})).open(customer=None)
