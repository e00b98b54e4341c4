"""Policies: check their files, show them to people, write holiday lists."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from casectl.cli.context import clock, command_app, settings
from casectl.cli.reading import FINDINGS, Output, form, read_from, show_tables
from casectl.model.problems import NotFound, UsageMistake, did_you_mean

if TYPE_CHECKING:
    from casectl.model.policy import Policy
    from casectl.model.problems import Problem

SHEETS = ("table", "wide", "md", "html")

app = command_app(no_args_is_help=True)


@app.callback()
def policies() -> None:
    """What desks promise, as files: `policies/README.md` explains the language."""


@app.command()
def check(
    ctx: typer.Context,
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="[FILE]...", help="Files or folders; policies/ when none.")
    ] = None,
) -> int:
    """Every mistake of policy files on disk, with file, line and hint. Exit 3 when there is one."""
    from casectl.reports.plain import plain_block
    from casectl.reports.words import count
    from casectl.store.policy_files import check_policy_files, read_policy_files

    paths = list(files or [_own_policies(ctx)])
    for path in paths:
        if not path.exists():
            raise NotFound(f"there is no file {path}")
    problems = (*check_policy_files(paths, _today()), *_check_messages(paths))
    for problem in problems:
        print(plain_block(_from_root(ctx, str(problem))))
    if any(not problem.warning for problem in problems):
        return FINDINGS
    found, _ = read_policy_files(paths)
    if not found and all(path.is_dir() for path in paths):
        raise UsageMistake("no policy files there", f"looked in {', '.join(map(str, paths))} for DESK/VERSION.yaml")
    versions = count(len(found), "policy version")
    warnings = f", {count(len(problems), 'warning')}" if problems else ""
    print(f"{versions} checked: no mistakes{warnings}", file=sys.stderr)
    return 0


def _check_messages(paths: list[Path]) -> Iterator[Problem]:
    """What is wrong with the messages in folders. The library that reads them is loaded only if there are any."""
    from casectl.model.problems import Problem
    from casectl.store.messages import messages_on_disk

    for path, text in messages_on_disk(paths):
        if isinstance(text, Problem):
            yield text
            continue
        from casectl.outbox.template import check_template
        from casectl.outbox.variables import LISTS, VARIABLES

        yield from check_template(text, path, VARIABLES, LISTS)


@app.command()
def show(
    ctx: typer.Context,
    desk: Annotated[str, typer.Argument(metavar="DESK", show_default=False)],
    version: Annotated[
        str | None, typer.Option(metavar="V", help="Default: the one in force.", show_default=False)
    ] = None,
    output: Annotated[
        str, typer.Option("-o", "--output", metavar="FORM", help=f"One of: {', '.join(SHEETS)}.")
    ] = "table",
) -> None:
    """A desk's policy for people: hours, priorities, states and moves, targets with their clauses, ladders."""
    from casectl.reports.policy_sheet import policy_sheet

    how = form(output, SHEETS)
    tables = [table for table in policy_sheet(_policy(ctx, desk, version)) if table.rows]
    show_tables(tables, how)


@app.command()
def history(
    ctx: typer.Context,
    desk: Annotated[str, typer.Argument(metavar="DESK", show_default=False)],
    output: Output = "table",
) -> int:
    """The revision table of a desk's policy, from git: version, date, who, what, and the notice that was given.

    Exit 3 when a version was made known too late, edited after its first day, or taken away in force.
    """
    from casectl.reports.population import refuse_unknown_desk
    from casectl.reports.revisions import revision_table
    from casectl.store.book import read_book
    from casectl.store.founding import founding_commits
    from casectl.store.policy_history import read_revisions
    from casectl.store.repo import refuse_shallow

    how = form(output)
    repo, commit = read_from(ctx)
    refuse_shallow(repo)
    book, _ = read_book(repo, commit)
    refuse_unknown_desk(book, desk)
    table, found = revision_table(
        desk, read_revisions(repo, commit, desk), book, commit, founding_commits(repo, commit)
    )
    show_tables([table], how)
    return FINDINGS if found else 0


@app.command()
def holidays(
    country: Annotated[str, typer.Argument(metavar="COUNTRY", help="ISO 3166: GB, CA, US.", show_default=False)],
    years: Annotated[str, typer.Option(metavar="A-B", help="First and last year.", show_default=False)],
    subdivision: Annotated[
        str | None, typer.Option(metavar="S", help="ISO 3166-2, without the country: ENG, ON.", show_default=False)
    ] = None,
    name: Annotated[
        str | None, typer.Option(metavar="N", help="Name of the list; default: gb-eng.", show_default=False)
    ] = None,
    output: Annotated[
        str, typer.Option("-o", "--output", metavar="FILE", help="Where to write it; - is standard output.")
    ] = "-",
) -> None:
    """Write a list of public holidays as plain dates, for `policies/holidays/NAME.yaml`."""
    from casectl.intake.holiday_dates import default_name, holiday_file

    text = holiday_file(country, subdivision, _years(years), name or default_name(country, subdivision))
    if output == "-":
        sys.stdout.write(text)
        return
    Path(output).write_text(text, encoding="utf-8")
    print(f"wrote {output}", file=sys.stderr)


def _own_policies(ctx: typer.Context) -> Path:
    root = settings(ctx)
    if root.at is not None:
        hint = f"git worktree add DIR {root.at}, then casectl policy check DIR/policies"
        raise UsageMistake("policy check looks at files on disk, not at a commit", hint)
    from casectl.store.repo import is_bare
    from casectl.store.worktree import refuse_links

    repo = root.repo()
    if is_bare(repo):
        raise UsageMistake("policy check looks at files on disk, and a bare repository has none", "git clone DIR")
    refuse_links(repo.root, "policies")
    return repo.root / "policies"


def _from_root(ctx: typer.Context, text: str) -> str:
    """A text with the absolute paths of files of this repository told from its root on."""
    try:
        root = settings(ctx).repo().root.as_posix()
    except NotFound:
        return text
    return re.sub(rf"(?<![^\s('\"]){re.escape(root)}/", "", text)


def _today() -> date:
    return datetime.fromtimestamp(clock(), UTC).date()


def _years(text: str) -> range:
    found = re.fullmatch(r"(\d{4})-(\d{4})", text)
    if not found or int(found[1]) > int(found[2]):
        raise UsageMistake(f"not a span of years: '{text}'", "first and last, such as 2015-2035")
    return range(int(found[1]), int(found[2]) + 1)


def _policy(ctx: typer.Context, desk: str, version: str | None) -> Policy:
    """The version asked for, else the one in force now, else the desk's first."""
    from casectl.model.problems import InvalidFiles
    from casectl.reports.hours import version_in_force
    from casectl.reports.population import refuse_unknown_desk
    from casectl.store.book import read_book

    repo, commit = read_from(ctx)
    book, problems = read_book(repo, commit)
    broken = [problem for problem in problems if problem.path.startswith(f"policies/{desk}/") and not problem.warning]
    if broken and desk not in book.desks():
        raise InvalidFiles(broken, "casectl policy check")
    refuse_unknown_desk(book, desk)
    if version is None:
        return version_in_force(book, desk, clock())
    found = book.policies.get(f"{desk}/{version}")
    if found is None:
        versions = [policy.version for policy in book.policies.values() if policy.desk == desk]
        raise NotFound(f"desk '{desk}' has no policy version '{version}'", did_you_mean(version, versions))
    return found
