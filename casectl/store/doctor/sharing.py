"""How this clone stands to the others, as far as it knows without asking them."""

from __future__ import annotations

from collections.abc import Iterator

from casectl.model.problems import NotFound
from casectl.store.doctor.finding import Finding, note
from casectl.store.driver import SETTINGS, lacks_driver
from casectl.store.git import run_git
from casectl.store.remotes import Remote, last_seen, remote_of
from casectl.store.repo import Repo, current_branch


def standing(repo: Repo, head: str) -> Iterator[Finding]:
    """Steps that the remote had when it was last asked and that are not on the branch here: nothing was merged since,
    or the clone came back from a backup."""
    remote = _remote(repo)
    seen = last_seen(repo, remote) if remote else None
    if remote is None or seen is None:
        return
    counted = run_git(repo, "rev-list", "--count", "--left-right", f"{head}...{seen}", "--").split()
    here, there = (int(number) for number in counted)
    if here and there:
        what = f"{_commits(here)} here and {_commits(there)} of {remote.shown}, as last seen, are not on the other side"
        yield note("diverged", what, "casectl sync")
    elif there:
        yield note("behind", f"{_commits(there)} of {remote.shown}, as last seen, are not here", "casectl sync")


def merging(repo: Repo) -> Iterator[Finding]:
    """Whether a plain `git pull` unites cases here as a sync does."""
    if lacks_driver(repo):
        hint = "; ".join(f"git config {key} '{value}'" for key, value in SETTINGS.items())
        yield note("merge-driver", "git pull merges cases line by line here: git was not told of casectl's merge", hint)


def _remote(repo: Repo) -> Remote | None:
    """The remote that a sync would share with; None for a clone of nobody's."""
    branch = current_branch(repo)
    try:
        return remote_of(repo, branch) if branch else None
    except NotFound:
        return None


def _commits(amount: int) -> str:
    return f"{amount} commit{'' if amount == 1 else 's'}"
