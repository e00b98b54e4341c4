"""git's lock files that nobody holds any more, and the drafts of steps that died."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from casectl.model.problems import CasectlError
from casectl.store.doctor.finding import Finding, mended, problem
from casectl.store.doctor.processes import may_be_at_work
from casectl.store.git import run_git
from casectl.store.gitlocks import age_of, is_ours, seconds_old
from casectl.store.heal import drafts
from casectl.store.repo import Repo

PATIENCE_SECONDS = 10 * 60
_TIDYING = "gc.pid"
"""A `git gc` in the background: nobody has to wait for it."""
_NAMES = ("index.lock", "HEAD.lock", "packed-refs.lock", "config.lock", "shallow.lock", _TIDYING)
_BELOW = ("refs/**/*.lock", "objects/info/*.lock", "objects/info/commit-graphs/*.lock")
_WORK_TREE_DRAFT = "cases/[0-9][0-9][0-9][0-9]/[0-9][0-9]/[0-9][0-9]/.*.yaml.*"


def stale_locks(repo: Repo, mend: bool) -> Iterator[Finding]:
    """Lock files: our own at once (whoever mends holds casectl's lock), git's when old and held by nobody for sure."""
    for lock in _lock_files(repo):
        if is_ours(lock):
            yield _removed("own-lock", lock, f"{lock} was left behind, {age_of(repo, lock)}", mend)
        else:
            yield from _of_git(repo, lock, mend)


def _of_git(repo: Repo, lock: Path, mend: bool) -> Iterator[Finding]:
    age, there = age_of(repo, lock), f"{lock} is there"
    young = (seconds_old(repo, lock) or 0) <= PATIENCE_SECONDS
    if not young and not may_be_at_work(repo, lock):
        yield _removed("lock", lock, f"{lock} was left behind, {age}", mend)
    elif lock.name != _TIDYING:
        hint = "another git may be at work: look again later"
        yield problem(
            "lock", f"{there}, {age}", hint if young else f"end the git at work here; if none is: rm '{lock}'"
        )


def stale_drafts(repo: Repo, mend: bool) -> Iterator[Finding]:
    """What writers that are no more were working on: drafts, refs of imports, what a crashed import tells of itself."""
    crashes = repo.git_dir.glob("fast_import_crash_*")
    for draft in sorted({*drafts(repo), *crashes, *repo.root.glob(_WORK_TREE_DRAFT)}):
        yield _removed("draft", draft, f"{draft} is the draft of a step that died", mend)
    for ref in run_git(repo, "for-each-ref", "--format=%(refname)", "refs/casectl/").decode().split():
        if not ref.startswith("refs/casectl/import-"):
            continue
        if mend:
            run_git(repo, "update-ref", "-d", ref)
        done, what = "removed" if mend else f"git update-ref -d {ref}", f"{ref} is what an import that died had so far"
        yield (mended if mend else problem)("import-ref", what, done)


def _lock_files(repo: Repo) -> list[Path]:
    found = [place / name for place in {repo.git_dir, repo.common_dir} for name in _NAMES]
    below = [path for pattern in _BELOW for path in repo.common_dir.glob(pattern)]
    return sorted(path for path in {*found, *below} if path.is_file())


def _removed(code: str, path: Path, what: str, mend: bool) -> Finding:
    if not mend:
        return problem(code, what, "casectl doctor")
    with suppress(FileNotFoundError):
        try:
            path.unlink()
        except OSError as error:
            raise CasectlError(f"{path} cannot be removed: {error.strerror}") from None
    return mended(code, what, "removed")
