"""Keys made by `ssh-keygen`, commits signed by git with them, and git's own verdict on a commit."""

from __future__ import annotations

import os
import shutil
import subprocess
from base64 import b64decode
from pathlib import Path

import pytest

needs_keygen = pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="ssh-keygen is not installed")

KINDS = {
    "ed25519": ("-t", "ed25519"),
    "ecdsa-256": ("-t", "ecdsa", "-b", "256"),
    "ecdsa-384": ("-t", "ecdsa", "-b", "384"),
    "ecdsa-521": ("-t", "ecdsa", "-b", "521"),
    "rsa-2048": ("-t", "rsa", "-b", "2048"),
    "rsa-3072": ("-t", "rsa", "-b", "3072"),
}
"""What `ssh-keygen` makes without a security token."""
WEAK = {"rsa-1024": ("-t", "rsa", "-b", "1024")}
"""What it makes, and signs with, all the same."""


def make_key(folder: Path, kind: str = "ed25519", name: str = "") -> Path:
    """A new key without a passphrase; gives its `.pub` file."""
    path = folder / (name or f"id_{kind}")
    said = subprocess.run(
        ["ssh-keygen", "-q", *(KINDS | WEAK)[kind], "-N", "", "-C", f"{kind} test", "-f", str(path)],
        capture_output=True,
    )
    assert said.returncode == 0, said.stderr
    return path.with_name(f"{path.name}.pub")


def blob_of(pub: Path) -> bytes:
    """The wire form of a key."""
    return b64decode(pub.read_text().split()[1])


def git(root: Path, *words: str, stdin: bytes | None = None, code: int = 0, **env: str) -> bytes:
    """Plain git there, as Sam."""
    who = ("-c", "user.name=Sam", "-c", "user.email=sam@example.org")
    done = subprocess.run(
        ["git", "-C", str(root), *who, *words], input=stdin, capture_output=True, env={**os.environ, **env}
    )
    assert done.returncode == code, done.stderr
    return done.stdout


def signed_commit(root: Path, pub: Path, message: str = "signed", *options: str) -> str:
    """A commit more, signed by git itself with that key; gives its ID."""
    with_key = ("-c", "gpg.format=ssh", "-c", f"user.signingKey={pub}")
    git(root, *with_key, "commit", "-q", "--allow-empty", "-S", "-m", message, *options)
    return git(root, "rev-parse", "HEAD").decode().strip()


def content_of(root: Path, commit: str) -> bytes:
    """The content of a commit."""
    return git(root, "cat-file", "commit", commit)


def stored(root: Path, content: bytes) -> str:
    """Any content whatever as a commit; gives its ID."""
    return git(root, "hash-object", "-t", "commit", "-w", "--stdin", "--literally", stdin=content).decode().strip()


def git_says_good(root: Path, commit: str, *pubs: Path) -> bool:
    """Whether `git verify-commit` takes the signature for that of one of these keys."""
    allowed = root / ".git" / "test_allowed_signers"
    allowed.write_text("".join(f"sam@example.org {pub.read_text()}" for pub in pubs))
    told = ("-c", "gpg.format=ssh", "-c", f"gpg.ssh.allowedSignersFile={allowed}")
    return subprocess.run(["git", "-C", str(root), *told, "verify-commit", commit], capture_output=True).returncode == 0
