"""From each clause of a written agreement to what carries it and what proves it, and back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from casectl.model.problems import Problem
from casectl.reports.table import Cell, Column, Table, tally
from casectl.store.clauses import DeskClauses, Place, tests_of

STATES = ("proved", "carried", "missing")
_COLUMNS = (
    Column("desk"),
    Column("clause"),
    Column("state"),
    Column("says", width=72),
    Column("carried_by", "carried by", width=72),
    Column("commands", shown="data"),
    Column("places", shown="data"),
    Column("tests", right=True),
    Column("proved_by", shown="wide"),
)


def clause_map(
    desks: Iterable[DeskClauses], tests: tuple[Place, ...] | None, commit: str, only: str = ""
) -> tuple[Table, bool]:
    """One row for each clause, or for the one of that ID; and whether any falls short: carried by nothing, carried
    and not listed, or without a test where the tree has tests of clauses (None: it has none)."""
    rows, problems = [], list[Problem]()
    for desk in desks:
        problems += () if only else (*desk.problems, *_unlisted(desk))
        rows += [row for row in _rows(desk, tests) if only in ("", row["clause"])]
    counted = [str(row["state"]) for row in rows]
    table = Table(
        title=f"Clauses: {len(rows)}",
        columns=_COLUMNS,
        rows=tuple(rows),
        schema="casectl.clauses/1",
        stamp={"commit": commit},
        totals={"clauses": tally({state: counted.count(state) for state in STATES})},
        notes=() if tests is not None else ("this repository has no tests/clauses, so nothing here proves them",),
        exceptions=tuple(problems),
    )
    wanted = "proved" if tests is not None else "carried"
    return table, any(state != wanted for state in counted) or bool(problems)


def _rows(desk: DeskClauses, tests: tuple[Place, ...] | None) -> Iterator[dict[str, Cell]]:
    for name, clause in desk.clauses.items():
        places, proofs = desk.carried.get(name, ()), tests_of(name, tests or (), desk.clauses)
        state = "missing" if not places and not clause.by else "proved" if proofs else "carried"
        commands = tuple(f"casectl {command}" for command in clause.by)
        yield {
            "desk": desk.desk,
            "clause": name,
            "state": state,
            "says": clause.says,
            "carried_by": ", ".join([*dict.fromkeys(place.what for place in places), *commands]) or None,
            "commands": commands,
            "places": tuple(f"{place.path}:{place.line}" for place in places),
            "tests": len(proofs),
            "proved_by": tuple(f"{proof.path}:{proof.line} {proof.what}" for proof in proofs),
        }


def _unlisted(desk: DeskClauses) -> Iterator[Problem]:
    """Clauses that an entry says it carries and that the desk's list does not know."""
    if not desk.clauses:
        return
    for name, places in desk.carried.items():
        if name not in desk.clauses:
            hint = f"add it to policies/{desk.desk}/clauses.yaml, or correct the entry"
            yield Problem(places[0].path, places[0].line, f"clause '{name}' is not listed", hint)
