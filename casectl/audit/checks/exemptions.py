"""Exemptions that nobody approved, approvals in the name of another or of oneself, and approvals taken away again."""

from __future__ import annotations

from collections.abc import Iterator

from casectl.audit.finding import Code, Finding, named_mail
from casectl.audit.trial import Trial
from casectl.model.policy import Exemption, Person
from casectl.model.timeline import Step
from casectl.sla.life import Record

CODES = {
    "exemption-unapproved": Code("minor", "An exemption that the policy wants approved was never approved."),
    "exemption-proxy": Code("minor", "An approval was written for another by somebody who may not approve it."),
    "exemption-self": Code("observation", "Somebody approved the exemption that they had asked for themselves."),
    "approval-removed": Code("major", "The approval of an exemption was taken away or given to another."),
}


def of_case(trial: Trial) -> Iterator[Finding]:
    first: dict[str, Step] = {}
    known: dict[str, Record] = {}
    approved: set[str] = set()
    for step in trial.steps:
        for record in records_in(step, "exemptions"):
            name = str(record.get("id"))
            asked, before = first.setdefault(name, step), known.get(name, {})
            known[name] = record
            if record.get("approved_by"):
                approved.add(name)
            if record.get("approved_by") != before.get("approved_by"):
                yield from _approval(trial, step, asked, before, record)
    for name, record in known.items():
        if name not in approved and _has_waited(trial, first[name]):
            yield from _never_approved(trial, first[name], record)


def records_in(step: Step, field: str) -> tuple[Record, ...]:
    """The records of a list as a step left them; none where it did not touch them, or left none."""
    records = step.changes.get(field)
    return records if isinstance(records, tuple) else ()


def _approval(trial: Trial, step: Step, asked: Step, before: Record, record: Record) -> Iterator[Finding]:
    """What a step did that said anew who approved an exemption; `asked` is the step that asked for it."""
    name, was, now = str(record.get("id")), before.get("approved_by"), record.get("approved_by")
    code = _code(trial, record, step)
    clause = code.clause if code else ()
    if was:
        instead = f", and says that {now} gave it" if now else ""
        told = f"took away the approval of exemption {name} by {was}{instead}"
        yield trial.finding("approval-removed", step.commit, told, name, clause)
    if not now or code is None or not code.approved_by:
        return
    committer = _who(trial, step)
    key = committer.key if committer else step.author
    if key != now and not (committer and committer.holds(code.approved_by, trial.policy_at(step.commit).desk)):
        roles = " or ".join(code.approved_by)
        by = named_mail(step.author)
        told = f"says that {now} approved exemption {name}; it was committed by {by}, who is no {roles}"
        yield trial.finding("exemption-proxy", step.commit, told, name, clause)
    asker = _who(trial, asked)
    if asker and asker.key == now:
        told = f"says that {now} approved exemption {name}, for which {now} had asked"
        yield trial.finding("exemption-self", step.commit, told, name, clause)


def _has_waited(trial: Trial, asked: Step) -> bool:
    """Whether whoever may approve has had the time that the policy gives to what is told afterwards. In
    a case that was taken back nothing is left to approve."""
    if trial.effective.ended_by is not None:
        return False
    return trial.life.spells[-1].done or trial.history.now - asked.at > trial.scrutiny().claims_seconds


def _never_approved(trial: Trial, asked: Step, record: Record) -> Iterator[Finding]:
    code = _code(trial, record, asked)
    if code is not None and code.approved_by:
        name, roles = str(record.get("id")), " or ".join(code.approved_by)
        told = f"asked for exemption {name} ({code.name}), which no {roles} approved"
        yield trial.finding("exemption-unapproved", asked.commit, told, name, code.clause)


def _code(trial: Trial, record: Record, step: Step) -> Exemption | None:
    """What the policy that judged the case at a step says of an exemption's reason."""
    return trial.policy_at(step.commit).exemptions.get(str(record.get("code")))


def _who(trial: Trial, step: Step) -> Person | None:
    """Who took a step, by the staff list as it was before it."""
    return trial.book_before(step.commit).person_by_mail(step.author)
