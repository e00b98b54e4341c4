"""Parsed YAML kept as JSON by the blob's ID, so that a command that only reads policies loads no YAML parser.

Disposable: what is missing, damaged or of another format is parsed again and rewritten; where nothing can be written,
nothing is.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from casectl.model.tree import Branch, Node, Row, Text

FORMAT = 1
"""Raised whenever trees would come out otherwise than before: by the shape written here or by the parser."""


def load_tree(folder: Path, blob: str) -> Node | None:
    """The tree kept for a blob, or None when there is none that can be trusted to be whole."""
    try:
        kept = json.loads((folder / f"{blob}.json").read_bytes())
        return _unpack(kept["tree"]) if kept["format"] == FORMAT and kept["blob"] == blob else None
    except (OSError, ValueError, TypeError, KeyError, IndexError, RecursionError):
        return None


def keep_tree(folder: Path, blob: str, tree: Node) -> None:
    """Keep a blob's tree, whole or not at all; where the folder cannot be written, do without."""
    text = json.dumps({"format": FORMAT, "blob": blob, "tree": _pack(tree)}, separators=(",", ":"), ensure_ascii=False)
    scratch = folder / f"{blob}.{os.getpid()}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        scratch.write_text(text, encoding="utf-8")
        scratch.replace(folder / f"{blob}.json")
    except OSError:
        scratch.unlink(missing_ok=True) if os.access(folder, os.W_OK) else None


def _pack(node: Node) -> list[Any]:
    """`[0|1, line, value]` quoted or plain text; `[2, line, keys, their lines, nodes]`; `[3, line, nodes]`.

    A mapping of nothing but texts, as holiday lists are, goes by columns: `[4, line, keys, their lines, values, lines,
    plain]`; it is four times faster to unpack.
    """
    if isinstance(node, Text):
        return [int(node.plain), node.line, node.value]
    if isinstance(node, Row):
        return [3, node.line, [_pack(child) for child in node.items]]
    texts = [child for child in node.items.values() if isinstance(child, Text)]
    head = [node.line, list(node.items), [node.keys[key] for key in node.items]]
    if len(texts) == len(node.items):
        return [4, *head, [t.value for t in texts], [t.line for t in texts], [t.plain for t in texts]]
    return [2, *head, [_pack(child) for child in node.items.values()]]


def _unpack(packed: list[Any]) -> Node:
    kind, line, first = packed[0], packed[1], packed[2]
    if kind < 2:
        return Text(first, line, bool(kind))
    if kind == 3:
        return Row(tuple(map(_unpack, first)), line)
    nodes = map(Text, packed[4], packed[5], packed[6]) if kind == 4 else map(_unpack, packed[4])
    return Branch(dict(zip(first, nodes, strict=True)), line, dict(zip(first, packed[3], strict=True)))
