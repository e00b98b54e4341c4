"""What a policy may say about working cases: routing, authority, duties, intake, requirements, what time does."""

from __future__ import annotations

from casectl.model.shapes import (
    CLAUSE,
    DURATION,
    FLAG,
    LABEL,
    ONE_OR_MORE,
    Field,
    Names,
    Number,
    Record,
    Rows,
    Text,
    Words,
)
from casectl.model.target_shape import ALL_ANCHORS, FACTS, LOG_ANCHORS, PERCENT, REPORTED, condition

VERBS = (
    "agree assign attach attempt call check close confirm confirm-path email escalate exempt expedite handover hold "
    "link merge note open promise refer reopen resolve respond resume root-cause set settle take triage undo update"
).split()
"""The steps that a policy may keep for some roles."""

BREACH = "breach"
NEXT = "next"
DUTY_EVENTS = tuple(
    anchor for anchor in ALL_ANCHORS if anchor not in ("received", "detected", "call-ended", "promised", "kept", "void")
)
INTAKE_FIELDS = "description customer contact service category owner assignee team update_every".split()
NEEDED_FIELDS = [*INTAKE_FIELDS, "resolution", "reason_for_outage", "satisfaction"]

_DURATION = Text(rf"(?=[0-9]){DURATION}", bare=False)
_KINDS = Words(Text(words=LOG_ANCHORS), at_least=1, name="log-kinds")
_SHARE = Text(rf"{BREACH}|{PERCENT}", bare=False)
_TOLD = Field("Who is told: roles, `involved` (of the priority), `level` (of the rung), `customer`.", ONE_OR_MORE)
_MESSAGE = Field("The text for it: messages/NAME.txt beside the policy.")
_CALENDAR = Field("The calendar of which the hours count; left out: every hour.")

CASE_WHEN = condition(
    "case when",
    "The cases that it is for: all keys must match, each by any of its values.",
    FACTS,
    {"reported": Field("When the case came in, by the hours of a calendar.", REPORTED)},
)
_WHEN = Field("The cases that it is for; left out: all.", CASE_WHEN)

HOURS_NOW = REPORTED._replace(name="hours now", says="By the hours of a calendar, at that moment.")

ROUTE = Record(
    "route",
    "Where some new cases go; of each thing the first row that holds and says it counts.",
    {
        "when": _WHEN,
        "hours": Field("Whether a calendar is open when the case is opened.", HOURS_NOW),
        "first_line": Field(
            "Only for customers with a first line of their own (`first_line` in customers.yaml).", FLAG
        ),
        "team": Field("The team that works on it."),
        "owner": Field("A rota of staff.yaml: whoever is on duty answers for it."),
        "assignee": Field("A rota of staff.yaml: whoever is on duty works on it."),
        "refer": Field("Whom the contact is referred to; `first_line` stands for the customer's own."),
        "waiting_for": Field("It is opened waiting, for that."),
        "clause": CLAUSE,
    },
)

AUTHORITY = Record(
    "authority",
    "Who may take a step.",
    {
        "by": Field("The roles.", ONE_OR_MORE, required=True),
        "otherwise": Field("Anybody else is refused (left out: that), or warned.", Text(words=("refuse", "warn"))),
        "clause": CLAUSE,
    },
)

GUARD = Record(
    "guard",
    "What must hold before a case is escalated by hand.",
    {
        "hours": Field("Only while this calendar is open."),
        "of": Field("One of these targets has used up the share `at`; or the case is idle.", ONE_OR_MORE),
        "at": Field("A share of the limit, such as 80%, or `breach`.", _SHARE),
        "idle": Field("Nothing was logged for so long.", _DURATION),
        "calendar": Field("The calendar of which the hours count for `idle`; left out: every hour."),
        "clause": CLAUSE,
    },
)

DUTY = Record(
    "duty",
    "Somebody must be told when something happens.",
    {
        "label": LABEL,
        "on": Field("What makes it owing, each time: anchors, log kinds.", Words(Text(words=DUTY_EVENTS), name="")),
        "before_closing": Field("Instead: before each closing of this calendar while the case is worked on."),
        "when": _WHEN,
        "through": Field("The log kinds that discharge it, the preferred one first.", _KINDS),
        "each": Field("Each of these kinds is needed, not one of them.", FLAG),
        "within": Field("So soon; left out: by the end of the case.", _DURATION),
        "calendar": _CALENDAR,
        "automatic": Field("The step itself drafts the message, and notes that.", FLAG),
        "to": _TOLD,
        "message": _MESSAGE,
        "clause": CLAUSE,
    },
)

