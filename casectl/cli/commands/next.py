"""What to work on now, most urgent first, and why."""

from __future__ import annotations

from typing import Annotated

import typer

from casectl.cli.context import command_app
from casectl.cli.reading import AsOf, Desk, Output, Zone
from casectl.cli.worklists import DueWithin, Mine, show_worklist

app = command_app()


@app.command("next")
def next_cases(
    ctx: typer.Context,
    desk: Desk = None,
    amount: Annotated[int, typer.Option("-n", min=1, metavar="N", help="How many cases.")] = 5,
    assignee: Annotated[
        str | None, typer.Option(metavar="WHO", help="Only what this person has.", show_default=False)
    ] = None,
    mine: Mine = False,
    team: Annotated[str | None, typer.Option(metavar="TEAM", help="Only this team.", show_default=False)] = None,
    due_within: DueWithin = None,
    zone: Zone = "desk",
    as_of: AsOf = "now",
    output: Output = "table",
) -> int:
    """What to work on now.

    Overdue cases first, by priority, then by due time; then the others by due time; what is paused comes last. What is
    expedited stands first in each.
    """
    from casectl.reports.worklist import Wanted

    wanted = Wanted(assignee=assignee, team=team)
    return show_worklist(ctx, wanted, "Next", desk, zone, as_of, output, amount, mine, due_within)
