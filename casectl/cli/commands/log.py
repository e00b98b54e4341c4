"""The life of a case, step by step: when, who, what changed, and the commit that holds it."""

from __future__ import annotations

from typing import Annotated

import typer

from casectl.cli.context import command_app
from casectl.cli.reading import (
    FINDINGS,
    AsOf,
    Output,
    Zone,
    form,
    read_case,
    refuse_zone,
    remarks,
    show_problems,
    show_tables,
    wall_clock,
)

app = command_app()


@app.command("log")
def log_of_case(
    ctx: typer.Context,
    case: Annotated[str, typer.Argument(metavar="ID", show_default=False)],
    zone: Zone = "desk",
    as_of: AsOf = "now",
    output: Output = "table",
) -> int:
    """The steps of a case from its history, oldest first."""
    how = form(output)
    refuse_zone(zone)
    found = read_case(ctx, case, as_of)
    from casectl.reports.lifelog import log_table

    show_tables([log_table(found, wall_clock(found, zone))], how)
    show_problems((*found.timeline.problems, *remarks(found)))
    return FINDINGS if found.unreadable else 0
