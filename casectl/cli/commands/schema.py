"""What files may say, as JSON Schema for editors."""

from __future__ import annotations

from typing import Annotated

import typer

from casectl.cli.context import command_app

app = command_app()


@app.command()
def schema(what: Annotated[str, typer.Argument(metavar="FILE", show_default=False)]) -> None:
    """The schema of one kind of file: case, policy, customers, staff, holidays or accepted.

    Files begin with a line that names theirs (# yaml-language-server: ...); `casectl init` writes both.
    """
    from casectl.model.json_schema import FILES, schema_text
    from casectl.model.problems import UsageMistake, did_you_mean

    if what not in FILES:
        raise UsageMistake(f"there is no schema of '{what}'", did_you_mean(what, FILES))
    print(schema_text(what), end="")
