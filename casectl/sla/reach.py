"""Steps that reach back: what the rows were before an exemption or a void, and what such a step took away."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from casectl.model.figures import Overturned
from casectl.model.instants import Instant
from casectl.model.problems import CasectlError
from casectl.model.timeline import Step
from casectl.sla.verdict import Judgement

Key = tuple[str, str, str]
"""Target, commitment, and the commit that started it (none yet: empty): what tells one row from another for ever."""


class Judged(NamedTuple):
    """A judgement, and what its row is known by."""

    key: Key
    judgement: Judgement
    undone: bool = False
    """A step that it rests on was voided: it is told as it stood then."""


MOST_REACHING = 100
"""Each such step has the case judged once more; a case with so many was not made by people."""

Judge = Callable[[tuple[Step, ...], Instant], list[Judged]]


def reaching(steps: Sequence[Step]) -> tuple[int, ...]:
    """The positions of the steps that change what was before them; most lives have none."""
    return tuple(index for index, step in enumerate(steps) if index and _reaches(step))


def _reaches(step: Step) -> bool:
    return "exemptions" in step.changes or any(entry.kind == "void" for entry in step.entries)


def with_overturned(found: list[Judged], steps: tuple[Step, ...], judge: Judge) -> list[Judged]:
    """`found`, the rows at the end of all steps, with the breaches that steps on the record took away.

    Of several that one row lost, the last is told. Rows that a void leaves without a start or a rule stay, withdrawn,
    so that no occurrence changes its number. Raises `CasectlError` for more than `MOST_REACHING` steps that reach back.
    """
    places = reaching(steps)
    if len(places) > MOST_REACHING:
        raise CasectlError(
            f"more than {MOST_REACHING} exemptions and voids in one case",
            "such a case cannot be judged; go on in a new one",
        )
    overturned: dict[Key, Overturned] = {}
    lost: dict[Key, Judged] = {}
    before = _by_key(judge(steps[: places[0]], steps[places[0]].at))
    for place, following in zip(places, [*places[1:], None], strict=True):
        until, at = len(steps) if following is None else following, steps[place].at
        upcoming = _by_key(found if following is None else judge(steps[:until], steps[until].at))
        # Steps of the same second hide what lasted no time, so then the very step has to be judged by itself.
        crowded = place + 1 < until and steps[place + 1].at == at
        after = _by_key(judge(steps[: place + 1], at)) if crowded else upcoming
        for key in before | lost:
            was, now = _breach(before.get(key), at), _breach(after.get(key), at)
            if was is not None and (now is None or now > was):
                overturned[key] = Overturned(was, steps[place].commit, _reason(steps[place]))
            elif key in overturned and now is not None and now <= overturned[key].breached_at:
                del overturned[key]
        lost = {key: one for key, one in (lost | before).items() if key not in after and key[2]}
        before = upcoming
    kept = [*found, *(_undone(one) for one in lost.values())]
    return _in_order([one._replace(judgement=_marked(one, overturned.get(one.key))) for one in kept], found, steps)


def _by_key(judged: list[Judged]) -> dict[Key, Judged]:
    return {one.key: one for one in judged}


def _breach(one: Judged | None, by: Instant) -> Instant | None:
    """When a row was breached, if it was by then. Only steps that reach back could change that later."""
    at = one.judgement.row.breached_at if one else None
    return at if at is not None and at <= by else None


def withdrawn(one: Judged, reason: str) -> Judged:
    """The row as it stood, promising nothing any more."""
    row = one.judgement.row._replace(state="withdrawn", due_at=None, breached_at=None, owed=False, reason=reason)
    return one._replace(judgement=one.judgement._replace(row=row))


def _undone(one: Judged) -> Judged:
    return withdrawn(one, "a step that it rests on was voided")._replace(undone=True)


def _marked(one: Judged, overturned: Overturned | None) -> Judgement:
    return one.judgement._replace(row=one.judgement.row._replace(overturned=overturned))


def _reason(step: Step) -> str:
    for entry in step.entries:
        if entry.kind == "void":
            return f"voided: {entry.fields.get('reason') or entry.fields.get('text') or entry.fields.get('void')}"
    records = step.changes.get("exemptions")
    codes = [str(record.get("code")) for record in records] if isinstance(records, tuple) else []
    return f"exempt: {', '.join(dict.fromkeys(codes))}" if codes else "the exemptions changed"


def _in_order(rows: list[Judged], found: list[Judged], steps: Sequence[Step]) -> list[Judged]:
    """Targets in the order in which they were found; rows that went missing move those after them one number up."""
    places = {step.commit: place for place, step in enumerate(steps)}
    numbered: list[Judged] = []
    for target in dict.fromkeys(one.judgement.row.target for one in (*found, *rows)):
        own = [one for one in rows if one.judgement.row.target == target]
        if any(one.undone for one in own):
            own.sort(key=lambda one: places.get(one.key[2].partition("#")[0], len(places)))
            own = _renumbered(own)
        numbered += own
    return numbered


def _renumbered(rows: list[Judged]) -> list[Judged]:
    """Rows of one target in order of their start. Those of commitments keep the numbers of these."""
    numbered: list[Judged] = []
    last = missing = 0
    for one in rows:
        row = one.judgement.row
        if not row.subject:
            row = row._replace(occurrence=last + 1 if one.undone else max(row.occurrence + missing, last + 1))
        last, missing = row.occurrence, missing + one.undone
        numbered.append(one._replace(judgement=one.judgement._replace(row=row)))
    return numbered
