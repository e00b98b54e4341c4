"""What a desk's demo month is drawn from: `policies/DESK/examples.yaml`, shipped beside its policy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from casectl.model.problems import InvalidFiles, Problem
from casectl.model.tree import Branch, Node, Row, Text
from casectl.store.yamltree import read_tree


@dataclass(frozen=True, slots=True)
class Report:
    """Something that customers of this desk report: a case waiting to happen, and how often it does."""

    title: str
    type: str
    channels: tuple[str, ...]
    priority: str | None = None
    """The rating that an agent gives it; None: the default stays."""
    service: str | None = None
    weight: int = 1
    detected: bool = False
    """Whether monitoring saw it first."""


@dataclass(frozen=True, slots=True)
class Examples:
    """One desk's share of the demo, what is reported to it, and what its people say."""

    weight: int
    reports: tuple[Report, ...]
    lines: Mapping[str, tuple[str, ...]]
    """By verb (or `verb:waiting_for`): the sentences to choose from."""


def read_examples(text: str, path: str) -> Examples:
    """The examples in a file's text. Raises `InvalidFiles` when it is not of the shape above."""
    tree, problems = read_tree(text, path)
    if not isinstance(tree, Branch) or problems:
        raise InvalidFiles(problems or [Problem(path, 1, "a mapping is expected")])
    try:
        return Examples(
            weight=int(_text(tree.items["weight"])),
            reports=tuple(_report(node) for node in _rows(tree.items["reports"])),
            lines={verb: tuple(map(_text, _rows(said))) for verb, said in _branch(tree.items["lines"]).items.items()},
        )
    except (KeyError, ValueError, TypeError) as mistake:
        raise InvalidFiles([Problem(path, 0, f"not a file of examples: {mistake}")]) from None


def _report(node: Node) -> Report:
    items = _branch(node).items
    return Report(
        title=_text(items["title"]),
        type=_text(items["type"]),
        channels=tuple(_text(channel) for channel in _rows(items["channels"])),
        priority=_text(items["priority"]) if "priority" in items else None,
        service=_text(items["service"]) if "service" in items else None,
        weight=int(_text(items["weight"])) if "weight" in items else 1,
        detected="detected" in items and _text(items["detected"]) == "true",
    )


def _text(node: Node) -> str:
    if not isinstance(node, Text):
        raise TypeError(f"line {node.line}: a text is expected")
    return node.value


def _rows(node: Node) -> tuple[Node, ...]:
    if not isinstance(node, Row):
        raise TypeError(f"line {node.line}: a list is expected")
    return node.items


def _branch(node: Node) -> Branch:
    if not isinstance(node, Branch):
        raise TypeError(f"line {node.line}: a mapping is expected")
    return node
