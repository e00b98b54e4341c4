"""A YAML document as text with line numbers: no type is guessed, so `no`, `0123` and `1e5` stay what was written.

`store.yamltree` makes these; readers of policies, customers, staff and hand-edited cases turn them into values.
"""

from __future__ import annotations

from typing import NamedTuple


class Text(NamedTuple):
    """A scalar as written. `plain` is False when it was quoted or a block; `null` in plain form is `""`."""

    value: str
    line: int
    plain: bool = True


class Branch(NamedTuple):
    """A mapping in file order. Keys are unique; `keys` holds each key's own line."""

    items: dict[str, Node]
    line: int
    keys: dict[str, int]


class Row(NamedTuple):
    """A sequence."""

    items: tuple[Node, ...]
    line: int


Node = Text | Branch | Row


def line_of(tree: Branch, *keys: str) -> int:
    """The line of the deepest of `keys` that is there."""
    line = 0
    for key in keys:
        if key not in tree.items:
            break
        line = tree.keys[key]
        node = tree.items[key]
        tree = node if isinstance(node, Branch) else Branch({}, line, {})
    return line


def same_words(one: Node, other: Node) -> bool:
    """Whether two say the same: comments, layout and lines aside. What is quoted is not the same as what is not, and
    another order is not the same: a policy's rules go by theirs."""
    return _words(one) == _words(other)


def changed_keys(one: Branch, other: Branch) -> tuple[str, ...]:
    """The keys of a mapping under which the other says something else, or nothing; then those that it alone has."""
    mine, yours = one.items, other.items
    gone = (key for key in mine if key not in yours or not same_words(mine[key], yours[key]))
    return (*gone, *(key for key in yours if key not in mine))


def _words(node: Node) -> tuple[object, ...]:
    if isinstance(node, Text):
        return node.value, node.plain
    if isinstance(node, Row):
        return tuple(map(_words, node.items))
    return tuple((key, _words(each)) for key, each in node.items.items())


def node_at(tree: Branch, *keys: str) -> Node | None:
    """What stands below all of `keys`, one inside the other; None when one of them is not there."""
    node: Node | None = tree
    for key in keys:
        node = node.items.get(key) if isinstance(node, Branch) else None
    return node
