"""Take case files that were edited by hand as steps: one commit each, exactly as they lie there."""

from __future__ import annotations

from typing import Annotated

import typer

from casectl.cli.context import clock, command_app, settings
from casectl.cli.errors import tell
from casectl.model.problems import CasectlError, UsageMistake

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
) -> int:
    """Hand edits become steps, at the time of now. The log only grows, and what was fixed at opening stays.

    One that cannot be taken is said with file and line, and spoils no other.
    """
    from casectl.model.caseid import is_id, normalise
    from casectl.model.instants import use_packaged_zones
    from casectl.reports.plain import plain
    from casectl.store.adopt import adopt_case, edited_cases
    from casectl.store.repo import identity

    use_packaged_zones()
    if settings(ctx).at is not None:
        raise UsageMistake("--at is for reading", "a step is always taken at HEAD, and now")
    repo = settings(ctx).repo()
    edited = edited_cases(repo)
    wanted = [
        whole if is_id(whole := normalise(typed)) else next((each for each in edited if each.endswith(whole)), typed)
        for typed in cases or ()
    ]
    code = 0
    for case_id in wanted or edited:
        try:
            written = adopt_case(repo, case_id, message, clock, identity(repo))
        except CasectlError as error:
            code = max(code, tell(error))
        else:
            print(plain(f"{case_id} adopt: {written.change.summary} ({written.commit[:12]})"))
    if not wanted and not edited:
        print("nothing to adopt: all case files are as the last commit has them")
    return code
