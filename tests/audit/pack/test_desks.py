"""The pack of one desk: every case that was that desk's in the period, wherever it was moved to."""

from __future__ import annotations

from pathlib import Path

import pytest

from casectl.audit.pack.cases import Period
from casectl.audit.pack.making import write_pack
from casectl.audit.pack.manifest import Inputs
from casectl.reports.population import population
from casectl.store.repo import find_repo
from tests.audit.moving import begin_two
from tests.audit.pack.packing import Pack
from tests.audit.plain import ID, NOW, Plain
from tests.cli.conftest import moment_of

NOBODYS = "OLD-261123-K7Q4P"
UNTIL = "2026-11-26 12:00"


@pytest.fixture
def desk(tmp_path: Path) -> Plain:
    """A case of acme's that is late by the evening."""
    desk = begin_two(tmp_path / "desk")
    desk.open()
    return desk


def pack_of(desk: Plain, name: str, since: str | None = None) -> Pack:
    period = Period(moment_of(since) if since else None, moment_of(UNTIL), name)
    out = desk.root.parent / f"{name}.zip"
    write_pack(find_repo(desk.root), desk.head, Inputs(period, moment_of(NOW)), out, force=True)
    return Pack(out)


def test_a_case_that_was_moved_on_stands_in_both_packs(desk: Plain) -> None:
    desk.step("set", at="2026-11-25 10:00", policy="two/1.0")
    for pack in (pack_of(desk, "acme"), pack_of(desk, "two")):
        assert "breached" in {row["state"] for row in pack.table("population.csv")}
        assert [(row["in_period"], row["desk"]) for row in pack.table("cases.csv")] == [("yes", "two")]
        assert [row["code"] for row in pack.table("findings.csv")] == ["policy-moved"]


def test_one_that_was_moved_before_the_period_does_not(desk: Plain) -> None:
    desk.step("set", at="2026-11-25 10:00", policy="two/1.0")
    pack = pack_of(desk, "acme", since="2026-11-25 11:00")
    assert [row["in_period"] for row in pack.table("cases.csv")] == ["other desk"]
    assert pack.table("population.csv") == pack.table("findings.csv") == []
    assert [row["in_period"] for row in pack_of(desk, "two", since="2026-11-25 11:00").table("cases.csv")] == ["yes"]


def test_one_that_was_moved_to_no_desk_leaves_no_hole(desk: Plain) -> None:
    desk.step("set", at="2026-11-25 10:00", policy="ghost/1.0")
    pack = pack_of(desk, "acme")
    (row,) = pack.table("unjudged.csv")
    assert (row["id"], "ghost/1.0" in row["why"]) == (ID, True)
    assert [(row["in_period"], row["desk"]) for row in pack.table("cases.csv")] == [("yes", "acme")]
    assert {row["code"] for row in pack.table("findings.csv")} == {"policy-moved", "unjudged"}
    assert [row["in_period"] for row in pack_of(desk, "two").table("cases.csv")] == ["other desk"]


def test_one_of_which_nothing_says_whose_it_is_stands_in_every_pack(desk: Plain) -> None:
    desk.open(NOBODYS, at="2026-11-23 10:00", policy="ghost/1.0")
    for name in ("acme", "two"):
        pack = pack_of(desk, name)
        stands = {row["id"]: (row["in_period"], row["desk"]) for row in pack.table("cases.csv")}
        assert stands == {ID: ("yes", "acme") if name == "acme" else ("other desk", "acme"), NOBODYS: ("yes", "")}
        assert [row["id"] for row in pack.table("unjudged.csv")] == [NOBODYS]


def test_nor_does_it_leave_the_reports_of_its_desk(desk: Plain) -> None:
    desk.step("set", at="2026-11-25 10:00", policy="ghost/1.0")
    found = population(find_repo(desk.root), desk.head, moment_of(UNTIL), "acme")
    assert ["ghost/1.0" in each.message for each in found.exceptions] == [True]
    assert population(find_repo(desk.root), desk.head, moment_of(UNTIL), "two").exceptions == ()
