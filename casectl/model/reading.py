"""Turning the tree of one YAML file into values while collecting every mistake in it, not only the first."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from datetime import date

from casectl.model import shapes
from casectl.model.problems import Problem, did_you_mean
from casectl.model.tree import Branch, Node, Row, Text

NAME = re.compile(shapes.NAME)
_DAY = re.compile(shapes.DAY)


class Reading:
    """One pass over one file: readers ask for values, and get a harmless stand-in where a mistake was noted."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.found: list[Problem] = []

    @property
    def failed(self) -> bool:
        """Whether anything was wrong enough that no value may be built (warnings are not)."""
        return any(not problem.warning for problem in self.found)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """All that was found, each once, in order of lines."""
        return tuple(sorted(set(self.found), key=lambda problem: (problem.line, problem.message)))

    def mistake(self, line: int, message: str, hint: str | None = None) -> None:
        """Note something that makes the file invalid."""
        self.found.append(Problem(self.path, line, message, hint))

    def warn(self, line: int, message: str, hint: str | None = None) -> None:
        """Note something worth saying that makes nothing invalid."""
        self.found.append(Problem(self.path, line, message, hint, warning=True))

    def record(self, node: Node, what: str, shape: shapes.Record) -> Branch:
        """A mapping with the keys of a record, each of one value, a list of values or a flag as the shape says."""
        branch = self.fields(node, what, shape.fields, shape.required)
        for key in branch.items.keys() & shape.fields.keys():
            holds = shape.fields[key].holds
            if isinstance(holds, shapes.Text):
                self.text(branch, key)
            elif isinstance(holds, shapes.Words):
                self.words(branch, key)
            elif isinstance(holds, shapes.Flag):
                self.flag(branch, key)
        return branch

    def fields(self, node: Node, what: str, known: Collection[str], required: Collection[str] = ()) -> Branch:
        """A mapping with no field but `known` and all `required` ones; an empty value is an empty mapping."""
        branch = self.mapping(node, what)
        for key in branch.items:
            if key not in known:
                self.mistake(branch.keys[key], f"{what}: unknown field '{key}'", did_you_mean(key, known))
        missing = [key for key in required if key not in branch.items]
        if missing and (isinstance(node, Branch) or is_empty(node)):
            self.mistake(branch.line, f"{what} lacks {_listed(missing)}", f"its fields are: {', '.join(known)}")
        return branch

    def mapping(self, node: Node, what: str) -> Branch:
        """A mapping with any keys."""
        if isinstance(node, Branch):
            return node
        if not is_empty(node):
            self.mistake(node.line, f"{what} must be a mapping (`key: value`), not {_kind(node)}")
        return Branch({}, node.line, {})

    def section(self, branch: Branch, key: str, noun: str) -> Iterator[tuple[str, Node]]:
        """The named entries under `key`, if there are any; `noun` is what one of them is called."""
        if key not in branch.items:
            return
        entries = self.mapping(branch.items[key], f"'{key}'")
        for name, node in entries.items.items():
            if not NAME.fullmatch(name):
                hint = "small letters, digits, dots, underscores and dashes, such as on-hold"
                self.mistake(entries.keys[name], f"'{name}' is no name for a {noun}", hint)
            yield name, node

    def text(self, branch: Branch, key: str, default: str = "") -> str:
        """A field of one value that is not empty; `default` when the field is absent."""
        node = branch.items.get(key)
        if node is None:
            return default
        if not isinstance(node, Text) or not node.value.strip():
            self.mistake(node.line, f"'{key}' must be one value, not {_kind(node)}")
            return default
        return node.value

    def words(self, branch: Branch, key: str) -> tuple[tuple[str, int], ...]:
        """A field of one value or a list of values, each with its line; none when the field is absent."""
        node = branch.items.get(key)
        if node is None:
            return ()
        items = node.items if isinstance(node, Row) else (node,)
        found = [(item.value, item.line) for item in items if isinstance(item, Text) and item.value.strip()]
        if isinstance(node, Branch) or len(found) < len(items):
            self.mistake(node.line, f"'{key}' must be one value or a list of values")
        return tuple(found)

    def known(self, branch: Branch, key: str, known: Collection[str], noun: str, default: str = "") -> str:
        """A field whose one value must be among `known`; `default` when absent or unknown."""
        value = self.text(branch, key, default)
        if key in branch.items and value:
            return value if self.is_known(value, branch.items[key].line, known, noun) else default
        return default

    def known_words(self, branch: Branch, key: str, known: Collection[str], noun: str) -> tuple[str, ...]:
        """A field of values that must all be among `known`."""
        words = self.words(branch, key)
        return tuple(word for word, line in words if self.is_known(word, line, known, noun))

    def is_known(self, word: str, line: int, known: Collection[str], noun: str) -> bool:
        """Whether `word` is among `known`; notes the mistake when it is not."""
        if word in known:
            return True
        self.mistake(line, f"unknown {noun} '{word}'", did_you_mean(word, known) or f"the file has no {noun}")
        return False

    def flag(self, branch: Branch, key: str, default: bool = False) -> bool:
        """A field that is `true` or `false`, unquoted."""
        node = branch.items.get(key)
        if node is None:
            return default
        if isinstance(node, Text) and node.plain and node.value in ("true", "false"):
            return node.value == "true"
        self.mistake(node.line, f"'{key}' must be true or false")
        return default

    def day(self, text: str, line: int, what: str) -> date | None:
        """A date as `2026-12-24`."""
        try:
            return date.fromisoformat(text if _DAY.fullmatch(text) else "")
        except ValueError:
            self.mistake(line, f"{what}: '{text}' is no date", "write it as 2026-12-24")
            return None

    def clause(self, branch: Branch) -> tuple[str, ...]:
        """The clauses of the written agreement that an entry carries."""
        return tuple(word for word, _ in self.words(branch, "clause"))


def is_empty(node: Node) -> bool:
    """Whether nothing was written (`key:` and no value)."""
    return isinstance(node, Text) and node.plain and not node.value


def _kind(node: Node) -> str:
    if isinstance(node, Branch):
        return "a mapping"
    if isinstance(node, Row):
        return "a list"
    return f"'{node.value}'" if node.value else "nothing"


def _listed(names: list[str]) -> str:
    return " and ".join(f"'{name}'" for name in names)
