"""Reports over all cases, for cron and for people: silent when there is nothing to say."""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from casectl.cli.context import command_app, settings
from casectl.cli.news import Question, Remember, forget, is_news, kept_aside, news_since, refuse_mixed
from casectl.cli.reading import (
    FINDINGS,
    AsOf,
    Desk,
    Output,
    Zone,
    as_of_moment,
    form,
    moment,
    progress,
    read_from,
    refuse_zone,
    show_problems,
    show_tables,
    zone_of_dates,
)
from casectl.model.problems import UsageMistake

if TYPE_CHECKING:
    from casectl.model.instants import Instant
    from casectl.reports.population import Population
    from casectl.reports.report import Asked, Built, Report
    from casectl.store.repo import Repo

FOLDER = Path(__file__).resolve().parents[2] / "reports"

app = command_app(no_args_is_help=True)

Since = Annotated[
    str | None,
    typer.Option(metavar="INSTANT", help="From this moment on; a date as with --as-of.", show_default=False),
]
SinceOrLast = Annotated[
    str | None,
    typer.Option(
        metavar="INSTANT|last",
        help="From this moment on; a date as with --as-of. last: what is new, and what was withdrawn, since the last "
        "report of this kind that was delivered, whenever it happened. COMMIT@INSTANT: since the report at that commit "
        "as of that moment.",
        show_default=False,
    ),
]
Until = Annotated[
    str | None,
    typer.Option(metavar="INSTANT", help="Before this moment (default: up to --as-of).", show_default=False),
]
Month = Annotated[
    str | None,
    typer.Option(
        metavar="YYYY-MM|last", help="One calendar month; last: the one before that of --as-of.", show_default=False
    ),
]
Compare = Annotated[
    str | None,
    typer.Option(
        metavar="REV",
        help="Instead: what differs from the same report at that commit, row by row, and the commit that did it.",
        show_default=False,
    ),
]

Customer = Annotated[
    str | None, typer.Option(metavar="CUSTOMER", help="Only cases of this customer.", show_default=False)
]
Team = Annotated[str | None, typer.Option(metavar="TEAM", help="Only cases of this team.", show_default=False)]

_COMMON: dict[str, tuple[Any, Any]] = {
    "since": (Since, None),
    "until": (Until, None),
    "month": (Month, None),
    "desk": (Desk, None),
    "customer": (Customer, None),
    "team": (Team, None),
    "zone": (Zone, "desk"),
    "as_of": (AsOf, "now"),
    "output": (Output, "table"),
}


class Scope(NamedTuple):
    """Which cases a report is about; None: all."""

    desk: str | None = None
    customer: str | None = None
    team: str | None = None


@app.callback()
def reports() -> None:
    """Reports over all cases, recomputed from history. Exit 0 and silence: nothing to say; exit 3: findings."""


@cache
def known_reports() -> dict[str, Report]:
    """Every report, by name: a module of `reports/` that holds a `REPORT`."""
    return dict(_found())


def _found() -> Iterator[tuple[str, Report]]:
    for path in sorted(FOLDER.glob("*.py")):
        report = getattr(import_module(f"casectl.reports.{path.stem}"), "REPORT", None)
        if report is not None:
            yield path.stem.replace("_", "-"), report


def print_report(
    repo: Repo,
    name: str,
    as_of: Instant,
    asked: Asked | None = None,
    scope: Scope | None = None,
    how: str = "table",
    commit: str | None = None,
    remember: Remember = forget,
) -> int:
    """Print one report (at HEAD unless a commit is given); the exit code that follows from it.

    `remember` is told of what was printed once it has been written out.
    """
    from casectl.model.instants import use_packaged_zones
    from casectl.reports.report import Asked
    from casectl.store.repo import head_commit

    use_packaged_zones()
    report = known_reports()[name]
    found = _read(repo, commit or head_commit(repo), as_of, scope or Scope(), report.narrows)
    code = _print(report.build(found, asked or Asked()), how, report.informs)
    remember(found)
    return code


def print_comparison(repo: Repo, name: str, rev: str, as_of: Instant, asked: Asked, scope: Scope, how: str,
                     commit: str) -> int:  # fmt: skip
    """Print what differs between the commits `rev` and `commit`, both as of one moment; the exit code that follows."""
    from casectl.store.repo import head_commit

    compare = known_reports()[name].compare
    assert compare is not None
    old = head_commit(repo, rev)
    before, after = (_read(repo, each, as_of, scope) for each in (old, commit))
    return _print(compare(repo, before, after, asked), how)


