"""The commands that only read: what they say, in which order, and what they refuse."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Terminal

HEAVY = "{'git', 'ruamel', 'tabulate', 'holidays', 'jinja2'}"


@pytest.fixture
def morning(desk: Terminal) -> dict[str, str]:
    """Monday: one case overdue, one due soon, one due later, one on hold, one solved."""
    cases = {
        "overdue": desk.open("Everything is down", "--priority", "p1", at="09:00"),
        "later": desk.open("A new keyboard", "--type", "request", at="09:10"),
        "soon": desk.open("Mail is slow", at="09:20"),
        "held": desk.open("Printer jams", at="09:30"),
        "solved": desk.open("Forgot password", at="09:40"),
    }
    for case in ("later", "soon", "held", "solved"):
        desk.step("respond", cases[case], "-m", "We are on it.", at="09:50")
    desk.step("triage", cases["soon"], "--priority", "p1", at="09:55")
    desk.step("hold", cases["held"], "--waiting-for", "customer", at="10:00")
    desk.step("resolve", cases["solved"], "-m", "Reset it.", at="10:05")
    desk.set_clock("10:30")
    return cases


def ids(table: str) -> list[str]:
    """The IDs in a table, in order."""
    return [line.split()[0] for line in table.splitlines() if line.startswith("ACM-")]


class TestWorklist:
    def test_list_is_ordered_by_urgency_and_leaves_out_what_is_solved(
        self, desk: Terminal, morning: dict[str, str]
    ) -> None:
        said = desk.run("list")
        assert ids(said.out) == [morning[name] for name in ("overdue", "soon", "later", "held")]
        assert "response overdue by 1 h" in said.out
        assert "resolution due in 2 h 50 m, Mon 2026-11-23 13:20 GMT" in said.out
        assert "resolution paused, 7 h 30 m left" in said.out

    def test_list_can_be_narrowed(self, desk: Terminal, morning: dict[str, str]) -> None:
        desk.step("assign", morning["later"], "jo", at="10:31")
        assert ids(desk.run("list", "--assignee", "jo").out) == [morning["later"]]
        assert ids(desk.run("list", "--status", "resolved").out) == [morning["solved"]]
        assert ids(desk.run("list", "--phase", "waiting").out) == [morning["held"]]
        assert set(ids(desk.run("list", "--all").out)) == set(morning.values())
        assert "oakfield" in desk.run("list", "--customer", "nobody", code=4).err
        assert "acme-desk" in desk.run("list", "--desk", "acme-dsk", code=4).err

    def test_next_says_what_to_do_first_and_why(self, desk: Terminal, morning: dict[str, str]) -> None:
        said = desk.run("next", "-n", "1")
        assert ids(said.out) == [morning["overdue"]]
        assert "response overdue by 1 h" in said.out

    def test_list_as_data(self, desk: Terminal, morning: dict[str, str]) -> None:
        rows = desk.run("list", "-o", "json").json["rows"]
        assert rows[1]["id"] == morning["soon"]
        assert (rows[1]["due_target"], rows[1]["due_at"]) == ("resolution", "2026-11-23T13:20:00+00:00")


class TestShow:
    def test_a_case_on_one_screen(self, desk: Terminal, morning: dict[str, str]) -> None:
        said = desk.run("show", morning["held"][-5:].lower())
        lines = said.out.splitlines()
        assert lines[0] == f"{morning['held']}  Printer jams"
        assert lines[1] == "on-hold, waiting for customer (waiting), priority p2, policy acme-desk/1.0"
        assert "response          met        20 m of 2h" in lines
        assert "resolution        paused     7 h 30 m left" in lines
        assert any("sam  response: We are on it." in line or "response: We are on it." in line for line in lines)
        assert len(lines) <= 24
        assert max(map(len, lines)) <= 100
        assert said.err == ""

    def test_it_says_when_the_file_on_disk_differs(self, desk: Terminal, morning: dict[str, str]) -> None:
        path = desk.root / desk.run("show", morning["soon"], "-o", "json").json["path"]
        path.write_text(path.read_text().replace("Mail is slow", "Mail is fast"))
        said = desk.run("show", morning["soon"])
        assert "Mail is slow" in said.out
        assert "differs on disk" in said.err
        assert desk.run("show", morning["soon"], "--at", "HEAD").err == ""

    def test_at_a_commit_it_says_what_the_repository_said_then(self, desk: Terminal) -> None:
        case = desk.open(at="10:00")
        opened = desk.git("rev-parse", "HEAD").strip()
        desk.step("resolve", case, "-m", "Done.", at="11:00")
        assert desk.run("show", case, "-o", "json", "--at", opened).json["status"] == "open"
        assert desk.run("show", case, "-o", "json").json["status"] == "resolved"
        assert desk.run("show", case, "-o", "json", "--as-of", "2026-11-23T10:30:00+00:00").json["status"] == "open"

    def test_hostile_text_shows_itself(self, desk: Terminal) -> None:
        case = desk.open("safe \u202egpj.exe", at="10:00")
        desk.step("note", case, "-m", "-", at="10:01", stdin="one \u2066two\nthree")
        for words in (["show", case], ["log", case], ["list"], ["sla"], ["explain", case]):
            text = desk.run(*words).out
            assert not [character for character in text if not character.isprintable() and character != "\n"]
        assert "\\u202e" in desk.run("show", case).out

    def test_the_life_of_a_case_as_data(self, desk: Terminal, morning: dict[str, str]) -> None:
        document = desk.run("show", morning["held"], "-o", "json").json
        assert document["schema"] == "casectl.case/1"
        assert document["waiting_for"] == "customer"
        assert [entry["kind"] for entry in document["log"]] == ["response"]
        assert document["log"][0]["at"] == "2026-11-23T09:50:00+00:00"
        assert [row["target"] for row in document["targets"]] == ["response", "resolution"]

    def test_a_fresh_process_loads_nothing_heavy(self, desk: Terminal, morning: dict[str, str]) -> None:
        program = (
            "import sys\nfrom casectl.cli.main import main\n"
            f"sys.argv = ['casectl', 'show', '{morning['held']}', '--as-of', '2026-11-23T10:30:00+00:00']\n"
            "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code, end.code\n"
            f"heavy = {{name.split('.')[0] for name in sys.modules}} & {HEAVY}\nassert not heavy, heavy\n"
        )
        desk.run("show", morning["held"])
        source = Path(__file__).resolve().parents[2]
        command = [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(source)!r})\n{program}"]
        done = subprocess.run(command, cwd=desk.root, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


class TestLog:
    def test_steps_with_their_time_author_change_and_commit(self, desk: Terminal, morning: dict[str, str]) -> None:
        said = desk.run("log", morning["held"])
        assert "opened; status open; priority p2; channel phone; type fault" in said.out.replace(
            "type fault; channel phone; status open; priority p2", "status open; priority p2; channel phone; type fault"
        )
        assert "status on-hold; waiting_for customer" in said.out
        rows = desk.run("log", morning["held"], "-o", "json").json["rows"]
        assert [row["at"][11:16] for row in rows] == ["09:30", "09:50", "10:00"]
        for row in rows:
            assert row["commit"] == desk.git("rev-parse", row["commit"]).strip()


class TestExplain:
    def test_the_ledger_adds_up_and_every_edge_can_be_shown(self, desk: Terminal) -> None:
        case = desk.open(at="16:00")
        desk.step("hold", case, "--waiting-for", "customer", at="16:30:20")
        desk.step("resume", case, at="17:00")
        document = desk.run("explain", case, "resolution", "-o", "json", "--as-of", "2026-11-24T09:00:00+00:00").json
        (row,) = document["targets"]
        assert [line["kind"] for line in row["ledger"]] == ["counted", "paused", "counted", "closed", "counted"]
        assert sum(line["counted_seconds"] for line in row["ledger"]) == row["elapsed_seconds"] == 9_020
        assert row["sums"] == {"total": 9_020, "counted": 9_020}
        assert row["rule"]["file"] == "policies/acme-desk/1.0.yaml"
        for proof in row["proofs"]:
            assert case in desk.git(*shlex.split(proof)[1:])

    def test_the_verdict_is_a_sentence_to_the_second(self, desk: Terminal) -> None:
        case = desk.open("Down", "--priority", "p1", at="10:00")
        desk.step("respond", case, "-m", "Found it.", at="10:42:05")
        said = desk.run("explain", case, "response")
        assert said.out.splitlines()[0] == f"{case} response 1: breached"
        assert (
            "response 1 is breached: started Mon 2026-11-23 10:00:00 GMT; stopped Mon 2026-11-23 10:42:05 GMT; "
            "42 m 5 s elapsed; 12 m 5 s over the limit of 30 m; due Mon 2026-11-23 10:30:00 GMT; "
            "breached from Mon 2026-11-23 10:30:00 GMT."
        ) in said.out
        assert "elapsed seconds: 2525 = 2525 counted" in said.out

    def test_the_rule_stands_where_it_says(self, desk: Terminal) -> None:
        case = desk.open("Down", "--priority", "p1", at="10:00")
        said = desk.run("explain", case, "response")
        (line,) = [line for line in said.out.splitlines() if line.startswith("read-it")]
        command = line.partition("git show")[2]
        shown = subprocess.run(
            f"git show {command}", shell=True, cwd=desk.root, capture_output=True, text=True, check=True
        ).stdout
        assert "p1" in shown
        assert "30m" in shown

    def test_an_unknown_target_gets_a_hint(self, desk: Terminal) -> None:
        case = desk.open(at="10:00")
        assert "did you mean 'resolution'?" in desk.run("explain", case, "resolutoin", code=4).err
        assert "no occurrence 2" in desk.run("explain", case, "resolution", "--occurrence", "2", code=4).err


class TestCalendar:
    def test_open_says_until_when(self, desk: Terminal) -> None:
        said = desk.run("calendar", "open", "desk", "--at", "2026-11-23T10:00:00+00:00")
        assert said.out == (
            "acme-desk/desk is open at Mon 2026-11-23 10:00 GMT; it closes Mon 2026-11-23 18:00 GMT, in 8 h\n"
        )
        said = desk.run("calendar", "open", "acme-desk/desk", "--at", "2026-11-28")
        assert "is closed at Sat 2026-11-28 00:00 GMT; it opens Mon 2026-11-30 08:00 GMT, in 2 d 8 h" in said.out

    @pytest.mark.parametrize(
        ("within", "due"),
        [
            (["4h"], "2026-11-23T20:00:00+00:00"),
            (["3wd"], "2026-11-26T16:00:00+00:00"),
            (["3wd by end-of-day"], "2026-11-26T18:00:00+00:00"),
            (["3wd", "by", "end-of-day"], "2026-11-26T18:00:00+00:00"),
        ],
    )
    def test_add(self, desk: Terminal, within: list[str], due: str) -> None:
        expected = due if "wd" in within[0] else "2026-11-24T10:00:00+00:00"
        answer = desk.run("calendar", "add", "desk", "2026-11-23T16:00:00+00:00", *within, "-o", "json").json
        assert answer["due_at"] == expected

    def test_between(self, desk: Terminal) -> None:
        answer = desk.run("calendar", "between", "desk", "2026-11-23", "2026-11-30", "-o", "json").json
        assert answer["open_seconds"] == 50 * 3600

    def test_mistakes(self, desk: Terminal) -> None:
        assert "acme-desk/desk" in desk.run("calendar", "open", "dsk", code=4).err
        assert "not a duration" in desk.run("calendar", "add", "desk", "now", "soon", code=2).err
        assert "without an offset" in desk.run("calendar", "open", "desk", "--at", "2026-11-23T10:00", code=2).err
        assert "lies before" in desk.run("calendar", "between", "desk", "2026-11-30", "2026-11-23", code=2).err


class TestBreaches:
    def test_nothing_to_say_is_silence(self, desk: Terminal) -> None:
        desk.open(at="10:00")
        for how in ("table", "json", "csv"):
            said = desk.run("report", "breaches", "-o", how, at="10:05")
            assert (said.out, said.err) == ("", "")

    def test_who_was_late_by_how_much_and_why(self, desk: Terminal, morning: dict[str, str]) -> None:
        said = desk.run("report", "breaches", code=3)
        assert "Breaches: 1 target breached" in said.out
        assert f"commit     {desk.git('rev-parse', 'HEAD').strip()}" in said.out
        assert "as-of      2026-11-23T10:30:00+00:00" in said.out
        assert "policies   acme-desk/1.0" in said.out
        (row,) = desk.run("report", "breaches", "-o", "json", code=3).json["rows"]
        assert (row["id"], row["target"], row["over_seconds"]) == (morning["overdue"], "response", 3600)

    def test_totals_tie_with_the_population(self, desk: Terminal, morning: dict[str, str]) -> None:
        totals = desk.run("report", "breaches", "-o", "json", code=3).json["totals"]
        cases = desk.run("sla", "-o", "json").json["cases"]
        states = [row["state"] for case in cases for row in case["targets"]]
        assert totals["cases"].pop("total") == sum(totals["cases"].values()) == len(cases) == 5
        assert totals["targets"].pop("total") == sum(totals["targets"].values()) == len(states) == 10
        assert totals["targets"] == {state: states.count(state) for state in set(states)}

    def test_the_window_is_half_open(self, desk: Terminal, morning: dict[str, str]) -> None:
        broke = "2026-11-23T09:30:00+00:00"
        later = "2026-11-23T09:30:01+00:00"
        assert desk.run("report", "breaches", "--since", broke, code=3).out
        assert desk.run("report", "breaches", "--since", later).out == ""
        assert desk.run("report", "breaches", "--until", broke).out == ""
        assert desk.run("report", "breaches", "--until", later, code=3).out
        assert desk.run("report", "breaches", "--since", "2026-11-24").out == ""

    def test_at_risk_shows_what_is_about_to_be_late(self, desk: Terminal, morning: dict[str, str]) -> None:
        rows = desk.run("report", "breaches", "--at-risk", "-o", "json", code=3).json["rows"]
        assert [(row["id"], row["state"]) for row in rows] == [
            (morning["overdue"], "breached"), (morning["overdue"], "running"), (morning["soon"], "running"),
        ]  # fmt: skip

    def test_the_header_reproduces_it_byte_for_byte(self, desk: Terminal, morning: dict[str, str]) -> None:
        for how in ("table", "csv", "json", "md", "html"):
            first = desk.run("report", "breaches", "--at-risk", "-o", how, code=3, at="10:30").out
            facts = desk.run("report", "breaches", "--at-risk", "-o", "json", code=3).json
            desk.step("note", morning["overdue"], "-m", "Still down.", at="10:45")
            words = shlex.split(facts["reproduce"])[1:]
            assert desk.run(*words, "-o", how, code=3, at="2026-11-27 12:00").out == first
            desk.git("reset", "-q", "--hard", "HEAD~1")

    def test_one_bad_case_is_an_exception_and_the_others_are_reported(
        self, desk: Terminal, morning: dict[str, str]
    ) -> None:
        path = desk.root / desk.run("show", morning["soon"], "-o", "json").json["path"]
        path.write_text(path.read_text().replace("status: open", "status: [open"))
        desk.monkeypatch.setenv("GIT_COMMITTER_DATE", "2026-11-23T10:30:00+00:00")
        desk.git("commit", "-qam", "a hand edit")
        said = desk.run("report", "breaches", code=3)
        assert morning["overdue"] in said.out
        assert f"{path.relative_to(desk.root)}:" in said.out
        listed = desk.run("sla", "-o", "json", code=3)
        assert str(path.relative_to(desk.root)) in listed.err
        assert morning["overdue"] in {case["id"] for case in listed.json["cases"]}
        assert "1.0.yaml" not in listed.err
        desk.run("show", morning["soon"], code=3)

    def test_a_file_that_was_mended_is_no_exception_any_more(self, desk: Terminal, morning: dict[str, str]) -> None:
        path = desk.root / desk.run("show", morning["soon"], "-o", "json").json["path"]
        text = path.read_text()
        path.write_text(text.replace("status: open", "status: [open"))
        desk.monkeypatch.setenv("GIT_COMMITTER_DATE", "2026-11-23T10:30:00+00:00")
        desk.git("commit", "-qam", "a hand edit")
        path.write_text(text)
        desk.git("commit", "-qam", "mended")
        desk.run("list")
        assert "Mail is slow" in desk.run("show", morning["soon"]).out
        said = desk.run("report", "breaches", code=3)
        assert f"1 case had versions that could not be read; casectl log {morning['soon']} says which" in said.out
        assert "could not be read:" not in said.out
        assert "(commit " in desk.run("log", morning["soon"]).err

    def test_imported_cases_are_testimony(self, desk: Terminal, morning: dict[str, str]) -> None:
        case = desk.open("From elsewhere", "--priority", "p1", at="09:05")
        path = desk.root / desk.run("show", case, "-o", "json").json["path"]
        text = path.read_text()
        path.write_text(text.replace("policy:", "source: old-desk\npolicy:", 1))
        stamp = "2026-11-23T09:05:00+00:00"
        desk.monkeypatch.setenv("GIT_COMMITTER_DATE", stamp)
        desk.git("commit", "-q", "--amend", "-a", "--no-edit")
        desk.monkeypatch.delenv("GIT_COMMITTER_DATE")
        said = desk.run("report", "breaches", code=3, at="10:30")
        assert "1 row of 2 rest on an imported log: testimony of old-desk, not witnessed by commits" in said.out
        assert "imported from old-desk" in desk.run("show", case).out

    def test_a_report_on_an_unknown_desk_or_moment(self, desk: Terminal) -> None:
        assert "no desk 'acm'" in desk.run("report", "breaches", "--desk", "acm", code=4).err
        assert "without an offset" in desk.run("report", "breaches", "--since", "2026-11-23T10:00", code=2).err
        assert "unknown output format" in desk.run("report", "breaches", "-o", "xml", code=2).err

    def test_the_future_is_answered_with_a_warning(self, desk: Terminal) -> None:
        desk.open(at="10:00")
        said = desk.run("report", "breaches", "--as-of", "2026-11-30T10:00:00+00:00", code=3)
        assert "lies in the future" in said.err


class TestPolicy:
    def test_check_says_every_mistake_of_a_file(self, desk: Terminal) -> None:
        path = desk.root / "policies" / "acme-desk" / "1.0.yaml"
        text = path.read_text()
        assert "1 policy version checked: no mistakes" in desk.run("policy", "check").err
        path.write_text(text.replace("Europe/London", "Europe/Lodnon").replace("within: 2h", "within: soon"))
        said = desk.run("policy", "check", str(path), code=3)
        assert "Lodnon" in said.out
        assert "soon" in said.out
        assert all("1.0.yaml:" in line for line in said.out.splitlines() if not line.startswith("  "))
        assert "no file" in desk.run("policy", "check", "nowhere.yaml", code=4).err

    def test_show_is_for_people(self, desk: Terminal) -> None:
        said = desk.run("policy", "show", "acme-desk")
        for words in ("mon-fri 08:00-18:00", "priority p1", "30m", "on-hold", "team leader", "Europe/London"):
            assert words in said.out
        assert "did you mean '1.0'" in desk.run("policy", "show", "acme-desk", "--version", "1.", code=4).err
        assert "acme-desk" in desk.run("policy", "show", "acme", code=4).err

    def test_holidays_writes_plain_dates(self, desk: Terminal) -> None:
        said = desk.run("policy", "holidays", "GB", "--subdivision", "ENG", "--years", "2026-2026")
        assert "name: gb-eng" in said.out
        assert "2026-12-25" in said.out
        out = desk.root / "gb.yaml"
        desk.run("policy", "holidays", "GB", "--subdivision", "ENG", "--years", "2026-2026", "-o", str(out))
        assert out.read_text() == said.out
        assert "not a span of years" in desk.run("policy", "holidays", "GB", "--years", "26", code=2).err


def test_a_shallow_clone_is_never_certified(desk: Terminal, morning: dict[str, str]) -> None:
    shallow = desk.home / "shallow"
    desk.git("clone", "-q", "--depth", "1", f"file://{desk.root}", str(shallow))
    for words in (["report", "breaches"], ["sla"], ["show", morning["soon"]], ["explain", morning["soon"]], ["list"]):
        said = desk.run("-C", str(shallow), *words, code=1)
        assert "cannot be certified" in said.err
        assert "git fetch --unshallow" in said.err


def test_every_format_tells_the_same_rows(desk: Terminal, morning: dict[str, str]) -> None:
    rows = desk.run("report", "breaches", "--at-risk", "-o", "json", code=3).json["rows"]
    lines = desk.run("report", "breaches", "--at-risk", "-o", "jsonl", code=3).out.splitlines()
    assert [json.loads(line)["id"] for line in lines] == [row["id"] for row in rows]
    for how in ("table", "wide", "csv", "md", "html"):
        text = desk.run("report", "breaches", "--at-risk", "-o", how, code=3).out
        assert text.replace("\\", "").count("ACM-261123") == len(rows)


def test_a_table_is_no_wider_than_its_terminal(desk: Terminal, morning: dict[str, str]) -> None:
    desk.open("A title that is much too long for a terminal of a eighty columns", at="10:29")
    plain = desk.process("list", "--as-of", "2026-11-23T10:30:00+00:00").out
    assert max(len(line) for line in plain.splitlines() if line.startswith("ACM-")) > 112
    shown = _on_a_terminal(desk, "list", "--as-of", "2026-11-23T10:30:00+00:00", columns=80)
    rows = [line for line in shown.splitlines() if line.startswith("ACM-")]
    assert ids(shown) == ids(plain)
    assert max(map(len, rows)) <= 80


def _on_a_terminal(desk: Terminal, *words: str, columns: int) -> str:
    """What a process writes whose standard output is a terminal of so many columns."""
    ours, theirs = os.openpty()
    env = {**os.environ, "COLUMNS": str(columns), "NO_COLOR": "1", "PYTHONPATH": str(Path(__file__).parents[2])}
    with subprocess.Popen([sys.executable, "-m", "casectl", *words], cwd=desk.root, stdout=theirs, env=env) as running:
        os.close(theirs)
        said = b""
        while chunk := _read(ours):
            said += chunk
        assert running.wait() == 0
    os.close(ours)
    return said.decode().replace("\r\n", "\n")


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65_536)
    except OSError:  # Linux says so when the other side is closed
        return b""
