"""Another system's event log becomes cases with history: small tables, and what comes of them."""

from __future__ import annotations

import gzip
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Said, Terminal

MAP = """\
source: old-tracker
nothing: ["?"]
times: {format: "%d/%m/%Y %H:%M", zone: Europe/London}
external_id: number
event: {at: changed, by: who, sequence: [version]}
opened: {at: opened, by: who}
title: "{area} / {part}"
states:
  column: state
  values:
    New: open
    Working: assigned
    Waiting: {status: on-hold, waiting_for: customer}
    Fixed: resolved
    Done: closed
    "-1": {junk: true}
priorities: {column: urgency, values: {High: p1, Low: p3}}
fields:
  category: area
  team: {column: team, strip: "Team "}
  contact: {column: caller, slug: true}
log: [reopened]
"""

HEADER = "number,changed,opened,who,version,state,urgency,area,part,team,caller,reopened\n"
TICKET = (
    "T1,2/3/2026 09:00,2/3/2026 09:00,Anna B,0,New,Low,Printer,Tray,?,Caller  7,0\n"
    "T1,2/3/2026 09:05,2/3/2026 09:00,Carl,1,Working,High,Printer,Tray,Team 5,Caller  7,0\n"
    "T1,2/3/2026 09:05,2/3/2026 09:00,Carl,2,Waiting,High,Printer,Tray,Team 5,Caller  7,0\n"
    "T1,3/3/2026 10:00,2/3/2026 09:00,?,3,Working,High,Printer,Tray,Team 5,Caller  7,1\n"
    "T1,3/3/2026 11:00,2/3/2026 09:00,Anna B,4,Done,High,Printer,Tray,Team 5,Caller  7,1\n"
)
OTHER = "T2,2/3/2026 09:02,1/3/2026 23:30,Carl,0,Working,Low,?,?,?,?,0\n"


class Desk:
    """A desk that imports tables."""

    def __init__(self, terminal: Terminal, folder: Path) -> None:
        self.terminal = terminal
        self.map = folder / "map.yaml"
        self.map.write_text(MAP)
        self.table = folder / "log.csv"

    def imports(self, rows: str, *words: str, code: int = 0, header: str = HEADER) -> Said:
        self.table.write_text(header + rows)
        return self.terminal.run("import", "csv", str(self.table), "--map", str(self.map), *words, code=code)

    def steps(self, external_id: str) -> list[dict[str, str]]:
        """The commits of a case, oldest first."""
        form = "%ct|%at|%an|%ae|%s|%(trailers:key=Imported,valueonly,separator=%x2C)"
        path = self.path(external_id)
        lines = self.terminal.git("log", "--reverse", f"--format={form}", "--", path).splitlines()
        names = ("at", "authored", "name", "mail", "subject", "imported")
        return [dict(zip(names, line.split("|"), strict=True)) for line in lines]

    def path(self, external_id: str) -> str:
        return self.terminal.git("grep", "-l", f"^external_id: {external_id}$", "HEAD", "--", "cases").strip()[5:]

    def text(self, external_id: str, back: int = 0) -> str:
        """The file of a case, so many of its versions before the last."""
        path = self.path(external_id)
        commit = self.terminal.git("log", "--format=%H", "--", path).splitlines()[back]
        return self.terminal.git("show", f"{commit}:{path}")


@pytest.fixture
def importing(desk: Terminal, tmp_path: Path) -> Desk:
    return Desk(desk, tmp_path)


def rows_listed(said: Said) -> list[tuple[int, str]]:
    return [(row["line"], row["message"]) for row in json.loads(said.out)["rows"]]


def test_each_row_is_a_commit_at_its_own_time_and_testimony(importing: Desk) -> None:
    said = importing.imports(TICKET)
    assert "5 events, 1 new case, 5 commits" in said.out
    steps = importing.steps("T1")
    assert [int(step["at"]) for step in steps] == [1772442000, 1772442300, 1772442300, 1772532000, 1772535600]
    assert all(step["at"] == step["authored"] for step in steps)
    assert [step["name"] for step in steps] == ["Anna B", "Carl", "Carl", "old-tracker", "Anna B"]
    assert steps[0]["mail"] == "anna-b@import.invalid"
    assert {step["imported"] for step in steps} == {"old-tracker"}
    assert steps[1]["subject"].endswith(" import: status assigned, priority p1, team 5")


