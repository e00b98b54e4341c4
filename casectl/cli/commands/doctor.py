"""Look at everything that can be wrong with the repository, and mend what can be mended safely."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from casectl.cli.context import command_app, settings
from casectl.cli.reading import FINDINGS, TextOrJson, form
from casectl.model.instants import use_packaged_zones

if TYPE_CHECKING:
    from casectl.store.doctor.finding import Finding

SCHEMA = "casectl.doctor/1"

app = command_app()


@app.command()
def doctor(
    ctx: typer.Context,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what is wrong; change nothing.")] = False,
    output: TextOrJson = "table",
) -> int:
    """What died half-way is brought to its end, locks that nobody holds and what a loss of power left are cleared.

    What only you can settle is named with its command, and the exit code is then 3. Nothing of yours is overwritten:
    what is replaced is kept in .git/casectl/rescued. The network is not used.
    """
    how = form(output, ("table", "json"))
    use_packaged_zones()
    from casectl.store.doctor.examine import examine

    found = examine(settings(ctx).repo(), not dry_run)
    if how == "json":
        findings = [each._asdict() for each in found]
        print(json.dumps({"schema": SCHEMA, "dry_run": dry_run, "findings": findings}, indent=2))
    else:
        print("\n".join(_lines(found)) or "all is well")
    return FINDINGS if any(each.left for each in found) else 0


def _lines(found: list[Finding]) -> list[str]:
    from casectl.reports.plain import plain

    lines = []
    for each in found:
        word = "mended" if each.mended else each.severity
        lines.append(plain(f"{word}: {each.what}"))
        lines += [plain(f"  {each.hint if each.mended else f'hint: {each.hint}'}")] if each.hint else []
    return lines
