"""Share steps with the other clones: fetch, unite, push; nothing is rewritten."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from casectl.cli.context import clock, command_app, settings
from casectl.cli.errors import say, warn
from casectl.cli.reading import TextOrJson, form
from casectl.model.problems import UsageMistake

if TYPE_CHECKING:
    from casectl.store.repo import Repo
    from casectl.store.sync import Synced

SHORT = 12

app = command_app()


@app.command()
def sync(
    ctx: typer.Context,
    remote: Annotated[
        str | None, typer.Argument(metavar="[REMOTE]", help="Whom to share with; left out: the branch's own remote.")
    ] = None,
    output: TextOrJson = "table",
) -> int:
    """Bring this clone and a remote to the same commit, which has the steps of both.

    Each step keeps its commit and its time. Cases that both sides touched are united field by field; where two steps
    contradict each other, the case is disputed until somebody settles it. Policies that both sides changed are left
    to a person. Nothing to share: no output. A remote that cannot be reached: exit 75, and local work goes on.
    """
    how = form(output, ("table", "json"))
    root = settings(ctx)
    if root.at is not None:
        raise UsageMistake("--at is for reading", "a sync is always of HEAD")
    from casectl.store.repo import identity
    from casectl.store.sync import sync as share

    repo = root.repo()
    done = share(repo, identity(repo), clock, remote)
    disputed = _disputed(repo, done)
    if how == "json":
        print(json.dumps(_document(done, disputed), indent=2))
    else:
        from casectl.reports.plain import plain

        for line in _lines(done, disputed):
            print(plain(line))
    for warning in done.warnings:
        warn(warning)
    return 0


def _disputed(repo: Repo, done: Synced) -> list[str]:
    """Of the cases that both sides had touched, those in which steps contradict each other."""
    if not done.united:
        return []
    from casectl.sla.disputes import open_disputes
    from casectl.store.lives import read_lives

    lives = read_lives(repo, done.commit, done.united)
    return [name for name, life in lives.items() if open_disputes(life, life.steps)]


def _lines(done: Synced, disputed: list[str]) -> Iterator[str]:
    if not (done.received or done.sent or done.changed):
        if sys.stdout.isatty():
            say(f"in step with {done.remote.shown}")
        return
    merged = f", merged as {done.merges[-1][:SHORT]}" if done.merges else ""
    yield f"{done.remote.shown}: {done.received} received, {done.sent} sent{merged}"
    if done.united:
        yield f"united: {', '.join(done.united)}"
    policies = [path for path in done.changed if path.startswith("policies/")]
    if policies:
        yield f"policies changed: {', '.join(policies)}"
    if disputed:
        yield f"disputed: {', '.join(disputed)}; casectl show ID tells both sides, casectl settle ID ends it"


def _document(done: Synced, disputed: list[str]) -> dict[str, object]:
    return {
        "schema": "casectl.sync/1",
        "remote": done.remote.name,
        "branch": done.remote.branch,
        "before": done.before,
        "commit": done.commit,
        "received": done.received,
        "sent": done.sent,
        "merges": list(done.merges),
        "united": list(done.united),
        "disputed": disputed,
        "changed": list(done.changed),
        "warnings": list(done.warnings),
    }
