"""The file of allowed signers, as `ssh-keygen` and git read it: they say what the staff list says."""

from __future__ import annotations

import os
import subprocess
from datetime import date
from pathlib import Path

import pytest

from casectl.model.allowed_signers import allowed_signers
from casectl.model.instants import parse_stored
from casectl.model.policy import Person
from casectl.model.problems import CasectlError
from casectl.model.public_key import KEY_TYPES, blob_of_line
from casectl.model.signing_key import SigningKey
from casectl.store.signing import configure, signing_settings
from tests.conftest import GitRepo
from tests.store.signing import KINDS, make_key, needs_keygen

pytestmark = needs_keygen


@pytest.mark.parametrize("kind", KINDS)
def test_a_key_as_ssh_keygen_writes_it(tmp_path: Path, kind: str) -> None:
    pub = make_key(tmp_path, kind)
    name, blob = blob_of_line(pub.read_text().rstrip("\n"))
    assert name in KEY_TYPES
    listed = subprocess.run(["ssh-keygen", "-lf", str(pub)], capture_output=True, text=True, check=True).stdout
    assert SigningKey(name, blob).fingerprint == listed.split()[1]


@pytest.mark.parametrize("zone", ["UTC", "XXX-13", "XXX+11"])
def test_git_counts_the_days_as_we_do(git_repo: GitRepo, tmp_path: Path, zone: str) -> None:
    """Wherever git runs: a key holds from the first second of its first day to the last one of its last, of UTC.

    (Not in a zone with summer time: git hands over the local time, which `ssh-keygen` takes for standard time.)
    """
    pub = make_key(tmp_path)
    key = SigningKey(*blob_of_line(pub.read_text().rstrip("\n")), date(2026, 3, 1), date(2026, 3, 31))
    allowed = tmp_path / "allowed_signers"
    allowed.write_text(allowed_signers({"sam": Person("sam", "Sam", "sam@example.org", keys=(key,))}))
    for name, value in (("format", "ssh"), ("ssh.allowedSignersFile", str(allowed))):
        git_repo.git("config", f"gpg.{name}", value)
    git_repo.git("config", "user.signingKey", str(pub))
    times = ["2026-02-28T23:59:59Z", "2026-03-01T00:00:00Z", "2026-03-31T23:59:59Z", "2026-04-01T00:00:00Z"]
    for time in times:
        git_repo.git("commit", "-q", "--allow-empty", "-S", "-m", time, at=parse_stored(time))
    said = subprocess.run(
        ["git", "-C", str(git_repo.root), "log", "--reverse", "--format=%G? %GS %GF", "-4"],
        capture_output=True, text=True, check=True, env={**os.environ, "TZ": zone},
    ).stdout.splitlines()  # fmt: skip
    assert [line.split()[0] == "G" for line in said] == [key.holds_at(parse_stored(time)) for time in times]
    assert said[1] == f"G sam@example.org {key.fingerprint}"


def test_a_signature_of_a_file_is_none_of_git(tmp_path: Path) -> None:
    pub = make_key(tmp_path)
    key = SigningKey(*blob_of_line(pub.read_text().rstrip("\n")))
    allowed = tmp_path / "allowed_signers"
    allowed.write_text(allowed_signers({"sam": Person("sam", "Sam", "sam@example.org", keys=(key,))}))
    for purpose, code in (("file", 255), ("git", 0)):
        sign = ["ssh-keygen", "-Y", "sign", "-n", purpose, "-f", str(pub)]
        made = tmp_path / f"{purpose}.sig"
        made.write_bytes(subprocess.run(sign, input=b"text", capture_output=True, check=True).stdout)
        verify = ["ssh-keygen", "-Y", "verify", "-n", purpose, "-f", str(allowed), "-I", "sam@example.org"]
        done = subprocess.run([*verify, "-s", str(made)], input=b"text", capture_output=True)
        assert done.returncode == code, done.stderr


def test_an_old_git_is_told_before_anything_is_set(git_repo: GitRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before 2.34 it would refuse each commit, for a format of signatures that it does not know."""
    before = git_repo.git("config", "--local", "--list")
    monkeypatch.setattr("casectl.store.signing.run_git", lambda *_words: b"git version 2.33.8.windows.1\n")
    with pytest.raises(CasectlError, match=r"git version 2\.33\.8.* cannot sign with SSH keys"):
        configure(git_repo.repo, signing_settings("/k.pub"))
    assert git_repo.git("config", "--local", "--list") == before
