"""Exemptions that nobody approved, and approvals that one person wrote in the name of another."""

from __future__ import annotations

from collections.abc import Iterator

from casectl.audit.finding import Code, Finding
from casectl.audit.history import Trial
from casectl.sla.life import Record

CODES = {
    "exemption-unapproved": Code("minor", "An exemption that the policy wants approved was never approved."),
    "exemption-proxy": Code(
        "observation", "An approval was written by somebody else than who is said to have given it."
    ),
}


def of_case(trial: Trial) -> Iterator[Finding]:
    known: dict[str, Record] = {}
    added: dict[str, str] = {}
    for step in trial.steps:
        records = step.changes.get("exemptions")
        for record in records if isinstance(records, tuple) else ():
            name = str(record.get("id"))
            before, known[name] = known.get(name, {}), record
            added.setdefault(name, step.commit)
            approver = record.get("approved_by")
            if approver and approver != before.get("approved_by"):
                yield from _in_whose_name(trial, step.commit, step.author, str(approver), name)
    for name, record in known.items():
        code = trial.terms[-1].policy.exemptions.get(str(record.get("code")))
        if not record.get("approved_by") and code is not None and code.approved_by:
            roles = " or ".join(code.approved_by)
            told = f"asked for exemption {name} ({code.name}), which no {roles} approved"
            yield trial.finding("exemption-unapproved", added[name], told, name, code.clause)


def _in_whose_name(trial: Trial, commit: str, author: str, approver: str, name: str) -> Iterator[Finding]:
    book = trial.shelf.book_at(commit, trial.desk)[0]
    person = book.person_by_mail(author)
    if (person.key if person else author) != approver:
        told = f"says that {approver} approved exemption {name}; it was committed by {author}"
        yield trial.finding("exemption-proxy", commit, told, name)
