"""`casectl audit` at the prompt: silence, exit codes, every form of output, and what no history smuggles into it."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from io import StringIO

import pytest

from casectl.audit.review import codes
from tests.audit.plain import Plain, begin, entry
from tests.cli.conftest import Terminal

NOW = "2026-12-24 12:00"
HOLD = {"status": "on-hold", "waiting_for": "supplier"}


@pytest.fixture
def history(terminal: Terminal) -> Plain:
    """A desk's history with one clean case, by plain git."""
    plain = begin(terminal.root)
    plain.open()
    terminal.set_clock(NOW)
    return plain


@pytest.fixture
def offended(history: Plain) -> Plain:
    """A minor finding, an observation and a major one."""
    history.step("hold", at="10:00", **HOLD)
    history.step("undo", entry("v1", "void", void="n9", reason="No."), at="10:05")
    history.step("resolve", at="10:10", status="resolved", waiting_for=None, resolution="Solved.")
    history.step("close", at="10:20", status="closed")
    return history


def test_nothing_to_say_is_silence(terminal: Terminal, history: Plain) -> None:
    said = terminal.run("audit")
    assert (said.out, said.err) == ("", "")
    assert terminal.run("audit", "-o", "json").out == ""


def test_findings_end_with_three(terminal: Terminal, offended: Plain) -> None:
    said = terminal.run("audit", code=3)
    assert said.out.startswith("Audit: 1 major, 1 minor, 1 observation\n")
    assert "hold-unexplained" in said.out
    assert said.err == ""


@pytest.mark.parametrize(
    ("severity", "until", "code"),
    [
        ("observation", "10:30", 3),
        ("minor", "10:30", 3),
        ("major", "10:30", 3),
        ("observation", "10:10", 3),
        ("minor", "10:10", 3),
        ("major", "10:10", 0),
    ],
)
def test_what_fails_is_a_choice(terminal: Terminal, offended: Plain, severity: str, until: str, code: int) -> None:
    """The listing is the same, whatever fails."""
    window = ("--until", f"2026-11-23T{until}:00+00:00")
    said = terminal.run("audit", "--fail-on", severity, *window, code=code)
    assert said.out == terminal.run("audit", *window, code=3).out


def test_an_observation_alone_fails_nothing(terminal: Terminal, offended: Plain) -> None:
    window = ("--since", "2026-11-23T10:05:00+00:00", "--until", "2026-11-23T10:06:00+00:00")
    assert "void-of-nothing" in terminal.run("audit", *window).out
    terminal.run("audit", *window, "--fail-on", "observation", code=3)


def test_an_unknown_severity(terminal: Terminal, offended: Plain) -> None:
    said = terminal.run("audit", "--fail-on", "mayor", code=2)
    assert said.out == ""
    assert said.err == "casectl: there is no severity 'mayor'\n  hint: did you mean 'major'?\n"


@pytest.mark.parametrize("words", [("--since", "yesterday"), ("-o", "xml"), ("--until", "2026-13-01")])
def test_words_that_cannot_be_meant(terminal: Terminal, offended: Plain, words: tuple[str, str]) -> None:
    assert terminal.run("audit", *words, code=2).out == ""


@pytest.mark.parametrize("until", ["2020-01-01", "2030-01-01"])
def test_a_period_without_a_moment_is_refused(terminal: Terminal, offended: Plain, until: str) -> None:
    said = terminal.run("audit", "--since", "2030-01-01", "--until", until, code=2)
    assert said.out == ""
    assert said.err.startswith("casectl: --since does not lie before --until")


@pytest.mark.parametrize(
    "option",
    [
        ("--since", "2026-11-01"),
        ("--until", "now"),
        ("--desk", "acme"),
        ("--audited-at", "now"),
        ("-o", "csv"),
        ("--fail-on", "major"),
    ],
)
@pytest.mark.parametrize("command", ["pack", "verify", "codes", "signers"])
def test_an_option_before_another_command_is_refused(
    terminal: Terminal, offended: Plain, option: tuple[str, str], command: str
) -> None:
    """It would do nothing there, and a pack of everything would pass for one of a desk."""
    words = {"pack": ("--out", "P.zip"), "verify": ("P.zip",)}.get(command, ())
    said = terminal.run("audit", *option, command, *words, code=2)
    assert said.out == ""
    assert (
        f"casectl: {'--output' if option[0] == '-o' else option[0]} before '{command}' means nothing to it" in said.err
    )
    assert f"hint: its own options follow it: casectl audit {command} --help" in said.err
    assert not (terminal.root / "P.zip").exists()


