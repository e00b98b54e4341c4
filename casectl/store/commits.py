"""Making one commit by plumbing: its message, its content, itself, and the move of the branch. No index is involved."""

from __future__ import annotations

import os
import unicodedata

from casectl.model.change import Change
from casectl.model.instants import Instant
from casectl.model.problems import CasectlError, NotAllowed
from casectl.store.git import GitError, Place, run_git
from casectl.store.gitlocks import in_the_way, lock_named, waiting
from casectl.store.repo import Identity, Repo, head_commit

SUBJECT_CHARACTERS = 100


class BranchMovedError(CasectlError):
    """Somebody else committed first: the compare-and-swap of the branch was lost."""


def message_of(change: Change, request: str | None = None) -> str:
    """The commit message of a change: subject, and the trailers `Case`, `Event`, `Rule` where one did it, and `Request`
    (random unless given)."""
    subject = one_line(f"{change.case_id} {change.verb}: {change.summary}")
    if len(subject) > SUBJECT_CHARACTERS:
        subject = subject[: SUBJECT_CHARACTERS - 1] + "…"
    event = one_line(change.event or change.verb)
    rule = f"Rule: {one_line(change.rule)}\n" if change.rule else ""
    return f"{subject}\n\nCase: {change.case_id}\nEvent: {event}\n{rule}Request: {request or os.urandom(8).hex()}\n"


def one_line(text: str) -> str:
    """The text on one line, without control, bidirectional and unpaired characters."""
    plain = "".join(" " if unicodedata.category(character)[0] in "CZ" else character for character in text)
    return " ".join(plain.split())


def signature(who: Identity, at: Instant) -> dict[str, str]:
    """The variables that make `who` author and committer at `at`, in UTC."""
    name, mail, date = one_line(who.name), one_line(who.mail), f"@{at} +0000"
    return {
        f"GIT_{role}_{part}": value
        for role in ("AUTHOR", "COMMITTER")
        for part, value in (("NAME", name), ("EMAIL", mail), ("DATE", date))
    }


def write_blob(place: Place, content: bytes) -> str:
    """Stores the bytes exactly as they are, whatever the configuration says of line ends and filters."""
    return run_git(place, "hash-object", "-w", "--no-filters", "--stdin", stdin=content).decode().strip()


def write_commit(
    place: Place, tree: str, parents: tuple[str, ...], message: str, who: Identity, at: Instant, sign: bool = False
) -> str:
    """Stores a commit by `who` at `at`, signed as git is configured to if `sign`, and gives its ID.

    For a person's step see `hooks.make_commit`, which asks their hooks.
    """
    flags = [flag for parent in parents for flag in ("-p", parent)] + (["-S"] if sign else [])
    content, env = message.encode(errors="surrogateescape"), signature(who, at)
    return run_git(place, "commit-tree", tree, *flags, stdin=content, env=env).decode().strip()


def move_branch(repo: Repo, new: str, old: str, why: str, who: Identity, at: Instant) -> None:
    """HEAD's branch from `old` to `new`, if it still is at `old` (empty: if it does not exist yet).

    Raises `BranchMovedError` when it is not, `Busy` when another git keeps its lock or left it behind, `NotAllowed`
    when the hook `reference-transaction` does not let it. `durable.sync_branch` makes sure that it stays.
    """
    env = {**signature(who, at), **waiting()}
    try:
        run_git(repo, "update-ref", "-m", f"casectl: {why}", "HEAD", new, old or "0" * len(new), env=env, hooks=True)
    except GitError as error:
        if _is_at(repo, new):  # git was interrupted, but not before it was done
            return
        if "aborted by hook" in error.said:
            raise NotAllowed("the hook reference-transaction refused the step; nothing was written") from None
        lock = lock_named(repo, error.said)
        if lock is not None:
            raise in_the_way(repo, lock) from None
        if "cannot lock ref" in error.said or "reference already exists" in error.said:
            raise BranchMovedError(error.message, error.hint) from None
        raise


def _is_at(repo: Repo, commit: str) -> bool:
    try:
        return head_commit(repo) == commit
    except CasectlError:
        return False
