"""Holiday lists as the `holidays` library gives them, written as plain dates."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from casectl.intake.holiday_dates import default_name, holiday_file
from casectl.model.people_reader import read_holidays
from casectl.model.problems import CasectlError, UsageMistake
from casectl.store.yamltree import read_tree

POLICIES = Path(__file__).parents[2] / "policies"


@pytest.mark.parametrize(
    ("country", "subdivision", "name"), [("GB", "ENG", "gb-eng"), ("CA", "ON", "ca-on"), ("US", None, "us-federal")]
)
def test_the_shipped_lists_are_what_the_library_gives(country: str, subdivision: str | None, name: str) -> None:
    pytest.importorskip("holidays")
    shipped = (POLICIES / "holidays" / f"{name}.yaml").read_text(encoding="utf-8")
    written = holiday_file(country, subdivision, range(2015, 2036), name)
    assert written.splitlines()[1:] == shipped.splitlines()[1:], "all but the library's version"


@pytest.mark.parametrize("language", ["fr", "de", "C"])
def test_a_list_is_the_same_on_every_terminal(language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("holidays")
    monkeypatch.setenv("LANGUAGE", language)
    assert '2026-09-07: "Labour Day"' in holiday_file("CA", "ON", range(2026, 2027), "ca-on")


def test_what_is_written_reads() -> None:
    pytest.importorskip("holidays")
    node, problems = read_tree(holiday_file("FR", None, range(2026, 2028), "fr"), "policies/holidays/fr.yaml")
    assert node is not None, problems
    listed, problems = read_holidays(node, "policies/holidays/fr.yaml")
    assert problems == ()
    assert listed is not None
    assert (listed.first_year, listed.last_year) == (2026, 2027)


def test_names_of_lists() -> None:
    assert (default_name("GB", "ENG"), default_name("US", None)) == ("gb-eng", "us")


@pytest.mark.parametrize(("country", "subdivision"), [("XX", None), ("GB", "XYZ")])
def test_an_unknown_place(country: str, subdivision: str | None) -> None:
    pytest.importorskip("holidays")
    with pytest.raises(UsageMistake, match=r"knows no place|lists nothing"):
        holiday_file(country, subdivision, range(2026, 2027), "x")


def test_without_the_library_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "holidays", None)
    with pytest.raises(CasectlError) as caught:
        holiday_file("GB", "ENG", range(2026, 2027), "gb-eng")
    assert "'.[holidays]'" in (caught.value.hint or "")
