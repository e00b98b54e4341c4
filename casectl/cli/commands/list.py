"""Cases, one a line, most urgent first: the open ones unless asked for others."""

from __future__ import annotations

from typing import Annotated

import typer

from casectl.cli.context import command_app
from casectl.cli.reading import AsOf, Desk, Output, Zone, show_worklist

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
    customer: Annotated[str | None, _only("customer")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Solved and closed ones as well.")] = False,
    zone: Zone = "desk",
    as_of: AsOf = "now",
    output: Output = "table",
) -> int:
    """Cases, one a line, in the order in which to work on them.

    Overdue ones first, by priority, then by due time; then the others by due time; what is paused comes last.
    """
    from casectl.reports.worklist import Wanted

    wanted = Wanted(status, phase, assignee, customer, open_only=not (everything or status or phase))
    return show_worklist(ctx, wanted, "Cases", desk, zone, as_of, output)
