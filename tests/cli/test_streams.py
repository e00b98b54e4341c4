"""Standard streams that are closed or full: no traceback, and a step that was committed is said to be."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Said, Terminal


def shell(desk: Terminal, words: str) -> Said:
    """`casectl WORDS` by a shell, redirections included."""
    source = Path(__file__).resolve().parents[2]
    command = f"PYTHONPATH={source} {sys.executable} -m casectl {words}"
    done = subprocess.run(["bash", "-c", command], cwd=desk.root, capture_output=True, text=True)
    print(f"$ casectl {words}\n{done.stdout}{done.stderr}-> {done.returncode}")
    return Said(done.returncode, done.stdout, done.stderr)


@pytest.mark.parametrize(("where", "code"), [(">&-", 141), (">/dev/full", 1)])
def test_a_step_whose_answer_is_lost_says_that_it_was_committed(desk: Terminal, where: str, code: int) -> None:
    case = desk.open()
    said = shell(desk, f"note {case} -m x {where}")
    commit = desk.git("rev-parse", "--short=12", "HEAD").strip()
    assert said.code == code
    assert f"{case} note was committed as {commit}" in said.err
    assert "report it" not in said.err
    assert desk.files() == ""


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("list --as-of 2026-11-23T10:00:00+00:00 >&-", 141),
        ("list --as-of 2026-11-23T10:00:00+00:00 >/dev/full", 1),
        ("--help >/dev/full", 1),
        ("list --as-of 2026-11-23T10:00:00+00:00 2>&-", 0),
        ("list --as-of 2026-11-23T10:00:00+00:00 2>/dev/full", 0),
        ("show nothing 2>&-", 4),
        ("show nothing 2>/dev/full", 4),
        ("list --as-of 2026-11-23T10:00:00+00:00 <&- >&- 2>&-", 141),
    ],
)
def test_reading(desk: Terminal, words: str, code: int) -> None:
    desk.open()
    said = shell(desk, words)
    assert said.code == code
    assert "report it" not in said.err
    assert "Traceback" not in said.err


def test_a_note_from_a_closed_standard_input_is_an_empty_one(desk: Terminal) -> None:
    said = shell(desk, f"note {desk.open()} -m - <&-")
    assert said.code == 2
    assert "the note is empty" in said.err
