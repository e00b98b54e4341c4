"""Trees: the folders of one commit, rewritten along one path and shared everywhere else."""

from __future__ import annotations

from typing import NamedTuple

from casectl.model.problems import CasectlError, InvalidFiles, Problem
from casectl.store.git import GitProcess, Place, start_git
from casectl.store.objects import ObjectReader

NEW_FILE = "100644"
REGULAR = (NEW_FILE, "100755")
_FOLDER = "40000"
_TYPES = {_FOLDER: "tree", "160000": "commit"}


class TreeEntry(NamedTuple):
    """What stands under one name in a folder: its mode as git spells it, and its object."""

    mode: str
    id: str


Folder = dict[bytes, TreeEntry]


class Chain(NamedTuple):
    """The folders of one commit from the root down to a file, and the file itself if it is there."""

    path: str
    folders: tuple[Folder, ...]

    @property
    def folder(self) -> Folder:
        """The folder that the path ends in; empty where it does not exist yet."""
        return self.folders[-1] if len(self.folders) > self.path.count("/") else {}

    @property
    def file(self) -> TreeEntry | None:
        """The entry at the end of the path, or None."""
        return self.folder.get(self.path.rpartition("/")[2].encode())


def read_chain(reader: ObjectReader, commit: str, path: str) -> Chain:
    """The folders of `commit` on the way to `path`; those that do not exist yet are left out."""
    found = [read_folder(reader, f"{commit}^{{tree}}", "")]
    parts = path.split("/")[:-1]
    for depth, part in enumerate(parts, 1):
        entry = found[-1].get(part.encode())
        if entry is None:
            break
        found.append(read_folder(reader, entry.id, "/".join(parts[:depth])))
    return Chain(path, tuple(found))


def graft(
    place: Place, chain: Chain, blob: str, beside: tuple[str, Folder] | None = None, made: list[str] | None = None
) -> str:
    """The ID of the chain's root with `blob` at its path. Only the folders on the way are written.

    `beside`: a folder that stands beside the file from then on, with its name. `made` gets the ID of each folder.
    """
    *parts, name = chain.path.split("/")
    child = TreeEntry(chain.file.mode if chain.file else NEW_FILE, blob)
    written = made if made is not None else []
    mktree = start_git(place, "mktree", "-z", "--missing", "--batch", feed=True)
    try:
        for depth in range(len(parts), -1, -1):
            folder = chain.folders[depth] if depth < len(chain.folders) else {}
            if beside and depth == len(parts):
                aside = TreeEntry(_FOLDER, _make(mktree, beside[1]))
                folder = {**folder, beside[0].encode(): aside}
                written.append(aside.id)
            own = name if depth == len(parts) else parts[depth]
            child = TreeEntry(_FOLDER, _make(mktree, {**folder, own.encode(): child}))
            written.append(child.id)
        mktree.finish()
    finally:
        mktree.abandon()
    return child.id


def read_folder(reader: ObjectReader, name: str, path: str) -> Folder:
    """What a folder of the last commit holds, by the name of its object; `path` is as people know it.

    Raises `InvalidFiles` when it is none.
    """
    found = reader.look(name)
    if found is None or found.type != "tree":
        raise InvalidFiles([Problem(path or "/", 0, "not a folder in the last commit", "cases live below cases/")])
    entries: Folder = {}
    content, at, id_bytes = found.content, 0, len(found.id) // 2
    while at < len(content):
        cut = content.index(b"\0", at)
        mode, _, own = content[at:cut].partition(b" ")
        at = cut + 1 + id_bytes
        entries[own] = TreeEntry(mode.decode(), content[cut + 1 : at].hex())
    return entries


def _make(mktree: GitProcess, folder: Folder) -> str:
    if mktree.stdin is None or mktree.stdout is None:
        raise CasectlError("git was started without pipes")
    lines = [
        b"%s %s %s\t%s\0" % (entry.mode.encode(), _TYPES.get(entry.mode, "blob").encode(), entry.id.encode(), name)
        for name, entry in folder.items()
    ]
    mktree.stdin.write(b"".join(lines) + b"\0")
    mktree.stdin.flush()
    made = mktree.stdout.readline().decode().strip()
    if not made:
        mktree.wait()
        raise mktree.failure()
    return made
