"""The desks that travel with the program: inside an installed wheel, or in a checkout's own `policies/`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from casectl.model.problems import NotFound, did_you_mean
from casectl.model.tree import Branch, Node, Row, Text
from casectl.store.policy_tree import HOLIDAYS, STAFF, SUFFIX, is_desk

EXAMPLES = "examples.yaml"
MESSAGES = "messages"
README = "README.md"


def shipped_desks() -> tuple[str, ...]:
    """The names of the shipped desks, in alphabetical order."""
    return tuple(sorted(path.name for path in _place().iterdir() if path.is_dir() and is_desk(path.name)))


def shipped_files(desk: str) -> Mapping[str, str]:
    """What a new repository needs for a shipped desk: repository path -> text, in a fixed order.

    Its policy versions, customers, clauses and messages, the holiday lists that its calendars name, and what all desks
    share (`shipped_common`). Raises `NotFound` for a desk that is not shipped.
    """
    folder = _folder(desk)
    own = {f"policies/{desk}/{path.name}": path for path in sorted(folder.glob(f"*{SUFFIX}")) if path.name != EXAMPLES}
    own |= {f"policies/{desk}/{MESSAGES}/{path.name}": path for path in sorted(folder.glob(f"{MESSAGES}/*.txt"))}
    texts = {path: file.read_text(encoding="utf-8") for path, file in own.items()}
    names = {name for path, text in texts.items() for name in _holiday_lists(path, text)}
    lists = {f"policies/{HOLIDAYS}/{name}{SUFFIX}": _place() / HOLIDAYS / f"{name}{SUFFIX}" for name in sorted(names)}
    texts |= {path: file.read_text(encoding="utf-8") for path, file in lists.items() if file.is_file()}
    return {**texts, **shipped_common()}


def shipped_common() -> Mapping[str, str]:
    """What every new repository gets whatever its desks: the staff list to fill in, and the language explained."""
    return {f"policies/{name}": (_place() / name).read_text(encoding="utf-8") for name in (STAFF, README)}


def shipped_examples(desk: str) -> tuple[str, str]:
    """Text and path of the examples from which a demo of that desk is drawn. Raises `NotFound` when it has none."""
    path = _folder(desk) / EXAMPLES
    if not path.is_file():
        raise NotFound(f"desk '{desk}' has no {EXAMPLES} to draw a demo from")
    return path.read_text(encoding="utf-8"), f"policies/{desk}/{EXAMPLES}"


def _folder(desk: str) -> Path:
    desks = shipped_desks()
    if desk not in desks:
        raise NotFound(f"no desk '{desk}' is shipped with casectl", did_you_mean(desk, desks))
    return _place() / desk


def _place() -> Path:
    package = Path(__file__).resolve().parent.parent
    installed = package / "shipped"
    return installed if installed.is_dir() else package.parent / "policies"


def _holiday_lists(path: str, text: str) -> Iterator[str]:
    """The names of the holiday lists that a file's calendars mention; none for a file without calendars."""
    from casectl.store.yamltree import read_tree

    tree = read_tree(text, path)[0] if "holidays" in text and path.endswith(SUFFIX) else None
    calendars = tree.items.get("calendars") if isinstance(tree, Branch) else None
    for calendar in calendars.items.values() if isinstance(calendars, Branch) else ():
        if isinstance(calendar, Branch) and "holidays" in calendar.items:
            yield from _words(calendar.items["holidays"])


def _words(node: Node) -> Iterator[str]:
    for item in node.items if isinstance(node, Row) else (node,):
        if isinstance(item, Text):
            yield item.value
