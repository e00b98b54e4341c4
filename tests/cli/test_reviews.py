"""Reports for reviews, shifts and auditors, over a small desk: exit codes, forms, totals, the same bytes anywhere."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
import subprocess

import pytest

from tests.cli.conftest import Terminal
from tests.cli.working import CUSTOMERS, WORK, working_desk

INFORMING = ("handover", "maintenance", "management", "metrics", "trends")
EVERY = ("breaches", "credits", "duties", "misuse", *INFORMING)
MORE = """\
credits:
  cap: 15%
  rows:
  - {name: missed, targets: resolution, share: 10%, each: true, instead_of: leaving, clause: ACM-20}
  - {name: attainment, tiers: [{below: 99%, share: 5%}, {below: 50%, share: 12%}], clause: ACM-21}
sites:
  leeds: {label: Leeds, calendar: desk, rota: on-call, clause: ACM-22}
commitments:
  maintenance: {label: Maintenance, window: true}
"""


@pytest.fixture
def desk(terminal: Terminal) -> Terminal:
    """Two customers; one case late, one in time, one open, by a way that is not meant for it."""
    desk = working_desk(terminal)
    policy = desk.root / "policies/acme-desk/1.0.yaml"
    text = WORK.read_text().replace(
        "email: {calendar: desk}", "email: {calendar: desk, for: {priority: p1}, fee: 5 GBP}"
    )
    policy.write_text(text + MORE)
    spend = CUSTOMERS.replace("label: Oakfield School", 'label: Oakfield School, spend: {"2026-11": 100.05 GBP}')
    (desk.root / "policies/acme-desk/customers.yaml").write_text(spend)
    desk.git("commit", "-qam", "Credits, sites, spend")
    late = desk.open("Late", "--priority", "p1", at="09:00")
    desk.run("take", late, at="09:05")
    desk.run("resolve", late, "-m", "Done.", at="15:00")
    early = str(desk.step("open", "--title", "Early", "--customer", "hilltop", "--channel", "email", at="09:10")["id"])
    desk.run("triage", early, "--priority", "p2", at="09:11")
    desk.run("resolve", early, "-m", "Done.", at="10:00")
    still = desk.open("Still open", "--category", "hardware", at="09:30")
    desk.run("promise", still, "--kind", "maintenance", "--due", "48h", "--until", "50h", "-m", "A card.", at="09:31")
    desk.set_clock("16:00")
    return desk


def test_credits_are_capped_and_name_their_ledgers(desk: Terminal) -> None:
    answer = desk.run("report", "credits", "-o", "json", code=3).json
    first, second = answer["rows"]
    assert (first["credit"], first["missed"], first["share"], first["amount"]) == ("missed", 1, "10 %", "10.01 GBP")
    told = (second["credit"], second["share"], second["amount"], second["capped"])
    assert told == ("attainment", "5 %", "4.99 GBP", "from 12 %"), "not 5.00: the cap is 15.00, rounded down"
    assert answer["sum"] == ["15.00 GBP"]
    for ledger in second["ledgers"]:
        assert "breached" in desk.run(*ledger.split()[1:]).out
    assert answer["totals"]["credits"] == {"total": 2, "with a figure": 2}
    assert desk.run("report", "credits", "--customer", "hilltop").out == ""


class TestCreditsByMonth:
    def test_a_window_takes_in_whole_months(self, desk: Terminal) -> None:
        whole = desk.run("report", "credits", "--month", "2026-11", "-o", "json", code=3).json["rows"]
        for since, until in (("2026-11-01", "2026-12-01"), ("2026-11-23", "2026-11-25"), ("2026-10-05", "2026-11-03")):
            told = desk.run("report", "credits", "--since", since, "--until", until, "-o", "json", code=3).json["rows"]
            assert told == whole, "a credit is of a month, or it would be given twice"
        assert desk.run("report", "credits", "--since", "2026-12-01").out == ""
        assert desk.run("report", "credits", "--until", "2026-11-01").out == ""

    def test_it_stays_with_whoever_was_the_customer_then(self, desk: Terminal) -> None:
        before = desk.run("report", "credits", "-o", "json", code=3).json["rows"]
        desk.run("set", before[0]["cases"][0].split()[0], "customer=hilltop", at="16:30")
        assert desk.run("report", "credits", "-o", "json", code=3).json["rows"] == before
        assert desk.run("report", "credits", "--customer", "oakfield", "-o", "json", code=3).json["rows"] == before
        assert desk.run("report", "credits", "--customer", "hilltop").out == ""

    def test_a_record_that_cannot_be_read_is_said(self, desk: Terminal) -> None:
        records = desk.root / "policies/acme-desk/customers.yaml"
        records.write_text(records.read_text().replace("100.05 GBP", "100.05"))
        desk.git("commit", "-qam", "a slip")
        said = desk.run("report", "credits", code=3).out
        assert (
            "policies/acme-desk/customers.yaml:2: customer 'oakfield', spend of 2026-11: '100.05' is no money" in said
        )
        assert 'spend: {"2026-11": AMOUNT CURRENCY} in policies/acme-desk/customers.yaml' in said

    def test_a_team_has_none(self, desk: Terminal) -> None:
        assert "leave --team out" in desk.run("report", "credits", "--team", "first", code=2).err
        assert desk.run("report", "management", "--team", "first").out

    def test_a_case_is_reckoned_by_the_text_of_its_own_day(self, desk: Terminal) -> None:
        due, misused = (desk.run("report", name, "-o", "json", code=3).json["rows"] for name in ("credits", "misuse"))
        policy = desk.root / "policies/acme-desk/1.0.yaml"
        policy.write_text(policy.read_text().replace("share: 10%", "share: 14%").replace("fee: 5 GBP", "fee: 50 GBP"))
        desk.git("commit", "-qam", "Dearer")
        desk.open("New", at="16:30")
        assert desk.run("report", "credits", "-o", "json", code=3).json["rows"] == due
        assert desk.run("report", "misuse", "-o", "json", code=3).json["rows"] == misused


def test_a_customer_s_figures_are_its_own(desk: Terminal) -> None:
    late = next(row["id"] for row in desk.run("list", "--all", "-o", "json").json["rows"] if row["title"] == "Late")
    desk.run("set", late, "customer=hilltop", at="16:30")
    told = desk.run("report", "metrics", "--customer", "oakfield", "-o", "json").json["tables"][0]["totals"]["targets"]
    assert told["total"] == 1, "the one that is still open"


def test_the_forms_for_machines_have_one_shape_whatever_the_data(desk: Terminal) -> None:
    for name in ("handover", "management", "metrics"):
        for more in ((), ("--customer", "oakfield"), ("--month", "2026-11")):
            shape = [
                table["title"].partition(":")[0]
                for table in desk.run("report", name, *more, "-o", "json").json["tables"]
            ]
            assert len(shape) == len(desk.run("report", name, "-o", "json").json["tables"])
    commit = desk.git("rev-parse", "HEAD").strip()
    for line in desk.run("report", "metrics", "-o", "jsonl").out.splitlines():
        row = json.loads(line)
        assert row["commit"] == commit
        assert row["table"] in ("Times", "Attainment", "Backlog", "Rates")


class TestTrends:
    def test_a_month_has_the_same_row_whatever_the_window(self, desk: Terminal) -> None:
        desk.open("December", at="2026-12-07 09:00")
        desk.set_clock("2027-02-10 09:00")
        rows = desk.run("report", "trends", "-o", "json").json["tables"][0]["rows"]
        assert [(row["month"], row["opened"], row["change"], row["resolved"], row["open_at_end"]) for row in rows] == [
            ("2026-11", 3, None, 2, 1), ("2026-12", 1, "-2", 0, 2), ("2027-01", 0, "-1", 0, 2),
            ("2027-02", 0, "+0", 0, 2),
        ]  # fmt: skip
        for row in rows:
            asked = desk.run("report", "trends", "--month", row["month"], "-o", "json").json
            assert (asked["tables"][0] if "tables" in asked else asked)["rows"] == [row]
        told = desk.run("report", "trends", "--until", "2026-12-01", "-o", "json").json["tables"][0]["rows"]
        assert told == rows[:1]


def test_a_finished_month_s_times_stay_as_they_were(desk: Terminal) -> None:
    """Late in November, solved in December: the miss belongs to the one month, the time taken to the other."""
    case = desk.open("Very late", "--priority", "p1", at="2026-11-27 09:00")
    before = desk.run("report", "metrics", "--month", "2026-11", "-o", "json", at="2026-12-01 09:00").json["tables"]
    desk.run("resolve", case, "-m", "Done.", at="2026-12-02 09:00")
    after = desk.run("report", "metrics", "--month", "2026-11", "-o", "json", at="2026-12-03 09:00").json["tables"]
    assert after[:2] == before[:2]
    times = desk.run("report", "metrics", "--month", "2026-12", "-o", "json").json["tables"][0]["rows"]
    assert [row["count"] for row in times if row["priority"] == "all"] == [1]


def test_the_page_names_the_commands_for_all_of_it(desk: Terminal) -> None:
    for number in range(12):
        desk.open(f"Bare {number}", "--channel", "phone", at=f"16:{number + 10}")
    said = desk.run("report", "management", "--month", "2026-11").out
    [more] = [line for line in said.splitlines() if line.startswith("and ") and "report duties" in line]
    command = more.partition(": ")[2]
    assert "--month 2026-11" in command
    assert "Bare 11" in desk.run(*command.split()[1:], code=3).out


def test_each_may_be_of_one_customer_or_team(desk: Terminal) -> None:
    mine = desk.run("report", "handover", "--team", "workshop", "-o", "json").json
    assert [row["title"] for row in mine["tables"][0]["rows"]] == ["Still open"]
    assert "--team workshop" in mine["reproduce"]
    assert desk.run("report", "handover", "--customer", "hilltop").out == ""
    counted = desk.run("report", "metrics", "--customer", "hilltop", "-o", "json").json["tables"][0]["totals"][
        "targets"
    ]
    assert counted == {"total": 1, "met": 1}
    assert "there is no customer 'oakfeld'" in desk.run("report", "metrics", "--customer", "oakfeld", code=4).err
    assert "there is no team 'attic'" in desk.run("report", "breaches", "--team", "attic", code=2).err
    assert (
        "leave --customer and --team out"
        in desk.run("report", "breaches", "--since", "last", "--team", "first", code=2).err
    )


class TestMonth:
    def test_it_is_that_of_each_desk_s_own_calendar(self, desk: Terminal) -> None:
        """Late at half past midnight in London, which is still the month before in UTC's eyes in summer."""
        policy = desk.root / "policies/acme-desk/1.0.yaml"
        policy.write_text(policy.read_text().replace('desk: {hours: {mon-fri: "08:00-18:00"}}', "desk: 24x7"))
        desk.git("commit", "-qam", "Round the clock")
        case = desk.open("Summer", "--priority", "p1", at="2027-05-31 15:30")
        desk.run("resolve", case, "-m", "x", at="2027-06-01 12:00")

        def told(month: str, code: int) -> str:
            return desk.run("report", "breaches", "--month", month, "-o", "csv", code=code).out

        assert case in told("2027-05", 3), "the four hours end at 19:30 UTC, half past eight in London"
        assert told("2027-06", 0) == ""
        night = desk.open("Night", "--priority", "p1", at="2027-06-30 19:30")
        desk.run("resolve", night, "-m", "x", at="2027-07-01 12:00")
        assert night in told("2027-07", 3), "23:30 UTC is half past midnight in London"
        assert night not in told("2027-06", 0)

    def test_last_is_the_month_before(self, desk: Terminal) -> None:
        said = desk.run(
            "report", "credits", "--month", "last", "--as-of", "2026-12-03", code=3, at="2026-12-04 09:00"
        ).out
        assert "month      2026-11" in said
        assert "--month 2026-11" in said
        assert (
            desk.run("report", "credits", "--month", "last", "--as-of", "2027-01-05", at="2027-01-06 09:00").out == ""
        )

    @pytest.mark.parametrize("month", ["2026-13", "2026-1", "11", "2026-11-01", "lst"])
    def test_what_is_no_month(self, desk: Terminal, month: str) -> None:
        assert f"not a month: '{month}'" in desk.run("report", "credits", "--month", month, code=2).err

    def test_the_end_of_time_is_no_crash(self, desk: Terminal) -> None:
        for name in EVERY:
            far = ("report", name, "--as-of", "9998-12-31T00:00:00Z")
            assert "more than a century ahead" in desk.run(*far, code=2).err
            assert "unexpected" not in desk.run(*far[:-1], "2125-01-01", code=0 if name in INFORMING else 3).err
        for month in ("9999-12", "0000-01"):
            assert desk.run("report", "credits", "--month", month).out == ""
        assert desk.run("report", "credits", "--since", "9998-12-01").out == ""

    def test_it_is_a_window_of_its_own(self, desk: Terminal) -> None:
        for more in (("--since", "last"), ("--until", "2026-11-02"), ("--compare", "HEAD")):
            assert "window of its own" in desk.run("report", "breaches", "--month", "2026-11", *more, code=2).err


