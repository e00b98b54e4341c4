"""One version of a desk's policy for people: what it promises, to whom and when, as plain tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from casectl.model.calendar import DAY_SECONDS, WEEKDAYS, Calendar, Windows
from casectl.model.policy import Policy, PromisedTo
from casectl.model.target import CalendarChoice, Condition, Lookup, Rule, Target
from casectl.reports.desk_sheet import desk_sheet, rubric_sheet
from casectl.reports.explain import EVERY_CASE, condition_words
from casectl.reports.sanction_sheet import sanction_sheet
from casectl.reports.table import Cell, Column, Row, Table, sheet
from casectl.reports.words import count, duration, written
from casectl.reports.workflow_sheet import workflow_sheet

_TARGET_NAMES = ("target", "when", "within", "goal", "from", "to", "calendar", "pauses", "clause", "remarks")
_TARGET_COLUMNS = (*(Column(name) for name in _TARGET_NAMES), Column("line", shown="wide", right=True))


def policy_sheet(policy: Policy) -> tuple[Table, ...]:
    """The policy as tables: facts and calendars, ways in, scope, ratings, states and moves, targets, ladders."""
    return (
        _calendars(policy),
        sheet("Channels", "channel label hours deemed for fee clause", _channels(policy)),
        *desk_sheet(policy),
        sheet("Types and priorities", "kind name label default clause", _ratings(policy)),
        *rubric_sheet(policy),
        sheet("States", "state phase label moves clause", _states(policy)),
        _targets(policy),
        sheet("Escalation", "ladder level name role types clause", _rungs(policy)),
        *workflow_sheet(policy),
        *sanction_sheet(policy),
    )


def hours_words(calendar: Calendar) -> str:
    """Weekly hours in words: `mon-thu 08:00-18:00, fri 08:00-16:00`; a union by its members' names."""
    if calendar.always:
        return "always"
    if calendar.members:
        return "whenever open: " + ", ".join(member.name for member in calendar.members)
    spans: list[tuple[int, int, Windows]] = []
    for day, windows in enumerate(calendar.weekly):
        if spans and spans[-1][2] == windows:
            spans[-1] = (spans[-1][0], day, windows)
        else:
            spans.append((day, day, windows))
    return ", ".join(f"{_days(first, last)} {_windows(windows)}" for first, last, windows in spans if windows)


def _calendars(policy: Policy) -> Table:
    facts: dict[str, str | tuple[str, ...]] = {
        "policy": policy.ref,
        "name": policy.name,
        "effective": f"{policy.effective} ({policy.zone})",
        "case IDs": f"{policy.prefix}-yymmdd-XXXXX",
        "new cases": f"type {policy.defaults.type}, channel {policy.defaults.channel}, state {policy.defaults.status}",
        "responses": policy.responses,
        "waits for": tuple(policy.waiting_for),
        "binding": "yes" if policy.binding else "no",
        "file": policy.path,
    }
    if policy.promised_to.when.values:
        facts["promised to"] = _promised_to(policy.promised_to)
    if policy.notice:
        facts["notice"] = f"a new version is made known {policy.notice.days} days ahead"
    if policy.raising:
        within, roles = duration(policy.raising.within_seconds), " or ".join(policy.raising.roles)
        facts["raising"] = f"by {roles}, until {within} after the opening"
    if policy.scrutiny.signed:
        facts["signatures"] = "every commit is to be signed"
    columns = tuple(Column(name) for name in ("calendar", "zone", "hours", "exceptions", "clause"))
    rows: tuple[Row, ...] = tuple(
        {
            "calendar": name,
            "zone": calendar.zone,
            "hours": hours_words(calendar),
            "exceptions": _exceptions(calendar),
            "clause": calendar.clause,
        }
        for name, calendar in policy.calendars.items()
    )
    rows += tuple(
        {"calendar": choice.name, "hours": _choice_words(choice), "clause": choice.clause}
        for choice in policy.choices.values()
    )
    return Table(f"{policy.name} ({policy.ref})", columns, rows, facts=facts)


def _promised_to(promised: PromisedTo) -> str:
    clause = f" ({', '.join(promised.clause)})" if promised.clause else ""
    return f"{condition_words(promised.when)}{clause}; all others are measured"


def _choice_words(choice: CalendarChoice) -> str:
    """`office for category technical; else round-the-clock`."""
    *narrow, (_, rest) = choice.rows
    return "; ".join([*(f"{name} for {condition_words(when)}" for when, name in narrow), f"else {rest}"])


def _exceptions(calendar: Calendar) -> str:
    words = []
    if calendar.holidays:
        years = f"{min(calendar.holidays).year}-{max(calendar.holidays).year}"
        words.append(f"closed on {count(len(calendar.holidays), 'holiday')} ({years})")
    if calendar.replaced:
        words.append(f"{count(len(calendar.replaced), 'day')} with hours of its own")
    return ", ".join(words)


