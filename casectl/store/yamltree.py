"""YAML as text with line numbers, and edits that keep what a person wrote. The only owner of ruamel.yaml.

Nothing is constructed: the parser's events become `model.tree` nodes, every scalar its own text. What could make a
document mean something else than it shows (tags, anchors, directives, hidden characters) is a problem, with its line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from itertools import islice
from typing import TYPE_CHECKING, Any, Literal

from casectl.model.problems import Problem
from casectl.model.tree import Branch, Node, Row, Text
from casectl.store.canonical import MAX_BYTES
from casectl.store.scalars import HIDDEN

if TYPE_CHECKING:
    from ruamel.yaml.events import Event

__all__ = ["MAX_BYTES", "MAX_DEPTH", "capped", "decode_text", "find_places", "read_tree", "round_trip"]

MAX_DEPTH = 20
MAX_PROBLEMS = 100
_OPEN_BRACKETS = 100
"""On one line; ruamel takes quadratic time over them, so more are refused before it sees them."""

_NULLS = frozenset(("", "~", "null", "Null", "NULL"))
_QUOTE_IT = "put the text in double quotes"
_SYNTAX_HINTS = (
    (
        "mapping values are not allowed",
        "text with a colon and a space in it needs double quotes, or the line is indented",
    ),
    ("'\\t'", "indent with spaces, not tabs"),
    ("cannot start any token", _QUOTE_IT),
    ("alias", _QUOTE_IT),
    ("anchor", _QUOTE_IT),
    ("quoted scalar", "a quote is not closed"),
    ("block", "look at the indentation of this line and of the one above"),
)


def decode_text(data: bytes, path: str) -> tuple[str | None, tuple[Problem, ...]]:
    """A file's bytes as text, or None and the line at which they stop being UTF-8."""
    try:
        return data.decode(), ()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return None, (Problem(path, line, "not UTF-8 text", "save the file as UTF-8"),)


def read_tree(text: str, path: str) -> tuple[Node | None, tuple[Problem, ...]]:
    """The document's tree, and everything that is wrong with it; never raises.

    The tree is None when no structure could be made out. It may be given together with problems, so that its reader
    can report its own in the same go; a document with problems is not to be used.
    """
    problems = sorted(islice(_before_parsing(text, path), MAX_PROBLEMS + 1))
    if problems:
        return None, capped(problems, path)
    builder = _Builder(path)
    try:
        for event in _events(text):
            builder.take(event)
    except _TooDeepError:
        pass
    except Exception as error:  # ruamel raises YAMLError, but also bare ValueError, IndexError and others
        problem = _syntax_problem(error, path)
        told = any(other.line == problem.line for other in builder.problems)
        return None, capped([*builder.problems, *([] if told else [problem])], path)
    if builder.root is None and not builder.problems:
        builder.problems.append(Problem(path, 0, "the file is empty", None))
    return builder.root, capped(builder.problems, path)


def _events(text: str) -> Iterator[Event]:
    from ruamel.yaml import YAML

    # Pure Python even where a C parser is installed: the two differ, and figures must not depend on that.
    events: Iterator[Event] = YAML(typ="safe", pure=True).parse(text)
    return events


def capped(problems: Sequence[Problem], path: str) -> tuple[Problem, ...]:
    """The first `MAX_PROBLEMS` problems, and a word that there are more."""
    if len(problems) <= MAX_PROBLEMS:
        return tuple(problems)
    return (*problems[:MAX_PROBLEMS], Problem(path, 0, "and more of the same", None))


_HIDDEN = re.compile(f"[{HIDDEN}]")


def _before_parsing(text: str, path: str) -> Iterator[Problem]:
    """What is refused at a glance, because ruamel would be slow over it, or would quietly obey it."""
    if len(text) > MAX_BYTES or len(text.encode(errors="replace")) > MAX_BYTES:
        yield Problem(path, 0, f"larger than {MAX_BYTES // 1024} KiB", "attach long texts as files of their own")
        return
    text = text.replace("\r\n", "\n")
    for found in _HIDDEN.finditer(text):
        code = f"U+{ord(found[0]):04X}"
        hint = f'delete it; where it is meant, write it as "\\u{ord(found[0]):04x}" in double quotes'
        yield Problem(path, text.count("\n", 0, found.start()) + 1, f"a hidden character, {code}", hint)
    for number, line in enumerate(text.split("\n"), 1):
        if line[:1] == "%":
            yield Problem(path, number, "directives are not read", "delete the line")
        elif line[:8] in ("<<<<<<< ", ">>>>>>> "):
            yield Problem(path, number, "a merge conflict that nobody settled", "keep one side and delete the markers")
        elif _opens(line) > _OPEN_BRACKETS:
            yield Problem(path, number, "nested too deeply", f"{MAX_DEPTH} levels at most")


