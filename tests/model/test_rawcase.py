"""Strict types of a case file: every mistake at once, each with its line and a hint."""

from __future__ import annotations

import pytest

from casectl.model.case import MOST_RECORDS, Case, Entry
from casectl.model.problems import Problem
from casectl.model.rawcase import RawCase, RawValue, case_from_raw, raw_from_tree
from casectl.model.tree import Branch, Row, Text

PATH = "cases/2026/11/23/ABC-261123-K7Q4P.yaml"
FIELDS = {
    "id": "ABC-261123-K7Q4P",
    "policy": "acme-desk/2.0",
    "type": "fault",
    "title": "Nobody can sign in",
    "channel": "phone",
    "status": "new",
    "priority": "p3",
}
SNOW = {"id": "a1", "code": "snow", "from": "2026-11-23T09:00:00Z"}
VISIT = {"id": "v1", "kind": "visit", "due": "2026-11-24T09:00:00Z"}
LINES = {name: line for line, name in enumerate(FIELDS, 1)}


def problems_of(fields: dict[str, object], log: list[dict[str, str]] | None = None, path: str = PATH) -> list[str]:
    """What is wrong with a case like `FIELDS`, each as `line: message (hint)`; None takes a field away."""
    raw = {name: value for name, value in {**FIELDS, **fields}.items() if value is not None}
    lines = {name: line for line, name in enumerate(raw, 1)}
    log_lines = [len(lines) + 2 + 3 * index for index in range(len(log or []))]
    case, problems = case_from_raw(RawCase(raw, log or [], lines, log_lines), path)  # type: ignore[arg-type]
    assert (case is None) == bool(problems)
    return [f"{problem.line}: {problem.message} ({problem.hint})" for problem in problems]


def test_a_case_with_its_types() -> None:
    """Instants become UTC seconds, numbers and flags what they are; empty values are absent."""
    more = {"received": "2026-11-23T10:02:11+01:00", "level": "2", "expedited": "true", "owner": "", "agreed": {}}
    log = [{"id": "7mq2c", "kind": "call", "direction": "in", "started": "1970-01-01T00:01:00Z", "minutes": "9"}]
    case, problems = case_from_raw(RawCase({**FIELDS, **more}, log), PATH)
    assert problems == ()
    assert case == Case(
        {**FIELDS, "received": 1795424531, "level": 2, "expedited": True},
        (Entry("7mq2c", "call", {"direction": "in", "started": 60, "minutes": 9}),),
    )