def _channels(policy: Policy) -> Iterator[dict[str, Cell]]:
    for channel in policy.channels.values():
        deemed = "from the next opening" if channel.deemed else ""
        yield {
            "channel": channel.name,
            "label": channel.label,
            "hours": channel.calendar,
            "deemed": deemed,
            "for": condition_words(channel.meant_for) if channel.meant_for.values else "",
            "fee": str(channel.fee) if channel.fee else "",
            "clause": channel.clause,
        }


def _ratings(policy: Policy) -> Iterator[dict[str, Cell]]:
    for case_type in policy.types.values():
        yield {
            "kind": "type",
            "name": case_type.name,
            "label": case_type.label,
            "default": f"priority {case_type.priority}",
            "clause": case_type.clause,
        }
    for priority in policy.priorities.values():
        yield {"kind": "priority", "name": priority.name, "label": priority.label, "clause": priority.clause}


def _states(policy: Policy) -> Iterator[dict[str, Cell]]:
    for state in policy.states.values():
        yield {
            "state": state.name,
            "phase": state.phase,
            "label": state.label,
            "moves": state.moves,
            "clause": state.clause,
        }


def _targets(policy: Policy) -> Table:
    """Rules as rows; what narrows a whole target stands above them."""
    targets = policy.targets.values()
    scopes = {target.name: f"only for {words}" for target in targets if (words := _scope(target))}
    rows = tuple(row for target in targets for row in _target(policy, target))
    return Table("Targets", _TARGET_COLUMNS, rows, facts=scopes)


def _scope(target: Target) -> str:
    words = condition_words(target.scope)
    return "" if words == EVERY_CASE else words


def _target(policy: Policy, target: Target) -> Iterator[dict[str, Cell]]:
    """A row for each rule as written, though it was made into several where the case chooses the calendar."""
    by_number: dict[int, list[Rule]] = {}
    for rule in target.rules:
        by_number.setdefault(rule.number, []).append(rule)
    for rules in by_number.values():
        yield _rule(rules, condition_words(_narrowing(policy, rules[-1].when)))
    if target.measured:
        yield _rule([target.otherwise], "everything else, measured only")


def _narrowing(policy: Policy, when: Condition) -> Condition:
    """What a rule asks beyond what `promised_to` asks of all."""
    common = policy.promised_to.when.values
    return when._replace(values={key: values for key, values in when.values.items() if common.get(key) != values})


def _rule(rules: Sequence[Rule], when: str) -> dict[str, Cell]:
    """`rules` were written as one; the last of them is for every case that this one was written for."""
    rule = rules[-1]
    return {
        "target": rule.target,
        "when": when,
        "within": _figure(rule),
        "goal": written(rule.goal),
        "from": rule.start,
        "to": rule.stop,
        "calendar": " or ".join(dict.fromkeys(map(_calendar, rules))),
        "pauses": "any wait" if rule.pause_for is None else tuple(sorted(rule.pause_for)),
        "clause": rule.clause,
        "remarks": _remarks(rule),
        "line": rule.line,
    }


def _calendar(rule: Rule) -> str:
    return rule.calendar + (f" (days: {rule.days})" if rule.days not in (None, rule.calendar) else "")


def _remarks(rule: Rule) -> str:
    words = ["repeats"] if rule.repeat else []
    words += [f"{' and '.join(sorted(rule.exclude))} left out"] if rule.exclude else []
    words += ["runs on past closing"] if rule.run_on else []
    words += [f"at risk from {rule.warn_at:.0%}"] if rule.warn_at is not None else []
    words += ["counts anew when its rule changes"] if rule.on_change == "from-change" else []
    words += [f"{rule.on_reopen}s on reopening"] if rule.on_reopen != "resume" else []
    return "; ".join(words)


def _figure(rule: Rule) -> str:
    figure = rule.within
    if isinstance(figure, Lookup):
        return _HOLDERS[figure.source].format(figure.name)
    return written(figure) or "no limit"


_HOLDERS = {
    "case": "as the case says ({})",
    "customer": "as the customer's record says ({})",
    "agreed": "as agreed ({})",
    "promised": "as promised ({})",
}


def _rungs(policy: Policy) -> Iterator[dict[str, Cell]]:
    for ladder in policy.ladders.values():
        for rung in ladder.levels:
            yield {
                "ladder": ladder.name,
                "level": rung.level,
                "name": rung.name,
                "role": rung.role,
                "types": tuple(sorted(ladder.types)) or "all others",
                "clause": rung.clause or ladder.clause,
            }


def _days(first: int, last: int) -> str:
    return WEEKDAYS[first] if first == last else f"{WEEKDAYS[first]}-{WEEKDAYS[last]}"


def _windows(windows: Windows) -> str:
    return " ".join(f"{_time(window.opens)}-{_time(window.closes)}" for window in windows)


def _time(seconds: int) -> str:
    minutes = (seconds - DAY_SECONDS if seconds > DAY_SECONDS else seconds) // 60
    return f"{minutes // 60:02}:{minutes % 60:02}"
