"""How often casectl's verdict is the log's own: `python -m tests.uci.agree REPO LOG.csv [--list]`.

casectl's verdict is the state of target `resolution` (met or breached); the log's is `made_sla` in the last row of an
incident. `--list` names the incidents on which the two differ, each with the likely reason.
"""

from __future__ import annotations

import csv
import gzip
import sys
import time
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from casectl.model.figures import CaseFigures
from casectl.reports.population import population
from casectl.store.repo import find_repo, head_commit

SOURCE = "uci-incident-log"
TARGET = "resolution"
SATURDAY = 5


@dataclass(frozen=True)
class Verdict:
    """What the log says of one incident in the end."""

    made: bool
    closed: datetime
    closings: int
    priorities: int


@dataclass(frozen=True)
class Difference:
    """An incident on which casectl and the log do not agree."""

    number: str
    case_id: str
    made: bool
    state: str
    reason: str


def verdicts(log: Path) -> dict[str, Verdict]:
    """The log's own verdicts, by incident."""
    opened = gzip.open if log.read_bytes()[:2] == b"\x1f\x8b" else open
    incidents: dict[str, list[dict[str, str]]] = {}
    with opened(log, "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            incidents.setdefault(row["number"], []).append(row)
    return {number: verdict(rows) for number, rows in incidents.items()}


def verdict(rows: list[dict[str, str]]) -> Verdict:
    last = rows[-1]
    return Verdict(
        made=last["made_sla"] == "true",
        closed=datetime.strptime(last["closed_at"], "%d/%m/%Y %H:%M"),
        closings=sum(row["incident_state"] == "Closed" for row in rows),
        priorities=len({row["priority"] for row in rows}),
    )


def compare(figures: tuple[CaseFigures, ...], told: dict[str, Verdict]) -> tuple[int, list[Difference]]:
    """How many of the log's incidents casectl judges alike, and all others."""
    by_number = {case.external_id: case for case in figures if case.source == SOURCE}
    differences = [difference for number in told if (difference := differs(number, told[number], by_number))]
    return len(told) - len(differences), differences


def differs(number: str, said: Verdict, by_number: dict[str | None, CaseFigures]) -> Difference | None:
    case = by_number.get(number)
    if case is None:
        return Difference(number, "-", said.made, "-", "not imported")
    state = next((row.state for row in case.rows if row.target == TARGET), "none")
    if state == ("met" if said.made else "breached"):
        return None
    return Difference(number, case.id, said.made, state, reason(said))


def reason(said: Verdict) -> str:
    if said.priorities > 1:
        return "priority changed"
    if said.closings > 1:
        return "closed more than once"
    return "closed at a weekend" if said.closed.weekday() >= SATURDAY else "other"


def main(root: str, log: str, *options: str) -> None:
    repo = find_repo(Path(root))
    found = population(repo, head_commit(repo), int(time.time()))
    told = verdicts(Path(log))
    agreed, differences = compare(found.figures, told)
    print(f"agree {agreed} of {len(told)}")
    if "--list" in options:
        for one in differences:
            log_says = "made" if one.made else "missed"
            print(f"{one.number}  {one.case_id}  log: {log_says:6}  casectl: {one.state:8}  {one.reason}")
        for why, count in Counter(one.reason for one in differences).most_common():
            print(f"{count:5} {why}")


if __name__ == "__main__":
    main(*sys.argv[1:])
