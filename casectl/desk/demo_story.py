"""What happens in the cases of the demo, chapter by chapter."""

from __future__ import annotations

from functools import partial

from casectl.desk.demo_duties import ended, tell
from casectl.desk.demo_life import DAY, HOUR, DemoLife
from casectl.desk.demo_opening import answers_of
from casectl.desk.demo_promises import agree_times, ask_exemption, keep_informed, promise_all, set_interval
from casectl.desk.verbs.confirm_path import confirm_path
from casectl.desk.verbs.escalate import escalate
from casectl.desk.verbs.exempt import exempt
from casectl.desk.verbs.hold import hold
from casectl.desk.verbs.note import note
from casectl.desk.verbs.reopen import reopen
from casectl.desk.verbs.resolve import resolve
from casectl.desk.verbs.respond import respond
from casectl.desk.verbs.resume import resume
from casectl.desk.verbs.take import take
from casectl.desk.verbs.triage import triage
from casectl.desk.verbs.undo import undo
from casectl.desk.verbs.update import update
from casectl.model.figures import TargetRow
from casectl.model.instants import Instant
from casectl.model.policy import Person

ANSWERS = {"response": "customer", "escalation-response": "escalation", "complaint-response": "complaint"}
"""Targets that an answer stops, and to what the answer is."""


def ordinary(life: DemoLife) -> None:
    """From the opening to the end, with whatever may come between."""
    left_open(life)
    _work(life)
    _finish(life)


def left_open(life: DemoLife) -> None:
    """Taken, answered, settled; and not finished yet."""
    _rate(life)
    _take(life)
    tell(life)
    agree_times(life)
    keep_informed(life, life.done[0].at)
    _answer(life)
    set_interval(life)
    promise_all(life)


def left_waiting(life: DemoLife) -> None:
    """On hold, for somebody who stops a clock."""
    left_open(life)
    pausing = [name for row in life.rows() for name in sorted(row.rule.pause_for or ())]
    if pausing:
        life.later(15, 200, partial(hold, waiting_for=pausing[0], message=life.says(f"hold:{pausing[0]}", "hold")))


def untouched(life: DemoLife) -> None:
    """Opened, and no more."""


