"""What a case is owed beside its times: contacts that an event makes owing, and details that its opening lacked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from casectl.model.case import Entry
from casectl.model.figures import DutyRow, DutyState
from casectl.model.instants import Instant
from casectl.model.workflow import INVOLVED, LEVEL, Duty, Intake
from casectl.sla.life import PRIORITY, TYPE, Life
from casectl.sla.opentime import Interval, open_time
from casectl.sla.walltime import after

WORKED_ON = ("new", "active")
"""Phases in which somebody has a case in hand, so that what is owed before closing time is owed."""
WEEK = 7 * 86_400
UNDOABLE = ("resolved", "closed")
"""Events that a return to work undoes."""
AUTOMATIC = "notice"
"""The log kind that notes a message which a step drafted by itself."""


def duties_of(life: Life, as_of: Instant) -> tuple[DutyRow, ...]:
    """Every contact that the case was ever owed, and every detail that its opening lacked, as of a moment.

    Contacts come in the policy's order and then as they happened. `life` is up to `as_of`, voids heeded.
    """
    workflow = life.policy.workflow
    if not workflow.duties and not workflow.intake:
        return ()
    contacts = (row for duty in workflow.duties.values() for row in _contacts(life, duty, as_of))
    return (*contacts, *_details(life, workflow.intake))


def ways_of(life: Life, duty: Duty, index: int) -> tuple[str, ...]:
    """The log kinds that discharge a duty in one spell, the preferred first: those that fail then are replaced.

    An automatic duty's own notice is among them unless it fails.
    """
    kinds = ((AUTOMATIC,) if duty.automatic else ()) + duty.through
    for rule in life.policy.workflow.fallback:
        if life.meets(rule.when, index):
            kinds = tuple(rule.use if kind in rule.ways else kind for kind in kinds)
    return tuple(dict.fromkeys(kinds))


def told(life: Life, to: Iterable[str], index: int = -1) -> tuple[str, ...]:
    """Who is told of a case as it is in one spell: roles as they are, `involved` as the roles of its priority, `level`
    as the role of the level that it stands on."""
    spell = life.spells[index]
    priority = life.policy.priorities.get(str(spell.facts[PRIORITY]))
    ladder = life.policy.ladder_for(str(spell.facts[TYPE]))
    level = spell.fields.get("level", 1)
    stand_ins = {
        INVOLVED: priority.involve if priority else (),
        LEVEL: tuple(rung.role for rung in ladder.levels if rung.level == level and rung.role) if ladder else (),
    }
    return tuple(dict.fromkeys(role for name in to for role in stand_ins.get(name, (name,))))


def _contacts(life: Life, duty: Duty, as_of: Instant) -> Iterator[DutyRow]:
    if duty.before_closing:
        yield from _before_closings(life, duty, as_of)
        return
    happened = {one.index for anchor in duty.on for one in life.happenings(anchor)}
    for number, index in enumerate((i for i in sorted(happened) if life.meets(duty.when, i)), 1):
        yield _contact(life, duty, index, number, as_of)


def _contact(life: Life, duty: Duty, index: int, number: int, as_of: Instant) -> DutyRow:
    since = life.spells[index].at
    due = None
    if duty.within_seconds is not None:
        due = after(life.policy, duty.calendar, since, duty.within_seconds)
    ways = ways_of(life, duty, index)
    kept = {way: at for way in ways if (at := _first(life, duty, way, index)) is not None}
    row = _row(life, duty, (index, number), since, due, ways, kept, as_of)
    undone = _undone_at(life, duty, index)
    return row if undone is None or (row.done_at or undone + 1) <= undone else row._replace(state="dropped")


def _undone_at(life: Life, duty: Duty, index: int) -> Instant | None:
    """When the event was undone: the case went back to work after it had been solved."""
    if not any(one.index == index for anchor in duty.on if anchor in UNDOABLE for one in life.happenings(anchor)):
        return None
    return next((spell.at for spell in life.spells[index:] if not spell.done), None)


def _first(life: Life, duty: Duty, way: str, since: int) -> int | None:
    """The index of the spell that begins with the first entry of that kind, from the event on."""
    return next((at for at, entry in life.entries if at >= since and _discharges(entry, duty, way)), None)


def _discharges(entry: Entry, duty: Duty, way: str) -> bool:
    if way == AUTOMATIC:
        return entry.kind == AUTOMATIC and entry.fields.get("rule") == duty.name
    return entry.answers_to(way)


def _row(
    life: Life,
    duty: Duty,
    place: tuple[int, int],
    since: Instant,
    due: Instant | None,
    ways: Sequence[str],
    kept: dict[str, int],
    as_of: Instant,
) -> DutyRow:
    """The row of one occurrence; `place` is the spell that brought it about, and its number."""
    index, number = place
    all_kept = bool(kept) and (not duty.each or len(kept) == len(ways))
    by = (max if duty.each else min)(kept.values()) if all_kept else None
    done_at = None if by is None else life.spells[by].at
    evidence = [life.spells[at].step.commit for at in (index, by) if at is not None]
    return DutyRow(
        duty=duty.name,
        kind="contact",
        occurrence=number,
        label=duty.label,
        clause=duty.clause,
        state=_state(life, index, due, done_at, as_of),
        since=since,
        due_at=due,
        done_at=done_at,
        lacks=() if all_kept else tuple(way for way in ways if way not in kept),
        evidence=tuple(dict.fromkeys(evidence)),
        each=duty.each,
        to=told(life, duty.to, index),
        message=duty.message,
    )


def _state(life: Life, index: int, due: Instant | None, done_at: Instant | None, as_of: Instant) -> DutyState:
    ended = next((spell.at for spell in life.spells[index:] if spell.phase == "closed"), None)
    limit = min((at for at in (due, ended) if at is not None), default=None)
    if done_at is not None:
        return "done" if limit is None or done_at <= limit else "late"
    if life.spells[-1].fields.get("merged_into") is not None:
        return "dropped"
    if ended is not None:
        return "missed"
    return "overdue" if due is not None and as_of > due else "owed"


def _before_closings(life: Life, duty: Duty, as_of: Instant) -> Iterator[DutyRow]:
    """Once for each closing that finds the case in somebody's hands; the next one ahead counts already."""
    number = 0
    for begins, closes in _days(life, duty, as_of):
        index = _spell_at(life, min(closes - 1, as_of))
        spell = life.spells[index]
        if spell.phase not in WORKED_ON or not life.meets(duty.when, index):
            continue
        number += 1
        ways = ways_of(life, duty, index)
        kept = {way: at for way in ways if (at := _within(life, duty, way, (begins, closes))) is not None}
        row = _row(life, duty, (index, number), max(begins, life.spells[0].at), closes, ways, kept, as_of)
        yield row._replace(state="missed") if row.done_at is None and as_of >= closes else row


