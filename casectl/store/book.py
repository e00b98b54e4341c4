"""What `policies/` says at a commit. Parsed files are kept by their blob's ID, so that a second read parses nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from casectl.model.policy import Book
from casectl.model.problems import Problem
from casectl.model.tree import Node
from casectl.store.gitlog import FILE_MODES
from casectl.store.objects import ObjectReader
from casectl.store.policy_tree import is_desk, read_policies
from casectl.store.repo import Repo, state_dir
from casectl.store.tree_cache import keep_tree, load_tree

FOLDER = "policies"

_FOLDER_MODES = (b"40000", b"040000")


def desk_of_file(path: str) -> str | None:
    """The desk in whose folder of `policies/` a file lies; empty for what is every desk's, such as the staff list and
    holidays. None for a file that lies elsewhere."""
    top, _, rest = path.partition("/")
    if top != FOLDER or not rest:
        return None
    folder, inside, _ = rest.partition("/")
    return folder if inside and is_desk(folder) else ""


def is_policy_file(path: str) -> bool:
    """Whether a file lies in `policies/`."""
    return desk_of_file(path) is not None


def read_book(
    repo: Repo, commit: str, desk: str | None = None, reader: ObjectReader | None = None
) -> tuple[Book, tuple[Problem, ...]]:
    """All that `policies/` says at `commit` (a full ID), and what is wrong with it; only `desk`'s part when named.

    A file that cannot be read is a problem, and what others say still holds. Pass a `reader` to share its process.
    """
    if reader is None:
        with ObjectReader(repo) as own:
            return read_book(repo, commit, desk, own)
    tree = commit_tree(repo, reader, commit)
    if not tree.found:
        return Book({}, {}), (Problem(FOLDER, 0, f"commit {commit[:12]} has no {FOLDER}/", "casectl init DIR"),)
    return read_policies(tree, desk)


def commit_tree(repo: Repo, reader: ObjectReader, commit: str) -> CommitTree:
    """`policies/` as it is at `commit`, to read from."""
    return CommitTree(reader, _cache_folder(repo), commit)


def _cache_folder(repo: Repo) -> Path | None:
    try:
        return state_dir(repo) / "trees"
    except OSError:
        return None


@dataclass(eq=False)
class CommitTree:
    """`policies/` of one commit, walked tree object by tree object; a `PolicyTree`."""

    reader: ObjectReader
    cache: Path | None
    commit: str
    _entries: dict[str, tuple[dict[str, str], dict[str, str]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._entries[""] = self._listing(f"{self.commit}:{FOLDER}")

    @property
    def found(self) -> bool:
        """Whether the commit has such a folder."""
        return any(self._entries[""])

    def folders(self) -> tuple[str, ...]:
        return tuple(self._entries[""][0])

    def files(self, folder: str) -> tuple[str, ...]:
        return tuple(self._files(folder))

    def shown(self, path: str) -> str:
        return f"{FOLDER}/{path}"

    def blob(self, path: str) -> str | None:
        """The ID of a file's content; None where there is no such file."""
        folder, _, name = path.rpartition("/")
        return self._files(folder).get(name)

    def node(self, path: str) -> tuple[Node | None, tuple[Problem, ...]]:
        return self.parsed(self.blob(path) or "", path)

    def parsed(self, blob: str, path: str) -> tuple[Node | None, tuple[Problem, ...]]:
        """The tree of any version of the file at `path`, or None and why; None alone for no file, which is the blob of
        no name, or of zeros, as git's log has it."""
        if not blob.strip("0"):
            return None, ()
        kept = load_tree(self.cache, blob) if self.cache else None
        if kept is not None:
            return kept, ()
        node, problems = parse_tree(self.reader.read(blob) or b"", self.shown(path))
        if node is not None and not problems and self.cache:
            keep_tree(self.cache, blob, node)
        return node, problems

    def _files(self, folder: str) -> dict[str, str]:
        return self._within(folder)[1]

    def _within(self, folder: str) -> tuple[dict[str, str], dict[str, str]]:
        """The folders and files directly inside a folder, by name."""
        if folder not in self._entries:
            above, _, name = folder.rpartition("/")
            tree = self._within(above)[0].get(name)
            self._entries[folder] = self._listing(tree) if tree else ({}, {})
        return self._entries[folder]

    def _listing(self, name: str) -> tuple[dict[str, str], dict[str, str]]:
        """The folders and files of a tree object by name, with their IDs; links and submodules are neither."""
        found = self.reader.look(name)
        folders: dict[str, str] = {}
        files: dict[str, str] = {}
        if found is None or found.type != "tree":
            return folders, files
        content, at, size = found.content, 0, len(found.id) // 2
        while at < len(content):
            end = content.index(b"\0", at)
            mode, _, entry = content[at:end].partition(b" ")
            kind = folders if mode in _FOLDER_MODES else files if mode in FILE_MODES else {}
            kind[entry.decode(errors="surrogateescape")] = content[end + 1 : end + 1 + size].hex()
            at = end + 1 + size
        return folders, files


def parse_tree(content: bytes, path: str) -> tuple[Node | None, tuple[Problem, ...]]:
    """The tree of one file's bytes, or None and why; `path` is as it is to be shown."""
    from casectl.store.yamltree import read_tree

    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        line = content[: wrong.start].count(b"\n") + 1
        return None, (Problem(path, line, "not UTF-8 text", "save the file as UTF-8"),)
    return read_tree(text, path)
