"""Many steps at once, for imports and the demo: `git fast-import` into a private ref, then the branch in one move."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import IO

from casectl.model.caseid import path_of
from casectl.model.instants import Instant
from casectl.model.problems import Busy, CasectlError
from casectl.store.checkout import carry
from casectl.store.commits import BranchMovedError, one_line
from casectl.store.durable import sync_objects
from casectl.store.git import run_git, start_git
from casectl.store.heal import heal
from casectl.store.index import IndexChange
from casectl.store.lock import lock
from casectl.store.objects import ObjectReader
from casectl.store.refusals import refuse_unwritable
from casectl.store.repo import Identity, Repo, head_commit

_PROGRESS_EVERY = 500

IMPORTED = "@import.invalid"
"""How the addresses of those end of whom only another system's log tells: no mail ever reaches them (RFC 2606)."""


@dataclass(frozen=True, slots=True)
class BulkStep:
    """One commit of one case: the file's whole text after it, its time (UTC seconds), who, and the message."""

    case_id: str
    text: str
    at: Instant
    name: str
    mail: str
    message: str


def write_bulk(repo: Repo, steps: Iterable[BulkStep], on_progress: Callable[[int], None] | None = None) -> str:
    """Commits `steps` one after another on top of HEAD's branch and gives the last commit (HEAD's if there are none).

    They come in the order in which they are to stand in history, and are taken one by one: memory does not grow with
    their number. All or nothing: until the last one is in, nothing is visible; a failure until then, also in `steps`
    itself, leaves everything as it was. `on_progress` gets the number of steps so far. Raises `NotAllowed` when a file
    that the steps write has changes that are not committed, `Busy` when the branch moved meanwhile or another git keeps
    its locks.
    """
    with lock(repo):
        refuse_unwritable(repo)
        old = head_commit(repo)
        with ObjectReader(repo) as reader:
            heal(repo, reader, old)
        with IndexChange(repo):  # what will be in the way at the end is said at the start
            pass
        ref = f"refs/casectl/import-{os.urandom(8).hex()}"
        try:
            last = _import(repo, ref, old, steps, on_progress)
            return _publish(repo, old, last) if last else old
        finally:
            with suppress(CasectlError):
                run_git(repo, "update-ref", "-d", ref)


def write_commit_graph(repo: Repo) -> None:
    """Writes git's commit graph with changed-path filters, which makes reading one case's history fast."""
    run_git(repo, "commit-graph", "write", "--reachable", "--changed-paths", "--no-progress")


@dataclass(frozen=True, slots=True)
class _Last:
    """The end of an import: its commit and the step that made it."""

    commit: str
    at: Instant
    who: Identity


def _import(
    repo: Repo, ref: str, old: str, steps: Iterable[BulkStep], on_progress: Callable[[int], None] | None
) -> _Last | None:
    process = start_git(repo, *_FAST_IMPORT, feed=True)
    if process.stdin is None:
        raise CasectlError("git was started without pipes")
    step, count = None, 0
    try:
        for count, step in enumerate(steps, 1):
            _send(process.stdin, ref, old if count == 1 else "", step)
            if on_progress and count % _PROGRESS_EVERY == 0:
                on_progress(count)
        process.stdin.write(b"done\n")
        process.finish()
    except BrokenPipeError:
        process.wait()
        raise process.failure() from None
    finally:
        process.abandon()
        (repo.git_dir / f"fast_import_crash_{process.pid}").unlink(missing_ok=True)
    if step is None:
        return None
    if on_progress:
        on_progress(count)
    return _Last(head_commit(repo, ref), step.at, Identity(step.name, step.mail))


_FAST_IMPORT = ("fast-import", "--quiet", "--done", "--date-format=raw")


def _send(pipe: IO[bytes], ref: str, parent: str, step: BulkStep) -> None:
    """One commit in fast-import's language."""
    message, content = step.message.encode(), step.text.encode()
    person = f"{_bare(step.name)} <{_bare(step.mail)}> {step.at} +0000"
    head = f"commit {ref}\nauthor {person}\ncommitter {person}\ndata {len(message)}\n"
    start = f"from {parent}\n" if parent else ""
    file = f"M 100644 inline {path_of(step.case_id)}\ndata {len(content)}\n"
    pipe.write(b"".join((head.encode(), message, b"\n", start.encode(), file.encode(), content, b"\n\n")))


def _bare(text: str) -> str:
    """A name or address that cannot break out of its place in a commit."""
    return one_line(text.replace("<", "").replace(">", "")) or "unknown"


def _publish(repo: Repo, old: str, last: _Last) -> str:
    """Moves the branch, if nothing is in the way, and brings index and work tree along."""
    sync_objects(repo)
    try:
        carry(repo, old, last.commit, "import", last.who, last.at)
    except BranchMovedError:
        raise Busy("the branch moved during the import; nothing was imported", "run it again") from None
    return last.commit
