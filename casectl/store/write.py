"""The one way to write a step: lock, re-read, refuse or decide, one commit, compare-and-swap, then the user's files.

Nobody else's work is touched: the commit is built from the last one's trees, and of the index and the work tree only
this case's file is changed, after it was found to be as committed.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import suppress
from functools import cache, partial
from typing import NamedTuple

from casectl.model.case import Case
from casectl.model.change import Change
from casectl.model.instants import Instant
from casectl.model.problems import Busy, CasectlError, InvalidFiles, NotAllowed, NotFound
from casectl.store.asked import NOBODY, Asked, taken_already
from casectl.store.attachments import brought, folder_name, with_files
from casectl.store.casefile import edit_case, parse_case
from casectl.store.commits import BranchMovedError, message_of, move_branch, write_blob
from casectl.store.durable import sync_branch, sync_objects
from casectl.store.heal import heal
from casectl.store.hooks import Habits, ask_habits, make_commit, run_after, told_habits
from casectl.store.index import IndexChange
from casectl.store.interrupts import undisturbed
from casectl.store.lock import lock
from casectl.store.objects import ObjectReader
from casectl.store.refusals import refuse_nobody, refuse_unwritable
from casectl.store.repo import Identity, Repo
from casectl.store.scene import Scene, existing, vacant
from casectl.store.trees import NEW_FILE, graft
from casectl.store.unfinished import Note, arrived, drop, note
from casectl.store.worktree import write_file
from casectl.store.written import Written

__all__ = ["Decide", "Written", "write_step"]

_ATTEMPTS = 6
_PAUSE_SECONDS = 0.02

Decide = Callable[[Case | None, Instant], Change | Written]
"""From the case and the moment to what is wanted, or to a step that the same request has led to before."""


def write_step(
    repo: Repo,
    case_id: str | None,
    decide: Decide,
    clock: Callable[[], Instant],
    who: Identity,
    asked: Asked = NOBODY,
) -> Written:
    """Commits what `decide(case, now)` wants of one case, or opens one (`case_id` None: `decide` gets no case).

    `now` is read from `clock` once, under the lock and after the case; it becomes the commit's time. When somebody else
    commits at the same moment, all of this is done again from the start, so nothing is decided on what is no longer so.
    With `asked.words` the step is remembered until `unfinished.told`, and the same words lead to it again; so does
    `asked.token`, for ever.
    Raises `NotAllowed` for hand edits, for a change that changes nothing, for a hook that refuses, and in the middle of
    a merge and the like, `NotFound`, `InvalidFiles`, `Busy`. When it raises, nothing was written; an interruption that
    came too late for that carries a note which says so.
    """
    refuse_nobody(who)
    asked = asked.of(who.mail)
    answer = ask_habits(repo)
    try:
        habits = cache(partial(told_habits, repo, answer))
        with lock(repo):
            written = _tried(_Request(repo, case_id, decide, clock, who, asked, habits))
        if not written.repeated:
            run_after(repo, habits=habits())
        return written
    finally:
        answer.abandon()


class _Request(NamedTuple):
    """What `write_step` was asked, and how commits are made here."""

    repo: Repo
    case_id: str | None
    decide: Decide
    clock: Callable[[], Instant]
    who: Identity
    asked: Asked
    habits: Callable[[], Habits]


def _tried(request: _Request) -> Written:
    repo = request.repo
    for attempt in range(_ATTEMPTS):
        time.sleep(_PAUSE_SECONDS * attempt)
        with suppress(BranchMovedError), ObjectReader(repo) as reader:
            refuse_unwritable(repo)
            heal(repo, reader, _head(repo, reader))
            # Having lost once, we keep other gits from committing while we try again.
            with IndexChange(repo, attempt > 0) as index:
                return _Attempt(request, reader, index).write(_head(repo, reader))
    raise Busy("the branch kept moving while the step was written", "try again; if it lasts, see git status")


def _head(repo: Repo, reader: ObjectReader) -> str:
    head = reader.look("HEAD")
    if head is None:
        hint = "make the first commit, or begin with: casectl init DIR; if it had some: casectl doctor"
        raise NotFound(f"{repo.root} has no commits yet", hint)
    return head.id


class _Attempt(NamedTuple):
    """One try at a step, from reading HEAD to moving it. `BranchMovedError` ends it without a trace."""

    request: _Request
    reader: ObjectReader
    index: IndexChange  # type: ignore[assignment]

    def write(self, head: str) -> Written:
        """The step, decided on HEAD as it is now and committed; raises as `write_step` does."""
        repo, case_id, asked, who = self.request.repo, self.request.case_id, self.request.asked, self.request.who
        scene = existing(repo, self.reader, head, case_id) if case_id else None
        now = self.request.clock()
        before = taken_already(repo, self.reader, head, case_id, asked, now)
        change = before or self.request.decide(scene.case if scene else None, now)
        if isinstance(change, Written):
            return change
        if scene is None:
            scene = vacant(repo, self.reader, head, change.case_id)
        case, text = _changed(scene, change)
        draft = Written(case, change, "", now, scene.path, change.warnings, scene.commit, scene.case, who.mail)
        return self._commit(scene, draft, text.encode())

    def _commit(self, scene: Scene, draft: Written, content: bytes) -> Written:
        repo, who = self.request.repo, self.request.who
        files = brought(repo, self.reader, scene.chain, draft.change.files)
        blob = write_blob(repo, content)
        folder, folders = with_files(self.reader, scene.chain, files), list[str]()
        tree = graft(repo, scene.chain, blob, (folder_name(scene.path), folder) if folder else None, folders)
        message = message_of(draft.change, self.request.asked.token or None)
        commit = make_commit(repo, tree, (scene.commit,), message, who, draft.at, habits=self.request.habits())
        self.index.prepare()
        entries = [(scene.mode, blob, scene.path), *((NEW_FILE, file.blob, file.path) for file in files)]
        self.index.add(entries, [path for _, _, path in entries] if scene.hidden else [])
        sync_objects(repo, [commit, blob, *folders, *(file.blob for file in files)])
        about = Note(scene.case_id, scene.blob, blob, commit, draft.at, os.getpid(), self.request.asked.digest())
        everything = [(scene.path, content), *((file.path, file.content) for file in files)]
        return self._take(scene, draft._replace(commit=commit), about, everything)

    def _take(self, scene: Scene, draft: Written, about: Note, files: list[tuple[str, bytes]]) -> Written:
        """From here on the step is taken or it is not: who interrupts waits, and is told which."""
        repo, verb, taken = self.request.repo, draft.change.verb, False
        try:
            with undisturbed():
                try:
                    note(repo, about)
                    why = f"{about.case_id} {verb}"
                    move_branch(repo, draft.commit, scene.commit, why, self.request.who, draft.at)
                except BaseException:
                    drop(repo, about)
                    raise
                taken = True
                return draft._replace(warnings=(*draft.warnings, *self._bring_along(scene, about, files)))
        except BaseException as stop:
            if taken:
                stop.add_note(f"{about.case_id} {verb} was committed as {draft.commit[:12]}: do not repeat it")
            raise

    def _bring_along(self, scene: Scene, about: Note, files: list[tuple[str, bytes]]) -> tuple[str, ...]:
        """The commit stands; now the user's files and index. What does not work is said; the next step mends it."""
        trouble = []
        try:
            sync_branch(self.request.repo)
        except OSError as error:
            trouble.append(f"committed, but a loss of power could still undo it ({error})")
        for path, content in files if not scene.hidden else ():
            try:
                write_file(self.request.repo.root, path, content)
            except (OSError, CasectlError) as error:
                trouble.append(f"committed, but {path} on disk is still the old one ({error})")
        try:
            self.index.put()
            if not trouble:
                arrived(self.request.repo, about)
        except OSError as error:
            trouble.append(f"committed, but git does not know yet that the file is ({error})")
        return tuple(trouble)


def _changed(scene: Scene, change: Change) -> tuple[Case, str]:
    """The case after the change and its file's text, proved by reading it back."""
    old = scene.case
    if change.case_id != scene.case_id:
        raise CasectlError(f"a change of {change.case_id} cannot be written to {scene.path}")
    new = (old or Case({})).changed(change.fields, change.entries)
    if new == old:
        raise NotAllowed(f"nothing to do: {change.case_id} is like that already", f"casectl show {change.case_id}")
    text = edit_case(scene.text, old, new)
    read_back, problems = parse_case(text, scene.path)
    if read_back is None:
        raise InvalidFiles(problems, "nothing was written")
    if read_back != new:
        raise CasectlError(f"{scene.path} would not read back as it was meant; nothing was written")
    return new, text
