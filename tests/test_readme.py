"""README keeps its word: the Quick start has its two blocks, and every day's commands work as printed."""

from __future__ import annotations

import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest

README = Path(__file__).parents[1] / "README.md"
MONTH = "2026-11-06T17:00:00+00:00"


def blocks(section: str) -> list[str]:
    """The bash blocks of one section, in order."""
    text = README.read_text()
    inside = re.search(rf"^## {re.escape(section)}\n(.*?)(?=^## |\Z)", text, flags=re.MULTILINE | re.DOTALL)
    assert inside, f"README has no section '{section}'"
    return re.findall(r"^```bash\n(.*?)^```$", inside[1], flags=re.MULTILINE | re.DOTALL)


def checked(block: str) -> str:
    """The block as a script that stops at the first command whose exit code is not the printed one (`# exit 3`)."""
    lines = ["set -u"]
    for line in block.splitlines():
        expected = found[1] if (found := re.search(r"#.*\bexit (\d+)", line)) else "0"
        lines += [line, f'code=$?; [ "$code" = {expected} ] || {{ echo "exit $code" >&2; exit 99; }}']
    return "\n".join(lines)


@pytest.fixture
def shell(tmp_path: Path) -> dict[str, str]:
    """A shell that has `casectl` and a git identity, and stands in a fresh demo."""
    program = tmp_path / "bin" / "casectl"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m casectl "$@"\n')
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    env = {
        **os.environ,
        "PATH": f"{program.parent}:{Path(sys.executable).parent}:{os.environ['PATH']}",
        "PYTHONPATH": str(README.parent),
        "HOME": str(tmp_path),
    }
    for name, value in (("user.name", "Sam"), ("user.email", "sam@example.com")):
        subprocess.run(["git", "config", "--global", name, value], env=env, check=True)
    demo = ["casectl", "demo", "desk", "--as-of", MONTH]
    subprocess.run(demo, env=env, cwd=tmp_path, check=True, capture_output=True)
    return {**env, "PWD": str(tmp_path / "desk")}


@pytest.mark.parametrize(
    "section", ["The day of an agent", "The day of a lead", "The night of cron", "The half day of an auditor"]
)
def test_every_command_works_as_printed(section: str, shell: dict[str, str]) -> None:
    found = blocks(section)
    assert found
    script = checked("".join(found))
    done = subprocess.run(["bash", "-c", script], env=shell, cwd=shell["PWD"], capture_output=True, text=True)
    print(done.stdout, done.stderr)
    assert done.returncode == 0, done.stderr


def test_the_quick_start_is_two_blocks_and_ends_in_what_ci_runs() -> None:
    install, tests = blocks("Quick start")
    assert "casectl demo" in install
    assert "pytest" in tests
    assert 'bash -euo pipefail "$checks/tests.sh"' in (README.parent / ".ci" / "run").read_text()


def test_the_transcript_at_the_top_is_the_demos(shell: dict[str, str]) -> None:
    """Every word of it stands in what the demo's repository says; commits change with any text that `init` writes."""
    shown = re.search(r"^```console\n\$ casectl (.*?)\n(.*?)^```$", README.read_text(), flags=re.MULTILINE | re.DOTALL)
    assert shown
    command = ["casectl", *shown[1].split()]
    said = subprocess.run(command, env=shell, cwd=shell["PWD"], capture_output=True, text=True, check=True).stdout
    words = {word for line in said.splitlines() for word in line.split()}
    told = [word for word in shown[2].split() if not set(word) <= {".", "-"} and not re.fullmatch("[0-9a-f]{12}", word)]
    missing = [word for word in told if word not in words]
    assert not missing