def test_an_unknown_desk(terminal: Terminal, offended: Plain) -> None:
    assert "acme" in terminal.run("audit", "--desk", "acne", code=4).err


def test_every_form_has_the_same_rows(terminal: Terminal, offended: Plain) -> None:
    def said(form: str) -> str:
        return terminal.run("audit", "-o", form, code=3).out

    document = json.loads(said("json"))
    rows = document["rows"]
    names = [row["id"] for row in rows]
    assert document["schema"] == "casectl.audit/1"
    assert document["commit"] == offended.head
    assert len(set(names)) == 3
    assert [row["id"] for row in csv.DictReader(StringIO(said("csv")))] == names
    lines = [json.loads(line) for line in said("jsonl").splitlines()]
    assert [{key: line[key] for key in rows[0]} for line in lines if "code" in line] == rows
    assert [name in said("wide") for name in names] == [True] * 3
    for form in ("table", "md", "html"):
        assert [row["code"] in said(form) for row in rows] == [True] * 3


def test_each_row_says_all_that_an_auditor_needs(terminal: Terminal, offended: Plain) -> None:
    row = json.loads(terminal.run("audit", "-o", "json", code=3).out)["rows"][-1]
    assert row == {
        "id": row["id"],
        "code": "role",
        "severity": "major",
        "state": "open",
        "case": "ACM-261123-K7Q4P",
        "desk": "acme",
        "commit": offended.head,
        "at": "2026-11-23T10:20:00+00:00",
        "author": "sam@example.org",
        "finding": "sam may not close by policy acme/1.0: that is for lead (ACM-3)",
        "clause": ["ACM-3"],
        "show": f"git show --text --no-mailmap -m {offended.head[:12]} -- cases/2026/11/23/ACM-261123-K7Q4P.yaml",
        "accepted_by": None,
        "accepted_why": None,
        "accepted_until": None,
    }


def test_a_broken_file_of_accepted_findings_fails(terminal: Terminal, history: Plain) -> None:
    history.commit({"policies/accepted.yaml": "accepted: all\n"}, "Accept all", who="max")
    for form in ("table", "csv", "jsonl"):
        said = terminal.run("audit", "-o", form, code=3)
        assert "policies/accepted.yaml:1" in said.out + said.err
    terminal.run("audit", "--fail-on", "major", code=3)


def test_an_acceptance_that_is_over_is_a_warning(terminal: Terminal, history: Plain) -> None:
    word = "{finding: 0123456789ab, by: lee, why: Known., until: 2026-12-01}"
    history.commit({"policies/accepted.yaml": f"accepted:\n- {word}\n"}, "Accept it", who="max")
    said = terminal.run("audit")
    assert "was accepted until 2026-12-01, which is over" in said.out + said.err


class TestSmuggled:
    """Titles, names and files of a history are shown; none of them acts."""

    EVIL = '\x1b[31m=HYPERLINK("https://evil.example")\u202e<script>|'

    @pytest.fixture
    def smuggled(self, history: Plain) -> Plain:
        name = f"{self.EVIL} <{self.EVIL.replace('<', '').replace('>', '')}@example.org>"
        text = history.sheet().changed((entry("n1", "note", "x"),), {}).text
        history.commit({"cases/2026/11/23/ACM-261123-K7Q4P.yaml": text}, self.EVIL, who=name, committer="sam")
        history.commit({f"cases/{self.EVIL.replace('/', '')}.yaml": "x"}, "A file", who="max")
        return history

    @pytest.mark.parametrize("form", ["table", "wide", "md", "csv", "html", "json", "jsonl"])
    def test_no_form_lets_it_act(self, terminal: Terminal, smuggled: Plain, form: str) -> None:
        said = terminal.run("audit", "-o", form, code=3)
        assert not {"\x1b", "\u202e", "\x07"} & set(said.out + said.err)
        assert "evil.example" in said.out

    def test_no_cell_is_a_formula(self, terminal: Terminal, smuggled: Plain) -> None:
        read = list(csv.reader(StringIO(terminal.run("audit", "-o", "csv", code=3).out)))
        cells = [cell for row in read for cell in row]
        assert not [cell for cell in cells if cell.startswith(("=", "+", "@", "\t"))]

    def test_no_page_runs_a_script(self, terminal: Terminal, smuggled: Plain) -> None:
        assert "<script" not in terminal.run("audit", "-o", "html", code=3).out

    def test_no_line_of_a_table_is_broken(self, terminal: Terminal, smuggled: Plain) -> None:
        lines = terminal.run("audit", "-o", "md", code=3).out.splitlines()
        table = [line for line in lines if line.startswith("|")]
        assert len({line.replace("\\|", "").count("|") for line in table}) == 1


