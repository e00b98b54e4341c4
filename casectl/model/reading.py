"""Turning the tree of one YAML file into values while collecting every mistake in it, not only the first."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from datetime import date

from casectl.model import shapes
from casectl.model.problems import Problem, did_you_mean
from casectl.model.tree import Branch, Node, Row, Text

NAME = re.compile(shapes.NAME)
MOST_TOLD = 100
"""Problems of one file, which is more than anybody reads in one go."""
MOST_HINTED = 20
"""Hints for misspelt words are dear: only so many mistakes of a file get one."""
MOST_ENTRIES = 500
"""In one list or section of a policy; no policy that people wrote comes near."""
YEARS = range(1900, 9999)
"""The days around any day of these can be counted with."""

_DAY = re.compile(shapes.DAY)
_LONG_VALUE = re.compile(r"'([^\s']{80})[^\s']+'")
_LONGEST = 500


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
        """All that was found, each once, in order of lines; above `MOST_TOLD` the first, mistakes before warnings."""
        found = sorted(set(self.found), key=lambda problem: (problem.line, problem.message))
        if len(found) <= MOST_TOLD:
            return tuple(found)
        graver = sorted(found, key=lambda problem: problem.warning)
        told = sorted(graver[:MOST_TOLD], key=lambda problem: (problem.line, problem.message))
        first = graver[MOST_TOLD]
        more = f"{len(found) - MOST_TOLD} more like these"
        return (*told, first._replace(line=max(first.line, told[-1].line), message=more, hint=None))

    def mistake(self, line: int, message: str, hint: str | None = None) -> None:
        """Note something that makes the file invalid."""
        self.found.append(Problem(self.path, line, _short(message), hint and _short(hint)))

    def warn(self, line: int, message: str, hint: str | None = None) -> None:
        """Note something worth saying that makes nothing invalid."""
        self.found.append(Problem(self.path, line, _short(message), hint and _short(hint), warning=True))

    def near(self, word: str, known: Collection[str]) -> str | None:
        """A hint for a word that is none of `known`, as long as there are few mistakes."""
        return did_you_mean(word, known) if len(self.found) < MOST_HINTED else None

    def is_crowded(self, node: Node) -> bool:
        """Whether a list or section holds more than `MOST_ENTRIES`; notes the mistake when one does."""
        ahead = [node]
        while ahead:
            each = ahead.pop()
            if isinstance(each, Text):
                continue
            if len(each.items) > MOST_ENTRIES:
                hint = f"a list or a section of a policy holds {MOST_ENTRIES}"
                self.mistake(each.line, f"{len(each.items)} entries in one place are too many", hint)
                return True
            ahead += each.items.values() if isinstance(each, Branch) else each.items
        return False

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
                self.mistake(branch.keys[key], f"{what}: unknown field '{key}'", self.near(key, known))
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
        hint = self.near(word, known) if known else f"the file has no {noun}"
        self.mistake(line, f"unknown {noun} '{word}'", hint)
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
            day = date.fromisoformat(text if _DAY.fullmatch(text) else "")
        except ValueError:
            self.mistake(line, f"{what}: '{text}' is no date", "write it as 2026-12-24")
            return None
        if day.year in YEARS:
            return day
        self.mistake(line, f"{what}: {day} is out of reach", f"a day from {YEARS[0]} to {YEARS[-1]}")
        return None

    def clause(self, branch: Branch) -> tuple[str, ...]:
        """The clauses of the written agreement that an entry carries."""
        return tuple(word for word, _ in self.words(branch, "clause"))


def is_empty(node: Node) -> bool:
    """Whether nothing was written (`key:` and no value)."""
    return isinstance(node, Text) and node.plain and not node.value


def _short(text: str) -> str:
    """A message on one line, in which no value of a file is longer than a person wants to see."""
    text = _LONG_VALUE.sub(r"'\1…'", text).replace("\n", "\\n")
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _kind(node: Node) -> str:
    if isinstance(node, Branch):
        return "a mapping"
    if isinstance(node, Row):
        return "a list"
    return f"'{node.value}'" if node.value else "nothing"


def _listed(names: list[str]) -> str:
    return " and ".join(f"'{name}'" for name in names)
