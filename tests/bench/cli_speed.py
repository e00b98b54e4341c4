"""How long the program takes to answer, as ratios in one run: `python -m tests.bench.cli_speed [ROUNDS]`.

`--help` and `show` against `python -c "import typer"`; one step against a bare `git commit` of the same file, started
from Python as well. Rounds alternate between the two commands, and the median of the pairs' ratios is printed, for
machines are noisy. Run it from an installed package, so that compiled files exist.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

CASECTL = [sys.executable, "-m", "casectl"]


def seconds(command: Sequence[str], cwd: Path) -> float:
    start = time.perf_counter()
    subprocess.run(command, cwd=cwd, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - start


def compare(name: str, rounds: int, ours: Callable[[], float], theirs: Callable[[], float], aim: float) -> None:
    ours(), theirs()
    pairs = [(ours(), theirs()) for _ in range(rounds)]
    ratio = median(a / b for a, b in pairs)
    fastest = min(a for a, _ in pairs), min(b for _, b in pairs)
    print(f"{name:32} median ratio {ratio:5.2f}  (aim {aim})  fastest {fastest[0]:.3f} s against {fastest[1]:.3f} s")


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    with tempfile.TemporaryDirectory() as folder:
        desk, here = Path(folder) / "desk", Path(folder)
        seconds([*CASECTL, "demo", str(desk)], Path.cwd())
        for key, value in (("user.name", "Sam"), ("user.email", "sam@example.com"), ("gc.auto", "0")):
            seconds(["git", "config", key, value], desk)
        cases = sorted(desk.glob("cases/*/*/*/*.yaml"))
        case, other = [path for path in cases if "\nstatus: closed\n" not in path.read_text()][:2]

        def typer() -> float:
            return seconds([sys.executable, "-c", "import typer"], here)

        compare("casectl --help", rounds, lambda: seconds([*CASECTL, "--help"], desk), typer, 1.3)
        compare("casectl show ID", rounds, lambda: seconds([*CASECTL, "show", case.stem], desk), typer, 2)

        def bare_commit() -> float:
            case.write_text(case.read_text() + "# a line\n")
            program = "import subprocess, sys; sys.exit(subprocess.call(sys.argv[1:]))"
            git = ["git", "commit", "-q", "-m", "one step", "--", str(case.relative_to(desk))]
            return seconds([sys.executable, "-c", program, *git], desk)

        def step() -> float:
            return seconds([*CASECTL, "note", other.stem, "-m", "x"], desk)

        compare("one step (casectl note ID)", rounds, step, bare_commit, 4)


if __name__ == "__main__":
    main()
