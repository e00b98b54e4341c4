"""Why a figure is what it is: every interval, its commit, the rule and its clause, sums that add up."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from casectl.cli.context import command_app
from casectl.cli.reading import (
    AsOf,
    Output,
    Zone,
    form,
    read_case,
    refuse_zone,
    show_problems_now,
    show_tables,
    wall_clock,
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
    zone: Zone = "desk",
    as_of: AsOf = "now",
    output: Output = "table",
) -> int:
    """The ledger of one target of a case, or of all: open, closed, holiday, paused, exempt, counted."""
    how = form(output)
    refuse_zone(zone)
    found = read_case(ctx, case, as_of)
    from casectl.reports.explain import explained, explanation_document, ledger_table

    rows = explained(found, target, occurrence)
    if how == "json":
        print(json.dumps(explanation_document(rows, found), indent=2))
    else:
        wall = wall_clock(found, zone)
        show_tables([ledger_table(row, found, wall) for row in rows], how)
    return show_problems_now(found)
