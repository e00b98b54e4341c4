"""README keeps its word: the Quick start has its two blocks, and every day's commands work as printed."""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

README = Path(__file__).parents[1] / "README.md"
MONTH = "2026-11-06T17:00:00+00:00"
DAYS = {
    "The day of an agent": [
        "undo: ",
        "agree: resolution by ",
        "engineer-on-site",
        "kept",
        "may become: ",
        "To: ",
        "followed",
    ],
    "The day of a lead": ["overturned by ", "exempt: customer-information", "AEDT", "Duties: ", "case-managers"],
    "The night of cron": ["Breaches: ", "breached_at"],
    "The half day of an auditor": [
        "made again from its history, byte for byte",
        "overturned by ",
        "+  approved_by: sue",
        "exempt, ",
    ],
    "Many hands, one history": ["merged as ", "united: 2SMS-", "origin/main: "],
}
"""Each section, and some of what its commands say."""


def blocks(section: str, language: str = "bash") -> list[str]:
    """The blocks of one section in one language, in order."""
    text = README.read_text(encoding="utf-8")
    inside = re.search(rf"^## {re.escape(section)}\n(.*?)(?=^## |\Z)", text, flags=re.MULTILINE | re.DOTALL)
    assert inside, f"README has no section '{section}'"
    return re.findall(rf"^```{language}\n(.*?)^```$", inside[1], flags=re.MULTILINE | re.DOTALL)


def checked(script: str) -> str:
    """The script, stopping at the first command whose exit code is not the printed one (`# exit 3`), and at one that
    says something where it is printed to say nothing (`# nothing`)."""
    lines = ["set -u"]
    for line in script.splitlines():
        expected = found[1] if (found := re.search(r"#.*\bexit (\d+)", line)) else "0"
        lines += [
            f"said=$({line.partition('# nothing')[0]})" if "# nothing" in line else line,
            f'code=$?; [ "$code" = {expected} ] || {{ echo "exit $code" >&2; exit 99; }}',
        ]
        lines += ['[ -z "$said" ] || { echo "not silent: $said" >&2; exit 98; }'] if "# nothing" in line else []
    return "\n".join(lines)


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A shell that has `casectl` and a git identity, and stands in a demo that is made once."""
    home = tmp_path_factory.mktemp("home")
    program = home / "bin" / "casectl"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m casectl "$@"\n')
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    env = {
        **os.environ,
        "PATH": f"{program.parent}:{Path(sys.executable).parent}:{os.environ['PATH']}",
        "PYTHONPATH": str(README.parent),
        "HOME": str(home),
    }
    for name, value in (("user.name", "Sam"), ("user.email", "sam@example.com")):
        subprocess.run(["git", "config", "--global", name, value], env=env, check=True)
    demo = ["casectl", "demo", "desk", "--as-of", MONTH]
    subprocess.run(demo, env=env, cwd=home, check=True, capture_output=True)
    return {**env, "PWD": str(home / "desk")}


@pytest.fixture
def shell(studio: dict[str, str], tmp_path: Path) -> dict[str, str]:
    """That shell in a copy of the demo, for one test alone."""
    return {**studio, "PWD": str(shutil.copytree(studio["PWD"], tmp_path / "desk"))}


def typed(script: str, shell: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """What a bash in the demo says to a script; shown when a test fails."""
    done = subprocess.run(["bash", "-c", script], env=shell, cwd=shell["PWD"], capture_output=True, text=True)
    print(done.stdout, done.stderr)
    return done


@pytest.mark.parametrize("section", DAYS)
def test_every_command_works_as_printed(section: str, shell: dict[str, str]) -> None:
    found = blocks(section)
    assert found
    done = typed(checked("".join(found)), shell)
    assert done.returncode == 0, done.stderr
    assert not [words for words in DAYS[section] if words not in done.stdout]


def test_the_line_for_cron_tells_what_is_new_and_then_nothing(shell: dict[str, str]) -> None:
    sweep, report, _ = cron(shell)
    for command in (sweep, report):
        first, second = typed(command, shell), typed(command, shell)
        assert (first.returncode, second.returncode) == (0, 0)
        assert first.stdout or command is sweep
        assert not second.stdout


def cron(shell: dict[str, str]) -> list[str]:
    """The commands of the crontab, for the demo's directory."""
    [lines] = blocks("The night of cron", "crontab")
    commands = (line.split(maxsplit=5)[5] for line in lines.splitlines())
    return [command.replace("/srv/desk", shell["PWD"]).replace(r"\%", "%") for command in commands]


