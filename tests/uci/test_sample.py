"""300 incidents of a real log: imported, judged, compared with the company's own verdict, imported again."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Terminal
from tests.uci.agree import compare, verdicts

HERE = Path(__file__).parent
SAMPLE = HERE / "sample.csv"
WORDS = ("import", "csv", str(SAMPLE), "--map", str(HERE / "map.yaml"))
AGREED, INCIDENTS, ROWS, JUNK = 297, 300, 2073, 5


@pytest.fixture
def company(terminal: Terminal) -> Terminal:
    """A repository with the company's policy and the sample in it."""
    terminal.run("init", str(terminal.root), "--policy", str(HERE / "policy.yaml"), at="08:00")
    terminal.run(*WORDS, code=3)
    return terminal


def test_the_sample_from_end_to_end(company: Terminal) -> None:
    """One story in one test, for the import is the slow part."""
    each_row_is_there(company)
    casectl_agrees_with_the_log(company)
    reading_it_again_adds_nothing(company)
    reports_say_that_it_is_testimony(company)


def each_row_is_there(company: Terminal) -> None:
    messages = company.git("log", "--format=%s", "--grep=^Imported: uci-incident-log$").splitlines()
    assert len(list(company.root.glob("cases/201?/**/*.yaml"))) == INCIDENTS
    entries = subprocess.run(
        ["git", "grep", "-h", "-c", "^- id: ", "HEAD", "--", "cases"], cwd=company.root, capture_output=True, text=True
    )
    assert sum(map(int, entries.stdout.split())) == ROWS
    assert len(messages) >= ROWS
    assert company.files() == ""


def casectl_agrees_with_the_log(company: Terminal) -> None:
    command = [sys.executable, "-m", "tests.uci.agree", str(company.root), str(SAMPLE), "--list"]
    done = subprocess.run(command, cwd=HERE.parents[1], capture_output=True, text=True, check=True)
    print(done.stdout)
    assert done.stdout.splitlines()[0] == f"agree {AGREED} of {INCIDENTS}"
    listed = [line for line in done.stdout.splitlines() if line.startswith("INC")]
    assert len(listed) == INCIDENTS - AGREED
    assert sum(line.endswith("priority changed") for line in listed) == 1


def reading_it_again_adds_nothing(company: Terminal) -> None:
    head = company.git("rev-parse", "HEAD")
    said = company.run(*WORDS, "-o", "json", code=3)
    told = json.loads(said.out)
    assert (told["events"], told["commits"], told["cases_new"], told["cases_grown"]) == (0, 0, 0, 0)
    assert [row["kept"] for row in told["rows"]] == [True] * JUNK
    assert all("'-100' is no state" in row["message"] for row in told["rows"])
    lines = SAMPLE.read_text().splitlines()
    assert all(",-100," in lines[row["line"] - 1] for row in told["rows"])
    assert company.git("rev-parse", "HEAD") == head


def reports_say_that_it_is_testimony(company: Terminal) -> None:
    said = company.run("report", "breaches", "--since", "2016-01-01T00:00:00Z", code=3)
    assert "imported" in said.out
    case_id = next(company.root.glob("cases/201?/**/*.yaml")).stem
    assert "uci-incident-log" in company.run("show", case_id).out


def test_a_verdict_that_differs_comes_with_a_reason() -> None:
    told = verdicts(SAMPLE)
    agreed, differences = compare((), told)
    assert agreed == 0
    assert {one.reason for one in differences} == {"not imported"}
    assert sum(one.priorities > 1 for one in told.values()) >= 30
