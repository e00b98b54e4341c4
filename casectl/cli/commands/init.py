"""Make a case repository: policies to work by, a place for cases, one commit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from casectl.cli.context import clock, command_app
from casectl.cli.errors import warn
from casectl.model.problems import CasectlError, UsageMistake

if TYPE_CHECKING:
    from casectl.desk.signing import OwnKey
    from casectl.store.repo import Identity, Repo

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
    signing: Annotated[
        bool, typer.Option("--signing", help="Sign every step in this clone with your SSH key.", show_default=False)
    ] = False,
    key: Annotated[
        Path | None,
        typer.Option(metavar="FILE.pub", help="The key to sign with, other than git's or the usual one."),
    ] = None,
) -> None:
    """A new case repository, or an existing git repository made one by one commit that touches nothing else.

    Without --policy it has all the shipped desks. You are the first person in policies/staff.yaml. In a clone of a case
    repository, --signing changes that clone's git configuration and nothing else.
    """
    from casectl.desk.founding import is_case_repo
    from casectl.desk.signing import own_key

    if key is not None and not signing:
        raise UsageMistake("--key names a key to sign with", "casectl init --signing --key FILE.pub DIR")
    place = _place_of(directory)
    own = own_key(key, place) if signing else None
    if own and is_case_repo(directory):
        if policy:
            raise UsageMistake(f"{directory} is a case repository already, so it takes no --policy", "leave it out")
        _sign_here(directory, own)
    else:
        _found(directory, policy or (), own, place)


def _found(directory: Path, policy: Sequence[str], own: OwnKey | None, place: Repo) -> None:
    """A new case repository; signed with that key if there is one."""
    from casectl.desk.founding import desks_among, found_repo, founding_files
    from casectl.store.driver import ATTRIBUTES, ATTRIBUTES_TEXT
    from casectl.store.repo import Identity
    from casectl.store.signing import signing_settings

    now = clock()
    who = _identity_of(place, needed=own is not None)
    files = founding_files(policy, who, datetime.fromtimestamp(now, UTC).date(), own.line if own else "")
    desks = desks_among(files)
    kept = (directory / ATTRIBUTES).exists()
    settings = signing_settings(own.setting) if own else {}
    founder = who or Identity("casectl", "init@casectl.invalid")
    repo = found_repo(directory, files, f"Set up {', '.join(desks)}", now, founder, settings)
    print(f"made a case repository in {directory}: {', '.join(desks)}")
    if own:
        _tell_signing(repo, own)
    print(
        f"what to try next:\n"
        f"  cd {directory}\n"
        f"  casectl policy show {desks[0]}\n"
        f"  casectl open --desk {desks[0]} --title 'Something does not work'\n"
        f"  casectl next"
    )
    if kept:
        line = ATTRIBUTES_TEXT.splitlines()[-1]
        warn(f"{ATTRIBUTES} is left as it is; with this line in it, git pull unites cases as casectl sync does: {line}")
    if who is None:
        warn("git does not know who you are: set user.name and user.email, and add yourself to policies/staff.yaml")


def _sign_here(directory: Path, own: OwnKey) -> None:
    """From now on, steps in this clone of a case repository are signed."""
    from casectl.store.repo import open_repo
    from casectl.store.signing import configure, signing_settings

    repo = open_repo(directory.absolute())
    _identity_of(repo, needed=True)
    configure(repo, signing_settings(own.setting))
    _tell_signing(repo, own)


def _tell_signing(repo: Repo, own: OwnKey) -> None:
    """Lets git know whose signatures to believe, and says what is signed by what."""
    from casectl.desk.signing import still_to_do
    from casectl.store.book import read_book
    from casectl.store.repo import head_commit, identity
    from casectl.store.signing import believe

    book, _ = read_book(repo, head_commit(repo))
    path = believe(repo, book.staff)
    print(f"every step in this clone is signed from now on, with {own.key.type} {own.key.fingerprint}")
    print(f"git log --show-signature believes the keys in policies/staff.yaml, as {path} holds them")
    for each in book.staff_mistakes:
        warn(str(each._replace(hint=None)))
    for word in own.warnings:
        warn(word)
    now = clock()
    lacking = still_to_do(own, identity(repo), book.staff, now, datetime.fromtimestamp(now, UTC).date())
    if lacking:
        print(lacking.rstrip("\n"))
        print("when policies/staff.yaml has changed, so that git knows: casectl init --signing .")


def _place_of(directory: Path) -> Repo:
    """Where git is asked for its configuration: in that directory, or above it when there is none yet."""
    from casectl.store.repo import Repo, open_repo

    place = next(folder for folder in (directory.absolute(), *directory.absolute().parents) if folder.is_dir())
    try:
        return open_repo(place)
    except CasectlError:
        return Repo(place, place / ".git", place / ".git")


def _identity_of(place: Repo, needed: bool) -> Identity | None:
    """Who git says is acting there; None when it does not know, unless that is `needed`."""
    from casectl.store.repo import identity

    try:
        return identity(place)
    except CasectlError:
        if needed:
            raise
        return None
