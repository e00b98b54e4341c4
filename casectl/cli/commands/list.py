"""Cases, one a line, most urgent first: the open ones unless asked for others."""

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
    as_of: AsOf = "now",
    output: Output = "table",
) -> int:
    """Cases, one a line, in the order in which to work on them.

    Overdue ones first, by priority, then by due time; then the others by due time; what is paused comes last.
    """
    from casectl.reports.population import population
    from casectl.reports.worklist import Wanted, select, worklist_table

    how = form(output)
    repo, commit = read_from(ctx)
    at = as_of_moment(as_of, zone_of_dates(repo, commit, desk, as_of))
    with progress() as told:
        found = population(repo, commit, at, desk, told)
    wanted = Wanted(status, phase, assignee, customer, open_only=not (everything or status or phase))
    known_only(repo, commit, found, wanted)
    chosen = select(found, wanted)
    show_worklist(worklist_table(found, chosen, "Cases"), how)
    return show_problems(found.exceptions)
