"""Every kind of finding is told by an offence and a twin."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest

from casectl.audit.review import checks, codes
from tests.audit.stories import TOLD

BY_KEYS = "signing"
"""Its tests need keys, and tell their stories in their own way."""

for each in sorted((Path(__file__).parent / "checks").glob("test_*.py")):
    import_module(f"tests.audit.checks.{each.stem}")

ASKED = [name for check in checks() if not check.__name__.endswith(BY_KEYS) for name in check.CODES]


@pytest.mark.parametrize("code", ASKED)
def test_every_code_has_an_offence_and_a_twin(code: str) -> None:
    assert TOLD[code] >= 1


def test_no_story_is_about_a_code_that_there_is_not() -> None:
    assert set(TOLD) <= set(codes())


def test_each_check_has_a_file_of_stories() -> None:
    named = {path.stem.removeprefix("test_") for path in (Path(__file__).parent / "checks").glob("test_*.py")}
    assert {check.__name__.rpartition(".")[2] for check in checks()} - {BY_KEYS} <= named


def test_each_check_asks_in_a_way_that_is_heard() -> None:
    """And those are the ways that `checks/` tells of."""
    ways = ("of_history", "of_case", "at_the_end")
    assert all(any(hasattr(check, way) for way in ways) for check in checks())
    told = import_module("casectl.audit.checks").__doc__ or ""
    assert all(f"`{way}" in told for way in ways)
