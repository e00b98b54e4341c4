"""What the commands that read have in common: moments, zones and formats as typed, and where the answer goes."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from casectl.cli.context import Settings, clock, load_ahead, settings
from casectl.cli.errors import warn
from casectl.model.problems import UsageMistake, did_you_mean

if TYPE_CHECKING:
    from casectl.model.instants import Instant
    from casectl.model.policy import Book
    from casectl.model.problems import Problem
    from casectl.model.timeline import Timeline
    from casectl.reports.table import Table
    from casectl.store.repo import Repo

FINDINGS = 3
PATIENCE_SECONDS = 1.0
"""How long a reader waits before being told how far it has come."""
TABLES = ("table", "wide", "json", "jsonl", "csv", "md", "html")

Output = Annotated[str, typer.Option("-o", "--output", metavar="FORM", help=f"One of: {', '.join(TABLES)}.")]
TextOrJson = Annotated[str, typer.Option("-o", "--output", metavar="FORM", help="One of: table, json.")]
Desk = Annotated[str | None, typer.Option("--desk", metavar="DESK", help="Only this desk.", show_default=False)]
AsOf = Annotated[
    str,
    typer.Option(
        "--as-of", metavar="INSTANT", help="The truth about this moment: ISO 8601 with an offset, a date, now."
    ),
]


def read_from(ctx: typer.Context) -> tuple[Repo, str]:
    """The repository, and the commit to read it at (`--at`, else HEAD). From here on zones are the package's own."""
    from casectl.model.instants import use_packaged_zones

    use_packaged_zones()
    root: Settings = settings(ctx)
    repo = root.repo()
    return repo, root.commit(repo)


def read_life(ctx: typer.Context, typed: str) -> tuple[Repo, str, Timeline]:
    """As `read_from`, and the life of the case that was meant. What works with it is loaded while git reads: import it
    after this.

    Raises `NotFound` for what names no one case, `CasectlError` for a shallow clone.
    """
    repo, commit = read_from(ctx)
    load_ahead("casectl.reports.onecase")
    from casectl.store.history import read_timeline, resolve_case
    from casectl.store.repo import refuse_shallow

    case_id = resolve_case(repo, commit, typed)
    refuse_shallow(repo)
    return repo, commit, read_timeline(repo, case_id, commit)


def moment(text: str, zone: str = "UTC") -> Instant:
    """A moment as typed; a date is its midnight in `zone`. Raises `UsageMistake` for what names none."""
    now = clock()
    if text == "now":
        return now
    from casectl.model.instants import parse_when

    return parse_when(text, now, zone)


def as_of_moment(text: str, zone: str = "UTC") -> Instant:
    """The moment of `--as-of`. One in the future is answered with a warning: it holds only if nothing else happens."""
    instant = moment(text, zone)
    if instant > clock():
        warn("--as-of lies in the future: this is what will be true if nothing else happens")
    return instant


def form(text: str, allowed: Sequence[str] = TABLES) -> str:
    """A format as typed. Raises `UsageMistake` for one that this command does not have."""
    if text not in allowed:
        raise UsageMistake(f"unknown output format '{text}'", did_you_mean(text, allowed))
    return text


def is_date(text: str | None) -> bool:
    """Whether a moment as typed is a date alone, whose midnight depends on a zone."""
    return text is not None and text != "now" and "T" not in text and ":" not in text


def zone_for(book: Book, desk: str | None) -> str:
    """Whose midnight a date means: the desk's; without one the zone that all desks share, else UTC."""
    from casectl.reports.population import refuse_unknown_desk

    if desk is not None:
        refuse_unknown_desk(book, desk)
    zones = {policy.zone for policy in book.policies.values() if desk in (None, policy.desk)}
    return zones.pop() if len(zones) == 1 else "UTC"


@contextmanager
def progress() -> Iterator[Callable[[int], None]]:
    """A counter of cases on stderr, on a terminal only and only when it takes a while; gone when done."""
    began = time.monotonic()

    def count(cases: int) -> None:
        if sys.stderr.isatty() and time.monotonic() - began > PATIENCE_SECONDS:
            print(f"\r{cases} cases read", end="", file=sys.stderr, flush=True)

    try:
        yield count
    finally:
        if sys.stderr.isatty() and time.monotonic() - began > PATIENCE_SECONDS:
            print("\r" + " " * 30 + "\r", end="", file=sys.stderr, flush=True)


def show_tables(tables: Iterable[Table], how: str) -> None:
    """Print tables on stdout, with colour only on a terminal that has not asked for none (`NO_COLOR`)."""
    from casectl.reports.render import render_all

    sys.stdout.write(render_all(tables, how, colour=wants_colour()))


def wants_colour() -> bool:
    """Whether stdout is a terminal that may be coloured."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def show_problems(problems: Iterable[Problem]) -> int:
    """Say on stderr which files could not be read; the exit code that follows from it."""
    from casectl.reports.plain import plain_block

    found = list(problems)
    for problem in found:
        print(plain_block(str(problem)), file=sys.stderr)
    return FINDINGS if any(not problem.warning for problem in found) else 0