def excused(life: DemoLife) -> None:
    """Late, since it waited for somebody; and that time is exempt afterwards."""
    left_open(life)
    row = _to_resolve(life)
    if row is None or row.due_at is None:
        return
    span = row.due_at - life.now
    waits = partial(hold, waiting_for=_whom(life), message=life.says(f"hold:{_whom(life)}", "hold"))
    if not life.act(life.now + span // 4, waits):
        return
    since = life.now
    life.act(row.due_at + int(span * life.random.uniform(0.2, 0.8)), partial(resume, message=life.says("resume")))
    until = life.now
    life.act(life.now + life.between(15, 60), partial(resolve, message=life.says("resolve")))
    ask_exemption(life, since, until, granted=True)


def outlasting(life: DemoLife) -> None:
    """An exemption that lasts on is asked for, approved, and ended when its reason is gone."""
    left_open(life)
    if not ask_exemption(life, life.now - life.between(1, 10), None, granted=True):
        return
    ref = life.last("exemptions")
    life.later(200, 500, partial(update, message=life.says("update")))
    life.later(400, 900, partial(exempt, end=ref, message=life.says("exempt:ended", "resume")))
    _finish(life)


def mistaken(life: DemoLife) -> None:
    """Opened twice: the whole case is taken back."""
    _take(life)
    life.act(life.now + life.between(2, 30), partial(undo, what=life.case.id, reason=life.says("undo:opening", "undo")))


def _rate(life: DemoLife) -> None:
    """Rate the case, unless that was done when it was opened; a raise is for who may."""
    report = life.report
    opinion = bool(report.answers) or report.priority not in (None, life.case.priority)
    if not opinion or any(entry.kind == "triage" for entry in life.case.log):
        return
    row = next((row for row in life.rows() if "triaged" in row.rule.stop), None)
    at = life.share_of(row) if row and row.limit_seconds else life.now + life.between(2, 12)
    may = life.policy.raising
    by = life.with_role(may.roles) if may and report.answers else None
    life.act(life.at_work(at), partial(triage, priority=report.priority, answer=answers_of(life)), by)


def _take(life: DemoLife) -> None:
    """Somebody takes the case; what came by a way of its own is picked up at once, by the next rung."""
    meant = life.policy.channels[life.case.need("channel")].meant_for.values
    if meant and life.policy.priorities[life.case.priority].rank <= 1:
        life.act(life.now + life.between(0, 3), take, _rung(life, 2))
        return
    rows = life.rows()
    soon = min((row.limit_seconds for row in rows if row.limit_seconds), default=3 * HOUR)
    wait = int(min(soon, 3 * HOUR) * life.random.uniform(0.03, 0.5))
    life.act(life.at_work(life.now + wait), take)


def _rung(life: DemoLife, level: int) -> Person | None:
    ladder = life.policy.ladder_for(life.case.need("type"))
    roles = [rung.role for rung in ladder.levels if rung.level == level] if ladder else []
    return life.with_role(roles) if roles else None


def _answer(life: DemoLife) -> None:
    for row in life.rows():
        if row.target in ANSWERS and life.chance(0.97):
            _answer_one(life, row, life.at_work(life.share_of(row), row))


def _answer_one(life: DemoLife, row: TargetRow, at: Instant) -> None:
    to = ANSWERS[row.target]
    by = _rung(life, life.case.level) if to == "escalation" else None
    life.act(at, partial(respond, message=life.says(f"respond:{to}", "respond"), to=to), by)


def _work(life: DemoLife) -> None:
    """What happens in between: a wait for somebody, a note, a change of rating, an escalation, a slip."""
    if life.chance(0.2):
        life.later(10, 200, partial(note, message=life.says("note")))
    if life.chance(0.06):
        _slip(life)
    if life.chance(0.38):
        _wait(life)
    if life.chance(0.06):
        _rate_anew(life)
    if life.chance(0.25):
        life.later(30, 500, partial(update, message=life.says("update")))
    if life.chance(0.12) or _misses_escalation(life):
        _escalate(life)
        tell(life)


def _escalate(life: DemoLife) -> None:
    """One rung up; the answer comes while work goes on, save where it is to be late."""
    if not life.later(60, 900, partial(escalate, reason=life.says("escalate"))):
        return
    if _misses_escalation(life):
        _answer(life)
        return
    for row in life.rows():
        if row.target in ANSWERS:
            at = life.at_work(life.share_of(row), row)
            life.plan(at, partial(_answer_unless_solved, life, row))


def _answer_unless_solved(life: DemoLife, row: TargetRow, at: Instant) -> None:
    if not life.solved:
        _answer_one(life, row, at)


def _misses_escalation(life: DemoLife) -> bool:
    return life.late is not None and "escalated" in life.policy.targets[life.late].otherwise.start


def _slip(life: DemoLife) -> None:
    """Something is logged in the wrong case, and taken back."""
    if life.later(10, 200, partial(note, message=life.says("slip", "note"))):
        entry = life.done[-1].change.entries[0].id
        life.act(life.now + life.between(1, 9), partial(undo, what=entry, reason=life.says("undo")))


def _wait(life: DemoLife) -> None:
    who = _whom(life)
    if not life.later(15, 400, partial(hold, waiting_for=who, message=life.says(f"hold:{who}", "hold"))):
        return
    since, row = life.now, _to_resolve(life)
    until = since + int(life.between(40, 1200) * life.pace())
    if row and row.due_at:
        until = min(until, since + int((row.due_at - since) * life.random.uniform(0.1, 0.6)))
    at = life.at_work(until)
    if life.act(at, partial(resume, message=life.says("resume"))) and life.chance(0.5):
        ask_exemption(life, since, life.now, granted=life.chance(0.7))


def _whom(life: DemoLife) -> str:
    if life.report.waiting_for:
        return life.report.waiting_for
    names = list(life.policy.waiting_for)
    return life.random.choices(names, [6] + [1] * (len(names) - 1))[0]


def _rate_anew(life: DemoLife) -> None:
    """One step up or down; where raising is for some, only they raise, and only down comes later."""
    names = list(life.policy.priorities)
    step = 1 if life.policy.raising else life.random.choice((-1, -1, 1))
    place = life.policy.priorities[life.case.priority].rank + step
    if 0 <= place < len(names):
        life.later(20, 300, partial(triage, priority=names[place], message=life.says("triage")))


def _finish(life: DemoLife) -> None:
    """Solve the case in the light of the clock, then close it; now and then it comes back first."""
    recent = life.now > life.as_of - 6 * DAY
    if recent and life.chance(0.15 * life.pace()):
        return
    _go_on(life)
    _resolve(life)
    if life.chance(0.09) and life.later(60, 2000, partial(reopen, message=life.says("reopen"))):
        keep_informed(life, life.now)
        life.later(30, 300, partial(update, message=life.says("update")))
        _resolve(life)
    tell(life)
    if life.solved and life.chance(0.9):
        life.later(300, 4 * 1440, ended(life))


def _go_on(life: DemoLife) -> None:
    """What meets a target without solving the case: a confirmed path, or a review that the customer hears of."""
    row = _to_resolve(life)
    if row is None or life.chance(0.4):
        return
    at = life.at_work(life.share_of(row), row)
    paths = [path for path in life.report.paths if path in life.policy.paths]
    if "path-confirmed" in row.rule.stop and paths:
        path = life.random.choice(paths)
        life.act(at, partial(confirm_path, path=path, message=life.says(f"confirm-path:{path}", "confirm-path")))
    elif "update" in row.rule.stop:
        life.act(at, partial(update, message=life.says("review", "update")))


def _resolve(life: DemoLife) -> None:
    row = _to_resolve(life)
    at = life.share_of(row) if row else life.now + int(life.between(30, 600) * life.pace())
    if row is None or row.due_at is None:
        at = max(at, life.busy_until + life.between(20, 90))
    life.act(life.at_work(at, row), partial(resolve, message=life.says("resolve")))


def _to_resolve(life: DemoLife) -> TargetRow | None:
    """The clock that solving the case stops: one with a limit, if there is one."""
    rows = [row for row in life.rows() if "resolved" in row.rule.stop]
    return min(rows, key=lambda row: (row.due_at is None, row.target != "resolution"), default=None)
