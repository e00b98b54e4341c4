"""What carries each clause of the written agreements, and what proves it."""

from __future__ import annotations

from typing import Annotated

import typer

from casectl.cli.context import command_app
from casectl.cli.reading import FINDINGS, Output, form, read_from, show_problems, show_tables
from casectl.model.problems import NotFound, did_you_mean

app = command_app()


@app.command()
def clauses(
    ctx: typer.Context,
    desk: Annotated[str | None, typer.Argument(metavar="[DESK]", help="Of one desk.", show_default=False)] = None,
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
    known = [each.desk for each in everyone]
    if desk is not None and desk not in known:
        raise NotFound(f"there is no desk '{desk}' in policies/", did_you_mean(desk, known))
    wanted = [each for each in everyone if desk in (None, each.desk)]
    table, lacking = clause_map(wanted, clause_tests(repo, commit), commit)
    show_tables([table], how)
    if how in ("csv", "jsonl"):
        show_problems(table.exceptions)
    return FINDINGS if lacking else 0
