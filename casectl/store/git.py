"""The one place that starts the `git` program: scrubbed environment, forced options, git's own words in errors."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import IO, Any, Protocol

from casectl.model.problems import CasectlError
from casectl.store.interrupts import undisturbed

FORCED = (
    "--no-replace-objects",
    "--no-pager",
    "--literal-pathspecs",
    "-c",
    "core.fsmonitor=false",
    "-c",
    "core.autocrlf=false",
    "-c",
    "color.ui=false",
    "-c",
    "i18n.commitEncoding=UTF-8",
    "-c",
    "i18n.logOutputEncoding=UTF-8",
    "-c",
    "advice.graftFileDeprecated=false",
    "-c",
    "log.showSignature=false",
    "-c",
    "log.showRoot=true",
    "-c",
    "log.follow=false",
    "-c",
    "log.mailmap=false",
    "-c",
    "diff.orderFile=/dev/null",
    "-c",
    "submodule.recurse=false",
)
"""On every call: a repository's own configuration may not change what is read. Who signs and which program does so is
the user's own business, and matters to `commit-tree -S` alone."""

NO_HOOKS = ("-c", "core.hooksPath=/dev/null")
"""On every call but one that moves the user's branch, where the hook `reference-transaction` has a say."""

DURABLE = (
    "-c",
    "core.fsync=committed,reference",
    "-c",
    "core.fsyncMethod=fsync",
    "-c",
    "core.fsyncObjectFiles=true",
)
"""On every call that stores something: it is on the disk before git says so. The last one is for git before 2.36.

git syncs the contents of files, not the folders that name them, and `mktree` reads no configuration: what it leaves
undone, `store.durable` does.
"""

STORING = frozenset({"hash-object", "mktree", "commit-tree", "update-ref", "fast-import", "write-tree", "fetch"})

_SHORTCUTS: ContextVar[tuple[str, ...]] = ContextVar("shortcuts", default=())
"""On every call inside `by_objects_alone`."""

NETWORK = {"GIT_ALLOW_PROTOCOL": "file:ssh:https"}
"""What a call that is to reach another repository adds to its environment; every other call reaches none."""


class Place(Protocol):
    """Anything with a work tree's root: a `store.repo.Repo`."""

    @property
    def root(self) -> Path: ...


_DEPRECATED = "core.fsyncObjectFiles"
"""What git since 2.36 says of the setting that older ones need."""

_WHOLE = "fetch the whole of it: git fetch --refetch --no-filter"


class GitError(CasectlError):
    """git said no. `said` is all of its stderr, `answered` all of its stdout."""

    def __init__(self, verb: str, said: str, answered: str = "") -> None:
        lines = [line.strip() for line in said.splitlines() if line.strip() and _DEPRECATED not in line]
        loud = [line for line in lines if line.startswith(("fatal: ", "error: "))] or lines or ["failed without a word"]
        first = loud[0].removeprefix("fatal: ").removeprefix("error: ")
        rest = " ".join(line.removeprefix("hint: ") for line in lines if line != loud[0])
        if "promisor remote" in said:
            first, rest = "part of the history is missing from this partial clone", _WHOLE
        super().__init__(f"git {verb}: {first}", rest or None)
        self.said = said
        self.answered = answered


