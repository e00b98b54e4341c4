"""How a case of the demo is opened: by which way it comes in, when somebody logs it, and what is known then."""

from __future__ import annotations

from casectl.desk.consequences import Setting, with_consequences
from casectl.desk.demo_examples import Report
from casectl.desk.demo_life import MINUTE, DemoLife
from casectl.desk.verb import Opening
from casectl.desk.verbs.open import open as open_case
from casectl.model.change import Moment
from casectl.model.instants import Instant, format_instant
from casectl.model.target import Span
from casectl.sla.opentime import OpenTime, open_time
from casectl.sla.workdays import due_after_days


def open_reported(life: DemoLife, reported: Instant) -> bool:
    """Log what was reported at that moment; False when that happens only after the demo's end."""
    report = life.report
    channel = _channel(life, reported)
    opened, claims, minutes = _logged(life, channel, reported)
    if opened > life.as_of:
        return False
    by = life.random.choice(life.people)
    rated = life.chance(_rated_at_once(life, minutes)) and "received" not in claims
    moment = Moment(opened, by.key, life.mint)
    change = open_case(
        Opening(life.book, moment),
        title=report.title.replace("{customer}", _label(life)),
        desk=life.policy.desk,
        type=report.type,
        customer=life.customer,
        contact=f"{life.customer}/it-lead",
        description=f"As reported: {report.title.replace('{customer}', _label(life))}.",
        checked=_checked(life, report),
        channel=channel,
        service=report.service,
        category=report.category,
        priority=report.priority if rated else None,
        answer=answers_of(life) if rated else None,
        minutes=minutes,
        update_every=report.update_every if life.settles and life.chance(0.85) else None,
        received=claims.get("received"),
        detected=claims.get("detected"),
    )
    life.did(opened, by, with_consequences(change, Setting(None, life.policy, life.book, moment)))
    return True


def _checked(life: DemoLife, report: Report) -> list[str]:
    """What of the desk's checklists was asked or done at the opening: mostly all."""
    rows = [row for row in life.policy.workflow.intake if report.type in row.when.values.get("type", {report.type})]
    return [item for row in rows for item in row.checklist if life.chance(0.85)]


def answers_of(life: DemoLife) -> list[str]:
    """The answers to the rubric's questions, as typed."""
    return [f"{question}={answer}" for question, answer in life.report.answers.items()]


def _rated_at_once(life: DemoLife, minutes: int | None) -> float:
    """In what share of cases the rating comes with the opening: nearly always with a caller on the phone."""
    triages = [name for name, target in life.policy.targets.items() if "triaged" in target.otherwise.stop]
    if life.late in triages:
        return 0
    return 0.95 if minutes else 0.3 if triages else 0.85


def _logged(life: DemoLife, channel: str, reported: Instant) -> tuple[Instant, dict[str, str], int | None]:
    """When the case is opened, what is claimed of the time before, and the length of the call that brought it."""
    hours = _hours(life, channel, reported)
    opened = hours.next_opening(reported) + life.between(0, 8)
    if life.report.detected:
        return opened, {"detected": format_instant(opened - life.between(3, 12))}, None
    minutes = life.random.randint(3, 15) if channel in life.examples.calls else None
    if life.late is not None and "opened" in life.policy.targets[life.late].otherwise.stop:
        begun = reported if minutes is None else opened - minutes * MINUTE
        return _overdue(life, life.late, hours, opened), {"received": format_instant(begun)}, minutes
    if life.policy.channels[channel].deemed:
        opened = hours.add(max(opened, reported), life.between(5, 180))
        return opened, {"received": format_instant(reported)}, minutes
    return opened, {}, minutes


def _overdue(life: DemoLife, target: str, hours: OpenTime, opened: Instant) -> Instant:
    """Somewhat after the target's first figure has passed, in the channel's hours."""
    rule = life.policy.targets[target].rules[0]
    due = opened
    if isinstance(rule.within, Span) and rule.within.unit == "days":
        days = open_time(rule.day_hours, opened, life.as_of)
        due = due_after_days(days, opened, rule.within.amount, rule.within.end_of_day)
    elif isinstance(rule.within, Span):
        due = open_time(rule.hours, opened, life.as_of).add(opened, rule.within.amount)
    return hours.next_opening(due) + life.between(10, 90)


def _channel(life: DemoLife, at: Instant) -> str:
    """One of the report's channels, preferring those that are open or take what comes while they are closed."""
    channels = life.report.channels
    able = [name for name in channels if life.policy.channels[name].deemed or _hours(life, name, at).is_open(at)]
    return life.random.choice(able or list(channels))


def _hours(life: DemoLife, channel: str, at: Instant) -> OpenTime:
    return open_time(life.policy.calendars[life.policy.channels[channel].calendar], at, life.as_of)


def _label(life: DemoLife) -> str:
    record = life.book.customer(life.policy.desk, life.customer)
    return record.label if record and record.label else life.customer
