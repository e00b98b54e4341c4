"""Cases, one a line, most urgent first: the open ones unless asked for others."""

from __future__ import annotations

from typing import Annotated

import typer

from casectl.cli.context import command_app
from casectl.cli.reading import AsOf, Desk, Output, Zone
from casectl.cli.worklists import DueWithin, Mine, show_related, show_worklist
from casectl.model.problems import UsageMistake

app = command_app()


def _only(name: str) -> typer.models.OptionInfo:
    option = typer.Option(f"--{name}", metavar=name.upper(), help=f"Only this {name}.", show_default=False)
    assert isinstance(option, typer.models.OptionInfo)
    return option


@app.command("list")
def list_cases(
    ctx: typer.Context,
    desk: Desk = None,
    status: Annotated[str | None, _only("status")] = None,
    phase: Annotated[str | None, _only("phase")] = None,
    assignee: Annotated[str | None, _only("assignee")] = None,
    mine: Mine = False,
    owner: Annotated[str | None, _only("owner")] = None,
    team: Annotated[str | None, _only("team")] = None,
    customer: Annotated[str | None, _only("customer")] = None,
    waiting_for: Annotated[
        str | None, typer.Option(metavar="WHO", help="Only what waits for this one.", show_default=False)
    ] = None,
    due_within: DueWithin = None,
    owing: Annotated[
        bool, typer.Option("--owing", help="Only what is owed something: a contact, a detail, a figure.")
    ] = False,
    related: Annotated[
        str | None,
        typer.Option(metavar="ID", help="Instead: all cases that have to do with this one.", show_default=False),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Solved and closed ones as well.")] = False,
    zone: Zone = "desk",
    as_of: AsOf = "now",
    output: Output = "table",
) -> int:
    """Cases, one a line, in the order in which to work on them.

    Overdue ones first, by priority, then by due time; then the others by due time; what is paused comes last. What is
    expedited stands first in each.
    """
    from casectl.reports.worklist import Wanted

    asked = (desk, status, phase, assignee, owner, team, customer, waiting_for)
    if related is not None:
        if any((*asked, mine, due_within, owing, everything)):
            raise UsageMistake("--related lists all that has to do with one case", "leave the other choices out")
        return show_related(ctx, related, as_of, output)
    anywhere = everything or bool(status or phase or owing)
    wanted = Wanted(status, phase, assignee, customer, team, owner, waiting_for, not anywhere, owing)
    return show_worklist(ctx, wanted, "Cases", desk, zone, as_of, output, mine=mine, due_within=due_within)
