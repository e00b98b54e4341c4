"""What stands first in the lists of cases, what they refuse, and whose midnight a date means."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from tests.cli.conftest import ACME, Terminal
from tests.cli.promising import promising_desk


def ids(table: str) -> list[str]:
    return [line.split()[0] for line in table.splitlines() if line.startswith("ACM-")]


class TestOrder:
    def test_overdue_cases_by_priority_then_by_due_time_and_the_paused_last(self, desk: Terminal) -> None:
        slow = desk.open("A slow one", at="08:00")
        held = desk.open("Waits", at="08:01")
        later_p1 = desk.open("Down too", "--priority", "p1", at="10:00")
        first_p1 = desk.open("Down", "--priority", "p1", at="09:30")
        running = desk.open("Fresh", at="10:20")
        desk.step("respond", held, "-m", "Asked.", at="10:20")
        desk.step("respond", slow, "-m", "Late.", at="10:20")
        desk.step("hold", held, "--waiting-for", "customer", at="10:21")
        again = desk.open("Late as well", at="08:02")
        said = desk.run("list", at="10:40")
        assert ids(said.out) == [first_p1, later_p1, again, running, slow, held]
        assert ids(desk.run("next", "-n", "2").out) == [first_p1, later_p1]
        assert desk.step("take")["id"] == first_p1
        assert desk.step("take")["id"] == later_p1

    def test_what_arrives_at_night_is_due_in_the_morning(self, terminal: Terminal, tmp_path: Path) -> None:
        policy = tmp_path / "acme.yaml"
        policy.write_text(ACME.read_text().replace("start: opened", "start: received"))
        terminal.run("init", str(terminal.root), "--policy", str(policy), at="08:00")
        case = terminal.open("Mail is slow", "--channel", "email", "--priority", "p1", at="2026-11-24 05:30")
        (row,) = terminal.run("list", "-o", "json").json["rows"]
        assert (row["due_target"], row["due_at"]) == ("response", "2026-11-24T08:30:00+00:00")
        assert terminal.run("sla", case, "-o", "json").json["cases"][0]["targets"][0]["state"] == "pending"
        (soon,) = terminal.run("report", "breaches", "--at-risk", "-o", "json", code=3).json["rows"]
        assert (soon["target"], soon["state"]) == ("response", "pending")


class TestMore:
    def test_next_says_how_many_it_leaves_out(self, desk: Terminal) -> None:
        cases = [desk.open(str(number), at=f"09:0{number}") for number in range(7)]
        said = desk.run("next", at="09:10")
        assert ids(said.out) == cases[:5]
        assert said.out.splitlines()[-1] == "and 2 more: casectl list"
        asked = ["--desk", "acme-desk", "--as-of", "2026-11-23T09:10:00+00:00"]
        last = desk.run("next", "-n", "6", *asked).out.splitlines()[-1]
        assert last == f"and 1 more: casectl list {' '.join(asked)}"
        assert ids(desk.run(*last.partition("casectl ")[2].split()).out) == cases
        assert "more" not in desk.run("next", "-n", "7").out
        assert "more" not in desk.run("list").out

    def test_and_which_of_them_are_owed_a_figure(self, terminal: Terminal, tmp_path: Path) -> None:
        desk = promising_desk(terminal, tmp_path)
        one, two = desk.open("One", at="09:00"), desk.open("Two", at="09:01")
        assert "\nand 1 more, 1 of them owed a figure: casectl list\n" in desk.run("next", "-n", "1", at="09:10").out
        desk.step("agree", two, "completion", "2h")
        desk.step("set", two, "update_every=2h")
        assert "\nand 1 more: casectl list\n" in desk.run("next", "-n", "1").out
        assert one in desk.run("next", "-n", "1").out


class TestWords:
    def test_unknown_ones_are_refused_with_a_hint(self, desk: Terminal) -> None:
        desk.open(at="10:00")
        assert "did you mean 'open'?" in desk.run("list", "--status", "opne", code=2).err
        assert "did you mean 'waiting'?" in desk.run("list", "--phase", "waitng", code=2).err
        assert "did you mean 'oakfield'?" in desk.run("list", "--customer", "oakfeld", code=4).err
        said = desk.run("next", "--assignee", "nobdy")
        assert (said.out, said.err) == ("", "casectl: warning: nobody here is called 'nobdy'\nnothing to list\n")

    def test_an_empty_list_is_told_on_stderr_alone(self, desk: Terminal) -> None:
        for command in ("list", "next"):
            said = desk.run(command)
            assert (said.out, said.err) == ("", "nothing to list\n")
        assert desk.run("list", "-o", "json").json["rows"] == []

    def test_take_when_everything_is_taken(self, desk: Terminal) -> None:
        desk.open(at="10:00")
        desk.step("take")
        assert "casectl list says who has which" in desk.run("take", code=4).err

    def test_capitals_are_no_riddle(self, desk: Terminal) -> None:
        case = desk.open(at="10:00")
        assert "did you mean 'p1'?" in desk.run("triage", case, "--priority", "P1", code=2).err
        assert "did you mean 'p1'?" in desk.run("open", "--title", "x", "--priority", "P1", code=2).err

    def test_a_promise_of_news_is_a_duration(self, desk: Terminal) -> None:
        case = desk.open(at="10:00")
        assert "not a duration" in desk.run("set", case, "update_every=often", code=2).err
        desk.step("set", case, "update_every=1h")
        assert desk.run("show", case, "-o", "json").json["update_every"] == "1h"

    def test_a_window_ends_after_it_begins(self, desk: Terminal) -> None:
        for until in ("2026-11-23", "2026-11-22"):
            said = desk.run("report", "breaches", "--since", "2026-11-23", "--until", until, code=2)
            assert "--since does not lie before --until" in said.err

    def test_a_folder_without_policies_is_not_faultless(self, desk: Terminal, tmp_path: Path) -> None:
        (tmp_path / "empty").mkdir()
        assert "no policy files there" in desk.run("policy", "check", str(tmp_path / "empty"), code=2).err

    def test_help_is_a_word_too(self, desk: Terminal) -> None:
        assert desk.run("help").out == desk.run("--help").out
        assert desk.run("help", "note").out == desk.run("note", "--help").out


def test_a_deleted_case_says_when_it_went(desk: Terminal) -> None:
    case = desk.open(at="10:00")
    desk.git("rm", "-q", desk.run("show", case, "-o", "json").json["path"])
    desk.git("commit", "-qm", "gone")
    deleted = desk.git("rev-parse", "--short=12", "HEAD").strip()
    for words in (["show", case], ["log", case[-5:]], ["explain", case], ["sla", case[-5:]], ["note", case, "-m", "x"]):
        said = desk.run(*words, code=4)
        assert f"case {case} was deleted in commit {deleted}" in said.err


@pytest.mark.parametrize("command", ["show", "log", "explain", "sla", "list", "next"])
def test_a_date_is_midnight_at_the_desk(desk: Terminal, command: str) -> None:
    case = desk.open(at="2026-06-15 10:00")
    desk.set_clock("2026-06-20 10:00")
    words = [command] if command in ("list", "next") else [command, case]
    assert desk.run(*words, "--as-of", "2026-06-16", "-o", "json").json["as_of"] == "2026-06-15T23:00:00+00:00"


class TestColumns:
    def test_facts_of_the_header_never_hide_a_rows_own(self, desk: Terminal) -> None:
        case = desk.open(at="10:00")
        desk.step("note", case, "-m", "x", at="10:01")
        commits = desk.git("log", "--format=%H", "--reverse", "-2").split()
        for command in ("log", "explain"):
            rows = [json.loads(line) for line in desk.run(command, case, "-o", "jsonl").out.splitlines()]
            table = list(csv.DictReader(desk.run(command, case, "-o", "csv").out.splitlines()))
            assert [row["commit"] for row in rows] == [row["commit"] for row in table]
            assert rows[0]["commit"] == commits[0]
            assert {row["read_commit"] for row in rows} == {row["read_commit"] for row in table} == {commits[-1]}

    def test_several_ledgers_are_one_table(self, desk: Terminal) -> None:
        case = desk.open(at="10:00")
        header, *lines = desk.run("explain", case, "-o", "csv", at="11:00").out.splitlines()
        assert header.startswith("target,occurrence,from_at,")
        assert header not in lines
        assert [line.split(",")[:2] for line in lines] == [["response", "1"], ["resolution", "1"]]


class TestScreen:
    def test_a_case_made_late_by_a_rating(self, desk: Terminal) -> None:
        case = desk.open(at="09:00")
        desk.step("triage", case, "--priority", "p1", at="10:30")
        said = desk.run("show", case)
        assert (
            "breached Mon 2026-11-23 10:30 GMT (due Mon 2026-11-23 09:30 GMT), "
            "already past this limit when priority changed"
        ) in " ".join(said.out.split())

    def test_long_names_of_targets_keep_their_distance(self, terminal: Terminal, tmp_path: Path) -> None:
        policy = tmp_path / "acme.yaml"
        policy.write_text(ACME.read_text().replace("  resolution:\n", "  complaint-response:\n"))
        terminal.run("init", str(terminal.root), "--policy", str(policy), at="08:00")
        said = terminal.run("show", terminal.open(at="10:00"))
        assert "\ncomplaint-response  running    due" in said.out
        assert "\nresponse            running    due" in said.out

    def test_agreed_times_are_moments(self, desk: Terminal) -> None:
        case = desk.open(at="10:00")
        path = desk.root / desk.run("show", case, "-o", "json").json["path"]
        agreed = "agreed:\n  resolution: 2026-11-24T12:00:00+00:00\nlog:"
        text = path.read_text()
        path.write_text(text.replace("log:", agreed, 1) if "\nlog:" in text else text + agreed.removesuffix("log:"))
        desk.monkeypatch.setenv("GIT_COMMITTER_DATE", "2026-11-23T10:05:00+00:00")
        desk.git("commit", "-qam", "agreed")
        for command in ("show", "log"):
            assert "resolution Tue 2026-11-24 12:00:00 GMT" in desk.run(command, case, at="10:10").out

    def test_mended_versions_are_one_line(self, desk: Terminal) -> None:
        case = desk.open(at="10:00")
        path = desk.root / desk.run("show", case, "-o", "json").json["path"]
        text = path.read_text()
        desk.monkeypatch.setenv("GIT_COMMITTER_DATE", "2026-11-23T10:05:00+00:00")
        for wrong in ("status: [open", "staus: open\nprioriti: p1", "status: {"):
            path.write_text(text.replace("status: open", wrong))
            desk.git("commit", "-qam", "a hand edit")
        path.write_text(text)
        desk.git("commit", "-qam", "mended")
        for command in ("show", "explain"):
            said = desk.run(command, case, at="10:10")
            assert said.err == f"3 old versions could not be read: casectl log {case}\n"


def test_a_step_that_ends_a_late_target_says_so(desk: Terminal) -> None:
    case = desk.open(at="08:00")
    said = desk.run("respond", case, "-m", "Sorry.", at="10:52")
    assert "\nresponse was late by 52 m\n" in said.out
    assert "late" not in desk.run("note", case, "-m", "x", at="10:53").out


def test_a_time_that_is_used_up_at_closing_is_late_from_the_next_opening(desk: Terminal) -> None:
    case = desk.open(at="2026-11-20 16:00")
    said = desk.run("hold", case, "--waiting-for", "customer", at="2026-11-20 19:00").out
    assert (
        "response due Fri 18:00 GMT: its time is used up; late from the next opening Mon 08:00 GMT" in said.splitlines()
    )
    again = desk.open("Again", at="2026-11-20 14:00")
    assert "response due Fri 16:00 GMT, now" in desk.run("note", again, "-m", "x", at="2026-11-20 16:00").out


def test_json_is_plain_ascii(desk: Terminal) -> None:
    case = desk.open("Zoë cannot sign in", at="10:00")
    assert desk.run("set", case, "title=Zoë can", "-o", "json").out.isascii()
