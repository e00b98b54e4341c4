"""A report as a plain value: rows under named columns, the facts that it rests on, and totals that tie."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple

from casectl.model.problems import Problem

Cell = str | int | float | bool | None | tuple[str, ...]
Row = Mapping[str, Cell]

Audience = Literal["all", "wide", "words", "wide-words", "data"]


class Column(NamedTuple):
    """One column: `key` names it in CSV and JSON, `head` above a table for people.

    Shown to `all`; to machines and in `wide` (`wide`); to people alone (`words`: a time on the desk's wall clock), or
    only where there is room (`wide-words`: in `wide`); or to machines alone (`data`: that time in UTC).
    """

    key: str
    head: str = ""
    shown: Audience = "all"
    right: bool = False
    width: int | None = None
    """A `table` cuts longer text here; no other format cuts anything. Markdown and HTML have a `table`'s columns."""

    @property
    def heading(self) -> str:
        return self.head or self.key.replace("_", " ")


class Table(NamedTuple):
    """What a report found. `stamp` pins the inputs (commit, as_of, tzdata); CSV and JSONL repeat it on every row."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    schema: str = ""
    """Names the JSON form, as `casectl.breaches/1`."""
    stamp: Mapping[str, str] = MappingProxyType({})
    facts: Mapping[str, str | tuple[str, ...]] = MappingProxyType({})
    """Header lines: the policy versions used, the window, the command that reproduces the report."""
    totals: Mapping[str, Mapping[str, int]] = MappingProxyType({})
    """Named tallies; the parts of each add up to its `total`."""
    notes: tuple[str, ...] = ()
    exceptions: tuple[Problem, ...] = ()
    """Files that could not be read; the other cases are in the rows."""


def sheet(
    title: str, names: str, rows: Iterable[Row], facts: Mapping[str, str | tuple[str, ...]] = MappingProxyType({})
) -> Table:
    """A plain table under the columns `names`, which stand with blanks between them."""
    return Table(title, tuple(Column(name) for name in names.split()), tuple(rows), facts=facts)


def tally(parts: Mapping[str, int]) -> dict[str, int]:
    """Parts with their sum first, as `total`; parts that are 0 are left out."""
    return {"total": sum(parts.values()), **{name: amount for name, amount in parts.items() if amount}}
