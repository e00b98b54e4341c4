"""Drives the installed program from outside: processes in groups of their own, killed or starved, and a git that fails.

Nothing here looks into the program: what counts is its exit code, its output, and what plain git finds afterwards.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tests.cli.conftest import ACME, MAIL, Said

SECONDS = 60
SOURCE = str(Path(__file__).resolve().parents[2])
CASECTL = (sys.executable, "-m", "casectl")
LOCKS = ("index.lock", "HEAD.lock", "refs/heads/main.lock", "packed-refs.lock", "config.lock")

_SHIM = """\
#!/bin/sh
verb= skip=
for word in "$@"; do
  if [ -n "$skip" ]; then skip=; continue; fi
  case "$word" in
    -C|-c) skip=1 ;;
    -*) ;;
    *) verb=$word; break ;;
  esac
done
echo "$verb" >> {log}
call=$(wc -l < {log})
chance=0
if [ -n "${{SHIM_ODDS:-}}" ]; then chance=$(( $(od -An -N2 -tu2 /dev/urandom) % SHIM_ODDS )); fi
meant=
case ",${{SHIM_VERB:-}}," in *",${{verb:-none}},"*) meant=1 ;; esac
if [ "$call" -eq "${{SHIM_CALL:-0}}" ] || [ -n "$meant" -a "$chance" -eq 0 ]; then
  case "$SHIM_DO" in
    kill-before) kill -9 0 ;;
    kill-after) {git} "$@"; kill -9 0 ;;
    fail) echo "fatal: told to fail" >&2; exit 128 ;;
    fail-after) {git} "$@" > {log}.out 2>&1; echo "fatal: the remote end hung up unexpectedly" >&2; exit 128 ;;
    wait-before) sleep 5 ;;
    wait-after) {git} "$@"; code=$?; sleep 5; exit $code ;;
  esac
