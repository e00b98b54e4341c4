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
    wanted = everyone if only is None else _of(everyone, only)
    table, lacking = clause_map(wanted, clause_tests(repo, commit), commit)
    show_tables([table], how)
    if how in ("csv", "jsonl"):
        show_problems(table.exceptions)
    return FINDINGS if lacking else 0


def _of(everyone: list[DeskClauses], only: str) -> list[DeskClauses]:
    """Those of one desk, or the one clause. Raises `NotFound` for what is neither."""
    mine = [each for each in everyone if each.desk == only]
    name = only.upper()
    one = [
        each._replace(clauses={name: each.clauses[name]}, carried={name: each.carried.get(name, ())}, problems=())
        for each in everyone
        if name in each.clauses
    ]
    if mine or one:
        return mine or one
    known = [*(each.desk for each in everyone), *(clause for each in everyone for clause in each.clauses)]
    raise NotFound(f"there is no desk and no clause '{only}'", nearest(only, known))
