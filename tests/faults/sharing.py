"""Several clones of one bare repository, worked from outside, and what must be so once they have shared everything."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.faults.harness import Outside, acknowledged, finish, kill

AGAIN = 75
"""The exit code of a sync that will do better later."""


@dataclass(frozen=True)
class Ward:
    """A bare repository, its clones, and every step that one of them acknowledged."""

    hub: Path
    clones: tuple[Outside, ...]
    case: str
    """Everybody's."""
    own: tuple[str, ...]
    """A case for each clone alone."""
    promised: dict[str, dict[str, Any]] = field(default_factory=dict)
    """The answer to each note, by its text."""

    def note(self, clone: int, case: str, text: str) -> None:
        """A note, which has to succeed, and its answer."""
        said = finish(self.clones[clone].start("note", case, "-m", text, "-o", "json"))
        assert said.code == 0, said.err
        self.hear(text, said.out)

    def note_killed(self, clone: int, case: str, text: str, seconds: float) -> None:
        """A note that is killed after so many seconds, with all that it started; its answer, if it came to one."""
        process = self.clones[clone].start("note", case, "-m", text, "-o", "json")
        time.sleep(seconds)
        self.hear(text, kill(process))

    def sync_killed(self, clone: int, seconds: float) -> None:
        process = self.clones[clone].start("sync", "-o", "json")
        time.sleep(seconds)
        kill(process)

    def clear_locks(self, clone: int | None = None) -> int:
        """What a person is told to do about locks that gits which died have left; in the clone, or in the hub."""
        place = self.hub if clone is None else self.clones[clone].root / ".git"
        found = [*place.glob("*.lock"), *place.glob("refs/**/*.lock")]
        for lock in found:
            lock.unlink()
        return len(found)

    def hear(self, text: str, out: str) -> None:
        answer = acknowledged(out)
        if answer:
            self.promised[text] = answer

    def sync(self, clone: int, codes: Sequence[int] = (0,)) -> dict[str, Any]:
        """A sync; what it said, nothing for one that failed in one of the ways that `codes` allows."""
        said = finish(self.clones[clone].start("sync", "-o", "json"))
        assert said.code in codes, f"{said.code}: {said.err}"
        assert "Traceback" not in said.err
        return acknowledged(said.out) or {}

    def converge(self, rounds: int = 2) -> None:
        """One sync after another in each clone, and the same again: everybody has everything."""
        for _ in range(rounds):
            for clone in range(len(self.clones)):
                self.sync(clone)

    def refuse_loss(self) -> None:
        """All clones are at one commit and say the same; each acknowledged step is there once, as it was told."""
        first = self.clones[0]
        assert len({each.head for each in self.clones}) == 1
        for each in self.clones:
            each.refuse_disorder()
            assert list((each.root / ".git").glob("casectl-*")) == []
        figures = {finish(each.start("sla", "-o", "json", "--as-of", "2030-01-01")).out for each in self.clones}
        assert len(figures) == 1
        told = first.git("log", "--format=%H %ct %s").splitlines()
        times = {line.split(" ", 2)[0]: int(line.split(" ", 2)[1]) for line in told}
        assert len(times) == len(told)
        subjects = [line.split(" ", 2)[2] for line in told]
        files = {case: first.file_of(case) for case in (self.case, *self.own)}
        for text, answer in self.promised.items():
            assert times[answer["commit"]] == int(datetime.fromisoformat(answer["at"]).timestamp()), text
            assert sum(subject.endswith(f"note: {text}") for subject in subjects) == 1, text
            assert files[answer["id"]].count(f"  text: {text}\n") == 1, text
        for each in files.values():
            texts = [line for line in each.splitlines() if line.startswith("  text: ")]
            assert len(texts) == len(set(texts)), "a step that counts twice"

    @property
    def merges(self) -> int:
        return int(self.clones[0].git("rev-list", "--merges", "--count", "HEAD"))


def ward(desk: Outside, folder: Path, clones: int) -> Ward:
    """So many clones of a bare copy of the desk, with a case of its own for each."""
    own = tuple(desk.open(f"case of clone {number}") for number in range(clones))
    hub = folder / "hub.git"
    subprocess.run(["git", "clone", "-q", "--bare", str(desk.root), str(hub)], env=desk.env, check=True)
    made = []
    for number in range(clones):
        place = folder / f"clone-{number}"
        subprocess.run(["git", "clone", "-q", str(hub), str(place)], env=desk.env, check=True)
        made.append(replace(desk, root=place))
    return Ward(hub, tuple(made), desk.case, own)


def side_by_side(jobs: Sequence[Callable[[], None]]) -> None:
    """All jobs at once; the first that fails, fails the test."""
    with ThreadPoolExecutor(len(jobs)) as hands:
        for done in [hands.submit(job) for job in jobs]:
            done.result()