def test_codes(terminal: Terminal) -> None:
    """They need no repository."""
    rows = json.loads(terminal.run("audit", "codes", "-o", "json").out)["rows"]
    assert [row["code"] for row in rows] == list(codes())
    assert {row["severity"] for row in rows} == {"observation", "minor", "major"}
    assert all(row["means"].endswith(".") for row in rows)


def test_a_shallow_clone_is_refused(terminal: Terminal, offended: Plain) -> None:
    other = terminal.root.with_name("other")
    offended.git("clone", "-q", "--depth", "1", f"file://{terminal.root}", str(other))
    said = replace(terminal, root=other).run("audit", code=1)
    assert said.out == ""
    assert "shallow" in said.err


def test_an_empty_history(terminal: Terminal) -> None:
    for folder in ("policies", "cases"):
        (terminal.root / folder).mkdir(parents=True)
    terminal.git("init", "-q", "-b", "main")
    assert "no commits yet" in terminal.run("audit", code=4).err


def test_what_the_repository_said_then(terminal: Terminal, offended: Plain) -> None:
    """`--at` is the audit of another day; the clock is that of today."""
    said = terminal.run("--at", "HEAD^", "audit", "-o", "json", code=3)
    assert [row["code"] for row in json.loads(said.out)["rows"]] == ["hold-unexplained", "void-of-nothing"]


def test_a_process_of_its_own(terminal: Terminal, offended: Plain) -> None:
    assert terminal.process("audit", code=3).out.startswith("Audit: 1 major")


class TestOtherBranches:
    """What they hold is no part of the audit, and one line says so."""

    def test_a_branch_of_ones_own(self, terminal: Terminal, history: Plain) -> None:
        tip = history.head
        history.git("branch", "before", history.git("rev-parse", f"{tip}^"))
        assert terminal.run("audit").err == ""
        history.step("note", entry("n1", "note", "Hidden."))
        history.git("branch", "aside", history.head)
        history.go(tip)
        said = terminal.run("audit")
        told = f"1 commit of other branches is not audited: git branch -a --no-merged {tip[:12]}"
        assert (said.out, said.err) == ("", f"casectl: warning: {told}\n")
        assert history.git("branch", "-a", "--no-merged", tip[:12]).split() == ["aside"]

    def test_a_branch_that_was_fetched(self, terminal: Terminal, history: Plain) -> None:
        other = terminal.root.with_name("other")
        tip = history.head
        history.step("note", entry("n1", "note", "They rang."))
        history.step("note", entry("n2", "note", "They rang again."))
        history.git("clone", "-q", str(terminal.root), str(other))
        history.git("-C", str(other), "reset", "-q", "--hard", tip)
        assert "2 commits of other branches are not audited" in replace(terminal, root=other).run("audit").err


class TestSigners:
    def test_a_staff_list_that_cannot_be_read(self, terminal: Terminal, history: Plain) -> None:
        history.commit({"policies/staff.yaml": "staff: [\n"}, "Staff", who="max")
        said = terminal.run("audit", "signers", code=3)
        assert said.out.startswith("# Who may sign")
        assert "policies/staff.yaml:" in said.err
        assert terminal.run("--at", "HEAD^", "audit", "signers").err == ""
