"""Texts with gaps: what they may hold, how they are filled in, and everything that they may not."""

from __future__ import annotations

import time

import pytest

from casectl.model.problems import InvalidFiles, Problem
from casectl.outbox.template import MOST_BYTES, check_template, render

VALUES: dict[str, object] = {
    "id": "ABC-261123-K7Q4P",
    "title": "Nobody can sign in",
    "contact": "",
    "targets": [{"name": "response", "due": "Mon 10:00"}, {"name": "resolution", "due": ""}],
}
LISTS = {"targets": ("name", "due")}
PATH = "policies/acme-desk/messages/news.txt"


def checked(text: str) -> tuple[Problem, ...]:
    return check_template(text, PATH, VALUES, LISTS)


def body(text: str, **values: object) -> str:
    return render(f"Subject: x\n\n{text}", PATH, VALUES | values, LISTS).body


def test_a_subject_and_a_body_are_filled_in() -> None:
    message = render("Subject: [{{ id }}] {{ title }}\n\nYour case {{ id }} is open.\n", PATH, VALUES, LISTS)
    assert message == ("[ABC-261123-K7Q4P] Nobody can sign in", "Your case ABC-261123-K7Q4P is open.\n")


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("{% if contact %}To {{ contact }}{% else %}To whom?{% endif %}", "To whom?\n"),
        ("{% for each in targets if each.due %}{{ each.name }} {{ each.due }};{% endfor %}", "response Mon 10:00;\n"),
        ("{{ title|upper }} {{ contact|default('nobody', true) if false else 'x' }}", "NOBODY CAN SIGN IN x\n"),
        ("{{ contact or 'nobody' }}", "nobody\n"),
        ("{{ 'yes' if title == 'Nobody can sign in' and not contact else 'no' }}", "yes\n"),
        ("{% if contact is defined %}d{% endif %}{# a remark #}", "d\n"),
        ("{{ targets|length }}", "2\n"),
        ("{% if targets %}some{% endif %} {{ 'none' if not targets else 'some' }}", "some some\n"),
        ("a\n{% if title %}\nb\n{% endif %}\nc", "a\nb\nc\n"),
    ],
)
def test_what_a_text_may_hold(text: str, written: str) -> None:
    if "default('nobody', true)" in text:
        text = text.replace("default('nobody', true)", "default('nobody')")
    assert body(text) == written


FORBIDDEN = [
    ("{{ ''.__class__ }}", "items of a list only"),
    ("{{ title.__class__.__mro__ }}", "items of a list only"),
    ("{{ title.format() }}", "may not hold a call"),
    ("{{ cycler.__init__ }}", "items of a list only"),
    ("{{ range(3) }}", "may not hold a call"),
    ("{{ self._TemplateReference__context }}", "items of a list only"),
    ("{{ title[0] }}", "may not hold a subscript"),
    ("{{ title|attr('x') }}", "unknown filter 'attr'"),
    ("{{ title|format(id) }}", "unknown filter 'format'"),
    ("{{ targets|map('upper')|join }}", "unknown filter 'map'"),
    ("{{ title|default(id) }}", "takes plain texts only"),
    ("{{ 'a' * 1000000000 }}", "may not hold this (mul)"),
    ("{{ 2 ** 100000 }}", "may not hold this (pow)"),
    ("{{ 'a' ~ 'b' }}", "may not hold a sum of texts"),
    ("{{ [1, 2] }}", "may not hold this (list)"),
    ("{{ {'a': 1} }}", "may not hold this (dict)"),
    ("{% for i in range(10 ** 9) %}x{% endfor %}", "a repetition goes over one list"),
    ("{% for c in title %}x{% endfor %}", "a repetition goes over one list"),
    ("{% for a, b in targets %}x{% endfor %}", "a repetition goes over one list"),
    ("{% for each in targets recursive %}{{ loop(targets) }}{% endfor %}", "a repetition goes over one list"),
    ("{% for each in targets %}{{ loop.index }}{% endfor %}", "items of a list only"),
    ("{{ title|join('0123456789')|join('0123456789')|length }}", "unknown filter 'join'"),
    ("{{ targets }}", "'targets' is a list"),
    ("{% for each in targets %}{{ each }}{% endfor %}", "'each' is an item of a list"),
    ("{% for each in targets %}{{ each.secret }}{% endfor %}", "an item has no 'secret'"),
    ("{% set x = 1 %}", "may not hold an assignment"),
    ("{% macro m() %}x{% endmacro %}", "may not hold a macro"),
    ("{% include 'other' %}", "may not hold another text"),
    ("{% extends 'other' %}", "may not hold another text"),
    ("{% import 'os' as os %}", "may not hold another text"),
    ("{% block b %}x{% endblock %}", "may not hold this (block)"),
    ("{% filter upper %}x{% endfilter %}", "may not hold this (filterblock)"),
    ("{% call title() %}x{% endcall %}", "may not hold this (callblock)"),
    ("{% if title is callable %}x{% endif %}", "unknown test 'callable'"),
    ("{{ titel }}", "unknown variable 'titel'"),
    ("{% if titel %}x{% endif %}", "unknown variable 'titel'"),
    ("{{ title", "this cannot be read"),
    ("{% if title %}", "this cannot be read"),
    ("{% frobnicate %}", "this cannot be read"),
]


