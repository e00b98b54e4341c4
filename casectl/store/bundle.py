"""The whole history up to a commit as one git bundle whose bytes follow from that history alone, and back again.

git packs by its configuration, by attributes, and by how the objects happen to lie. So the packing is done from a
repository made for it, which has none of those and borrows the objects: loose or packed, of this clone or another,
they give the same bytes (from one version of git and zlib). The bundle's header is written here: `gitformat-bundle`.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO

from casectl.model.problems import CasectlError
from casectl.store.git import GitError, GitProcess, Place, run_git, start_git
from casectl.store.repo import Repo, open_repo, refuse_incomplete

BRANCH = "refs/heads/audit"
"""What the commit is called in a bundle, beside `HEAD`."""

_SHA256_DIGITS = 64
_SETTINGS = """\
[core]
	bare = false
	filemode = true
	compression = 6
	bigFileThreshold = 512m
	commitGraph = false
	multiPackIndex = false
	attributesFile = /dev/null
[pack]
	threads = 1
	window = 10
	windowMemory = 0
	depth = 50
	compression = 6
	deltaCacheSize = 256m
	deltaCacheLimit = 1000
	packSizeLimit = 0
	useBitmaps = false
	useSparse = false
	usePathWalk = false
	allowPackReuse = false
[fetch]
	unpackLimit = 1
[gc]
	auto = 0
[maintenance]
	auto = false
"""
"""Each setting that could change a pack, at git's own default; also the two that would make a fetch slow."""

_PACKING = (
    "pack-objects",
    "--quiet",
    "--stdout",
    "--revs",
    "--delta-base-offset",
    "--no-reuse-object",
)


def write_bundle(repo: Repo, commit: str, target: Path) -> None:
    """Writes the history up to `commit` (a full ID) into the new file `target`, streaming.

    Its refs are `HEAD` and `BRANCH`. Raises `CasectlError` for a shallow or partial clone.
    """
    refuse_incomplete(repo)
    with _packing_place(repo, commit) as place, target.open("xb") as out:
        out.write(_header(commit))
        _pack(place, commit, out)


def unbundle(bundle: Path, commit: str, root: Path) -> Repo:
    """A repository in the empty folder `root` that holds what the bundle holds; nothing is checked out.

    git reckons the ID of each object anew, so what comes out is the history that `commit` names. Raises `CasectlError`
    when the file is no bundle of that commit.
    """
    _bare_bones(root, commit)
    env = {**_sealed(root), "GIT_ALLOW_PROTOCOL": "file"}
    asked = f"+{BRANCH}:{BRANCH}"
    try:
        run_git(root, "fetch", "--quiet", "--no-tags", "--no-write-fetch-head", str(bundle.absolute()), asked, env=env)
        found = run_git(root, "rev-parse", "--verify", f"{BRANCH}^{{commit}}", env=env).decode().strip()
    except GitError as failed:
        raise CasectlError(f"the bundle cannot be read: {failed.message}", failed.hint) from None
    if found != commit:
        raise CasectlError(f"the bundle holds commit {found}, not {commit}")
    (root / ".git" / "HEAD").write_text(f"ref: {BRANCH}\n", encoding="ascii")
    return open_repo(root)


def git_version(place: Place) -> str:
    """The version of the git program: `2.39.5`."""
    return run_git(place, "version").decode(errors="replace").removeprefix("git version ").strip()


@contextmanager
def _packing_place(repo: Repo, commit: str) -> Iterator[Path]:
    """A repository for the time being that has no settings but ours and borrows the objects of `repo`."""
    objects = (repo.common_dir / "objects").resolve()
    if "\n" in str(objects):
        raise CasectlError("a repository whose path holds a line break cannot be packed", "move it elsewhere")
    with TemporaryDirectory(prefix="casectl-pack-") as folder:
        root = Path(folder)
        _bare_bones(root, commit)
        (root / ".git" / "objects" / "info" / "alternates").write_text(f"{objects}\n", errors="surrogateescape")
        yield root


def _bare_bones(root: Path, commit: str) -> None:
    """What makes a folder a git repository, with the kind of object IDs that `commit` is one of."""
    place = root / ".git"
    for folder in ("objects/info", "objects/pack", "refs/heads"):
        (place / folder).mkdir(parents=True)
    sha256 = len(commit) == _SHA256_DIGITS
    format_ = f"[core]\n\trepositoryformatversion = {int(sha256)}\n"
    format_ += "[extensions]\n\tobjectFormat = sha256\n" if sha256 else ""
    (place / "config").write_text(format_ + _SETTINGS, encoding="ascii")
    (place / "HEAD").write_text("ref: refs/heads/none\n", encoding="ascii")


def _sealed(root: Path) -> dict[str, str]:
    """The variables that keep everybody's configuration and attributes out."""
    nowhere = dict.fromkeys(("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM"), os.devnull)
    homes = {name: str(root) for name in ("HOME", "XDG_CONFIG_HOME")}  # git before 2.32 goes by these alone
    return {**nowhere, **homes, "GIT_CONFIG_NOSYSTEM": "1", "GIT_ATTR_NOSYSTEM": "1"}


def _header(commit: str) -> bytes:
    """`gitformat-bundle`: version 2, and 3 where objects have SHA-256 names; nothing is taken for granted."""
    sha256 = len(commit) == _SHA256_DIGITS
    signature = "# v3 git bundle\n@object-format=sha256\n" if sha256 else "# v2 git bundle\n"
    return f"{signature}{commit} HEAD\n{commit} {BRANCH}\n\n".encode()


def bundled_commit(head: bytes) -> str | None:
    """The commit that a bundle is of, by its first bytes; None where they are not as `write_bundle` writes them."""
    found = re.search(rb"\n([0-9a-f]{40}(?:[0-9a-f]{24})?) HEAD\n", head)
    commit = found[1].decode() if found else ""
    return commit if commit and head.startswith(_header(commit)) else None


def _pack(place: Path, commit: str, out: IO[bytes]) -> None:
    process = start_git(place, *_PACKING, env=_sealed(place), feed=True)
    try:
        _ask(process, commit)
        if process.stdout is not None:
            shutil.copyfileobj(process.stdout, out, 1 << 20)
        process.finish()
    finally:
        process.abandon()


def _ask(process: GitProcess, commit: str) -> None:
    if process.stdin is None:
        raise CasectlError("git was started without pipes")
    process.stdin.write(f"{commit}\n".encode())
    process.stdin.close()