def test_the_file_says_what_the_row_said(importing: Desk) -> None:
    importing.imports(TICKET)
    waiting = importing.text("T1", back=2)
    for line in (
        "source: old-tracker",
        "external_id: T1",
        "title: Printer / Tray",
        "contact: caller-7",
        "status: on-hold",
        "waiting_for: customer",
        "priority: p1",
    ):
        assert f"{line}\n" in waiting
    back_at_work = importing.text("T1", back=1)
    assert "waiting_for" not in back_at_work
    assert back_at_work.endswith("  kind: note\n  text: reopened = 1\n")
    assert back_at_work.count("- id: ") == 4


def test_an_opening_before_the_first_row_is_a_commit_of_its_own(importing: Desk) -> None:
    importing.imports(OTHER)
    opening, first = importing.steps("T2")
    assert (int(opening["at"]), int(first["at"])) == (1772407800, 1772442120)
    assert "status: open\n" in importing.text("T2", back=1)
    assert "log:" not in importing.text("T2", back=1)
    assert "status: assigned\n" in importing.text("T2")
    assert "title: T2\n" in importing.text("T2"), "a title with nothing in it is the number"


def test_the_id_follows_from_source_number_and_opening_date(importing: Desk, tmp_path: Path) -> None:
    importing.imports(OTHER + TICKET)
    once = importing.path("T2")
    assert once.startswith("cases/2026/03/01/ACM-260301-"), "UTC date of the opening"
    again = Desk(Terminal(importing.terminal.home, tmp_path / "other", importing.terminal.monkeypatch), tmp_path)
    again.terminal.run(
        "init", str(again.terminal.root), "--policy", str(Path(__file__).parent.parent / "cli/acme.yaml")
    )
    again.imports(TICKET + OTHER)
    assert again.path("T2") == once


def test_reading_it_again_adds_nothing(importing: Desk) -> None:
    importing.imports(TICKET + OTHER)
    head = importing.terminal.git("rev-parse", "HEAD")
    said = importing.imports(TICKET + OTHER)
    assert said.out.startswith("nothing new from old-tracker")
    assert importing.terminal.git("rev-parse", "HEAD") == head
    assert importing.terminal.files() == ""


def test_a_longer_table_adds_only_what_is_new(importing: Desk) -> None:
    begun, rest = TICKET.splitlines(keepends=True)[:2], TICKET.splitlines(keepends=True)[2:]
    importing.imports("".join(begun))
    said = importing.imports("".join(begun + rest) + OTHER)
    assert "4 events, 1 new case, 1 known case grew, 5 commits" in said.out
    assert len(importing.steps("T1")) == 5
    assert "status: closed\n" in importing.text("T1")


def test_a_table_of_new_rows_only_goes_on_where_the_case_stands(importing: Desk) -> None:
    lines = TICKET.splitlines(keepends=True)
    importing.imports("".join(lines[:3]))
    importing.imports("".join(lines[3:]))
    assert len(importing.steps("T1")) == 5
    assert "status: closed\n" in importing.text("T1")


def test_a_row_that_was_left_out_and_comes_late_changes_no_field_any_more(importing: Desk) -> None:
    lines = TICKET.splitlines(keepends=True)
    importing.imports("".join([*lines[:1], lines[1].replace("High", "Odd"), *lines[2:]]), code=3)
    importing.imports(TICKET)
    assert len(importing.steps("T1")) == 5
    assert "status: closed\n" in importing.text("T1")


def test_what_people_wrote_into_an_imported_case_stays(importing: Desk) -> None:
    lines = TICKET.splitlines(keepends=True)
    importing.imports("".join(lines[:2]))
    file = importing.terminal.root / importing.path("T1")
    file.write_text("# ask Anna first\n" + file.read_text())
    importing.terminal.git("commit", "-qam", "a comment")
    importing.imports(TICKET)
    assert importing.text("T1").startswith("# ask Anna first\n")
    assert importing.text("T1").count("- id: ") == 5


