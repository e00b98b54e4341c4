"""Another repository that shares this history: which one is meant, and what is fetched from and pushed to it.

The programs on the other side are git's own, whatever the configuration names; nothing is fetched or pushed but one
branch.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from casectl.model.problems import CasectlError, NotAllowed, NotFound, TryAgainLater, UsageMistake, did_you_mean
from casectl.store.git import NETWORK, GitError, run_git
from casectl.store.gitlocks import in_the_way, lock_named, waiting
from casectl.store.repo import Repo

PATIENCE_SECONDS = 3600.0
"""How long one transfer may take: cron must not wait for ever."""

_LOST_RACE = re.compile(
    r"fetch first|non-fast-forward|failed to update ref|cannot lock ref|failed to lock|incorrect old value|stale info"
)
_REFUSED = re.compile(r"^!\t\S+\t(?:\[remote rejected\]|\[rejected\]) \((.*)\)$", re.MULTILINE)
_NO_BRANCH = "couldn't find remote ref"


class Remote(NamedTuple):
    """One branch of another repository."""

    name: str
    branch: str
    """Its full name there: `refs/heads/main`."""

    @property
    def tracking(self) -> str:
        """Where git keeps what was last seen there."""
        return f"refs/remotes/{self.name}/{self.branch.removeprefix('refs/heads/')}"

    @property
    def shown(self) -> str:
        """`origin/main`."""
        return f"{self.name}/{self.branch.removeprefix('refs/heads/')}"


def remote_of(repo: Repo, branch: str, name: str | None = None) -> Remote:
    """The remote that is meant: the one named, else the branch's own, else `origin`, else the only one.

    Raises `NotFound` for one that is not configured.
    """
    known = run_git(repo, "remote").decode(errors="replace").split("\n")[:-1]
    short = branch.removeprefix("refs/heads/")
    own = _configured(repo, f"branch.{short}.remote")
    if name is not None and name.startswith("-"):
        raise UsageMistake(f"'{name}' is no name of a remote", "git remote -v lists them")
    chosen = name or own or ("origin" if "origin" in known else known[0] if len(known) == 1 else None)
    if chosen is None:
        hint = "git remote add origin URL, with the URL of a bare repository that all share"
        raise NotFound("there is nobody to sync with: no remote" if not known else "which remote?", hint)
    if chosen not in known:
        raise NotFound(f"there is no remote '{chosen}'", did_you_mean(chosen, known) or "git remote add NAME URL")
    upstream = _configured(repo, f"branch.{short}.merge") if own == chosen else None
    return Remote(chosen, upstream or branch)


def last_seen(repo: Repo, remote: Remote) -> str | None:
    """The commit that the remote's branch was at when it was last asked; None when it never was."""
    try:
        return run_git(repo, "rev-parse", "--verify", "--quiet", f"{remote.tracking}^{{commit}}").decode().strip()
    except GitError:
        return None


def fetch(repo: Repo, remote: Remote) -> str | None:
    """The commit that the remote's branch is at, with its history here; None when it has no such branch yet.

    Raises `TryAgainLater` when it cannot be reached, `Busy` when a git that died left a lock here.
    """
    wanted = f"+{remote.branch}:{remote.tracking}"
    options = ("--quiet", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head")
    try:
        run_git(repo, "fetch", *options, "--upload-pack=git-upload-pack", "--", remote.name, wanted,
                env={**NETWORK, **waiting()}, timeout_seconds=PATIENCE_SECONDS)  # fmt: skip
    except GitError as failed:
        if _NO_BRANCH in failed.said:
            return None
        lock = lock_named(repo, failed.said)
        if lock is not None:
            raise in_the_way(repo, lock) from None
        if "cannot lock ref" in failed.said:  # another sync of this clone has just brought the same
            return last_seen(repo, remote)
        raise _unreachable(remote, failed) from None
    return last_seen(repo, remote)


def push(repo: Repo, remote: Remote, commit: str) -> bool:
    """Makes the remote's branch that commit, if it follows what is there; gives whether it did.

    Raises `NotAllowed` when the other side refuses for another reason, `TryAgainLater` when it cannot be reached.
    """
    options = ("--porcelain", "--no-recurse-submodules", "--no-follow-tags", "--receive-pack=git-receive-pack")
    wanted = f"{commit}:{remote.branch}"
    try:
        run_git(
            repo, "push", *options, "--", remote.name, wanted, env=NETWORK, hooks=True, timeout_seconds=PATIENCE_SECONDS
        )
    except GitError as failed:
        refused = _REFUSED.search(failed.answered)
        if _LOST_RACE.search(refused[1] if refused else failed.said):
            return False
        if refused:
            hint = "share a bare repository (git init --bare), or see what its hooks and rules say"
            raise NotAllowed(f"{remote.shown} refuses what was to be sent: {refused[1]}", hint) from None
        if "failed to push some refs" in failed.said and "fatal:" not in failed.said:
            raise NotAllowed(
                f"a hook here (pre-push) refused to send to {remote.shown}", "what it says: git push"
            ) from None
        raise _unreachable(remote, failed) from None
    return True


def _configured(repo: Repo, key: str) -> str | None:
    try:
        return run_git(repo, "config", "--get", key).decode(errors="replace").strip() or None
    except GitError:
        return None


def _unreachable(remote: Remote, failed: GitError) -> CasectlError:
    if "transport '" in failed.said and "not allowed" in failed.said:
        hint = "git remote set-url with a path, an ssh or an https URL"
        return NotAllowed(f"{remote.name} is reached by a way that is not safe: {failed.message}", hint)
    hint = "local work goes on; what you did is kept and goes out with the next sync"
    return TryAgainLater(f"{remote.name} cannot be reached: {failed.message}", hint)
