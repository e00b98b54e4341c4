"""What to work on now, most urgent first, and why."""

from __future__ import annotations

from typing import Annotated

import typer

from casectl.cli.context import command_app
from casectl.cli.reading import AsOf, Desk, Output, as_of_moment, form, progress, read_from, show_problems, show_tables

app = command_app()


@app.command("next")
def next_cases(
    ctx: typer.Context,
    desk: Desk = None,
    amount: Annotated[int, typer.Option("-n", min=1, metavar="N", help="How many cases.")] = 5,
    assignee: Annotated[
        str | None, typer.Option(metavar="WHO", help="Only what this person has.", show_default=False)
    ] = None,
    as_of: AsOf = "now",
    output: Output = "table",
) -> int:
    """What to work on now: overdue first, then by due time; what waits for others comes last."""
    from casectl.reports.population import population
    from casectl.reports.worklist import Wanted, select, worklist_table

    how = form(output)
    repo, commit = read_from(ctx)
    with progress() as told:
        found = population(repo, commit, as_of_moment(as_of), desk, told)
    chosen = select(found, Wanted(assignee=assignee))[:amount]
    if chosen or how not in ("table", "wide"):
        show_tables([worklist_table(found, chosen, "Next")], how)
    return show_problems(found.exceptions)
