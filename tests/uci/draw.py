"""Draws the sample from the full log: `python -m tests.uci.draw LOG.csv.gz > tests/uci/sample.csv`.

Incidents stand in order of the SHA-256 of their numbers, which is as good as chance and the same for everybody. From
the front of that order come so many of each kind in `WANTED`, then any others until there are `SIZE`. Rows are copied
as they are, in the order of the log.
"""

from __future__ import annotations

import csv
import gzip
import sys
from hashlib import sha256

SIZE = 300
WANTED = {"junk": 2, "backward": 3, "closed-twice": 8, "reopened": 20, "repriced": 30, "held": 60}

Rows = list[dict[str, str]]


def kinds(rows: Rows) -> set[str]:
    """What an incident is an example of."""
    found = {
        "junk": any(row["incident_state"] == "-100" for row in rows),
        "backward": rows[0]["sys_mod_count"] != "0" and rows[1]["sys_mod_count"] == "1",
        "closed-twice": sum(row["incident_state"] == "Closed" for row in rows) > 1,
        "reopened": len({row["reopen_count"] for row in rows}) > 1,
        "repriced": len({row["priority"] for row in rows}) > 1,
        "held": any(row["incident_state"].startswith("Awaiting") for row in rows),
    }
    return {kind for kind, is_one in found.items() if is_one}


def draw(incidents: dict[str, Rows]) -> set[str]:
    """The numbers of the sample's incidents."""
    order = sorted(incidents, key=lambda number: sha256(number.encode()).digest())
    of_kind = {number: kinds(incidents[number]) for number in order}
    drawn: dict[str, None] = {}
    for kind, count in WANTED.items():
        drawn |= dict.fromkeys([number for number in order if kind in of_kind[number]][:count])
    others = (number for number in order if number not in drawn)
    return {*drawn, *(next(others) for _ in range(SIZE - len(drawn)))}


def main(path: str) -> None:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        table = csv.DictReader(file)
        header = list(table.fieldnames or ())
        incidents: dict[str, Rows] = {}
        for row in table:
            incidents.setdefault(row["number"], []).append(row)
    drawn = draw(incidents)
    writer = csv.DictWriter(sys.stdout, header, lineterminator="\n")
    writer.writeheader()
    for number, rows in incidents.items():
        if number in drawn:
            writer.writerows(rows)


if __name__ == "__main__":
    main(sys.argv[1])
