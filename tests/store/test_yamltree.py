"""YAML as text: nothing is guessed, everything has its line."""

from __future__ import annotations

import pytest

from casectl.model.tree import Branch, Node, Row, Text
from casectl.store.yamltree import decode_text, read_tree


def tree_of(text: str) -> Node:
    """The tree of a document that has no problems."""
    tree, problems = read_tree(text, "x.yaml")
    assert not problems
    assert tree is not None
    return tree


@pytest.mark.parametrize(
    "written", ["no", "0123", "1e5", "2026-13-45", "0x1f", "true", ".inf", "12:30:45", "=", "1_000"]
)
def test_scalars_are_what_was_written(written: str) -> None:
    """No type is guessed, in whatever position."""
    tree = tree_of(f"a: {written}\n{written}: b\nc: [{written}]\n")
    assert isinstance(tree, Branch)
    assert tree.items["a"] == Text(written, 1)
    assert tree.items[written] == Text("b", 2)
    assert tree.items["c"] == Row((Text(written, 3),), 3)


@pytest.mark.parametrize("written", ["", " ~", " null", " Null", " NULL", "  # nothing yet"])
def test_nothing_is_the_empty_text(written: str) -> None:
    """Absent, tilde and null are one; in quotes they are texts."""
    tree = tree_of(f"a:{written}\nb: 'null'\n")
    assert isinstance(tree, Branch)
    assert (tree.items["a"], tree.items["b"]) == (Text("", tree.items["a"].line), Text("null", 2, plain=False))


def test_lines_and_shapes() -> None:
    """Comments, blocks, flow style and a leading document mark are all fine."""
    tree = tree_of("# about\n---\na: >-\n  folded\n  text\nb: {c: 'd', e: [f, g]}\nh:\n- i: 1\n- j\n...\n")
    assert tree == Branch(
        {
            "a": Text("folded text", 3, plain=False),
            "b": Branch(
                {"c": Text("d", 6, plain=False), "e": Row((Text("f", 6), Text("g", 6)), 6)}, 6, {"c": 6, "e": 6}
            ),
            "h": Row((Branch({"i": Text("1", 8)}, 8, {"i": 8}), Text("j", 9)), 8),
        },
        3,
        {"a": 3, "b": 6, "h": 7},
    )


def test_windows_line_ends() -> None:
    """Read as any others, with the same lines."""
    assert tree_of("a: b\r\nc: d\r\n") == tree_of("a: b\nc: d\n")


def test_everything_wrong_is_told_at_once() -> None:
    """Duplicate and empty keys, tags, anchors: one problem each, and the tree is there for its reader's own."""
    tree, problems = read_tree("a: 1\na: 2\nb: !!str x\nc: &here y\n: z\n<<: {d: e}\n[f]: g\n", "x.yaml")
    assert [(problem.line, problem.message) for problem in problems] == [
        (2, "'a' is here a second time"),
        (3, "tags are not read"),
        (4, "anchors are not read"),
        (5, "a key that is no text"),
        (6, "a key that is no text"),
        (7, "a key that is no text"),
    ]
    assert isinstance(tree, Branch)
    assert tree.items["a"] == Text("1", 1)


@pytest.mark.parametrize(
    ("text", "line", "hint"),
    [
        ("a: b\ntitle: Printer: on fire\n", 2, "double quotes"),
        ("a:\n\tb: c\n", 2, "spaces, not tabs"),
        ("a: b\ntitle: @home\n", 2, "double quotes"),
        ("a: b\ntitle: *very* urgent\n", 2, "double quotes"),
        ("a: b\ntitle: !important\n", 2, "double quotes"),
        ("a: b\nc: 'd\ne: f\n", 2, "not closed"),
        ("a: b\n  c: d\n", 2, "indented"),
        ("- a\nb: c\n", 2, "indentation"),
    ],
)
def test_syntax_mistakes_have_a_line_and_a_hint(text: str, line: int, hint: str) -> None:
    """The slips that people make in a YAML file."""
    _, problems = read_tree(text, "x.yaml")
    assert len(problems) == 1
    assert problems[0].line == line
    assert hint in (problems[0].hint or "")


def test_bytes_that_are_not_utf8() -> None:
    """Told with the line."""
    assert decode_text("a: é\n".encode(), "x") == ("a: é\n", ())
    text, problems = decode_text(b"a: b\nc: \xe9\n", "x")
    assert text is None
    assert (problems[0].line, problems[0].message) == (2, "not UTF-8 text")
