"""What time alone has made due in a case, by the automatic rules of its policy, and nobody has done yet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from casectl.model.caseid import ALPHABET
from casectl.model.figures import TargetRow, Upcoming
from casectl.model.instants import Instant
from casectl.model.policy import DONE_PHASES, Ladder
from casectl.model.workflow import NEXT_LEVEL, Automatic
from casectl.sla.life import TYPE, Life
from casectl.sla.readiness import happened_since, lacks, time_served
from casectl.sla.walltime import after, passed

ID_CHARACTERS = 10


def derived_id(case_id: str, rule: str, occurrence: str) -> str:
    """The id of the log entry of an automatic action: the same on every machine, so that doing it twice is once."""
    from hashlib import sha256  # 3 ms, and seldom needed

    number = int.from_bytes(sha256("\0".join((case_id, rule, occurrence)).encode()).digest()[:8])
    return "".join(ALPHABET[number >> 5 * place & 31] for place in range(ID_CHARACTERS)).lower()


def upcoming_of(
    life: Life, rows: Sequence[TargetRow], as_of: Instant, case_id: str, logged: frozenset[str]
) -> tuple[Upcoming, ...]:
    """What is due as of a moment, in the policy's order.

    `rows` are the case's targets as of then, `logged` the ids of all its log entries, those of voided steps included:
    what a person took back is not done again.
    """
    rules = life.policy.workflow.automatic
    last = life.spells[-1]
    if not rules or last.phase == "closed" or last.fields.get("merged_into") is not None:
        return ()
    found = (each for rule in rules.values() if life.meets(rule.when) for each in _due(life, rule, rows, as_of))
    return tuple(each for each in found if _is_undone(life, rules[each.rule], each, case_id, logged, as_of))


def ladder_level(ladder: Ladder | None, rule: Automatic, level: int) -> int | None:
    """The level to which a rule takes a case that stands on `level`; None when it is that high already."""
    if rule.escalate is None or ladder is None:
        return None
    wanted = level + 1 if rule.escalate == NEXT_LEVEL else rule.escalate
    return wanted if level < wanted <= len(ladder.levels) else None


def level_of(life: Life) -> int:
    """The level of the ladder that the case stands on; 1 is the desk itself."""
    value = life.spells[-1].fields.get("level")
    return value if isinstance(value, int) else 1


def _is_undone(
    life: Life, rule: Automatic, due: Upcoming, case_id: str, logged: frozenset[str], as_of: Instant
) -> bool:
    """Whether anything of a rule is still to be done for an occurrence."""
    if derived_id(case_id, rule.name, due.occurrence) in logged:
        return False
    if rule.move:
        return rule.move in life.policy.states[life.spells[-1].status].moves and not lacks(life, rule.move, as_of)
    ladder = life.policy.ladder_for(str(life.spells[-1].facts[TYPE]))
    return bool(rule.tell) or ladder_level(ladder, rule, level_of(life)) is not None


def _due(life: Life, rule: Automatic, rows: Sequence[TargetRow], as_of: Instant) -> Iterator[Upcoming]:
    if rule.unless and happened_since(life, life.in_state_since(), rule.unless):
        return
    if rule.targets:
        yield from _of_targets(life, rule, rows)
    elif rule.states:
        yield from _of_state(life, rule, as_of)
    elif rule.age_seconds is not None and life.spells[-1].phase not in DONE_PHASES:
        since = after(life.policy, rule.calendar, life.spells[0].at, rule.age_seconds)
        if since <= as_of:
            hours, minutes = divmod(rule.age_seconds // 60, 60)
            age = f"{hours} h" if hours and not minutes else f"{rule.age_seconds // 60} min"
            yield Upcoming(rule.name, "age", since, f"not solved {age} after its opening")


def _of_targets(life: Life, rule: Automatic, rows: Sequence[TargetRow]) -> Iterator[Upcoming]:
    for row in rows:
        if row.target not in rule.targets or row.stopped_at is not None or row.started_at is None:
            continue
        name = f"{row.target} {row.occurrence}"
        if row.state == "breached" and row.breached_at is not None:
            share = "" if rule.share is None else f", past {round(rule.share * 100)} %"
            yield Upcoming(rule.name, name, row.breached_at, f"{name} is breached{share}")
        elif rule.share is not None and row.limit_seconds and row.state in ("running", "at-risk"):
            used = row.elapsed_seconds / row.limit_seconds
            if used >= rule.share:
                since = max(row.started_at, life.spells[-1].at)
                yield Upcoming(rule.name, name, since, f"{name} has used {round(used * 100)} % of its time")


def _of_state(life: Life, rule: Automatic, as_of: Instant) -> Iterator[Upcoming]:
    last = life.spells[-1]
    if last.status not in rule.states or (rule.waiting_for and last.waiting_for not in rule.waiting_for):
        return
    begun = life.spells[_waiting_since(life) if rule.waiting_for else life.in_state_since()].at
    times = 1
    if rule.repeat and rule.after_seconds:
        times = max(1, passed(life.policy, rule.calendar, begun, as_of) // rule.after_seconds)
    seconds = times * rule.after_seconds
    since = after(life.policy, rule.calendar, begun, seconds)
    since = max(since, time_served(life, rule.move)) if rule.move else since
    if since <= as_of:
        place = f"{last.status} {_stays(life, last.status)}"
        waits = f", waiting for {last.waiting_for}" if rule.waiting_for else ""
        long = f" for {seconds // 3600} h" if seconds >= 3600 else ""
        occurrence = f"{place} at {begun} {times}" if rule.repeat or rule.waiting_for else place
        yield Upcoming(rule.name, occurrence, since, f"{last.status}{waits}{long}")


def _waiting_since(life: Life) -> int:
    """The index of the spell in which the case came to wait for whom it waits for in the last one."""
    waits = [(spell.phase, spell.waiting_for) for spell in life.spells]
    index = len(waits) - 1
    while index and waits[index - 1] == waits[index]:
        index -= 1
    return index


def _stays(life: Life, status: str) -> int:
    """How many times the case has come to that status."""
    found = [spell.status == status for spell in life.spells]
    return sum(here and not (index and found[index - 1]) for index, here in enumerate(found))
