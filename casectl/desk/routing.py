"""Where a case goes: its team, and whoever is on duty, by the rows that its policy has for that."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from casectl.desk.meant import facts_of
from casectl.model.case import Case, Value
from casectl.model.instants import Instant
from casectl.model.policy import Book, Policy
from casectl.model.rota import on_duty
from casectl.model.workflow import Hours, Route
from casectl.sla.conditions import holds
from casectl.sla.walltime import is_open

FIRST_LINE = "first_line"
"""In `refer`: the customer's own first line."""


class Routed(NamedTuple):
    """What the rows say of a case: fields, whom it is referred to, and what went wrong."""

    fields: dict[str, Value | None]
    refer: str = ""
    warnings: tuple[str, ...] = ()


def routed(policy: Policy, book: Book, case: Case, now: Instant) -> Routed:
    """Where a new case goes, as of its opening. A rota on which nobody is on duty leaves its field empty, and that is
    told."""
    rows = list(_rows(policy, book, case, now))
    warnings: list[str] = []
    fields: dict[str, Value | None] = {"team": _said(rows, lambda row: row.team)}
    for name in ("owner", "assignee"):
        rota = _said(rows, lambda row, name=name: str(getattr(row, name)))  # type: ignore[misc]
        fields[name] = _person(book, policy, rota, name, now, warnings) if rota else None
    fields["waiting_for"] = _said(rows, lambda row: row.waiting_for)
    refer = _said(rows, lambda row: row.refer) or ""
    kept: dict[str, Value | None] = {
        name: value for name, value in fields.items() if value and case.fields.get(name) is None
    }
    return Routed(kept, _first_line(book, policy, case) if refer == FIRST_LINE else refer, tuple(warnings))


def team_for(policy: Policy, book: Book, case: Case, now: Instant) -> str | None:
    """The team that a case belongs to as it is now; None when no row says one."""
    return _said(list(_rows(policy, book, case, now)), lambda row: row.team)


def _rows(policy: Policy, book: Book, case: Case, now: Instant) -> Iterator[Route]:
    facts = (*facts_of(case, policy, book), None)
    received = case.instant("received") or now
    own = bool(_first_line(book, policy, case))
    for row in policy.workflow.routing:
        fits = holds(row.when, facts, policy.calendars, received) and (own or not row.first_line)
        if fits and _in_hours(policy, row.hours, now):
            yield row


def _in_hours(policy: Policy, hours: Hours, now: Instant) -> bool:
    inside = not hours.inside or any(is_open(policy, name, now) for name in hours.inside)
    outside = not hours.outside or any(not is_open(policy, name, now) for name in hours.outside)
    return inside and outside


def _said(rows: list[Route], word: Callable[[Route], str]) -> str | None:
    return next((said for row in rows if (said := word(row))), None)


def _person(book: Book, policy: Policy, rota: str, name: str, now: Instant, warnings: list[str]) -> str | None:
    listed = book.rotas.get(rota)
    if listed is None:
        warnings.append(f"no {name}: policies/staff.yaml has no rota '{rota}' that can be read")
        return None
    person = on_duty(listed, now)
    if person is None:
        warnings.append(f"no {name}: nobody is on duty now by rota '{rota}'")
    return person


def _first_line(book: Book, policy: Policy, case: Case) -> str:
    customer = book.customer(policy.desk, case.text("customer"))
    return customer.first_line if customer else ""
