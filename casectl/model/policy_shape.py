"""What a policy file may say: every key with its kind and its meaning."""

from __future__ import annotations

from casectl.model.calendar import WEEKDAYS
from casectl.model.policy import PHASES
from casectl.model.sanction_shape import FEE, SANCTION_FIELDS
from casectl.model.scrutiny_shape import SCRUTINY
from casectl.model.shapes import (
    CLAUSE,
    DAY,
    DURATION,
    FLAG,
    LABEL,
    ONE_OR_MORE,
    ZONE,
    Field,
    Names,
    OneOf,
    Record,
    Rows,
    Shape,
    Text,
    Words,
)
from casectl.model.target_shape import FACTS, LOG_ANCHORS, TARGETS, condition
from casectl.model.workflow_shape import GUARD, WORKFLOW_FIELDS

DESK = r"(?!holidays$)[a-z0-9][a-z0-9-]{0,62}"
"""The name of a folder beside `holidays`."""
PREFIX = r"[A-Z0-9]{2,8}"
VERSION = r"(?!(?:customers|clauses|examples)$)[A-Za-z0-9][A-Za-z0-9._-]{0,62}"
"""The name of a file beside those."""

ALWAYS = "24x7"
WINDOW = r"([0-9]{2}):([0-9]{2}) ?- ?([0-9]{2}):([0-9]{2})"
CLOSED = "closed"
DAILY = "daily"
_WEEKDAY = f"(?:{'|'.join(WEEKDAYS)})"
_SPAN_OF_DAYS = rf"\s*{_WEEKDAY}(?:-{_WEEKDAY}?)?\s*"
DAYS = rf"{DAILY}|{_SPAN_OF_DAYS}(?:,{_SPAN_OF_DAYS})*"
_WINDOWS = Words(Text(rf"{CLOSED}|\s*{WINDOW}\s*(?:,\s*{WINDOW}\s*)*", bare=False), name="windows")
WEEK = Names(_WINDOWS, DAYS, at_least=1)
"""Hours by weekday."""
_ZONE = Field("The time zone of its days and hours: Europe/London.", Text(ZONE, bare=False))
_DATE = Text(DAY, bare=False)

MEANT_FOR_KEYS = tuple(key for key in FACTS if key != "channel")
"""What a channel may be kept for."""
RUBRIC_FACTS = ("type", "service", "category")
"""What a suggestion may rest on beside the answers: what is known of a case before it is rated."""

HOURS = Record(
    "hours",
    "A calendar with hours of its own.",
    {
        "hours": Field('Days and their hours: mon-fri: "08:00-18:00".', WEEK, True),
        "zone": _ZONE,
        "holidays": Field("Lists in policies/holidays of which the days are closed.", Words()),
        "except": Field("Holidays on which it is open all the same.", Words(_DATE, name="")),
        "replaced": Field("Dates with hours of their own.", Names(_WINDOWS, DAY)),
        "clause": CLAUSE,
    },
)

UNION = Record(
    "union",
    "A calendar that is open whenever one of others is.",
    {
        "union": Field("Two calendars or more.", Rows(Text(), at_least=2), required=True),
        "zone": Field("Whose local dates count as working days.", Text(ZONE, bare=False)),
        "clause": CLAUSE,
    },
)

CHOICE_WHEN = condition("choice when", "The cases that this row is for.", FACTS)
CHOICE_ROW = Record(
    "choice row",
    "The calendar of some cases; in the last row, of all others.",
    {
        "when": Field("The cases that this row is for.", CHOICE_WHEN),
        "calendar": Field("The calendar whose hours count for them.", required=True),
    },
)

CHOICE = Record(
    "choice",
    "A calendar that depends on the case; only targets may name it.",
    {
        "choose": Field("The first row of which `when` holds; the last has none.", Rows(CHOICE_ROW), required=True),
        "clause": CLAUSE,
    },
)

