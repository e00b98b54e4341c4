"""Writers and syncers are killed at any instant, or have no room: what was acknowledged is everybody's in the end."""

from __future__ import annotations

import os
import random
import subprocess
import time
from functools import partial
from pathlib import Path

import pytest

from tests.faults.harness import Outside, finish
from tests.faults.sharing import Ward, side_by_side, ward

SEED = 20261129
VERBS = ("fetch", "diff-tree", "write-tree", "commit-tree", "push", "update-index", "update-ref", "checkout-index")
WORST = [("push", "kill-after"), ("update-ref", "kill-after"), ("checkout-index", "kill-before")]
"""The other side has it and we do not; the branch has moved and nothing else has; the same with an index prepared."""


def test_kills_at_random(outside: Outside, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    clones, rounds = (4, 30) if request.config.getoption("--faults-long") else (2, 5)
    desk = ward(outside, tmp_path, clones)
    desk.note(0, desk.case, "how long a sync takes")
    began = time.monotonic()
    desk.sync(0)
    usual = time.monotonic() - began
    dice = [random.Random(SEED + clone) for clone in range(clones)]
    locks: list[int] = []

    def work(clone: int, number: int) -> None:
        case = desk.case if dice[clone].random() < 0.5 else desk.own[clone]
        if dice[clone].random() < 0.3:
            desk.note_killed(clone, case, f"clone {clone} step {number}", usual * dice[clone].uniform(0.2, 1.0))
            locks.append(desk.clear_locks(clone))
        else:
            desk.note(clone, case, f"clone {clone} step {number}")
        desk.sync_killed(clone, usual * dice[clone].uniform(0.4, 2.0))
        locks.append(desk.clear_locks(clone))

    for number in range(rounds):
        side_by_side([partial(work, clone, number) for clone in range(clones)])
        # Only now: a lock taken away under a push that lives would let two of them move the branch at once.
        locks.append(desk.clear_locks())
    for clone, each in enumerate(desk.clones):
        if clone % 2:
            each.run("doctor", code=None)
            assert each.run("doctor", code=None).code == 0
        else:
            desk.note(clone, desk.own[clone], f"clone {clone} goes on")
        each.refuse_disorder()
    desk.converge()
    desk.refuse_loss()
    print(
        f"seed {SEED}: {clones} clones, {clones * rounds} syncs killed, {len(desk.promised)} steps acknowledged, "
        f"0 lost, {sum(locks)} locks left, {desk.merges} merges"
    )


@pytest.fixture
def torn(outside: Outside, tmp_path: Path) -> Ward:
    """Two clones that have both worked on one case, so that the next sync of the second has to merge."""
    desk = ward(outside, tmp_path, 2)
    desk.note(0, desk.case, "from the first")
    desk.sync(0)
    desk.note(1, desk.case, "from the second")
    return desk


def test_kills_beside_each_kind_of_call(torn: Ward, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """Between the push and the branch, between the branch and the work tree, and so on: the next command ends it."""
    second = torn.clones[1].with_shim(tmp_path / "shim")
    everywhere = [(verb, act) for verb in VERBS for act in ("kill-before", "kill-after")]
    places = everywhere if request.config.getoption("--faults-long") else WORST
    for number, (verb, act) in enumerate(places):
        said = finish(second.start("sync", SHIM_VERB=verb, SHIM_DO=act))
        assert said.code == -9, f"{verb}: {said}"
        torn.clear_locks(1)
        torn.clear_locks()
        if number % 2:
            second.run("doctor", code=None)
            assert second.run("doctor", code=None).code == 0
        else:
            torn.note(1, torn.own[1], f"after {act} {verb}")
        second.refuse_disorder()
        torn.sync(1)
        for clone in (0, 1):
            torn.note(clone, torn.case, f"clone {clone} before {number}")
        torn.sync(0)
    torn.converge()
    torn.refuse_loss()
    print(f"{len(places)} kills beside calls of git: {len(torn.promised)} acknowledged, 0 lost")


def test_no_room_for_a_sync(torn: Ward, tmp_path: Path) -> None:
    """A disk that fills up while a sync is at work: it says so, nothing is half-done, and later it succeeds."""
    place = tmp_path / "small"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(place)]
    if os.geteuid() or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("only root may mount a small disk, and not everywhere")
    try:
        subprocess.run(["cp", "-a", f"{torn.clones[1].root}/.", str(place)], check=True)
        desk = Ward(torn.hub, (torn.clones[0], torn.clones[1].__class__(place, torn.clones[1].env)), torn.case,
                    torn.own, torn.promised)  # fmt: skip
        codes = []
        for free in (0, 1, 2, 4, 6, 8, 10, 12, 16, 20, 24, 32):
            before = desk.clones[1].head
            with (place / ".git" / "filler").open("wb", buffering=0) as file:
                try:
                    while True:
                        file.write(b"x" * 4096)
                except OSError:
                    file.truncate(max(0, file.tell() // 4096 * 4096 - free * 4096))
            said = finish(desk.clones[1].start("sync"))
            codes.append(said.code)
            assert "Traceback" not in said.err
            assert said.code in (0, 1, 6, 75), said.err
            (place / ".git" / "filler").unlink()
            desk.clear_locks(1)
            if said.code == 0:
                break
            assert desk.clones[1].head in (before, torn.clones[1].head) or said.code == 1
        desk.note(1, desk.own[1], "with room again")
        desk.clones[1].refuse_disorder()
        desk.converge()
        desk.refuse_loss()
        print(f"free blocks from none on: exit codes {codes}; 0 lost")
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)
