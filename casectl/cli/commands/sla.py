"""Every target of every case: due, met, breached, by how much. The machine contract with -o json."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from casectl.cli.context import command_app
from casectl.cli.reading import (
    AsOf,
    Desk,
    Output,
    Zone,
    as_of_moment,
    find_case,
    form,
    is_date,
    progress,
    read_from,
    refuse_zone,
    show_problems,
    show_tables,
    zone_of_case,
    zone_of_dates,
)

if TYPE_CHECKING:
    from casectl.store.repo import Repo

app = command_app()


@app.command()
def sla(
    ctx: typer.Context,
    ids: Annotated[list[str] | None, typer.Argument(metavar="[ID]...", show_default=False)] = None,
    desk: Desk = None,
    zone: Zone = "desk",
    as_of: AsOf = "now",
    output: Output = "table",
) -> int:
    """The service levels of the named cases, or of all: one row per target and occurrence."""
    from casectl.reports.population import population, population_of
    from casectl.reports.sla_json import sla_document, sla_table

    how = form(output)
    refuse_zone(zone)
    repo, commit = read_from(ctx)
    named = dict.fromkeys(find_case(repo, commit, typed) for typed in ids or ())
    at = as_of_moment(as_of, _zone(repo, commit, desk, [*named], as_of))
    if named:
        found = population_of(repo, commit, at, named, desk)
    else:
        with progress() as told:
            found = population(repo, commit, at, desk, told)
    if how == "json":
        print(json.dumps(sla_document(found), indent=2))
    else:
        show_tables([sla_table(found, zone)], how)
    return show_problems(found.exceptions)


def _zone(repo: Repo, commit: str, desk: str | None, named: list[str], as_of: str) -> str:
    """Whose midnight a date means: one case's desk's, when only one is asked about."""
    if len(named) != 1 or desk is not None or not is_date(as_of):
        return zone_of_dates(repo, commit, desk, as_of)
    from casectl.store.history import read_timeline

    return zone_of_case(repo, commit, read_timeline(repo, named[0], commit), as_of)
