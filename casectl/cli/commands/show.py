"""One case on one screen: its fields, its clocks in words, and the end of its log."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from casectl.cli.context import command_app, settings
from casectl.cli.errors import warn
from casectl.cli.reading import AsOf, TextOrJson, Zone, form, read_case, refuse_zone, show_problems_now, wall_clock

app = command_app()


@app.command()
def show(
    ctx: typer.Context,
    case: Annotated[str, typer.Argument(metavar="ID", show_default=False)],
    zone: Zone = "desk",
    as_of: AsOf = "now",
    output: TextOrJson = "table",
) -> int:
    """One case as its last commit has it; says so when the file on disk differs."""
    how = form(output, ("table", "json"))
    refuse_zone(zone)
    found = read_case(ctx, case, as_of)
    from casectl.reports.screen import case_document, case_screen

    if how == "json":
        print(json.dumps(case_document(found), indent=2))
    else:
        print(case_screen(found, wall_clock(found, zone)))
    from casectl.store.worktree import differs_on_disk

    path = found.timeline.path
    if settings(ctx).at is None and differs_on_disk(settings(ctx).repo(), path, found.text):
        warn(f"{path} differs on disk from the commit shown: git diff -- {path}")
    return show_problems_now(found)
