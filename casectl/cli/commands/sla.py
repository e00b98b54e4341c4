"""Every target of every case: due, met, breached, by how much. The machine contract with -o json."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from casectl.cli.context import command_app
from casectl.cli.reading import AsOf, Desk, Output, as_of_moment, form, progress, read_from, show_problems, show_tables

app = command_app()


@app.command()
def sla(
    ctx: typer.Context,
    ids: Annotated[list[str] | None, typer.Argument(metavar="[ID]...", show_default=False)] = None,
    desk: Desk = None,
    as_of: AsOf = "now",
    output: Output = "table",
) -> int:
    """The service levels of the named cases, or of all: one row per target and occurrence."""
    from casectl.reports.population import population, population_of
    from casectl.reports.sla_json import sla_document, sla_table
    from casectl.store.history import resolve_case

    how = form(output)
    repo, commit = read_from(ctx)
    at = as_of_moment(as_of)
    if ids:
        named = dict.fromkeys(resolve_case(repo, commit, typed) for typed in ids)
        found = population_of(repo, commit, at, named, desk)
    else:
        with progress() as told:
            found = population(repo, commit, at, desk, told)
    if how == "json":
        print(json.dumps(sla_document(found), indent=2))
    else:
        show_tables([sla_table(found)], how)
    return show_problems(found.exceptions)
