"""What a desk's demo month is drawn from: `policies/DESK/examples.yaml`, shipped beside its policy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

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
    """The rating that an agent gives it, against the rubric where there are answers too; None: no opinion."""
    answers: Mapping[str, str] = field(default_factory=dict)
    """To the questions of the rubric."""
    service: str | None = None
    category: str | None = None
    update_every: str | None = None
    """How often the customer wants news."""
    promises: tuple[str, ...] = ()
    """Kinds of commitments that such a case brings."""
    paths: tuple[str, ...] = ()
    """Ways on that may be confirmed for it."""
    waiting_for: str | None = None
    """Whom it waits for, if it waits; None: mostly the customer."""
    exemption: str | None = None
    """The code that such a wait is exempt for."""
    weight: int = 1
    detected: bool = False
    """Whether monitoring saw it first."""


@dataclass(frozen=True, slots=True)
class Examples:
    """One desk's share of the demo, what is reported to it, and what its people say."""

    weight: int
    reports: tuple[Report, ...]
    lines: Mapping[str, tuple[str, ...]]
    """By verb (or `verb:what`): the sentences to choose from."""
    calls: tuple[str, ...] = ()
    """Channels that are telephones: a case that comes by one begins with a call."""


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
            calls=_texts(tree, "calls"),
        )
    except (KeyError, ValueError, TypeError) as mistake:
        raise InvalidFiles([Problem(path, 0, f"not a file of examples: {mistake}")]) from None


def _report(node: Node) -> Report:
    report = _branch(node)
    items = report.items
    said = {key: _text(items[key]) for key in _OPTIONAL if key in items}
    return Report(
        title=_text(items["title"]),
        type=_text(items["type"]),
        channels=tuple(_text(channel) for channel in _rows(items["channels"])),
        answers={key: _text(answer) for key, answer in _branch(items["answers"]).items.items()}
        if "answers" in items
        else {},
        promises=_texts(report, "promises"),
        paths=_texts(report, "paths"),
        weight=int(_text(items["weight"])) if "weight" in items else 1,
        detected="detected" in items and _text(items["detected"]) == "true",
        **said,
    )


_OPTIONAL = ("priority", "service", "category", "update_every", "waiting_for", "exemption")


def _texts(node: Branch, key: str) -> tuple[str, ...]:
    return tuple(map(_text, _rows(node.items[key]))) if key in node.items else ()


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