def test_two_rows_alike_are_two_events(importing: Desk) -> None:
    row = OTHER
    importing.imports(row + row)
    assert len(importing.steps("T2")) == 3
    assert importing.imports(row + row).out.startswith("nothing new")


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (OTHER.replace("2/3/2026 09:02", "2/13/2026 09:02"), "changed: not a time as the map says: '2/13/2026 09:02'"),
        (OTHER.replace("2/3/2026 09:02", "2/3/2027 09:02"), "changed: '2/3/2027 09:02' is in the future"),
        (OTHER.replace("2/3/2026 09:02", "2/3/1970 09:02"), "changed: '2/3/1970 09:02' is before 1990"),
        (OTHER.replace("2/3/2026 09:02", "?"), "changed: not a time as the map says: '?'"),
        (OTHER.replace("Working", "Lost"), "state: the map has no state 'Lost'"),
        (OTHER.replace("Low", "Odd"), "urgency: the map has no priority for 'Odd'"),
        (OTHER.replace("T2", "?"), "no number"),
        (OTHER.replace(",0\n", "\n"), "11 cells under 12 columns"),
        (OTHER.replace("Carl", "C\0arl"), "not UTF-8, or a NUL in it"),
        (OTHER.replace("Carl", "C" * 40000), "longer than 30000 characters"),
        (OTHER.replace("Working", "Lost").replace("Low", "Odd"), "for 'Odd'; state: the map has no state 'Lost'"),
    ],
)
def test_a_bad_row_is_listed_with_its_line_while_the_rest_goes_in(importing: Desk, row: str, message: str) -> None:
    said = importing.imports(row + TICKET, code=3)
    first = said.out.splitlines()[0]
    assert first.startswith(f"{importing.table}:2: row left out: ")
    assert first.endswith(message)
    assert "5 events, 1 new case" in said.out
    assert said.err == ""


def test_a_state_that_means_nothing_keeps_its_row_as_a_note(importing: Desk) -> None:
    junk = TICKET.replace("2,Waiting", "2,-1")
    said = importing.imports(junk, "-o", "json", code=3)
    assert rows_listed(said) == [(4, "row kept as a note: state: '-1' is no state")]
    assert json.loads(said.out)["events"] == 5
    assert "status: assigned\n" in importing.text("T1", back=2)


def test_lines_are_counted_as_an_editor_counts_them(importing: Desk) -> None:
    spread = OTHER.replace("Carl", '"Carl\nthe\nGreat"')
    said = importing.imports(spread + "\n" + OTHER.replace("Working", "Lost"), "-o", "json", code=3)
    assert rows_listed(said)[0][0] == 6


def test_the_table_may_be_packed_or_come_through_a_pipe(importing: Desk) -> None:
    packed = gzip.compress((HEADER + TICKET).encode("utf-8-sig"))
    said = importing.terminal.process("import", "csv", "-", "--map", str(importing.map), stdin=packed)
    assert "5 events" in said.out


def test_a_table_that_breaks_off_imports_nothing(importing: Desk) -> None:
    head = importing.terminal.git("rev-parse", "HEAD")
    importing.table.write_bytes(gzip.compress((HEADER + TICKET * 50).encode())[:-9])
    words = ("import", "csv", str(importing.table), "--map", str(importing.map))
    assert "cannot be read to its end" in importing.terminal.run(*words, code=1).err
    assert importing.terminal.git("rev-parse", "HEAD") == head


def test_a_git_that_fails_leaves_nothing_behind(importing: Desk) -> None:
    """A file of the user's lies where a case would go."""
    importing.imports(TICKET)
    path = importing.terminal.root / importing.path("T1")
    importing.terminal.git("reset", "-q", "--hard", "HEAD~5")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("mine")
    head = importing.terminal.git("rev-parse", "HEAD")
    assert importing.imports(TICKET, code=5).err
    assert importing.terminal.git("rev-parse", "HEAD") == head
    assert path.read_text() == "mine"
    assert importing.terminal.git("for-each-ref", "refs/casectl") == ""


