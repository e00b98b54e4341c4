"""Documents as an editor's schema sees them, and ways to break them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain

from casectl.model.tree import Branch, Node, Row, Text

Json = object

_INTEGER = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")


def as_json(node: Node) -> Json:
    """The document as YAML 1.2 means it, which is what editors hold against a schema."""
    if isinstance(node, Branch):
        return {key: as_json(value) for key, value in node.items.items()}
    if isinstance(node, Row):
        return [as_json(item) for item in node.items]
    if not node.plain:
        return node.value
    if not node.value:
        return None
    if node.value.lower() in ("true", "false"):
        return node.value.lower() == "true"
    if _INTEGER.fullmatch(node.value):
        return int(node.value)
    return float(node.value) if _FLOAT.fullmatch(node.value) else node.value


def broken(tree: Branch) -> Iterator[tuple[str, Branch]]:
    """The document with one thing wrong in it, at each of its places, and what was done."""
    return ((what, node) for what, node in _broken(tree, ()) if isinstance(node, Branch))


def _broken(node: Node, place: tuple[str, ...]) -> Iterator[tuple[str, Node]]:
    at = ".".join(place) or "the file"
    for kind, other in _others(node):
        yield f"{at} became {kind}", other
    if isinstance(node, Branch):
        yield f"{at} got an unknown key", _branch(node, {**node.items, "unheard-of": Text("x", node.line)})
        for key in node.items:
            rest = {name: value for name, value in node.items.items() if name != key}
            yield f"{at} lost {key}", _branch(node, rest)
        for key, value in node.items.items():
            for what, other in _broken(value, (*place, key)):
                yield what, _branch(node, {**node.items, key: other})
    elif isinstance(node, Row):
        for index, item in enumerate(node.items):
            for what, other in _broken(item, (*place, str(index))):
                yield what, Row((*node.items[:index], other, *node.items[index + 1 :]), node.line)


def _others(node: Node) -> Iterator[tuple[str, Node]]:
    line = node.line
    yield from (("nothing", Text("", line)), ("a word", Text("word", line)), ("a number", Text("7", line)))
    yield from (("true", Text("true", line)), ("an empty list", Row((), line)), ("an empty mapping", _branch(node, {})))
    yield "a list of mappings", Row((_branch(node, {"x": Text("y", line)}),), line)
    yield "a list of lists", Row((Row((Text("word", line),), line),), line)
    yield "a list of nothing", Row((Text("", line),), line)
    yield "a mapping", _branch(node, {"x": Text("y", line)})
    yield "a list of it", Row((node,), line)


def _branch(node: Node, items: dict[str, Node]) -> Branch:
    keys = node.keys if isinstance(node, Branch) else {}
    return Branch(items, node.line, {key: keys.get(key, node.line) for key in chain(items)})
