"""Every timed clause of the five agreements has a story that is named after it, and a policy that carries it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.policies.test_shipped import carried

HERE = Path(__file__).parent
TIMED = {
    "2sms": "2SMS-05 2SMS-06 2SMS-07 2SMS-09 2SMS-10",
    "smartsimple": "SS-07",
    "2n5": "2N5-07 2N5-08 2N5-09",
    "expereo": "EXP-05 EXP-06 EXP-07 EXP-09 EXP-15 EXP-16 EXP-19",
    "ess": "ESS-01 ESS-06 ESS-08 ESS-09 ESS-11 ESS-12 ESS-14 ESS-23",
}


@pytest.mark.parametrize(("desk", "clauses"), TIMED.items())
def test_each_timed_clause_is_carried_and_told(desk: str, clauses: str) -> None:
    told = re.findall(r"^def test_(\w+?_\d\d)_", (HERE / f"test_{desk}.py").read_text(encoding="utf-8"), re.MULTILINE)
    wanted = set(clauses.split())
    assert wanted <= carried(desk)
    assert wanted <= {name.upper().replace("_", "-") for name in told}


def test_every_clause_of_the_five_agreements_has_a_story() -> None:
    """86 of them; each begins the name of a test in this folder."""
    stories = {
        name.upper().replace("_", "-")
        for path in HERE.glob("test_*.py")
        for name in re.findall(r"def test_([a-z0-9]+_\d\d)_", path.read_text(encoding="utf-8"))
    }
    listed = {
        clause
        for path in (HERE.parents[1] / "policies").glob("*/clauses.yaml")
        for clause in re.findall(r"^  ([A-Z0-9]+-\d\d):", path.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert len(listed) == 86
    assert listed - stories == set()
