"""Do what time alone has made due: escalations, notices, closings; safe from cron every few minutes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from casectl.cli.context import clock, command_app, settings
from casectl.cli.errors import complain, say
from casectl.cli.reading import Desk, TextOrJson, form, progress, read_from, show_problems
from casectl.model.problems import CasectlError, UsageMistake

if TYPE_CHECKING:
    from casectl.model.figures import CaseFigures, Upcoming
    from casectl.reports.population import Population
    from casectl.store.repo import Repo
    from casectl.store.written import Written

MOST_AT_ONCE = 20
"""Things done to one case in one sweep: a policy whose rules chase each other must come to an end."""

app = command_app()


@app.command()
def sweep(
    ctx: typer.Context,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")] = False,
    desk: Desk = None,
    output: TextOrJson = "table",
) -> int:
    """What the automatic rules of each policy make due as of now, one commit for each case and rule.

    Doing it again does nothing: each rule acts once on each occasion. Nothing due: no output. A case that cannot be
    written is said on standard error and spoils no other.
    """
    how = form(output, ("table", "json"))
    if settings(ctx).at is not None and not dry_run:
        raise UsageMistake("--at is for reading", "with --dry-run it says what would have been done there")
    repo, commit = read_from(ctx)
    found = _everyone(repo, commit, desk)
    if dry_run:
        _tell((_planned(found, figures, due) for figures in found.figures for due in figures.upcoming), how)
        return show_problems(found.exceptions)
    failures: list[CasectlError] = []
    _tell((_reply(written) for figures in found.figures if figures.upcoming
           for written in _swept(repo, figures.id, failures)), how)  # fmt: skip
    return show_problems(found.exceptions) or max((error.exit_code for error in failures), default=0)


def _everyone(repo: Repo, commit: str, desk: str | None) -> Population:
    from casectl.reports.population import population

    with progress() as counted:
        return population(repo, commit, clock(), desk, counted)


def _swept(repo: Repo, case_id: str, failures: list[CasectlError]) -> Iterator[Written]:
    """Each thing that is due in a case, written; decided anew under the lock each time."""
    from casectl.desk.record import record
    from casectl.desk.sweeping import NothingDueError, swept

    for _ in range(MOST_AT_ONCE):
        try:
            yield record(repo, case_id, swept, clock)
        except NothingDueError:
            return
        except CasectlError as error:
            failures.append(error)
            complain(f"{case_id}: {error.message}", error.hint)
            return


def _reply(written: Written) -> dict[str, Any]:
    from casectl.model.instants import format_instant

    return {
        "id": written.case.id,
        "verb": written.change.verb,
        "rule": written.change.rule,
        "summary": written.change.summary,
        "at": format_instant(written.at),
        "commit": written.commit,
        "warnings": list(written.warnings),
    }


def _planned(found: Population, figures: CaseFigures, due: Upcoming) -> dict[str, Any]:
    from casectl.desk.remedies import planned
    from casectl.model.instants import format_instant

    deed = planned(found.policy_of(figures), figures, due)
    return {
        "id": figures.id,
        "verb": None,
        "rule": f"{figures.policy} {due.rule}",
        "summary": f"would {deed}: {due.reason}",
        "due_since": format_instant(due.since),
        "commit": None,
    }


def _tell(steps: Iterator[dict[str, Any]], how: str) -> None:
    """Each step as it is taken; JSON as one document at the end."""
    from casectl.reports.plain import plain

    told = []
    for step in steps:
        told.append(step)
        for warning in step.get("warnings", ()):
            say(f"casectl: warning: {plain(warning)}")
        if how == "table":
            deed = f" {step['verb']}" if step["verb"] else ""
            print(plain(f"{step['id']}{deed}: {step['summary']} [{step['rule']}]"), flush=True)
    if how == "json":
        print(json.dumps({"schema": "casectl.sweep/1", "steps": told}, indent=2))
