"""A history with many merges against the same steps in one line: `python -m tests.bench.merged_history [ROUNDS]`.

Per round two clones take five steps each and sync, as `casectl sync` does it: 300 rounds are 3,000 steps over 100 cases
and 300 merges. Printed are the seconds of the fastest of three runs, and what the merges cost as a ratio.
"""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from casectl.model.case import Case, Entry
from casectl.model.caseid import path_of
from casectl.store.canonical import dump

CASECTL = [sys.executable, "-m", "casectl"]
POLICY = Path(__file__).resolve().parents[1] / "cli" / "acme.yaml"
BEGIN = 1_764_000_000
CASES = 100
SIDE = 5
FINDINGS = 3


class Stream:
    """Commits for `git fast-import`."""

    def __init__(self) -> None:
        self.lines: list[bytes] = []
        self.commits = 0

    def commit(self, at: int, message: str, cases: Sequence[Case], parents: Sequence[str]) -> str:
        self.commits += 1
        self.lines.append(b"commit refs/heads/main\nmark :%d\n" % self.commits)
        self.lines.append(b"committer Sam <sam@desk.example> %d +0000\n" % at)
        self._data(message.encode())
        for word, parent in zip(("from", "merge"), parents, strict=False):
            self.lines.append(f"{word} {parent}\n".encode())
        for case in cases:
            self.lines.append(f"M 100644 inline {path_of(case.id)}\n".encode())
            self._data(dump(case).encode())
        return f":{self.commits}"

    def _data(self, content: bytes) -> None:
        self.lines.append(b"data %d\n%s\n" % (len(content), content))


def born(number: int) -> Case:
    name = f"ACM-251124-{number:05}"
    fields = {"policy": "acme-desk/1.0", "type": "fault", "title": "It does not work", "channel": "phone"}
    return Case({"id": name, **fields, "received": BEGIN, "status": "open", "priority": "p2"})


def history(rounds: int, merged: bool, head: str) -> bytes:
    """The same steps at the same times, in one line or in two branches that are merged after each round."""
    stream, chance, now = Stream(), random.Random(1), BEGIN
    cases = [born(number) for number in range(CASES)]
    tip = head
    for case in cases:
        tip = stream.commit(now, f"{case.id} open: x", [case], [tip])
    for turn in range(rounds):
        tips, seen, touched = [tip, tip], [list(cases), list(cases)], {0: set[int](), 1: set[int]()}
        for number in range(2 * SIDE):
            now += 60
            side, place = number % 2, chance.choice((0, chance.randrange(CASES)))
            entry = Entry(f"n{turn:04}{number}", "note", {"text": "looked into it"})
            cases[place] = cases[place].changed({}, (entry,))
            here = seen[side if merged else 0]
            here[place] = here[place].changed({}, (entry,))
            touched[side].add(place)
            branch = side if merged else 0
            tips[branch] = stream.commit(now, f"{here[place].id} note: x", [here[place]], [tips[branch]])
        tip = tips[0]
        if merged:
            tip = stream.commit(now + 1, "Merge", [cases[place] for place in sorted(touched[1])], tips)
    return b"".join(stream.lines)


def repository(folder: Path, rounds: int, merged: bool) -> Path:
    root = folder / ("merged" if merged else "line")
    subprocess.run([*CASECTL, "init", str(root), "--policy", str(POLICY)], check=True, capture_output=True)
    head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=root, check=True, capture_output=True, text=True).stdout
    told = history(rounds, merged, head.strip())
    subprocess.run(["git", "fast-import", "--quiet", "--force"], cwd=root, check=True, input=told)
    subprocess.run(["git", "reset", "-q", "--hard"], cwd=root, check=True)
    return root


def seconds(root: Path, *words: str) -> float:
    shutil.rmtree(root / ".git" / "casectl", ignore_errors=True)
    begin = time.perf_counter()
    done = subprocess.run([*CASECTL, *words], cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode in (0, FINDINGS), done.stderr
    return time.perf_counter() - begin


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    hot, cool = born(0).id, born(1).id
    with tempfile.TemporaryDirectory() as folder:
        line, merged = (repository(Path(folder), rounds, way) for way in (False, True))
        for words in (("sla", "-o", "json"), ("audit", "-o", "json"), ("show", hot), ("show", cool)):
            pairs = [(seconds(line, *words), seconds(merged, *words)) for _ in range(3)]
            one, other = (min(pair[place] for pair in pairs) for place in (0, 1))
            print(f"casectl {' '.join(words):24} in a line {one:6.2f} s, with {rounds} merges {other:6.2f} s"
                  f"   ratio {other / one:5.2f}")  # fmt: skip
        figures = [
            subprocess.run([*CASECTL, "sla", "-o", "csv"], cwd=root, capture_output=True, text=True, check=False)
            for root in (line, merged)
        ]
        told = [[row.split(",")[:8] for row in each.stdout.splitlines()] for each in figures]
        assert told[0] == told[1], "the merges changed a figure"


if __name__ == "__main__":
    main()
