"""Messages for people: what a case calls for, drafted from the desk's own texts."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from casectl.cli.context import command_app
from casectl.cli.errors import say, warn
from casectl.cli.reading import (
    AsOf,
    TextOrJson,
    Zone,
    form,
    read_case,
    read_from,
    refuse_zone,
    show_problems,
    wall_clock,
)
from casectl.model.problems import CasectlError, InvalidFiles, NotAllowed, Problem, UsageMistake

if TYPE_CHECKING:
    from casectl.outbox.draft import Draft
    from casectl.reports.onecase import OneCase
    from casectl.store.repo import Repo

app = command_app(no_args_is_help=True)


@app.callback()
def outbox() -> None:
    """Drafts of messages. Nothing is sent, and nothing is written into a case."""


@app.command()
def draft(
    ctx: typer.Context,
    case: Annotated[str, typer.Argument(metavar="ID", show_default=False)],
    name: Annotated[
        str | None,
        typer.Argument(metavar="[NAME]", help="A message, or the duty or rule that it is for.", show_default=False),
    ] = None,
    save: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write each to DIR/ID-NAME.txt instead.", show_default=False)
    ] = None,
    zone: Zone = "desk",
    as_of: AsOf = "now",
    output: TextOrJson = "table",
) -> int:
    """The text of a message for a case; without NAME, of all that the case owes and has noted as drafted last.

    Texts are `policies/DESK/messages/NAME.txt`, as committed; `policies/README.md` explains them.
    """
    how = form(output, ("table", "json"))
    refuse_zone(zone)
    found = read_case(ctx, case, as_of)
    from casectl.outbox.draft import drafted, wanted

    repo, commit = read_from(ctx)
    names = wanted(found) if name is None else [name]
    if not names:
        say(f"{found.timeline.case_id} owes no message")
    wall = wall_clock(found, zone)
    drafts: list[Draft] = []
    mistakes: list[Problem] = []
    for each in names:
        try:
            drafts.append(drafted(repo, commit, found, each, _who(repo, found), wall))
        except InvalidFiles as broken:
            mistakes += broken.problems
    for one in drafts:
        if one.empty:
            words = ", ".join(name.replace("_", " ") for name in one.empty)
            warn(f"message '{one.name}' speaks of what {one.case_id} does not have: {words}")
    if save is not None:
        for one in drafts:
            print(_saved(save, one))
    elif how == "json":
        print(json.dumps([one.document() for one in drafts], indent=2))
    elif drafts:
        print("\n\n".join(one.text() for one in drafts))
    return show_problems(mistakes)


def _who(repo: Repo, found: OneCase) -> str:
    """The name of whoever drafts, as the staff list or git has it; nobody's where git does not know."""
    from casectl.store.repo import identity

    try:
        who = identity(repo)
    except CasectlError:
        return ""
    person = found.book.person_by_mail(who.mail)
    return person.name if person else who.name


def _saved(folder: Path, one: Draft) -> str:
    """Where the draft was written to. Raises `NotAllowed` rather than write over anything, or through a link."""
    path = folder / f"{one.case_id}-{one.name}.txt"
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    except FileExistsError:
        raise NotAllowed(f"{path} is there already", "move it away, or save into another folder") from None
    except (FileNotFoundError, NotADirectoryError):
        raise UsageMistake(f"there is no folder {folder}", f"mkdir -p {folder}") from None
    with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
        file.write(one.text() + "\n")
    return str(path)
