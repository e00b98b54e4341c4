"""The desk's questions at a terminal; off one they are a mistake, never a wait."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.at_terminal import AtTerminal
from tests.cli.conftest import Terminal

FULL = Path(__file__).with_name("acme-full.yaml")


@pytest.fixture
def desk(terminal: Terminal) -> Terminal:
    """A desk whose policy has a rubric."""
    terminal.run("init", str(terminal.root), "--policy", str(FULL), at="08:00")
    return terminal


def log_of(desk: Terminal, case: str) -> str:
    return desk.git("show", f"HEAD:cases/2026/11/23/{case}.yaml").partition("log:\n")[2]


def test_questions_are_asked_one_by_one_and_the_suggestion_accepted(desk: Terminal) -> None:
    case = desk.open(at="10:00")
    asked = AtTerminal(desk, "triage", case)
    asked.sees("What does not work?").sees("some       Some things").sees("impact (all, some, none): ").types("")
    asked.sees("impact (all, some, none): ").types("most")
    asked.sees("'most' is none of: all, some, none").sees("none): ").types("some")
    asked.sees("Is there another way?").sees("workaround (yes, no): ").types("n")
    asked.sees("suggested: p2 (Some cannot)").sees("priority (p1, p2, p3) [p2]: ").types("")
    assert f"{case} triage: p2 [open, p2]" in asked.ends()
    assert "  suggested: p2\n  chosen: p2\n  answers: impact=some, workaround=no\n" in log_of(desk, case)


def test_what_is_answered_already_is_not_asked_and_another_may_be_chosen(desk: Terminal) -> None:
    case = desk.open(at="10:00")
    asked = AtTerminal(desk, "triage", case, "--answer", "impact=some")
    asked.sees("workaround (yes, no): ").types("yes")
    asked.sees("[p3]: ").types("p1")
    assert "triage: p1, was p2, against the suggested p3" in asked.ends()
    assert "  answers: impact=some, workaround=yes\n" in log_of(desk, case)


def test_questions_leave_standard_output_alone(desk: Terminal, tmp_path: Path) -> None:
    case = desk.open(at="10:00")
    out = tmp_path / "out.json"
    AtTerminal(desk, "triage", case, "-o", "json", stdout=out).sees("none): ").types("all").sees("[p1]: ").types(
        ""
    ).ends()
    assert out.read_text().startswith('{"schema": "casectl.step/1"')


def test_whoever_goes_away_leaves_nothing_behind(desk: Terminal) -> None:
    case, before = desk.open(at="10:00"), desk.commits()
    AtTerminal(desk, "triage", case).sees("none): ").types("\x04").ends(130)
    assert (desk.commits(), desk.files()) == (before, "")


@pytest.mark.parametrize("words", [["--no-input"], []])
def test_off_a_terminal_it_is_a_mistake(desk: Terminal, words: list[str]) -> None:
    case, before = desk.open(at="10:00"), desk.commits()
    said = AtTerminal(desk, *words, "triage", case).ends(2) if words else desk.run("triage", case, code=2).err
    assert "--answer, for each: impact=all|some|none (What does not work?)" in said
    assert desk.commits() == before


def test_answers_given_as_options(desk: Terminal) -> None:
    case = desk.open(at="10:00")
    assert desk.step("triage", case, "--answer", "impact=all", at="10:05")["summary"] == "p1, was p2"
    opened = desk.step("open", "--title", "x", "--customer", "oakfield", "--answer", "impact=none", at="10:10")
    assert opened["priority"] == "p3"
