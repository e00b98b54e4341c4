"""The one way to write a step: lock, re-read, refuse or decide, one commit, compare-and-swap, then the user's files.

Nobody else's work is touched: the commit is built from the last one's trees, and of the index and the work tree only
this case's file is changed, after it was found to be as committed.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple

from casectl.model.case import Case
from casectl.model.caseid import path_of
from casectl.model.change import Change
from casectl.model.instants import Instant
from casectl.model.problems import Busy, CasectlError, InvalidFiles, NotAllowed, NotFound
from casectl.store.attachments import brought, folder_name, left_behind, with_files
from casectl.store.casefile import edit_case, parse_case
from casectl.store.commits import BranchMovedError, message_of, move_branch, write_blob, write_commit
from casectl.store.index import IndexChange
from casectl.store.lock import lock
from casectl.store.objects import ObjectReader
from casectl.store.refusals import refuse_nobody, refuse_unwritable
from casectl.store.repo import Identity, Repo
from casectl.store.scene import Scene, existing, vacant
from casectl.store.trees import NEW_FILE, graft
from casectl.store.unfinished import clear, note, take_back
from casectl.store.worktree import write_file

_ATTEMPTS = 6
_PAUSE_SECONDS = 0.02

Decide = Callable[[Case | None, Instant], Change]


class Written(NamedTuple):
    """What a step did: the case as it is now, the change, and the commit that is its evidence."""

    case: Case
    change: Change
    commit: str
    at: Instant
    path: str
    warnings: tuple[str, ...] = ()
    parent: str = ""
    """The commit that it was made from."""
    before: Case | None = None
    """The case as it was then; None for a new one."""
    author: str = ""
    """The mail address that it is signed with."""


def write_step(repo: Repo, case_id: str | None, decide: Decide, clock: Callable[[], Instant], who: Identity) -> Written:
    """Commits what `decide(case, now)` wants of one case, or opens one (`case_id` None: `decide` gets no case).

    `now` is read from `clock` once, under the lock and after the case; it becomes the commit's time. When somebody else
    commits at the same moment, all of this is done again from the start, so nothing is decided on what is no longer so.
    Raises `NotAllowed` for hand edits, for a change that changes nothing and in the middle of a merge and the like,
    `NotFound`, `InvalidFiles`, `Busy`. Unless it returns, nothing was written.
    """
    refuse_nobody(who)
    with lock(repo):
        for attempt in range(_ATTEMPTS):
            time.sleep(_PAUSE_SECONDS * attempt)
            # Having lost once, we keep other gits from committing while we try again.
            with suppress(BranchMovedError), ObjectReader(repo) as reader, IndexChange(repo, attempt > 0) as index:
                refuse_unwritable(repo)
                return _Attempt(repo, reader, index, who).write(case_id, decide, clock)
    raise Busy("the branch kept moving while the step was written", "try again; if it lasts, see git status")


class _Attempt(NamedTuple):
    """One try at a step, from reading HEAD to moving it. `BranchMovedError` ends it without a trace."""

    repo: Repo
    reader: ObjectReader
    index: IndexChange  # type: ignore[assignment]
    who: Identity

    def write(self, case_id: str | None, decide: Decide, clock: Callable[[], Instant]) -> Written:
        """The step, decided on HEAD as it is now and committed; raises as `write_step` does."""
        head = self.reader.look("HEAD")
        if head is None:
            hint = "make the first commit, or begin with: casectl init DIR"
            raise NotFound(f"{self.repo.root} has no commits yet", hint)
        scene = existing(self.repo, self.reader, head.id, case_id) if case_id else None
        now = clock()
        change = decide(scene.case if scene else None, now)
        if scene is None:
            scene = vacant(self.repo, self.reader, head.id, change.case_id)
        case, text = _changed(scene, change)
        draft = Written(case, change, "", now, scene.path, change.warnings, scene.commit, scene.case, self.who.mail)
        return self._commit(scene, draft, text.encode())

    def _commit(self, scene: Scene, draft: Written, content: bytes) -> Written:
        repo, change, case_id = self.repo, draft.change, draft.change.case_id
        files = brought(repo, self.reader, scene.chain, change.files)
        blob = write_blob(repo, content)
        folder = with_files(self.reader, scene.chain, files)
        tree = graft(repo, scene.chain, blob, (folder_name(scene.path), folder) if folder else None)
        commit = write_commit(repo, tree, (scene.commit,), message_of(change), self.who, draft.at)
        if scene.unfinished and not scene.hidden:
            files += left_behind(repo, self.reader, scene.chain)
        self.index.prepare()
        entries = [(scene.mode, blob, scene.path), *((NEW_FILE, file.blob, file.path) for file in files)]
        self.index.add(entries, [path for _, _, path in entries] if scene.hidden else [])
        before = note(repo, case_id, scene.blob, blob)
        try:
            move_branch(repo, commit, scene.commit, f"{case_id} {change.verb}", self.who, draft.at)
        except CasectlError:
            take_back(repo, case_id, before)
            raise
        trouble = self._bring_along(scene, [(scene.path, content), *((file.path, file.content) for file in files)])
        if not trouble:
            clear(repo, case_id)
        return draft._replace(commit=commit, warnings=(*draft.warnings, *trouble))

    def _bring_along(self, scene: Scene, files: list[tuple[str, bytes]]) -> tuple[str, ...]:
        """The commit stands; now the user's files and index. What does not work is said; the next step mends it."""
        trouble = []
        for path, content in files if not scene.hidden else ():
            try:
                write_file(self.repo.root, path, content)
            except (OSError, CasectlError) as error:
                trouble.append(f"committed, but {path} on disk is still the old one ({error})")
        self.index.put()
        return tuple(trouble)


def _changed(scene: Scene, change: Change) -> tuple[Case, str]:
    """The case after the change and its file's text, proved by reading it back."""
    old = scene.case
    if path_of(change.case_id) != scene.path:
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
