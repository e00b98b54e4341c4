"""What a loss of power leaves: files that git had named and not yet filled. Nothing is thrown away, only put aside."""

from __future__ import annotations

import hashlib
import re
import stat
from collections.abc import Iterator
from pathlib import Path

from casectl.store.doctor.finding import Finding, mended, problem
from casectl.store.durable import sync_file, sync_folder
from casectl.store.git import GitError, run_git
from casectl.store.repo import Repo, state_dir

_ID = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


def empty_objects(repo: Repo, mend: bool) -> Iterator[Finding]:
    """Objects without content: each hides what a fetch would bring."""
    for path in sorted((repo.common_dir / "objects").glob("[0-9a-f][0-9a-f]/*")):
        name = f"{path.parent.name}{path.name}"
        if not _ID.fullmatch(name) or not _is_empty(path):
            continue
        if mend:
            put_aside(repo, path)
        hint = f"{f'put aside in {_rescued(repo)}; ' if mend else ''}git fetch brings it if another repository has it"
        elsewhere = mend and _is_there(repo, name)
        what = f"object {name} has no content"
        yield (
            mended("empty-object", what, "put aside; it is in a pack, too")
            if elsewhere
            else problem("empty-object", what, hint)
        )


def broken_branches(repo: Repo, mend: bool) -> Iterator[Finding]:
    """Branch files that name no commit: the last one in the reflog that is there is what the branch was."""
    heads = repo.common_dir / "refs" / "heads"
    for path in sorted(place for place in heads.rglob("*") if place.is_file() and place.suffix != ".lock"):
        said = _content(path)
        if said is None or _ID.fullmatch(said) or said.startswith("ref: "):
            continue
        ref = path.relative_to(repo.common_dir).as_posix()
        last = _last_in_reflog(repo, ref)
        what = f"{ref} names no commit"
        if last is None:
            yield problem("broken-branch", what, "no reflog helps: git fetch, then git update-ref to what it should be")
        elif not mend:
            yield problem(
                "broken-branch", what, f"casectl doctor puts it back to {last[:12]}, the last that its reflog tells"
            )
        else:
            put_aside(repo, path)
            run_git(repo, "update-ref", ref, last)
            sync_folder(path.parent)
            yield mended("broken-branch", what, f"put back to {last[:12]}, the last that its reflog tells")


def broken_index(repo: Repo, mend: bool) -> Iterator[Finding]:
    """An index that git cannot read: it is made anew from the last commit; what was staged is in the old one."""
    index = repo.git_dir / "index"
    if not index.is_file() or _is_index(index.read_bytes()):
        return
    what = f"{index} cannot be read"
    if not mend:
        yield problem("broken-index", what, "casectl doctor makes it anew from the last commit")
        return
    kept = put_aside(repo, index)
    run_git(repo, "read-tree", "-m", "HEAD")
    yield mended("broken-index", what, f"made anew from the last commit; the old one is {kept}")


def put_aside(repo: Repo, path: Path) -> Path:
    """Moves a file to where it does no harm, under a name that tells where it was; gives its new place."""
    folder = _rescued(repo)
    folder.mkdir(exist_ok=True)
    name = path.relative_to(repo.common_dir).as_posix().replace("/", "-")
    target = next(place for turn in range(1, 10_000) if not (place := folder / f"{name}.{turn}").exists())
    path.replace(target)
    sync_file(target)
    sync_folder(folder)
    sync_folder(path.parent)
    return target


def _is_empty(path: Path) -> bool:
    """Whether it is a file without content; one that went meanwhile is none."""
    try:
        found = path.lstat()
    except FileNotFoundError:
        return False
    return stat.S_ISREG(found.st_mode) and found.st_size == 0


def _content(path: Path) -> str | None:
    """What a small file says; None for one that went meanwhile, or was packed."""
    try:
        return path.read_text(errors="replace").strip()
    except FileNotFoundError:
        return None


def _rescued(repo: Repo) -> Path:
    return state_dir(repo) / "rescued"


def _is_index(content: bytes) -> bool:
    """Whether it begins and ends as git wrote it (`index.skipHash` leaves the sum out)."""
    if len(content) < 32 or content[:4] != b"DIRC":
        return False
    sums = (hashlib.sha1(content[:-20]).digest(), bytes(20))
    return content[-20:] in sums or content[-32:] in (hashlib.sha256(content[:-32]).digest(), bytes(32))


def _last_in_reflog(repo: Repo, ref: str) -> str | None:
    try:
        lines = (repo.common_dir / "logs" / ref).read_text(errors="replace").splitlines()
    except OSError:
        return None
    named = (line.split(" ", 2)[1] for line in reversed(lines) if line.count(" ") > 1)
    return next(
        (each for each in named if _ID.fullmatch(each) and each.strip("0") and _is_there(repo, f"{each}^{{tree}}")),
        None,
    )


def _is_there(repo: Repo, name: str) -> bool:
    try:
        run_git(repo, "cat-file", "-e", name)
    except GitError:
        return False
    return True
