"""A table as text, CSV, JSON, Markdown or HTML. Strangers write titles: each format defuses what could harm in it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from functools import partial

from casectl.model.problems import UsageMistake, did_you_mean
from casectl.reports.plain import plain, shortened
from casectl.reports.table import Cell, Column, Row, Table

_RED, _YELLOW, _OFF = "\x1b[31m", "\x1b[33m", "\x1b[0m"
_COLOURS = {"breached": _RED, "at-risk": _YELLOW}
_FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠")
_GAP = 2
"""Between the columns of a table."""
_NARROWEST = 12
_PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>{title}</title></head>
<body>
{body}</body>
</html>
"""
_MARKDOWN = str.maketrans({character: f"\\{character}" for character in "\\`*_[]<>|#~!&"})


def render(table: Table, how: str = "table", colour: bool = False) -> str:
    """The table in one of `FORMATS`, ending in a newline. Raises `UsageMistake` for another word.

    `colour` paints states in `table` and `wide`, and nothing else: only a terminal should ask for it.
    """
    return render_all((table,), how, colour)


def render_all(tables: Iterable[Table], how: str = "table", colour: bool = False, width: int | None = None) -> str:
    """Several tables one after the other, with an empty line between those for people.

    `width` are the columns of a terminal: the long texts of a `table` are cut so that it fits, if that is enough.
    """
    from html import escape

    if how not in FORMATS:
        raise UsageMistake(f"unknown output format '{how}'", did_you_mean(how, FORMATS))
    shown = tuple(tables)
    if how in ("table", "wide", "md", "html"):  # a bare heading tells nobody anything
        shown = (*shown[:1], *(table for table in shown[1:] if table.rows or table.exceptions))
    if len(shown) > 1 and how in ("csv", "jsonl"):  # what pins the first pins them all
        shown = (shown[0], *(table if table.stamp else table._replace(stamp=shown[0].stamp) for table in shown[1:]))
    if how == "csv":
        return _csv(*shown)
    if how == "jsonl" and len(shown) > 1:
        return "".join(_jsonl(table, _name_of(table)) for table in shown)
    if how == "json" and len(shown) > 1:
        return _json_of_several(shown)
    form = partial(_table, width=width) if how == "table" else FORMATS[how]
    text = ("\n" if how in ("table", "wide", "md") else "").join(form(table) for table in shown)
    if how == "html":
        return _PAGE.format(title=escape(plain(shown[0].title)), body=text)
    return _painted(text) if colour and how in ("table", "wide") else text


def _table(table: Table, width: int | None = None) -> str:
    """The narrow form, cut where a column says so, and where the terminal ends."""
    return _for_people(table, _narrow(table), cut=True, width=width)


def _narrow(table: Table) -> list[Column]:
    """The columns where there is no room to spare: of those for people, what has something to say somewhere."""
    shown = (column for column in table.columns if column.shown in ("all", "words"))
    return [column for column in shown if any(row.get(column.key) not in (None, "", ()) for row in table.rows)]


def _wide(table: Table) -> str:
    return _for_people(table, [column for column in table.columns if column.shown != "data"], cut=False)


def _for_people(table: Table, columns: list[Column], cut: bool, width: int | None = None) -> str:
    blocks = ["\n".join([plain(table.title), *_header(table)])]
    if table.rows:
        blocks.append(_grid(table.rows, columns, cut, width))
    blocks += ["\n".join(_tallies(table))] if table.totals else []
    blocks += ["\n".join(plain(note) for note in table.notes)] if table.notes else []
    blocks += ["\n".join(_excepted(table))] if table.exceptions else []
    return "\n\n".join(block for block in blocks if block) + "\n"


def _grid(rows: tuple[Row, ...], columns: list[Column], cut: bool, width: int | None) -> str:
    from tabulate import tabulate

    def cell(row: Row, column: Column) -> str:
        text = plain(words(row.get(column.key)))
        return shortened(text, column.width) if cut and column.width else text

    cells = [[cell(row, column) for column in columns] for row in rows]
    if width is not None:
        room = _fitted(cells, columns, width)
        cells = [[shortened(text, most) for text, most in zip(line, room, strict=True)] for line in cells]
    lines = tabulate(
        cells,
        headers=[column.heading for column in columns],
        tablefmt="simple",
        disable_numparse=True,
        colalign=["right" if column.right else "left" for column in columns],
    )
    return "\n".join(line.rstrip() for line in lines.splitlines())


