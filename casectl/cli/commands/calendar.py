"""Open hours: when a calendar is open, what a limit comes to, how much open time lies between two moments."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from casectl.cli.context import command_app
from casectl.cli.reading import TextOrJson, form, is_date, moment, read_from
from casectl.model.problems import UsageMistake

if TYPE_CHECKING:
    from casectl.model.calendar import Calendar
    from casectl.model.policy import Policy

app = command_app(no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="NAME", help="DESK/CALENDAR, or CALENDAR alone.", show_default=False)]


@app.callback()
def calendars() -> None:
    """Questions about the open hours of a desk's calendar. Moments are ISO 8601 with an offset, now, or a date:
    its midnight in the calendar's own zone."""


@app.command("open")
def open_(
    ctx: typer.Context,
    name: Name,
    at: Annotated[str, typer.Option("--at", metavar="INSTANT", help="When.")] = "now",
    output: TextOrJson = "table",
) -> None:
    """Whether the calendar is open, and until when."""
    from casectl.reports.hours import hours_at

    how = form(output, ("table", "json"))
    policy, calendar = _calendar(ctx, name)
    _say(hours_at(policy, calendar, _moment(at, calendar)), how)


@app.command()
def add(
    ctx: typer.Context,
    name: Name,
    start: Annotated[str, typer.Argument(metavar="START", show_default=False)],
    within: Annotated[
        list[str], typer.Argument(metavar="DURATION", help="4h, 90m, 3wd, 3wd by end-of-day.", show_default=False)
    ],
    output: TextOrJson = "table",
) -> None:
    """When a limit that starts at START is used up if nothing pauses it."""
    from casectl.model.target_reader import parse_span
    from casectl.reports.hours import due_after

    how = form(output, ("table", "json"))
    written = " ".join(within)
    span = parse_span(written)
    if span is None:
        raise UsageMistake(f"not a duration: '{written}'", "like 15m, 4h, 1h30m, 3wd, 3wd by end-of-day")
    policy, calendar = _calendar(ctx, name)
    _say(due_after(policy, calendar, _moment(start, calendar), span), how)


@app.command()
def between(
    ctx: typer.Context,
    name: Name,
    first: Annotated[str, typer.Argument(metavar="FROM", show_default=False)],
    last: Annotated[str, typer.Argument(metavar="TO", show_default=False)],
    output: TextOrJson = "table",
) -> None:
    """How much open time lies between two moments."""
    from casectl.reports.hours import open_between

    how = form(output, ("table", "json"))
    policy, calendar = _calendar(ctx, name)
    begins, ends = _moment(first, calendar), _moment(last, calendar)
    if ends < begins:
        raise UsageMistake(f"{last} lies before {first}", "the earlier moment comes first")
    _say(open_between(policy, calendar, begins, ends), how)


def _calendar(ctx: typer.Context, typed: str) -> tuple[Policy, Calendar]:
    from casectl.reports.hours import find_calendar
    from casectl.store.book import read_book

    repo, commit = read_from(ctx)
    return find_calendar(read_book(repo, commit)[0], typed, moment("now"))


def _moment(text: str, calendar: Calendar) -> int:
    return moment(text, calendar.zone if is_date(text) else "UTC")


def _say(answer: tuple[str, dict[str, object]], how: str) -> None:
    words, document = answer
    print(json.dumps(document, indent=2) if how == "json" else words)
