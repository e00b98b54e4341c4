"""Texts with gaps, as a desk writes them: what they may hold, and how they are filled in. The only user of Jinja2.

A text comes from outside. It may name variables, choose and repeat, and change the look of a word; it may call nothing,
reckon nothing, and reach nothing but what it is given.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import NamedTuple

from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from casectl.model.problems import InvalidFiles, Problem, did_you_mean
from casectl.reports.plain import plain, plain_block

MOST_BYTES = 32 * 1024
MOST_WRITTEN = 64 * 1024
DEEPEST = 2
"""Repetitions inside each other."""
FILTERS = ("upper", "lower", "title", "trim", "default", "length", "first", "last")
TESTS = ("defined", "none")
SUBJECT = "Subject: "

_ALLOWED = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Const, nodes.If, nodes.For, nodes.CondExpr,
    nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.Test, nodes.Filter, nodes.Getattr,
)  # fmt: skip
_SAYS = {
    nodes.Call: "a call",
    nodes.Getitem: "a subscript",
    nodes.Include: "another text",
    nodes.Extends: "another text",
    nodes.Import: "another text",
    nodes.FromImport: "another text",
    nodes.Macro: "a macro",
    nodes.Assign: "an assignment",
    nodes.Concat: "a sum of texts",
}
_HINT = "variables, {% if … %}, {% for … in targets %}, and the filters " + ", ".join(FILTERS)


class Message(NamedTuple):
    """A text filled in: one line of subject, and a body of lines."""

    subject: str
    body: str


class _Words(NamedTuple):
    """What a text may speak of: variables, and of those that are lists what their items have."""

    known: Collection[str]
    lists: Mapping[str, Collection[str]]


def check_template(
    text: str, path: str, known: Collection[str], lists: Mapping[str, Collection[str]]
) -> tuple[Problem, ...]:
    """Every mistake of a text, with its line. `known` are the variables; `lists` those that are lists, with what each
    of their items has."""
    if len(text.encode(errors="replace")) > MOST_BYTES:
        return (Problem(path, 0, f"a message is no longer than {MOST_BYTES // 1024} KiB", "shorten it"),)
    found: list[Problem] = []
    first, _, rest = text.replace("\r\n", "\n").partition("\n")
    if not first.startswith(SUBJECT) or not first.removeprefix(SUBJECT).strip():
        found.append(Problem(path, 1, "the first line is not the subject", "Subject: Your case {{ id }}"))
    elif rest and not rest.startswith("\n"):
        found.append(Problem(path, 2, "no blank line stands below the subject", "leave the second line empty"))
    try:
        tree = _environment().parse(text)
        _environment().parse(first)  # the subject is filled in by itself
    except TemplateSyntaxError as mistake:
        return (*found, Problem(path, mistake.lineno, _short(f"this cannot be read: {mistake.message}"), _HINT))
    except RecursionError:
        return (*found, Problem(path, 0, "the text is nested too deeply", "say it with less"))
    found += _wrong(tree, path, _Words(known, lists), {}, 0)
    return tuple(dict.fromkeys(found))


def render(text: str, path: str, values: Mapping[str, object], lists: Mapping[str, Collection[str]]) -> Message:
    """The text filled in with `values`, which are all the variables there are. Raises `InvalidFiles` for its mistakes.

    What the values hold can change neither the subject's line nor the terminal: control and writing-direction
    characters are written out.
    """
    problems = check_template(text, path, values.keys(), lists)
    if problems:
        raise InvalidFiles(problems, "casectl policy check")
    written = _filled(text, path, values)
    subject, _, body = written.replace("\r\n", "\n").partition("\n\n")
    return Message(plain(" ".join(subject.removeprefix(SUBJECT).split())), plain_block(body.strip("\n")) + "\n")


def left_empty(text: str, values: Mapping[str, object]) -> tuple[str, ...]:
    """The variables that a sound text puts down, and that have no value: where the text asks first whether they have
    one, or has a word in their place, they are none of these."""
    tree = _environment().parse(text)
    tests = [*(node.test for node in tree.find_all(nodes.If)), *(node.test for node in tree.find_all(nodes.CondExpr))]
    asking = [*tests, *tree.find_all(nodes.Or), *tree.find_all(nodes.Filter)]
    asked = {name.name for node in asking for name in node.find_all(nodes.Name)}
    asked |= {test.name for test in tests if isinstance(test, nodes.Name)}
    put = (node.name for node in tree.find_all(nodes.Name))
    return tuple(dict.fromkeys(name for name in put if name not in asked and values.get(name) == ""))


def _filled(text: str, path: str, values: Mapping[str, object]) -> str:
    """The subject and the body filled in apart, so that no value can end the one and begin the other."""
    subject, blank, body = text.replace("\r\n", "\n").partition("\n\n")
    written, size = [], 0
    try:
        for part in (subject, body):
            pieces = []
            for piece in _environment().from_string(part).generate(**values):
                size += len(piece)
                if size > MOST_WRITTEN:
                    raise InvalidFiles([Problem(path, 0, "the message grows beyond all bounds", "repeat less")])
                pieces.append(piece)
            written.append("".join(pieces))
    except (TemplateError, TypeError, ValueError) as mistake:
        raise InvalidFiles([Problem(path, 0, _short(f"this cannot be filled in: {mistake}"), _HINT)]) from None
    return f"{' '.join(written[0].split())}{blank}{written[1]}"


def _environment() -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined, autoescape=False, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
    )
    environment.globals.clear()
    return environment


def _wrong(
    node: nodes.Node, path: str, words: _Words, items: Mapping[str, Collection[str]], depth: int
) -> Iterator[Problem]:
    """What is wrong in a part of a text; `items` are the names of repetitions around it, with what each has."""

    def problem(message: str, hint: str | None = _HINT) -> Problem:
        return Problem(path, node.lineno, _short(message), hint)

    if not isinstance(node, _ALLOWED):
        yield problem(f"a message may not hold {_SAYS.get(type(node), f'this ({type(node).__name__.lower()})')}")
        return
    check = _CHECKS.get(type(node))
    if check is not None:
        yield from check(node, problem, words, items)
    if isinstance(node, nodes.For):
        yield from _wrong_for(node, path, words, items, depth)
        return
    for child in _parts(node, words, items):
        yield from _wrong(child, path, words, items, depth)


def _parts(node: nodes.Node, words: _Words, items: Mapping[str, Collection[str]]) -> Iterator[nodes.Node]:
    """The parts of a node that have to be looked at. What a list or one of its items is rightly used for is none."""
    for child in node.iter_child_nodes():
        name = child.name if isinstance(child, nodes.Name) else ""
        counted = isinstance(node, nodes.Filter) and node.name == "length"
        asked = isinstance(node, nodes.Not) or (isinstance(node, nodes.If | nodes.CondExpr) and child is node.test)
        picked = isinstance(node, nodes.Getattr) and name in items
        if not (picked or (name in words.lists and (counted or asked))):
            yield child


Say = Callable[..., Problem]
Items = Mapping[str, Collection[str]]


def _name(node: nodes.Node, problem: Say, words: _Words, items: Items) -> Iterator[Problem]:
    assert isinstance(node, nodes.Name)
    if node.name not in words.known and node.name not in items:
        yield problem(f"unknown variable '{node.name}'", did_you_mean(node.name, words.known))
    elif node.name in items:
        yield problem(f"'{node.name}' is an item of a list", _parts_of(node.name, items[node.name]))
    elif node.name in words.lists:
        hint = f"{{% for each in {node.name} %}}, and in that {_parts_of('each', words.lists[node.name])}"
        yield problem(f"'{node.name}' is a list", hint)


def _parts_of(name: str, parts: Collection[str]) -> str:
    return ", ".join(f"{name}.{part}" for part in parts)


def _attribute(node: nodes.Node, problem: Say, _: _Words, items: Items) -> Iterator[Problem]:
    assert isinstance(node, nodes.Getattr)
    of = node.node.name if isinstance(node.node, nodes.Name) else ""
    if of not in items:
        yield problem(f"'.{node.attr}' is there for items of a list only", _HINT)
    elif node.attr not in items[of]:
        yield problem(f"an item has no '{node.attr}'", did_you_mean(node.attr, items[of]))


def _filter(node: nodes.Node, problem: Say, _: _Words, __: Items) -> Iterator[Problem]:
    assert isinstance(node, nodes.Filter)
    if node.name not in FILTERS:
        yield problem(f"unknown filter '{node.name}'", did_you_mean(node.name, FILTERS))
    if node.kwargs or node.dyn_args or node.dyn_kwargs or not all(isinstance(a, nodes.Const) for a in node.args):
        yield problem(f"filter '{node.name}' takes plain texts only")


def _test(node: nodes.Node, problem: Say, _: _Words, __: Items) -> Iterator[Problem]:
    assert isinstance(node, nodes.Test)
    if node.name not in TESTS or node.args:
        yield problem(f"unknown test '{node.name}'", did_you_mean(node.name, TESTS))


_CHECKS: Mapping[type[nodes.Node], Callable[[nodes.Node, Say, _Words, Items], Iterator[Problem]]] = {
    nodes.Name: _name,
    nodes.Getattr: _attribute,
    nodes.Filter: _filter,
    nodes.Test: _test,
}


def _wrong_for(node: nodes.For, path: str, words: _Words, items: Items, depth: int) -> Iterator[Problem]:
    """A repetition goes over one of the lists there are, and no deeper than `DEEPEST`."""
    over = node.iter.name if isinstance(node.iter, nodes.Name) else ""
    if over not in words.lists or not isinstance(node.target, nodes.Name) or node.recursive:
        yield Problem(
            path, node.lineno, "a repetition goes over one list", f"{{% for each in {next(iter(words.lists))} %}}"
        )
        return
    if depth >= DEEPEST:
        yield Problem(path, node.lineno, f"more than {DEEPEST} repetitions inside each other", "say it with less")
        return
    inside = {**items, node.target.name: words.lists[over]}
    parts = [*node.body, *node.else_, *([node.test] if node.test else [])]
    for part in parts:
        yield from _wrong(part, path, words, inside, depth + 1)


def _short(text: str) -> str:
    line = re.sub(r"\s+", " ", text)
    return line if len(line) <= 200 else f"{line[:199]}…"
