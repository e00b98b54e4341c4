"""One writer at a time, and nobody waits for the dead."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from casectl.model.problems import Busy
from casectl.store.lock import lock
from tests.conftest import GitRepo

HOLDER = """
import sys, time
from pathlib import Path
from casectl.store.lock import lock
from casectl.store.repo import find_repo
with lock(find_repo(Path(sys.argv[1]))):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def holder(git_repo: GitRepo) -> subprocess.Popen[str]:
    """Another process that has the lock and keeps it."""
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(git_repo.root)], stdout=subprocess.PIPE, text=True, env=env
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_a_second_writer_is_told_who_holds_it(git_repo: GitRepo, holder: subprocess.Popen[str]) -> None:
    try:
        with pytest.raises(Busy, match=f"process {holder.pid}"), lock(git_repo.repo, timeout_seconds=0.05):
            pass
    finally:
        holder.kill()
        holder.communicate()


def test_a_killed_holder_holds_nothing(git_repo: GitRepo, holder: subprocess.Popen[str]) -> None:
    holder.send_signal(signal.SIGKILL)
    holder.communicate()
    with lock(git_repo.repo, timeout_seconds=0.5):
        pass


def test_it_can_be_taken_again_after_an_error(git_repo: GitRepo) -> None:
    with pytest.raises(ValueError, match="oops"), lock(git_repo.repo):
        raise ValueError("oops")
    with lock(git_repo.repo, timeout_seconds=0.05):
        pass
