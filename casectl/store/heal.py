"""What a step that died half-way left behind is put right by the next one, whatever case that is about."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from casectl.model.caseid import path_of
from casectl.model.problems import CasectlError, InvalidFiles, NotAllowed
from casectl.store.attachments import Kept, left_behind
from casectl.store.checkout import finish_carrying
from casectl.store.index import IndexChange, bring_back
from casectl.store.objects import ObjectReader
from casectl.store.repo import Repo
from casectl.store.trees import NEW_FILE, Chain, read_chain
from casectl.store.unfinished import Note, arrived, drop, is_running, unfinished
from casectl.store.worktree import Placed, blob_on_disk, placed_at, write_file

_DRAFT = re.compile(
    r"casectl-(?:first-index|join-index|(?:index|hook-index|merge-index|message)-([0-9]+))(?:\.lock|\.shown)?"
)
"""How files are called that only a writer at work has in the git directory; with its process."""


class Leftover(NamedTuple):
    """A step that was taken while its file or index entry stayed behind."""

    note: Note
    chain: Chain
    placed: Placed
    touched: bool
    """A person has changed the file since: it is not ours to bring along."""

    @property
    def path(self) -> str:
        return self.chain.path


def heal(repo: Repo, reader: ObjectReader, head: str) -> tuple[str, ...]:
    """Brings along what steps that died left behind, and gives their cases. The caller holds casectl's lock.

    What a person has edited since is left as it is. Raises `Busy` when another git keeps the index.
    """
    bring_back(repo, head)
    finish_carrying(repo, reader, head)
    for draft in drafts(repo):
        with suppress(OSError):
            draft.unlink()
    notes = unfinished(repo)
    if not notes:
        return ()
    behind = [each for each in _leftovers(repo, reader, head, notes) if not each.touched]
    if behind:
        _bring_along(repo, reader, behind)
    return tuple(each.note.case_id for each in behind)


def drafts(repo: Repo) -> list[Path]:
    """The drafts of writers that are no more. Those without a process in their name only a lock's holder makes."""
    found = [(path, named) for path in repo.git_dir.iterdir() if (named := _DRAFT.fullmatch(path.name))]
    return [path for path, named in found if named[1] is None or not is_running(int(named[1]))]


def leftovers(repo: Repo, reader: ObjectReader, head: str) -> list[Leftover]:
    """What steps that died left behind, nothing being changed."""
    return [each for about in unfinished(repo) if (each := _standing(repo, reader, head, about)) is not None]


def _leftovers(repo: Repo, reader: ObjectReader, head: str, notes: list[Note]) -> Iterator[Leftover]:
    """The steps that were taken and have not arrived; the notes of all others are put away."""
    for about in notes:
        found = _standing(repo, reader, head, about)
        if found is None:
            drop(repo, about)
        elif _is_there(about, found.placed):
            arrived(repo, about)
        else:
            yield found


def _standing(repo: Repo, reader: ObjectReader, head: str, about: Note) -> Leftover | None:
    """How the step's file lies; None when `head` does not have it as the step made it."""
    path = path_of(about.case_id)
    try:
        chain = read_chain(reader, head, path)
    except InvalidFiles:
        return None
    if chain.file is None or chain.file.id != about.new:
        return None
    try:
        placed = placed_at(repo, path)
    except NotAllowed:
        return Leftover(about, chain, Placed(path, None, False, None), True)
    ours = {about.old or "", about.new}
    as_left = (placed.staged or "") in ours and _lies_as(placed, ours)
    return Leftover(about, chain, placed, not as_left and not _is_there(about, placed))


def _lies_as(placed: Placed, ours: set[str]) -> bool:
    """Whether the file on disk is one of these blobs, or was emptied by a loss of power."""
    if placed.on_disk == b"":
        return True
    return any(blob_on_disk(placed, blob) == blob for blob in ours if blob) or (placed.on_disk is None and "" in ours)


def _is_there(about: Note, placed: Placed) -> bool:
    staged = placed.staged in ((about.new, None) if placed.sparse else (about.new,))
    return staged and blob_on_disk(placed, about.new) == about.new


def _bring_along(repo: Repo, reader: ObjectReader, behind: list[Leftover]) -> None:
    with IndexChange(repo, True) as index:
        for each in behind:
            hidden = each.placed.sparse and each.placed.on_disk is None
            files = [] if hidden else [*_case_file(reader, each), *left_behind(repo, reader, each.chain)]
            mode = each.chain.file.mode if each.chain.file else NEW_FILE
            entries = [(mode, each.note.new, each.path), *((NEW_FILE, file.blob, file.path) for file in files[1:])]
            index.add(entries, [each.path] if hidden else [])
            for file in files:
                write_file(repo.root, file.path, file.content)
        index.put()
    for each in behind:
        arrived(repo, each.note)


def _case_file(reader: ObjectReader, each: Leftover) -> Iterator[Kept]:
    content = reader.read(each.note.new)
    if content is None:
        raise CasectlError(f"{each.path}: its content is missing from this clone", "casectl doctor")
    yield Kept(each.path, each.note.new, content)
