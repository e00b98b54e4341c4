"""Cases that were merged into one in which nothing goes on."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.audit.plain import FILES, ID, OTHER, Plain, begin, entry
from tests.audit.stories import twins

THIRD = "ACM-261123-P5R7T"
LAX = "LAX-261123-P5R7T"
LAX_POLICY = FILES["policies/acme/1.0.yaml"].replace("acme", "lax").replace("ACM\n", "LAX\n")
SOLVED = {"status": "resolved", "resolution": "A new password."}
WORDS = ("It is slow.", "No mail.", "No sound.")


def cases(desk: Plain, *names: str) -> None:
    for place, (name, words) in enumerate(zip((*names, ID), WORDS, strict=False)):
        desk.open(name, entry(f"d{place}", "response", words), at=f"09:0{place}")


def merged(desk: Plain, into: str, case: str = ID, at: str | None = None) -> str:
    return desk.step(
        "merge", entry(f"k{into[-5:]}", "link", to=into, reason="merged"), case=case, at=at, merged_into=into
    )


@twins("merge-astray", "major", f"there is no case {THIRD} that can be read")
def test_merged_into_nothing(desk: Plain, guilty: bool) -> str:
    cases(desk, OTHER)
    return merged(desk, THIRD if guilty else OTHER)


@twins("merge-astray", "major", f"{ID} cannot be merged into itself")
def test_merged_into_itself(desk: Plain, guilty: bool) -> str:
    cases(desk, OTHER)
    return merged(desk, ID if guilty else OTHER)


@twins("merge-astray", "major", "'the other one' is no case ID")
def test_merged_into_some_words(desk: Plain, guilty: bool) -> str:
    cases(desk, OTHER)
    return desk.step("merge", entry("k1", "link", to=OTHER), merged_into="the other one" if guilty else OTHER)


@twins("merge-astray", "major", f"{LAX} is a case of desk 'lax', {ID} of 'acme'")
def test_merged_into_a_case_of_another_desk(desk: Plain, guilty: bool) -> str:
    desk.commit({"policies/lax/1.0.yaml": LAX_POLICY}, "Another desk", who="max")
    desk.open(LAX, entry("d7", "response", WORDS[2]), policy="lax/1.0")
    cases(desk, OTHER)
    return merged(desk, LAX if guilty else OTHER)


@twins("merge-astray", "major", f"{OTHER} is resolved: nobody works on it")
def test_merged_into_a_case_that_was_over(desk: Plain, guilty: bool) -> str:
    """What becomes of it afterwards is another matter."""
    cases(desk, OTHER)
    if guilty:
        desk.step("resolve", case=OTHER, **SOLVED)
    blamed = merged(desk, OTHER)
    if not guilty:
        desk.step("resolve", case=OTHER, **SOLVED)
    return blamed


@twins("merge-astray", "major", f"{OTHER} is resolved: nobody works on it", always=["mixed-commit", "policy-edited"])
def test_merged_by_who_calls_it_work_in_the_same_breath(desk: Plain, guilty: bool) -> str:
    """It is asked for by the policy of just before, as any other step."""
    cases(desk, OTHER)
    if guilty:
        desk.step("resolve", case=OTHER, **SOLVED)
    file = "policies/acme/1.0.yaml"
    lax = {file: FILES[file].replace("resolved: {phase: resolved", "resolved: {phase: active")}
    return desk.step("merge", entry("k1", "link", to=OTHER, reason="merged"), also=lax, merged_into=OTHER)


@twins("merge-astray", "major", f"{OTHER} is merged itself, and goes on in {THIRD}")
def test_merged_into_a_case_that_was_merged(desk: Plain, guilty: bool) -> str:
    cases(desk, THIRD, OTHER)
    merged(desk, THIRD, OTHER)
    return merged(desk, OTHER if guilty else THIRD)


@twins("merge-astray", "major", f"{ID} is closed: a closed case cannot be merged")
def test_a_closed_case_that_was_merged(desk: Plain, guilty: bool) -> str:
    cases(desk, OTHER)
    desk.step("resolve", **SOLVED)
    if guilty:
        desk.step("close", who="lee", status="closed")
    return merged(desk, OTHER)


@twins("merge-astray", "major", f"there is no case {THIRD}")
def test_opened_as_merged(desk: Plain, guilty: bool) -> str:
    return desk.open(merged_into=THIRD if guilty else None, at="09:00")


@pytest.fixture
def desk(tmp_path: Path) -> Plain:
    return begin(tmp_path / "desk")


def test_each_into_the_other_by_clones_that_did_not_know(desk: Plain) -> None:
    cases(desk, OTHER)
    begun = desk.head
    mine = merged(desk, OTHER, at="09:10")
    desk.go(begun)
    merged(desk, ID, OTHER, at="09:11")
    desk.merge(mine, at="09:20")
    assert desk.codes() == []
