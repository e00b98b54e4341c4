"""Customers, staff and holiday lists: what stands beside the policies."""

from __future__ import annotations

from datetime import date

import pytest

from casectl.model.people_reader import read_customers, read_holidays, read_staff
from casectl.model.target import Span
from tests.model.one_policy import tree

CUSTOMERS = """\
customers:
  acme: {label: Acme Ltd, plan: enhanced, zone: America/Toronto, figures: {ttr: 4h, visit: 2wd}}
  oakfield:
"""
STAFF = """\
staff:
  sam: {name: Sam, mail: sam@example.com, roles: [agent, team-leader]}
  jo: {name: Jo, mail: jo@example.com, roles: agent, desks: [acme-desk]}
"""
HOLIDAYS = """\
name: acme
years: 2026-2027
dates:
  2026-12-25: "Christmas Day"
  2027-01-01: New Year
"""


def test_customers() -> None:
    customers, problems = read_customers(tree(CUSTOMERS), "policies/acme-desk/customers.yaml")
    assert problems == ()
    acme = customers["acme"]
    assert (acme.label, acme.plan, acme.zone) == ("Acme Ltd", "enhanced", "America/Toronto")
    assert acme.figures["ttr"] == Span("seconds", 14400, written="4h")
    assert acme.figures["visit"].unit == "days"
    assert (customers["oakfield"].label, customers["oakfield"].zone) == ("oakfield", None)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("label: Acme Ltd", "lable: Acme Ltd", "customer 'acme': unknown field 'lable'"),
        ("America/Toronto", "Toronto", "unknown time zone 'Toronto'"),
        ("ttr: 4h", "ttr: 4 hours", "customer 'acme', figure 'ttr': '4 hours' is no figure"),
        ("plan: enhanced", "plan: [enhanced]", "'plan' must be one value"),
    ],
)
def test_a_bad_customer_takes_no_other_with_it(old: str, new: str, message: str) -> None:
    customers, problems = read_customers(tree(CUSTOMERS.replace(old, new)), "customers.yaml")
    assert list(customers) == ["oakfield"]
    assert [(problem.line, problem.message[: len(message)]) for problem in problems] == [(2, message)]


def test_staff() -> None:
    staff, problems = read_staff(tree(STAFF), "policies/staff.yaml")
    assert problems == ()
    assert (staff["sam"].name, staff["sam"].mail, staff["sam"].roles) == (
        "Sam", "sam@example.com", ("agent", "team-leader"),
    )  # fmt: skip
    assert (staff["jo"].roles, staff["jo"].desks) == (("agent",), ("acme-desk",))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("jo@example.com", "jo at example", "'jo at example' is no mail address"),
        ("jo@example.com", "SAM@example.com", "'jo' and 'sam' have the same mail address"),
        ("name: Jo, ", "", "person 'jo' lacks 'name'"),
    ],
)
def test_a_bad_person_takes_no_other_with_it(old: str, new: str, message: str) -> None:
    staff, problems = read_staff(tree(STAFF.replace(old, new)), "policies/staff.yaml")
    assert list(staff) == ["sam"]
    assert [(problem.line, problem.message) for problem in problems] == [(3, message)]


def test_a_holiday_list() -> None:
    listed, problems = read_holidays(tree(HOLIDAYS), "policies/holidays/acme.yaml")
    assert problems == ()
    assert listed is not None
    assert (listed.first_year, listed.last_year) == (2026, 2027)
    assert listed.dates == {date(2026, 12, 25): "Christmas Day", date(2027, 1, 1): "New Year"}


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("name: acme", "name: acne", 1, "list 'acne' stands in a file named 'acme'"),
        ("2026-2027", "2026", 2, "'2026' are no years"),
        ("2026-2027", "2027-2026", 2, "'2027-2026' are no years"),
        ("2027-01-01", "2028-01-01", 5, "2028-01-01 lies outside the years 2026-2027 of the list"),
        ("2027-01-01", "1 January", 5, "dates: '1 January' is no date"),
        ("New Year", "{en: New Year}", 5, "2027-01-01 needs the name of the holiday"),
    ],
)
def test_a_bad_holiday_list(old: str, new: str, line: int, message: str) -> None:
    listed, problems = read_holidays(tree(HOLIDAYS.replace(old, new)), "policies/holidays/acme.yaml")
    assert listed is None
    assert (line, message) in [(problem.line, problem.message) for problem in problems]
