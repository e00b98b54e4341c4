"""Why a figure is what it is: every interval, its commit, the rule and its clause, sums that add up."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from casectl.cli.context import command_app
from casectl.cli.reading import (
    AsOf,
    Output,
    as_of_moment,
    form,
    read_life,
    show_problems_now,
    show_tables,
    zone_of_case,
)

app = command_app()


@app.command()
def explain(
    ctx: typer.Context,
    case: Annotated[str, typer.Argument(metavar="ID", show_default=False)],
    target: Annotated[str | None, typer.Argument(metavar="[TARGET]", show_default=False)] = None,
    occurrence: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Only this occurrence.", show_default=False)
    ] = None,
    as_of: AsOf = "now",
    output: Output = "table",
) -> int:
    """The ledger of one target of a case, or of all: open, closed, holiday, paused, exempt, counted."""
    how = form(output)
    repo, commit, timeline = read_life(ctx, case)
    from casectl.reports.explain import explained, explanation_document, ledger_table
    from casectl.reports.onecase import one_case

    at = as_of_moment(as_of, zone_of_case(repo, commit, timeline, as_of))
    found = one_case(repo, commit, timeline, at, to_its_end=as_of == "now")
    rows = explained(found, target, occurrence)
    if how == "json":
        print(json.dumps(explanation_document(rows, found), indent=2))
    else:
        show_tables([ledger_table(row, found) for row in rows], how)
    return show_problems_now(found)
