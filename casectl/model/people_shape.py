"""What the files beside the policies may say: customers, staff, lists of holidays."""

from __future__ import annotations

from casectl.model.shapes import DAY, LABEL, SPAN, ZONE, Absent, Field, Names, OneOf, Record, Text, Words

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
        "services": Field("What the customer ordered; a case names one as its `service`.", Names(SERVICE_RECORD)),
    },
)

CUSTOMERS = Record(
    "customers",
    "Whom a desk works for.",
    {"customers": Field("Each customer under the name that cases use.", Names(CUSTOMER), required=True)},
)

PERSON = Record(
    "person",
    "Somebody who works cases.",
    {
        "name": Field("What colleagues call them.", required=True),
        "mail": Field("What `git config user.email` says on their machine.", Text(MAIL, bare=False), required=True),
        "roles": Field("What they do, in the words of the policies: ladders, exemptions, raising.", Words()),
        "desks": Field("The desks where they work; left out: all of them.", Words()),
    },
)

STAFF = Record(
    "staff",
    "Who works here, and in which roles.",
    {"staff": Field("Each person under a short name.", Names(PERSON), required=True)},
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
