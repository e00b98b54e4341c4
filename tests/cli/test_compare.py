"""`--compare REV`: why last night's figure changed, row by row, with the commit that did it."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Terminal
from tests.cli.promising import promising_desk

COMPARE = ("report", "breaches", "--compare")


@pytest.fixture
def desk(terminal: Terminal, tmp_path: Path) -> Terminal:
    return promising_desk(terminal, tmp_path)


def head(desk: Terminal) -> str:
    return desk.git("rev-parse", "HEAD").strip()


def compared(desk: Terminal, rev: str, *more: str, at: str | None = None) -> dict[tuple[str, str], dict[str, Any]]:
    """The rows that differ, by case and target."""
    rows = desk.run(*COMPARE, rev, *more, "-o", "json", code=3, at=at).json["rows"]
    return {(row["id"], row["target"]): row for row in rows}


def test_the_step_that_made_a_row_what_it_is(desk: Terminal) -> None:
    """Three steps since: a note, which did nothing to it; the answer; another note."""
    case = desk.open(at="09:00")
    before = head(desk)
    desk.step("note", case, "-m", "Looking.", at="09:10")
    desk.step("respond", case, "-m", "Found it.", at="09:20")
    answered = head(desk)
    desk.step("note", case, "-m", "Tea.", at="09:30")
    found = compared(desk, before, at="09:40")
    assert list(found) == [(case, "response")]
    row = found[case, "response"]
    assert (row["before_state"], row["before_elapsed_seconds"]) == ("running", 2_400)
    assert (row["after_state"], row["after_elapsed_seconds"]) == ("met", 1_200)
    assert (row["step"], row["what"]) == (answered, "response: Found it.")
    said = desk.run(*COMPARE, before, code=3).out
    assert f"Changes since {before[:12]}: 1 target\n" in said
    for words in ("running, 40 m of 2h", "met, 20 m of 2h", answered[:12], "response: Found it."):
        assert words in said


def test_a_row_that_came_back_to_what_it_was_before_it_changed_for_good(desk: Terminal) -> None:
    """Held, resumed in the same second, held again: the last of these steps is why it is paused."""
    case = desk.open(at="09:00")
    desk.step("respond", case, "-m", "Hello.", at="09:00")
    before = head(desk)
    desk.step("hold", case, "--waiting-for", "customer", at="09:30")
    desk.step("resume", case, at="09:30")
    desk.step("hold", case, "--waiting-for", "customer", at="09:30")
    assert compared(desk, before, at="09:40")[case, "resolution"]["step"] == head(desk)


def test_a_new_case_and_a_breach_taken_back(desk: Terminal) -> None:
    old = desk.open("Old", "--priority", "p1", at="09:00")
    before = head(desk)
    new = desk.open("New", "--priority", "p1", at="09:10")
    opened = head(desk)
    desk.step("undo", old, "--reason", "twice", at="10:00")
    voided = head(desk)
    found = compared(desk, before, at="10:05")
    taken, born = found[old, "response"], found[new, "response"]
    assert (taken["before_state"], taken["before_breached_at"]) == ("breached", "2026-11-23T09:30:00+00:00")
    assert (taken["after_state"], taken["step"]) == ("withdrawn", voided)
    assert (born["before_state"], born["after_state"], born["step"]) == (None, "breached", opened)
    assert born["what"].startswith("opened; ")
    assert found[old, "resolution"]["step"] == voided


def test_both_are_read_as_of_one_moment(desk: Terminal) -> None:
    """What is only later in time is no difference: nothing that happened changed the row."""
    case = desk.open(at="09:00")
    before = head(desk)
    desk.step("note", case, "-m", "Nothing new.", at="09:30")
    said = desk.run(*COMPARE, before, at="17:00")
    assert (said.out, said.err) == ("", "")
    desk.step("resolve", case, "-m", "Here.", at="16:00")
    assert desk.run(*COMPARE, before, "--as-of", "2026-11-23T15:59:59+00:00", at="17:00").out == ""
    assert desk.run(*COMPARE, before, "--as-of", "2026-11-23T16:00:00+00:00", code=3).out


def test_steps_that_were_taken_elsewhere_and_came_in_late(desk: Terminal, tmp_path: Path) -> None:
    """Last night's report did not know of the answer, which had been given in time in a clone."""
    case = desk.open("Down", "--priority", "p1", at="09:00")
    clone = tmp_path / "clone"
    desk.git("clone", "-q", str(desk.root), str(clone))
    away = Terminal(desk.home, clone, desk.monkeypatch)
    away.step("respond", case, "-m", "From the train.", at="09:20")
    answered = head(away)
    other = desk.open("Other", at="09:30")
    before = head(desk)
    desk.monkeypatch.setenv("GIT_COMMITTER_DATE", "2026-11-23T12:00:00+00:00")
    desk.git("pull", "-q", "--no-rebase", "--no-edit", str(clone), "HEAD")
    found = compared(desk, before, at="12:00")
    assert list(found) == [(case, "response")]
    row = found[case, "response"]
    assert (row["before_state"], row["after_state"], row["step"]) == ("breached", "met", answered)
    assert other not in desk.run(*COMPARE, before, code=3).out


def test_a_case_that_this_history_does_not_have(desk: Terminal) -> None:
    before = head(desk)
    case = desk.open(at="09:00")
    there = head(desk)
    desk.git("reset", "-q", "--hard", before)
    row = compared(desk, there, at="09:10")[case, "response"]
    assert (row["before_state"], row["after_state"], row["step"]) == ("running", None, None)
    assert row["what"] == "the case is not in this history"


