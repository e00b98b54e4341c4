"""Make a case repository: policies to work by, a place for cases, one commit."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from casectl.cli.context import clock, command_app
from casectl.cli.errors import warn
from casectl.model.problems import CasectlError

if TYPE_CHECKING:
    from casectl.store.repo import Identity

app = command_app()


def common_files() -> dict[str, str]:
    """What every new repository gets besides its desks' files."""
    from casectl.desk.founding import common_files as files

    return files()


@app.command()
def init(
    directory: Annotated[
        Path,
        typer.Argument(metavar="DIR", help="New, empty, or a git repository.", show_default=False),
    ],
    policy: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME|FILE", help="A shipped desk or a policy file; may be repeated.", show_default=False),
    ] = None,
) -> None:
    """A new case repository, or an existing git repository made one by one commit that touches nothing else.

    Without --policy it has all the shipped desks. You are the first person in policies/staff.yaml.
    """
    from casectl.desk.founding import desks_among, found_repo, founding_files
    from casectl.store.driver import ATTRIBUTES, ATTRIBUTES_TEXT
    from casectl.store.repo import Identity

    now = clock()
    who = _identity_at(directory)
    files = founding_files(policy or (), who, datetime.fromtimestamp(now, UTC).date())
    desks = desks_among(files)
    own = (directory / ATTRIBUTES).exists()
    found_repo(directory, files, f"Set up {', '.join(desks)}", now, who or Identity("casectl", "init@casectl.invalid"))
    print(f"made a case repository in {directory}: {', '.join(desks)}")
    print(
        f"what to try next:\n"
        f"  cd {directory}\n"
        f"  casectl policy show {desks[0]}\n"
        f"  casectl open --desk {desks[0]} --title 'Something does not work'\n"
        f"  casectl next"
    )
    if own:
        line = ATTRIBUTES_TEXT.splitlines()[-1]
        warn(f"{ATTRIBUTES} is left as it is; with this line in it, git pull unites cases as casectl sync does: {line}")
    if who is None:
        warn("git does not know who you are: set user.name and user.email, and add yourself to policies/staff.yaml")


def _identity_at(directory: Path) -> Identity | None:
    """Who git says is acting in that place, which need not exist yet; None when it does not know."""
    from casectl.store.repo import Repo, identity, open_repo

    place = next(folder for folder in (directory.absolute(), *directory.absolute().parents) if folder.is_dir())
    try:
        repo = open_repo(place) if (place / ".git").exists() else Repo(place, place / ".git", place / ".git")
        return identity(repo)
    except CasectlError:
        return None
