"""Names that people type, looked up in the policy, the customers and the staff; an unknown one gets a hint."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime

from casectl.model.change import Moment
from casectl.model.figure_reader import parse_span
from casectl.model.instants import LAST_INSTANT, Instant, parse_when, zone_named
from casectl.model.policy import Book, Person, Policy
from casectl.model.problems import NotAllowed, NotFound, UsageMistake, did_you_mean

DAY_MINUTES = 24 * 60


class UnknownDeskError(NotFound):
    """No policy of that desk could be read; `desk` is None where there is no desk at all."""

    def __init__(self, desk: str | None, message: str, hint: str | None) -> None:
        super().__init__(message, hint)
        self.desk = desk


def policy_at_opening(book: Book, desk: str | None, now: Instant) -> Policy:
    """The desk's policy in force at `now`, by the desk's local date; `desk` may be left out where there is only one.

    Raises `NotFound` for an unknown desk, `UsageMistake` when one must be named, `NotAllowed` before its first version.
    """
    desks = book.desks()
    if not desks:
        raise UnknownDeskError(None, "policies/ holds no desk", "casectl policy check says why")
    if desk is None and len(desks) > 1:
        raise UsageMistake("which desk? --desk is missing", f"one of: {', '.join(desks)}")
    name = desk or desks[0]
    versions = [policy for policy in book.policies.values() if policy.desk == name]
    if not versions:
        raise UnknownDeskError(name, f"there is no desk '{name}' in policies/", nearest(name, desks))
    zone = max(versions, key=lambda policy: policy.effective).zone
    today = datetime.fromtimestamp(now, UTC).astimezone(zone_named(zone)).date()
    policy = book.in_force(name, today)
    if policy is None:
        first = min(versions, key=lambda policy: policy.effective)
        raise NotAllowed(f"desk '{name}' has no policy in force on {today}", f"{first.ref} begins {first.effective}")
    return policy


def known_word(word: str, what: str, known: Iterable[str], policy: Policy) -> str:
    """A priority, type, channel or such of the policy. Raises `UsageMistake` for any other word."""
    choices = list(known)
    if word not in choices:
        raise UsageMistake(f"policy {policy.ref} has no {what} '{word}'", nearest(word, choices))
    return word


def nearest(word: str, known: Iterable[str]) -> str | None:
    """`did_you_mean`, which also knows a word whose letters' case alone is wrong."""
    choices = list(known)
    same = next((choice for choice in choices if choice.casefold() == word.casefold()), None)
    return f"did you mean '{same}'?" if same else did_you_mean(word, choices)


def known_customer(book: Book, desk: str, name: str) -> str:
    """A customer of the desk. A desk that lists none takes any. Raises `NotFound` for one that it does not list."""
    listed = book.customers.get(desk, {})
    if listed and name not in listed:
        near = nearest(name, listed) or ""
        way = f"a new one is a line in policies/{desk}/customers.yaml, committed: {_as_key(name)}: {{label: NAME}}"
        raise NotFound(f"desk '{desk}' has no customer '{name}'", "; ".join(filter(None, (near, way))))
    return name


