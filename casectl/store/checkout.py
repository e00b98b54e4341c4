"""Moving the branch to a commit that changes many files, with index and work tree along; and ending such a move that
died half-way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from casectl.model.instants import Instant
from casectl.model.problems import NotAllowed
from casectl.store.commits import move_branch
from casectl.store.differing import differing
from casectl.store.durable import sync_branch, sync_file, sync_folder
from casectl.store.index import IndexChange
from casectl.store.interrupts import undisturbed
from casectl.store.objects import ObjectReader
from casectl.store.repo import Identity, Repo
from casectl.store.trees import NEW_FILE, REGULAR
from casectl.store.worktree import (  # fmt: skip
    Placed,
    blob_on_disk,
    caught_up,
    has_index,
    index_entries,
    read_file,
    refuse_hand_edits,
    refuse_links,
)

_PAGE_BYTES = 4096
"""The kernel takes a write by pages, and a kill may end it between two of them."""


@dataclass(frozen=True, slots=True)
class ChangedFile:
    """One file that differs between two commits; `old` is None for a new one, `blob` for one that goes."""

    path: str
    mode: str
    blob: str | None
    old: str | None


def carry(repo: Repo, old: str, new: str, why: str, who: Identity, at: Instant) -> tuple[str, ...]:
    """Moves HEAD's branch from `old` to `new` and brings index and work tree along; gives the paths that changed.

    The caller holds casectl's lock, and has put the objects on the disk. Raises `NotAllowed` if a person has touched
    one of the files, `BranchMovedError`, `Busy`; then nothing has moved. Whatever fails later, the next step ends it.
    """
    changed, hidden = refuse_touched(repo, old, new)
    with IndexChange(repo) as index:
        _enter(index, changed, hidden)
        with undisturbed():
            _note(repo, old, new)
            try:
                index.show(new)
                move_branch(repo, new, old, why, who, at)
            except BaseException:
                _drop(repo)
                raise
            index.moved()
            sync_branch(repo)
        _bring_along(repo, index, [file for file in changed if file.path not in hidden])
    _drop(repo)
    return tuple(file.path for file in changed)


def refuse_touched(repo: Repo, old: str, new: str) -> tuple[list[ChangedFile], frozenset[str]]:
    """The files that differ from `old` to `new`, and the paths of those that are deliberately not checked out.

    Raises `NotAllowed` if a person has touched one of them.
    """
    changed = list(_changed(repo, old, new))
    for folder in sorted({file.path.rpartition("/")[0] for file in changed}):
        refuse_links(repo.root, folder or "cases")
    hidden = set()
    for file, found in _placed(repo, changed):
        placed = caught_up(repo, old, found, file.old)
        refuse_hand_edits(placed, file.old)
        if placed.sparse and placed.on_disk is None:
            hidden.add(file.path)
    return changed, frozenset(hidden)


def finish_carrying(repo: Repo, reader: ObjectReader, head: str) -> None:
    """Ends a move that died half-way: files that are still as they were before it become what `head` has.

    The caller holds casectl's lock. What a person has edited since is left as it is.
    """
    noted = carrying(repo)
    moved = noted is not None and noted[0] != head and all(reader.look(f"{name}^{{tree}}") for name in noted)
    if noted and moved:
        behind = _behind(repo, reader, head, list(_changed(repo, *noted)))
        hidden = frozenset(file.path for file, placed in behind if placed.sparse)
        with IndexChange(repo) as index:
            _enter(index, [file for file, _ in behind], hidden)
            _bring_along(repo, index, [file for file, _ in behind if file.path not in hidden])
    _drop(repo)


def _behind(
    repo: Repo, reader: ObjectReader, head: str, changed: list[ChangedFile]
) -> list[tuple[ChangedFile, Placed]]:
    """Files that `head` has as the move made them, and index or work tree has not."""
    there = [None if found is None else found.id for found in reader.look_at_all([f"{head}:{f.path}" for f in changed])]
    pairs = zip(_placed(repo, changed), there, strict=True)
    return [(file, placed) for (file, placed), now in pairs if now == file.blob and _is_behind(reader, file, placed)]


def carrying(repo: Repo) -> tuple[str, str] | None:
    """The commits between which a move died, if one did."""
    with suppress(OSError, ValueError):
        old, new = _place(repo).read_text(encoding="ascii").split()
        return old, new
    return None


def _is_behind(reader: ObjectReader, file: ChangedFile, placed: Placed) -> bool:
    """Whether index and work tree hold nothing but what the move would have replaced, has brought already, or was
    bringing when it died."""
    ours = {file.old or "", file.blob or ""}
    lies = any(_lies_as(placed, blob) for blob in ours) or _is_torn(reader, file, placed.on_disk)
    return (placed.staged or "") in ours and lies and not (placed.sparse and placed.on_disk is not None)


def _is_torn(reader: ObjectReader, file: ChangedFile, on_disk: bytes | None) -> bool:
    """Whether that is what a git leaves which is killed while it writes a file: none, for it removes the old one first,
    or some pages of the new one; a loss of power can take all of them."""
    if not on_disk:
        return True
    if file.blob is None or len(on_disk) % _PAGE_BYTES:
        return False
    return (reader.read(file.blob) or b"").startswith(on_disk)


def _lies_as(placed: Placed, blob: str) -> bool:
    return placed.on_disk is None if not blob else blob_on_disk(placed, blob) == blob


def _enter(index: IndexChange, changed: Iterable[ChangedFile], hidden: frozenset[str]) -> None:
    staying = [(file.mode, file.blob, file.path) for file in changed if file.blob is not None]
    going = [("0", "0" * len(file.old or ""), file.path) for file in changed if file.blob is None]
    index.add([*staying, *going], hidden & {path for _, _, path in staying})


def _bring_along(repo: Repo, index: IndexChange, changed: Iterable[ChangedFile]) -> None:
    """Writes these files as the prepared index has them, and makes that the index."""
    there = [file for file in changed if file.blob is not None]
    if index.held:
        index.check_out(file.path for file in there)
        for file in changed:
            if file.blob is None:
                _remove(repo.root, file.path)
    index.put()


def _remove(root: Path, path: str) -> None:
    """Removes a file, and the folders that it leaves empty."""
    refuse_links(root, path)
    (root / path).unlink(missing_ok=True)
    with suppress(OSError):
        for folder in (root / path).parents:
            if folder == root:
                return
            folder.rmdir()


def _placed(repo: Repo, changed: Iterable[ChangedFile]) -> Iterator[tuple[ChangedFile, Placed]]:
    entries = index_entries(repo)
    absent = (None, not has_index(repo))
    for file in changed:
        refuse_links(repo.root / file.path.rpartition("/")[0], file.path.rpartition("/")[2])
        staged, sparse = entries.get(file.path, absent)
        yield file, Placed(file.path, staged, sparse, read_file(repo.root / file.path))


def _changed(repo: Repo, old: str, new: str) -> Iterator[ChangedFile]:
    for each in differing(repo, old, new):
        if not {mode for mode in (each.old_mode, each.new_mode) if mode} <= set(REGULAR):
            raise NotAllowed(f"{each.path} is no regular file", "bring it in with plain git: git pull --no-rebase")
        yield ChangedFile(each.path, each.new_mode or NEW_FILE, each.new, each.old)


def _note(repo: Repo, old: str, new: str) -> None:
    place = _place(repo)
    place.parent.mkdir(parents=True, exist_ok=True)
    draft = place.with_name(f"{place.name}.new")
    draft.write_text(f"{old} {new}", encoding="ascii")
    sync_file(draft)
    draft.replace(place)
    sync_folder(place.parent)


def _drop(repo: Repo) -> None:
    _place(repo).unlink(missing_ok=True)


def _place(repo: Repo) -> Path:
    return repo.git_dir / "casectl" / "carrying"