def test_misuse_is_listed_until_the_case_is_raised(desk: Terminal) -> None:
    (row,) = desk.run("report", "misuse", "-o", "json", code=3).json["rows"]
    assert (row["customer"], row["fee"], row["state"]) == ("hilltop", "5 GBP", "flagged")
    desk.run("triage", row["id"], "--priority", "p1", at="16:05")
    assert desk.run("report", "misuse").out == ""
    assert "undone" in desk.run("report", "misuse", "--undone", code=3).out


def test_the_handover_has_what_the_next_shift_must_know(desk: Terminal) -> None:
    said = desk.run("report", "handover").out
    assert "Handover: 1 open" in said
    assert "maintenance Wed 2026-11-25 09:31 GMT: A card." in said
    leeds = next(line for line in said.splitlines() if "Leeds" in line)
    assert leeds.split() == "acme-desk Leeds on until Mon 2026-11-23 18:00 GMT Mon 2026-11-23 18:00 GMT kim".split()
    shift = desk.run("report", "handover", "--since", "2026-11-23T09:50:00Z", "-o", "json").json["tables"]
    assert [row["title"] for row in shift[0]["rows"]] == ["Still open"], (
        "whatever the shift, what is open is handed over"
    )
    assert {row["title"] for row in shift[1]["rows"]} == {"Late", "Early"}
    there = desk.run("report", "handover", "--zone", "Asia/Tokyo").out
    assert "Tue 2026-11-24 02:30 JST" in there, "due times in the reader's zone"


