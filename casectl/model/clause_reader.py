"""`policies/DESK/clauses.yaml`: the obligations of a written agreement; and where a policy's file carries them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from casectl.model.people_shape import CLAUSE_TEXT, CLAUSES
from casectl.model.problems import Problem
from casectl.model.reading import Reading
from casectl.model.tree import Branch, Node, Row, Text

CLAUSE_ID = re.compile(r"[A-Z0-9][A-Z0-9-]{0,30}")


class Clause(NamedTuple):
    """One obligation, in our own words, and the commands that carry what no policy says."""

    name: str
    says: str
    by: tuple[str, ...]
    line: int


def read_clauses(node: Node, path: str) -> tuple[Mapping[str, Clause], tuple[Problem, ...]]:
    """Every clause by its ID, in the file's order, and all that is wrong with the file."""
    reading = Reading(path)
    branch = reading.record(node, "the file", CLAUSES)
    found: dict[str, Clause] = {}
    entries = branch.items.get("clauses")
    for name, entry in reading.mapping(entries, "'clauses'").items.items() if entries is not None else ():
        line = entry.line
        if not CLAUSE_ID.fullmatch(name):
            reading.mistake(line, f"'{name}' is no ID of a clause", "capital letters, digits and dashes: KTL-1")
        if isinstance(entry, Text):
            found[name] = Clause(name, entry.value, (), line)
            continue
        fields = reading.record(entry, f"clause '{name}'", CLAUSE_TEXT)
        by = tuple(word for word, _ in reading.words(fields, "by"))
        found[name] = Clause(name, reading.text(fields, "says"), by, line)
    return found, reading.problems


def carriers(node: Node, where: str = "") -> Iterator[tuple[str, str, int]]:
    """(clause, place, line) of every `clause:` of a file: `targets.resolution.rules.2` is the second of those rules."""
    if isinstance(node, Row):
        for number, item in enumerate(node.items, 1):
            yield from carriers(item, f"{where}.{number}")
    elif isinstance(node, Branch):
        for key, value in node.items.items():
            if key != "clause":
                yield from carriers(value, f"{where}.{key}" if where else key)
                continue
            for item in value.items if isinstance(value, Row) else (value,):
                if isinstance(item, Text) and item.value:
                    yield item.value, where or "the policy", node.keys[key]
