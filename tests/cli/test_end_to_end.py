"""The whole program as people run it: real processes, a real repository, a real clock moved by faketime."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

FAKETIME = shutil.which("faketime")
pytestmark = pytest.mark.skipif(FAKETIME is None, reason="faketime is not installed (Debian package 'faketime')")
SOURCE = str(Path(__file__).resolve().parents[2])


class Shell:
    """Runs casectl at a moment (UTC) at which the clock stands still, in one repository."""

    def __init__(self, root: Path, home: Path) -> None:
        self.root, self.home = root, home

    def casectl(self, at: str, *words: str, code: int = 0, stdin: str = "") -> str:
        command = [str(FAKETIME), "-f", f"{at}:00", sys.executable, "-m", "casectl", *words]
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "CASECTL_"))}
        env = {**kept, "HOME": str(self.home), "PYTHONPATH": SOURCE, "TZ": "UTC", "GIT_CONFIG_NOSYSTEM": "1"}
        where = self.root if self.root.exists() else self.home
        done = subprocess.run(command, cwd=where, env=env, input=stdin, capture_output=True, text=True)
        print(f"$ casectl {' '.join(words)}\n{done.stdout}{done.stderr}-> {done.returncode}")
        assert done.returncode == code
        return done.stdout

    def step(self, at: str, *words: str, stdin: str = "") -> dict[str, Any]:
        answer = json.loads(self.casectl(at, *words, "-o", "json", stdin=stdin))
        assert isinstance(answer, dict)
        return answer

    def rows(self, at: str, case_id: str) -> dict[str, dict[str, Any]]:
        said = json.loads(self.casectl(at, "sla", case_id, "-o", "json"))
        assert said["schema"] == "casectl.sla/1"
        return {row["target"]: row for row in said["cases"][0]["targets"]}


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    (tmp_path / ".gitconfig").write_text("[user]\n\tname = Sam\n\temail = sam@example.com\n")
    found = Shell(tmp_path / "desk", tmp_path)
    found.casectl("2026-11-23 07:00", "init", str(found.root))
    return found


def test_a_week_at_the_desk_and_its_nightly_report(shell: Shell) -> None:
    """A P1 held and solved in time, a P2 that is late, a complaint answered: silence first, then one finding."""
    p1 = shell.step(
        "2026-11-23 09:00", "open", "--desk", "ess", "--customer", "oakfield", "--channel", "phone",
        "--title", "Nobody can sign in", "--priority", "p1", "--description", "-", stdin="Since eight.\n",
    )["id"]  # fmt: skip
    p2 = shell.step("2026-11-23 10:00", "open", "--desk", "ess", "--title", "Mail is late", "--priority", "p2")["id"]
    plea = shell.step("2026-11-23 11:00", "open", "--desk", "ess", "--type", "complaint", "--title", "No answer")["id"]
    shell.step("2026-11-23 10:30", "hold", p1, "--waiting-for", "customer")
    assert shell.rows("2026-11-23 11:30", p1)["resolution"]["state"] == "paused"
    shell.step("2026-11-23 12:30", "resume", p1)
    done = shell.step("2026-11-23 14:59", "resolve", p1, "-m", "Directory repaired.")
    assert done["status"] == "resolved"
    row = shell.rows("2026-11-23 15:00", p1)["resolution"]
    assert (row["state"], row["elapsed_seconds"], row["paused_seconds"]) == ("met", 14_340, 7200)
    shell.step("2026-11-24 16:00", "respond", plea, "-m", "A holding answer.", "--to", "complaint")
    assert shell.casectl("2026-11-24 09:59", "report", "breaches") == ""
    report = shell.casectl("2026-11-25 02:00", "report", "breaches", "--since", "2026-11-24", code=3)
    assert p2 in report
    assert p1 not in report
    assert "ESS-11" in report
    found = json.loads(shell.casectl("2026-11-25 02:00", "report", "breaches", "-o", "json", code=3))
    assert found["schema"].startswith("casectl.")
    assert shell.rows("2026-11-25 02:00", plea)["complaint-response"]["state"] == "met"


def test_a_reply_says_what_is_due_next(shell: Shell) -> None:
    said = shell.casectl(
        "2026-11-23 15:05",
        "open",
        "--desk",
        "2n5",
        "--title",
        "Calls drop",
        "--priority",
        "major",
        "--customer",
        "acme",
    )
    assert "response due" in said
    assert "in 30 m" in said


def test_commits_carry_the_time_of_their_step(shell: Shell) -> None:
    case = shell.step("2026-11-23 09:00", "open", "--desk", "ess", "--title", "Nobody can sign in")
    stamp = subprocess.run(
        ["git", "log", "-1", "--format=%aI %cI"], cwd=shell.root, capture_output=True, text=True, check=True
    ).stdout
    assert stamp.split()[0][:16] == stamp.split()[1][:16] == "2026-11-23T09:00"
    assert case["at"].startswith("2026-11-23T09:00")
