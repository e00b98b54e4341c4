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
from casectl.cli.errors import say, warn
from casectl.model.problems import NotFound, UsageMistake, did_you_mean

if TYPE_CHECKING:
    from casectl.model.instants import Instant
    from casectl.model.policy import Book
    from casectl.model.problems import Problem
    from casectl.model.timeline import Timeline
    from casectl.reports.onecase import OneCase
    from casectl.reports.table import Table
    from casectl.store.repo import Repo

FINDINGS = 3
PATIENCE_SECONDS = 1.0
"""How long a reader waits before being told how far it has come."""
TABLES = ("table", "wide", "json", "jsonl", "csv", "md", "html")

Output = Annotated[str, typer.Option("-o", "--output", metavar="FORM", help=f"One of: {', '.join(TABLES)}.")]
TextOrJson = Annotated[str, typer.Option("-o", "--output", metavar="FORM", help="One of: table, json.")]
Desk = Annotated[str | None, typer.Option("--desk", metavar="DESK", help="Only this desk.", show_default=False)]
Zone = Annotated[
    str,
    typer.Option(
        "--zone",
        metavar="ZONE",
        help="Whose wall clock to tell times on: desk, customer, or a zone such as America/Toronto. Machine forms stay "
        "in UTC.",
    ),
]
AsOf = Annotated[
    str,
    typer.Option(
        "--as-of",
        metavar="INSTANT",
        help="The truth about this moment: ISO 8601 with an offset, now, or a date. A date is its midnight in the zone "
        "of the case's desk, or of --desk; else in the one that all desks share, or UTC.",
    ),
]


def read_from(ctx: typer.Context) -> tuple[Repo, str]:
    """The repository, and the commit to read it at (`--at`, else HEAD). From here on zones are the package's own."""
    from casectl.model.instants import use_packaged_zones

    use_packaged_zones()
    root: Settings = settings(ctx)
    repo = root.repo()
    commit = root.commit(repo)
    warn_of_unfinished(repo)
    return repo, commit


def warn_of_unfinished(repo: Repo) -> None:
    """One line on stderr for steps that died half-way: until the next one, their files lie as they were before."""
    from casectl.store.unfinished import left_unfinished

    cases = left_unfinished(repo)
    if not cases:
        return
    from casectl.store.lock import is_held

    if not is_held(repo):
        files = "its file" if len(cases) == 1 else "their files"
        warn(f"a step on {', '.join(cases)} died half-way; casectl doctor brings {files} along")


def read_case(ctx: typer.Context, typed: str, as_of: str) -> OneCase:
    """The case that was meant, as of a moment as typed. What works with it is loaded while git reads: import it after.

    Raises `NotFound` for what names no one case, `CasectlError` for a shallow clone.
    """
    repo, commit = read_from(ctx)
    load_ahead("casectl.reports.onecase")
    from casectl.store.history import read_timeline
    from casectl.store.repo import refuse_shallow

    case_id = find_case(repo, commit, typed)
    refuse_shallow(repo)
    timeline = read_timeline(repo, case_id, commit)
    from casectl.reports.onecase import one_case

    at = as_of_moment(as_of, zone_of_case(repo, commit, timeline, as_of))
    return one_case(repo, commit, timeline, at, to_its_end=as_of == "now")


def find_case(repo: Repo, commit: str, typed: str) -> str:
    """The ID of the case that was meant. Raises `NotFound`: for one that was deleted, with the commit that did it."""
    from casectl.store.history import resolve_case

    try:
        return resolve_case(repo, commit, typed)
    except NotFound as unknown:
        if not (unknown.hint or "").startswith("one of"):
            refuse_deleted(repo, commit, typed)
        raise


def refuse_deleted(repo: Repo, commit: str, typed: str) -> None:
    """Raise `NotFound` if the case that was meant is one that a commit has deleted."""
    from casectl.store.departed import deleted_in

    gone = deleted_in(repo, commit, typed)
    if gone:
        case_id, deleted = gone
        raise NotFound(
            f"case {case_id} was deleted in commit {deleted[:12]}", f"casectl --at {deleted[:12]}^ show {case_id}"
        )


def refuse_zone(asked: str) -> None:
    """Raise `UsageMistake` for a `--zone` that there is not."""
    if asked != "desk":
        from casectl.model.instants import use_packaged_zones
        from casectl.reports.zones import refuse_unknown_zone

        use_packaged_zones()
        refuse_unknown_zone(asked)