def test_all_mistakes_at_once_in_order_of_lines() -> None:
    """A file with five mistakes is mended in one go."""
    found = problems_of(
        {"title": "", "level": "high", "recieved": "x", "priority": None}, [{"id": "a1", "kind": "cal"}]
    )
    assert found == [
        "0: 'priority' is missing (every case has id, policy, type, title, channel, status, priority)",
        "4: 'title' is missing (every case has id, policy, type, title, channel, status, priority)",
        "7: level: not a whole number: 'high' (digits only, without leading zeros)",
        "8: unknown field 'recieved' (did you mean 'received'?)",
        "10: log entry 'a1': unknown kind 'cal' (did you mean 'call'?)",
    ]


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("received", "2026-11-23", "not a time"),
        ("received", "2026-11-23T09:02:11", "not a time"),
        ("received", "2026-13-45T09:02:11Z", "not a time"),
        ("received", "1969-12-31T23:59:59Z", "before 1970"),
        ("received", "9998-12-31T23:59:59-01:00", "after 9998"),
        ("received", "9999-12-31T23:59:59-01:00", "after 9998"),
        ("received", "yesterday", "not a time"),
        ("level", "1.5", "not a whole number"),
        ("level", "007", "not a whole number"),
        ("level", "-1", "not a whole number"),
        ("level", "9" * 5000, "not a whole number"),
        ("level", "\u0663", "not a whole number"),
        ("expedited", "yes", "neither true nor false"),
        ("update_every", "soonish", "not a duration: 'soonish' (like 15m"),
        ("update_every", "1 h", "not a duration"),
        ("update_every", "60", "not a duration"),
        ("update_every", "30m\n", "not a duration"),
        ("update_every", "-1h", "not a duration"),
        ("update_every", "\u0663h", "not a duration"),
        ("update_every", "9" * 5000 + "h", "not a duration"),
        ("update_every", {"a": "b"}, "holds text only"),
        ("title", {"a": "b"}, "holds text only"),
        ("title", [{"a": "b"}], "holds text only"),
        ("level", {"a": "b"}, "holds text only"),
        ("agreed", "tomorrow", "not a mapping"),
        ("agreed", [{"a": "b"}], "not a mapping"),
        ("agreed", {"resolution": "tomorrow"}, "not a time"),
        ("agreed", {"The Resolution": "2026-11-23T09:02:11Z"}, "cannot be a name"),
        ("exemptions", "snow", "not a list"),
        ("exemptions", {"code": "snow"}, "not a list"),
        ("exemptions", [{"id": "a1", "from": "2026-11-23T09:00:00Z"}], "record 'a1': 'code' is missing"),
        ("exemptions", [{"code": "snow", "from": "2026-11-23T09:00:00Z"}], "record number 1: 'id' is missing"),
        ("exemptions", [{"id": "two words", "code": "x", "from": "2026-11-23T09:00:00Z"}], "its id is not one word"),
        ("exemptions", [{"id": "a1", "code": "x", "from": "9:00"}], "record 'a1': from: not a time"),
        ("exemptions", [{**SNOW, "approved": "jo"}], "'approved' (did you mean 'approved_by'?)"),
        ("exemptions", [{**SNOW, "kept": "true"}], "unknown field 'kept'"),
        ("exemptions", [SNOW, {**SNOW, "code": "ice"}], "that of a record above it"),
        ("commitments", [{**VISIT, "kept": "yes"}], "record 'v1': kept: neither true nor false"),
        ("commitments", [{**VISIT, "due": ""}], "'due' is missing (every record of commitments has id, kind, due)"),
        ("id", "abc-261123-k7q4p", "no case ID"),
        ("id", "ABC-261399-K7Q4P", "no case ID"),
    ],
)
def test_values_that_a_field_cannot_hold(name: str, value: object, message: str) -> None:
    """One problem, at the field's line, with a hint."""
    (problem,) = problems_of({name: value})
    assert message in problem
    assert not problem.startswith("0:")
    assert "(None)" not in problem
    assert len(problem) < 300


@pytest.mark.parametrize("figure", ["0s", "15m", "1h30m", "999999h", "2wd", "3wd by end-of-day"])
def test_durations_are_figures_as_policies_write_them(figure: str) -> None:
    """And stay as they were written."""
    case, problems = case_from_raw(RawCase({**FIELDS, "update_every": figure}), PATH)
    assert problems == ()
    assert case is not None
    assert case.fields["update_every"] == figure


@pytest.mark.parametrize("number", [MOST_RECORDS, MOST_RECORDS + 1, MOST_RECORDS + 50])
def test_a_list_holds_so_many_records(number: int) -> None:
    """The first one too many is pointed at; what comes after it is not even looked at."""
    many = [{**VISIT, "id": f"v{n}"} if n <= MOST_RECORDS else {"mistake": "x"} for n in range(number)]
    raw = RawCase({**FIELDS, "commitments": many}, (), LINES, (), {"commitments": range(9, 9 + number)})
    case, problems = case_from_raw(raw, PATH)
    assert (case is None) == (number > MOST_RECORDS)
    told = Problem(PATH, 209, f"commitments: {number} records are too many", "a case holds 200; another holds the rest")
    assert problems == (told,) * (number > MOST_RECORDS)


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({"kind": "note"}, "without an id"),
        ({"id": "two words", "kind": "note"}, "one word"),
        ({"id": "a1"}, "no kind (one of: triage, note"),
        ({"id": "a1", "kind": "note", "txt": "x"}, "unknown field 'txt' (did you mean 'text'?)"),
        ({"id": "a1", "kind": "call", "minutes": "nine"}, "minutes: not a whole number"),
        ({"id": "a1", "kind": "call", "started": "9:00"}, "started: not a time"),
        ({"id": "a1", "kind": "call", "direction": "up"}, "direction: 'up' (in or out)"),
        ({"id": "first", "kind": "note"}, "a second log entry with the id 'first'"),
    ],
)
def test_mistakes_in_the_log(entry: dict[str, str], message: str) -> None:
    """They stand at the entry's line."""
    (problem,) = problems_of({}, [{"id": "first", "kind": "note"}, entry])
    assert message in problem
    assert problem.startswith("12: ")


