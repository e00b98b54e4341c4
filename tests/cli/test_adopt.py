"""Hand edits become steps; what goes back on the record is refused with file and line."""

from __future__ import annotations

from pathlib import Path

from casectl.model.caseid import path_of
from tests.cli.conftest import Terminal


def edit(desk: Terminal, case: str, old: str, new: str) -> Path:
    path = desk.root / path_of(case)
    path.write_text(path.read_text().replace(old, new))
    return path


def test_an_edit_becomes_a_step_byte_for_byte(desk: Terminal) -> None:
    case, other = desk.open(at="09:00"), desk.open(at="09:10")
    path = edit(desk, case, "title: Nobody can sign in", "title: All can  # said Jo")
    edit(desk, other, "title: Nobody can sign in", "title: Other")
    refused = desk.run("note", case, "-m", "x", code=5)
    assert f"casectl adopt {case}" in refused.err
    assert f"{case} adopt: title" in desk.run("adopt", case, at="10:00").out
    assert desk.git("show", f"HEAD:{path_of(case)}") == path.read_text()
    assert "Event: adopt" in desk.git("log", "-1", "--format=%B")
    assert desk.git("log", "-1", "--format=%ct").strip() == str(desk.times[-1])
    assert desk.files() == f" M {path_of(other)}\n"
    desk.run("adopt", "-m", "as Jo said")
    assert desk.git("log", "-1", "--format=%s").strip() == f"{other} adopt: as Jo said"
    assert desk.files() == ""
    assert "nothing to adopt" in desk.run("adopt").out


def test_a_new_file_opens_a_case(desk: Terminal) -> None:
    case = desk.open(at="09:00")
    mine = f"{case[:-5]}AAAAA"
    text = (desk.root / path_of(case)).read_text().replace(case, mine)
    (desk.root / path_of(mine)).write_text(text)
    desk.run("adopt", at="10:00")
    assert "Event: open" in desk.git("log", "-1", "--format=%B")
    assert desk.run("show", mine, "-o", "json").json
    assert desk.files() == ""


def test_what_goes_back_on_the_record_is_refused_with_its_line(desk: Terminal) -> None:
    case = desk.open(at="09:00")
    desk.step("note", case, "-m", "first words", at="09:30")
    commits, path = desk.commits(), desk.root / path_of(case)
    good = path.read_text()
    for old, new, words in (
        ("first words", "other words", "was edited"),
        (good[good.index("log:\n") :], "", "was removed"),
        ("status:", "received: 2026-11-23T08:00:00+00:00\nstatus:", "received was changed"),
        ("title:", "title: [", ":"),
        (f"id: {case}", f"id: {case[:-5]}AAAAA", "the file"),
    ):
        path.write_text(good.replace(old, new))
        said = desk.run("adopt", case, code=3)
        assert words in said.err
        assert path_of(case) in said.err
        path.write_text(good)
    assert desk.commits() == commits
