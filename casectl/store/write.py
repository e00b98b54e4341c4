"""The one way to write a step that somebody decides on: re-read, refuse or decide; then it lands as every step does."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from casectl.model.case import Case
from casectl.model.change import Change
from casectl.model.instants import Instant
from casectl.model.problems import CasectlError, InvalidFiles, NotAllowed
from casectl.store.asked import NOBODY, Asked, taken_already
from casectl.store.attachments import brought
from casectl.store.casefile import edit_case, parse_case
from casectl.store.land import Landing, land
from casectl.store.objects import ObjectReader
from casectl.store.refusals import refuse_nobody
from casectl.store.repo import Identity, Repo
from casectl.store.scene import Scene, existing, vacant
from casectl.store.written import Written

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
    return land(repo, _Request(repo, case_id, decide, clock, who, asked.of(who.mail)).prepare)


class _Request(NamedTuple):
    """What `write_step` was asked."""

    repo: Repo
    case_id: str | None
    decide: Decide
    clock: Callable[[], Instant]
    who: Identity
    asked: Asked

    def prepare(self, reader: ObjectReader, head: str) -> Landing | Written:
        """The step, decided on HEAD as it is now; raises as `write_step` does."""
        scene = existing(self.repo, reader, head, self.case_id) if self.case_id else None
        now = self.clock()
        before = taken_already(self.repo, reader, head, self.case_id, self.asked, now)
        change = before or self.decide(scene.case if scene else None, now)
        if isinstance(change, Written):
            return change
        scene = scene or vacant(self.repo, reader, head, change.case_id)
        case, text = _changed(scene, change)
        files = tuple(brought(self.repo, reader, scene.chain, change.files))
        draft = Written(case, change, "", now, scene.path, change.warnings, head, scene.case, self.who.mail)
        return Landing(draft, scene.chain, text.encode(), self.who, self.asked, files, scene.hidden)


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
