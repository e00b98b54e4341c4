"""What a policy may say of audits, and the file of accepted findings."""

from __future__ import annotations

from casectl.model.shapes import CLAUSE, DAY, DURATION, NAME, ONE_OR_MORE, Field, Number, Record, Rows, Text
from casectl.model.target_shape import PERCENT

FINDING_ID = r"[0-9a-f]{12}"

_DURATION = Text(rf"(?=[0-9]){DURATION}", bare=False)

SCRUTINY = Record(
    "audit",
    "From when on an audit asks why.",
    {
        "signatures": Field(
            "Whether the desk's commits have to be signed (left out: optional).", Text(words=("required", "optional"))
        ),
        "claims": Field("How long before its commit a claimed moment may lie; left out: 24h.", _DURATION),
        "near": Field(
            "With less of a limit left, a step that stops, puts off or drops it is asked about; left out: 10%.",
            Text(PERCENT, bare=False),
        ),
        "often": Field("How often a case may be held in a day, or solved, before that is asked about.", Number()),
        "grace": Field(
            "How long a case may still wait for the customer after the customer was heard; left out: 15m.", _DURATION
        ),
        "changed_by": Field(
            "Roles that may change the desk's files in policies/, and the staff list and such of all desks.",
            ONE_OR_MORE,
        ),
        "accepted_by": Field("Roles that may accept findings; left out: anybody of the staff.", ONE_OR_MORE),
        "clause": CLAUSE,
    },
)

ACCEPTANCE = Record(
    "acceptance",
    "A finding that may stand.",
    {
        "finding": Field("The finding's id, as `casectl audit` prints it.", Text(FINDING_ID), required=True),
        "by": Field("Who accepts it: a person of the staff.", Text(NAME), required=True),
        "why": Field("Why it may stand.", required=True),
        "until": Field("The last day on which it does.", Text(DAY), required=True),
    },
)

ACCEPTED = Record(
    "accepted",
    "Findings of audits that are known and may stand.",
    {"accepted": Field("Each with who, why and until when.", Rows(ACCEPTANCE, at_least=0), required=True)},
)
