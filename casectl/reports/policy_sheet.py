"""One version of a desk's policy for people: what it promises, to whom and when, as plain tables."""

from __future__ import annotations

from collections.abc import Iterator

from casectl.model.calendar import DAY_SECONDS, WEEKDAYS, Calendar, Windows
from casectl.model.policy import Lookup, Policy, Rule, Span, Target
from casectl.reports.explain import condition_words
from casectl.reports.table import Cell, Column, Row, Table
from casectl.reports.words import count

_TARGET_NAMES = ("target", "when", "within", "goal", "from", "to", "calendar", "pauses", "clause", "remarks")
_TARGET_COLUMNS = (*(Column(name) for name in _TARGET_NAMES), Column("line", shown="wide", right=True))


def policy_sheet(policy: Policy) -> tuple[Table, ...]:
    """The policy as tables: facts and calendars, ways in, priorities, states and moves, targets, ladders."""
    return (
        _calendars(policy),
        _sheet("Channels", "channel label hours deemed clause", _channels(policy)),
        _sheet("Types and priorities", "kind name label default clause", _ratings(policy)),
        _sheet("States", "state phase label moves clause", _states(policy)),
        _targets(policy),
        _sheet("Escalation", "ladder level name role types clause", _rungs(policy)),
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


def _sheet(title: str, names: str, rows: Iterator[dict[str, Cell]]) -> Table:
    return Table(title, tuple(Column(name) for name in names.split()), tuple(rows))


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
    return Table(f"{policy.name} ({policy.ref})", columns, rows, facts=facts)


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
    return Table("Targets", _TARGET_COLUMNS, tuple(row for target in targets for row in _target(target)), facts=scopes)


def _scope(target: Target) -> str:
    words = condition_words(target.scope)
    return "" if words == "always" else words


def _target(target: Target) -> Iterator[dict[str, Cell]]:
    rules = [*target.rules, target.otherwise] if target.measured else target.rules
    for rule in rules:
        uncovered = "everything else, measured only" if rule.index < 0 else ""
        yield {
            "target": target.name,
            "when": uncovered or condition_words(rule.when),
            "within": _figure(rule),
            "goal": rule.goal.written if rule.goal else "",
            "from": rule.start,
            "to": rule.stop,
            "calendar": rule.calendar + (f" (days: {rule.days})" if rule.days else ""),
            "pauses": "any wait" if rule.pause_for is None else tuple(sorted(rule.pause_for)),
            "clause": rule.clause,
            "remarks": _remarks(rule),
            "line": rule.line,
        }


def _remarks(rule: Rule) -> str:
    words = ["repeats"] if rule.repeat else []
    words += ["runs on past closing"] if rule.run_on else []
    words += [f"at risk from {rule.warn_at:.0%}"] if rule.warn_at is not None else []
    words += ["counts anew when its rule changes"] if rule.on_change == "from-change" else []
    words += [f"{rule.on_reopen}s on reopening"] if rule.on_reopen != "resume" else []
    return "; ".join(words)


def _figure(rule: Rule) -> str:
    figure = rule.within
    if isinstance(figure, Span):
        return figure.written
    return f"as the {_HOLDERS[figure.source]} says ({figure.name})" if isinstance(figure, Lookup) else "no limit"


_HOLDERS = {"case": "case", "customer": "customer's record", "agreed": "agreement"}


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
