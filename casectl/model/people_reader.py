"""What stands beside the policies: customers, staff, and lists of holidays. Pure: trees in, values and problems out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from pathlib import PurePosixPath

from casectl.model import people_shape
from casectl.model.calendar import HolidayList
from casectl.model.calendar_reader import read_zone
from casectl.model.figure_reader import read_span
from casectl.model.key_reader import read_keys
from casectl.model.people_shape import CUSTOMER, CUSTOMERS, HOLIDAYS, PERSON, SERVICE_RECORD, STAFF
from casectl.model.policy import Customer, Person, ServiceRecord
from casectl.model.problems import Problem
from casectl.model.reading import Reading
from casectl.model.sanction_reader import read_spend
from casectl.model.target import Span
from casectl.model.tree import Branch, Node, Text

_YEARS = re.compile(people_shape.YEARS)
_MAIL = re.compile(people_shape.MAIL)


def read_customers(node: Node, path: str) -> tuple[Mapping[str, Customer], tuple[Problem, ...]]:
    """`policies/DESK/customers.yaml`. A customer with a mistake is left out; the others are there."""
    reading = Reading(path)
    branch = reading.record(node, "the file", CUSTOMERS)
    customers = {}
    for name, entry in reading.section(branch, "customers", "customer"):
        one = Reading(path)
        customer = _customer(one, name, entry)
        reading.found += one.found
        if not one.failed:
            customers[name] = customer
    return customers, reading.problems


def _customer(reading: Reading, name: str, node: Node) -> Customer:
    what = f"customer '{name}'"
    fields = reading.record(node, what, CUSTOMER)
    zone = read_zone(reading, fields, "UTC") if "zone" in fields.items else None
    plan = reading.text(fields, "plan") or None
    figures = _figures(reading, fields, what)
    services = {
        service: _service(reading, f"{what}, service '{service}'", service, entry)
        for service, entry in reading.section(fields, "services", "service")
    }
    label, first_line = reading.text(fields, "label", name), reading.text(fields, "first_line")
    return Customer(name, label, plan, zone, figures, services, first_line, read_spend(reading, fields, what))


def _service(reading: Reading, what: str, name: str, node: Node) -> ServiceRecord:
    fields = reading.record(node, what, SERVICE_RECORD)
    return ServiceRecord(name, reading.text(fields, "label", name), _figures(reading, fields, what))


def _figures(reading: Reading, fields: Branch, what: str) -> dict[str, Span]:
    figures: dict[str, Span] = {}
    section = fields.items.get("figures")
    for key, value in reading.section(fields, "figures", "figure"):
        text = reading.text(section, key) if isinstance(section, Branch) else ""
        span = read_span(reading, text, value.line, f"{what}, figure '{key}'") if text else None
        if span:
            figures[key] = span
    return figures


def read_staff(node: Node, path: str) -> tuple[Mapping[str, Person], tuple[Problem, ...]]:
    """`policies/staff.yaml`. A person with a mistake is left out; the others are there."""
    reading = Reading(path)
    branch = reading.record(node, "the file", STAFF)
    staff: dict[str, Person] = {}
    mails: dict[str, str] = {}
    owners: dict[bytes, str] = {}
    for key, entry in reading.section(branch, "staff", "person"):
        one = Reading(path)
        person = _person(one, key, entry, owners)
        if person.mail and person.mail.lower() in mails:
            one.mistake(entry.line, f"'{key}' and '{mails[person.mail.lower()]}' have the same mail address")
        mails.setdefault(person.mail.lower(), key)
        reading.found += one.found
        if not one.failed:
            staff[key] = person
    return staff, reading.problems


def _person(reading: Reading, key: str, node: Node, owners: dict[bytes, str]) -> Person:
    """One person; `owners` are those whose keys were read already, by the keys, and get this one's as well."""
    what = f"person '{key}'"
    fields = reading.record(node, what, PERSON)
    mail = reading.text(fields, "mail")
    if mail and not _MAIL.fullmatch(mail):
        reading.mistake(fields.items["mail"].line, f"'{mail}' is no mail address", f"such as {key}@example.com")
    roles = tuple(word for word, _ in reading.words(fields, "roles"))
    desks = tuple(word for word, _ in reading.words(fields, "desks"))
    keys = read_keys(reading, fields, what)
    for signing, line in keys:
        owner = owners.setdefault(signing.blob, key)
        if owner != key:
            reading.mistake(
                line, f"'{key}' and '{owner}' have the same key", "each person signs with keys of their own"
            )
    return Person(key, reading.text(fields, "name"), mail, roles, desks, tuple(signing for signing, _ in keys))


def read_holidays(node: Node, path: str) -> tuple[HolidayList | None, tuple[Problem, ...]]:
    """`policies/holidays/NAME.yaml`; None when anything but warnings was found."""
    reading = Reading(path)
    branch = reading.record(node, "the file", HOLIDAYS)
    name = reading.text(branch, "name")
    stem = PurePosixPath(path.replace("\\", "/")).name.removesuffix(".yaml")
    if name and name != stem:
        reading.mistake(branch.items["name"].line, f"list '{name}' stands in a file named '{stem}'", "name both alike")
    first, last = _years(reading, branch)
    dates = _dates(reading, branch, first, last)
    return (None if reading.failed else HolidayList(name, first, last, dates)), reading.problems


def _years(reading: Reading, branch: Branch) -> tuple[int, int]:
    text = reading.text(branch, "years")
    found = _YEARS.fullmatch(text)
    if text and (not found or int(found[1]) > int(found[2])):
        reading.mistake(branch.items["years"].line, f"'{text}' are no years", "first and last, such as 2015-2035")
    return (int(found[1]), int(found[2])) if found else (1, 9999)


def _dates(reading: Reading, branch: Branch, first: int, last: int) -> dict[date, str]:
    dates: dict[date, str] = {}
    section = reading.mapping(branch.items["dates"], "'dates'") if "dates" in branch.items else Branch({}, 0, {})
    for key, node in section.items.items():
        day = reading.day(key, section.keys[key], "dates")
        if day is None:
            continue
        if not first <= day.year <= last:
            reading.mistake(section.keys[key], f"{day} lies outside the years {first}-{last} of the list")
        if not isinstance(node, Text):
            reading.mistake(node.line, f"{day} needs the name of the holiday", f'"{day}": Founders Day')
            continue
        dates[day] = node.value
    return dates