class GitProcess(subprocess.Popen[bytes]):
    """A running git whose stdout is a pipe; its stderr is kept aside, so that it can never block the pipe."""

    def __init__(
        self, where: Path | Place, args: tuple[str, ...], env: Mapping[str, str] | None, feed: bool, hooks: bool = False
    ) -> None:
        self._said = _kept_aside()
        self.verb = args[0]
        stdin = subprocess.PIPE if feed else subprocess.DEVNULL
        try:
            super().__init__(
                command(where, args, hooks),
                stdin=stdin,
                stdout=subprocess.PIPE,
                stderr=self._said,
                env=environment(env),
            )
        except FileNotFoundError:
            raise _cannot_start(where) from None

    def failure(self) -> GitError:
        """What git said on stderr so far, as an error to raise."""
        self._said.seek(0)
        return GitError(self.verb, _ended(self.returncode) + self._said.read().decode(errors="replace"))

    def finish(self) -> None:
        """Closes the pipes and waits. Raises `GitError` when git did not succeed."""
        self.close_pipes()
        if self.wait():
            raise self.failure()

    def abandon(self) -> None:
        """Ends the process, whatever it was doing; never raises."""
        self.kill()
        self.wait()
        self.close_pipes()
        self._said.close()

    def close_pipes(self) -> None:
        """Closes our ends; bytes that the other side no longer wants are dropped."""
        for pipe in (self.stdin, self.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except BrokenPipeError:
                    continue


def run_git(
    where: Path | Place,
    *args: str,
    stdin: bytes | None = None,
    env: Mapping[str, str] | None = None,
    hooks: bool = False,
    timeout_seconds: float | None = None,
) -> bytes:
    """Runs git at the root of a work tree and gives its stdout. Raises `GitError` with git's own words.

    `env` adds variables to the scrubbed environment (an identity, a private index); `hooks` lets the user's run;
    with `timeout_seconds` one that does not answer in time is ended.
    """
    try:
        done = subprocess.run(
            command(where, args, hooks),
            input=stdin if stdin is not None else b"",
            capture_output=True,
            env=environment(env),
            timeout=timeout_seconds,
        )
    except subprocess.TimeoutExpired:
        raise GitError(args[0], f"fatal: no answer within {timeout_seconds:g} seconds") from None
    except FileNotFoundError:
        raise _cannot_start(where) from None
    if done.returncode:
        said = _ended(done.returncode) + done.stderr.decode(errors="replace")
        raise GitError(args[0], said, done.stdout.decode(errors="replace"))
    return done.stdout


def start_git(
    where: Path | Place, *args: str, env: Mapping[str, str] | None = None, feed: bool = False, hooks: bool = False
) -> GitProcess:
    """Starts git with a pipe from its stdout and, with `feed`, one to its stdin."""
    return GitProcess(where, args, env, feed, hooks)


def run_hook(where: Path | Place, hook: Path, *args: str, env: Mapping[str, str]) -> int:
    """Runs one of the user's hooks as git does, at the root of the work tree; gives its exit code.

    All that it says goes to standard error: standard output is for what a command answers. Of `GIT_*` it sees `env`.
    """
    root = where if isinstance(where, Path) else where.root
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    options: dict[str, Any] = {"cwd": root, "stdin": subprocess.DEVNULL, "stdout": 2, "env": {**kept, **env}}
    try:
        return _to_its_end([str(hook), *args], options)
    except OSError as error:
        if error.errno != errno.ENOEXEC:
            raise CasectlError(f"the hook {hook} cannot be run: {error.strerror}", "see its first line") from None
        return _to_its_end(["sh", str(hook), *args], options)  # no `#!`: git asks the shell, too


def _to_its_end(words: list[str], options: dict[str, Any]) -> int:
    """Runs a program and gives its exit code; who is interrupted ends it, also while it is just being started."""
    process: subprocess.Popen[bytes] | None = None
    try:
        with undisturbed():
            process = subprocess.Popen(words, **options)
        return process.wait()
    except BaseException:
        if process is not None:
            process.kill()
            process.wait()
        raise


def shortcuts() -> tuple[str, ...]:
    """What git is told here of its shortcuts; a process that was told otherwise answers otherwise."""
    return _SHORTCUTS.get()


@contextmanager
def by_objects_alone() -> Iterator[None]:
    """Inside it git goes by the commits themselves, not by the commit graph: that is a cache, which came with the
    directory and which nobody has held against them."""
    before = _SHORTCUTS.set(("-c", "core.commitGraph=false"))
    try:
        yield
    finally:
        _SHORTCUTS.reset(before)


def command(where: Path | Place, args: tuple[str, ...], hooks: bool = False) -> list[str]:
    """The whole command line. git finds the repository from the root by itself, with its own check of ownership."""
    root = where if isinstance(where, Path) else where.root
    own = (*(() if hooks else NO_HOOKS), *(DURABLE if args[0] in STORING else ()), *_SHORTCUTS.get())
    return ["git", "-C", str(root), "--work-tree=.", *FORCED, *own, *args]


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Our environment without any `GIT_*`, plus what keeps git quiet, local and literal."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    forced = {
        "LC_ALL": "C",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ALLOW_PROTOCOL": "none",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_GRAFT_FILE": os.devnull,
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_OPTIONAL_LOCKS": "0",
    }
    return {**kept, **forced, **(extra or {})}


def without_filters(where: Path | Place) -> dict[str, str]:
    """The variables that take their programs from all filters that are configured, for a git that looks at files."""
    try:
        listed = run_git(where, "config", "-z", "--name-only", "--get-regexp", r"^filter\.").decode(errors="replace")
    except GitError as failed:
        if failed.said.strip():
            raise
        return {}
    names = sorted({name.rpartition(".")[0] for name in listed.split("\0") if name})
    values = {"smudge": "", "clean": "", "process": "", "required": "false"}
    pairs = [(f"{name}.{key}", value) for name in names for key, value in values.items()]
    keys = {f"GIT_CONFIG_KEY_{place}": key for place, (key, _) in enumerate(pairs)}
    return {
        "GIT_CONFIG_COUNT": str(len(pairs)),
        **keys,
        **{f"GIT_CONFIG_VALUE_{place}": value for place, (_, value) in enumerate(pairs)},
    }


def _cannot_start(where: Path | Place) -> CasectlError:
    root = where if isinstance(where, Path) else where.root
    if not root.is_dir():
        return CasectlError(f"no such directory: {root}")
    return CasectlError("the git program is not installed", "install git 2.31 or later")


def _ended(code: int | None) -> str:
    """What to say for a git that a signal ended before it could say so itself."""
    return f"fatal: was ended by {signal.Signals(-code).name}\n" if code is not None and code < 0 else ""


def _kept_aside() -> IO[bytes]:
    """A nameless file that lives as long as it is open; `tempfile` is too slow to import for this alone."""
    if hasattr(os, "memfd_create"):
        return os.fdopen(os.memfd_create("git-said"), "w+b")
    from tempfile import TemporaryFile

    return TemporaryFile()
