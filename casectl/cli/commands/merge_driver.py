"""For git, which runs it in a merge: unites a case that both sides changed, as `casectl sync` does."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from casectl.cli.context import command_app
from casectl.cli.errors import say, warn
from casectl.model.problems import CasectlError

if TYPE_CHECKING:
    from casectl.store.driver import Sides
    from casectl.store.merge import United

app = command_app()


@app.command()
def merge_driver(
    base: Annotated[Path, typer.Argument(metavar="%O", help="The common ancestor's version.")],
    ours: Annotated[Path, typer.Argument(metavar="%A", help="Our version; the answer goes here.")],
    theirs: Annotated[Path, typer.Argument(metavar="%B", help="Their version.")],
    path: Annotated[str, typer.Argument(metavar="%P", help="Whose versions these are, from the root of the tree.")],
) -> int:
    """git config merge.casectl.driver "casectl merge-driver %O %A %B %P" makes git run it; casectl init does that.

    Where git is not merging two commits (rebase, cherry-pick) or a version is no case, lines are merged as git does it,
    and conflicts are left to you: exit 1.
    """
    from casectl.model.instants import use_packaged_zones
    from casectl.store.driver import Sides, merge_lines

    use_packaged_zones()
    here = Path.cwd()
    sides = Sides(here / base, here / ours, here / theirs)
    united = _united(here, sides, path)
    if united is None:
        return 0 if merge_lines(here, sides) else 1
    _tell_of_disputes(united)
    return 0


def _united(here: Path, sides: Sides, path: str) -> United | None:
    """None where the lines are to be merged instead; a reason that the user can do something about is said."""
    from casectl.store.driver import merged_commit, unite
    from casectl.store.repo import open_repo

    theirs = merged_commit(os.environ)
    try:
        return None if theirs is None else unite(open_repo(here), theirs, sides, path)
    except CasectlError as error:
        warn(f"{path} cannot be united: {error.message}")
        return None


def _tell_of_disputes(united: United) -> None:
    from casectl.sla.disputes import open_disputes

    if open_disputes(united.life, united.life.steps):
        say(f"disputed: {united.life.case_id}; casectl show ID tells both sides, casectl settle ID ends it")
