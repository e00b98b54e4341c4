"""When a repository must not be written to: each reason by its name, with what to do about it."""

from __future__ import annotations

from casectl.model.problems import CasectlError, NotAllowed
from casectl.store.repo import Identity, Repo, current_branch, is_bare

_UNDER_WAY = {
    "MERGE_HEAD": ("merge", "git merge --continue, or git merge --abort"),
    "rebase-merge": ("rebase", "git rebase --continue, or git rebase --abort"),
    "rebase-apply": ("rebase", "git rebase --continue, or git rebase --abort"),
    "CHERRY_PICK_HEAD": ("cherry-pick", "git cherry-pick --continue, or git cherry-pick --abort"),
    "REVERT_HEAD": ("revert", "git revert --continue, or git revert --abort"),
    "sequencer": ("cherry-pick or revert", "git status says which; then --continue or --abort"),
    "BISECT_LOG": ("bisect", "git bisect reset"),
}


def refuse_unwritable(repo: Repo) -> str:
    """The full name of the branch to write to. Raises `NotAllowed` for a bare repository, a detached HEAD, or when a
    merge, rebase, cherry-pick, revert or bisect is under way. Starts no process."""
    if is_bare(repo):
        raise NotAllowed(f"{repo.root} is a bare repository", "work in a clone of it: git clone DIR")
    for name, (what, way_out) in _UNDER_WAY.items():
        if (repo.git_dir / name).exists():
            raise NotAllowed(f"a {what} is under way in {repo.root}", f"finish it first: {way_out}")
    branch = current_branch(repo)
    if branch is None:
        raise NotAllowed("HEAD is detached: a step written now would belong to no branch", "git switch main")
    return branch


def refuse_nobody(who: Identity) -> None:
    """Raises `CasectlError` for an identity without a name or a mail address."""
    if not who.name.strip() or not who.mail.strip():
        hint = "git config --global user.name 'Your Name'; git config --global user.email you@example.org"
        raise CasectlError("a step needs a name and a mail address", hint)