def _fitted(cells: list[list[str]], columns: list[Column], width: int) -> list[int]:
    """How wide each column may be: those that may be cut give way, the widest first, none below `_NARROWEST`."""
    least = [len(column.heading) + _GAP for column in columns]  # tabulate gives headings that much
    room = [max(least[at], *(len(line[at]) for line in cells)) for at in range(len(columns))]
    floor = [
        max(_NARROWEST, each) if column.width else sys.maxsize for column, each in zip(columns, least, strict=True)
    ]
    while (excess := sum(room) + _GAP * (len(room) - 1) - width) > 0:
        yielding = [at for at, most in enumerate(room) if most > floor[at]]
        if not yielding:
            break
        widest = max(yielding, key=lambda at: room[at])
        others = max((room[at] for at in yielding if room[at] < room[widest]), default=0)
        room[widest] = max(others, room[widest] - excess, floor[widest])
    return room


def words(value: Cell) -> str:
    """One cell for people: absent is empty, a list is joined."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(value) if isinstance(value, tuple) else str(value)


def _header(table: Table) -> list[str]:
    facts = {**table.stamp, **table.facts}
    width = max((len(name) for name in facts), default=0)
    return [f"{name.replace('_', '-'):<{width}}  {plain(words(value))}" for name, value in facts.items()]


def _tallies(table: Table) -> list[str]:
    def line(name: str, parts: Mapping[str, int]) -> str:
        rest = " + ".join(f"{amount} {part}" for part, amount in parts.items() if part != "total")
        return f"{name}: {parts.get('total', 0)}" + (f" = {rest}" if rest else "")

    return [plain(line(name, parts)) for name, parts in table.totals.items()]


def _excepted(table: Table) -> list[str]:
    unread, warnings = _problem_lines(table, warning=False), _problem_lines(table, warning=True)
    heading = ["could not be read:"] if unread else []
    return [*heading, *(f"  {plain(line)}" for line in unread), *map(plain, warnings)]


def _problem_lines(table: Table, warning: bool) -> list[str]:
    told = (problem for problem in table.exceptions if problem.warning is warning)
    return [line for problem in told for line in str(problem).split("\n")]


def _painted(text: str) -> str:
    """Colour on the word of a state, after the layout: widths are those of the plain text."""
    import re

    return re.sub(r"(?<=  )(breached|at-risk)(?=  |$)", lambda m: _COLOURS[m[1]] + m[1] + _OFF, text, flags=re.M)


def _data_columns(table: Table) -> list[str]:
    return [column.key for column in table.columns if column.shown in ("all", "wide", "data")]


def _row_stamp(table: Table) -> dict[str, str]:
    """The stamp as it stands on each row; a fact called like a column of the row is set apart: `read_commit`."""
    own = set(_data_columns(table))
    return {f"read_{name}" if name in own else name: fact for name, fact in table.stamp.items()}


def _csv(*tables: Table) -> str:
    """The tables below each other; tables with the same columns under one header.

    Where the columns differ each row says first which table it is of, and an empty line stands between the tables.
    """
    import csv
    import io

    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    several = len({tuple(_data_columns(table)) for table in tables}) > 1
    header: list[str] = []
    for table in tables:
        keys, stamp = _data_columns(table), _row_stamp(table)
        named = [_csv_cell(_name_of(table))] if several else []
        if header != [*keys, *stamp]:
            out.write("\n" if header else "")
            header = [*keys, *stamp]
            writer.writerow([*(["table"] if several else []), *header])
        writer.writerows([*named, *(_csv_cell(row.get(key)) for key in keys), *stamp.values()] for row in table.rows)
    return out.getvalue()


def _csv_cell(value: Cell) -> str | int | float:
    """A number as it is; a text that a spreadsheet would take for a formula gets an apostrophe before it."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    text = " ".join(value) if isinstance(value, tuple) else words(value)
    return f"'{plain(text)}" if text.lstrip(" ").startswith(_FORMULA_STARTS) else plain(text)


