"""Before success is said, the step is on the disk: contents by git, the folders that name them by us, in order."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import EPOCH, GitRepo
from tests.store.stories import PATH_A, opened

STEP = """
import sys
from pathlib import Path
from casectl.store.repo import find_repo
from casectl.store.write import write_step
from tests.conftest import SAM, EPOCH
from tests.store.stories import A, noting
write_step(find_repo(Path(sys.argv[1])), A, noting("to disk"), lambda: EPOCH + 120, SAM)
print("acknowledged", flush=True)
"""

_CALL = re.compile(r"^\d+ +(?P<name>\w+)\((?P<rest>.*)")
_PATH = re.compile(r'"([^"]+)"|<([^<>]+)>')


@pytest.fixture
def traced(git_repo: GitRepo, tmp_path: Path) -> list[tuple[str, str]]:
    """What one step and the gits that it runs did to the disk, in order: (call, path)."""
    strace = shutil.which("strace")
    if strace is None:
        pytest.skip("strace is not installed")
    opened(git_repo)
    log = tmp_path / "trace"
    calls = "trace=fsync,fdatasync,rename,renameat,renameat2,link,linkat,write"
    source = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    command = [strace, "-f", "-y", "-s", "200", "-e", calls, "-o", str(log)]
    done = subprocess.run([*command, sys.executable, "-c", STEP, str(git_repo.root)], env=source, capture_output=True)
    if b"ptrace" in done.stderr.lower():
        pytest.skip("strace may not trace here")
    assert done.returncode == 0, done.stderr
    found = [(match["name"], match["rest"]) for line in log.read_text().splitlines() if (match := _CALL.match(line))]
    return [(name, " ".join(a or b for a, b in _PATH.findall(rest))) for name, rest in found]


def place(traced: list[tuple[str, str]], call: str, pattern: str, after: int = -1) -> int:
    """Where in the trace the call is first made on such a path, after another place."""
    found = [at for at, (name, paths) in enumerate(traced) if at > after and name == call and re.search(pattern, paths)]
    assert found, f"no {call} of {pattern} after {after}"
    return found[0]


def test_objects_note_and_branch_are_synced_in_order_before_success_is_said(
    git_repo: GitRepo, traced: list[tuple[str, str]]
) -> None:
    made = [git_repo.git("rev-parse", name) for name in ("HEAD", "HEAD^{tree}", "HEAD:cases", f"HEAD:{PATH_A}")]
    last_folder = -1
    for each in made:
        linked = place(traced, "link", f"objects/{each[:2]}/{each[2:]}")
        content = place(traced, "fsync", f"objects/{each[:2]}/{each[2:]}$", linked)
        folder = place(traced, "fsync", f"objects/{each[:2]}$", linked)
        last_folder = max(last_folder, content, folder)
    note = place(traced, "fsync", r"casectl/unfinished/[A-Z0-9-]+$", last_folder)
    listed = place(traced, "fsync", r"casectl/unfinished$", note)
    content = place(traced, "fsync", r"refs/heads/main\.lock", listed)
    moved = place(traced, "rename", r"refs/heads/main\.lock", content)
    branch = place(traced, "fsync", r"refs/heads$", moved)
    reflog = place(traced, "fsync", r"logs/refs/heads/main$", moved)
    said = place(traced, "write", r"acknowledged")
    assert max(branch, reflog, place(traced, "fsync", r"logs/HEAD$", moved)) < said


def test_the_journal_of_a_desk_without_reflogs_needs_none(git_repo: GitRepo) -> None:
    git_repo.git("config", "core.logAllRefUpdates", "false")
    shutil.rmtree(git_repo.repo.git_dir / "logs")
    assert opened(git_repo, at=EPOCH + 60).commit == git_repo.head
    assert not (git_repo.repo.git_dir / "logs").exists()
