"""Who is on call now and next in each rota, or in one of them for some days."""

from __future__ import annotations

from typing import Annotated

import typer

from casectl.cli.context import command_app
from casectl.cli.errors import say
from casectl.cli.reading import FINDINGS, Output, form, moment, read_from, show_problems, show_tables, zone_for

STAFF = "policies/staff.yaml"

app = command_app()


@app.command("rota")
def rota(
    ctx: typer.Context,
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="One rota, spell by spell.", show_default=False)
    ] = None,
    as_of: Annotated[
        str,
        typer.Option(
            "--as-of",
            metavar="INSTANT",
            help="From this moment on: ISO 8601 with an offset, now, or a date. A date is its midnight in the zone of "
            "the rota; without NAME in the one that all desks share, or UTC.",
        ),
    ] = "now",
    days: Annotated[int, typer.Option(min=1, max=366, metavar="N", help="With NAME: for how many days.")] = 14,
    output: Output = "table",
) -> int:
    """Who is on call now and who is next, or one rota for the next days. Exit 3 when there is a gap in what is shown.

    Times are those of the rota's own wall clock, in machine forms of UTC.
    """
    from casectl.reports.rotas import duty_table, find_rota, spell_table
    from casectl.store.book import read_book

    how = form(output)
    repo, commit = read_from(ctx)
    book, problems = read_book(repo, commit)
    wrong = tuple(problem for problem in problems if problem.path == STAFF)
    one = None if name is None else find_rota(book, name, wrong)
    unread = show_problems(wrong)
    if one is not None:
        shown = spell_table(one, book, commit, moment(as_of, one.zone), days)
    else:
        shown = duty_table(book, commit, moment(as_of, zone_for(book, None)))
    if shown.table.rows or how not in ("table", "wide"):
        show_tables([shown.table], how)
    else:
        say(f"no rotas: policies/README.md explains how {STAFF} says them")
    return max(unread, FINDINGS if shown.has_gaps else 0)
