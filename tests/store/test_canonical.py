"""The canonical form: what is written reads back, by our scanner and by any YAML reader, as the same case."""

from __future__ import annotations

import random
import subprocess
import sys

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from casectl.model.case import FIELD, Case, Entry, Value
from casectl.model.caseid import path_of
from casectl.model.problems import UsageMistake
from casectl.model.rawcase import RawCase, case_from_raw, fields_from_raw, raw_from_tree
from casectl.store.canonical import MAX_BYTES, dump, scan, scan_header, scan_log, split
from casectl.store.scalars import write_scalar
from casectl.store.versions import CaseReader
from casectl.store.yamltree import read_tree
from tests.store.random_cases import NASTY, cases, texts

OAKFIELD = """\
id: ABC-261123-K7Q4P
policy: acme-desk/2.0
type: fault
title: Nobody at Oakfield can sign in
description: |-
  Since Monday.

  # every pupil: "account disabled"
customer: oakfield
channel: phone
received: 2026-11-23T09:02:11+00:00
status: on-hold
waiting_for: customer
priority: p3
expedited: true
level: 1
update_every: 1h30m
agreed:
  resolution: 2026-11-27T16:00:00+00:00
commitments:
- id: c4f2m
  kind: call-back
  due: 2026-11-24T10:00:00+00:00
  text: Ring Mrs Reed.
  kept: true
exemptions:
- id: p9x3t
  code: power-cut
  from: 2026-11-23T10:00:00+00:00
  until: 2026-11-23T12:00:00+00:00
  approved_by: sam
- id: "123"
  code: snow
  from: 2026-11-24T06:00:00+00:00
  text: |-
    No bus.

    No train.
log:
- id: 7mq2c
  kind: call
  direction: in
  started: 2026-11-23T09:02:11+00:00
  minutes: 9
  text: |-
    Every pupil sees "account disabled".
    Since Monday.
- id: "12345"
  kind: triage
  suggested: p3
  chosen: p3
"""


def test_the_example_of_every_kind_of_field() -> None:
    """Scanned, judged and written, it is the same text; lines are those of an editor."""
    raw = scan(OAKFIELD)
    assert raw is not None
    case, problems = case_from_raw(raw, "cases/2026/11/23/ABC-261123-K7Q4P.yaml")
    assert not problems
    assert case is not None
    assert dump(case) == OAKFIELD
    assert case.text("description") == 'Since Monday.\n\n# every pupil: "account disabled"'
    assert case.fields["expedited"] is True
    assert [entry.id for entry in case.log] == ["7mq2c", "12345"]
    assert (raw.lines["status"], raw.lines["exemptions"], raw.log_lines) == (12, 26, [40, 48])
    assert raw.record_lines == {"commitments": [21], "exemptions": [27, 32]}


def test_records_have_types() -> None:
    """Moments are UTC seconds and flags are flags, as in every other field."""
    case, _ = case_from_raw(scan(OAKFIELD) or RawCase({}), "x")
    assert case is not None
    (promise,) = case.records("commitments")
    assert promise == {"id": "c4f2m", "kind": "call-back", "due": 1795514400, "text": "Ring Mrs Reed.", "kept": True}
    power_cut, snow = case.records("exemptions")
    assert (power_cut["from"], power_cut["until"], power_cut["approved_by"]) == (1795428000, 1795435200, "sam")
    assert snow["text"] == "No bus.\n\nNo train."
    assert "until" not in snow


def test_records_are_written_in_one_order() -> None:
    """However the record came to be; what is empty is left out."""
    record = {"text": "", "kept": False, "due": 0, "kind": "visit", "id": "a1"}
    written = "commitments:\n- id: a1\n  kind: visit\n  due: 1970-01-01T00:00:00+00:00\n  kept: false\n"
    assert dump(Case({"commitments": (record,)})) == written


@given(cases())
@settings(max_examples=150, deadline=None)
def test_scanner_and_yaml_reader_agree(case: Case) -> None:
    """Both see the case that was written, the scanner without a YAML library."""
    text = dump(case)
    raw = scan(text)
    assert raw is not None, text
    tree, problems = read_tree(text, "x")
    assert tree is not None
    assert not problems
    by_tree, problems = raw_from_tree(tree, "x")
    assert not problems
    assert (raw.fields, raw.log, raw.log_lines) == (by_tree.fields, by_tree.log, by_tree.log_lines)
    assert raw.lines.items() <= by_tree.lines.items()
    assert raw.record_lines == by_tree.record_lines
    assert case_from_raw(raw, "x") == (case, ())


