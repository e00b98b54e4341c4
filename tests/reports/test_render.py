"""Titles come from strangers. Whatever they write, spreadsheets, browsers and terminals show it and do nothing else."""

from __future__ import annotations

import csv
import io
import json
from html.parser import HTMLParser

import pytest

from casectl.model.problems import Problem, UsageMistake
from casectl.reports.plain import plain
from casectl.reports.render import FORMATS, render, render_all
from casectl.reports.table import Column, Table, tally

COLUMNS = (
    Column("id"),
    Column("state"),
    Column("title", width=20),
    Column("due_at", shown="data"),
    Column("due", shown="words"),
    Column("seconds", right=True),
)

DUE = "2026-11-23T10:00:00+00:00"

HOSTILE = {
    "formula": '=HYPERLINK("http://x.example","click")',
    "plus": "+1+cmd|' /C calc'!A0",
    "at": "@SUM(A1)",
    "minus": "-2+3",
    "tab": "\t=1+1",
    "return": "\r=1+1",
    "script": "<script>alert(1)</script>",
    "escape": "\x1b[2J\x1b]0;owned\x07gone",
    "c1": "\x9b31mred",
    "bidi": "safe \u202egpj.exe",
    "isolate": "\u2066a\u2069",
    "pipes": "a | b || `c` [d](javascript:x)",
    "lines": "one\r\nBcc: all@x.example\u2028two",
    "number": "1e5",
    "zero": "007",
}


def table(*titles: str, **more: object) -> Table:
    rows = tuple(
        {"id": f"ABC-{n}", "state": "breached", "title": title, "due_at": DUE, "due": "Mon 10:00",
         "seconds": -5}
        for n, title in enumerate(titles)
    )  # fmt: skip
    return Table("Test", COLUMNS, rows, schema="casectl.test/1", stamp={"commit": "c0ffee"}, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("how", ["table", "wide", "csv", "md", "html"])
@pytest.mark.parametrize("title", HOSTILE.values(), ids=HOSTILE.keys())
def test_nothing_reaches_a_terminal_that_could_move_it(title: str, how: str) -> None:
    text = render(table(title), how)
    assert not [character for character in text if not character.isprintable() and character != "\n"]


@pytest.mark.parametrize("name", ["formula", "plus", "at", "minus", "tab", "return"])
def test_a_spreadsheet_sees_no_formula(name: str) -> None:
    (row,) = csv.DictReader(io.StringIO(render(table(HOSTILE[name]), "csv")))
    assert row["title"].startswith("'")
    assert row["seconds"] == "-5", "a number of our own stays one"


def test_csv_holds_the_data_columns_and_the_stamp() -> None:
    head, *rows = csv.reader(io.StringIO(render(table("a,b", '"q"'), "csv")))
    assert head == ["id", "state", "title", "due_at", "seconds", "commit"]
    assert rows[0] == ["ABC-0", "breached", "a,b", "2026-11-23T10:00:00+00:00", "-5", "c0ffee"]
    assert rows[1][2] == '"q"'


def test_json_is_pure_data() -> None:
    for title in HOSTILE.values():
        text = render(table(title), "json")
        assert json.loads(text)["rows"][0]["title"] == title
        assert text.isascii()
        assert "\x1b" not in text


def test_jsonl_is_one_row_a_line_each_with_its_stamp() -> None:
    lines = render(table("one", "two\n"), "jsonl").splitlines()
    assert [json.loads(line)["title"] for line in lines] == ["one", "two\n"]
    assert {json.loads(line)["commit"] for line in lines} == {"c0ffee"}


def test_html_has_no_element_that_a_title_wrote() -> None:
    seen: list[str] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: object) -> None:
            seen.append(tag)

    Reader().feed(render(table(*HOSTILE.values()), "html"))
    assert set(seen) == {
        "html",
        "head",
        "meta",
        "title",
        "body",
        "section",
        "h2",
        "dl",
        "dt",
        "dd",
        "table",
        "tr",
        "th",
        "td",
    }


def test_markdown_keeps_its_cells() -> None:
    line = next(line for line in render(table(HOSTILE["pipes"]), "md").splitlines() if "ABC-0" in line)
    assert line.replace("\\|", "").count("|") == 6
    assert "\\`c\\`" in line
    assert "<script>" not in render(table(HOSTILE["script"]), "md").replace("\\<", "").replace("\\>", "")


@pytest.mark.parametrize("how", ["table", "wide", "md"])
def test_what_looks_like_a_number_stays_what_it_was(how: str) -> None:
    text = render(table("1e5", "007"), how)
    assert "1e5" in text
    assert "007" in text
    assert "100000" not in text


