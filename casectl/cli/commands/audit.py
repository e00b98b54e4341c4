"""What the history itself can show: every departure from the rules, each with the git command that shows it."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from casectl.cli.commands._audit_pack import pack, verify
from casectl.cli.commands.report import Since, Until
from casectl.cli.context import command_app
from casectl.cli.reading import (
    FINDINGS,
    Desk,
    Output,
    form,
    moment,
    progress,
    read_from,
    show_problems,
    show_tables,
    zone_of_dates,
)
from casectl.model.problems import UsageMistake, did_you_mean

app = command_app(invoke_without_command=True)

_SEVERITIES = ("observation", "minor", "major")


@app.callback()
def audit(
    ctx: typer.Context,
    since: Since = None,
    until: Until = None,
    desk: Desk = None,
    output: Output = "table",
    as_of: Annotated[
        str,
        typer.Option(
            "--as-of", metavar="INSTANT", help="When the audit is made: what is dated later lies in the future."
        ),
    ] = "now",
    fail_on: Annotated[
        str, typer.Option(metavar="SEVERITY", help=f"The least that makes it exit 3: {', '.join(_SEVERITIES)}.")
    ] = "minor",
) -> int:
    """Everything that the whole history shows and an auditor would ask about: oldest first, each finding with its
    severity, commit, author, clause and the git command that shows it.

    --since and --until go by the commits' times. What policies/accepted.yaml accepts stays listed, and fails nothing.
    Silent and exit 0 when there is nothing to say; exit 1 for a shallow or partial clone, which proves nothing.
    """
    if ctx.invoked_subcommand is not None:
        return 0
    from casectl.audit.review import Wanted, review

    how = form(output)
    if fail_on not in _SEVERITIES:
        raise UsageMistake(f"there is no severity '{fail_on}'", did_you_mean(fail_on, _SEVERITIES))
    repo, commit = read_from(ctx)
    zone = zone_of_dates(repo, commit, desk, since, until, as_of)
    begin, end = (None if text is None else moment(text, zone) for text in (since, until))
    with progress("commits") as told:
        found = review(repo, commit, Wanted(moment(as_of, zone), begin, end, desk), told)
    if found.table.rows or found.table.exceptions:
        show_tables([found.table], how)
        if how in ("csv", "jsonl"):
            show_problems(found.table.exceptions)
    sys.stdout.flush()
    return FINDINGS if found.fails_on(fail_on) else 0


app.command()(pack)
app.command()(verify)


@app.command("codes")
def list_codes(output: Output = "table") -> int:
    """Every kind of finding there is, how much it matters, and what it means."""
    from casectl.audit.review import codes
    from casectl.reports.table import sheet

    how = form(output)
    rows = [{"code": name, "severity": code.severity, "means": code.says} for name, code in codes().items()]
    show_tables([sheet("Findings of an audit", "code severity means", rows)], how)
    return 0
