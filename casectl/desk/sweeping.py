"""What time alone brings about in a case, as steps: one for each rule and occasion, each saying which rule did it."""

from __future__ import annotations

from functools import partial

from casectl.desk.verb import Scene, change
from casectl.model.case import Entry, Scalar, Value
from casectl.model.change import Change
from casectl.model.figures import Upcoming
from casectl.model.problems import NotAllowed
from casectl.model.workflow import CUSTOMER, Automatic
from casectl.sla.automatic import derived_id, ladder_level
from casectl.sla.clock import evaluate
from casectl.sla.duties import told

_VERBS = {"closed": "close", "resolved": "resolve", "monitoring": "resolve", "waiting": "hold"}


class NothingDueError(NotAllowed):
    """Nothing in the case is due by time alone, or somebody has done it meanwhile."""


def swept(scene: Scene) -> Change:
    """The first thing that time has made due in the case. Raises `NothingDueError` when nothing is (any more)."""
    upcoming = evaluate(scene.timeline, scene.judged_by, scene.moment.now).upcoming
    if not upcoming:
        raise NothingDueError(f"nothing in {scene.case.id} is due by time alone")
    return done_by_rule(scene, upcoming[0])


def done_by_rule(scene: Scene, due: Upcoming) -> Change:
    """What a rule does where it is due; nobody has a choice in it."""
    rule = scene.policy.workflow.automatic[due.rule]
    name = derived_id(scene.case.id, rule.name, due.occurrence)
    ladder = scene.policy.ladder_for(scene.case.need("type"))
    level = ladder_level(ladder, rule, scene.case.level)
    if rule.move:
        step = _moved(scene, rule, due, name)
    elif level is not None:
        step = _raised(scene, rule, due, name, level)
    else:
        step = change(scene, "notify", due.reason, {}, (_notice(scene, rule, due, name),))
    return step._replace(event=f"automatic {step.verb}", rule=f"{scene.policy.ref} {rule.name}")


def _moved(scene: Scene, rule: Automatic, due: Upcoming, name: str) -> Change:
    phase = scene.policy.phase_of(rule.move)
    verb = _VERBS.get(phase, "move")
    return change(scene, verb, due.reason, {"status": rule.move}, (_notice(scene, rule, due, name),))


def _raised(scene: Scene, rule: Automatic, due: Upcoming, name: str, level: int) -> Change:
    said = partial(_entry, name, "escalation", reason=due.reason, rule=rule.name)
    entries = [said(from_level=scene.case.level, to_level=level)]
    if rule.tell:
        entries.append(_notice(scene, rule, due, derived_id(scene.case.id, rule.name, f"{due.occurrence} told")))
    fields: dict[str, Value | None] = {"level": level}
    return change(scene, "escalate", f"to level {level}: {due.reason}", fields, tuple(entries))


def _notice(scene: Scene, rule: Automatic, due: Upcoming, name: str) -> Entry:
    life = scene.life()
    whom = told(life, rule.tell) if life and rule.tell else ()
    to = ", ".join(whom) if whom and whom != (CUSTOMER,) else None
    return _entry(name, "notice", to=to, rule=rule.name, text=f"{rule.label}: {due.reason}")


def _entry(name: str, kind: str, **fields: Scalar | None) -> Entry:
    return Entry(name, kind, {key: value for key, value in fields.items() if value is not None})
