"""One tree out of two commits: cases united step by step, everything else file by file or not at all.

git's own merge knows lines: it moves one case's note into another, and lets the last entries of two logs collide. Here
a case that both sides touched becomes what the fold of both histories says, so that the merge itself adds nothing, and
whoever merges first comes to the same bytes.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from casectl.model.case import Case
from casectl.model.caseid import id_in, path_of
from casectl.model.fold import OPENED_TWICE
from casectl.model.problems import CasectlError, InvalidFiles, NotAllowed
from casectl.model.timeline import Timeline
from casectl.store.canonical import dump
from casectl.store.casefile import edit_case, parse_case
from casectl.store.commits import write_blob
from casectl.store.differing import Differing, differing
from casectl.store.git import GitError, run_git
from casectl.store.gitlog import log_marks
from casectl.store.lives import read_lives
from casectl.store.lookup import is_case_path
from casectl.store.objects import ObjectReader
from casectl.store.repo import Repo
from casectl.store.trees import NEW_FILE, REGULAR

_GONE = "0"
_SHOWN = 10


class Taken(NamedTuple):
    """What the merge has at one path; `blob` is None where there is no file."""

    path: str
    mode: str
    blob: str | None


class Merged(NamedTuple):
    """The tree of a merge, and what is to be said of it."""

    tree: str
    united: tuple[str, ...] = ()
    """Cases that both sides touched."""
    warnings: tuple[str, ...] = ()


def merge_trees(repo: Repo, ours: str, theirs: str) -> Merged:
    """The tree of the merge of two commits; blobs and trees are stored, nothing else is touched.

    Raises `NotAllowed` for a file other than a case's that both sides changed (policies are never merged silently), and
    for histories that have nothing in common; `InvalidFiles` for a case that no version of can be read.
    """
    bases = merge_bases(repo, ours, theirs)
    found = list(differing(repo, ours, theirs))
    cases = {each.path: each for each in found if is_case_path(each.path)}
    touched = [_touched(repo, known, new) for known, new in ((theirs, ours), (ours, theirs))]
    both = [path for path in cases if (path in touched[0]) == (path in touched[1])]
    lives = read_lives(repo, ours, (id_in(path) for path in both), beside=theirs)
    with ObjectReader(repo) as reader:
        files = list(_other_files(repo, bases, ours, theirs, [each for each in found if each.path not in cases]))
        files += [_of_theirs(each) for path, each in cases.items() if path not in touched[0]]
        files += [_united(repo, reader, _life(lives, path), cases[path]) for path in both]
    names = tuple(sorted(id_in(path) for path in both))
    return Merged(_tree(repo, ours, files), names, tuple(_remarks(lives.values())))


class United(NamedTuple):
    """One case at a merge: its file, and its life up to there."""

    text: bytes
    life: Timeline


def united_text(repo: Repo, ours: str, theirs: str, path: str) -> United:
    """The file of one case at the merge of two commits that have it: byte for byte what `merge_trees` puts there.

    Raises `InvalidFiles` for a case that no version of can be read.
    """
    life = _life(read_lives(repo, ours, (id_in(path),), beside=theirs), path)
    with ObjectReader(repo) as reader:
        texts = [content for tip in (ours, theirs) if (content := reader.read(f"{tip}:{path}")) is not None]
    here, there = (bool(_touched(repo, *sides, path)) for sides in ((theirs, ours), (ours, theirs)))
    return United(_told(life, texts) if here == there else texts[0 if here else 1], life)


def merge_bases(repo: Repo, ours: str, theirs: str) -> list[str]:
    """The best common ancestors of two commits; crossing merges make several. Raises `NotAllowed` for none."""
    try:
        return run_git(repo, "merge-base", "--all", ours, theirs).decode().split()
    except GitError as failed:
        if failed.said.strip():
            raise
        hint = "they are two repositories: see whether the remote is the right one, git remote -v"
        raise NotAllowed("the two histories have nothing in common", hint) from None


def _touched(repo: Repo, known: str, new: str, *paths: str) -> set[str]:
    """The paths (of these, if any are named) that commits of `new` touched which `known` does not have."""
    limits = ("--full-history", "--", *paths) if paths else ()
    return {os.fsdecode(path) for path, _ in log_marks(repo, f"{known}..{new}", *limits)}


def _other_files(
    repo: Repo, bases: Sequence[str], ours: str, theirs: str, found: Sequence[Differing]
) -> Iterator[Taken]:
    """What to take of each file that is no case: the side that changed it. Raises `NotAllowed` if both did."""
    ours_changed, theirs_changed = (_changed_since(repo, bases, side) for side in (ours, theirs))
    torn = []
    for each in found:
        mine, others = each.path in ours_changed, each.path in theirs_changed
        # After crossing merges each side may be as one base has it: then nobody can tell which of the two is newer.
        if others and not mine:
            yield _of_theirs(each)
        elif others == mine and not _is_attachment(each.path):
            torn.append(each.path)
        elif others == mine:
            yield from _side_by_side(each)
    if torn:
        shown = ", ".join(torn[:_SHOWN]) + (", …" if len(torn) > _SHOWN else "")
        hint = f"a person has to say what holds: git merge {theirs[:12]}, correct the files, git commit; then again"
        raise NotAllowed(f"both sides changed {shown}; only cases are merged without asking", hint)


def _of_theirs(each: Differing) -> Taken:
    return Taken(each.path, each.new_mode or _GONE, each.new)


def _changed_since(repo: Repo, bases: Sequence[str], side: str) -> set[str]:
    """The paths that are on this side as none of the bases has them."""
    return set.intersection(*({each.path for each in differing(repo, base, side)} for base in bases))


def _is_attachment(path: str) -> bool:
    folder = path.rpartition("/")[0]
    return folder.endswith(".files") and is_case_path(f"{folder.removesuffix('.files')}.yaml")


def _side_by_side(each: Differing) -> Iterator[Taken]:
    """Two files that were attached under one name: the name goes to one whoever merges, the other lies beside it."""
    if each.old is None or each.new is None:
        yield Taken(each.path, NEW_FILE, each.old or each.new)
        return
    first, second = sorted((each.old, each.new))
    folder, _, name = each.path.rpartition("/")
    yield Taken(each.path, NEW_FILE, first)
    yield Taken(beside(folder, name, second), NEW_FILE, second)


def beside(folder: str, name: str, blob: str) -> str:
    """Where an attachment lies whose name went to another file."""
    return f"{folder}/{blob[:12]}-{name}"


def _united(repo: Repo, reader: ObjectReader, life: Timeline, each: Differing) -> Taken:
    texts = [content for blob in (each.old, each.new) if blob and (content := reader.read(blob)) is not None]
    mode = max((mode for mode in (each.old_mode, each.new_mode) if mode in REGULAR), default=NEW_FILE)
    return Taken(each.path, mode, write_blob(repo, _told(life, texts)))


def _life(lives: Mapping[str, Timeline], path: str) -> Timeline:
    return lives.get(id_in(path)) or Timeline(id_in(path), path, ())


def _told(life: Timeline, texts: Iterable[bytes]) -> bytes:
    """The case as the steps of both sides make it, in a text that keeps what a person wrote beside it."""
    if not life.steps:
        raise InvalidFiles(life.problems, "correct the file on one side and commit it; then again")
    return _text_of(life.case(), sorted(texts)).encode()


def _text_of(case: Case, texts: Sequence[bytes]) -> str:
    """The case's text: a hand-edited one of `texts` changed as little as can be, else the canonical form."""
    for content in texts:
        text = content.decode(errors="replace")
        old, _ = parse_case(text, path_of(case.id))
        if old is not None and dump(old) != text:
            try:
                return edit_case(text, old, case)
            except CasectlError:  # a layout that cannot be changed safely: what it says is kept, its layout is not
                continue
    return edit_case(None, None, case)


def _remarks(lives: Iterable[Timeline]) -> Iterator[str]:
    for life in lives:
        for problem in life.problems:
            if problem.code == OPENED_TWICE:
                yield f"{life.case_id} was {problem.message}; {problem.hint}"


def _tree(repo: Repo, ours: str, files: Sequence[Taken]) -> str:
    """The tree of `ours` with these files in it."""
    draft = repo.git_dir / f"casectl-merge-index-{os.getpid()}"
    env = {"GIT_INDEX_FILE": str(draft)}
    lines = [
        f"{each.mode} {each.blob} 0\t{each.path}\0" if each.blob else f"0 {'0' * len(ours)}\t{each.path}\0"
        for each in files
    ]
    try:
        run_git(repo, "read-tree", ours, env=env)
        run_git(repo, "update-index", "-z", "--index-info", stdin=os.fsencode("".join(lines)), env=env)
        return run_git(repo, "write-tree", env=env).decode().strip()
    finally:
        for each in (draft, draft.with_name(f"{draft.name}.lock")):
            each.unlink(missing_ok=True)