@given(texts)
@settings(max_examples=300, deadline=None)
def test_any_safe_loader_sees_the_same_text(text: str) -> None:
    """What we write for a text is that very text to a YAML 1.2 loader that guesses types."""
    for lead, indent in (("title: ", "  "), ("log:\n- text: ", "    ")):
        loaded = YAML(typ="safe", pure=True).load(f"{lead}{write_scalar(text, indent)}\n")
        assert (loaded["title"] if "title" in loaded else loaded["log"][0]["text"]) == text


@pytest.mark.parametrize("text", NASTY, ids=lambda text: ascii(text)[:20])
def test_known_traps_are_texts(text: str) -> None:
    """`0123`, `no`, `1e5`, `2026-13-45` and their like."""
    assert YAML(typ="safe", pure=True).load(f"title: {write_scalar(text, '  ')}\n") == {"title": text}


@given(cases(), st.data())
@settings(max_examples=150, deadline=None)
def test_a_scanner_that_says_yes_is_right(case: Case, data: st.DataObject) -> None:
    """After any small edit the scanner gives up, or it reads what YAML reads and would write the same."""
    text = dump(case)
    at = data.draw(st.integers(0, len(text)))
    cut = data.draw(st.integers(0, 3))
    text = (
        text[:at]
        + data.draw(st.sampled_from(["", " ", "\n", ":", "#", '"', "- ", "\t", "x", "|", "\n  "]))
        + text[at + cut :]
    )
    raw = scan(text)
    if raw is None:
        return
    tree, problems = read_tree(text, "x")
    assert tree is not None, text
    assert not problems
    by_tree, _ = raw_from_tree(tree, "x")
    assert (raw.fields, raw.log) == (by_tree.fields, by_tree.log)
    read, _ = case_from_raw(raw, "x")
    assert read is None or dump(read) == text


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("type: fault", "type:  fault"),
        ("type: fault", 'type: "fault"'),
        ("type: fault", "type: fault # or not"),
        ("type: fault", "type: fault\n# a comment"),
        ("type: fault\n", "type: fault\r\n"),
        ("type: fault", "type: 'fault'"),
        ("level: 1", "level: 01"),
        ("every: 1h30m", "every: soonish"),
        ("every: 1h30m", 'every: "1h30m"'),
        ("every: 1h30m", "every: |-\n  1h30m"),
        ("title: Nobody", "title: - Nobody"),
        ("11+00:00\nstatus", "11Z\nstatus"),
        ("policy: acme-desk/2.0\ntype: fault", "type: fault\npolicy: acme-desk/2.0"),
        ("  approved_by: sam", "  by: sam"),
        ("  approved_by: sam", "  code: sam"),
        ("  until: 2026-11-23T12:00:00+00:00\n", "  until: 2026-11-23T12:00:00Z\n"),
        ("  kept: true\n", "  kept: yes\n"),
        ("  code: snow\n", "  code: snow\n\n"),
        ('- id: "123"\n  code: snow\n', '- code: snow\n  id: "123"\n'),
        ("- id: p9x3t\n", "  id: p9x3t\n"),
        ("exemptions:\n", "exemptions: \n"),
        ("commitments:\n", "commitments:\n  id: x\n"),
        ("  resolution: ", "    resolution: "),
        ("agreed:\n", "agreed: x\n"),
        ("agreed:\n", "agreed: \n"),
        ("  kind: triage\n", ""),
        ("  chosen: p3\n", "  chosen: p3\n---\n"),
        ("  chosen: p3\n", "  chosen: p3"),
        ("log:\n", "log:\n\n"),
        ("customer: oakfield", "customer: oakfield\ncustomer: acme"),
        ("customer: oakfield", "customer:"),
        ("status: on-hold\n", ""),
        ("customer: oakfield", "custom: oakfield"),
    ],
)
def test_the_scanner_knows_what_it_does_not_know(wanted: str, found: str) -> None:
    """One step away from what we write, it leaves the file to the YAML reader."""
    assert wanted in OAKFIELD
    assert scan(OAKFIELD.replace(wanted, found)) is None


