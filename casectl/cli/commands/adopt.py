"""Take case files that were edited by hand as steps: one commit each, exactly as they lie there."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from casectl.cli.context import Settings, clock, command_app, settings
from casectl.cli.errors import tell, warn
from casectl.cli.reading import TextOrJson, find_case, form
from casectl.model.problems import CasectlError, NotFound, UsageMistake

if TYPE_CHECKING:
    from casectl.store.repo import Repo
    from casectl.store.written import Written

SCHEMA = "casectl.adopt/1"
_SHOWN = 10

app = command_app()


@app.command()
def adopt(
    ctx: typer.Context,
    cases: Annotated[
        list[str] | None, typer.Argument(metavar="[ID]...", help="Which cases; left out: all edited ones.")
    ] = None,
    message: Annotated[
        str | None, typer.Option("-m", "--message", metavar="TEXT", help="For the commit, instead of what changed.")
    ] = None,
    output: TextOrJson = "table",
) -> int:
    """Hand edits become steps, at the time of now. The log only grows, what was fixed at opening stays, and nothing is
    claimed for later than now.

    One that cannot be taken is said with file and line, and spoils no other.
    """
    how = form(output, ("table", "json"))
    from casectl.model.instants import use_packaged_zones
    from casectl.store.adopt import edited_cases
    from casectl.store.refusals import refuse_unwritable

    use_packaged_zones()
    root = settings(ctx)
    if root.at is not None:
        raise UsageMistake("--at is for reading", "a step is always taken at HEAD, and now")
    repo = root.repo()
    refuse_unwritable(repo)
    edited = edited_cases(repo)
    taken, code = _taken(root, repo, cases or edited, edited, message)
    if how == "json":
        print(json.dumps({"schema": SCHEMA, "steps": [_document(each) for each in taken]}, indent=2))
    elif not cases and not edited:
        print("nothing to adopt: all case files are as the last commit has them")
    else:
        _say(taken)
    for warning in (f"{each.case.id}: {one}" for each in taken for one in each.warnings):
        warn(warning)
    return code


def _taken(
    root: Settings, repo: Repo, wanted: Sequence[str], edited: Sequence[str], message: str | None
) -> tuple[list[Written], int]:
    """The steps, and the exit code of what could not be taken; that is said at once."""
    from casectl.desk.adopting import adopt as take

    taken, code = [], 0
    for typed in wanted:
        try:
            taken.append(take(repo, _meant(root, repo, typed, edited), message, clock))
        except CasectlError as error:
            code = max(code, tell(error))
    return taken, code


def _meant(root: Settings, repo: Repo, typed: str, edited: Sequence[str]) -> str:
    """The ID of the case that was meant: of the edited ones if one answers to it, else of those of the last commit.

    Raises `NotFound` for what names none, and for what could be several, with the candidates.
    """
    from casectl.model.caseid import is_id, normalise

    whole = normalise(typed)
    found = [each for each in edited if whole and each.endswith(whole)]
    if is_id(whole) or len(found) == 1:
        return whole if is_id(whole) else found[0]
    if not found:
        return find_case(repo, root.commit(repo), typed)
    shown = ", ".join(found[:_SHOWN]) + (", …" if len(found) > _SHOWN else "")
    raise NotFound(f"'{typed}' could be any of {len(found)} edited cases", f"one of: {shown}")


def _say(taken: Sequence[Written]) -> None:
    from casectl.reports.plain import plain

    for each in taken:
        print(plain(f"{each.case.id} adopt: {each.change.summary} ({each.commit[:12]})"))


def _document(written: Written) -> dict[str, Any]:
    from casectl.model.instants import format_instant

    return {
        "id": written.case.id,
        "commit": written.commit,
        "at": format_instant(written.at),
        "verb": written.change.verb,
        "summary": written.change.summary,
        "warnings": list(written.warnings),
    }