MEANT_FOR = condition("meant for", "The cases that a channel is kept for.", MEANT_FOR_KEYS)
CHANNEL = Record(
    "channel",
    "A way in.",
    {
        "calendar": Field("When somebody is there.", required=True),
        "deemed": Field("What comes in while it is closed counts from then.", Text(words=("next-opening",))),
        "for": Field("The cases that it is kept for; others are taken in and flagged.", MEANT_FOR),
        "fee": FEE,
        "label": LABEL,
        "clause": CLAUSE,
    },
)

SERVICE = Record(
    "service",
    "Something that the desk supports, or is asked about all the same.",
    {
        "label": LABEL,
        "in_scope": Field("With false, cases about it are exempt from every target.", FLAG),
        "supplier_sla": Field("Not the desk's own, but a supplier's agreement covers it.", FLAG),
        "clause": CLAUSE,
    },
)

TYPE = Record(
    "type",
    "A kind of case.",
    {
        "priority": Field("What such a case has until somebody rates it.", required=True),
        "label": LABEL,
        "clause": CLAUSE,
    },
)

PRIORITY = Record(
    "priority",
    "A rating; the most urgent stands first.",
    {"label": LABEL, "involve": Field("Roles that have a part in such cases.", ONE_OR_MORE), "clause": CLAUSE},
)

STATE = Record(
    "state",
    "A status that a case may have.",
    {
        "phase": Field("What the state means to casectl.", Text(words=PHASES), required=True),
        "to": Field("The states that a case may go to from here.", Words()),
        "label": LABEL,
        "clause": CLAUSE,
    },
)

RUNG = Record(
    "rung",
    "A level of a ladder.",
    {
        "name": Field("What the level is called.", required=True),
        "role": Field("The role of those who stand there."),
        "clause": CLAUSE,
    },
)

LADDER = Record(
    "ladder",
    "Whom a case is escalated to.",
    {
        "types": Field("The types of case that it is for; left out: all that no other ladder names.", Words()),
        "levels": Field("From the desk itself upward.", Rows(RUNG), required=True),
        "guard": Field("What must hold before somebody climbs it by hand.", GUARD),
        "clause": CLAUSE,
    },
)

COMMITMENT = Record(
    "commitment",
    "A kind of promise that people make in a case.",
    {
        "label": LABEL,
        "window": Field("It lasts from its due moment until another, as announced maintenance does.", FLAG),
        "notice": Field(
            "A window announced later than this before it begins is not left out.",
            Text(rf"(?=[0-9]){DURATION}", bare=False),
        ),
        "clause": CLAUSE,
    },
)

EXEMPTION = Record(
    "exemption",
    "A reason for which a period does not count.",
    {
        "label": LABEL,
        "approved_by": Field("Roles that may approve it; left out: those of `defaults`, or anybody.", ONE_OR_MORE),
        "clause": CLAUSE,
    },
)

QUESTION = Record(
    "question",
    "What is asked to rate a case.",
    {
        "ask": Field("The question.", required=True),
        "answers": Field("Two answers or more, with what each means.", Names(Text(), at_least=2), required=True),
    },
)

RUBRIC_WHEN = condition("rubric when", "Facts that a suggestion rests on.", RUBRIC_FACTS)
"""Beside the answers, of which the policy makes up the keys."""
SUGGESTION = Record(
    "suggestion",
    "A priority, for cases that are answered so.",
    {
        "when": Field("Answers to questions, and facts: type, service, category.", Names(ONE_OR_MORE)),
        "priority": Field("The priority that is suggested.", required=True),
        "clause": CLAUSE,
    },
)

RUBRIC = Record(
    "rubric",
    "How a case is rated.",
    {
        "questions": Field("What is asked, each question under a name.", Names(QUESTION)),
        "suggest": Field("The first row of which `when` holds; the last has none.", Rows(SUGGESTION), required=True),
    },
)

RAISING = Record(
    "raising",
    "Who may raise a priority above the one that a case was opened with.",
    {
        "within": Field("How long after the opening: 30m.", Text(rf"(?=[0-9]){DURATION}", bare=False), required=True),
        "by": Field("The roles.", ONE_OR_MORE, required=True),
        "clause": CLAUSE,
    },
)