def _opens(line: str) -> int:
    """How deep brackets are open on this line at most, quotes not considered."""
    if line.count("[") + line.count("{") <= _OPEN_BRACKETS:
        return 0
    depth = deepest = 0
    for character in line:
        if character in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif character in "]}":
            depth -= 1
    return deepest


def _syntax_problem(error: Exception, path: str) -> Problem:
    message = str(getattr(error, "problem", None) or error).split("\n", 1)[0]
    signs = f"{message} {getattr(error, 'context', None)}"
    marks = [getattr(error, "problem_mark", None), getattr(error, "context_mark", None)]
    if "end of stream" in message:
        marks.reverse()  # what was begun and not ended, rather than the end of the file
    line = next((mark.line + 1 for mark in marks if mark is not None), 0)
    hint = next((hint for sign, hint in _SYNTAX_HINTS if sign in signs), None)
    return Problem(path, line, f"not YAML: {message[:200]}", hint)


class _TooDeepError(Exception):
    pass


class _Builder:
    """Makes a tree of events, without recursion, noting what a tree must not have."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.root: Node | None = None
        self.problems: list[Problem] = []
        self._open: list[_Collection] = []
        self._documents = 0

    def take(self, event: Event) -> None:
        """The next event. Raises `_TooDeepError` when nothing after it is worth reading."""
        name = type(event).__name__
        line = event.start_mark.line + 1
        if name in ("ScalarEvent", "MappingStartEvent", "SequenceStartEvent"):
            self._refuse_decoration(event, line)
        if name == "ScalarEvent":
            self._add(self._text(event, line))
        elif name == "AliasEvent":
            self._problem(line, "aliases are not read", f"write the value out; or {_QUOTE_IT}")
            self._add(Text("", line))
        elif name in ("MappingStartEvent", "SequenceStartEvent"):
            self._enter(name == "MappingStartEvent", line)
        elif name in ("MappingEndEvent", "SequenceEndEvent"):
            self._add(self._open.pop().close())
        elif name == "DocumentStartEvent":
            self._documents += 1
            if self._documents > 1:
                self._problem(line, "a second document", "one document a file: delete the `---`")
                raise _TooDeepError

    def _problem(self, line: int, message: str, hint: str | None) -> None:
        self.problems.append(Problem(self.path, line, message, hint))

    def _refuse_decoration(self, event: Any, line: int) -> None:
        if event.anchor is not None:
            self._problem(line, "anchors are not read", f"delete `&{event.anchor}`; or {_QUOTE_IT}")
        if event.tag is not None:
            self._problem(line, "tags are not read", f"delete the word that begins with `!`; or {_QUOTE_IT}")

    def _text(self, event: Any, line: int) -> Text:
        value: str = event.value
        plain = event.style is None or event.style == ""
        if not plain and ("\x00" in value or any("\ud800" <= character <= "\udfff" for character in value)):
            self._problem(line, "an escape for a character that no text can hold", "delete it")
        if plain and value in _NULLS:
            return Text("", line)
        return Text(value, line, plain)

    def _enter(self, mapping: bool, line: int) -> None:
        if len(self._open) >= MAX_DEPTH:
            self._problem(line, "nested too deeply", f"{MAX_DEPTH} levels at most")
            raise _TooDeepError
        self._open.append(_Collection(mapping, line))

    def _add(self, node: Node) -> None:
        if not self._open:
            self.root = node
            return
        fault = self._open[-1].add(node)
        if fault:
            self._problem(node.line, *fault)


class _Collection:
    """A mapping or sequence whose end has not come yet."""

    def __init__(self, mapping: bool, line: int) -> None:
        self._mapping = mapping
        self._line = line
        self._items: list[Node] = []
        self._entries: dict[str, Node] = {}
        self._keys: dict[str, int] = {}
        self._key: Node | None = None

    def add(self, node: Node) -> tuple[str, str] | None:
        """Takes the next key, value or item; returns what is wrong with it and a hint."""
        if not self._mapping:
            self._items.append(node)
            return None
        if self._key is None:
            self._key = node
            return None if isinstance(node, Text) and _is_key(node) else ("a key that is no text", _QUOTE_IT)
        key, self._key = self._key, None
        if not isinstance(key, Text) or not _is_key(key):
            return None
        if key.value in self._keys:
            return f"'{key.value[:80]}' is here a second time", f"first in line {self._keys[key.value]}; keep one"
        self._keys[key.value] = key.line
        self._entries[key.value] = node
        return None

    def close(self) -> Node:
        """The finished node."""
        if self._mapping:
            return Branch(self._entries, self._line, self._keys)
        return Row(tuple(self._items), self._line)


def _is_key(node: Text) -> bool:
    return bool(node.value) and not (node.plain and node.value == "<<")


@dataclass(frozen=True, slots=True)
class Place:
    """Where one field of a top-level block mapping stands in its text; all offsets are of characters."""

    name: str
    begins: int
    """The start of the key's line."""
    ends: int
    """After the last line that belongs to the field: blank lines and comments below it belong to what follows."""
    key_end: int
    value_begins: int
    value_ends: int
    shape: Literal["inline", "block", "list", "other"]
    """A plain or quoted scalar; a block scalar; a block sequence; any other collection."""
    column: int
    """Of the value's first character."""


