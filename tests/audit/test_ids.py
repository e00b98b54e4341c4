"""A finding keeps its id whatever comes after, so that a word that accepts it holds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.audit.moving import begin_two
from tests.audit.plain import POLICY, Plain, entry, record

PERIOD = {"from": "2026-11-23T09:00:00+00:00", "until": "2026-11-23T10:00:00+00:00"}
UNKNOWN = record("x1", code="whim", **PERIOD, approved_by="lee")


def ids(desk: Plain, *codes: str) -> list[str]:
    return [str(row["id"]) for row in desk.review().table.rows if row["code"] in codes]


def an_unknown_word(desk: Plain) -> None:
    desk.open()
    desk.step("set", priority="p9")


def an_illegal_move(desk: Plain) -> None:
    desk.open()
    desk.step("close", status="closed", resolution="Done.")


def a_reason_that_there_is_not(desk: Plain) -> None:
    desk.open()
    desk.step("exempt", at="11:00", exemptions=UNKNOWN)


LATER: dict[str, Callable[[Plain], str]] = {
    "put right": lambda desk: desk.step("set", priority="p2"),
    "moved to another desk": lambda desk: desk.step("set", policy="two/1.0"),
    "moved to no desk": lambda desk: desk.step("set", policy="ghost/1.0"),
}


@pytest.mark.parametrize("later", LATER.values(), ids=LATER)
@pytest.mark.parametrize(
    ("offence", "code"),
    [
        (an_unknown_word, "unknown-word"),
        (an_illegal_move, "illegal-move"),
        (a_reason_that_there_is_not, "exemption-code"),
    ],
)
def test_whatever_comes_after(
    tmp_path: Path, offence: Callable[[Plain], None], code: str, later: Callable[[Plain], str]
) -> None:
    desk = begin_two(tmp_path / "desk")
    offence(desk)
    (before,) = ids(desk, code)
    later(desk)
    assert before in ids(desk, code)


def test_a_desk_that_comes_later(tmp_path: Path) -> None:
    """Whose a case is may be known only then: nobody who accepted the finding has to accept it anew."""
    desk = begin_two(tmp_path / "desk")
    desk.open("OLD-261123-K7Q4P", policy="ghost/1.0")
    (before,) = desk.review().table.rows
    policy = POLICY.replace("desk: acme", "desk: old").replace("prefix: ACM", "prefix: OLD")
    desk.commit({"policies/old/1.0.yaml": policy}, "A desk", who="max")
    (after,) = [row for row in desk.review().table.rows if row["code"] == "unjudged"]
    assert (before["desk"], after["desk"]) == (None, "old")
    assert after["id"] == before["id"]


def test_two_entries_that_one_commit_removes_are_two_findings(tmp_path: Path) -> None:
    desk = begin_two(tmp_path / "desk")
    desk.open()
    bare = desk.sheet()
    desk.step("note", entry("n1", "note", "One."), entry("n2", "note", "Two."))
    desk.write("note", bare)
    assert len(set(ids(desk, "entry-removed"))) == 2
