"""Who could do what: each person and each step of each desk, by the policy in force at the end of the period."""

from __future__ import annotations

from collections.abc import Iterator

from casectl.desk.authority import authorise, refuse_strangers
from casectl.model.change import Moment
from casectl.model.instants import Instant
from casectl.model.policy import Book, Person, Policy
from casectl.model.problems import CasectlError
from casectl.model.signing_key import SigningKey
from casectl.model.workflow_shape import VERBS
from casectl.reports.hours import version_in_force
from casectl.reports.table import Cell, Table, sheet

COLUMNS = "desk policy person what may by clause name mail roles desks keys"
STRANGER = "(not on the staff)"


def authority_table(book: Book, until: Instant, desk: str | None = None) -> Table:
    """A row for each desk, person and step, for each exemption that they may approve, and for raising a priority.

    `may` is `yes`, `warned` or `refused`; `by` are the roles that it is kept for (none: anybody may). Who is on no
    staff list stands last. The rules are those that a step itself asks.
    """
    desks = [each for each in book.desks() if desk in (None, each)]
    return sheet(
        "Authority",
        COLUMNS,
        (row for each in desks for row in _of_desk(book, version_in_force(book, each, until), until)),
    )


def _of_desk(book: Book, policy: Policy, until: Instant) -> Iterator[dict[str, Cell]]:
    people: list[Person | None] = [*(book.staff[key] for key in sorted(book.staff)), None]
    for person in people:
        about = _about(policy, person)
        for verb in VERBS:
            rule = policy.workflow.authority.get(verb)
            may = _may(book, policy, person, verb, until)
            yield {
                **about,
                "what": verb,
                "may": may,
                "by": rule.roles if rule else (),
                "clause": rule.clause if rule else (),
            }
        yield from _approvals(policy, person, about)


def _approvals(policy: Policy, person: Person | None, about: dict[str, Cell]) -> Iterator[dict[str, Cell]]:
    for code, exemption in sorted(policy.exemptions.items()):
        may = _holds(person, policy, exemption.approved_by)
        yield {**about, "what": f"approve exemption {code}", "may": may, "by": exemption.approved_by,
               "clause": exemption.clause}  # fmt: skip
    if policy.raising is not None:
        may = _holds(person, policy, policy.raising.roles, otherwise="warned")
        yield {**about, "what": "raise a priority", "may": may, "by": policy.raising.roles,
               "clause": policy.raising.clause}  # fmt: skip


def _about(policy: Policy, person: Person | None) -> dict[str, Cell]:
    known: dict[str, Cell] = {"desk": policy.desk, "policy": policy.ref, "person": STRANGER}
    if person is None:
        return known
    return {**known, "person": person.key, "name": person.name, "mail": person.mail, "roles": person.roles,
            "desks": person.desks, "keys": tuple(map(_key_words, person.keys))}  # fmt: skip


def _key_words(key: SigningKey) -> str:
    """`SHA256:… 2026-01-01/2026-12-31`: the fingerprint, as `ssh-keygen -l` prints it, and its days."""
    days = f" {key.since or ''}/{key.until or ''}" if key.since or key.until else ""
    return f"{key.fingerprint}{days}"


def _may(book: Book, policy: Policy, person: Person | None, verb: str, until: Instant) -> str:
    moment = Moment(until, person.key if person else STRANGER, lambda _: "")
    try:
        refuse_strangers(policy, book, moment)
        return "warned" if authorise(policy, book, moment, verb) else "yes"
    except CasectlError:
        return "refused"


def _holds(person: Person | None, policy: Policy, roles: tuple[str, ...], otherwise: str = "refused") -> str:
    if not roles:
        return "yes"
    return "yes" if person is not None and person.holds(roles, policy.desk) else otherwise
