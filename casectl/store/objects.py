"""Reading git objects through one long-lived `cat-file --batch`, one by one or in bulk."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from threading import Thread
from types import TracebackType
from typing import IO

from casectl.model.problems import CasectlError
from casectl.store.git import GitProcess, Place, start_git

_NAMES_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class GitObject:
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
        if self._process is not None:
            self._process.abandon()

    def look(self, name: str) -> GitObject | None:
        """The object of that name, or None when there is none."""
        if "\n" in name:
            return None
        if self._process is None:
            self._process = start_git(self._place, "cat-file", "--batch", feed=True)
        stdin, stdout = _pipes(self._process)
        try:
            stdin.write(name.encode(errors="surrogateescape") + b"\n")
            stdin.flush()
        except BrokenPipeError:
            raise self._process.failure() from None
        head = stdout.readline()
        if not head:
            self._process.wait()
            raise self._process.failure()
        return _object(head, stdout)

    def read(self, name: str) -> bytes | None:
        """The content of the object of that name, or None when there is none."""
        found = self.look(name)
        return None if found is None else found.content

    def read_many(self, names: Iterable[str]) -> Iterator[bytes | None]:
        """The contents of many objects in the order of their names, streaming; see `read_blobs`."""
        return read_blobs(self._place, (name.encode() for name in names))


def read_blobs(place: Place, names: Iterable[bytes]) -> Generator[bytes | None, None, None]:
    """Contents by name, in order, from a process of their own; None for what is missing or no blob.

    Names are fed from a thread while contents are read, so that neither pipe can fill up and stop the other.
    """
    process = start_git(place, "cat-file", "--batch", "--buffer", feed=True)
    stdin, stdout = _pipes(process)
    feeder = Thread(target=_feed, args=(stdin, iter(names)), daemon=True)
    feeder.start()
    try:
        while head := stdout.readline():
            found = _object(head, stdout)
            yield None if found is None or found.type != "blob" else found.content
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