def wall_clock(found: OneCase, asked: str) -> str:
    """The zone in which to tell people the times of one case; says so when its customer's record names none."""
    from casectl.reports.zones import wall_zone, zone_notes

    for note in zone_notes((found.figures,), asked):
        say(note)
    return wall_zone(found.figures, found.pinned.policy.zone, asked)


def moment(text: str, zone: str = "UTC") -> Instant:
    """A moment as typed; a date is its midnight in `zone`. Raises `UsageMistake` for what names none."""
    now = clock()
    if text == "now":
        return now
    from casectl.model.instants import parse_when

    return parse_when(text, now, zone)


def as_of_moment(text: str, zone: str = "UTC") -> Instant:
    """The moment of `--as-of`. One in the future is answered with a warning: it holds only if nothing else happens.

    Raises `UsageMistake` for what names no moment, and for one more than a century ahead.
    """
    return foreseen("--as-of", text, zone, "this is what will be true if nothing else happens")


def foreseen(option: str, text: str, zone: str, meaning: str) -> Instant:
    """The moment that an option names; of one in the future a warning says what that means.

    Raises `UsageMistake` for what names no moment, and for one more than a century ahead.
    """
    from casectl.model.instants import FORESIGHT_SECONDS

    instant, now = moment(text, zone), clock()
    if instant > now + FORESIGHT_SECONDS:
        raise UsageMistake(f"{option} lies more than a century ahead: '{text}'", "see the year")
    if instant > now:
        warn(f"{option} lies in the future: {meaning}")
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


def zone_of_dates(repo: Repo, commit: str, desk: str | None, *typed: str | None) -> str:
    """`zone_for` the policies at `commit`; they are read only when one of the moments typed is a date."""
    if not any(is_date(text) for text in typed):
        return "UTC"
    from casectl.store.book import read_book

    return zone_for(read_book(repo, commit)[0], desk)


def zone_of_case(repo: Repo, commit: str, timeline: Timeline, typed: str) -> str:
    """Whose midnight a date means when it is asked about one case: its desk's."""
    if not is_date(typed) or not timeline.steps:
        return "UTC"
    from casectl.store.book import read_book
    from casectl.store.pinned import last_value

    ref = str(last_value(timeline.steps, "policy") or "")
    book, _ = read_book(repo, commit, ref.partition("/")[0])
    policy = book.policies.get(ref)
    return policy.zone if policy else "UTC"


@contextmanager
def progress(what: str = "cases") -> Iterator[Callable[[int], None]]:
    """A counter of what is read on stderr, on a terminal only and only when it takes a while; gone when done."""
    began = time.monotonic()

    def count(amount: int) -> None:
        if sys.stderr.isatty() and time.monotonic() - began > PATIENCE_SECONDS:
            print(f"\r{amount} {what} read", end="", file=sys.stderr, flush=True)

    try:
        yield count
    finally:
        if sys.stderr.isatty() and time.monotonic() - began > PATIENCE_SECONDS:
            print("\r" + " " * 30 + "\r", end="", file=sys.stderr, flush=True)


def show_tables(tables: Iterable[Table], how: str) -> None:
    """Print tables on stdout: on a terminal no wider than it is, and with colour unless it was asked for none
    (`NO_COLOR`)."""
    from casectl.reports.render import render_all

    sys.stdout.write(render_all(tables, how, colour=wants_colour(), width=_terminal_width()))


def _terminal_width() -> int | None:
    """The columns of the terminal that stdout is; None when it is none."""
    import shutil

    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def wants_colour() -> bool:
    """Whether stdout is a terminal that may be coloured."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def show_problems(problems: Iterable[Problem]) -> int:
    """Say on stderr which files could not be read; the exit code that follows from it."""
    from casectl.reports.plain import plain_block

    found = list(problems)
    for problem in found:
        say(plain_block(str(problem)))
    return FINDINGS if any(not problem.warning for problem in found) else 0


def show_problems_now(found: OneCase) -> int:
    """What is wrong with a case's file as it is now, and in a line that older versions could not be read either; the
    exit code that follows from it."""
    from casectl.reports.onecase import mended_versions
    from casectl.reports.words import count

    old = mended_versions(found)
    noted = (problem for problem in found.timeline.problems if problem.warning)
    show_problems((*found.unreadable, *noted, *remarks(found)))
    if old:
        say(f"{count(old, 'old version')} could not be read: casectl log {found.timeline.case_id}")
    return FINDINGS if found.unreadable else 0


def remarks(found: OneCase) -> tuple[Problem, ...]:
    """What was done in a case though its policy asks otherwise, and holidays listed too late to count for it."""
    from casectl.sla.guards import findings

    return (*found.warnings, *findings(found.timeline, found.terms, found.as_of, found.book.staff))
