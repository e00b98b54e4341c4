"""What the history itself can show: every departure from the rules, each with the git command that shows it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from casectl.audit.finding import SEVERITIES
from casectl.cli.commands._audit_pack import AuditedAt, audited_moment, pack, refuse_no_period, verify
from casectl.cli.commands.report import Since
from casectl.cli.context import command_app
from casectl.cli.errors import warn
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

if TYPE_CHECKING:
    from casectl.store.repo import Repo

app = command_app(invoke_without_command=True)


@app.callback()
def audit(
    ctx: typer.Context,
    since: Since = None,
    until: Annotated[
        str | None, typer.Option(metavar="INSTANT", help="Before this moment; default: all.", show_default=False)
    ] = None,
    desk: Desk = None,
    output: Output = "table",
    audited_at: AuditedAt = "now",
    fail_on: Annotated[
        str, typer.Option(metavar="SEVERITY", help=f"The least that makes it exit 3: {', '.join(SEVERITIES)}.")
    ] = "minor",
) -> int:
    """Everything that the whole history shows and an auditor would ask about: oldest first, each finding with its
    severity, commit, author, clause and the git command that shows it.

    --since and --until go by the commits' times; a commit that came to some branch only after --since is told as well,
    however old. What policies/accepted.yaml accepts stays listed, and fails nothing.
    Silent and exit 0 when there is nothing to say; exit 1 for a shallow or partial clone, which proves nothing.
    """
    if ctx.invoked_subcommand is not None:
        _refuse_misplaced(ctx, ctx.invoked_subcommand)
        return 0
    from casectl.audit.review import Wanted, review

    how = form(output)
    if fail_on not in SEVERITIES:
        raise UsageMistake(f"there is no severity '{fail_on}'", did_you_mean(fail_on, SEVERITIES))
    repo, commit = read_from(ctx)
    zone = zone_of_dates(repo, commit, desk, since, until, audited_at)
    begin, end = (None if text is None else moment(text, zone) for text in (since, until))
    refuse_no_period(begin, end)
    with progress("commits") as told:
        found = review(repo, commit, Wanted(audited_moment(audited_at, zone), begin, end, desk), told)
    _warn_of_others(repo, commit)
    if found.table.rows or found.table.exceptions:
        show_tables([found.table], how)
        if how in ("csv", "jsonl"):
            show_problems(found.table.exceptions)
    sys.stdout.flush()
    return FINDINGS if found.fails_on(fail_on) else 0


def _refuse_misplaced(ctx: typer.Context, command: str) -> None:
    """Raise `UsageMistake` for options of the audit that stand before another command, where they would do nothing."""
    for option in ctx.command.params:
        source = ctx.get_parameter_source(option.name or "")
        if source is not None and source.name == "COMMANDLINE":
            typed = max(option.opts, key=len)
            raise UsageMistake(
                f"{typed} before '{command}' means nothing to it",
                f"its own options follow it: casectl audit {command} --help",
            )


def _warn_of_others(repo: Repo, commit: str) -> None:
    """What lies on another branch is no part of what is audited, and may be what somebody does not want seen."""
    from casectl.reports.words import count
    from casectl.store.commitlog import count_elsewhere

    others = count_elsewhere(repo, commit)
    if others:
        told = f"{count(others, 'commit')} of other branches {'is' if others == 1 else 'are'} not audited"
        warn(f"{told}: git branch -a --no-merged {commit[:12]}")


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


@app.command("signers")
def list_signers(ctx: typer.Context) -> int:
    """The keys of the staff as git takes them for `gpg.ssh.allowedSignersFile`: check signatures by plain git."""
    from casectl.model.allowed_signers import allowed_signers
    from casectl.store.book import FOLDER, read_book
    from casectl.store.policy_tree import STAFF

    repo, commit = read_from(ctx)
    book, problems = read_book(repo, commit)
    sys.stdout.write(allowed_signers(book.staff))
    return show_problems(each for each in problems if each.path == f"{FOLDER}/{STAFF}")