def _as_key(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "NAME"


def known_person(book: Book, moment: Moment, name: str, desk: str = "") -> tuple[str, tuple[str, ...]]:
    """The staff key for a key, a mail address or `me`; anybody else is taken as typed, with a warning, and so is
    somebody who works at other desks than `desk`."""
    if name == "me":
        return moment.by, ()
    person = book.staff.get(name) or book.person_by_mail(name)
    if person:
        return person.key, _elsewhere(person, desk)
    near = nearest(name, book.staff) or ""
    tail = f": {near}" if near.startswith("did") else ""
    return name, (f"'{name}' is not in policies/staff.yaml{tail}",)


def _elsewhere(person: Person, desk: str) -> tuple[str, ...]:
    if not desk or not person.desks or desk in person.desks:
        return ()
    return (f"{_named(person)} works at {', '.join(person.desks)}, not at {desk}",)


def claimed(text: str, what: str, now: Instant, zone: str) -> Instant:
    """A claimed moment as typed. Raises `UsageMistake` for no time, one without an offset, or one in the future."""
    instant = parse_when(text, now, zone, what)
    if instant > now:
        raise UsageMistake(f"{what} lies in the future: '{text}'", "a claim is about what has happened; see the offset")
    return instant


def coming(text: str, what: str, now: Instant, zone: str) -> Instant:
    """A moment to come as typed: as `parse_when` takes it, or a duration from `now` in wall time (`2h`, `1h30m`).

    Raises `UsageMistake` for neither, for working days, and for a moment that is not in the future.
    """
    span = parse_span(text)
    if span is not None and span.unit == "days":
        raise UsageMistake(f"{what} in working days: '{text}'", "name the moment, or a duration such as 48h")
    instant = parse_when(text, now, zone, what) if span is None else now + span.amount
    if not now < instant <= LAST_INSTANT:
        when = "is not in the future" if instant <= now else "is too far away"
        raise UsageMistake(f"{what} {when}: '{text}'", "like 2h, or 2026-11-23T09:00:00+00:00; see the offset")
    return instant


def known_interval(text: str) -> str:
    """A duration or a number of working days, as `update_every` holds it. Raises `UsageMistake` for anything else."""
    span = parse_span(text)
    if span is None or not span.amount:
        hint = "like 15m, 4h, 1h30m; a case is without one after update_every="
        raise UsageMistake(f"not a duration: '{text}'", hint)
    return text


def known_minutes(minutes: int) -> int:
    """The length of a call. Raises `UsageMistake` for none that a call can have."""
    if not 0 <= minutes <= DAY_MINUTES:
        raise UsageMistake(f"a call of {minutes} minutes", f"from 0 to {DAY_MINUTES}")
    return minutes


def known_satisfaction(text: str) -> int:
    """How content a customer is. Raises `UsageMistake` for what is not 1 to 5."""
    if text not in ("1", "2", "3", "4", "5"):
        raise UsageMistake(f"satisfaction cannot be '{text}'", "a whole number from 1 (not at all) to 5 (very)")
    return int(text)


def unknown_service(book: Book, policy: Policy, customer: str | None, service: str | None) -> tuple[str, ...]:
    """Warnings about a service that neither the policy nor the customer's record lists, or that no promise covers."""
    if not service or not policy.services:
        return ()
    listed = policy.services.get(service)
    if listed is not None and not listed.covered:
        return (f"service '{service}' is out of scope of policy {policy.ref}: the case is exempt from every target",)
    record = book.customer(policy.desk, customer)
    ordered = record.services if record else {}
    if listed is not None or service in ordered:
        return ()
    return (f"policy {policy.ref} has no service '{service}': {nearest(service, [*policy.services, *ordered])}",)


def unknown_category(policy: Policy, category: str | None) -> tuple[str, ...]:
    """A warning about a category that the policy does not list, if it lists any."""
    if not category or not policy.categories or category in policy.categories:
        return ()
    return (f"policy {policy.ref} has no category '{category}': {nearest(category, policy.categories)}",)


def holds_role(book: Book, desk: str, person: str, roles: Iterable[str]) -> bool:
    """Whether somebody (by key) holds one of the roles at the desk, as the staff list has it today."""
    found = book.staff.get(person)
    return found is not None and found.holds(roles, desk)


def who_holds(book: Book, desk: str, roles: Iterable[str]) -> str:
    """Who holds one of the roles at the desk, for a message: `Ada Byron (ada)`, by what is typed for them."""
    wanted = list(roles)
    found = sorted((person for person in book.staff.values() if person.holds(wanted, desk)), key=lambda one: one.key)
    return ", ".join(_named(person) for person in found) or "nobody on the staff"


def _named(person: Person) -> str:
    return f"{person.name} ({person.key})" if person.name else person.key