def test_a_case_that_cannot_be_read_is_not_written_over(importing: Desk) -> None:
    importing.imports(TICKET)
    path = importing.path("T1")
    (importing.terminal.root / path).write_text("no case\n")
    importing.terminal.git("commit", "-qam", "oops")
    said = importing.imports(TICKET, code=3)
    assert f"5 rows of T1 left out: {path} cannot be read" in said.out


def changed_map(old: str, new: str) -> str:
    assert old in MAP
    return MAP.replace(old, new)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            changed_map("Fixed: resolved", "Fixed: resolvd"),
            ":14: unknown status 'resolvd'",
        ),
        (changed_map("at: changed", "at: chnged"), ":5: unknown column 'chnged'"),
        (changed_map("High: p1", "High: p9"), "unknown priority 'p9'"),
        (changed_map("Europe/London", "Europe/Londn"), "unknown time zone 'Europe/Londn'"),
        (changed_map(", zone: Europe/London", ""), "times without an offset need a 'zone'"),
        (changed_map(", waiting_for: customer", ""), "'on-hold' needs a 'waiting_for'"),
        (changed_map("Fixed: resolved", "Fixed: {status: resolved, waiting_for: customer}"), "waits for nobody"),
        (changed_map("log: [reopened]", "logs: [reopened]"), "unknown field 'logs'"),
        (changed_map("{area} / {part}", "{arena}"), "unknown column 'arena'"),
        (changed_map("source: old-tracker\n", ""), "the map lacks 'source'"),
        (changed_map("source: old-tracker", "source: old-tracker\ndesk: acme"), "unknown desk 'acme'"),
        (changed_map("category: area", "status: area"), "unknown field 'status'"),
        (changed_map("source: old-tracker", "source: old-tracker\ndelimiter: ab"), "'delimiter' must be one character"),
        ("- a list\n", "must be a mapping"),
        ("source: [\n", ""),
    ],
)
def test_a_mistake_in_the_map_is_said_with_its_line(importing: Desk, text: str, problem: str) -> None:
    importing.map.write_text(text)
    head = importing.terminal.git("rev-parse", "HEAD")
    said = importing.imports(TICKET, code=3)
    assert problem in said.err
    assert f"{importing.map}:" in said.err
    assert importing.terminal.git("rev-parse", "HEAD") == head


def test_all_mistakes_of_a_map_are_said_at_once(importing: Desk) -> None:
    importing.map.write_text(MAP.replace("Fixed: resolved", "Fixed: gone").replace("High: p1", "High: p9"))
    said = importing.imports(TICKET, code=3)
    assert "14: unknown status 'gone'" in said.err
    assert "unknown priority 'p9'\n  hint: one of: p1, p2, p3" in said.err


@pytest.mark.parametrize(
    ("header", "rows", "message"),
    [("", "", "the file is empty"), ("a,b,a\n", "", "two columns are named 'a'")],
)
def test_a_table_without_a_proper_header_is_refused(importing: Desk, header: str, rows: str, message: str) -> None:
    assert message in importing.imports(rows, header=header, code=3).err


def test_files_that_are_not_there(importing: Desk) -> None:
    said = importing.terminal.run("import", "csv", "gone.csv", "--map", str(importing.map), code=4)
    assert "gone.csv: No such file or directory" in said.err
    importing.table.write_text(HEADER)
    said = importing.terminal.run("import", "csv", str(importing.table), "--map", "gone.yaml", code=4)
    assert "gone.yaml: No such file or directory" in said.err


def test_a_desk_that_is_not_there(importing: Desk) -> None:
    assert "there is no desk 'acme'" in importing.imports(TICKET, "--desk", "acme", code=4).err


def test_the_help_shows_a_map(importing: Desk) -> None:
    said = importing.terminal.run("import", "csv", "--help")
    assert "external_id: NUMBER\n" in said.out


def test_git_finds_nothing_to_complain_about(importing: Desk) -> None:
    importing.imports(TICKET + OTHER)
    done: Any = subprocess.run(["git", "fsck", "--strict"], cwd=importing.terminal.root, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "")
    assert importing.terminal.files() == ""
