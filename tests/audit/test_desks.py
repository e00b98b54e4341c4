"""Whose findings they are, when a case moves from desk to desk, or to one that there is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.audit.moving import begin_two
from tests.audit.plain import ID, Plain, entry, path_of

CLOSED = {"status": "closed", "resolution": "Done."}


@pytest.fixture
def desk(tmp_path: Path) -> Plain:
    return begin_two(tmp_path / "desk")


def told(desk: Plain, of: str | None = None) -> list[tuple[str, str]]:
    """Each finding's code, and the desk that stands beside it."""
    wanted = {"desk": of} if of else {}
    return [(str(row["code"]), str(row["desk"])) for row in desk.review(**wanted).table.rows]


class TestADeskThatThereIsNot:
    def test_what_was_found_before_stays(self, desk: Plain) -> None:
        desk.open()
        desk.step("close", **CLOSED)
        before = told(desk)
        assert ("illegal-move", "acme") in before
        desk.step("set", policy="ghost/1.0")
        after = [("policy-moved", "acme"), ("unjudged", "acme")]
        assert told(desk) == told(desk, "acme") == [*before, *after]
        assert told(desk, "two") == []

    def test_the_step_that_names_it_is_to_blame(self, desk: Plain) -> None:
        desk.open()
        moved = desk.step("set", policy="acme/9.9")
        desk.step("note", entry("n1", "note", "Later."))
        (row,) = [row for row in desk.review().table.rows if row["code"] == "unjudged"]
        assert row["commit"] == moved

    def test_a_step_that_was_taken_back_before_counts_as_it_did_then(self, desk: Plain) -> None:
        """By what a later void says of it, no more is judged than up to the step that cannot be."""
        desk.open()
        desk.step("set", entry("m1", "note", "To two."), policy="two/1.0")
        desk.step("set", policy="ghost/1.0")
        desk.step("undo", entry("v1", "void", void="m1", reason="No."))
        assert ("unjudged", "two") in told(desk)

    def test_a_case_that_was_opened_so(self, desk: Plain) -> None:
        """Its prefix says whose it is."""
        desk.open(policy="ghost/1.0")
        assert told(desk) == told(desk, "acme") == [("unjudged", "acme")]
        assert told(desk, "two") == []

    def test_where_nothing_says_whose_it_is_all_are_told(self, desk: Plain) -> None:
        desk.open("OLD-261123-K7Q4P", policy="ghost/1.0")
        assert told(desk) == told(desk, "acme") == told(desk, "two") == [("unjudged", "None")]


class TestACaseThatMovesOn:
    def test_each_desk_hears_of_its_own_time(self, desk: Plain) -> None:
        """The move is both desks' matter; that of a hand edit, and of the role, the same desk's."""
        desk.open(who="eve")
        desk.step("set", policy="two/1.0")
        sheet = desk.sheet().changed((entry("n1", "note", "By hand."),), {})
        desk.commit({path_of(): sheet.text}, "by hand")
        desk.sheets[desk.head][ID] = sheet
        desk.step("close", **CLOSED)
        assert told(desk, "acme") == [("stranger", "acme"), ("policy-moved", "two")]
        assert {code for code, _ in told(desk, "two")} >= {"policy-moved", "form", "illegal-move", "role"}
        assert {of for _, of in told(desk, "two")} == {"two"}
        assert {*told(desk)} == {*told(desk, "acme"), *told(desk, "two")}

    def test_a_desk_that_is_gone_keeps_its_findings(self, desk: Plain) -> None:
        desk.open(who="eve")
        desk.step("set", policy="two/1.0")
        desk.commit({"policies/acme/1.0.yaml": None, "policies/acme/customers.yaml": None}, "Gone", who="max")
        assert ("stranger", "acme") in told(desk)
        assert ("stranger", "acme") not in told(desk, "two")