def test_a_file_under_another_cases_name() -> None:
    """A copied file is not a new case."""
    assert problems_of({}, path="cases/2026/11/23/ABC-261123-00000.yaml") == [
        "1: the file holds case ABC-261123-K7Q4P (a case's file is named after its ID, for ever)"
    ]


def test_every_mistake_of_every_record_at_its_own_line() -> None:
    """A file is mended in one go."""
    wrong = [{**SNOW, "id": ""}, SNOW, {**SNOW, "form": "x", "until": "soon"}]
    fields: dict[str, RawValue] = {**FIELDS, "exemptions": wrong}
    raw = RawCase(fields, (), {**LINES, "exemptions": 8}, (), {"exemptions": [9, 12, 16]})
    case, problems = case_from_raw(raw, PATH)
    assert case is None
    assert [(problem.line, problem.message) for problem in problems] == [
        (9, "exemptions, record number 1: 'id' is missing"),
        (16, "exemptions, record 'a1': unknown field 'form'"),
        (16, "exemptions, record 'a1': until: not a time with date, seconds and offset: 'soon'"),
        (16, "exemptions, record 'a1': its id is that of a record above it"),
    ]


def test_records_of_a_document_come_in_canonical_order() -> None:
    """Whatever order they were typed in; each has the line on which it begins."""
    items = {name: Text(value, LINES[name]) for name, value in FIELDS.items()}
    typed = dict(reversed(VISIT.items()))
    visit = Branch({name: Text(value, 9) for name, value in typed.items()}, 9, dict.fromkeys(typed, 9))
    raw, problems = raw_from_tree(Branch({**items, "commitments": Row((visit,), 9)}, 1, LINES), PATH)
    assert problems == ()
    (record,) = raw.fields["commitments"]
    assert list(record) == ["id", "kind", "due"]
    assert raw.record_lines == {"commitments": [9]}


def test_shapes_that_have_no_place_in_a_case() -> None:
    """Told once, where they stand, and the rest of the file is judged all the same."""
    items = {name: Text(value, LINES[name]) for name, value in FIELDS.items()}
    deep = Branch({"a": Row((), 4)}, 4, {"a": 4})
    log = Row((Text("hello", 9), Branch({"id": Text("a1", 10), "kind": deep}, 10, {"id": 10, "kind": 10})), 9)
    raw, problems = raw_from_tree(Branch({**items, "title": deep, "log": log}, 1, {**LINES, "log": 8}), PATH)
    assert [(problem.line, problem.message) for problem in problems] == [
        (4, "title: nested too deeply"),
        (9, "log: not a log entry"),
        (10, "log: not a log entry"),
    ]
    assert case_from_raw(raw, PATH)[1] == ()


@pytest.mark.parametrize("tree", [Text("hello", 3), Row((), 3)])
def test_what_is_no_case_file_at_all(tree: Text | Row) -> None:
    """One problem, not one for each missing field."""
    raw, problems = raw_from_tree(tree, PATH)
    assert [(problem.line, problem.message) for problem in problems] == [(3, "not a case file")]
    assert case_from_raw(raw, PATH)[1] == ()


def test_a_log_that_is_no_list() -> None:
    """Nothing is an empty log; a text is none."""
    items = {name: Text(value, LINES[name]) for name, value in FIELDS.items()}
    for log, count in ((Text("", 8), 0), (Text("none", 8), 1), (Branch({}, 8, {}), 1), (Row((), 8), 0)):
        _, problems = raw_from_tree(Branch({**items, "log": log}, 1, {**LINES, "log": 8}), PATH)
        assert len(problems) == count