def bare(command: str, shell: dict[str, str], path: str | None = None) -> subprocess.CompletedProcess[str]:
    """A command as cron runs it: hardly any environment, nothing on standard input, no code forgiven."""
    env = {"HOME": shell["HOME"], "PATH": path or shell["PATH"], "PYTHONPATH": shell["PYTHONPATH"]}
    script = f"{command.replace(' || test $? -eq 3', '')} <&-"
    return subprocess.run(["/bin/sh", "-c", script], env=env, capture_output=True, text=True, cwd="/")


def test_cron_gets_silence_and_0_or_findings_and_3(shell: dict[str, str]) -> None:
    sweep, report, monthly = (bare(command, shell) for command in cron(shell))
    assert (sweep.returncode, sweep.stderr) == (0, ""), "what time has made due since the demo's month"
    sweep = bare(cron(shell)[0], shell)
    assert (sweep.returncode, sweep.stdout, sweep.stderr) == (0, "", "")
    assert (report.returncode, report.stderr) == (3, "")
    assert report.stdout.startswith("Breaches: ")
    assert (monthly.returncode, monthly.stderr) in ((0, ""), (3, "")), "the month before may have none"
    month = bare(cron(shell)[2].replace("--month last", "--month 2026-10"), shell)
    assert (month.returncode, month.stdout.partition(":")[0]) == (3, "Credits")
    assert "sum          421.08 USD" in month.stdout
    again = bare(cron(shell)[1], shell)
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")


def test_cron_gets_failures_on_standard_error_with_1(shell: dict[str, str]) -> None:
    programs = f"{Path(shell['PATH'].partition(':')[0])}"
    for command in cron(shell):
        failed = bare(command, shell, programs)
        assert (failed.returncode, failed.stdout) == (1, "")
        assert "git" in failed.stderr


def test_the_quick_start_is_two_blocks_and_ends_in_what_ci_runs() -> None:
    install, tests = blocks("Quick start")
    assert f"--as-of {MONTH}" in install
    assert "pytest" in tests
    assert 'bash -euo pipefail "$checks/tests.sh"' in (README.parent / ".ci" / "run").read_text(encoding="utf-8")


def test_the_quick_start_names_every_shipped_desk() -> None:
    shipped = sorted(path.parent.name for path in (README.parent / "policies").glob("*/clauses.yaml"))
    assert f"the five shipped desks ({', '.join(shipped)})" in " ".join(README.read_text(encoding="utf-8").split())


def test_every_command_that_is_named_exists() -> None:
    """Also the ones in running text, which no other test types."""
    named = set(re.findall(r"(?:`|\$ |\()casectl ([a-z][a-z-]*)", README.read_text(encoding="utf-8")))
    help_text = subprocess.run(
        [sys.executable, "-m", "casectl", "--help"], cwd=README.parent, capture_output=True, text=True, check=True
    )
    assert not named - set(re.findall(r"^  ([a-z-]+) ", help_text.stdout, flags=re.MULTILINE))


def test_the_transcript_at_the_top_is_the_demos(shell: dict[str, str]) -> None:
    """Every word of it stands in what the demo's repository says; commits change with any text that `init` writes."""
    shown = re.search(
        r"^```console\n\$ casectl (.*?)\n(.*?)^```$", README.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL
    )
    assert shown
    command = ["casectl", *shown[1].split()]
    said = subprocess.run(command, env=shell, cwd=shell["PWD"], capture_output=True, text=True, check=True).stdout
    words = {word for line in said.splitlines() for word in line.split()}
    told = [word for word in shown[2].split() if not set(word) <= {".", "-"} and not re.fullmatch("[0-9a-f]{12}", word)]
    missing = [word for word in told if word not in words]
    assert not missing


def test_the_commits_of_the_transcript_are_those_of_the_demo(shell: dict[str, str]) -> None:
    """They follow from every file that a new repository gets: a changed schema or policy is a changed transcript."""
    transcript = README.read_text(encoding="utf-8").partition("```console\n")[2].partition("```")[0]
    command, _, shown = transcript.partition("\n")
    said = subprocess.run(
        ["bash", "-c", command.removeprefix("$ ")], env=shell, cwd=shell["PWD"], capture_output=True, text=True
    )
    commits = re.findall(r"\b[0-9a-f]{12}\b", shown)
    assert commits
    assert [commit for commit in commits if commit not in said.stdout] == []
