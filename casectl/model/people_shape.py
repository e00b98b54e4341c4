"""What the files beside the policies may say: customers, staff, lists of holidays."""

from __future__ import annotations

from casectl.model.policy_shape import WEEK
from casectl.model.public_key import KEY_LINE
from casectl.model.sanction_shape import SPEND
from casectl.model.shapes import (
    DAY,
    DURATION,
    FLAG,
    LABEL,
    SPAN,
    ZONE,
    Absent,
    Field,
    Names,
    OneOf,
    Record,
    Rows,
    Text,
    Words,
)

MAIL = r"[^@\s<>]+@[^@\s<>]+"
YEARS = r"([0-9]{4})-([0-9]{4})"

_FIGURES = Field("Figures of its own, for rules that say `{customer: NAME}`: 4h, 3wd.", Names(Text(SPAN, bare=False)))

SERVICE_RECORD = Record(
    "service record",
    "Something that this customer ordered, such as a line to one site.",
    {"label": LABEL, "figures": _FIGURES},
)

CUSTOMER = Record(
    "customer",
    "Somebody whom the desk works for.",
    {
        "label": LABEL,
        "plan": Field("The plan that the customer is on."),
        "zone": Field("Where the customer reads the clock: Europe/London.", Text(ZONE, bare=False)),
        "figures": _FIGURES,
        "first_line": Field("Its own service desk, which its people are to ask first."),
        "spend": SPEND,
        "services": Field("What the customer ordered; a case names one as its `service`.", Names(SERVICE_RECORD)),
    },
)

CUSTOMERS = Record(
    "customers",
    "Whom a desk works for.",
    {"customers": Field("Each customer under the name that cases use.", Names(CUSTOMER), required=True)},
)

SIGNING_KEY = Record(
    "signing key",
    "A public SSH key that somebody signs with.",
    {
        "key": Field("The line of its .pub file: ssh-ed25519 AAAA… name.", Text(KEY_LINE, bare=False), required=True),
        "from": Field("The first day (UTC) on which it holds; left out: it always did.", Text(DAY, bare=False)),
        "until": Field("The last day (UTC) on which it holds; left out: it still does.", Text(DAY, bare=False)),
    },
)

PERSON = Record(
    "person",
    "Somebody who works cases.",
    {
        "name": Field("What colleagues call them.", required=True),
        "mail": Field("What `git config user.email` says on their machine.", Text(MAIL, bare=False), required=True),
        "roles": Field("What they do, in the words of the policies: ladders, exemptions, raising.", Words()),
        "desks": Field("The desks where they work; left out: all of them.", Words()),
        "keys": Field("The public SSH keys that they sign their steps with.", Rows(SIGNING_KEY)),
    },
)

BEGINS = rf"{DAY} [0-9]{{2}}:[0-9]{{2}}"
RULE = r"[A-Z]+=[A-Z0-9,+-]+(?:;[A-Z]+=[A-Z0-9,+-]+)*"

SHIFT = Record(
    "shift",
    "So long that one person is on call, once or again and again.",
    {
        "who": Field("A person of the staff.", required=True),
        "begins": Field(
            'The first time, on the clock of the rota: "2026-01-05 08:00".', Text(BEGINS, bare=False), True
        ),
        "repeats": Field("When again, as a rule of RFC 5545: FREQ=WEEKLY;INTERVAL=2.", Text(RULE, bare=False)),
        "lasts": Field("How long each time, by the wall clock: 168h.", Text(rf"(?=[0-9]){DURATION}", bare=False), True),
        "instead": Field("With `true` it takes the place of whoever else is on then.", FLAG),
    },
)

ROTA = Record(
    "rota",
    "Shifts that together say who is on call.",
    {
        "label": LABEL,
        "zone": Field("The time zone of its shifts and hours: America/Toronto.", Text(ZONE, bare=False), required=True),
        "covers": Field('When somebody must be on: mon-fri: "17:00-24:00"; left out: always.', WEEK),
        "shifts": Field(
            "Of those at one time the first counts, one `instead` of others before all.", Rows(SHIFT), True
        ),
    },
)

STAFF = Record(
    "staff",
    "Who works here, in which roles, and who is on call when.",
    {
        "staff": Field("Each person under a short name.", Names(PERSON), required=True),
        "rotas": Field("Each rota under a short name.", Names(ROTA)),
    },
)

CLAUSE_TEXT = Record(
    "clause",
    "An obligation of the written agreement.",
    {
        "says": Field("What it obliges the desk to, in your own words.", required=True),
        "by": Field("Commands that carry it, where no entry of a policy does: report handover.", Words()),
    },
)

CLAUSES = Record(
    "clauses",
    "The obligations of a written agreement, which entries of a policy name with `clause:`.",
    {"clauses": Field("Each under its ID.", Names(OneOf((Text(), CLAUSE_TEXT)), r"[A-Z0-9][A-Z0-9-]*"), required=True)},
)

HOLIDAYS = Record(
    "holidays",
    "Public holidays, as plain dates.",
    {
        "name": Field("The name of the list, which is that of the file.", required=True),
        "years": Field("The first and last year that the list covers: 2015-2035.", Text(YEARS, bare=False), True),
        "dates": Field("Each date with the name of its holiday.", Names(OneOf((Text(), Absent())), DAY), True),
    },
)