DEFAULTS = Record(
    "defaults",
    "What is assumed where nothing is said.",
    {
        "status": Field("The state of a new case.", required=True),
        "type": Field("The type of a new case.", required=True),
        "channel": Field("The way in of a new case.", required=True),
        "approved_by": Field("Roles that approve an exemption which names none.", ONE_OR_MORE),
    },
)

PROMISED_TO = condition(
    "promised to",
    "Whom the promises are made to: part of every rule. Cases of others are measured.",
    FACTS,
    {"clause": CLAUSE},
    at_least=1,
)

CALENDAR: Shape = OneOf((Text(words=(ALWAYS,)), HOURS, UNION, CHOICE))
_LABELS = Names(Text(), at_least=1)
_RESPONSES = tuple(kind for kind in LOG_ANCHORS if kind != "notice")

POLICY = Record(
    "policy",
    "What a desk promises: one version of its policy.",
    {
        "desk": Field("The desk's name, which is that of the folder.", Text(DESK), required=True),
        "version": Field('The version, which is the name of the file: "1.0".', Text(VERSION), required=True),
        "name": Field("What people call the desk.", required=True),
        "prefix": Field("What the IDs of its cases begin with.", Text(PREFIX), required=True),
        "effective": Field("The first day on which it is in force.", _DATE, required=True),
        "zone": _ZONE._replace(required=True),
        "binding": Field("Whether it binds the desk; reports say when it does not.", FLAG),
        "clause": CLAUSE,
        "notice": SANCTION_FIELDS["notice"],
        "plans": Field("The plans that customers may be on, each with a label.", _LABELS),
        "promised_to": Field("Whom the promises are made to; left out: everybody.", PROMISED_TO),
        "calendars": Field("When time counts, each calendar under a name.", Names(CALENDAR, at_least=1), True),
        "sites": SANCTION_FIELDS["sites"],
        "channels": Field("The ways in.", Names(CHANNEL, at_least=1), True),
        "services": Field("What the desk supports.", Names(SERVICE, at_least=1)),
        "categories": Field("What cases are about, each with a label.", _LABELS),
        "teams": WORKFLOW_FIELDS["teams"],
        "routing": WORKFLOW_FIELDS["routing"],
        "intake": WORKFLOW_FIELDS["intake"],
        "advice": WORKFLOW_FIELDS["advice"],
        "priorities": Field("The ratings, the most urgent first.", Names(PRIORITY, at_least=1), True),
        "types": Field("The kinds of case.", Names(TYPE, at_least=1), True),
        "rubric": Field("How a case is rated.", RUBRIC),
        "raising": Field("Who may raise a priority, and until when.", RAISING),
        "authority": WORKFLOW_FIELDS["authority"],
        "strangers": WORKFLOW_FIELDS["strangers"],
        "states": Field("How a case moves.", Names(STATE, at_least=1), True),
        "waiting_for": Field("Whom a waiting case may wait for, each with a label.", Names(Text())),
        "requires": WORKFLOW_FIELDS["requires"],
        "automatic": WORKFLOW_FIELDS["automatic"],
        "duties": WORKFLOW_FIELDS["duties"],
        "fallback": WORKFLOW_FIELDS["fallback"],
        "commitments": Field("The kinds of promises that people make in a case.", Names(COMMITMENT, at_least=1)),
        "exemptions": Field("The reasons for which a period does not count.", Names(EXEMPTION, at_least=1)),
        "paths": Field("The ways on that may be confirmed for a case, each with a label.", _LABELS),
        "responses": Field("The log kinds that count as a response.", Words(Text(words=_RESPONSES), name="")),
        "defaults": Field("What is assumed where nothing is said.", DEFAULTS, required=True),
        "targets": Field("What is promised.", TARGETS, required=True),
        "ladders": Field("Whom a case is escalated to.", Names(LADDER)),
        "credits": SANCTION_FIELDS["credits"],
        "audit": Field("From when on an audit asks why.", SCRUTINY),
    },
)

SECTIONS = tuple(key for key, field in POLICY.fields.items() if isinstance(field.holds, Names) and field.holds.at_least)
"""What names at least one thing each: an empty list would close a word to every value."""
