"""Make a repository with a month of cases at the shipped desks, to try everything on."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from casectl.cli.context import clock, command_app

app = command_app()


@app.command()
def demo(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="A new or empty directory.")],
    seed: Annotated[int, typer.Option(help="The same seed and --as-of make the same month, commit for commit.")] = 1,
    as_of: Annotated[
        str, typer.Option("--as-of", metavar="INSTANT", help="When the month ends: ISO 8601 with an offset.")
    ] = "now",
    cases: Annotated[int, typer.Option(min=30, max=5000, help="About how many cases.")] = 80,
) -> None:
    """A believable month at all shipped desks, written as real git history in a few seconds, and its breach report.

    Needs no git identity: the people of the example staff act.
    """
    from casectl.cli.commands.init import common_files
    from casectl.cli.commands.report import print_report
    from casectl.desk.demo import make_demo
    from casectl.model.instants import format_instant, parse_when, use_packaged_zones

    use_packaged_zones()
    until = parse_when(as_of, clock())
    made = make_demo(directory, seed, until, cases, common_files())
    print_report(made.repo, "breaches", as_of=until)
    moment = format_instant(until)
    tries = {
        f"cd {directory}": "",
        "casectl next": "what to work on now, and why",
        f"casectl show {made.example}": "one case: its state, clocks and log",
        f"casectl explain {made.example}": "how its figures came about, to the second",
        f"casectl explain {made.overturned}": "a breach that an exemption took away, on the record",
        "casectl report breaches --at-risk": "what is about to be late, too",
        "casectl report breaches --since last": "cron's report: all of it once, then only what is new",
        "git log --stat -3": "what casectl writes",
    }
    width = max(len(command) for command in tries if not command.startswith("cd ")) + 2
    lines = (f"  {command:<{width}}{why}".rstrip() for command, why in tries.items())
    typer.echo(
        f"\n{made.cases} cases in {made.steps} steps, each one commit, in {directory} (as of {moment}).\n"
        "What to try next:\n" + "\n".join(lines),
        err=True,
    )
