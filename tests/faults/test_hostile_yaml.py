"""Malformed and hostile YAML: refused at once, as problems with a line and a hint; never obeyed, never an exception."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casectl.store.casefile import parse_case
from casectl.store.yamltree import MAX_BYTES, MAX_PROBLEMS, read_tree


def refusals(text: str) -> list[tuple[int, str]]:
    """What is said of a document that must be refused; each with a hint and in words of bounded length."""
    tree, problems = read_tree(text, "x.yaml")
    assert problems
    assert all(len(str(problem)) < 500 and not problem.warning for problem in problems)
    case, same = parse_case(text, "x.yaml")
    assert case is None
    assert same
    assert tree is None or problems
    return [(problem.line, problem.message) for problem in problems]


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("%YAML 1.1\n---\na: no\n", 1, "directives are not read"),
        ("%TAG ! tag:x,2026:\n---\na: b\n", 1, "directives are not read"),
        ("a: !!python/object/apply:os.system [ls]\n", 1, "tags are not read"),
        ("a: b\nc: !!int '5'\n", 2, "tags are not read"),
        ("!!omap\n- a: b\n", 1, "tags are not read"),
        ("a: &x b\n", 1, "anchors are not read"),
        ("a: b\nc: *a\n", 2, "aliases are not read"),
        ("a: b\n---\nc: d\n", 2, "a second document"),
        ("a: b\n...\n---\nc: d\n", 3, "a second document"),
        ("a: b\na: c\n", 2, "'a' is here a second time"),
        ("a: {b: c, b: d}\n", 1, "'b' is here a second time"),
        ("a: b\n? [c]\n: d\n", 2, "a key that is no text"),
        ("a: b\n'': d\n", 2, "a key that is no text"),
        ("a: b\nc: d\x00\n", 2, "a hidden character, U+0000"),
        ("a: b\nc: \x1b[31m\n", 2, "a hidden character, U+001B"),
        ("a: b\nc: \u202eevil\n", 2, "a hidden character, U+202E"),
        ("a: b\nc: d\re: f\n", 2, "a hidden character, U+000D"),
        ("a: b\u2028c: d\n", 1, "a hidden character, U+2028"),
        ("\ufeffa: b\n", 1, "a hidden character, U+FEFF"),
        ("a: b\ufeff\n", 1, "a hidden character, U+FEFF"),
        ("a: b\nc: \ud800\n", 2, "a hidden character, U+D800"),
        ('a: "\\0"\n', 1, "an escape for a character that no text can hold"),
        ('a: "\\ud800"\n', 1, "an escape for a character that no text can hold"),
        ("a: b\n<<<<<<< HEAD\nc: d\n=======\nc: e\n>>>>>>> other\n", 2, "a merge conflict that nobody settled"),
        ("".join(f"{'  ' * depth}a:\n" for depth in range(30)), 21, "nested too deeply"),
        ("", 0, "the file is empty"),
        ("# nothing\n", 0, "the file is empty"),
    ],
)
def test_what_is_refused(text: str, line: int, message: str) -> None:
    """One line of explanation each."""
    assert (line, message) in refusals(text)


@pytest.mark.parametrize(
    "text",
    [
        "[" * 20_000,
        "a: " + "[" * 20_000,
        "{a: " * 20_000,
        "[a, " * 8_000,
        '["", ' * 8_000,
        "[\n" * 20_000,
        "- " * 20_000,
        "? " * 20_000,
        "a: b\n" * (MAX_BYTES // 4),
        "\x00" * MAX_BYTES,
        "%\n" * (MAX_BYTES // 2),
        "a: " + "x" * 1_000_000,
    ],
    ids=lambda text: ascii(text[:8]),
)
def test_what_would_be_slow_is_refused_at_once(text: str) -> None:
    """20,000 brackets took 5 seconds elsewhere, 1 MB took 10."""
    read_tree("a: b", "x.yaml")
    began = time.process_time()
    read_tree(text, "x.yaml")
    assert time.process_time() - began < 0.25
    assert len(refusals(text)) <= MAX_PROBLEMS + 1


@pytest.mark.parametrize(
    "text",
    ["ab%d: x\n", "- &a%d a\n", "- id: a\n  kind: nte\n  txt%d: x\n"],
)
def test_thousands_of_mistakes_are_told_in_seconds(text: str) -> None:
    """As many as a person can read, and that there are more."""
    began = time.process_time()
    _, problems = parse_case("".join(text % n for n in range(1_000)), "x.yaml")
    assert time.process_time() - began < 10
    assert len(problems) <= MAX_PROBLEMS + 1


@pytest.mark.parametrize("text", ["hello", "- a\n- b\n", "[]", "{}", "a: [b]\n", "log: none\n", "log:\n- id: [a]\n"])
def test_yaml_that_is_no_case(text: str) -> None:
    """Valid YAML, and still no case: told so, with lines."""
    case, problems = parse_case(text, "x.yaml")
    assert case is None
    assert problems


def test_one_hostile_file_does_not_make_its_words_ours() -> None:
    """`no`, `0123` and `2026-13-45` stay texts in every position, so nothing can be smuggled past by type."""
    case, problems = parse_case(
        "id: ABC-261123-K7Q4P\npolicy: no\ntype: 0123\ntitle: 2026-13-45\nchannel: 1e5\nstatus: .inf\npriority: ~x\n",
        "x",
    )
    assert problems == ()
    assert case is not None
    assert list(case.fields.values()) == ["ABC-261123-K7Q4P", "no", "0123", "2026-13-45", "1e5", ".inf", "~x"]


@given(st.one_of(st.text(), st.text("ab \n\t:-?[]{}#&*!|>'\"%@`,.\\<0", max_size=60)))
@settings(max_examples=300, deadline=None)
def test_no_text_at_all_raises(text: str) -> None:
    """A case, or problems."""
    case, problems = parse_case(text, "x.yaml")
    assert (case is None) == bool(problems)
