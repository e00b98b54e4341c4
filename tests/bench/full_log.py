"""The full log, timed: `python -m tests.bench.full_log LOG.csv.gz`. Import, cold breach report, audit, git's own work.

Git's own work is what no report over a whole history can do without: `git log --raw --no-renames -m` of all commits,
and `git cat-file --batch` of all the case files' versions that it names. The report is run by a fresh process on a
repository without an index.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

UCI = Path(__file__).resolve().parents[1] / "uci"
FINDINGS = 3


def timed(label: str, command: list[str], where: Path, accept: tuple[int, ...] = (0,), **extra: object) -> float:
    """Seconds that a command takes; its output goes nowhere."""
    begin = time.perf_counter()
    done = subprocess.run(command, cwd=where, stdout=subprocess.DEVNULL, **extra)  # type: ignore[call-overload]
    seconds = time.perf_counter() - begin
    if done.returncode not in accept:
        sys.exit(f"{label}: exit code {done.returncode}")
    print(f"{label:58} {seconds:8.1f} s", flush=True)
    return seconds


def casectl(*words: str) -> list[str]:
    return [sys.executable, "-m", "casectl", *words]


def versions(root: Path) -> bytes:
    """The IDs of all versions of case files, as `cat-file` wants them."""
    log = subprocess.run(
        ["git", "log", "--raw", "--no-renames", "-m", "--no-abbrev", "--format=", "--", "cases/"],
        cwd=root, capture_output=True, check=True,
    )  # fmt: skip
    return b"".join(line.split()[3] + b"\n" for line in log.stdout.splitlines())


def git_alone(root: Path) -> float:
    """Git's own work: the walk, then the contents."""
    walk = ["git", "log", "--raw", "--no-renames", "-m", "--no-abbrev", "--format=%H %ct %ce"]
    seconds = timed("git log --raw --no-renames -m", walk, root)
    blobs = versions(root)
    cat = ["git", "cat-file", "--batch", "--buffer"]
    return seconds + timed(f"git cat-file --batch ({blobs.count(10):,} versions)", cat, root, input=blobs)


def drop_caches(root: Path) -> None:
    """What casectl keeps for itself, so that the report starts cold."""
    shutil.rmtree(root / ".git" / "casectl", ignore_errors=True)


def peak_megabytes() -> int:
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024


def main(log: str) -> None:
    table = str(Path(log).resolve())
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "repo"
        subprocess.run(casectl("init", str(root), "--policy", str(UCI / "policy.yaml")), check=True, stdout=sys.stderr)
        words = ("-C", str(root), "import", "csv", table, "--map", str(UCI / "map.yaml"))
        imported = timed("casectl import csv", casectl(*words), Path.cwd(), (0, FINDINGS))
        print(f"{'  peak memory':58} {peak_megabytes():8} MB")
        again = timed("casectl import csv, again", casectl(*words), Path.cwd(), (0, FINDINGS))
        drop_caches(root)
        words = ("-C", str(root), "report", "breaches", "--since", "2016-01-01", "-o", "csv")
        report = timed("casectl report breaches, cold", casectl(*words), Path.cwd(), (0, FINDINGS))
        drop_caches(root)
        audit = timed("casectl audit", casectl("-C", str(root), "audit", "-o", "csv"), Path.cwd(), (0, FINDINGS))
        packing = casectl("-C", str(root), "audit", "pack", "--out", str(root / ".git" / "PACK.zip"))
        pack = timed("casectl audit pack", packing, Path.cwd())
        git = git_alone(root)
    print(f"import : git alone   {imported / git:5.1f}")
    print(f"again  : git alone   {again / git:5.1f}")
    print(f"report : git alone   {report / git:5.1f}")
    print(f"audit  : git alone   {audit / git:5.1f}")
    print(f"pack   : git alone   {pack / git:5.1f}")


if __name__ == "__main__":
    os.environ["PYTHONPATH"] = os.pathsep.join([str(UCI.parents[1]), os.environ.get("PYTHONPATH", "")])
    main(sys.argv[1])
