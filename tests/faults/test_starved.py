"""No room, no permission, a clock that runs backwards, nobody who reads, somebody who interrupts.

A step then fails with a line that says why, or succeeds; nothing is ever half-written.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Said
from tests.faults.harness import CASECTL, Outside, finish, found_desk

WITHOUT_OVERRIDE = ("setpriv", "--bounding-set=-dac_override,-dac_read_search")
"""Root who must obey the modes of files as everybody else."""


def refused(desk: Outside, case: str, said: Said, before: str) -> None:
    """It says in one line what went wrong, and nothing was written."""
    assert said.code == 1
    assert said.out == ""
    assert said.err.startswith("casectl: ")
    assert len(said.err.splitlines()) <= 2
    assert desk.head == before
    assert desk.locks() == []


class TestDiskFull:
    """No byte more."""

    @pytest.fixture
    def small(self, tmp_path: Path) -> Iterator[Outside]:
        """A desk on a disk of two megabytes."""
        place = tmp_path / "small"
        place.mkdir()
        mounted = (
            os.geteuid() == 0
            and not subprocess.run(
                ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(place)], capture_output=True, check=False
            ).returncode
        )
        if not mounted:
            pytest.skip("only root may mount a small disk, and not everywhere")
        try:
            yield found_desk(place)
        finally:
            subprocess.run(["umount", "-l", str(place)], check=True)

    @pytest.mark.parametrize("free", [0, 2])
    def test_a_full_disk(self, small: Outside, free: int) -> None:
        """With room for some of a step's objects, or for none; once there is room again, the same command succeeds."""
        case = small.case
        small.step("note", case, "-m", "y" * 9_000)
        before = small.head
        filler = small.root.parent / "filler"
        with filler.open("wb", buffering=0) as file:
            try:
                while True:
                    file.write(b"x" * 4096)
            except OSError:
                file.truncate(max(0, file.tell() // 4096 * 4096 - free * 4096))
        said = small.run("note", case, "-m", "x", code=None)
        refused(small, case, said, before)
        assert "space" in said.err
        filler.unlink()
        small.step("note", case, "-m", "x")
        small.refuse_disorder()

    @pytest.mark.parametrize("most", [0, 150, 400])
    def test_files_that_may_not_grow(self, outside: Outside, most: int) -> None:
        """`prlimit --fsize` stops each write at so many bytes: of the lock, of a note, of an object, of the index."""
        if shutil.which("prlimit") is None:
            pytest.skip("prlimit is not installed")
        case = outside.case
        before = outside.head
        said = outside.run("note", case, "-m", "x", code=None, before=("prlimit", f"--fsize={most}"))
        refused(outside, case, said, before)
        assert "File too large" in said.err or "SIGXFSZ" in said.err
        outside.step("note", case, "-m", "again")
        outside.refuse_disorder()


class TestReadOnly:
    """What may not be written."""

    @pytest.fixture(autouse=True)
    def _as_everybody(self, tmp_path: Path) -> None:
        place = tmp_path / "closed"
        place.mkdir(mode=0o555)
        command = [*self.before, "touch", str(place / "x")]
        try:
            done = subprocess.run(command, capture_output=True, check=False)
        except FileNotFoundError:
            pytest.skip("setpriv is not installed")
        if done.returncode == 0:
            pytest.skip("here root overrides the modes of files, and cannot be kept from it")

    @property
    def before(self) -> tuple[str, ...]:
        return WITHOUT_OVERRIDE if os.geteuid() == 0 else ()

    @pytest.mark.parametrize("where", [".git/objects", "."])
    def test_a_step_is_refused_and_reading_goes_on(self, outside: Outside, where: str) -> None:
        case = outside.case
        before = outside.head
        folders = [outside.root / where, *(path for path in (outside.root / where).rglob("*") if path.is_dir())]
        for folder in folders:
            folder.chmod(0o555)
        try:
            said = outside.run("note", case, "-m", "x", code=None, before=self.before)
            refused(outside, case, said, before)
            for words in (("list",), ("show", case), ("sla",), ("log", case), ("policy", "check")):
                outside.run(*words, before=self.before)
        finally:
            for folder in folders:
                folder.chmod(0o755)
        outside.step("note", case, "-m", "x")
        outside.refuse_disorder()

    def test_a_folder_of_cases(self, outside: Outside) -> None:
        """The commit stands, the file on disk is told to be the old one, and the next step brings it along."""
        case = outside.case
        folder = next(outside.root.glob("cases/*/*/*/*.yaml")).parent
        folder.chmod(0o555)
        try:
            said = outside.run("note", case, "-m", "x", code=None, before=self.before)
        finally:
            folder.chmod(0o755)
        assert "on disk is still the old one" in said.err
        assert "x" in outside.file_of(case)
        outside.step("note", case, "-m", "y")
        outside.refuse_disorder()


class TestClock:
    """The clock of the machine was set back between two steps."""

    @pytest.mark.parametrize("back", ["-1h", "-400d"])
    def test_set_back(self, outside: Outside, back: str) -> None:
        """Nothing is negative, and somebody is told."""
        if shutil.which("faketime") is None:
            pytest.skip("faketime is not installed")
        case = outside.case
        outside.step("note", case, "-m", "before")
        said = outside.run("respond", case, "-m", "after", code=None, before=("faketime", "-f", back))
        assert said.code in (0, 1, 5)
        told = said.err
        answer = outside.run("sla", case, "-o", "json", code=None)
        durations = [
            target[key]
            for each in answer.json["cases"]
            for target in each["targets"]
            for key in ("elapsed_seconds", "paused_seconds", "exempt_seconds")
        ]
        assert durations
        assert min(durations) >= 0
        told += "".join(outside.run(words, case, code=None).err for words in ("show", "log"))
        assert "clock" in told or "earlier" in told or "before" in told
        outside.refuse_disorder()


class TestStreams:
    """Nobody reads, or somebody has had enough."""

    @pytest.mark.parametrize("words", [("list",), ("policy", "show", "acme-desk")])
    def test_a_reader_that_leaves(self, outside: Outside, words: tuple[str, ...]) -> None:
        """As with `| head -1`: quiet, and the exit code of a broken pipe at most."""
        reads, writes = os.pipe()
        os.close(reads)
        process = subprocess.Popen(
            [*CASECTL, *words], cwd=outside.root, env=outside.env, stdout=writes, stderr=subprocess.PIPE, text=True
        )
        os.close(writes)
        _, err = process.communicate(timeout=60)
        assert process.returncode == 141
        assert err == ""

    @pytest.mark.parametrize(
        ("name", "verb", "code"),
        [
            ("SIGINT", "hash-object", 130),
            ("SIGINT", "update-ref", 130),
            ("SIGTERM", "update-ref", 143),
            ("SIGHUP", "update-ref", 129),
        ],
    )
    def test_interrupted(self, outside: Outside, tmp_path: Path, name: str, verb: str, code: int) -> None:
        """In the middle of a step; as by Ctrl-C, which reaches all that runs at a terminal. Nothing stays behind."""
        shimmed = outside.with_shim(tmp_path / "shim")
        case = outside.case
        before = outside.head
        process = shimmed.start("note", case, "-m", "x", SHIM_VERB=verb, SHIM_DO="wait-before")
        log = tmp_path / "shim" / "calls"
        deadline = time.monotonic() + 20
        while not (log.exists() and verb in log.read_text().split()):
            assert time.monotonic() < deadline
            time.sleep(0.01)
        os.killpg(process.pid, signal.Signals[name])
        said = finish(process)
        assert said.code == code
        assert said.out == ""
        assert "Traceback" not in said.err
        assert len(said.err.splitlines()) <= 2
        assert outside.head == before
        assert outside.locks() == []
        outside.step("note", case, "-m", "x")
        outside.refuse_disorder()


def test_the_program_is_that_of_this_source() -> None:
    """Else none of the others says anything."""
    done = subprocess.run(
        [sys.executable, "-c", "import casectl; print(casectl.__file__)"],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])},
        capture_output=True,
        text=True,
        check=True,
    )
    assert Path(done.stdout.strip()).is_relative_to(Path(__file__).resolve().parents[2])
