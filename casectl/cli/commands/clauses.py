"""What carries each clause of the written agreements, and what proves it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from casectl.cli.context import command_app
from casectl.cli.reading import FINDINGS, Output, form, read_from, show_problems, show_tables
from casectl.desk.known import nearest
from casectl.model.problems import NotFound

if TYPE_CHECKING:
    from casectl.store.clauses import DeskClauses

app = command_app()


@app.command()
def clauses(
    ctx: typer.Context,
    only: Annotated[
        str | None, typer.Argument(metavar="[DESK|CLAUSE]", help="Of one desk, or one of them.", show_default=False)
    ] = None,
    output: Output = "table",
) -> int:
    """Every clause of `policies/DESK/clauses.yaml`: what it says, which entries and commands carry it, and which tests
    are named after it.

    Exit 3 when one is carried by nothing or not listed, or has no test where the tree has `tests/clauses`.
    """
    from casectl.reports.clauses import clause_map
    from casectl.store.clauses import clause_tests, read_desk_clauses

    how = form(output)
    repo, commit = read_from(ctx)
    everyone = list(read_desk_clauses(repo, commit))
    desks, clause = (everyone, "") if only is None else _of(everyone, only)
    table, lacking = clause_map(desks, clause_tests(repo, commit), commit, clause)
    show_tables([table], how)
    if how in ("csv", "jsonl"):
        show_problems(table.exceptions)
    return FINDINGS if lacking else 0


def _of(everyone: list[DeskClauses], only: str) -> tuple[list[DeskClauses], str]:
    """That desk, or the desks that have that clause, and the clause's ID. Raises `NotFound` for what is neither."""
    mine = [each for each in everyone if each.desk == only]
    having = [each for each in everyone if only.upper() in each.clauses]
    if not mine and not having:
        known = [*(each.desk for each in everyone), *(clause for each in everyone for clause in each.clauses)]
        raise NotFound(f"there is no desk and no clause '{only}'", nearest(only, known))
    return (mine, "") if mine else (having, only.upper())
