"""Hand edits become steps; what goes back on the record is refused with file and line."""

from __future__ import annotations

from pathlib import Path

from casectl.model.caseid import path_of
from tests.cli.conftest import Terminal


def edit(desk: Terminal, case: str, old: str, new: str) -> Path:
    path = desk.root / path_of(case)
    before = path.read_text()
    assert old in before
    path.write_text(before.replace(old, new))
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


def test_comments_order_and_staged_edits_come_along_byte_for_byte(desk: Terminal) -> None:
    case = desk.open(at="09:00")
    path = desk.root / path_of(case)
    first, *rest = path.read_text().splitlines(keepends=True)
    path.write_text(f"# as Jo tells it\n{first}\n{''.join(rest)}")
    desk.git("add", path_of(case))
    path.write_text(path.read_text().replace("priority: p2", "priority:   'p1'   # Jo insists"))
    (desk.root / "mine.txt").write_text("mine\n")
    desk.git("add", "mine.txt")
    lies = path.read_bytes()
    assert f"{case} adopt: priority" in desk.run("adopt", at="10:00").out
    assert desk.git("show", f"HEAD:{path_of(case)}").encode() == lies == path.read_bytes()
    assert desk.files() == "A  mine.txt\n"
    desk.step("note", case, "-m", "and the comments stay", at="10:05")
    assert "# Jo insists" in path.read_text()


def test_layout_alone_is_a_step_too(desk: Terminal) -> None:
    case = desk.open(at="09:00")
    edit(desk, case, "title:", "\ntitle:")
    assert "layout only" in desk.run("adopt", at="10:00").out


def test_one_document_for_all_and_one_broken_file_spoils_no_other(desk: Terminal) -> None:
    good, broken, other = (desk.open(at=f"09:0{n}") for n in range(3))
    edit(desk, good, "Nobody can", "Somebody can")
    lies = edit(desk, broken, "title: ", "title: [").read_bytes()
    edit(desk, other, "Nobody can", "Jo can")
    said = desk.run("adopt", "-o", "json", at="10:00", code=3)
    assert f"{path_of(broken)}:" in said.err
    assert said.json["schema"] == "casectl.adopt/1"
    steps = {step["id"]: step for step in said.json["steps"]}
    assert set(steps) == {good, other}
    assert steps[good] == {
        "id": good,
        "commit": desk.git("log", "-1", "--format=%H", "--", path_of(good)).strip(),
        "at": "2026-11-23T10:00:00+00:00",
        "verb": "adopt",
        "summary": "title",
        "warnings": [],
    }
    assert desk.files() == f" M {path_of(broken)}\n"
    assert (desk.root / path_of(broken)).read_bytes() == lies
    edit(desk, broken, "title: [", "title: ")
    assert desk.run("adopt", "-o", "json").json == {"schema": "casectl.adopt/1", "steps": []}


def test_a_tail_means_the_edited_case_or_else_one_of_the_last_commit(desk: Terminal) -> None:
    case = desk.open(at="09:00")
    twins = [f"{case[:-5]}{letter}AAAA" for letter in "AB"]
    text = (desk.root / path_of(case)).read_text()
    for twin in twins:
        (desk.root / path_of(twin)).write_text(text.replace(case, twin))
    said = desk.run("adopt", "aaaa", code=4, at="10:00")
    assert f"one of: {twins[0]}, {twins[1]}" in said.err
    assert desk.run("adopt", "baaaa").out.startswith(f"{twins[1]} adopt: opened by hand")
    assert "no edits to adopt" in desk.run("adopt", case[-5:].lower(), code=5).err
    assert "no case 'zzzzz'" in desk.run("adopt", "zzzzz", code=4).err
    assert desk.run("adopt", "zzzzz", "aaaaa", code=4).out.startswith(twins[0])


