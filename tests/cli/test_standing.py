"""What is owed before a clock can judge, what was taken back on the record, and on whose wall clock people read it."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from tests.cli.conftest import ACME, Terminal
from tests.cli.promising import promising_desk

FRIDAY = "2026-11-27T12:00:00+00:00"


@pytest.fixture
def desk(terminal: Terminal, tmp_path: Path) -> Terminal:
    return promising_desk(terminal, tmp_path)


def exempt(desk: Terminal, case: str, since: str, until: str, at: str) -> str:
    """A period of the Monday exempted; what was said."""
    moments = (f"2026-11-23T{each}:00+00:00" for each in (since, until))
    begins, ends = moments
    words = ["exempt", case, "carrier", "--from", begins, "--until", ends, "--approved-by", "me"]
    return desk.run(*words, at=at).out


class TestOwed:
    def test_a_reply_a_screen_and_the_lists_say_what_is_owed_and_how_to_say_it(self, desk: Terminal) -> None:
        case = desk.open(at="09:00")
        agree = f"no time agreed yet; casectl agree {case[-5:]} completion WHEN"
        every = f"the case has no update_every; casectl set {case[-5:]} update_every=DURATION"
        replied = desk.run("note", case, "-m", "Looking.", at="09:01").out.splitlines()
        assert replied[-2:] == [f"completion: {agree}", f"update: {every}"]
        shown = desk.run("show", case).out
        assert f"completion        pending    {agree}\n" in shown
        assert f"update            pending    {every}\n" in shown
        for command in ("list", "next"):
            said = desk.run(command)
            assert "completion: no time agreed yet" in said.out
            assert f"owed: casectl agree {case[-5:]} completion WHEN\n" in said.out

    def test_it_is_owed_no_more_once_it_is_said(self, desk: Terminal) -> None:
        case = desk.open(at="09:00")
        replied = desk.run("agree", case, "completion", FRIDAY, at="09:01").out
        assert "completion: " not in replied.partition("\n")[2]
        desk.run("set", case, "update_every=2h")
        assert "owed" not in desk.run("list").out
        assert "owed" not in desk.run("sla").out

    def test_a_case_with_nothing_but_an_owed_clock_stands_before_the_paused(self, desk: Terminal) -> None:
        held = desk.open("Held", at="08:00")
        owing = desk.open("Owing", at="08:01")
        for case in (held, owing):
            desk.step("respond", case, "-m", "Seen.", at="08:05")
            desk.step("hold", case, "--waiting-for", "customer", at="08:06")
        desk.step("agree", held, "completion", "2026-12-24T12:00:00+00:00", at="08:07")
        desk.step("set", held, "update_every=900h", at="08:08")
        said = desk.run("list", at="08:10").out
        assert "a figure is owed" in next(line for line in said.splitlines() if owing in line)

    def test_at_risk_lists_owed_targets_last(self, desk: Terminal) -> None:
        case = desk.open(at="09:00")
        assert desk.run("report", "breaches", at="09:05").out == ""
        said = desk.run("report", "breaches", "--at-risk", code=3)
        assert said.out.startswith("Breaches: 0 targets breached, 1 at risk or due within 4 h, 2 owed a figure\n")
        rows = desk.run("report", "breaches", "--at-risk", "-o", "json", code=3).json["rows"]
        assert [(row["target"], row["owed"]) for row in rows] == [
            ("response", False), ("completion", True), ("update", True),
        ]  # fmt: skip
        assert f"owed: casectl agree {case[-5:]} completion WHEN" in said.out

    def test_a_figure_of_the_customers_record_is_written_there(self, desk: Terminal) -> None:
        """Only what is committed when a case is opened counts for it."""
        policy = desk.root / "policies" / "acme-desk" / "1.0.yaml"
        policy.write_text(policy.read_text().replace("within: {agreed: completion}", "within: {customer: ttr}"))
        desk.monkeypatch.setenv("GIT_COMMITTER_DATE", "2026-11-23T08:10:00+00:00")
        desk.git("commit", "-qam", "as the record says")
        desk.monkeypatch.delenv("GIT_COMMITTER_DATE")
        case = desk.open(at="09:00")
        remedy = (
            "write `figures: {ttr: DURATION}` for oakfield, or for its service, in policies/acme-desk/customers.yaml: "
            "it counts for cases opened after that; each is judged by the records as committed at its opening"
        )
        told = f"completion: the customer's record has no ttr; {remedy}"
        assert told in desk.run("note", case, "-m", "x", at="09:01").out.splitlines()
        assert remedy in " ".join(desk.run("show", case).out.split())
        assert f"owed: {remedy}" in desk.run("list").out.splitlines()
        nobodys = desk.step("open", "--title", "Whose?", at="09:02")["id"]
        assert f"casectl set {nobodys[-5:]} customer=NAME" in desk.run("show", nobodys).out


class TestFigures:
    def test_moments_that_people_agreed_on_are_told_as_such(self, desk: Terminal) -> None:
        case = desk.open(at="09:00")
        desk.step("agree", case, "completion", FRIDAY, at="09:01")
        desk.step("promise", case, "--due", "2026-11-25T12:00:00+00:00", "--kind", "call-back", "-m", "We call.")
        assert "rule     agreed for Fri 2026-11-27 12:00 GMT;" in desk.run("explain", case, "completion").out
        assert "promised for Wed 2026-11-25 12:00 GMT;" in desk.run("explain", case, "commitment").out
        told = desk.run("explain", case, "lead-time").out
        assert "24h ahead of Wed 2026-11-25 12:00 GMT;" in told
        assert "26 h 59 m before the time 24h ahead of Wed" in told
        (row,) = [row for row in desk.run("sla", case, "-o", "jsonl").out.splitlines() if '"commitment"' in row]
        assert re.search(r'"subject": "[0-9a-z]{5}"', row)

    def test_a_figure_that_no_record_holds_is_said_to_be_missing(self, desk: Terminal) -> None:
        case = desk.open(at="09:00")
        said = desk.run("explain", case, "update").out
        assert "rule     the case has no update_every on calendar 'desk'" in said
        assert "the case has no update_every." in said


class TestOverturned:
    @pytest.fixture
    def case(self, desk: Terminal) -> str:
        """Answered after three hours where two are promised; then an hour and a half of it was exempted."""
        case = desk.open(at="09:00")
        desk.step("respond", case, "-m", "Sorry.", at="12:00")
        return case

    def test_the_step_that_takes_a_breach_back_says_so(self, desk: Terminal, case: str) -> None:
        said = exempt(desk, case, "09:30", "11:00", at="12:10")
        by = desk.git("rev-parse", "--short=12", "HEAD").strip()
        told = f"response: breach of Mon 2026-11-23 11:00 GMT overturned by {by}: exempt: carrier"
        assert told in said.splitlines()
        assert "overturned" not in desk.run("note", case, "-m", "x").out

    def test_the_machine_contract_names_it(self, desk: Terminal, case: str) -> None:
        (before, *_) = desk.run("sla", case, "-o", "json").json["cases"][0]["targets"]
        assert before["overturned"] is None
        exempt(desk, case, "09:30", "11:00", at="12:10")
        (row, *_) = desk.run("sla", case, "-o", "json").json["cases"][0]["targets"]
        assert (row["state"], row["exempt_seconds"]) == ("exempt", 5_400)
        assert row["overturned"] == {
            "breached_at": "2026-11-23T11:00:00+00:00",
            "by": desk.git("rev-parse", "HEAD").strip(),
            "reason": "exempt: carrier",
        }
        assert list(row["overturned"]) == ["breached_at", "by", "reason"]

    def test_screen_lists_and_tables_tell_it(self, desk: Terminal, case: str) -> None:
        exempt(desk, case, "09:30", "11:00", at="12:10")
        words = "breach of Mon 2026-11-23 11:00 GMT overturned"
        assert words in " ".join(desk.run("show", case).out.split())
        for command in (["list", "-o", "wide"], ["sla"], ["sla", "-o", "wide"], ["next", "-o", "wide"]):
            assert words in desk.run(*command).out
        assert f"breaches overturned on the record: {case} response" in desk.run("list").out

    def test_explain_proves_it(self, desk: Terminal, case: str) -> None:
        exempt(desk, case, "09:30", "11:00", at="12:10")
        said = desk.run("explain", case, "response").out
        (proof,) = [line for line in said.splitlines() if line.startswith("proof")]
        assert "carrier" in desk.git(*shlex.split(proof)[2:])
        (line,) = [line for line in said.splitlines() if "  exempt " in line]
        by = desk.git("rev-parse", "--short=12", "HEAD").strip()
        assert by in line
        assert "carrier (The fault of a carrier)" in line
        assert "1 h 30 m exempt" in said

    def test_the_nightly_report_does_not_lose_it(self, desk: Terminal, case: str) -> None:
        assert "Breaches: 1 target breached\n" in desk.run("report", "breaches", code=3).out
        exempt(desk, case, "09:30", "11:00", at="12:10")
        said = desk.run("report", "breaches", code=3).out
        assert said.startswith("Breaches: 0 targets breached, 1 overturned\n")
        assert "GMT overturned by" in said
        (row,) = desk.run("report", "breaches", "-o", "json", code=3).json["rows"]
        assert (row["state"], row["overturned_at"]) == ("exempt", "2026-11-23T11:00:00+00:00")
        assert row["overturned_by"] == desk.git("rev-parse", "HEAD").strip()
        assert desk.run("report", "breaches", "--since", "2026-11-23T11:00:01+00:00").out == ""


class TestTakenBack:
    def test_a_void_case_is_in_no_worklist(self, desk: Terminal) -> None:
        kept, mistaken = desk.open("Kept", at="09:00"), desk.open("Mistaken", at="09:01")
        desk.step("undo", mistaken, "--reason", "opened twice", at="09:02")
        for command in ("list", "next"):
            assert mistaken not in desk.run(command).out
        assert mistaken not in desk.run("list", "--all").out
        assert desk.run("take")
        assert kept in desk.run("next", "--assignee", "sam").out
        assert "taken back as a whole" in desk.run("show", mistaken).out
        assert desk.run("report", "breaches", "--at-risk", "-o", "csv", code=3, at="18:00").out.count(mistaken) == 0

    def test_a_merged_case_is_in_no_worklist(self, desk: Terminal) -> None:
        kept, merged = desk.open("Kept", at="09:00"), desk.open("Twin", at="09:01")
        path = desk.root / desk.run("show", merged, "-o", "json").json["path"]
        path.write_text(path.read_text() + f"merged_into: {kept}\n")
        desk.monkeypatch.setenv("GIT_COMMITTER_DATE", "2026-11-23T09:05:00+00:00")
        desk.git("commit", "-qam", "merged")
        for command in ("list", "next"):
            said = desk.run(command, at="09:10").out
            assert kept in said
            assert merged not in said


def test_a_priority_raised_too_late_is_told_where_the_case_is_read(desk: Terminal) -> None:
    case = desk.open(at="09:00")
    desk.step("triage", case, "--priority", "p1", at="10:30")
    for command in ("show", "log"):
        said = desk.run(command, case).err
        assert "warning: commit" in said
        assert "raised the priority from p2 to p1 more than 30 minutes after the opening" in said
        assert "without the role team-leader" in said


class TestZones:
    def test_people_read_on_the_wall_clock_that_they_ask_for_and_machines_in_utc(self, desk: Terminal) -> None:
        case = desk.open("Down", "--customer", "mapleton", at="15:00")
        for command in (["show", case], ["sla"], ["list"], ["next"], ["report", "breaches", "--at-risk"]):
            code = 3 if command[0] == "report" else 0
            assert "Mon 2026-11-23 17:00 GMT" in desk.run(*command, code=code).out
            for zone in ("customer", "America/Toronto"):
                assert "Mon 2026-11-23 12:00 EST" in desk.run(*command, "--zone", zone, code=code).out
            if command[0] != "report":
                plain = desk.run(*command, "-o", "json", code=code).out
                assert desk.run(*command, "-o", "json", "--zone", "customer", code=code).out == plain
        assert "Mon 2026-11-23 10:00:00 EST" in desk.run("log", case, "--zone", "customer").out
        assert "Tue 2026-11-24 00:00:00 JST" in desk.run("explain", case, "--zone", "Asia/Tokyo").out

    def test_a_customer_without_a_zone_gets_the_desks_and_a_note(self, desk: Terminal) -> None:
        case = desk.open(at="15:00")
        note = f"{case}: no time zone on the customer's record; times are the desk's"
        for command in ("show", "log", "explain"):
            said = desk.run(command, case, "--zone", "customer")
            assert "GMT" in said.out
            assert note in said.err
        for command in ("list", "sla"):
            assert note in desk.run(command, "--zone", "customer").out

    def test_a_report_says_how_to_get_the_same_again(self, desk: Terminal) -> None:
        desk.open("Down", "--priority", "p1", "--customer", "mapleton", at="09:00")
        said = desk.run("report", "breaches", "--zone", "customer", at="10:00", code=3).out
        (again,) = [line for line in said.splitlines() if line.startswith("reproduce")]
        assert desk.run(*shlex.split(again)[2:], at="12:00", code=3).out == said

    @pytest.mark.parametrize("command", ["list", "next", "sla", "show", "log", "explain", "report"])
    def test_an_unknown_zone_is_refused(self, desk: Terminal, command: str) -> None:
        case = desk.open(at="09:00")
        words = {"report": ["report", "breaches"], "list": ["list"], "next": ["next"], "sla": ["sla"]}
        said = desk.run(*words.get(command, [command, case]), "--zone", "Moon/Base", code=2)
        assert "unknown time zone 'Moon/Base'" in said.err


def test_what_missed_its_aim_is_listed_with_what_is_at_risk(terminal: Terminal, tmp_path: Path) -> None:
    """One hour is aimed at and nothing promised: listed once the hour is over, and never as a breach."""
    policy = tmp_path / "aims.yaml"
    head, _, _ = ACME.read_text().partition("targets:\n")
    aim = "  completion: {start: opened, stop: resolved, calendar: desk, goal: 1h}\n"
    policy.write_text(f"{head}targets:\n{aim}")
    terminal.run("init", str(terminal.root), "--policy", str(policy), at="08:00")
    case = terminal.open(at="10:00")
    assert terminal.run("report", "breaches", at="11:01").out == ""
    rows = terminal.run("report", "breaches", "--at-risk", "-o", "json", code=3, at="11:01").json["rows"]
    assert [(row["id"], row["target"], row["state"]) for row in rows] == [(case, "completion", "untargeted")]
    assert "aims at 1h, Mon 2026-11-23 11:00 GMT: past" in terminal.run("show", case, at="11:01").out