def test_only_a_table_cuts() -> None:
    long = "x" * 50
    assert long not in render(table(long), "table")
    for how in ("wide", "csv", "json", "jsonl", "md", "html"):
        assert long in render(table(long), how)


def test_colour_only_where_asked_and_only_on_states() -> None:
    assert "\x1b[31mbreached\x1b[0m" in render(table("t"), "table", colour=True)
    for how in FORMATS:
        assert "\x1b" not in render(table("t"), how)
    assert "\x1b" not in render(table("t"), "csv", colour=True)


def test_totals_are_the_same_in_every_format_for_people() -> None:
    totals = {"targets": tally({"met": 2, "breached": 1, "paused": 0})}
    assert totals["targets"] == {"total": 3, "met": 2, "breached": 1}
    for how in ("table", "wide", "md", "html"):
        assert "targets: 3 = 2 met + 1 breached" in render(table("t", totals=totals), how).replace("\\", "")
    assert json.loads(render(table("t", totals=totals), "json"))["totals"] == totals


def test_exceptions_are_listed() -> None:
    broken = (Problem("cases/x.yaml", 7, "unknown status 'clsd'", "did you mean 'closed'?"),)
    for how in ("table", "wide", "html"):
        assert "cases/x.yaml:7" in render(table("t", exceptions=broken), how)
    assert json.loads(render(table("t", exceptions=broken), "json"))["exceptions"][0]["line"] == 7


def test_an_unknown_format_is_refused_with_a_hint() -> None:
    with pytest.raises(UsageMistake, match="unknown output format 'jsn'"):
        render(table("t"), "jsn")


def test_plain_leaves_words_of_any_language_alone() -> None:
    for text in ("Übergröße", "日本語", "می‌خواهم", "café ☕", "👩‍💻"):
        assert plain(text) == text


class TestWidth:
    LONG = "The printer on the third floor jams whenever somebody prints double-sided"

    def test_long_texts_give_way_where_the_terminal_ends(self) -> None:
        text = render_all((table(self.LONG, "short"),), width=70)
        lines = [line for line in text.splitlines() if "breached" in line]
        assert max(map(len, lines)) <= 70
        assert "The printer" in lines[0]
        assert "…" in lines[0]
        assert DUE[:10] not in text
        assert "Mon 10:00" in lines[0], "only columns that may be cut are"

    def test_a_wide_terminal_cuts_no_more_than_a_file(self) -> None:
        assert render_all((table(self.LONG),), width=300) == render(table(self.LONG))

    def test_what_does_not_fit_at_all_is_cut_no_further(self) -> None:
        line = next(line for line in render_all((table(self.LONG),), width=10).splitlines() if "breached" in line)
        assert "The printer…" in line

    def test_the_widest_column_goes_first_and_the_two_then_share(self) -> None:
        columns = (Column("a", width=60), Column("b", width=60), Column("c"))
        rows = ({"a": "a" * 50, "b": "b" * 30, "c": "c" * 20},)
        for width, lengths in ((200, [50, 30, 20]), (94, [40, 30, 20]), (80, [26, 30, 20]), (40, [12, 12, 20])):
            line = render_all((Table("T", columns, rows),), width=width).splitlines()[-1]
            assert [len(cell) for cell in line.split()] == lengths

    def test_files_and_wide_are_never_cut(self) -> None:
        for how in ("wide", "csv", "json", "md", "html"):
            assert self.LONG in render_all((table(self.LONG),), how, width=40)


def test_tables_of_different_columns_are_told_apart_in_csv() -> None:
    first = Table("Times: 2", (Column("a"), Column("b")), ({"a": 1, "b": "x"},))
    second = Table("Rates", (Column("c"),), ({"c": "=1"},))
    assert render_all((first, second), "csv") == "table,a,b\nTimes,1,x\n\ntable,c\nRates,'=1\n"
    assert render_all((first, first), "csv") == "a,b\n1,x\n1,x\n"


def test_several_tables_are_one_json_document() -> None:
    stamp = {"commit": "c"}
    first = Table("Times: 2", (Column("a"),), ({"a": 1},), "casectl.test/1", stamp, facts={"desk": "d"})
    second = Table("Rates", (Column("c"),), ({"c": 2},), notes=("a note",))
    assert json.loads(render_all((first, second), "json")) == {
        "schema": "casectl.test/1",
        "commit": "c",
        "desk": "d",
        "tables": [
            {"title": "Times: 2", "rows": [{"a": 1}]},
            {"title": "Rates", "rows": [{"c": 2}], "notes": ["a note"]},
        ],
    }