def _read(repo: Repo, commit: str, as_of: Instant, scope: Scope, narrows: bool = False) -> Population:
    """The cases that a report is about; one that `narrows` gets all of them, and whose it is asked about."""
    from casectl.reports.population import narrowed, population

    with progress() as told:
        found = population(repo, commit, as_of, scope.desk, told, with_book=True)
    if not (scope.customer or scope.team):
        return found
    from casectl.reports.worklist import Wanted, refuse_unknown_words

    refuse_unknown_words(Wanted(customer=scope.customer, team=scope.team), found, found.book)
    if narrows:
        return found._replace(customer=scope.customer, team=scope.team)
    return narrowed(found, scope.customer, scope.team)


def _print(built: Built, how: str, informs: bool = False) -> int:
    """Print a report that has something to say, and make sure that it was written out; the exit code that follows."""
    tables = [] if built is None else built if isinstance(built, list) else [built]
    if tables:
        show_tables(tables, how)
        if how in ("csv", "jsonl"):
            show_problems(problem for table in tables for problem in table.exceptions)
    sys.stdout.flush()
    unread = any(not problem.warning for table in tables for problem in table.exceptions)
    return FINDINGS if unread or (tables and not informs) else 0


def _command(name: str, report: Report) -> Callable[..., int]:
    """A report's command: the options that all share, and its own switches."""

    def command(ctx: typer.Context, **given: Any) -> int:
        how = form(given["output"])
        refuse_zone(given["zone"])
        repo, commit = read_from(ctx)
        compared = given.get("compare")
        switches = frozenset(switch for switch in report.switches if given[_parameter(switch)])
        scope = Scope(given["desk"], given["customer"], given["team"])
        narrow = bool(scope.customer or scope.team)
        refuse_mixed(given["since"], given["until"], compared, switches, narrow)
        asked, as_of = _asked(repo, commit, given, switches)
        if compared is not None:
            return print_comparison(repo, name, compared, as_of, asked, scope, how, commit)
        remember: Remember = forget
        if is_news(given["since"]) and report.findings is not None:
            newest = settings(ctx).at is None
            question = Question(repo, commit, as_of, given["desk"])
            asked = news_since(question, name, report, given["since"], asked)
            remember = kept_aside(repo, name, report, asked) if newest and given["since"] == "last" else forget
        return print_report(repo, name, as_of, asked, scope, how, commit, remember)

    _declare(command, report)
    return command


def _month(repo: Repo, commit: str, given: dict[str, Any]) -> str | None:
    """The month asked for; `last` is the one before that of `--as-of`, on the wall clock that dates are told by."""
    month: str | None = given["month"]
    if month is None:
        return None
    if given["since"] is not None or given["until"] is not None or given.get("compare") is not None:
        raise UsageMistake("--month is a window of its own", "leave --since, --until and --compare out")
    if month == "last":
        from casectl.reports.report import month_of

        zone = zone_of_dates(repo, commit, given["desk"], "2000-01-01")
        there = date.fromisoformat(f"{month_of(moment(given['as_of'], zone), zone)}-01")
        return (there - timedelta(days=1)).strftime("%Y-%m")
    from casectl.model.sanction_shape import MONTH

    if not re.fullmatch(MONTH, month):
        raise UsageMistake(f"not a month: '{month}'", "such as 2026-10, or last")
    return month


def _asked(repo: Repo, commit: str, given: dict[str, Any], switches: frozenset[str]) -> tuple[Asked, Instant]:
    from casectl.reports.report import Asked

    month = _month(repo, commit, given)
    window = (None if is_news(given["since"]) else given["since"], given["until"])
    zone = zone_of_dates(repo, commit, given["desk"], *window, None if given["as_of"] == "now" else given["as_of"])
    since, until = (None if text is None else moment(text, zone) for text in window)
    if since is not None and until is not None and since >= until:
        raise UsageMistake("--since does not lie before --until: no moment is in that window", "since comes first")
    return Asked(since, until, month, switches, given["zone"]), as_of_moment(given["as_of"], zone)


def _declare(command: Callable[..., int], report: Report) -> None:
    """Say to Typer which options the command has."""
    own: dict[str, tuple[Any, Any]] = {
        _parameter(switch): (Annotated[bool, typer.Option(f"--{switch}", help=text)], False)
        for switch, text in report.switches.items()
    }
    known = {**_COMMON, **own}
    known |= {"since": (SinceOrLast, None)} if report.findings else {}
    known |= {"compare": (Compare, None)} if report.compare else {}
    keyword = inspect.Parameter.KEYWORD_ONLY
    options = [inspect.Parameter(name, keyword, default=at, annotation=kind) for name, (kind, at) in known.items()]
    context = inspect.Parameter("ctx", keyword, annotation=typer.Context)
    command.__signature__ = inspect.Signature([context, *options])  # type: ignore[attr-defined]
    command.__annotations__ = {"ctx": typer.Context, **{name: kind for name, (kind, _) in known.items()}}


def _parameter(switch: str) -> str:
    return switch.replace("-", "_")


for _name, _report in known_reports().items():
    app.command(_name, help=_report.help)(_command(_name, _report))