INTAKE = Record(
    "intake",
    "What new cases need; what is missing is owed, and refuses nothing.",
    {
        "when": _WHEN,
        "fields": Field("Fields of the case.", Words(Text(words=tuple(INTAKE_FIELDS)), name="")),
        "entries": Field("Log kinds, such as triage or attachment.", _KINDS),
        "checklist": Field("What is to be asked or done, each with a label.", Names(Text(), at_least=1)),
        "clause": CLAUSE,
    },
)

REQUIREMENT = Record(
    "requirement",
    "What must be there before a case may come to a state.",
    {
        "to": Field("The states.", ONE_OR_MORE, required=True),
        "from": Field("Only when it comes from these states.", Words()),
        "when": _WHEN,
        "fields": Field("Fields of the case.", Words(Text(words=tuple(NEEDED_FIELDS)), name="")),
        "entries": Field("Log kinds.", _KINDS),
        "at_least": Field("How many entries of each of these kinds; left out: one.", Number()),
        "since": Field(
            "Which entries count: all, or those since it came to its state.", Text(words=("opening", "state"))
        ),
        "after": Field("So long in its state.", _DURATION),
        "calendar": _CALENDAR,
        "duties": Field("Duties of which nothing may be owed.", Words()),
        "unless": Field("Log kinds one of which, since it came to its state, lifts all this.", _KINDS),
        "clause": CLAUSE,
    },
)

AUTOMATIC = Record(
    "automatic",
    "What time alone brings about; `casectl sweep` does it.",
    {
        "label": LABEL,
        "when": _WHEN,
        "of": Field("When one of these targets has used up the share `at`.", ONE_OR_MORE),
        "at": Field("A share of the limit, such as 80%, or `breach`.", _SHARE),
        "in": Field("Or when the case is in one of these states, `after` so long.", ONE_OR_MORE),
        "waiting_for": Field("Only while it waits for one of these.", ONE_OR_MORE),
        "after": Field("So long in that state; left out: as soon as the move is allowed.", _DURATION),
        "repeat": Field("Again each time so much more has passed.", FLAG),
        "age": Field("Or when it was opened so long ago and is not solved.", _DURATION),
        "calendar": _CALENDAR,
        "unless": Field("Log kinds one of which, since it came to its state, keeps it from happening.", _KINDS),
        "escalate": Field("To that level of the ladder, or to the `next`.", Text(rf"{NEXT}|[2-9]|[1-9][0-9]")),
        "move": Field("To that state, once all is there that it requires."),
        "tell": _TOLD,
        "message": _MESSAGE,
        "clause": CLAUSE,
    },
)

ADVICE = Record(
    "advice",
    "What whoever opens or rates such a case is told.",
    {"when": _WHEN._replace(required=True), "say": Field("The advice, in a line.", required=True), "clause": CLAUSE},
)

FALLBACK = Record(
    "fallback",
    "Ways to reach the customer that fail in some cases.",
    {
        "when": _WHEN._replace(required=True),
        "ways": Field("The log kinds that fail.", _KINDS, required=True),
        "use": Field("The log kind to use instead.", Text(words=LOG_ANCHORS), required=True),
        "clause": CLAUSE,
    },
)

STRANGERS = Text(words=("warn", "refuse"))

WORKFLOW_FIELDS = {
    "teams": Field("The teams, each with a label.", Names(Text(), at_least=1)),
    "routing": Field("Where new cases go.", Rows(ROUTE)),
    "authority": Field("Who may take which step; what is not named anybody may.", Names(AUTHORITY, known=tuple(VERBS))),
    "strangers": Field("Who is not in staff.yaml may act with a warning (left out: that), or is refused.", STRANGERS),
    "intake": Field("What new cases need.", Rows(INTAKE)),
    "duties": Field("Who must be told what.", Names(DUTY, at_least=1)),
    "requires": Field("What must come before a case may come to a state.", Rows(REQUIREMENT)),
    "automatic": Field("What time alone brings about.", Names(AUTOMATIC, at_least=1)),
    "advice": Field("What is said when such a case comes in.", Rows(ADVICE)),
    "fallback": Field("How to reach customers when the usual way is down.", Rows(FALLBACK)),
}
"""The sections of a policy about working cases."""
