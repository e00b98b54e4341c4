"""Files beside a case, in `ID.files/`: written in the commit of their step, never over anything that lies there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from casectl.model.change import Attached
from casectl.model.problems import NotAllowed
from casectl.store.commits import write_blob
from casectl.store.objects import ObjectReader
from casectl.store.repo import Repo
from casectl.store.trees import NEW_FILE, REGULAR, Chain, Folder, TreeEntry, read_folder
from casectl.store.worktree import placed_at, refuse_hand_edits


class Kept(NamedTuple):
    """A file on its way beside its case."""

    path: str
    blob: str
    content: bytes


def folder_name(path: str) -> str:
    """What the folder beside a case's file is called: `ID.files`."""
    return f"{path.rpartition('/')[2].removesuffix('.yaml')}.files"


def folder_at(reader: ObjectReader, chain: Chain) -> Folder:
    """What a commit keeps beside a case; empty when nothing. Raises `InvalidFiles` for something else in its place."""
    name = folder_name(chain.path)
    entry = chain.folder.get(name.encode())
    return {} if entry is None else read_folder(reader, entry.id, f"{chain.path.rpartition('/')[0]}/{name}")


def brought(repo: Repo, reader: ObjectReader, chain: Chain, files: Iterable[Attached]) -> list[Kept]:
    """The files as blobs of the repository. Raises `NotAllowed` for one in whose place something else is already."""
    known, found = folder_at(reader, chain), []
    for file in files:
        path = f"{chain.path.removesuffix('.yaml')}.files/{file.name}"
        blob, there = write_blob(repo, file.content), known.get(file.name.encode())
        if there is not None and there.id != blob:
            raise NotAllowed(f"{path} is there already, with another content", "another name: --as NAME")
        refuse_hand_edits(placed_at(repo, path), there.id if there else None)
        found.append(Kept(path, blob, file.content))
    return found


def with_files(reader: ObjectReader, chain: Chain, files: Iterable[Kept]) -> Folder | None:
    """What is to lie beside the case with these files; None when there are none."""
    new = {file.path.rpartition("/")[2].encode(): TreeEntry(NEW_FILE, file.blob) for file in files}
    return {**folder_at(reader, chain), **new} if new else None


def left_behind(repo: Repo, reader: ObjectReader, chain: Chain) -> list[Kept]:
    """Files that the last commit has and that neither index nor disk have: of a step that died half-way."""
    found = []
    for name, entry in folder_at(reader, chain).items():
        path = f"{chain.path.removesuffix('.yaml')}.files/{name.decode(errors='surrogateescape')}"
        if entry.mode in REGULAR:
            placed = placed_at(repo, path)
            content = reader.read(entry.id) if placed.on_disk is None and placed.staged is None else None
            found += [] if content is None else [Kept(path, entry.id, content)]
    return found
