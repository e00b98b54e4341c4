"""What people in the demo bind themselves to: agreed times, regular news, promises; and what they ask to be let off."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from casectl.desk.demo_life import HOUR, MINUTE, DemoLife, Verb
from casectl.desk.verbs.agree import agree
from casectl.desk.verbs.email import email
from casectl.desk.verbs.exempt import exempt
from casectl.desk.verbs.promise import promise
from casectl.desk.verbs.set import set as set_fields
from casectl.desk.verbs.update import update
from casectl.model.figure_reader import parse_span
from casectl.model.figures import TargetRow
from casectl.model.instants import Instant, format_instant, zone_named
from casectl.model.target import Ahead, Lookup, Rule

QUARTER = 15 * MINUTE
DAY_TIME, NIGHT = range(8, 17), range(0, 5)
"""Hours in which people come, and hours in which a service may be away."""


def agree_times(life: DemoLife) -> None:
    """Agree with the customer on the moments that the case owes."""
    for row in life.rows() if life.settles else ():
        figure = row.rule.within
        if row.owed and isinstance(figure, Lookup) and figure.source == "agreed" and life.chance(0.9):
            _agree(life, row, figure.name)


def _agree(life: DemoLife, row: TargetRow, name: str) -> None:
    hours = life.random.choice((72, 96, 120) if "resolved" in row.rule.stop else (8, 24, 30))
    when = format_instant((life.now + hours * HOUR) // QUARTER * QUARTER)
    verb = partial(agree, target=name, when=when, message=life.says(f"agree:{name}", "agree"))
    life.act(life.now + life.between(2, 30), verb)


def set_interval(life: DemoLife) -> None:
    """Say how often the customer gets news, where that was forgotten at the opening."""
    if life.settles and life.report.update_every and life.case.text("update_every") is None and life.chance(0.7):
        verb = partial(set_fields, changes=[f"update_every={life.report.update_every}"])
        if life.act(life.now + life.between(5, 40), verb):
            keep_informed(life, life.now)


def keep_informed(life: DemoLife, since: Instant) -> None:
    """Plan the next update, counted from a moment: as often as the case says, mostly in time."""
    every = parse_span(life.case.text("update_every") or "")
    if every is None or every.unit != "seconds":
        return
    first = not any(entry.kind == "update" for entry in life.case.log)
    late = life.chance(0.05) or (first and life.late is not None and life.policy.targets[life.late].otherwise.repeat)
    share = life.random.uniform(1.05, 1.5) if late else life.random.uniform(0.5, 0.95)
    life.plan(since + int(share * every.amount), partial(_inform, life))


def _inform(life: DemoLife, at: Instant) -> None:
    if not life.solved and life.act(at, partial(update, message=life.says("update"))):
        keep_informed(life, life.now)


def promise_all(life: DemoLife) -> None:
    """Promise what such a case brings, and see to it: most promises are kept."""
    for kind in life.report.promises:
        if life.late is not None or life.chance(0.8):
            _promise(life, kind)


def _promise(life: DemoLife, kind: str) -> None:
    notice = _notice(life, kind)
    window = life.policy.commitments[kind].window
    due = (life.now + _lead(life, notice) + life.between(30, 60)) // QUARTER * QUARTER
    if notice:
        due = _by_day(due, life.policy.zone, NIGHT if window else DAY_TIME)
    until = due + life.random.choice((30, 60, 120)) * MINUTE if window else None
    said, ends = life.says(f"promise:{kind}", "promise"), format_instant(until) if until else None
    verb = partial(promise, due=format_instant(due), kind=kind, until=ends, message=said)
    if not life.act(life.now + life.between(3, 25), verb):
        return
    ref = life.last("commitments")
    if notice:
        life.busy_until = max(life.busy_until, until or due)
        if "promised" not in notice.stop:
            life.act(life.now + life.between(5, 40), partial(email, inward=False, message=said))
    _see_to(life, ref, due, until)


def _notice(life: DemoLife, kind: str) -> Rule | None:
    """The rule that asks for so much notice of such a commitment; None when none does."""
    rules = (rule for target in life.policy.targets.values() for rule in target.rules)
    ahead = (rule for rule in rules if isinstance(rule.within, Ahead))
    return next((rule for rule in ahead if kind in rule.when.values.get("commitment", ())), None)


def _lead(life: DemoLife, notice: Rule | None) -> int:
    """How long ahead a promise is made, in seconds: of what needs notice mostly as long as it needs."""
    if notice is None or not isinstance(notice.within, Ahead):
        return life.between(60, 240)
    ahead = notice.within.span.amount
    if life.late == notice.target or life.chance(0.04):
        return int(ahead * life.random.uniform(0.3, 0.8))
    return int(ahead * life.random.uniform(1.03, 1.25)) + life.between(60, 36 * 60)


def _by_day(at: Instant, zone: str, hours: range) -> Instant:
    """That moment, or so many whole hours later that the desk's clock shows one of `hours`."""
    known = zone_named(zone)
    return next(
        at + HOUR * later for later in range(26) if datetime.fromtimestamp(at + HOUR * later, known).hour in hours
    )


def _see_to(life: DemoLife, ref: str, due: Instant, until: Instant | None) -> None:
    """Plan how a promise ends: kept in time, kept late, or taken back."""
    missed = life.late is not None and "kept" in life.policy.targets[life.late].otherwise.stop
    how = "late" if missed else life.random.choices(("kept", "late", "taken back"), (85, 8, 7))[0]
    if how == "taken back":
        at, verb = life.now + (due - life.now) // 2, partial(promise, cancel=ref)
    elif until is not None:
        at, verb = until + life.between(3, 20), partial(promise, kept=ref)
    elif how == "late":
        at, verb = due + life.between(20, 240), partial(promise, kept=ref)
    else:
        at, verb = due - min(life.between(3, 45), (due - life.now) // 2), partial(promise, kept=ref)
    life.plan(at, partial(_unless_solved, life, verb))


def _unless_solved(life: DemoLife, verb: Verb, at: Instant) -> None:
    if not life.solved:
        life.act(at, verb)


def ask_exemption(life: DemoLife, since: Instant, until: Instant | None, granted: bool) -> bool:
    """Ask for a period to be exempt; if it is granted, somebody who may approves it within the hour."""
    code = life.report.exemption
    if code is None or code not in life.policy.exemptions:
        return False
    ends = format_instant(until) if until is not None else None
    said = life.says(f"exempt:{code}", "exempt")
    asked = partial(exempt, code=code, begins=format_instant(since), until=ends, message=said)
    if not life.act(life.now + life.between(4, 50), asked):
        return False
    approver = life.with_role(life.policy.exemptions[code].approved_by)
    if approver is not None and granted:
        verb = partial(exempt, approve=life.last("exemptions"), approved_by="me")
        life.plan(life.now + life.between(8, 60), partial(life.act, verb=verb, by=approver))
    return True
