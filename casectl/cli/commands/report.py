"""Reports over all cases, for cron and for people: silent when there is nothing to say."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from casectl.cli.context import command_app
from casectl.cli.reading import (
    FINDINGS,
    AsOf,
    Desk,
    Output,
    as_of_moment,
    form,
    moment,
    progress,
    read_from,
    show_problems,
    show_tables,
    zone_of_dates,
)
from casectl.model.problems import UsageMistake

if TYPE_CHECKING:
    from casectl.model.instants import Instant
    from casectl.reports.report import Asked, Report
    from casectl.store.repo import Repo

FOLDER = Path(__file__).resolve().parents[2] / "reports"

app = command_app(no_args_is_help=True)

Since = Annotated[
    str | None,
    typer.Option(metavar="INSTANT", help="From this moment on; a date as with --as-of.", show_default=False),
]
Until = Annotated[
    str | None,
    typer.Option(metavar="INSTANT", help="Before this moment (default: up to --as-of).", show_default=False),
]

_COMMON: dict[str, tuple[Any, Any]] = {
    "since": (Since, None),
    "until": (Until, None),
    "desk": (Desk, None),
    "as_of": (AsOf, "now"),
    "output": (Output, "table"),
}


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
    desk: str | None = None,
    how: str = "table",
    commit: str | None = None,
) -> int:
    """Print one report (at HEAD unless a commit is given); the exit code that follows from it."""
    from casectl.model.instants import use_packaged_zones
    from casectl.reports.population import population
    from casectl.reports.report import Asked
    from casectl.store.repo import head_commit

    use_packaged_zones()
    with progress() as told:
        found = population(repo, commit or head_commit(repo), as_of, desk, told)
    table = known_reports()[name].build(found, asked or Asked())
    if table is None:
        return 0
    show_tables([table], how)
    if how in ("csv", "jsonl"):
        show_problems(found.exceptions)
    return FINDINGS


def _command(name: str, report: Report) -> Callable[..., int]:
    """A report's command: the options that all share, and its own switches."""

    def command(ctx: typer.Context, **given: Any) -> int:
        from casectl.reports.report import Asked

        how = form(given["output"])
        repo, commit = read_from(ctx)
        typed = (given["since"], given["until"], None if given["as_of"] == "now" else given["as_of"])
        zone = zone_of_dates(repo, commit, given["desk"], *typed)
        since, until = (None if text is None else moment(text, zone) for text in typed[:2])
        if since is not None and until is not None and since >= until:
            raise UsageMistake("--since does not lie before --until: no moment is in that window", "since comes first")
        asked = Asked(since, until, frozenset(switch for switch in report.switches if given[_parameter(switch)]))
        return print_report(repo, name, as_of_moment(given["as_of"], zone), asked, given["desk"], how, commit)

    kinds: dict[str, Any] = {"ctx": typer.Context, **{name: kind for name, (kind, _) in _COMMON.items()}}
    kinds |= {
        _parameter(switch): Annotated[bool, typer.Option(f"--{switch}", help=text)]
        for switch, text in report.switches.items()
    }
    defaults = {name: default for name, (_, default) in _COMMON.items()} | {
        _parameter(s): False for s in report.switches
    }
    keyword = inspect.Parameter.KEYWORD_ONLY
    command.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [
            inspect.Parameter(name, keyword, default=defaults.get(name, inspect.Parameter.empty), annotation=kind)
            for name, kind in kinds.items()
        ]
    )
    command.__annotations__ = kinds
    return command


def _parameter(switch: str) -> str:
    return switch.replace("-", "_")


for _name, _report in known_reports().items():
    app.command(_name, help=_report.help)(_command(_name, _report))
