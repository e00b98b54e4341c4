"""What `casectl schema` prints and what the readers accept are the same: both are made from the shapes."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from casectl.model.case import ENTRY_FIELDS, FIELDS, MOST_RECORDS, Case
from casectl.model.case_shape import CASE, ENTRY, INSTANT
from casectl.model.figure_reader import parse_span
from casectl.model.instants import parse_stored
from casectl.model.json_schema import FILES, schema_of
from casectl.model.shapes import SPAN, Names, OneOf, Record, Rows, Shape, Words
from casectl.store.canonical import dump
from casectl.store.yamltree import read_tree
from tests.model.breaking import as_json, broken
from tests.model.schema_samples import SAMPLES
from tests.store.random_cases import cases

POLICIES = Path(__file__).parents[2] / "policies"
TRIED = 250
"""How many broken documents of each kind: all of the small ones, some of the thousands of policies."""

STRUCTURE = re.compile(
    r"unknown field|is missing|must be (a mapping|one value|a list|true or false)|lacks '(?!within)"
    r"|names (none|no anchor|no role|one record)|lists nothing|not (a log entry|a list|a mapping|one word)|nested too"
    r"|holds text only|not a duration|without an id"
    r"|no kind|unknown kind|: no id|direction: |neither true nor false|is no name for"
    r"|is no figure|is no mail|are no years|is no date|are no hours|unknown (phase|anchor|on_change|on_reopen|log kind)"
)
"""What readers say of a document that has not the shape of its kind. (Of a rule without `within`, its target may have
one: no shape can say that.)"""

VALIDATORS = {name: Draft202012Validator(schema_of(name)) for name in FILES}


def shapes_in(shape: Shape) -> Iterator[Shape]:
    """A shape and all that it is made of."""
    yield shape
    inner: tuple[Shape, ...] = ()
    if isinstance(shape, Record):
        inner = tuple(field.holds for field in shape.fields.values())
    elif isinstance(shape, Names | Rows):
        inner = (shape.of,)
    elif isinstance(shape, OneOf):
        inner = shape.shapes
    for one in inner:
        yield from shapes_in(one)


def faults(name: str, text: str, path: str = "") -> list[str]:
    """What an editor would underline in a file of that kind."""
    node, problems = read_tree(text, path)
    assert node is not None, problems
    return [f"{fault.json_path}: {fault.message}" for fault in VALIDATORS[name].iter_errors(as_json(node))]


@pytest.mark.parametrize("name", FILES)
def test_each_is_a_json_schema_with_an_identity_of_its_own(name: str) -> None:
    Draft202012Validator.check_schema(schema_of(name))
    assert schema_of(name)["$id"] == f"urn:casectl:{name}:1"


@pytest.mark.parametrize("name", FILES)
def test_every_key_has_a_line_to_hover_over(name: str) -> None:
    for shape in shapes_in(FILES[name]):
        for key, field in shape.fields.items() if isinstance(shape, Record) else ():
            assert re.fullmatch(r"[A-Z\"].{5,100}", field.says), key


@pytest.mark.parametrize("name", FILES)
def test_what_has_one_name_is_one_thing(name: str) -> None:
    """Or one would be printed in the place of the other."""
    named: dict[str, Shape] = {}
    for shape in shapes_in(FILES[name]):
        if isinstance(shape, Record | Words) and shape.name:
            assert named.setdefault(shape.name, shape) == shape


def test_the_case_s_keys_are_those_of_the_case() -> None:
    assert list(CASE.fields) == [*(spec.name for spec in FIELDS), "log"]
    assert list(ENTRY.fields) == list(ENTRY_FIELDS)
    assert set(CASE.required) == {spec.name for spec in FIELDS if spec.required}


@pytest.mark.parametrize("name", SAMPLES)
def test_the_samples_are_accepted_by_both(name: str) -> None:
    sample = SAMPLES[name]
    assert sample.problems(sample.tree()) == []
    assert faults(name, sample.text) == []


SHIPPED = [
    *(("policy", path) for path in sorted(POLICIES.glob("*/[0-9]*.yaml"))),
    *(("customers", path) for path in sorted(POLICIES.glob("*/customers.yaml"))),
    *(("holidays", path) for path in sorted(POLICIES.glob("holidays/*.yaml"))),
    ("staff", POLICIES / "staff.yaml"),
]


@pytest.mark.parametrize(("name", "path"), SHIPPED, ids=lambda part: str(part).removeprefix(f"{POLICIES}/"))
def test_shipped_files_have_no_fault(name: str, path: Path) -> None:
    assert faults(name, path.read_text(encoding="utf-8"), str(path)) == []


@given(case=cases())
def test_what_casectl_writes_has_no_fault(case: Case) -> None:
    assert faults("case", dump(case)) == []


@pytest.mark.parametrize("name", SAMPLES)
def test_broken_documents_are_broken_for_both(name: str) -> None:
    """Each has one thing wrong in it, somewhere: a key too many or too few, a value of another kind."""
    sample = SAMPLES[name]
    documents = list(broken(sample.tree()))
    for what, node in random.Random(name).sample(documents, min(TRIED, len(documents))):
        said, valid = sample.problems(node), VALIDATORS[name].is_valid(as_json(node))
        assert said or valid, f"{what}: the reader accepts it, the schema does not"
        shapeless = [message for message in said if STRUCTURE.search(message)]
        assert not (shapeless and valid), f"{what}: the schema accepts it, the reader says {shapeless}"


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("phase: waiting", "phase: wating", "$.states['on-hold'].phase: 'wating' is not one of"),
        ("  fault: {priority: p2}\n", "  fault: {prio: p2}\n", "$.types.fault: 'priority' is a required property"),
        ("    within: 30m\n", "    within: 30 minutes\n", "$.targets.response.within: '30 minutes'"),
        ("  response:\n", "  respond:\n", "$.targets: Additional properties are not allowed ('respond' was"),
        ("phone: {calendar", "Phone: {calendar", "$.channels: 'Phone' does not match"),
        ("run_on: true", "run_on: yes", "$.targets.resolution.rules[0].run_on: 'yes' is not of type 'boolean'"),
        ("{promised: due}", "{promised: due, case: update_every}", "$.targets.commitment.within: "),
    ],
)
def test_an_editor_points_at_the_place(old: str, new: str, fault: str) -> None:
    text = SAMPLES["policy"].text
    assert text.count(old) == 1
    assert any(line.startswith(fault) for line in faults("policy", text.replace(old, new)))


def test_texts_that_look_like_numbers_are_texts() -> None:
    assert faults("policy", SAMPLES["policy"].text.replace('version: "1.0"', "version: 1.0")) == []
    assert faults("staff", "staff:\n  sam: {name: 7, mail: sam@example.com, roles: [1, true]}\n") == []


parts = st.sampled_from(["1", "30", "4", "h", "m", "s", "wd", " by end-of-day", "d", " ", "0"])


@given(text=st.lists(parts, max_size=6).map("".join))
def test_figures_are_spelt_as_the_reader_wants_them(text: str) -> None:
    assert bool(re.search(f"^(?:{SPAN})$", text)) == (parse_span(text) is not None)


@given(
    day=st.sampled_from(["2026-11-23", "20261123", "2026-W48-1", "2026W481", "2026-W48"]),
    between=st.sampled_from("T t"),
    time=st.sampled_from(["09", "0902", "09:02:11", "090211", "09:02:11.000", "09:02:11,000000"]),
    offset=st.sampled_from(["Z", "+00:00", "+0000", "-05", "+01:00:00", " +00:00", "+01:00:00.000000"]),
)
def test_whatever_reads_as_a_time_has_no_fault(day: str, between: str, time: str, offset: str) -> None:
    text = f"{day}{between}{time}{offset}"
    try:
        parse_stored(text)
    except ValueError:
        return
    assert re.search(f"^(?:{INSTANT})$", text)


@pytest.mark.parametrize("number", [MOST_RECORDS, MOST_RECORDS + 1])
def test_lists_of_a_case_hold_as_many_as_its_reader_takes(number: int) -> None:
    """One more is underlined."""
    head, _, rest = SAMPLES["case"].text.partition("exemptions:\n")
    many = "".join(f"- {{id: x{n}, code: a, from: 2026-11-24T09:00:00Z}}\n" for n in range(number))
    sample = SAMPLES["case"]._replace(text=f"{head}exemptions:\n{many}{rest[rest.index('satisfaction') :]}")
    assert bool(faults("case", sample.text)) == bool(sample.problems(sample.tree())) == (number > MOST_RECORDS)


@given(text=st.lists(parts, max_size=6).map("".join))
@settings(max_examples=40)
def test_durations_of_a_case_are_figures_of_the_language(text: str) -> None:
    """To its reader, to its schema, and to the clock, which reads the figure again."""
    sample = SAMPLES["case"]._replace(text=SAMPLES["case"].text.replace("every: 1h", f'every: "{text}"'))
    wanted = not text or parse_span(text) is not None
    assert (not sample.problems(sample.tree())) == wanted == (not faults("case", sample.text))