def test_a_step_that_this_history_does_not_have(desk: Terminal) -> None:
    case = desk.open(at="09:00")
    desk.step("respond", case, "-m", "Here.", at="09:10")
    there = head(desk)
    desk.git("reset", "-q", "--hard", "HEAD~1")
    row = compared(desk, there, at="09:20")[case, "response"]
    assert (row["before_state"], row["after_state"]) == ("met", "running")
    assert row["what"] == f"steps that this history does not have: {there[:12]}"


class TestFiles:
    def test_a_holiday_that_was_listed_before_its_day(self, desk: Terminal) -> None:
        """No step of the case did it: the list of holidays grew."""
        policy = desk.root / "policies" / "acme-desk" / "1.0.yaml"
        gb = desk.root / "policies" / "holidays" / "gb.yaml"
        hours = '{hours: {mon-fri: "08:00-18:00"}'
        policy.write_text(policy.read_text().replace(hours, f"{hours}, holidays: gb"))
        gb.parent.mkdir(exist_ok=True)
        gb.write_text("name: gb\nyears: 2026-2027\ndates:\n  2026-01-01: New Year\n")
        commit(desk, "2026-11-23T08:10:00+00:00", "holidays")
        case = desk.open(at="17:00")
        before = head(desk)
        gb.write_text(gb.read_text() + "  2026-11-24: Feast of the town\n")
        commit(desk, "2026-11-23T17:30:00+00:00", "a holiday")
        listed = head(desk)
        gb.with_name("README").write_text("Nothing that counts.\n")
        commit(desk, "2026-11-23T17:31:00+00:00", "a word about holidays")
        row = compared(desk, before, at="2026-11-24 17:00")[case, "response"]
        assert (row["before_state"], row["after_state"]) == ("breached", "running")
        assert (row["step"], row["what"]) == (listed, "policies/holidays/gb.yaml changed")


def commit(desk: Terminal, at: str, message: str) -> None:
    desk.git("add", "-A")
    desk.monkeypatch.setenv("GIT_COMMITTER_DATE", at)
    desk.git("commit", "-qm", message)
    desk.monkeypatch.delenv("GIT_COMMITTER_DATE")


def test_it_reproduces_itself(desk: Terminal) -> None:
    case = desk.open(at="09:00")
    desk.step("respond", case, "-m", "Here.", at="09:10")
    for how in ("table", "csv", "json", "md", "html"):
        said = desk.run(*COMPARE, "HEAD~1", "--desk", "acme-desk", "-o", how, at="09:20", code=3).out
        again = desk.run(*COMPARE, "HEAD~1", "--desk", "acme-desk", "-o", "json", code=3).json["reproduce"]
        assert desk.run(*shlex.split(again)[1:], "-o", how, at="12:00", code=3).out == said


def test_another_desk_is_none_of_its_business(desk: Terminal) -> None:
    desk.open(at="09:00")
    assert "no desk 'other'" in desk.run(*COMPARE, "HEAD~1", "--desk", "other", code=4).err


def test_what_ended_an_exemption_is_named_though_a_later_one_moved_the_row_a_little(desk: Terminal) -> None:
    """The exemption that lasted is ended; later ten minutes before it are exempted as well."""
    case = desk.open(at="09:00")
    exempt = ("exempt", case, "carrier", "--approved-by", "me", "--from")
    desk.step(*exempt, "2026-11-23T09:30:00+00:00", at="10:00")
    before = head(desk)
    (record,) = desk.run("show", case, "-o", "json").json["exemptions"]
    desk.step("exempt", case, "--end", record["id"], at="10:30")
    ended = head(desk)
    desk.step(*exempt, "2026-11-23T09:10:00+00:00", "--until", "2026-11-23T09:20:00+00:00", at="11:00")
    late = head(desk)
    found = compared(desk, before, at="16:30")
    response, resolution = found[case, "response"], found[case, "resolution"]
    assert (response["before_state"], response["after_state"]) == ("exempt", "breached")
    assert (resolution["before_state"], resolution["after_state"]) == ("running", "running")
    for row in (response, resolution):
        assert (row["step"], row["also"]) == (ended, [late])
        assert row["what"] == f"exemptions {record['id']} carrier, until Mon 2026-11-23 10:30 GMT"
    assert f"{ended[:12]} (also {late[:12]})" in desk.run(*COMPARE, before, code=3).out


def test_what_it_refuses(desk: Terminal) -> None:
    assert "no commit 'nowhere'" in desk.run(*COMPARE, "nowhere", code=4).err
    for rev, kind in (("HEAD^{tree}", "folder (tree)"), ("HEAD:policies/staff.yaml", "file (blob)")):
        for words in ([*COMPARE, rev], ["report", "breaches", "--at", rev], ["list", "--at", rev]):
            assert f"'{rev}' is no commit but a {kind}" in desk.run(*words, code=4).err
    for rev in ("^HEAD", "HEAD^@", "HEAD..HEAD", "HEAD@{999}", "HEAD@{upstream}", "", "-x"):
        assert f"no commit '{rev}'" in desk.run("report", "breaches", f"--compare={rev}", code=4).err
    for more in (["--since", "2026-11-23"], ["--until", "2026-11-23"], ["--since", "last"], ["--at-risk"]):
        assert "--compare looks at every row" in desk.run(*COMPARE, "HEAD", *more, code=2).err
