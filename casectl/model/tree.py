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


def node_at(tree: Branch, *keys: str) -> Node | None:
    """What stands below all of `keys`, one inside the other; None when one of them is not there."""
    node: Node | None = tree
    for key in keys:
        node = node.items.get(key) if isinstance(node, Branch) else None
    return node