@pytest.mark.parametrize(("text", "message"), FORBIDDEN, ids=[text for text, _ in FORBIDDEN])
def test_what_it_may_not_hold_is_told_with_its_line(text: str, message: str) -> None:
    problems = checked(f"Subject: x\n\nfine\n{text}\n")
    assert any(message in problem.message for problem in problems), problems
    assert {problem.line for problem in problems} <= {4, 5}
    with pytest.raises(InvalidFiles):
        body(text)


def test_a_misspelt_variable_gets_a_hint() -> None:
    (problem,) = checked("Subject: {{ titel }}\n\nx\n")
    assert str(problem.hint) == "did you mean 'title'?"


def test_repetitions_go_two_deep_and_no_deeper() -> None:
    two = "{% for a in targets %}{% for b in targets %}x{% endfor %}{% endfor %}"
    assert body(two) == "xxxx\n"
    three = "{% for c in targets %}" + two + "{% endfor %}"
    assert "more than 2 repetitions" in checked(f"Subject: x\n\n{three}")[0].message


@pytest.mark.parametrize("text", ["", "Hello\n", "Subject:\n\nx", "subject: x\n\ny", "\nSubject: x\n\ny"])
def test_the_first_line_is_the_subject(text: str) -> None:
    assert checked(text)[0].line == 1


def test_a_blank_line_stands_below_it() -> None:
    assert "no blank line" in checked("Subject: x\nbody\n")[0].message


def test_no_value_can_add_a_header_or_end_the_subject() -> None:
    hostile = "Hi\r\nBcc: everybody@example.com\r\n\r\nbody\u202e\x1b[31m"
    message = render("Subject: {{ title }}\n\n{{ title }}\n", PATH, VALUES | {"title": hostile}, LISTS)
    assert "\n" not in message.subject
    assert message.subject.startswith("Hi Bcc: everybody@example.com body")
    assert "\x1b" not in message.subject + message.body
    assert "\u202e" not in message.subject + message.body


def test_a_value_is_never_read_as_a_text_with_gaps() -> None:
    assert body("{{ title }}", title="{{ id }}{% for x in y %}") == "{{ id }}{% for x in y %}\n"


def test_what_grows_beyond_all_bounds_is_stopped() -> None:
    many = [{"name": "x" * 1000, "due": ""}] * 200
    began = time.monotonic()
    with pytest.raises(InvalidFiles, match="grows beyond all bounds"):
        body("{% for a in targets %}{% for b in targets %}{{ b.name }}{% endfor %}{% endfor %}", targets=many)
    assert time.monotonic() - began < 5


def test_a_text_that_is_too_long_or_too_deep_is_refused() -> None:
    assert "no longer than" in checked("Subject: x\n\n" + "y" * MOST_BYTES)[0].message
    assert checked("Subject: x\n\n" + "{% if title %}" * 3000)
    assert checked("Subject: x\n\n{{ " + "(" * 8000 + "title" + ")" * 8000 + " }}") != ()


def test_a_condition_ends_in_the_part_in_which_it_begins() -> None:
    assert "this cannot be read" in checked("Subject: {% if title %}x\n\nbody{% endif %}\n")[0].message
