"""Case files edited by people: what they wrote stays, byte for byte, around what a step changes."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casectl.model.case import FIELDS, MOST_RECORDS, Case, Entry
from casectl.model.problems import InvalidFiles, NotAllowed
from casectl.store.canonical import MAX_BYTES, dump
from casectl.store.casefile import edit_case, parse_case
from tests.store.random_cases import cases, entries

PATH = "cases/2026/11/23/ABC-261123-K7Q4P.yaml"

BY_HAND = """\
# Oakfield: ask for Mrs Reed
id: ABC-261123-K7Q4P
policy: 'acme-desk/2.0'
type:     fault

title: >-
  Nobody at Oakfield
  can sign in
channel: phone      # not by mail
status: on-hold     # until Tuesday
waiting_for: customer

# how bad
priority: "p3"
owner:    # nobody yet
agreed: {resolution: 2026-11-27T17:00:00+01:00}

log:
  # the first call
  - id: 7mq2c
    kind: call
    direction: in
    text: |
      Every pupil sees "account disabled".
      # really every

  - {id: 9d0kq, kind: triage, suggested: p3, chosen: p3}
# to be continued
"""

NOTE = Entry("x91fk", "note", {"text": "Asked Mrs Reed.\nShe will ring."})


def case_in(text: str) -> Case:
    """The case in a valid file."""
    case, problems = parse_case(text, PATH)
    assert not problems
    assert case is not None
    return case


def test_a_case_written_by_hand() -> None:
    """Quotes, folds, flow style and offsets of one's own mean what they mean."""
    case = case_in(BY_HAND)
    assert case.need("title") == "Nobody at Oakfield can sign in"
    assert case.fields["agreed"] == {"resolution": 1795795200}
    assert "owner" not in case.fields
    assert case.log[0].fields["text"] == 'Every pupil sees "account disabled".\n# really every\n'


def test_an_unchanged_case_is_the_same_bytes() -> None:
    """Whatever its layout."""
    case = case_in(BY_HAND)
    assert edit_case(BY_HAND, case, case) == BY_HAND
    assert edit_case(BY_HAND, None, case) == BY_HAND


def test_a_step_touches_only_its_own_lines() -> None:
    """A resume with a note: comments, order, quotes and blank lines stay; new things go to their place."""
    case = case_in(BY_HAND)
    new = case.changed({"status": "open", "waiting_for": None, "owner": "sam", "level": 2}, (NOTE,))
    expected = (
        BY_HAND.replace("on-hold     #", "open     #")
        .replace("waiting_for: customer\n", "")
        .replace("owner:    #", "owner: sam    #")
        .replace("nobody yet\n", "nobody yet\nlevel: 2\n")
        .replace(
            "# to be",
            "  - id: x91fk\n    kind: note\n    text: |-\n      Asked Mrs Reed.\n      She will ring.\n# to be",
        )
    )
    assert edit_case(BY_HAND, case, new) == expected
    assert case_in(expected) == new


def test_fields_of_several_lines() -> None:
    """Blocks and mappings are replaced whole."""
    case = case_in(BY_HAND)
    new = case.changed({"title": "One pupil", "agreed": {"resolution": 0, "response": 60}, "description": "a\nb"})
    expected = BY_HAND.replace(
        "title: >-\n  Nobody at Oakfield\n  can sign in\n", "title: One pupil\ndescription: |-\n  a\n  b\n"
    ).replace(
        "agreed: {resolution: 2026-11-27T17:00:00+01:00}\n",
        "agreed:\n  resolution: 1970-01-01T00:00:00+00:00\n  response: 1970-01-01T00:01:00+00:00\n",
    )
    assert edit_case(BY_HAND, case, new) == expected


def test_a_block_keeps_the_comment_of_the_line_it_replaces() -> None:
    """And stays readable."""
    text = "# mine\n" + dump(case_in(BY_HAND)).replace("channel: phone\n", "channel: phone # loud\n")
    case = case_in(text)
    new = case.changed({"channel": "by\nphone"})
    assert "channel: |- # loud\n  by\n  phone\n" in edit_case(text, case, new)


@pytest.mark.parametrize("log", ["", "log:\n", "log: []\n", "log: ~ # none\n"])
def test_the_first_entry_of_a_log(log: str) -> None:
    """However the empty log was written."""
    text = "# mine\n" + dump(Case(case_in(BY_HAND).fields)) + log
    case = case_in(text)
    written = edit_case(text, case, case.changed({}, (NOTE,)))
    assert written.startswith("# mine\n")
    assert "\nlog:" in written
    assert case_in(written).log == (NOTE,)