@pytest.mark.parametrize("name", EVERY)
def test_exit_codes_and_forms(desk: Terminal, name: str) -> None:
    code = 0 if name in INFORMING else 3
    assert desk.run("report", name, code=code).out
    answer = desk.run("report", name, "-o", "json", code=code).json
    assert answer["schema"] == f"casectl.{name}/1"
    assert answer["reproduce"].split()[3:5] == ["report", name]
    assert list(csv.reader(io.StringIO(desk.run("report", name, "-o", "csv", code=code).out)))
    assert desk.run("report", name, "-o", "md", code=code).out.startswith("## ")
    for tally in (answer.get("totals") or answer["tables"][0]["totals"]).values():
        assert tally["total"] == sum(amount for part, amount in tally.items() if part != "total")


@pytest.mark.parametrize("name", EVERY)
def test_where_nothing_is_there_is_silence(terminal: Terminal, name: str) -> None:
    desk = working_desk(terminal)
    assert desk.run("report", name).out == ""


@pytest.mark.parametrize("name", EVERY)
def test_the_same_bytes_in_any_zone_locale_folder_and_clone(desk: Terminal, name: str) -> None:
    code = 0 if name in INFORMING else 3
    said = desk.run("report", name, "-o", "json", code=code).json
    words = said["reproduce"].split()[1:]
    here = [desk.process(*words, "-o", form, code=code).out for form in ("table", "json", "csv", "md")]
    clone = desk.home / "elsewhere" / "a clone"
    subprocess.run(["git", "clone", "-q", str(desk.root), str(clone)], check=True)
    shutil.rmtree(desk.root)
    clone.rename(desk.root)
    env = {"TZ": "Pacific/Apia", "LC_ALL": "C", "PYTHONHASHSEED": "7"}
    assert [desk.process(*words, "-o", form, code=code, **env).out for form in ("table", "json", "csv", "md")] == here


