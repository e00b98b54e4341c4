"""Who signed what: signatures that are missing, untrue, unknown, or somebody else's than the committer's.

The keys are those of every version of `policies/staff.yaml`; they hold on the days that were said of them last, and
until the commit that took them off.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from casectl.audit.asking import Asking
from casectl.audit.finding import Code, Finding, named_mail, show_people
from casectl.audit.history import History
from casectl.audit.tenure import Tenure, Tenures
from casectl.model.instants import Instant, format_instant
from casectl.model.policy import Policy
from casectl.model.signing_key import fingerprint_of
from casectl.store.book import desk_of_file
from casectl.store.commitlog import Commit
from casectl.store.objects import ObjectReader
from casectl.store.signatures import Signature

CODES = {
    "unsigned": Code("major", "A commit is not signed, although the policy wants every commit of the desk signed."),
    "bad-signature": Code(
        "major", "A commit carries a signature that is not true of it, that cannot be read, or that is too weak."
    ),
    "unchecked-signature": Code("minor", "A signature is of a kind that is not checked, such as one of OpenPGP."),
    "unknown-key": Code("major", "A commit is signed with a key that nobody of the staff ever had."),
    "wrong-signer": Code("major", "A commit is signed with the key of somebody else than who committed it."),
    "key-late": Code("minor", "A commit is signed with a key that the staff list got only after it."),
    "key-not-valid": Code(
        "major", "A commit is signed with a key outside the days on which it holds, or after it was taken off."
    ),
}
"""What is unsigned is told where a policy asks for signatures. Keys that nobody has, and signatures that are not
checked, also where the committer has keys on the staff list: another one is worth a question there. The rest is told
always: it claims what is not so."""


class _Place(NamedTuple):
    """What a commit is about, as its findings tell it."""

    case: str
    desk: str
    asked_by: tuple[Policy, ...]
    """Policies in force at its time that want it signed, as they read before it."""


def at_the_end(history: History) -> Iterator[Finding]:
    """After the cases have been read: they say whose they are."""
    with ObjectReader(history.repo) as reader:
        yield from _of_commits(history, Asking(history, reader))


def _of_commits(history: History, asking: Asking) -> Iterator[Finding]:
    tenures = Tenures(history)
    for commit in history.commits.values():
        signature = history.signatures.get(commit.id, Signature("unsigned"))
        place = _place(history, asking, commit)
        wanted = bool(place.asked_by) or commit.committer.mail.lower() in tenures.mails
        at = history.made_at(commit)
        found = _missing(place) if signature.state == "unsigned" else _doubt(commit, signature, tenures, wanted, at)
        if found:
            code, told = found
            clause = tuple(dict.fromkeys(each for policy in place.asked_by for each in policy.scrutiny.clause))
            yield Finding(code, commit.id, told, place.case, place.desk, clause, show=show_people(commit.id))


def _missing(place: _Place) -> tuple[str, str] | None:
    if not place.asked_by:
        return None
    return "unsigned", f"is not signed, as {' and '.join(policy.ref for policy in place.asked_by)} wants it to be"


def _doubt(commit: Commit, signature: Signature, tenures: Tenures, wanted: bool, at: Instant) -> tuple[str, str] | None:
    """What is wrong with a signature that is there, made by `at`; whether the weaker doubts are `wanted`."""
    if signature.state == "bad":
        return "bad-signature", f"carries a signature that proves nothing: {signature.why}"
    if signature.state == "unsupported":
        return ("unchecked-signature", f"is signed in a way that is {signature.why}") if wanted else None
    name, owners = fingerprint_of(signature.key), tenures.of(signature.key)
    if not owners:
        return ("unknown-key", f"is signed with {name}, which nobody of the staff ever had") if wanted else None
    mail = commit.committer.mail
    own = [_untimely(commit, tenures, owner, at) for owner in owners if tenures.is_of(owner, mail, commit.id)]
    if not own:
        return (
            "wrong-signer",
            f"was committed by {named_mail(mail)} and signed with a key of '{owners[-1].who}' ({name})",
        )
    return None if None in own else own[-1]


def _untimely(commit: Commit, tenures: Tenures, owner: Tenure, at: Instant) -> tuple[str, str] | None:
    """What is wrong with the time at which the committer signed with a key of theirs."""
    name = fingerprint_of(owner.key)
    if tenures.has_left(owner, commit.id):
        return "key-not-valid", f"is signed with {name}, which had been taken off the staff list, from '{owner.who}'"
    if not any(spell.holds_at(at) for spell in owner.spells):
        return "key-not-valid", f"counts at {format_instant(at)}; '{owner.who}' did not have {name} then"
    if tenures.is_late(owner, commit.id):
        return "key-late", f"is signed with a key that '{owner.who}' got in the staff list only later"
    return None


def _place(history: History, asking: Asking, commit: Commit) -> _Place:
    """A file of `policies/` that belongs to no desk, such as the staff list, is every desk's."""
    cases = history.cases_in(commit.id)
    policies = {desk_of_file(touch.path) for touch in history.touches.get(commit.id, ())} - {None}
    desks = {each for each in policies if each}.union(*(history.desks_of(case, commit.id) for case in cases))
    shared = "" in policies
    asked_by = tuple(asking.of(commit, desks | history.desks_touched if shared else desks))
    return _Place(cases[0] if len(cases) == 1 else "", min(desks) if len(desks) == 1 and not shared else "", asked_by)
