"""What a miss costs and where a desk works, for people."""

from __future__ import annotations

from collections.abc import Iterator

from casectl.model.policy import Policy
from casectl.model.sanctions import Credit
from casectl.model.target import Condition
from casectl.reports.explain import condition_words
from casectl.reports.table import Cell, Table, sheet
from casectl.reports.words import percent


def sanction_sheet(policy: Policy) -> tuple[Table, ...]:
    """A table of sites and one of credits; empty where the policy has none."""
    return (
        sheet("Sites", "site label calendar rota clause", (site._asdict() | {"site": site.name}
                                                            for site in policy.sites.values())),
        sheet("Credits", "credit label for targets gives cap or clause", _credits(policy)),
    )  # fmt: skip


def _credits(policy: Policy) -> Iterator[dict[str, Cell]]:
    found = policy.credits
    for row in found.rows if found else ():
        yield {
            "credit": row.name,
            "label": row.label,
            "for": condition_words(row.when) if row.when != Condition() else "",
            "targets": tuple(sorted(row.targets)),
            "gives": _gives(row),
            "cap": percent(found.cap) if found and found.cap is not None else "",
            "or": row.instead_of,
            "clause": row.clause,
        }


def _gives(row: Credit) -> str:
    """`10 % of the month's spend`, `5 % below 99 %, 10 % below 95 %`."""
    if row.share is not None:
        return f"{percent(row.share)} of the month's spend" + (" for each that was missed" if row.each else "")
    return ", ".join(f"{percent(tier.share)} below {percent(tier.below)}" for tier in row.tiers)
