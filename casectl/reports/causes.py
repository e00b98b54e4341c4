"""What made a row read as it does at a later commit: a step of its case, or a file of its policy."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from casectl.model.figures import TargetRow
from casectl.model.problems import Problem
from casectl.model.timeline import Step, Timeline
from casectl.reports.population import Population
from casectl.reports.words import SHORT
from casectl.sla.clock import evaluate
from casectl.store.delivered import Key
from casectl.store.lives import policy_changes, read_lives
from casectl.store.objects import ObjectReader
from casectl.store.pinned import PolicyShelf
from casectl.store.repo import Repo

FACTS = ("state", "breached_at", "elapsed_seconds", "limit_seconds")
"""What a row reads as: rows that agree in these are the same."""

_JUDGED = ("state", "breached_at", "limit_seconds")
"""The facts that are a judgement, weightiest first; the time elapsed is only a measure."""

Reading = tuple[object, ...] | None


class Cause(NamedTuple):
    """The commit that did it, with the case's step when it was one; else `what` it was."""

    commit: str | None = None
    step: Step | None = None
    what: str = ""
    life: Timeline | None = None
    """The life that the step is of."""
    also: tuple[str, ...] = ()
    """Other steps that moved the row on the way, oldest first."""


class Wanted(NamedTuple):
    """One row as the earlier and the later commit have it; None where it has none."""

    before: TargetRow | None
    after: TargetRow | None


def reading(row: TargetRow | None) -> Reading:
    """What a row reads as; None for no row."""
    return None if row is None else tuple(getattr(row, fact) for fact in FACTS)


def causes_of(repo: Repo, before: Population, after: Population, wanted: Mapping[Key, Wanted]) -> dict[Key, Cause]:
    """Why each wanted row reads in `after` as it does, though it read otherwise in `before`. Both are as of the same
    moment.

    It is the first step that `before` does not have after which the weightiest fact that differs (`_JUDGED`) is what it
    is for good; where only the time elapsed differs, the step that moved it most. Each case is judged anew after each
    of those steps, in memory.
    """
    cases = sorted({case_id for case_id, _, _ in wanted})
    old, new = (read_lives(repo, population.commit, cases) for population in (before, after))
    found: dict[Key, Cause] = {}
    unmoved: dict[Key, Wanted] = {}
    with ObjectReader(repo) as reader:
        shelf = PolicyShelf(repo, reader, after.commit)
        for case_id in cases:
            rows = {key: row for key, row in wanted.items() if key[0] == case_id}
            told = _of_case(_Case(shelf, new.get(case_id), after), old.get(case_id), rows)
            found |= {key: cause for key, cause in told.items() if cause is not None}
            unmoved |= {key: rows[key] for key, cause in told.items() if cause is None}
        return found | _of_files(repo, before, after, unmoved, new, reader)


class _Case(NamedTuple):
    """A case's life at the later commit, to be judged as it was after some of its steps."""

    shelf: PolicyShelf
    life: Timeline | None
    read: Population

    def rows(self, commits: Container[str]) -> Mapping[Key, Reading]:
        """What its rows read as when only these steps are known; none for a case of another desk."""
        steps = tuple(step for step in self.life.steps if step.commit in commits) if self.life else ()
        if self.life is None or not steps:
            return {}
        life = self.life._replace(steps=steps, problems=())
        terms = self.shelf.pinned(life, self.read.as_of)
        if isinstance(terms, Problem) or steps[0].at > self.read.as_of:
            return {}
        figures = evaluate(life, terms, self.read.as_of)
        if self.read.desk not in (None, figures.desk):
            return {}
        return {(figures.id, row.target, row.occurrence): reading(row) for row in figures.rows}


def _of_case(case: _Case, old: Timeline | None, wanted: Mapping[Key, Wanted]) -> dict[Key, Cause | None]:
    """The cause of each row; None where no step of the case is one."""
    if case.life is None:
        return dict.fromkeys(wanted, Cause(what="the case is not in this history"))
    known = {step.commit for step in old.steps} if old else set()
    added = [step for step in case.life.until(case.read.as_of) if step.commit not in known]
    told = [case.rows(known | {step.commit for step in added[:place]}) for place in range(len(added) + 1)]
    lost = known - {step.commit for step in case.life.steps}
    gone = Cause(what="steps that this history does not have: " + ", ".join(sorted(each[:SHORT] for each in lost)))
    found: dict[Key, Cause | None] = {}
    for key, row in wanted.items():
        readings = [rows.get(key) for rows in told]
        if readings[-1] != reading(row.after):
            found[key] = _missing_cause(case.read, key)
        else:
            place = _decisive(reading(row.before), readings)
            found[key] = _step(case.life, added, place, readings) if place is not None else gone if lost else None
    return found


def _decisive(before: Reading, told: Sequence[Reading]) -> int | None:
    """Which step made a row read as it does at last: `told` is what it read as before the first of them and after each.

    None when no step did: a fact that differs from `before` was as it is without any of them.
    """
    for fact in _JUDGED:
        values = [_fact(each, fact) for each in told]
        if _fact(before, fact) != values[-1]:
            others = [place for place, value in enumerate(values) if value != values[-1]]
            return others[-1] if others else None
    return _longest([_elapsed(each) for each in told], _elapsed(before))


def _longest(elapsed: Sequence[int], before: int) -> int | None:
    """The step that moved the time elapsed most towards what it is at last; the later one of equals."""
    way = elapsed[-1] - before
    moved = [(later - earlier) * way for earlier, later in pairwise(elapsed)]
    most = max(moved, default=0)
    return len(moved) - 1 - moved[::-1].index(most) if most > 0 else None


def _fact(told: Reading, name: str) -> object:
    return None if told is None else told[FACTS.index(name)]


def _elapsed(told: Reading) -> int:
    found = _fact(told, "elapsed_seconds")
    return found if isinstance(found, int) else 0


def _step(life: Timeline, added: Sequence[Step], place: int, told: Sequence[Reading]) -> Cause:
    moved = (step for step, (was, now) in zip(added, pairwise(told), strict=True) if was != now)
    step = added[place]
    return Cause(step.commit, step, life=life, also=tuple(each.commit for each in moved if each is not step))


def _missing_cause(read: Population, key: Key) -> Cause:
    """For a row that is not what its life says: the case cannot be judged."""
    told = next((problem.message for problem in read.exceptions if key[0] in problem.path), "it cannot be judged")
    return Cause(what=told)


def _of_files(
    repo: Repo,
    before: Population,
    after: Population,
    unmoved: Mapping[Key, Wanted],
    lives: Mapping[str, Timeline],
    reader: ObjectReader,
) -> dict[Key, Cause]:
    """The first commit of a policy's file after which a row that no step moved reads as it does now."""
    found: dict[Key, Cause] = {}
    touched = policy_changes(repo, before.commit, after.commit) if unmoved else []
    for commit, path in touched:
        shelf = PolicyShelf(repo, reader, commit)
        for key, row in unmoved.items():
            life = lives[key[0]]
            rows = _Case(shelf, life, after).rows({step.commit for step in life.steps})
            if key not in found and rows.get(key) == reading(row.after):
                found[key] = Cause(commit, what=f"{path} changed")
    return {key: found.get(key, Cause(what="no step of the case")) for key in unmoved}
