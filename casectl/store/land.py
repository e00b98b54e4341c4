"""How a step comes to stand, whoever prepared it: lock, heal, one commit, compare-and-swap, then the user's files.

Nobody else's work is touched: the commit is built from the last one's trees, and of the index and the work tree only
this case's files are changed.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import suppress
from functools import cache, partial
from typing import NamedTuple

from casectl.model.problems import Busy, CasectlError, NotFound
from casectl.store.asked import NOBODY, Asked
from casectl.store.attachments import Kept, folder_name, with_files
from casectl.store.commits import BranchMovedError, message_of, move_branch, write_blob
from casectl.store.durable import sync_branch, sync_objects
from casectl.store.heal import heal
from casectl.store.hooks import Habits, ask_habits, make_commit, run_after, told_habits
from casectl.store.index import IndexChange
from casectl.store.interrupts import undisturbed
from casectl.store.lock import lock
from casectl.store.objects import ObjectReader
from casectl.store.refusals import refuse_unwritable
from casectl.store.repo import Identity, Repo
from casectl.store.trees import NEW_FILE, Chain, graft
from casectl.store.unfinished import Note, arrived, drop, note
from casectl.store.worktree import write_file
from casectl.store.written import Written

_ATTEMPTS = 6
_PAUSE_SECONDS = 0.02


class Landing(NamedTuple):
    """A step that has been decided on: all that its commit is made of, and which files are to lie there after it."""

    draft: Written
    """The step as it is told in the end, but for its commit; `parent` is what it was decided on."""
    chain: Chain
    content: bytes
    who: Identity
    asked: Asked = NOBODY
    files: tuple[Kept, ...] = ()
    """Beside the case; their blobs are stored."""
    hidden: bool = False
    """Not checked out, and to stay so."""
    lies_there: bool = False
    """The case's file is on disk as it will be: a person wrote it."""


Prepare = Callable[[ObjectReader, str], Landing | Written]
"""From HEAD's commit to what is to land on it, or to a step that the same request has led to before."""


def land(repo: Repo, prepare: Prepare) -> Written:
    """Commits what `prepare` wants, under casectl's lock. When somebody else commits at the same moment it is asked
    again, so nothing is decided on what is no longer so.

    Raises what `prepare` does, `NotAllowed` for a hook that refuses and in the middle of a merge and the like,
    `NotFound` without commits, `Busy`. When it raises, nothing was written; an interruption that came too late for that
    carries a note which says so.
    """
    answer = ask_habits(repo)
    try:
        habits = cache(partial(told_habits, repo, answer))
        with lock(repo):
            written = _tried(repo, prepare, habits)
        trouble = None if written.repeated else run_after(repo, habits=habits())
        return written._replace(warnings=(*written.warnings, trouble)) if trouble else written
    finally:
        answer.abandon()


def _tried(repo: Repo, prepare: Prepare, habits: Callable[[], Habits]) -> Written:
    with ObjectReader(repo) as reader, IndexChange(repo, False) as index:
        refuse_unwritable(repo)
        heal(repo, reader, _head(repo, reader))
        for attempt in range(_ATTEMPTS):
            if attempt:
                # Having lost once, we keep other gits from beginning a commit until we have ended ours.
                index.prepare()
                time.sleep(_PAUSE_SECONDS * attempt)
                refuse_unwritable(repo)
            with suppress(BranchMovedError):
                wanted = prepare(reader, _head(repo, reader))
                return wanted if isinstance(wanted, Written) else _committed(repo, reader, index, wanted, habits())
    raise Busy("the branch kept moving while the step was written", "try again; if it lasts, see git status")


def _head(repo: Repo, reader: ObjectReader) -> str:
    head = reader.look("HEAD")
    if head is None:
        hint = "make the first commit, or begin with: casectl init DIR; if it had some: casectl doctor"
        raise NotFound(f"{repo.root} has no commits yet", hint)
    return head.id


def _committed(repo: Repo, reader: ObjectReader, index: IndexChange, landing: Landing, habits: Habits) -> Written:
    """`BranchMovedError` ends it without a trace."""
    draft, chain, files = landing.draft, landing.chain, landing.files
    blob = write_blob(repo, landing.content)
    folder, folders = with_files(reader, chain, files), list[str]()
    tree = graft(repo, chain, blob, (folder_name(chain.path), folder) if folder else None, folders)
    message = message_of(draft.change, landing.asked.token or None)
    commit = make_commit(repo, tree, (draft.parent,), message, landing.who, draft.at, habits=habits)
    index.prepare()
    mode, old = (chain.file.mode, chain.file.id) if chain.file else (NEW_FILE, None)
    entries = [(mode, blob, chain.path), *((NEW_FILE, file.blob, file.path) for file in files)]
    index.add(entries, [path for _, _, path in entries] if landing.hidden else [])
    sync_objects(repo, [commit, blob, *folders, *(file.blob for file in files)])
    about = Note(draft.case.id, old, blob, commit, draft.at, os.getpid(), landing.asked.digest())
    return _taken(repo, index, landing._replace(draft=draft._replace(commit=commit)), about)


def _taken(repo: Repo, index: IndexChange, landing: Landing, about: Note) -> Written:
    """From here on the step is taken or it is not: who interrupts waits, and is told which."""
    draft, taken = landing.draft, False
    why = f"{draft.case.id} {draft.change.verb}"
    try:
        with undisturbed():
            try:
                note(repo, about)
                index.show(draft.commit)
                move_branch(repo, draft.commit, draft.parent, why, landing.who, draft.at)
            except BaseException:
                drop(repo, about)
                raise
            taken = True
            index.moved()
            return draft._replace(warnings=(*draft.warnings, *_bring_along(repo, index, landing, about)))
    except BaseException as stop:
        if taken:
            stop.add_note(f"{why} was committed as {draft.commit[:12]}: do not repeat it")
        raise


def _bring_along(repo: Repo, index: IndexChange, landing: Landing, about: Note) -> tuple[str, ...]:
    """The commit stands; now the user's files and index. What does not work is said; the next step mends it."""
    trouble = []
    try:
        sync_branch(repo)
    except OSError as error:
        trouble.append(f"committed, but a loss of power could still undo it ({error})")
    for path, content in _to_write(landing):
        try:
            write_file(repo.root, path, content)
        except (OSError, CasectlError) as error:
            trouble.append(f"committed, but {path} on disk is still the old one ({error})")
    try:
        index.put()
        if not trouble:
            arrived(repo, about)
    except OSError as error:
        trouble.append(f"committed, but git does not know yet that the file is ({error})")
    return tuple(trouble)


def _to_write(landing: Landing) -> list[tuple[str, bytes]]:
    if landing.hidden:
        return []
    own = [] if landing.lies_there else [(landing.chain.path, landing.content)]
    return [*own, *((file.path, file.content) for file in landing.files)]
