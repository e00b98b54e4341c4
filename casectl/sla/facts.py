"""What the life of a case tells beside its times: how it went, who was in touch, what is promised, how it came in."""

from __future__ import annotations

from itertools import pairwise

from casectl.model.case import Entry
from casectl.model.figures import CaseFacts, Contact, Misuse, Promise, Standing
from casectl.model.instants import Instant
from casectl.model.target import Condition
from casectl.sla.life import CATEGORY, CHANNEL, SERVICE, Life, Record

CONTACTS = ("call", "email", "response", "update", "complaint-answer", "escalation-answer", "referral")
"""Log kinds by which the desk and the customer were in touch. Notices that write themselves are none."""


def facts_of(life: Life) -> CaseFacts:
    """All of it as of the end of the life, voids heeded. Instants are UTC seconds."""
    spells, last = life.spells, life.spells[-1]
    solved = life.happenings("resolved")
    satisfaction = last.fields.get("satisfaction")
    return CaseFacts(
        opened_at=spells[0].at,
        resolved_at=solved[-1].at if last.done and solved else None,
        received_at=life.received,
        standings=_standings(life),
        category=last.facts[CATEGORY],
        service=last.facts[SERVICE],
        satisfaction=satisfaction if isinstance(satisfaction, int) else None,
        reopenings=sum(before.done and not after.done for before, after in pairwise(spells)),
        escalations=sum(entry.kind == "escalation" for _, entry in life.entries),
        held=any(spell.phase == "waiting" for spell in spells),
        contact=_last_contact(life),
        handed=_last_handover(life),
        promises=_promises(life),
        misuse=_misuse(life),
    )


def _standings(life: Life) -> tuple[Standing, ...]:
    found: list[Standing] = []
    for spell in life.spells:
        value = spell.fields.get("customer")
        now = Standing(spell.at, None if value is None else str(value), spell.facts)
        if not found or found[-1][1:] != now[1:]:
            found.append(now)
    return tuple(found)


def standing_at(facts: CaseFacts, instant: Instant) -> Standing:
    """Whose case it was, and what kind of, at a moment; before its opening, what it was then."""
    known = [standing for standing in facts.standings if standing.at <= instant]
    return known[-1] if known else facts.standings[0]


def is_contact(entry: Entry) -> bool:
    """Whether the desk and the customer were in touch by what the entry tells."""
    return entry.kind in CONTACTS


def _last_contact(life: Life) -> Contact | None:
    found = next(((index, entry) for index, entry in reversed(life.entries) if is_contact(entry)), None)
    if found is None:
        return None
    spell = life.spells[found[0]]
    return Contact(spell.at, spell.step.author, " ".join(filter(None, (found[1].kind, found[1].direction))))


def _last_handover(life: Life) -> str:
    said = (str(entry.fields.get("text", "")) for _, entry in reversed(life.entries) if entry.kind == "handover")
    return next(said, "")


def _promises(life: Life) -> tuple[Promise, ...]:
    """All that was promised, what is due first before the rest."""
    standing = life.spells[-1].records("commitments")
    if not standing:
        return ()
    announced: dict[tuple[object, ...], Instant] = {}
    for spell in life.spells:
        for record in spell.records("commitments") if "commitments" in spell.step.changes else ():
            announced.setdefault(_times(record), spell.at)
    found = (_promise(record, announced[_times(record)]) for record in standing if isinstance(record.get("due"), int))
    return tuple(sorted(found, key=lambda promise: (promise.due_at, promise.id)))


def _times(record: Record) -> tuple[object, ...]:
    return record.get("id"), record.get("due"), record.get("until")


def _promise(record: Record, announced_at: Instant) -> Promise:
    due, until = record.get("due"), record.get("until")
    return Promise(
        str(record.get("id")),
        str(record.get("kind")),
        announced_at,
        due if isinstance(due, int) else 0,
        until if isinstance(until, int) else None,
        str(record.get("text", "")),
        "cancelled" if record.get("cancelled") else "kept" if record.get("kept") else "open",
    )


def _misuse(life: Life) -> Misuse | None:
    """That the case came by a way that is kept for others, from the moment that somebody had rated it; undone when it
    comes to be one of those cases after all."""
    channel = life.policy.channels.get(life.spells[-1].facts[CHANNEL] or "")
    rated = life.happenings("triaged")
    if channel is None or channel.meant_for == Condition() or not rated:
        return None
    first = rated[0].index
    fits = [life.meets(channel.meant_for, index) for index in range(first, len(life.spells))]
    if all(fits):
        return None
    undone_at = None
    if fits[-1]:
        undone_at = life.spells[first + len(fits) - 1 - fits[::-1].index(False) + 1].at
    spell = life.spells[first + fits.index(False)]
    return Misuse(spell.at, undone_at, spell.step.commit)