def _days(life: Life, duty: Duty, as_of: Instant) -> Iterator[Interval]:
    """From one closing of the calendar to the next, over the life of the case and to the closing that is ahead."""
    hours = open_time(life.policy.calendars[duty.before_closing], life.spells[0].at, as_of)
    if hours.always:
        return
    opened = life.spells[0].at
    ended = next((spell.at for spell in life.spells if spell.phase == "closed"), as_of)
    closings = [closes for _, closes in hours.intervals(opened, hours.next_opening(ended) + WEEK)]
    past = [closes for closes in closings if closes <= ended]
    coming = [closes for closes in closings if closes > ended][:1]
    yield from pairwise([opened, *past, *coming])


def _spell_at(life: Life, instant: Instant) -> int:
    known = [index for index, spell in enumerate(life.spells) if spell.at <= instant]
    return known[-1] if known else 0


def _within(life: Life, duty: Duty, way: str, day: Interval) -> int | None:
    begins, closes = day
    return next(
        (at for at, entry in life.entries
         if begins <= life.spells[at].at <= closes and _discharges(entry, duty, way)),
        None,
    )  # fmt: skip


def _details(life: Life, intake: Iterable[Intake]) -> Iterator[DutyRow]:
    """What rows of `intake` that hold for the case ask for, and its opening did not have; each once."""
    seen: set[tuple[str, str]] = set()
    for row in intake:
        if not life.meets(row.when):
            continue
        for what, name, label in _asked(row):
            if (what, name) not in seen:
                seen.add((what, name))
                supplied = _supplied(life, what, name)
                if supplied != 0:
                    yield _detail(life, row, what, name, label, supplied)


def _asked(row: Intake) -> Iterator[tuple[str, str, str]]:
    yield from (("field", name, name.replace("_", " ")) for name in row.fields)
    yield from (("entry", kind, kind) for kind in row.entries)
    yield from (("item", name, label) for name, label in row.checklist.items())


def _supplied(life: Life, what: str, name: str) -> int | None:
    """The index of the spell from which on the case has it; None as long as it does not."""
    if what == "field":
        has = [name in spell.fields for spell in life.spells]
        return next((index for index, there in enumerate(has) if there), None) if has[-1] else None
    fits = (at for at, entry in life.entries if (entry.answers_to(name) if what == "entry" else _ticks(entry, name)))
    return next(fits, None)


def _ticks(entry: Entry, item: str) -> bool:
    if entry.kind != "checklist":
        return False
    return item in (part.partition("=")[0].strip() for part in str(entry.fields.get("answers", "")).split(","))


def _detail(life: Life, row: Intake, what: str, name: str, label: str, supplied: int | None) -> DutyRow:
    opening = life.spells[0]
    done_at = None if supplied is None else life.spells[supplied].at
    commits = [opening.step.commit] + ([] if supplied is None else [life.spells[supplied].step.commit])
    return DutyRow(
        duty=name,
        kind="detail",
        occurrence=1,
        label=label,
        clause=row.clause,
        state=_state(life, 0, None, done_at, opening.at),
        since=opening.at,
        due_at=None,
        done_at=done_at,
        lacks=(name,) if supplied is None else (),
        evidence=tuple(dict.fromkeys(commits)),
        what=what,  # type: ignore[arg-type]
    )