def test_a_stranger_and_words_that_the_policy_does_not_have_are_warned_of(desk: Terminal) -> None:
    case = desk.open(at="09:00")
    desk.git("config", "user.email", "jo@elsewhere.example")
    edit(desk, case, "status: open", "status: opne")
    said = desk.run("adopt", "-o", "json", at="10:00")
    (stranger, word) = said.json["steps"][0]["warnings"]
    assert "jo@elsewhere.example is not in policies/staff.yaml" in stranger
    assert "status 'opne' is not in policy acme-desk/1.0" in word
    assert f"casectl: warning: {case}: status 'opne'" in said.err
    shown = desk.run("list", code=3)
    assert "status 'opne' is not in policy acme-desk/1.0" in shown.out + shown.err
    edit(desk, case, "policy: acme-desk/1.0", "policy: acme-desk/9.9")
    assert "policy 'acme-desk/9.9' cannot be read" in desk.run("adopt", at="10:10").err


def test_no_claim_lies_ahead(desk: Terminal) -> None:
    case = desk.open(at="09:00")
    path, commits = desk.root / path_of(case), desk.commits()
    good = path.read_text() if "\nlog:\n" in path.read_text() else f"{path.read_text()}log:\n"
    call = "- id: aaaaa\n  kind: call\n  direction: in\n  started: 2026-11-23T10:00:01+00:00\n  text: hm\n"
    period = "exemptions:\n- id: bbbbb\n  code: snow\n  from: 2026-11-23T09:30:00Z\n  until: 2026-11-23T10:00:01Z\n"
    for text, line, words in (
        (good + call, "  started:", "'started' of log entry aaaaa is claimed for 2026-11-23T10:00:01+00:00"),
        (good.replace("log:\n", f"{period}log:\n"), "  until:", "'until' of exemption bbbbb"),
    ):
        path.write_text(text)
        at = text.splitlines().index(next(each for each in text.splitlines() if each.startswith(line))) + 1
        said = desk.run("adopt", case, at="10:00", code=3)
        assert f"{path_of(case)}:{at}: {words}" in said.err
        assert desk.commits() == commits
        assert case in desk.run("adopt", case, at="10:01").out
        desk.git("reset", "-q", "--hard", "HEAD~1")


def test_a_new_file_may_not_claim_what_is_to_come(desk: Terminal) -> None:
    case = desk.open(at="09:00")
    mine = f"{case[:-5]}AAAAA"
    text = (desk.root / path_of(case)).read_text().replace(case, mine)
    text = "".join(line for line in text.splitlines(keepends=True) if not line.startswith(("received", "detected")))
    text = text.replace("status:", "received: 2026-11-23T11:00:00+00:00\nstatus:", 1)
    (desk.root / path_of(mine)).write_text(text)
    assert "received is claimed for 2026-11-23T11:00:00+00:00" in desk.run("adopt", at="10:00", code=3).err
    desk.run("adopt", at="11:00")


def test_a_file_that_was_committed_broken_is_mended(desk: Terminal) -> None:
    case = desk.open(at="09:00")
    good = (desk.root / path_of(case)).read_text()
    edit(desk, case, "title: ", "title: [")
    desk.git("commit", "-qam", "by hand")
    (desk.root / path_of(case)).write_text(good)
    assert f"{case} adopt: readable again" in desk.run("adopt", at="10:00").out
    assert "Event: adopt" in desk.git("log", "-1", "--format=%B")


def test_in_the_middle_of_a_merge_nothing_is_taken(desk: Terminal) -> None:
    case = desk.open(at="09:00")
    edit(desk, case, "Nobody can", "Somebody can")
    (desk.root / ".git/MERGE_HEAD").write_text(desk.git("rev-parse", "HEAD"))
    assert "a merge is under way" in desk.run("adopt", code=5).err
    assert desk.commits() == 2


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


def test_line_ends_that_git_was_told_to_make_are_no_edit(desk: Terminal) -> None:
    case = desk.open(at="09:00")
    desk.git("config", "core.autocrlf", "true")
    for path in desk.git("ls-files", "cases").split():
        (desk.root / path).unlink()
    desk.git("checkout", "-q", "--", "cases")
    assert any(b"\r\n" in (desk.root / path).read_bytes() for path in desk.git("ls-files", "cases").split())
    commits = desk.commits()
    assert "nothing to adopt" in desk.run("adopt").out
    assert desk.commits() == commits
    assert case not in desk.run("doctor", code=0).out
