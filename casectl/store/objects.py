"""Reading git objects through one long-lived `cat-file --batch`, one by one or in bulk."""

from __future__ import annotations

import atexit
import os
from collections.abc import Generator, Iterable, Iterator, Sequence
from itertools import islice
from threading import Thread
from types import TracebackType
from typing import IO, NamedTuple

from casectl.model.problems import CasectlError
from casectl.store.git import GitProcess, Place, shortcuts, start_git

_NAMES_AT_ONCE = 1000
_NAMES_UNREAD = 100
"""As many as a pipe takes (64 KiB, on some systems 16) although git, busy answering, reads none of them."""

_IDLE: dict[tuple[object, ...], GitProcess] = {}
"""At most one `cat-file` that its reader has left, for the next reader of the same repository. It gives no stale
answers: objects never change, and names like `HEAD` are resolved anew for each request."""


class GitObject(NamedTuple):
    """One object: its ID, its type (`blob`, `tree`, `commit`), its content."""

    id: str
    type: str
    content: bytes


class ObjectReader:
    """Reads objects of one repository. Names are what `git rev-parse` takes: an ID, `HEAD`, `COMMIT:path`."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._process: GitProcess | None = None

    def __enter__(self) -> ObjectReader:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        process, self._process = self._process, None
        if process is not None and error is None:
            _keep(self._place, process)
        elif process is not None:
            process.abandon()

    def look(self, name: str) -> GitObject | None:
        """The object of that name, or None when there is none."""
        return None if "\n" in name else self.look_at_all([name])[0]

    def look_at_all(self, names: Sequence[str]) -> list[GitObject | None]:
        """The objects of many names (without line breaks) in order: asked for together, for each wait costs time."""
        found: list[GitObject | None] = []
        for first in range(0, len(names), _NAMES_UNREAD):
            found += self._look(names[first : first + _NAMES_UNREAD])
        return found

    def _look(self, names: Sequence[str]) -> list[GitObject | None]:
        if self._process is None:
            self._process = _idle(self._place) or start_git(self._place, "cat-file", "--batch", feed=True)
        process = self._process
        stdin, stdout = _pipes(process)
        try:
            stdin.write("".join([f"{name}\n" for name in names]).encode(errors="surrogateescape"))
            stdin.flush()
        except BrokenPipeError:
            raise process.failure() from None
        return [_next_object(process, stdout) for _ in names]

    def read(self, name: str) -> bytes | None:
        """The content of the object of that name, or None when there is none."""
        found = self.look(name)
        return None if found is None else found.content


def read_blobs(place: Place, names: Iterable[bytes]) -> Generator[bytes | None, None, None]:
    """Contents of files by name, in order, as `read_objects` gives them."""
    return read_objects(place, names, "blob")


def read_objects(place: Place, names: Iterable[bytes], kind: str) -> Generator[bytes | None, None, None]:
    """Contents by name, in order, from a process of their own; None for what is missing or not of that type.

    Names are fed from a thread while contents are read, so that neither pipe can fill up and stop the other.
    """
    process = start_git(place, "cat-file", "--batch", "--buffer", feed=True)
    stdin, stdout = _pipes(process)
    feeder = Thread(target=_feed, args=(stdin, iter(names)), daemon=True)
    feeder.start()
    try:
        while head := stdout.readline():
            found = _object(head, stdout)
            yield None if found is None or found.type != kind else found.content
        if process.wait():
            raise process.failure()
    finally:
        process.abandon()
        feeder.join()


def _feed(stdin: IO[bytes], names: Iterator[bytes]) -> None:
    try:
        while some := list(islice(names, _NAMES_AT_ONCE)):
            stdin.write(b"\n".join(some) + b"\n")
        stdin.close()
    except (BrokenPipeError, ValueError):  # the reader has gone, and with it the need
        return


def _mark(place: Place) -> tuple[object, ...]:
    """What an idle process must share with who takes it over: this process (no fork of it), the same directory."""
    found = [path.stat() for path in (place.root, place.root / ".git")]
    return (os.getpid(), str(place.root), *shortcuts(), *((about.st_dev, about.st_ino) for about in found))


def _keep(place: Place, process: GitProcess) -> None:
    _dismiss()
    try:
        _IDLE[_mark(place)] = process
    except OSError:
        process.abandon()


def _idle(place: Place) -> GitProcess | None:
    try:
        process = _IDLE.pop(_mark(place), None)
    except OSError:
        return None
    return process if process is not None and process.poll() is None else None


@atexit.register
def _dismiss() -> None:
    for mark in list(_IDLE):
        process = _IDLE.pop(mark, None)
        if process is not None and mark[0] == os.getpid():
            process.abandon()


def _next_object(process: GitProcess, stdout: IO[bytes]) -> GitObject | None:
    head = stdout.readline()
    if not head:
        process.wait()
        raise process.failure()
    return _object(head, stdout)


def _object(head: bytes, stdout: IO[bytes]) -> GitObject | None:
    """The answer that begins with the line `head`."""
    words = head.split()
    if len(words) != 3 or not words[2].isdigit():  # `NAME missing`, `NAME ambiguous`
        return None
    content = stdout.read(int(words[2]) + 1)
    return GitObject(words[0].decode(), words[1].decode(), content[:-1])


def _pipes(process: GitProcess) -> tuple[IO[bytes], IO[bytes]]:
    if process.stdin is None or process.stdout is None:
        raise CasectlError("git was started without pipes")
    return process.stdin, process.stdout