def test_no_newline_at_the_end_and_windows_line_ends() -> None:
    """Both survive an append."""
    text = ("# mine\n" + dump(Case(case_in(BY_HAND).fields, (Entry("a1", "note"),)))).rstrip("\n")
    case = case_in(text)
    assert edit_case(text, case, case.changed({}, (NOTE,))).startswith(text + "\n- id: x91fk\n")
    windows = BY_HAND.replace("\n", "\r\n")
    written = edit_case(windows, None, case_in(windows).changed({"status": "open"}, (NOTE,)))
    assert written.count("\n") == written.count("\r\n")


PLAIN_FIELDS = "policy: p/1\ntype: t # why\ntitle: t\nchannel: c\nstatus: s\npriority: p\n"


@pytest.mark.parametrize(
    "layout",
    [
        f"? id\n: ABC-261123-K7Q4P\n{PLAIN_FIELDS}",
        f"id: ABC-261123-K7Q4P\n{PLAIN_FIELDS}log: [{{id: a, kind: note}}]\n",
    ],
)
def test_layouts_without_lines_of_their_own(layout: str) -> None:
    """Edited through the YAML library: comments survive."""
    case = case_in(layout)
    new = case.changed({"status": "open", "level": 2}, (NOTE,))
    written = edit_case(layout, case, new)
    assert case_in(written) == new
    assert "type: t # why\n" in written


def test_a_layout_that_would_lose_a_comment() -> None:
    """The step is refused, and says what to do."""
    layout = "{" + PLAIN_FIELDS.replace(" # why", "").replace("\n", ",\n") + " # why\n id: ABC-261123-K7Q4P}\n"
    case = case_in(layout)
    with pytest.raises(InvalidFiles, match="one field a line"):
        edit_case(layout, case, case.changed({"status": "open"}))


def test_a_canonical_file_stays_canonical() -> None:
    """The first comment in a file is what makes it somebody's own."""
    case = case_in(dump(case_in(BY_HAND)))
    new = case.changed({"status": "open"}, (NOTE,))
    assert edit_case(dump(case), case, new) == dump(new)
    assert edit_case(None, None, new) == dump(new)


def test_a_broken_file_is_not_edited() -> None:
    """It is refused with its problems, by line."""
    with pytest.raises(InvalidFiles, match=":13: unknown field 'priorty'"):
        edit_case(BY_HAND.replace("# how bad", "priorty: p2"), None, case_in(BY_HAND))


def test_a_case_does_not_outgrow_what_can_be_read() -> None:
    """256 KiB, told before it is written."""
    case = case_in(BY_HAND)
    for old_text in (None, dump(case), BY_HAND):
        with pytest.raises(NotAllowed, match="256 KiB"):
            edit_case(old_text, None, case.changed({"description": "x" * MAX_BYTES}))


@given(cases(), cases(), st.lists(entries(), max_size=2), st.data())
@settings(max_examples=60, deadline=None)
def test_any_edit_of_any_hand_edited_file(case: Case, other: Case, added: list[Entry], data: st.DataObject) -> None:
    """Comments strewn over a file and any change to it: the new file says the new case, and keeps each comment that
    does not stand in a field that was changed."""
    rows = dump(case).split("\n")
    tops = [index for index, row in enumerate(rows) if row and row[0] not in " -"]
    chosen = data.draw(st.lists(st.sampled_from(tops), unique=True, min_size=1))
    text = "\n".join(f"# about {row.partition(':')[0]}\n{row}" if n in chosen else row for n, row in enumerate(rows))
    seen = {entry.id for entry in case.log}
    names = data.draw(st.sets(st.sampled_from([spec.name for spec in FIELDS if not spec.fixed])))
    changes = {name: other.fields.get(name) for name in names if name in other.fields or not _required(name)}
    new = case.changed(changes, tuple({entry.id: entry for entry in added if entry.id not in seen}.values()))
    written = edit_case(text, case, new)
    assert case_in(written) == new
    assert all(f"# about {rows[n].partition(':')[0]}\n" in written for n in chosen)


def _required(name: str) -> bool:
    return any(spec.name == name and spec.required for spec in FIELDS)


@pytest.mark.parametrize("text", [BY_HAND, dump(case_in(BY_HAND))], ids=["by-hand", "canonical"])
def test_a_list_that_would_be_too_long_is_refused(text: str) -> None:
    """Or the step would be the last that the file ever took."""
    records = tuple({"id": f"v{n}", "kind": "visit", "due": 0} for n in range(MOST_RECORDS + 1))
    case = case_in(text)
    full = case.changed({"commitments": records[1:]})
    assert case_in(edit_case(text, case, full)) == full
    with pytest.raises(NotAllowed, match="ABC-261123-K7Q4P has 200 commitments; it holds no more"):
        edit_case(text, case, case.changed({"commitments": records}))
