"""A report as a plain value: rows under named columns, the facts that it rests on, and totals that tie."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from casectl.model.problems import Problem

Cell = str | int | float | bool | None | tuple[str, ...]
Row = Mapping[str, Cell]

Audience = Literal["all", "wide", "words", "wide-words", "data"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: `key` names it in CSV and JSON, `head` above a table for people.

    Shown to `all`; to all but a plain `table` (`wide`); to people alone (`words`: a time on the desk's wall clock), or
    only where there is room (`wide-words`: `wide`, Markdown, HTML); or to machines alone (`data`: that time in UTC).
    """

    key: str
    head: str = ""
    shown: Audience = "all"
    right: bool = False
    width: int | None = None
    """A `table` cuts longer text here; no other format cuts anything."""

    @property
    def heading(self) -> str:
        return self.head or self.key.replace("_", " ")


@dataclass(frozen=True, slots=True)
class Table:
    """What a report found. `stamp` pins the inputs (commit, as_of, tzdata); CSV and JSONL repeat it on every row."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    schema: str = ""
    """Names the JSON form, as `casectl.breaches/1`."""
    stamp: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    """Header lines: the policy versions used, the window, the command that reproduces the report."""
    totals: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """Named tallies; the parts of each add up to its `total`."""
    notes: tuple[str, ...] = ()
    exceptions: tuple[Problem, ...] = ()
    """Files that could not be read; the other cases are in the rows."""


def tally(parts: Mapping[str, int]) -> dict[str, int]:
    """Parts with their sum first, as `total`; parts that are 0 are left out."""
    return {"total": sum(parts.values()), **{name: amount for name, amount in parts.items() if amount}}
