"""A step goes by the policy text that judges the case: the one committed when the case was opened."""

from __future__ import annotations

import subprocess

from tests.cli.conftest import Terminal


def add_priority(desk: Terminal) -> None:
    """Changes the policy's file in place and commits that: what nobody should do, and somebody does."""
    path = desk.root / "policies/acme-desk/1.0.yaml"
    text = path.read_text()
    assert "p3: {}}" in text
    path.write_text(text.replace("p3: {}}", "p3: {}, p9: {}}").replace("[p2, p3]", "[p2, p3, p9]"))
    desk.git("commit", "-q", "-a", "-m", "A priority more")


def test_a_priority_added_later_is_refused_for_a_case_opened_before(desk: Terminal) -> None:
    case = desk.open(at="10:00")
    opening = desk.git("rev-parse", "HEAD").strip()
    add_priority(desk)
    before = desk.commits()
    said = desk.run("triage", case, "--priority", "p9", code=2, at="10:05")
    assert "has no priority 'p9'" in said.err
    assert f"{case} is judged by the text of commit {opening[:12]}: git show {opening[:12]}:policies/" in said.err
    assert desk.commits() == before
    assert desk.step("triage", case, "--priority", "p1", at="10:10")["warnings"] == []
    assert desk.step("note", case, "-m", "Still judged.", at="10:15")["next_due"] is not None


def test_it_is_taken_for_a_case_opened_after(desk: Terminal) -> None:
    add_priority(desk)
    case = desk.open(at="10:00")
    assert desk.step("triage", case, "--priority", "p9", at="10:05")["priority"] == "p9"


def test_a_refusal_says_nothing_of_texts_when_there_is_only_one(desk: Terminal) -> None:
    case = desk.open(at="10:00")
    said = desk.run("triage", case, "--priority", "p9", code=2, at="10:05")
    assert "judged by the text" not in said.err


def test_a_shallow_clone_goes_by_the_text_as_it_is_now_and_says_so(desk: Terminal) -> None:
    case = desk.open(at="10:00")
    desk.step("note", case, "-m", "Rang them.", at="10:05")
    add_priority(desk)
    clone = desk.home / "clone"
    subprocess.run(["git", "clone", "-q", "--depth", "1", desk.root.as_uri(), str(clone)], check=True)
    said = desk.run("-C", str(clone), "triage", case, "--priority", "p9", at="10:10")
    assert "goes by the policy as it is now, not as when the case was opened" in said.err
