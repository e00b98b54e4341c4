"""How fast signed commits are checked: `python -m tests.bench.signature_speed [COMMITS]`.

Commits that `git` keeps, each signed with one of a few Ed25519 keys, read and verified in one go; then the same again
where nothing is signed, which tells what is reading alone. Made by plumbing, so that making them takes no minutes.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from casectl.store.objects import read_objects
from casectl.store.repo import Repo, open_repo
from casectl.store.signatures import check_signature
from tests.store.test_signatures import HEAD, Signer, armored, with_signature

ROUNDS = 5


def signed(number: int) -> bytes:
    text = HEAD + b"\nstep %d\n" % number
    return with_signature(armored(Signer(number % 8 + 1, text).blob()), text=text)


def plain(number: int) -> bytes:
    return HEAD + b"\nstep %d\n" % number


def stored(repo: Repo, make: Callable[[int], bytes], count: int) -> list[str]:
    """Those commits, in the repository; their IDs."""
    folder = repo.git_dir / "texts"
    folder.mkdir(exist_ok=True)
    for number in range(count):
        (folder / str(number)).write_bytes(make(number))
    paths = "".join(f"{folder / str(number)}\n" for number in range(count))
    command = ["git", "-C", str(repo.root), "hash-object", "-t", "commit", "-w", "--literally", "--stdin-paths"]
    return subprocess.run(command, input=paths, capture_output=True, check=True, text=True).stdout.split()


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["git", "init", "-q", folder], check=True)
        repo = open_repo(Path(folder))
        for name, make in (("signed", signed), ("not signed", plain)):
            commits, best = stored(repo, make, count), float("inf")
            for _ in range(ROUNDS):
                start = time.perf_counter()
                contents = read_objects(repo, (name.encode() for name in commits), "commit")
                states = Counter(check_signature(content or b"").state for content in contents)
                best = min(best, time.perf_counter() - start)
            print(f"{count:,} commits {name:12} {best:6.3f} s  {dict(states)}")


if __name__ == "__main__":
    main()
