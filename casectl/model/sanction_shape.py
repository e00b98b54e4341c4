"""What a policy file may say of credits, fees, sites and notice."""

from __future__ import annotations

from casectl.model.money import MONEY, SHARE
from casectl.model.shapes import CLAUSE, FLAG, LABEL, Field, Names, Record, Rows, Text, Words
from casectl.model.target_shape import FACTS, condition

MONTH = r"[0-9]{4}-(?:0[1-9]|1[0-2])"
_SHARE = Text(SHARE, bare=False)
FEE = Field("What somebody pays who comes by it for less: 150.00 CAD.", Text(MONEY, bare=False))
SPEND = Field(
    'What the customer spent in each month, by the desk\'s calendar: "2026-10": 812.50 GBP.',
    Names(Text(MONEY, bare=False), MONTH),
)

TIER = Record(
    "tier",
    "What is due when too little of a month's targets was met.",
    {
        "below": Field("Less than this was met: 99.9%.", _SHARE, required=True),
        "share": Field("Of the month's spend: 10%.", _SHARE, required=True),
    },
)

CREDIT_WHEN = condition("credit when", "The cases that the row is about.", FACTS)
CREDIT = Record(
    "credit",
    "Part of a month's spend that a customer gets back for what was missed in it.",
    {
        "name": Field("What the row is called.", required=True),
        "label": LABEL,
        "when": Field("The cases that it is about; left out: all.", CREDIT_WHEN),
        "targets": Field("The targets that it is about; left out: all.", Words()),
        "share": Field("Of the spend, once in a month in which one was missed: 10%.", _SHARE),
        "each": Field("The share for every one that was missed.", FLAG),
        "tiers": Field("Instead: by how much of the month's targets was met; the highest first.", Rows(TIER)),
        "instead_of": Field("What else the customer may choose."),
        "clause": CLAUSE,
    },
)

CREDITS = Record(
    "credits",
    "What customers get back for promises that were missed.",
    {
        "rows": Field("Each is reckoned by itself.", Rows(CREDIT), required=True),
        "cap": Field("No more than this of a month's spend in all: 50%.", _SHARE),
        "clause": CLAUSE,
    },
)

SITE = Record(
    "site",
    "A place from which the desk works.",
    {
        "label": LABEL,
        "calendar": Field("When somebody is there.", required=True),
        "rota": Field("Who is on call there: a rota of policies/staff.yaml."),
        "clause": CLAUSE,
    },
)

NOTICE = Record(
    "notice",
    "How long before it comes into force a new version is published.",
    {
        "days": Field(
            "So many days between its commit and `effective`.", Text(r"[0-9]{1,3}", bare=True), required=True
        ),
        "clause": CLAUSE,
    },
)

SANCTION_FIELDS = {
    "sites": Field("The places from which the desk works, each under a name.", Names(SITE)),
    "credits": Field("What customers get back for promises that were missed.", CREDITS),
    "notice": Field("How long ahead a new version is published; the first one owes no notice.", NOTICE),
}
