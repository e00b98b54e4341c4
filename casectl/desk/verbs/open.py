"""Open a case: something was reported, and its clocks start.

Type, channel and priority are the policy's defaults unless said; a priority said here counts as its triage.
"""

from __future__ import annotations

from typing import Annotated

from casectl.desk.known import claimed, known_customer, known_word, policy_at_opening
from casectl.desk.verb import Flag, Opening, entry
from casectl.desk.wording import clean, clean_if_given, first_words, looks_like_mail, personal_data
from casectl.model.case import Case, Value
from casectl.model.caseid import mint_id
from casectl.model.change import Change
from casectl.model.policy import Policy
from casectl.model.problems import UsageMistake


def open(  # noqa: A001
    opening: Opening,
    title: Annotated[str, Flag("What is wrong, in one line.")],
    desk: Annotated[str | None, Flag("Whose case it is; may be left out where there is one desk.")] = None,
    type: Annotated[str | None, Flag("The kind of case.")] = None,  # noqa: A002
    customer: Annotated[str | None, Flag("Who has the problem.")] = None,
    contact: Annotated[str | None, Flag("A reference to the person there, never a mail address.")] = None,
    channel: Annotated[str | None, Flag("How it came in.")] = None,
    service: Annotated[str | None, Flag("The service concerned.")] = None,
    category: Annotated[str | None, Flag("The category, where the desk uses them.")] = None,
    priority: Annotated[str | None, Flag("The rating, if somebody has rated it.")] = None,
    received: Annotated[str | None, Flag("When it came in, if before now.", metavar="INSTANT")] = None,
    detected: Annotated[str | None, Flag("When monitoring noticed, if it did.", metavar="INSTANT")] = None,
    description: Annotated[str | None, Flag("More words; `-` reads them from standard input.", stdin=True)] = None,
) -> Change:
    """The opening of a new case, under the policy in force."""
    now = opening.moment.now
    policy = policy_at_opening(opening.book, desk, now)
    kind = known_word(type or policy.defaults.type, "type", policy.types, policy)
    fields: dict[str, Value | None] = {
        "id": mint_id(policy.prefix, now, opening.moment.mint),
        "policy": policy.ref,
        "type": kind,
        "title": clean(title, "the title", one_line=True),
        "description": clean_if_given(description, "the description"),
        "customer": known_customer(opening.book, policy.desk, customer) if customer is not None else None,
        "contact": _reference(contact) if contact is not None else None,
        "channel": known_word(channel or policy.defaults.channel, "channel", policy.channels, policy),
        "service": clean_if_given(service, "the service", one_line=True),
        "category": clean_if_given(category, "the category", one_line=True),
        "received": claimed(received, "--received", now, policy.zone) if received is not None else None,
        "detected": claimed(detected, "--detected", now, policy.zone) if detected is not None else None,
        "status": policy.defaults.status,
        "priority": _rated(policy, kind, priority),
    }
    given = {name: value for name, value in fields.items() if value is not None}
    rating = (entry(opening, "triage", suggested=policy.types[kind].priority, chosen=priority),) if priority else ()
    warnings: tuple[str, ...] = () if customer else ("no customer was named; casectl set ID customer=NAME adds one",)
    warnings += personal_data(title, "the title") + personal_data(description, "the description")
    case = Case(given)
    return Change("open", case.id, first_words(case.need("title")), given, rating, warnings=warnings)


def _rated(policy: Policy, kind: str, priority: str | None) -> str:
    return known_word(priority or policy.types[kind].priority, "priority", policy.priorities, policy)


def _reference(contact: str) -> str:
    if looks_like_mail(contact):
        raise UsageMistake(
            "--contact is a mail address", "give a reference such as acme/it-lead: history never forgets"
        )
    return clean(contact, "the contact", one_line=True)
