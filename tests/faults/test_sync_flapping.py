"""A remote that comes and goes: work goes on, and everything is shared in the end."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.faults.harness import Outside, finish
from tests.faults.sharing import AGAIN, side_by_side, ward


@pytest.mark.parametrize("how", ["fail", "fail-after"])
def test_a_remote_that_flaps(outside: Outside, tmp_path: Path, how: str, request: pytest.FixtureRequest) -> None:
    """Half of all calls to it fail, before they did anything or after they did it all: the answer was lost."""
    clones, times = (4, 12) if request.config.getoption("--faults-long") else (2, 2)
    desk = ward(outside, tmp_path, clones)
    shims = [each.with_shim(tmp_path / f"shim-{number}") for number, each in enumerate(desk.clones)]
    codes: list[int] = []

    def work(clone: int) -> None:
        for number in range(times):
            desk.note(clone, desk.case if number % 2 else desk.own[clone], f"clone {clone} step {number}")
            said = finish(shims[clone].start("sync", SHIM_VERB="fetch,push", SHIM_DO=how, SHIM_ODDS="2"))
            assert said.code in (0, AGAIN), said.err
            assert said.code == 0 or "local work goes on" in said.err
            codes.append(said.code)

    side_by_side([lambda clone=clone: work(clone) for clone in range(clones)])  # type: ignore[misc]
    desk.converge()
    desk.refuse_loss()
    print(f"{how}: {len(codes)} syncs, {codes.count(AGAIN)} put off, {len(desk.promised)} acknowledged, 0 lost")


def test_a_remote_that_is_away_and_comes_back(outside: Outside, tmp_path: Path) -> None:
    desk = ward(outside, tmp_path, 2)
    away = desk.hub.with_name("elsewhere.git")
    desk.hub.rename(away)
    for clone in range(2):
        desk.note(clone, desk.case, f"clone {clone} meanwhile")
        said = finish(desk.clones[clone].start("sync"))
        assert said.code == AGAIN
        assert "origin cannot be reached" in said.err
        assert "local work goes on" in said.err
        desk.clones[clone].refuse_disorder()
    away.rename(desk.hub)
    desk.converge()
    desk.refuse_loss()
    moved = desk.hub.with_name("new.git")
    desk.hub.rename(moved)
    for each in desk.clones:
        each.git("remote", "set-url", "origin", str(moved))
    desk.note(0, desk.case, "after the move")
    replace(desk, hub=moved).converge()
    desk.refuse_loss()
