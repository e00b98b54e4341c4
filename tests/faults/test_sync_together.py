"""Many clones that write and sync at once, as processes of their own: all come to one commit, nothing is lost."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest

from tests.faults.harness import Outside
from tests.faults.sharing import AGAIN, side_by_side, ward

SEED = 20261129


def test_clones_that_write_and_sync_at_once(outside: Outside, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    clones, writes = (8, 10) if request.config.getoption("--faults-long") else (4, 3)
    desk = ward(outside, tmp_path, clones)
    pushed: list[int] = []
    given_up: list[int] = []

    def work(clone: int) -> None:
        for number in range(writes):
            desk.note(clone, desk.case if number % 2 else desk.own[clone], f"clone {clone} step {number}")
            done = desk.sync(clone, (0, AGAIN))
            (pushed if done else given_up).append(len(done.get("merges", ())))

    began = time.monotonic()
    side_by_side([lambda clone=clone: work(clone) for clone in range(clones)])  # type: ignore[misc]
    seconds = time.monotonic() - began
    desk.converge()
    desk.refuse_loss()
    assert len(desk.promised) == clones * writes
    # The last round may merge what a sync that gave up had left.
    assert desk.merges <= len(pushed) + len(given_up)
    print(
        f"{clones} clones, {clones * writes} writes and syncs in {seconds:.1f} s: {len(desk.promised)} acknowledged, "
        f"0 lost, {desk.merges} merges, {len(given_up)} syncs put off"
    )


def test_two_syncs_of_one_clone_while_somebody_writes(
    outside: Outside, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    times = 10 if request.config.getoption("--faults-long") else 2
    desk = ward(outside, tmp_path, 2)
    dice = random.Random(SEED)

    def syncs() -> None:
        for _ in range(times):
            time.sleep(dice.uniform(0, 0.2))
            desk.sync(0, (0, AGAIN))

    def writes() -> None:
        for number in range(times * 2):
            desk.note(0, desk.case, f"here {number}")

    def elsewhere() -> None:
        for number in range(times):
            desk.note(1, desk.case, f"there {number}")
            desk.sync(1, (0, AGAIN))

    side_by_side([syncs, syncs, writes, elsewhere])
    desk.converge()
    desk.refuse_loss()
    print(f"2 syncs at once beside a writer: {len(desk.promised)} acknowledged, 0 lost, {desk.merges} merges")
