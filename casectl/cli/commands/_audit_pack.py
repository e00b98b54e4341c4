"""`casectl audit pack` and `casectl audit verify`, for the group in `audit.py`."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from casectl.cli.errors import warn
from casectl.cli.reading import (
    FINDINGS,
    Desk,
    as_of_moment,
    foreseen,
    moment,
    progress,
    read_from,
    zone_of_dates,
)
from casectl.model.problems import UsageMistake

if TYPE_CHECKING:
    from casectl.model.instants import Instant

AuditedAt = Annotated[
    str, typer.Option(metavar="INSTANT", help="When the audit is made: what is dated later lies in the future.")
]


def refuse_no_period(begin: Instant | None, end: Instant | None) -> None:
    """Raise `UsageMistake` for a `--since` that does not lie before its `--until`."""
    if begin is not None and end is not None and begin >= end:
        raise UsageMistake("--since does not lie before --until: no moment is in that period", "since comes first")


def pack(
    ctx: typer.Context,
    out: Annotated[Path, typer.Option("--out", metavar="PACK.zip", help="The file to make.", show_default=False)],
    since: Annotated[
        str | None,
        typer.Option(metavar="INSTANT", help="Cases not closed before it; default: all.", show_default=False),
    ] = None,
    until: Annotated[
        str, typer.Option(metavar="INSTANT", help="Cases opened by then, judged as of it; a date as with --as-of.")
    ] = "now",
    desk: Desk = None,
    sample: Annotated[int, typer.Option(min=0, metavar="N", help="Cases to show closely.")] = 25,
    seed: Annotated[str, typer.Option(metavar="S", help="Another seed draws another sample.")] = "1",
    audited_at: AuditedAt = "now",
    force: Annotated[bool, typer.Option("--force", help="Replace the file, if it is there already.")] = False,
) -> None:
    """Evidence for an auditor in one zip file: the population, a sample, findings, policies and the whole history."""
    from casectl.audit.pack.cases import Period
    from casectl.audit.pack.making import write_pack
    from casectl.audit.pack.manifest import Inputs
    from casectl.audit.pack.sample import known_seed
    from casectl.reports.plain import plain

    repo, commit = read_from(ctx)
    zone = zone_of_dates(repo, commit, desk, since, until, audited_at)
    begin, end = None if since is None else moment(since, zone), as_of_moment(until, zone)
    refuse_no_period(begin, end)
    inputs = Inputs(Period(begin, end, desk), audited_moment(audited_at, zone), sample, known_seed(seed))
    with progress() as told:
        packed, digest = write_pack(repo, commit, inputs, out, force, told)
    for path in packed.left_out:
        warn(f"left out: {plain(path)}: a link, or a name that is more than plain ASCII; the bundle has it")
    print(_sum("rows", packed.states))
    print(_sum("cases", Counter({"in the period" if part == "yes" else part: n for part, n in packed.cases.items()})))
    print(_sum("period", packed.judged))
    print(f"sample: {packed.drawn} of {packed.cases['yes']}")
    print(_sum("findings", packed.severities))
    print(f"commit: {commit}")
    print(f"{digest}  {plain(str(out))}")


def audited_moment(text: str, zone: str) -> Instant:
    """The moment of `--audited-at`; one in the future hides what is dated before it, and a warning says so."""
    return foreseen("--audited-at", text, zone, "commits that are dated before it are not told to be")


def verify(
    file: Annotated[Path, typer.Argument(metavar="PACK.zip", show_default=False)],
    recompute: Annotated[
        bool, typer.Option("--recompute", help="Make it again from its own history, and compare every byte.")
    ] = False,
) -> int:
    """Whether a pack's files agree with its own lists of sums: names every one that differs, is missing, or was added.

    Exit 3 if any. Whoever changes a file and both lists is found by --recompute alone, or by the SHA-256 of the whole.
    """
    from casectl.audit.pack.verify import verify_pack
    from casectl.cli.errors import say
    from casectl.model.instants import use_packaged_zones
    from casectl.reports.plain import plain

    verdict = verify_pack(file)
    if recompute and verdict.manifest is not None and not verdict.findings:
        from casectl.audit.pack.recompute import recompute_pack

        use_packaged_zones()
        with progress() as told:
            verdict = recompute_pack(file, verdict, told)
    for note in verdict.notes:
        say(plain(note))
    for finding in verdict.findings:
        print(plain(f"{finding.name}: {finding.what}"))
    if verdict.findings:
        return FINDINGS
    agree = "their sums agree; --recompute makes them again from the history"
    proved = "made again from its history, byte for byte" if recompute else agree
    print(f"{plain(str(file))}: {verdict.files} files, {proved}")
    print(f"commit: {verdict.commit}")
    print(f"{verdict.sha256}  {plain(str(file))}")
    return 0


def _sum(what: str, parts: Counter[str]) -> str:
    """`rows: 12 = 10 met + 2 breached`, so that everybody sees that it adds up."""
    told = " + ".join(f"{number} {part}" for part, number in sorted(parts.items()))
    return f"{what}: {sum(parts.values())}" + (f" = {told}" if told else "")
