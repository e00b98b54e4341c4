"""Lists of cases to work on, as `list` and `next` print them: what was asked for, and where the answer goes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from casectl.cli.errors import say, warn
from casectl.cli.reading import (
    as_of_moment,
    find_case,
    form,
    progress,
    read_from,
    refuse_zone,
    show_problems,
    show_tables,
    zone_of_dates,
)
from casectl.model.problems import UsageMistake

if TYPE_CHECKING:
    from casectl.reports.population import Population
    from casectl.reports.worklist import Wanted
    from casectl.store.repo import Repo

Mine = Annotated[bool, typer.Option("--mine", help="Only what is in your own hands, by git's user.email.")]
DueWithin = Annotated[
    str | None,
    typer.Option(
        metavar="DURATION", help="Only what is overdue, or falls due so soon by the wall clock: 4h.", show_default=False
    ),
]


def show_worklist(
    ctx: typer.Context,
    wanted: Wanted,
    title: str,
    desk: str | None,
    zone: str,
    as_of: str,
    output: str,
    most: int | None = None,
    mine: bool = False,
    due_within: str | None = None,
) -> int:
    """Print the wanted cases, most urgent first, at most so many; the exit code that follows.

    `mine`: of whom git says is asking; `due_within`: a duration as typed, by which they fall due. An empty list leaves
    people's stdout alone and is told on stderr.
    """
    from casectl.reports.population import population
    from casectl.reports.worklist import left_out, select, worklist_table

    how = form(output)
    refuse_zone(zone)
    repo, commit = read_from(ctx)
    at = as_of_moment(as_of, zone_of_dates(repo, commit, desk, as_of))
    if mine:
        wanted = replace(wanted, assignee=_own_key(repo, commit, wanted.assignee))
    if due_within is not None:
        wanted = replace(wanted, due_by=at + _duration(due_within))
    with progress() as told:
        found = population(repo, commit, at, desk, told)
    known_only(repo, commit, found, wanted)
    everything = select(found, wanted)
    chosen = everything[:most]
    if not chosen:
        say("nothing to list")
    if chosen or how not in ("table", "wide"):
        more = left_out(everything[len(chosen) :], _list_command(desk, wanted, as_of, due_within))
        show_tables([worklist_table(found, chosen, title, zone, more)], how)
    return show_problems(found.exceptions)


def show_related(ctx: typer.Context, typed: str, as_of: str, output: str) -> int:
    """Print the cases that have to do with one; the exit code that follows."""
    from casectl.reports.population import population
    from casectl.reports.related import related

    how = form(output)
    repo, commit = read_from(ctx)
    case_id = find_case(repo, commit, typed)
    at = as_of_moment(as_of, zone_of_dates(repo, commit, None, as_of))
    with progress() as told:
        found = population(repo, commit, at, None, told)
    table = related(found, case_id)
    if not table.rows:
        say(f"nothing has to do with {case_id}")
    if table.rows or how not in ("table", "wide"):
        show_tables([table], how)
    return show_problems(found.exceptions)


def known_only(repo: Repo, commit: str, found: Population, wanted: Wanted) -> None:
    """Refuse words of a worklist that nothing there has; an assignee whom nobody knows is only warned about."""
    if not any((wanted.status, wanted.phase, wanted.customer, wanted.assignee, wanted.team, wanted.owner,
                wanted.waiting_for)):  # fmt: skip
        return
    from casectl.reports.worklist import refuse_unknown_words
    from casectl.store.book import read_book

    for warning in refuse_unknown_words(wanted, found, read_book(repo, commit)[0]):
        warn(warning)


def _own_key(repo: Repo, commit: str, assignee: str | None) -> str:
    """Whom `--mine` means: the staff key of whoever git says is here, or the mail address of a stranger."""
    from casectl.store.book import read_book
    from casectl.store.repo import identity

    if assignee is not None:
        raise UsageMistake("--mine and --assignee say who has them twice", "leave one of them out")
    mail = identity(repo).mail
    book, _ = read_book(repo, commit)
    person = book.person_by_mail(mail)
    if person is None:
        show_problems(book.staff_mistakes)
    return person.key if person else mail


def _duration(text: str) -> int:
    """So many seconds by the wall clock, as typed. Raises `UsageMistake` for working days and for no duration."""
    from casectl.model.figure_reader import parse_span

    span = parse_span(text)
    if span is None or span.unit == "days":
        raise UsageMistake(
            f"not a duration: '{text}'", "hours or minutes by the wall clock, such as 4h; three days are 72h"
        )
    return span.amount


def _list_command(desk: str | None, wanted: Wanted, as_of: str, due_within: str | None = None) -> str:
    """What lists all of the cases that `next` shows the first of."""
    import shlex

    asked = {
        "--desk": desk,
        "--assignee": wanted.assignee,
        "--team": wanted.team,
        "--due-within": due_within,
        "--as-of": None if as_of == "now" else as_of,
    }
    return shlex.join(["casectl", "list", *(word for pair in asked.items() if pair[1] for word in pair if word)])