def test_a_case_that_cannot_be_read_is_an_exception_of_every_report(desk: Terminal) -> None:
    path = next(desk.root.glob("cases/*/*/*/*.yaml"))
    path.write_text(path.read_text().replace("status: ", "status: [", 1))
    desk.git("commit", "-qam", "a slip")
    for name in EVERY:
        assert path.stem in desk.run("report", name, code=3).out


class TestPolicyHistory:
    def test_the_revision_table_from_git(self, desk: Terminal) -> None:
        said = desk.run("policy", "history", "acme-desk", "-o", "json").json["rows"]
        assert [(row["version"], row["revision"], row["what"]) for row in said] == [
            ("1.0", 1, "published"), ("1.0", 2, "edited")
        ]  # fmt: skip
        assert said[0]["notice"] is None, "the first version owes no notice"
        assert [row["finding"] for row in said] == [None, None], "there was no case that could rest on it"
        assert said[1]["who"] == "sam"
        assert said[1]["subject"] == "Credits, sites, spend"

    def test_an_edit_once_there_are_cases(self, desk: Terminal) -> None:
        policy = desk.root / "policies/acme-desk/1.0.yaml"
        policy.write_text(policy.read_text() + "notice: {days: 30, clause: ACM-23}\n")
        desk.git("commit", "-qam", "Notice")
        said = desk.run("policy", "history", "acme-desk", "-o", "json", code=3).json["rows"]
        assert (said[2]["code"], "while in force" in said[2]["finding"]) == ("policy-edited", True)

    def test_notice_is_days_between_the_commit_and_the_first_day(self, desk: Terminal) -> None:
        folder = desk.root / "policies/acme-desk"
        text = (folder / "1.0.yaml").read_text()
        (folder / "1.0.yaml").write_text(text + "notice: {days: 30, clause: ACM-23}\n")
        desk.git("commit", "-qam", "Notice")

        def publish(version: str, effective: str, on: str) -> None:
            new = text.replace('version: "1.0"', f'version: "{version}"').replace("2026-01-01", effective)
            (folder / f"{version}.yaml").write_text(new + "notice: {days: 10}\n")
            desk.git("add", "policies")
            env = {**os.environ, "GIT_COMMITTER_DATE": f"{on}T12:00:00+00:00"}
            subprocess.run(["git", "commit", "-qm", f"Version {version}"], cwd=desk.root, env=env, check=True)

        publish("2.0", "2027-02-01", "2027-01-02")
        publish("3.0", "2027-03-01", "2027-02-20")
        rows = {
            row["version"]: row for row in desk.run("policy", "history", "acme-desk", "-o", "json", code=3).json["rows"]
        }
        assert (rows["2.0"]["notice"], rows["2.0"]["wanted"], rows["2.0"]["finding"]) == ("30 d", "30 d", None)
        assert rows["2.0"]["clause"] == ["ACM-23"]
        assert rows["3.0"]["finding"] == "made known 9 days ahead instead of 10", "as the version before it promises"

    def test_an_unknown_desk(self, desk: Terminal) -> None:
        assert "did you mean 'acme-desk'?" in desk.run("policy", "history", "acme-dsk", code=4).err


