"""What a target of a policy may say, its rules and its conditions: every key with its kind and its meaning."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Literal

from casectl.model.case import LOG_KINDS
from casectl.model.shapes import (
    CLAUSE,
    DURATION,
    FLAG,
    ONE_OR_MORE,
    SPAN,
    Field,
    Names,
    OneOf,
    Record,
    Rows,
    Text,
    Words,
)
from casectl.model.target import ANCHORS, CONDITION_KEYS, TARGET_NAMES

DIRECTED = ("call", "email")
"""Log kinds that have a direction, so that `kind:in` and `kind:out` mean something."""
LOG_ANCHORS = (*LOG_KINDS, *(f"{kind}:{way}" for kind in DIRECTED for way in ("in", "out")))
ALL_ANCHORS = (*ANCHORS, *LOG_ANCHORS)

FACTS = tuple(key for key in CONDITION_KEYS if key != "commitment")
"""What any condition may speak of; `commitment` belongs to targets that start at `promised`."""

PERCENT = r"([1-9][0-9]?)%"
AHEAD = " ahead"
SPAN_OR_AHEAD = Text(rf"{SPAN}|(?=[0-9]){DURATION}{AHEAD}", bare=False)

ANY_WAIT = "any"

CHANGES: Mapping[str, Literal["from-start", "from-change"]] = {
    "from-start": "from-start",
    "from-change": "from-change",
}
REOPENINGS: Mapping[str, Literal["resume", "restart", "continue"]] = {
    "resume": "resume",
    "restart": "restart",
    "continue": "continue",
}

_SPEAKS_OF = {
    "priority": "Cases of this priority.",
    "type": "Cases of this type.",
    "channel": "Cases that came in this way.",
    "plan": "Cases of customers on this plan.",
    "service": "Cases about this service.",
    "category": "Cases of this category.",
    "commitment": "Promises of this kind, in targets that start at `promised`.",
}

REPORTED = Record(
    "reported",
    "When the case came in, by the hours of a calendar.",
    {
        "in": Field("While this calendar was open.", Words()),
        "out": Field("While this calendar was closed.", Words()),
    },
    at_least=1,
)


def condition(
    name: str, says: str, keys: Collection[str], more: Mapping[str, Field] | None = None, at_least: int = 0
) -> Record:
    """A condition that may speak of `keys`: all must match, each by any of its values."""
    facts = {key: Field(_SPEAKS_OF[key], ONE_OR_MORE) for key in keys}
    return Record(name, says, facts | dict(more or {}), at_least)


WHEN = condition(
    "when",
    "When it holds: all keys must match, each by any of its values.",
    CONDITION_KEYS,
    {"reported": Field("When the case came in, by the hours of a calendar.", REPORTED)},
)

WITHIN = Record(
    "lookup",
    "A figure that another record holds.",
    {
        "case": Field("The figure is on the case.", Text(words=("update_every",))),
        "customer": Field("The figure of this name on the customer's record, or on that of its service."),
        "agreed": Field("The moment agreed in the case for this target.", Text(words=tuple(TARGET_NAMES))),
        "promised": Field("The moment that was promised.", Text(words=("due",))),
    },
    at_least=1,
    at_most=1,
)

PAUSE = Record(
    "pause",
    "When the clock stands.",
    {
        "waiting_for": Field(
            f"Whom the case waits for then: names of `waiting_for`, or `{ANY_WAIT}`.", Words(), required=True
        )
    },
)

_ANCHORS = Words(Text(words=ALL_ANCHORS), at_least=1, name="anchors")
_START = Field("What starts the clock; of several the first in the list that there is.", _ANCHORS)
_STOP = Field("What stops the clock; of several the earliest.", _ANCHORS)
_CALENDAR = Field("The calendar of which the hours count.")

COMMON: Mapping[str, Field] = {
    "when": Field("The cases that it is about.", WHEN),
    "start": _START,
    "stop": _STOP,
    "calendar": _CALENDAR,
    "days": Field("The calendar that counts working days, when it is another."),
    "within": Field("The limit: 4h, 3wd, 24h ahead, or where it stands.", OneOf((SPAN_OR_AHEAD, WITHIN))),
    "goal": Field("An earlier figure that is aimed at; past it a case is at risk.", SPAN_OR_AHEAD),
    "warn_at": Field("The share of the limit from which a case is at risk: 80%.", Text(PERCENT, bare=False)),
    "run_on": Field("Work that goes on at closing time goes on counting.", FLAG),
    "pause": Field("When the clock stands.", PAUSE),
    "exclude": Field("Kinds of commitments whose windows do not count, such as announced maintenance.", Words()),
    "on_change": Field("When another rule takes over, count from the start or from then.", Text(words=tuple(CHANGES))),
    "on_reopen": Field(
        "When a solved case is reopened: leave the solved time out, begin anew, or count it.",
        Text(words=tuple(REOPENINGS)),
    ),
    "repeat": Field("It begins anew each time it is met.", FLAG),
    "clause": CLAUSE,
}
"""What a target may say for all its rules, and each rule for itself."""

RULE = Record("rule", "A row of a target: what it says goes before what the target says.", COMMON)

TARGET = Record(
    "target",
    "A promise about time.",
    {
        **COMMON,
        "start": _START._replace(required=True),
        "stop": _STOP._replace(required=True),
        "calendar": _CALENDAR._replace(required=True),
        "measured": Field("Report the time of cases that no rule covers, without a limit.", FLAG),
        "rules": Field("The first of which `when` holds is the rule.", Rows(RULE)),
    },
)

TARGETS = Names(TARGET, known=tuple(TARGET_NAMES), at_least=1)
