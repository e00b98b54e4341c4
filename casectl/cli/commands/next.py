"""What to work on now, most urgent first, and why."""

from __future__ import annotations

from typing import Annotated

import typer

from casectl.cli.context import command_app
from casectl.cli.reading import (
    AsOf,
    Desk,
    Output,
    as_of_moment,
    form,
    known_only,
    progress,
    read_from,
    show_problems,
    show_worklist,
    zone_of_dates,
)

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
    """What to work on now.

    Overdue cases first, by priority, then by due time; then the others by due time; what is paused comes last.
    """
    from casectl.reports.population import population
    from casectl.reports.worklist import Wanted, select, worklist_table

    how = form(output)
    repo, commit = read_from(ctx)
    at = as_of_moment(as_of, zone_of_dates(repo, commit, desk, as_of))
    with progress() as told:
        found = population(repo, commit, at, desk, told)
    wanted = Wanted(assignee=assignee)
    known_only(repo, commit, found, wanted)
    chosen = select(found, wanted)[:amount]
    show_worklist(worklist_table(found, chosen, "Next"), how)
    return show_problems(found.exceptions)
