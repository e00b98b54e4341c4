"""Bring in another system's cases with their history: one commit for each event, at the event's time."""

from __future__ import annotations

import json
import sys
from contextlib import ExitStack
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Annotated, Any

import typer

from casectl.cli.context import clock, command_app, settings
from casectl.model.problems import NotFound, UsageMistake
from casectl.reports.plain import plain_block

if TYPE_CHECKING:
    from casectl.intake.csv_import import Imported, Table

SCHEMA = "casectl.import/1"
FINDINGS = 3
STDIN = "-"

CSV_HELP = """\
Turn an event log, one row per event, into cases with history.

Every event becomes a commit at its own time, marked as imported: testimony of the other system, not witness. It is
all or nothing; read again, a table adds only what is new in it. Rows that cannot be used are listed with their
line numbers while the rest goes in, and the exit code is then 3.

MAP.yaml, in short (columns of the table in capitals):

\b
source: other-tracker             # who testifies; marks the cases
desk: acme-desk                   # optional where there is one desk
policy: acme-desk/1.0             # optional; else the one in force at opening
delimiter: ","                    # optional
nothing: ["?", "n/a"]             # cells that mean "no value"
times: {format: "%d/%m/%Y %H:%M", zone: Europe/London}
                                  # no format: ISO 8601; no zone: offsets needed
external_id: NUMBER
event: {at: UPDATED_AT, by: UPDATED_BY, sequence: [VERSION]}
opened: {at: OPENED_AT, by: OPENED_BY, status: new}   # optional
title: "{CATEGORY} / {SUBCATEGORY}"
states:
  column: STATE
  values:
    In progress: active           # theirs: yours
    Waiting: {status: on-hold, waiting_for: customer}
    "-1": {junk: true}            # keep the row as a note, list it
priorities: {column: PRIORITY, values: {High: p1, Low: p2}}
fields:                           # yours: theirs
  category: CATEGORY
  team: {column: TEAM, strip: "Group "}
  contact: {column: CALLER, slug: true}
  channel: {column: SOURCE, values: {Phone: phone}}
log: [REASSIGNED, REOPENED]       # changes worth a note

Rows of one case happened in the order of the table. `tests/uci/README.md` of the source tells more.
"""

app = command_app(no_args_is_help=True)


class Form(StrEnum):
    """How an import is reported."""

    table = "table"
    json = "json"


@app.callback()
def group() -> None:
    """Bring in another system's cases with their history."""


@app.command("csv", help=CSV_HELP)
def csv(
    ctx: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE", help="CSV, plain or gzip; `-` reads standard input.")],
    map_path: Annotated[Path, typer.Option("--map", metavar="MAP.yaml", help="Which column says what.")],
    desk: Annotated[str | None, typer.Option(help="Whose cases they become, if not as the map says.")] = None,
    output: Annotated[Form, typer.Option("-o", "--output", help="How to say what was done.")] = Form.table,
) -> int:
    """Turn an event log, one row per event, into cases with history."""
    from casectl.intake.csv_import import MapFile, import_csv

    repo = settings(ctx).repo()
    with ExitStack() as opened:
        table = _table(file, opened)
        bars = opened.enter_context(_Bars(sys.stderr.isatty()))
        done = import_csv(repo, table, MapFile(_text(map_path), str(map_path)), desk, clock(), bars.show)
    print(json.dumps(_document(done), indent=2) if output == Form.json else _words(done))
    return FINDINGS if done.problems else 0


def _table(file: str, opened: ExitStack) -> Table:
    from casectl.intake.csv_import import Table

    if file == STDIN:
        return Table(sys.stdin.buffer, "<stdin>")
    path = Path(file)
    try:
        return Table(opened.enter_context(path.open("rb")), file, path.stat().st_size)
    except OSError as error:
        raise NotFound(f"{file}: {error.strerror}", "FILE is a CSV file, or - for standard input") from None


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise UsageMistake(f"{path} is not UTF-8 (byte {error.start + 1})") from None
    except OSError as error:
        raise NotFound(f"{path}: {error.strerror}", "--map names the file that says which column is what") from None


def _document(done: Imported) -> dict[str, Any]:
    rows = [{"line": row.line, "kept": row.warning, "message": row.message, "hint": row.hint} for row in done.problems]
    return {
        "schema": SCHEMA,
        "source": done.source,
        "desk": done.desk,
        "commit": done.commit,
        "cases_new": done.new_cases,
        "cases_grown": done.grown_cases,
        "events": done.events,
        "commits": done.commits,
        "rows": rows,
    }


def _words(done: Imported) -> str:
    lines = [plain_block(str(row)) for row in done.problems]
    grown = f", {_many(done.grown_cases, 'known case')} grew" if done.grown_cases else ""
    if done.events:
        lines.append(
            f"imported from {done.source} for desk {done.desk}: {_many(done.events, 'event')}, "
            f"{_many(done.new_cases, 'new case')}{grown}, {_many(done.commits, 'commit')} ({done.commit[:12]})"
        )
    else:
        lines.append(f"nothing new from {done.source}: every event is here already ({done.commit[:12]})")
    if done.problems:
        left = sum(not row.warning for row in done.problems)
        lines.append(f"{_many(left, 'row')} left out, {_many(len(done.problems) - left, 'row')} kept as a note only")
    return "\n".join(lines)


def _many(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


class _Bars:
    """One progress bar for each stage, on a terminal only."""

    def __init__(self, wanted: bool) -> None:
        self.wanted = wanted
        self.stage = ""
        self.done = 0
        self.stack = ExitStack()
        self.bar: Any = None

    def __enter__(self) -> _Bars:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stack.close()

    def show(self, stage: str, done: int, total: int) -> None:
        """Move the bar of `stage` to `done` of `total`."""
        if not self.wanted or not total:
            return
        if stage != self.stage:
            self.stack.close()
            self.stage, self.done = stage, 0
            self.bar = self.stack.enter_context(typer.progressbar(length=total, label=stage, file=sys.stderr))
        self.bar.update(done - self.done)
        self.done = done
