"""Open a case: something was reported, and its clocks start.

Type, channel and priority are the policy's defaults unless said; a priority said here, or the answers to the policy's
questions, count as its triage.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, NamedTuple

from casectl.desk.alike import perhaps_the_same
from casectl.desk.checklists import ticked
from casectl.desk.known import (
    claimed,
    known_customer,
    known_interval,
    known_minutes,
    known_word,
    policy_at_opening,
    unknown_category,
    unknown_service,
)
from casectl.desk.meant import wrong_way
from casectl.desk.others import desk_of, is_done, other_case
from casectl.desk.rating import rating_facts, read_answers, recorded, suggestion
from casectl.desk.routing import routed
from casectl.desk.verb import Flag, Opening, entry
from casectl.desk.wording import clean, clean_if_given, first_words, looks_like_mail, personal_data
from casectl.model.calendar import DAY_SECONDS
from casectl.model.case import Case, Entry, Value
from casectl.model.caseid import mint_id
from casectl.model.change import Change
from casectl.model.moves import move
from casectl.model.policy import Policy
from casectl.model.problems import NotAllowed, UsageMistake
from casectl.model.rubric import open_questions

LONG_AGO = 30 * DAY_SECONDS


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
    answer: Annotated[
        list[str] | None, Flag("An answer to a question that rates it; once for each.", metavar="QUESTION=ANSWER")
    ] = None,
    received: Annotated[str | None, Flag("When it came in, if before now.", metavar="INSTANT")] = None,
    detected: Annotated[str | None, Flag("When monitoring noticed, if it did.", metavar="INSTANT")] = None,
    minutes: Annotated[int | None, Flag("It came by a call that took so long and ends now.", metavar="N")] = None,
    update_every: Annotated[str | None, Flag("How often the customer gets news.", metavar="DURATION")] = None,
    description: Annotated[str | None, Flag("More words; `-` reads them from standard input.", stdin=True)] = None,
    follows: Annotated[
        str | None, Flag("The solved or closed case that comes back in this one.", case=True, metavar="ID")
    ] = None,
    waiting_for: Annotated[
        str | None, Flag("Open it waiting, for that: what came in is not clear yet.", metavar="WHO")
    ] = None,
    checked: Annotated[
        list[str] | None,
        Flag("An item of the checklist that was done; once for each.", ("--check",), metavar="ITEM[=REMARK]"),
    ] = None,
) -> Change:
    """The opening of a new case, under the policy in force."""
    before = _followed(opening, follows, desk) if follows is not None else None
    desk = desk_of(before) if before else desk
    policy = policy_at_opening(opening.book, desk, opening.moment.now)
    customer, contact, service, category = _taken_over(before, customer, contact, service, category)
    unrated = {
        "follows": before.id if before else None,
        **_words(opening, policy, title=title, description=description, contact=contact, customer=customer),
        **_matter(policy, kind=type, channel=channel, service=service, category=category),
        **_claims(opening, policy, received=received, detected=detected),
        "policy": policy.ref,
        "status": policy.defaults.status,
        "update_every": known_interval(update_every) if update_every is not None else None,
    }
    answers = read_answers(policy, answer or ())
    rated = _rating(policy, _case(unrated), priority, answers)
    called = _call(opening, minutes, unrated["received"])
    name = mint_id(policy.prefix, opening.moment.now, opening.moment.mint)
    case = _case({"id": name, **unrated, "priority": rated.chosen})
    entries = (*called, *_triage(opening, rated, answers), *_checklist(opening, policy, checked or ()))
    going = routed(policy, opening.book, case.changed({"waiting_for": waiting_for}), opening.moment.now)
    case = case.changed({**going.fields, **_waiting(policy, case, waiting_for or going.fields.get("waiting_for"))})
    entries += (entry(opening, "referral", to=going.refer),) if going.refer else ()
    warnings = (*rated.warnings, *_oddities(opening, policy, case), *going.warnings, *_referred(case, going.refer))
    warnings += perhaps_the_same(opening, policy, case) if before is None else ()
    return Change("open", case.id, first_words(case.need("title")), case.fields, entries, warnings=warnings)


def _followed(opening: Opening, case_id: str, desk: str | None) -> Case:
    """The case that comes back. Raises `NotFound`, `UsageMistake` for another desk, `NotAllowed` while it is open."""
    case = other_case(opening, case_id)
    if desk not in (None, desk_of(case)):
        raise UsageMistake(f"{case.id} is a case of desk '{desk_of(case)}'", "leave --desk out")
    if case.need("policy") in opening.book.policies and not is_done(opening.book, case):
        raise NotAllowed(f"{case.id} is {case.status}: it is still open", f"casectl show {case.id}; work goes on there")
    return case


def _taken_over(before: Case | None, customer: str | None, *given: str | None) -> tuple[str | None, ...]:
    """Customer, contact, service and category: as given, else those of the case that comes back, if it comes back for
    the same customer."""
    if before is None or customer not in (None, before.text("customer")):
        return customer, *given
    known = [before.text(name) for name in ("contact", "service", "category")]
    return before.text("customer"), *(mine if mine is not None else old for mine, old in zip(given, known, strict=True))


def _words(
    opening: Opening, policy: Policy, title: str, description: str | None, contact: str | None, customer: str | None
) -> dict[str, Value | None]:
    return {
        "title": clean(title, "the title", one_line=True),
        "description": clean_if_given(description, "the description"),
        "customer": known_customer(opening.book, policy.desk, customer) if customer is not None else None,
        "contact": _reference(contact) if contact is not None else None,
    }


def _matter(
    policy: Policy,
    kind: str | None,
    channel: str | None,
    service: str | None,
    category: str | None,
) -> dict[str, Value | None]:
    return {
        "type": known_word(kind or policy.defaults.type, "type", policy.types, policy),
        "channel": known_word(channel or policy.defaults.channel, "channel", policy.channels, policy),
        "service": clean_if_given(service, "the service", one_line=True),
        "category": clean_if_given(category, "the category", one_line=True),
    }


def _claims(opening: Opening, policy: Policy, **typed: str | None) -> dict[str, Value | None]:
    """The moments of options as typed: when somebody says that it came in, and that it was noticed."""
    now = opening.moment.now
    return {
        name: claimed(text, f"--{name}", now, policy.zone) if text is not None else None for name, text in typed.items()
    }


def _case(fields: Mapping[str, Value | None]) -> Case:
    return Case({}).changed(fields)


class _Rating(NamedTuple):
    chosen: str
    suggested: str
    by_somebody: bool
    """Somebody rated it, so that it counts as triaged."""
    warnings: tuple[str, ...] = ()


def _rating(policy: Policy, case: Case, priority: str | None, answers: Mapping[str, str]) -> _Rating:
    """The priority that was said, else what the answers and facts suggest, else that of the type."""
    certain = suggestion(policy, case, answers)
    default = certain or policy.types[case.need("type")].priority
    if priority is not None:
        return _Rating(known_word(priority, "priority", policy.priorities, policy), default, True)
    if not answers or certain is not None:
        return _Rating(default, default, bool(answers))
    asked = ", ".join(question.name for question in open_questions(policy, rating_facts(case), answers))
    warning = f"not rated: the answers leave open {asked or 'everything'}, and were not kept; casectl triage asks again"
    return _Rating(default, default, False, (warning,))


def _triage(opening: Opening, rated: _Rating, answers: Mapping[str, str]) -> tuple[Entry, ...]:
    if not rated.by_somebody:
        return ()
    said = recorded(answers)
    return (entry(opening, "triage", suggested=rated.suggested, chosen=rated.chosen, answers=said),)


def _call(opening: Opening, minutes: int | None, received: Value | None) -> tuple[Entry, ...]:
    if minutes is None:
        return ()
    length = known_minutes(minutes)
    began = received if isinstance(received, int) else opening.moment.now - 60 * length
    if began + 60 * length > opening.moment.now:
        hint = "see --received and --minutes"
        raise UsageMistake(f"a call of {length} min that came in then ends in the future", hint)
    return (entry(opening, "call", direction="in", started=began, minutes=length),)


def _oddities(opening: Opening, policy: Policy, case: Case) -> tuple[str, ...]:
    """What is worth saying about a new case. Nothing here refuses it."""
    customer = case.text("customer")
    return (
        *(() if customer else (f"no customer was named; casectl set {case.id} customer=NAME adds one",)),
        *_long_ago(opening, case),
        *unknown_service(opening.book, policy, customer, case.text("service")),
        *unknown_category(policy, case.text("category")),
        *wrong_way(case, policy, opening.book, case.instant("received") or opening.moment.now),
        *personal_data(case.text("title"), "the title"),
        *personal_data(case.text("description"), "the description"),
    )


def _long_ago(opening: Opening, case: Case) -> tuple[str, ...]:
    """A claim that is more likely a slip of the year than a letter that was found."""
    now = opening.moment.now
    claims = {name: now - at for name in ("received", "detected") if (at := case.instant(name)) is not None}
    old = [f"{name} {age // DAY_SECONDS} days ago" for name, age in claims.items() if age > LONG_AGO]
    return (f"{' and '.join(old)}, as claimed: nothing changes that later, see the year",) if old else ()


def _checklist(opening: Opening, policy: Policy, items: Sequence[str]) -> tuple[Entry, ...]:
    return (entry(opening, "checklist", answers=ticked(policy, items)),) if items else ()


def _waiting(policy: Policy, case: Case, who: Value | None) -> dict[str, Value | None]:
    """The status and whom the case waits for, when it is opened waiting. Raises as `hold` does."""
    if who is None:
        return {}
    known = known_word(str(who), "waiting_for", policy.waiting_for, policy)
    return {"status": move(policy, case, ("waiting",)), "waiting_for": known}


def _referred(case: Case, to: str) -> tuple[str, ...]:
    if not to:
        return ()
    ways = f"casectl call {case.id} --out, or casectl email {case.id} --out"
    return (f"the contact is to be referred to {to}: tell them; {ways}",)


def _reference(contact: str) -> str:
    if looks_like_mail(contact):
        raise UsageMistake(
            "--contact is a mail address", "give a reference such as acme/it-lead: history never forgets"
        )
    return clean(contact, "the contact", one_line=True)
