"""What goes with every step: whether who acts may take it, notices that write themselves, advice."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from casectl.desk.authority import authorise, authorise_undo, refuse_strangers
from casectl.desk.meant import facts_of
from casectl.model.case import Case, Entry
from casectl.model.change import Change, Moment
from casectl.model.policy import Book, Policy
from casectl.model.target import Condition
from casectl.model.terms import Terms
from casectl.model.timeline import Step, Timeline
from casectl.model.workflow import CUSTOMER, Duty
from casectl.sla.conditions import holds


class Setting(NamedTuple):
    """What a step was decided on: the case before it (None: there was none), what judges it, and its life so far."""

    case: Case | None
    policy: Policy
    book: Book
    moment: Moment
    terms: tuple[Terms, ...] = ()
    steps: tuple[Step, ...] = ()


def with_consequences(change: Change, setting: Setting) -> Change:
    """The change with what its policy makes go with it. Raises `NotAllowed` where the policy refuses who acts.

    What the program does by itself (`Change.rule`) needs nobody's leave.
    """
    if not change.rule:
        refuse_strangers(setting.policy, setting.book, setting.moment)
    warnings = [] if change.rule else list(_not_for_them(change, setting))
    due = list(_due_notices(change, setting))
    notices = (notice for duty, notice in due if _has_text(setting, duty))
    untold = (_textless(setting, duty) for duty, _ in due if not _has_text(setting, duty))
    advice = _advice(change, setting)
    return change._replace(
        entries=(*change.entries, *notices), warnings=(*change.warnings, *warnings, *untold, *advice)
    )


def _deeds(change: Change) -> Iterator[str]:
    """What the step does, as an authority's row names it: a rating is one whichever verb makes it, and asking for help
    with one is none."""
    rates = any(entry.kind == "triage" for entry in change.entries)
    if change.verb != "triage" or rates:
        yield change.verb
    if rates and change.verb != "triage":
        yield "triage"


def _not_for_them(change: Change, setting: Setting) -> Iterator[str]:
    """Warnings about who acts; who takes a step back is asked for the role for that step, too."""
    policy, book, moment = setting.policy, setting.book, setting.moment
    for deed in _deeds(change):
        yield from authorise(policy, book, moment, deed)
    if policy.workflow.authority and any(entry.kind == "void" for entry in change.entries):
        from casectl.desk.undoing import Past

        step = Step("", moment.now, moment.by, change.fields, change.entries)
        past = Past(Timeline(change.case_id, "", (*setting.steps, step)))
        for ways in past.taken_back(len(setting.steps), policy):
            yield from authorise_undo(policy, book, moment, ways)


def _has_text(setting: Setting, duty: Duty) -> bool:
    """Whether there is a text to draft the duty's message from, or it needs none."""
    known = setting.book.messages.get(setting.policy.desk)
    return not duty.message or known is None or duty.message in known


def _textless(setting: Setting, duty: Duty) -> str:
    where = f"policies/{setting.policy.desk}/messages/{duty.message}.txt"
    return f"{duty.label} is owed: there is no {where} to draft it from"


def _due_notices(change: Change, setting: Setting) -> Iterator[tuple[Duty, Entry]]:
    """Each automatic duty that this step brings about, with the notice of it."""
    duties = [duty for duty in setting.policy.workflow.duties.values() if duty.automatic]
    if not duties or any(entry.kind == "void" for entry in change.entries):
        return
    from casectl.sla.automatic import derived_id
    from casectl.sla.duties import AUTOMATIC, told, ways_of
    from casectl.sla.life import Life
    from casectl.sla.voids import effective

    step = Step("", setting.moment.now, setting.moment.by, change.fields, change.entries)
    customers = setting.book.customers.get(setting.policy.desk, {})
    terms = setting.terms or (Terms(setting.policy, customers, setting.book.staff),)
    life = Life(effective((*setting.steps, step), change.case_id).steps, terms)
    last = len(life.spells) - 1
    for duty in duties:
        happened = any(one.index == last for anchor in duty.on for one in life.happenings(anchor))
        if happened and life.meets(duty.when) and AUTOMATIC in ways_of(life, duty, last):
            occasion = change.entries[0].id if change.entries else f"{change.verb} {setting.moment.now}"
            yield duty, _notice(duty, derived_id(change.case_id, duty.name, occasion), told(life, duty.to, last))


def _notice(duty: Duty, name: str, whom: tuple[str, ...]) -> Entry:
    to = None if whom == (CUSTOMER,) else ", ".join(whom)
    said = {"to": to, "rule": duty.name, "text": f"{duty.label}: drafted" if duty.message else duty.label}
    return Entry(name, "notice", {key: value for key, value in said.items() if value is not None})


def _advice(change: Change, setting: Setting) -> Iterator[str]:
    """What such cases call for, told once: when a case comes to be one."""
    rows = setting.policy.workflow.advice
    if not rows:
        return
    before = setting.case
    after = (before or Case({})).changed(change.fields)
    for row in rows:
        if _holds(setting, row.when, after) and (before is None or not _holds(setting, row.when, before)):
            clause = f" ({', '.join(row.clause)})" if row.clause else ""
            yield f"{row.say}{clause}"


def _holds(setting: Setting, condition: Condition, case: Case) -> bool:
    facts = (*facts_of(case, setting.policy, setting.book), None)
    received = case.instant("received") or (setting.steps[0].at if setting.steps else setting.moment.now)
    return holds(condition, facts, setting.policy.calendars, received)
