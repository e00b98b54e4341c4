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
