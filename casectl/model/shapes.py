"""Shapes of files as data: readers hold a file against them, and `casectl schema` prints them for editors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

NAME = r"[a-z0-9][a-z0-9._-]*"
"""How a thing that a file names is spelt: it is typed at a prompt and stands in case files."""
DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
ZONE = r"[A-Za-z0-9_+-]+(?:/[A-Za-z0-9_+-]+)*"
DURATION = r"(?:([0-9]{1,6})h)?(?:([0-9]{1,6})m)?(?:([0-9]{1,6})s)?"
"""Which an empty text is not, though it fits."""
WORKING_DAYS = r"([0-9]{1,4})wd( by end-of-day)?"
SPAN = rf"(?=[0-9]){DURATION}|{WORKING_DAYS}"


class Text(NamedTuple):
    """One value that is not empty."""

    pattern: str = ""
    """How all of it is spelt, in a regular expression that Python and JSON Schema read alike; empty: in any way."""
    words: tuple[str, ...] = ()
    """What it may be; empty: anything."""
    bare: bool = True
    """It may look like a number or like a truth value, and is text all the same: `version: 1.0`."""


class Flag(NamedTuple):
    """`true` or `false`, unquoted."""


class Number(NamedTuple):
    """A whole number, 0 or more."""


class Words(NamedTuple):
    """One value, or a list of values."""

    of: Text = Text()
    at_least: int = 0
    """How many values a list has."""
    name: str = "words"
    """One for all that are alike; empty: no other is like it."""


class Names(NamedTuple):
    """A mapping of which the file makes up the keys; it may be left empty unless it has at least so many."""

    of: Shape
    pattern: str = NAME
    known: tuple[str, ...] = ()
    """The keys there may be; empty: any that are spelt so."""
    at_least: int = 0


class Rows(NamedTuple):
    """A list that is not empty unless `at_least` is 0."""

    of: Shape
    at_least: int = 1
    at_most: int | None = None


class Field(NamedTuple):
    """One key of a record."""

    says: str
    """What it means, in a line."""
    holds: Shape = Text()
    required: bool = False


class Record(NamedTuple):
    """A mapping with fixed keys; it may be left empty when none of them is required."""

    name: str
    says: str
    fields: Mapping[str, Field]
    at_least: int = 0
    """How many of its keys it has."""
    at_most: int | None = None

    @property
    def required(self) -> tuple[str, ...]:
        """The keys that it may not lack."""
        return tuple(key for key, field in self.fields.items() if field.required)

    def words(self, key: str) -> tuple[str, ...]:
        """The values that a field of one value, or of a list, may have; none where it may have any."""
        holds = self.fields[key].holds
        text = holds.of if isinstance(holds, Words) else holds
        return text.words if isinstance(text, Text) else ()


class OneOf(NamedTuple):
    """Something that is written in one of several ways."""

    shapes: tuple[Shape, ...]


class Absent(NamedTuple):
    """A value left empty, which says as much as leaving the key out."""

    collections: bool = False
    """Whether an empty list or mapping will do as well."""


Shape = Text | Flag | Number | Words | Names | Rows | Record | OneOf | Absent

FLAG = Flag()
ONE_OR_MORE = Words(at_least=1, name="one-or-more")
CLAUSE = Field("The clauses of the written agreement that this entry carries.", Words())
LABEL = Field("What people are shown in place of the name.")