def _json(table: Table) -> str:
    import json

    return json.dumps(_document(table), indent=2) + "\n"


def _json_of_several(tables: tuple[Table, ...]) -> str:
    """One document: what pins them all, and each table under its title."""
    import json

    head = {"schema": tables[0].schema, **tables[0].stamp, **tables[0].facts}
    rest = [_document(table) for table in tables]
    parts = [{"title": table.title, **{key: part for key, part in document.items() if key not in head}}
             for table, document in zip(tables, rest, strict=True)]  # fmt: skip
    return json.dumps({**head, "tables": parts}, indent=2) + "\n"


def _document(table: Table) -> dict[str, object]:
    document: dict[str, object] = {"schema": table.schema} if table.schema else {}
    document |= {**table.stamp, **table.facts}
    document["rows"] = [_record(table, row) for row in table.rows]
    document |= {"totals": table.totals} if table.totals else {}
    document |= {"notes": table.notes} if table.notes else {}
    document |= {"exceptions": [_problem(problem) for problem in table.exceptions]} if table.exceptions else {}
    return document


def _jsonl(table: Table, name: str = "") -> str:
    """A line for each row; `name` is that of its table where there are several."""
    import json

    stamp, named = _row_stamp(table), {"table": name} if name else {}
    return "".join(json.dumps({**named, **_record(table, row), **stamp}) + "\n" for row in table.rows)


def _name_of(table: Table) -> str:
    """A table's title without its figures: `Times`."""
    return table.title.partition(":")[0]


def _record(table: Table, row: Row) -> dict[str, Cell]:
    return {key: row.get(key) for key in _data_columns(table)}


def _problem(problem: object) -> dict[str, object]:
    return {name: getattr(problem, name) for name in ("path", "line", "message", "hint", "warning")}


def _md(table: Table) -> str:
    columns = _narrow(table)
    lines = [f"## {_md_text(table.title)}", ""]
    lines += [f"- {name.replace('_', '-')}: {_md_text(words(value))}" for name, value in _facts(table)]
    if table.rows:
        lines += ["", _md_row(column.heading for column in columns)]
        lines += [_md_row("--:" if column.right else "---" for column in columns)]
        lines += [_md_row(_md_text(words(row.get(column.key))) for column in columns) for row in table.rows]
    lines += ["", *(f"- {_md_text(line)}" for line in _remarks(table))] if _remarks(table) else []
    return "\n".join(lines) + "\n"


def _md_row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _md_text(text: str) -> str:
    """Text that Markdown shows as it was written, pipes and HTML included."""
    return plain(text).translate(_MARKDOWN)


def _html(table: Table) -> str:
    from html import escape

    def text(value: str) -> str:
        return escape(plain(value))

    columns = _narrow(table)
    lines = ["<section>", f"<h2>{text(table.title)}</h2>", "<dl>"]
    lines += [f"<dt>{text(name)}</dt><dd>{text(words(value))}</dd>" for name, value in _facts(table)]
    lines += ["</dl>", "<table>", f"<tr>{''.join(f'<th>{text(column.heading)}</th>' for column in columns)}</tr>"]
    lines += [
        f"<tr>{''.join(f'<td>{text(words(row.get(column.key)))}</td>' for column in columns)}</tr>"
        for row in table.rows
    ]
    lines += ["</table>", *(f"<p>{text(line)}</p>" for line in _remarks(table)), "</section>"]
    return "\n".join(lines) + "\n"


def _facts(table: Table) -> Iterable[tuple[str, str | tuple[str, ...]]]:
    return {**table.stamp, **table.facts}.items()


def _remarks(table: Table) -> list[str]:
    unread = (f"could not be read: {line}" for line in _problem_lines(table, warning=False))
    return [*_tallies(table), *table.notes, *unread, *_problem_lines(table, warning=True)]


FORMATS: Mapping[str, Callable[[Table], str]] = {
    "table": _table,
    "wide": _wide,
    "json": _json,
    "jsonl": _jsonl,
    "csv": _csv,
    "md": _md,
    "html": _html,
}