def find_places(text: str) -> tuple[Place, ...] | None:
    """The fields of a document that `read_tree` accepted, in file order; None when it is not one block mapping with
    each key at the beginning of a line."""
    found: list[tuple[Any, Any, int]] = []
    depth, key, top, limit = 0, None, None, len(text)
    for event in _events(text):
        name = type(event).__name__
        if name == "DocumentEndEvent":
            limit = event.start_mark.index
        elif name in ("MappingEndEvent", "SequenceEndEvent"):
            depth -= 1
            if depth == 1:
                found[-1] = (found[-1][0], found[-1][1], event.end_mark.index)
        elif name in ("ScalarEvent", "MappingStartEvent", "SequenceStartEvent"):
            if depth == 1:
                if key is None:
                    key = event
                else:
                    found.append((key, event, event.end_mark.index))
                    key = None
            top = top or event
            depth += name != "ScalarEvent"
    if top is None or getattr(top, "flow_style", True) or not found:
        return None
    return _places(text, found, limit)


def _places(text: str, found: Sequence[tuple[Any, Any, int]], limit: int) -> tuple[Place, ...] | None:
    places = []
    column = found[0][0].start_mark.column
    starts = [key.start_mark.index - column for key, _, _ in found]
    for (key, value, value_ends), begins, after in zip(found, starts, [*starts[1:], limit], strict=True):
        if key.start_mark.column != column or text[begins : begins + column].strip() or key.style:
            return None
        shape = _shape(value)
        ends = _line_end(text, max(value_ends, key.end_mark.index)) if shape == "inline" else after
        if shape == "inline" and value.start_mark.index == value_ends:
            ends = _line_end(text, key.end_mark.index)
        else:
            ends = _without_tail(text, begins, ends, column)
        place = Place(
            key.value,
            begins,
            ends,
            key.end_mark.index,
            value.start_mark.index,
            value_ends,
            shape,
            value.start_mark.column,
        )
        places.append(place)
    return tuple(places)


def _shape(value: Any) -> Literal["inline", "block", "list", "other"]:
    if type(value).__name__ == "ScalarEvent":
        return "block" if value.style in ("|", ">") else "inline"
    return "list" if type(value).__name__ == "SequenceStartEvent" and not value.flow_style else "other"


def _line_end(text: str, at: int) -> int:
    return text.find("\n", at) + 1 or len(text)


def _without_tail(text: str, begins: int, ends: int, column: int) -> int:
    """`ends` moved up over blank lines and over comments that do not belong to what is indented above them."""
    while ends > begins:
        start = text.rfind("\n", begins, ends - 1) + 1
        line = text[start:ends]
        bare = line.strip()
        if start <= begins or (bare and not (bare[0] == "#" and len(line) - len(line.lstrip()) <= column)):
            break
        ends = start
    return ends


def round_trip(text: str, fields: Mapping[str, str | None], entries: str, order: Sequence[str]) -> str:
    """`text` as ruamel writes it after the edits of `store.splice.splice`: comments survive, layout may not.

    For documents in a layout that cannot be spliced. Raises whatever ruamel does; the caller checks the result.
    """
    from ruamel.yaml import YAML

    yaml = YAML(typ="rt", pure=True)
    yaml.preserve_quotes = True
    yaml.width = 1 << 30
    document = yaml.load(text)
    for name, written in fields.items():
        if written is None:
            document.pop(name, None)
        elif name in document:
            document[name] = yaml.load(written)[name]
        else:
            rank = order.index(name)
            place = sum(other in order and order.index(other) < rank for other in document)
            document.insert(place, name, yaml.load(written)[name])
    if entries:
        log = document.get("log") or yaml.load("log: []\n")["log"]
        log.fa.set_block_style()
        log.extend(yaml.load(entries))
        document["log"] = log
    written_out = StringIO()
    yaml.dump(document, written_out)
    return written_out.getvalue()