class TestClauses:
    def test_what_carries_and_proves_each(self, desk: Terminal) -> None:
        folder = desk.root / "policies/acme-desk"
        (folder / "clauses.yaml").write_text(
            "clauses:\n  ACM-1: Some rate.\n  ACM-20: {says: A credit., by: report credits}\n  ACM-99: Nobody does.\n"
        )
        tests = desk.root / "tests/clauses"
        tests.mkdir(parents=True)
        (tests / "test_acme.py").write_text(
            "def test_acm_1_some_rate() -> None:\n    pass\n\n\ndef test_acm_10_x(): pass\n"
        )
        desk.git("add", ".")
        desk.git("commit", "-qm", "Clauses")
        answer = desk.run("clauses", "-o", "json", code=3).json
        rows = {row["clause"]: row for row in answer["rows"]}
        assert (rows["ACM-1"]["state"], rows["ACM-1"]["tests"]) == ("proved", 1)
        assert rows["ACM-1"]["proved_by"] == ["tests/clauses/test_acme.py:1 test_acm_1_some_rate"]
        assert rows["ACM-1"]["carried_by"] == "authority.triage"
        assert rows["ACM-1"]["places"][0].startswith("policies/acme-desk/1.0.yaml:")
        assert (rows["ACM-20"]["state"], rows["ACM-20"]["commands"]) == ("carried", ["casectl report credits"])
        assert rows["ACM-99"]["state"] == "missing"
        one = desk.run("clauses", "acm-1", "-o", "json").json["rows"]
        assert one == [rows["ACM-1"]], "as in the whole map: what ACM-10 has proves nothing of it"
        assert "did you mean 'ACM-20'?" in desk.run("clauses", "ACM-2O", code=4).err
        assert "clause 'ACM-2' is not listed" in desk.run("clauses", code=3).out

    def test_where_there_are_tests_a_clause_without_one_is_a_finding(self, desk: Terminal) -> None:
        carried = sorted(set(re.findall(r"ACM-\d+", WORK.read_text() + MORE)))
        lines = "".join(f"  {name}: Something.\n" for name in carried)
        (desk.root / "policies/acme-desk/clauses.yaml").write_text(f"clauses:\n{lines}")
        tests = desk.root / "tests/clauses"
        tests.mkdir(parents=True)
        stories = [f"def test_{name.lower().replace('-', '_')}_x(): pass\n" for name in carried]
        (tests / "test_acme.py").write_text("".join(stories))
        desk.git("add", ".")
        desk.git("commit", "-qm", "All proved")
        assert f"clauses: {len(carried)} = {len(carried)} proved" in desk.run("clauses").out
        for setting in ("grep.column=true", "color.grep=always", "grep.lineNumber=false", "grep.fullName=false"):
            desk.git("config", *setting.split("="))
        assert f"clauses: {len(carried)} = {len(carried)} proved" in desk.run("clauses").out
        (tests / "test_acme.py").write_text("".join(stories[1:]))
        desk.git("commit", "-qam", "One less")
        assert f"{len(carried) - 1} proved + 1 carried" in desk.run("clauses", code=3).out

    def test_a_desk_without_tests_is_told_so_and_lacks_nothing(self, desk: Terminal) -> None:
        carried = sorted(
            {word for word in WORK.read_text().replace("}", " ").replace(",", " ").split() if "ACM-" in word}
        )
        more = [f"ACM-{number}" for number in (20, 21, 22)]
        lines = "".join(f"  {name}: Something.\n" for name in sorted({*carried, *more}))
        (desk.root / "policies/acme-desk/clauses.yaml").write_text(f"clauses:\n{lines}")
        desk.git("add", ".")
        desk.git("commit", "-qm", "Clauses")
        assert "no tests/clauses, so nothing here proves them" in desk.run("clauses", "acme-desk").out
        assert json.loads(desk.run("clauses", "-o", "json").out)["totals"]["clauses"]["carried"] == len(
            {*carried, *more}
        )