fi
exec {git} "$@"
"""


@dataclass(frozen=True)
class Outside:
    """A desk as its users have it: a folder, a home, and the program by its command line."""

    root: Path
    env: dict[str, str]
    case: str = ""
    """The one that was opened when the desk was made."""

    def command(self, *words: str, before: Sequence[str] = ()) -> list[str]:
        return [*before, *CASECTL, *words]

    def start(self, *words: str, before: Sequence[str] = (), **env: str) -> subprocess.Popen[str]:
        """The program, running as the leader of a group of its own."""
        return subprocess.Popen(
            self.command(*words, before=before),
            cwd=self.root,
            env={**self.env, **env},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def run(self, *words: str, code: int | None = 0, before: Sequence[str] = (), **env: str) -> Said:
        """The program to its end; it may not take longer than a minute."""
        said = finish(self.start(*words, before=before, **env))
        print(f"$ casectl {' '.join(words)}\n{said.out}{said.err}-> {said.code}")
        assert code is None or said.code == code, f"exit code {said.code}, expected {code}"
        assert "Traceback" not in said.err
        return said

    def step(self, *words: str, **env: str) -> dict[str, Any]:
        answer = self.run(*words, "-o", "json", **env).json
        assert isinstance(answer, dict)
        return answer

    def open(self, title: str = "Nobody can sign in") -> str:
        return str(self.step("open", "--title", title, "--customer", "oakfield")["id"])

    def git(self, *words: str, check: bool = True) -> str:
        done = subprocess.run(["git", *words], cwd=self.root, env=self.env, capture_output=True, text=True, check=False)
        assert not check or done.returncode == 0, f"git {' '.join(words)}: {done.stdout}{done.stderr}"
        return done.stdout

    @property
    def head(self) -> str:
        return self.git("rev-parse", "HEAD").strip()

    def file_of(self, case: str, commit: str = "HEAD") -> str:
        """A case's file at a commit."""
        found = self.git("ls-tree", "-r", "--name-only", commit, "--", "cases/").split()
        return self.git("cat-file", "blob", f"{commit}:{next(path for path in found if case in path)}")

    def time_of(self, commit: str) -> int:
        return int(self.git("show", "-s", "--format=%ct", commit))

    def locks(self) -> list[Path]:
        """git's own lock files that lie about."""
        return [place for name in LOCKS if (place := self.root / ".git" / name).exists()]

    def clear_locks(self) -> int:
        """What the program tells a person to do about a lock that a dead git left; how many there were."""
        found = self.locks()
        for place in found:
            place.unlink()
        return len(found)

    def refuse_corruption(self) -> None:
        """git itself finds nothing wrong with what is stored."""
        done = subprocess.run(
            ["git", "fsck", "--full", "--strict", "--no-dangling"],
            cwd=self.root,
            env=self.env,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        assert "missing" not in done.stdout + done.stderr
        assert "corrupt" not in done.stdout + done.stderr

    def refuse_disorder(self) -> None:
        """Nothing half-written lies about, and nothing stored is broken."""
        assert self.git("status", "--porcelain") == ""
        self.refuse_corruption()

    def with_shim(self, folder: Path) -> Outside:
        """The same desk with a git early on PATH that can be told, by `SHIM_*`, what to do at which call.

        `SHIM_CALL` is a number, `SHIM_VERB` one or several with commas; with `SHIM_ODDS` it does it once in so many.
        """
        folder.mkdir(exist_ok=True)
        real = shutil.which("git", path=self.env["PATH"])
        shim = folder / "git"
        shim.write_text(_SHIM.format(git=real, log=folder / "calls"))
        shim.chmod(0o755)
        return replace(self, env={**self.env, "PATH": f"{folder}:{self.env['PATH']}"})

    def calls(self, folder: Path) -> list[str]:
        """The verbs that git was called with since the last time, in order."""
        log = folder / "calls"
        found = log.read_text().split() if log.exists() else []
        log.unlink(missing_ok=True)
        return found


def copied(desk: Outside, folder: Path) -> Outside:
    """The desk, as it is, in another folder, with a home of its own."""
    shutil.copytree(desk.root.parent, folder, symlinks=True, dirs_exist_ok=True)
    return replace(desk, root=folder / desk.root.name, env={**desk.env, "HOME": str(folder / "home")})


def found_desk(folder: Path, name: str = "desk") -> Outside:
    """A desk made by `casectl init` for Sam, whose home is in `folder`, with one case."""
    home = folder / "home"
    home.mkdir(parents=True, exist_ok=True)
    (home / ".gitconfig").write_text(f"[user]\n\tname = Sam\n\temail = {MAIL}\n[gc]\n\tauto = 0\n")
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("GIT_", "CASECTL_", "XDG_"))}
    env = {**kept, "HOME": str(home), "GIT_CONFIG_NOSYSTEM": "1", "PYTHONPATH": SOURCE, "PYTHONDONTWRITEBYTECODE": "1"}
    root = folder / name
    root.mkdir(parents=True)
    made = Outside(root, env)
    made.run("init", ".", "--policy", str(ACME))
    return replace(made, case=made.open())


def clone(desk: Outside, place: Path) -> Outside:
    """A real clone of a desk, worked by the same person."""
    subprocess.run(["git", "clone", "-q", str(desk.root), str(place)], env=desk.env, check=True)
    return replace(desk, root=place)


def bare(desk: Outside, place: Path) -> Path:
    """A bare repository that the desk pushes to as `origin`."""
    subprocess.run(["git", "clone", "-q", "--bare", str(desk.root), str(place)], env=desk.env, check=True)
    desk.git("remote", "add", "origin", str(place))
    return place


def finish(process: subprocess.Popen[str]) -> Said:
    """What a process says until it ends; one that does not is killed and fails the test."""
    try:
        out, err = process.communicate(timeout=SECONDS)
    except subprocess.TimeoutExpired:
        kill(process)
        raise
    return Said(process.returncode, out, err)


def kill(process: subprocess.Popen[str]) -> str:
    """Ends a whole group at once, as a power cut would; what it had said by then."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    return process.communicate()[0]


def acknowledged(out: str) -> dict[str, Any] | None:
    """The step that the program said it took; None when it did not get so far."""
    try:
        answer = json.loads(out)
    except ValueError:
        return None
    assert isinstance(answer, dict)
    return answer
