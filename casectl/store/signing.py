"""How git of one clone signs, and whom it believes: its own configuration, and the file of allowed signers."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

from casectl.model.allowed_signers import allowed_signers
from casectl.model.policy import Person
from casectl.model.problems import CasectlError
from casectl.store.git import GitError, Place, run_git
from casectl.store.repo import Repo, state_dir

ALLOWED_SIGNERS = "allowed_signers"
"""In `.git/casectl/`."""

_FIRST_GIT = (2, 34)
"""The first one that signs with SSH keys."""


def signing_settings(key: str) -> dict[str, str]:
    """The configuration by which git signs every commit with an SSH key: the path of its `.pub` file, or `key::` and
    the key itself."""
    return {"gpg.format": "ssh", "user.signingKey": key, "commit.gpgsign": "true"}


def configured(where: Path | Place, name: str) -> str:
    """What git is configured to there, at whatever level; empty when it says nothing."""
    try:
        return run_git(where, "config", "--get", name).decode(errors="surrogateescape").removesuffix("\n")
    except GitError as failed:
        if failed.said.strip():
            raise
        return ""


def configure(repo: Repo, settings: Mapping[str, str]) -> None:
    """Writes settings into this clone's own configuration. Raises `CasectlError` where git is too old to sign so."""
    refuse_old_git(repo)
    for name, value in settings.items():
        run_git(repo, "config", "--local", name, value)


def refuse_old_git(where: Path | Place) -> None:
    """Raise `CasectlError` for a git that knows nothing of SSH signatures."""
    said = run_git(where, "version").decode(errors="replace")
    found = re.search(r"(\d+)\.(\d+)", said)
    if found and (int(found[1]), int(found[2])) < _FIRST_GIT:
        raise CasectlError(f"{said.strip()} cannot sign with SSH keys", "install git 2.34 or later")


def believe(repo: Repo, staff: Mapping[str, Person]) -> Path:
    """From now on git of this clone takes a signature for good that one of the staff's keys made; gives the file that
    says so. It is made anew each time, and says what `staff` says now."""
    path = state_dir(repo) / ALLOWED_SIGNERS
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.write_text(allowed_signers(staff), encoding="utf-8")
    draft.replace(path)
    configure(repo, {"gpg.ssh.allowedSignersFile": str(path)})
    return path
