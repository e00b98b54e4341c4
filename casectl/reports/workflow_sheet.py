"""How a desk works its cases, for people: routing, intake, authority, requirements, duties, automatic rules."""

from __future__ import annotations

from collections.abc import Iterator

from casectl.model.policy import Policy
from casectl.model.target import Condition
from casectl.model.workflow import NEXT_LEVEL, Automatic, Duty, Hours, Requirement, Route
from casectl.reports.explain import condition_words
from casectl.reports.table import Cell, Table, sheet
from casectl.reports.words import count, duration


def workflow_sheet(policy: Policy) -> tuple[Table, ...]:
    """A table for each section; those that the policy does not have are empty."""
    work = policy.workflow
    return (
        sheet("Routing", "when team owner assignee refer waiting_for clause", (_route(row) for row in work.routing)),
        sheet("Intake", "when fields entries checklist clause", _intake(policy)),
        sheet("Advice", "when say clause", _advice(policy)),
        sheet("Authority", "step by otherwise clause", _authority(policy)),
        sheet("Requirements", "to from when needs unless clause", (_requirement(row) for row in work.requires)),
        sheet(
            "Automatic", "rule label when happens does clause", (_automatic(each) for each in work.automatic.values())
        ),
        sheet("Duties", "duty label on when through within to message clause", map(_duty, work.duties.values())),
        sheet("Fallback", "when ways use clause", _fallback(policy)),
    )


def _when(condition: Condition) -> str:
    return condition_words(condition) if condition != Condition() else ""


def _hours(hours: Hours) -> str:
    said = [f"in {' or '.join(hours.inside)}"] if hours.inside else []
    return " and ".join([*said, *([f"out of {' or '.join(hours.outside)}"] if hours.outside else [])])


def _route(row: Route) -> dict[str, Cell]:
    own = "customers with a first line of their own" if row.first_line else ""
    when = "; ".join(filter(None, (_when(row.when), _hours(row.hours), own)))
    words = {name: getattr(row, name) for name in ("team", "owner", "assignee", "refer", "waiting_for", "clause")}
    return {"when": when or "every case", **words}


def _intake(policy: Policy) -> Iterator[dict[str, Cell]]:
    for row in policy.workflow.intake:
        yield {
            "when": _when(row.when) or "every case",
            "fields": row.fields,
            "entries": row.entries,
            "checklist": tuple(row.checklist),
            "clause": row.clause,
        }


def _advice(policy: Policy) -> Iterator[dict[str, Cell]]:
    for row in policy.workflow.advice:
        yield {"when": _when(row.when), "say": row.say, "clause": row.clause}


def _authority(policy: Policy) -> Iterator[dict[str, Cell]]:
    for rule in policy.workflow.authority.values():
        otherwise = "refused" if rule.refuses else "warned"
        yield {"step": rule.verb, "by": rule.roles, "otherwise": otherwise, "clause": rule.clause}


def _requirement(row: Requirement) -> dict[str, Cell]:
    since = " since then" if row.since_state else ""
    needs = [*row.fields, *(f"{count(row.at_least, kind)}{since}" for kind in row.entries)]
    needs += [f"{_time(row.after_seconds, row.calendar)} in its state"] if row.after_seconds else []
    needs += [f"nothing owed of {name}" for name in row.duties]
    return {
        "to": tuple(sorted(row.to)),
        "from": tuple(sorted(row.origin)),
        "when": _when(row.when),
        "needs": "; ".join(needs),
        "unless": row.unless,
        "clause": row.clause,
    }


def _time(seconds: int, calendar: str) -> str:
    return duration(seconds) + (f" of {calendar}" if calendar else "")


def _automatic(rule: Automatic) -> dict[str, Cell]:
    deeds = (
        []
        if rule.escalate is None
        else [f"escalate to {'the next level' if rule.escalate == NEXT_LEVEL else f'level {rule.escalate}'}"]
    )
    deeds += [f"move to {rule.move}"] if rule.move else []
    deeds += [f"tell {', '.join(rule.tell)}"] if rule.tell else []
    unless = f", unless {' or '.join(rule.unless)}" if rule.unless else ""
    return {
        "rule": rule.name,
        "label": rule.label,
        "when": _when(rule.when),
        "happens": _happens(rule) + unless,
        "does": "; ".join(deeds),
        "clause": rule.clause,
    }


def _happens(rule: Automatic) -> str:
    if rule.targets:
        what = "is breached" if rule.share is None else f"has used {round(rule.share * 100)} %"
        return f"{' or '.join(rule.targets)} {what}"
    if rule.age_seconds is not None:
        return f"unsolved for {_time(rule.age_seconds, rule.calendar)}"
    waits = f", waiting for {' or '.join(rule.waiting_for)}" if rule.waiting_for else ""
    after = f" for {_time(rule.after_seconds, rule.calendar)}" if rule.after_seconds else ", as soon as it may"
    return f"{' or '.join(rule.states)}{waits}{after}{', again and again' if rule.repeat else ''}"


def _duty(duty: Duty) -> dict[str, Cell]:
    on = f"before {duty.before_closing} closes" if duty.before_closing else " or ".join(duty.on)
    ways = (" and " if duty.each else " or ").join(duty.through)
    return {
        "duty": duty.name,
        "label": duty.label,
        "on": on,
        "when": _when(duty.when),
        "through": " or ".join(filter(None, ("by itself" if duty.automatic else "", ways))),
        "within": "" if duty.within_seconds is None else _time(duty.within_seconds, duty.calendar),
        "to": duty.to,
        "message": duty.message,
        "clause": duty.clause,
    }


def _fallback(policy: Policy) -> Iterator[dict[str, Cell]]:
    for row in policy.workflow.fallback:
        yield {"when": _when(row.when), "ways": tuple(sorted(row.ways)), "use": row.use, "clause": row.clause}