def test_a_log_is_read_on_from_where_it_was() -> None:
    """What an append added is scanned alone; what goes on inside the last entry is not taken for an append."""
    header, log = split(OAKFIELD)
    assert scan_header(header) == scan(OAKFIELD).fields  # type: ignore[union-attr]
    added = "- id: x91fk\n  kind: note\n"
    assert scan_log(log + added) == [*(scan_log(log) or []), {"id": "x91fk", "kind": "note"}]
    assert scan_log(added) == [{"id": "x91fk", "kind": "note"}]
    assert scan_log("  text: more\n") is None
    assert scan_log("- id: x91fk\n") is None
    assert (split(header), scan_log("")) == ((header, ""), [])


def test_an_empty_log_has_no_key() -> None:
    """Neither written, nor accepted as canonical."""
    header, _ = split(OAKFIELD)
    fields, _ = fields_from_raw(scan_header(header) or {}, "x")
    assert dump(Case(fields)) == header
    assert scan(header) is not None
    assert scan(header + "log:\n") is None


@example("\0")
@example("a\ud800")
@given(st.text(st.characters(categories=["Cs"]), min_size=1, max_size=3))
def test_text_that_no_file_can_hold(text: str) -> None:
    """Broken characters are the caller's mistake, told before anything is written."""
    with pytest.raises(UsageMistake, match="broken character"):
        dump(Case({"title": text}))


def test_larger_files_are_left_alone() -> None:
    """Bytes count, not characters."""
    for length, read in ((MAX_BYTES // 2, False), (MAX_BYTES // 2 - 600, True)):
        raw = scan(OAKFIELD.replace("Nobody", "\u00e9" * length))
        assert (raw is not None) == read


def test_entries_are_written_in_one_order() -> None:
    """However the entry came to be."""
    entry = Entry("a1b2c", "note", {"text": "Done.", "reason": "asked", "minutes": 3})
    written = dump(Case({}, (entry,)))
    assert written == "log:\n- id: a1b2c\n  kind: note\n  minutes: 3\n  reason: asked\n  text: Done.\n"


def test_scanning_loads_no_yaml_library() -> None:
    """Neither at import nor at work: `casectl show` must start fast."""
    program = (
        "import sys; from casectl.store.casefile import parse_case; parse_case(sys.stdin.read(), 'x');"
        "assert not [name for name in sys.modules if name.split('.')[0] in ('ruamel', 'git', 'json')], sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], input=OAKFIELD, text=True, check=True)


def test_every_field_of_the_table_can_be_written() -> None:
    """A new field of `FIELDS` is canonical without more code."""
    sample = {"text": "a", "instant": 0, "number": 1, "duration": "1h30m", "flag": True, "instants": {"a": 0}}
    fields = {
        name: ({key: sample[kind] for key, kind in spec.record.items()},) if spec.record else sample[spec.kind]
        for name, spec in FIELD.items()
    }
    case = Case(fields | {"id": "ABC-261123-K7Q4P"})
    raw = scan(dump(case))
    assert raw is not None
    assert case_from_raw(raw, "x") == (case, ())


def test_versions_read_in_any_order_are_read_as_if_alone() -> None:
    """What two versions share is read once; where branches alternate, that ends in the middle of the log."""
    dice = random.Random(7)
    name = "ABC-260921-0000A"
    fields: dict[str, Value] = {
        "id": name, "policy": "acme-desk/1.0", "type": "fault", "title": "x", "channel": "phone", "received": 5,
        "status": "new", "priority": "p3",
    }  # fmt: skip
    texts = ("short", "two\nlines", "two\n- lines", "two\n\n  - id: x", "short: of it", "")
    versions = [Case(fields)]
    for number in range(60):
        before = dice.choice(versions[-4:])
        log = before.log[: dice.randint(0, len(before.log))] if dice.random() < 0.2 else before.log
        entry = Entry(
            f"e{number}", dice.choice(("note", "notice", "update")), {"text": dice.choice(texts) or f"t{number}"}
        )
        versions.append(Case({**fields, "title": dice.choice("xy")}, (*log, entry)))
    reader = CaseReader(name, path_of(name))
    for _ in range(300):
        case = dice.choice(versions)
        assert reader.read(dump(case).encode()) == (case, ())
