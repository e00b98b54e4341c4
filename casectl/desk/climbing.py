"""How a case climbs a ladder: which level is next, and what must hold before somebody takes it there by hand."""

from __future__ import annotations

from collections.abc import Iterator

from casectl.desk.verb import Scene
from casectl.model.figures import TargetRow
from casectl.model.instants import at_the_desk
from casectl.model.policy import Ladder, LadderLevel
from casectl.model.problems import NotAllowed
from casectl.model.workflow import Guard


def next_rung(scene: Scene) -> tuple[Ladder, LadderLevel]:
    """The ladder for this type of case, and the level above the case's. Raises `NotAllowed` when there is none."""
    case, policy = scene.case, scene.policy
    ladder = policy.ladder_for(case.need("type"))
    if ladder is None:
        raise NotAllowed(f"policy {policy.ref} has no ladder for cases of type '{case.need('type')}'")
    above = [rung for rung in ladder.levels if rung.level > case.level]
    if not above:
        hint = f"casectl note {case.id} -m TEXT records what was said there"
        raise NotAllowed(f"{case.id} is at the top of its ladder already (level {case.level})", hint)
    return ladder, min(above, key=lambda rung: rung.level)


def refuse_unguarded(scene: Scene, ladder: Ladder) -> None:
    """Raise `NotAllowed` while the ladder's guard does not let the case climb, with everything that it wants."""
    guard = ladder.guard
    if guard is None or not scene.timeline.steps:
        return
    wanting = [*_closed(scene, guard), *_early(scene, guard)]
    if wanting:
        clause = f" ({', '.join(guard.clause)})" if guard.clause else ""
        hint = f"casectl expedite {scene.case.id} --reason TEXT moves it ahead of others meanwhile"
        raise NotAllowed(f"{scene.case.id} cannot be escalated yet: {'; '.join(wanting)}{clause}", hint)


def _closed(scene: Scene, guard: Guard) -> Iterator[str]:
    from casectl.sla.opentime import open_time
    from casectl.sla.walltime import is_open

    now = scene.moment.now
    if not is_open(scene.policy, guard.calendar, now):
        opens = open_time(scene.policy.calendars[guard.calendar], now, now).next_opening(now)
        when = at_the_desk(opens, scene.policy.zone)
        yield f"escalations are for the hours of '{guard.calendar}', which opens {when}"


def _early(scene: Scene, guard: Guard) -> Iterator[str]:
    """Why a case has not had its time, unless it stalls."""
    if not guard.targets and not guard.idle_seconds:
        return
    from casectl.sla.clock import evaluate

    rows = evaluate(scene.timeline, scene.judged_by, scene.moment.now).rows
    mine = [row for row in rows if row.target in guard.targets]
    if any(_had_its_time(row, guard) for row in mine) or _idle(scene, guard):
        return
    share = "was not breached" if guard.share is None else f"has not used {round(guard.share * 100)} % of its time"
    ways = [f"{' or '.join(guard.targets)} {share}"] if guard.targets else []
    ways += [f"something was logged within {guard.idle_seconds // 60} min"] if guard.idle_seconds else []
    yield ", and ".join(ways)


def _had_its_time(row: TargetRow, guard: Guard) -> bool:
    if row.state == "breached":
        return True
    used = row.elapsed_seconds / row.limit_seconds if row.limit_seconds else 0.0
    return guard.share is not None and used >= guard.share


def _idle(scene: Scene, guard: Guard) -> bool:
    """Whether nothing was logged for so long. The opening, and what the program notes by itself, count as nothing."""
    if not guard.idle_seconds:
        return False
    from casectl.sla.walltime import passed

    busy = (step.at for step in scene.timeline.steps[1:] if any("rule" not in each.fields for each in step.entries))
    last = max(busy, default=scene.timeline.opened.at)
    return passed(scene.policy, guard.idle_calendar, last, scene.moment.now) >= guard.idle_seconds
