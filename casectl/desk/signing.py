"""With which key somebody signs, and what the staff list must say for that to count."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import NamedTuple

from casectl.desk.founding import key_entry, person_entry
from casectl.model.instants import Instant
from casectl.model.policy import Person, by_mail
from casectl.model.problems import CasectlError, NotFound
from casectl.model.public_key import blob_of_line
from casectl.model.signing_key import SigningKey
from casectl.store.git import Place
from casectl.store.regular import read_regular
from casectl.store.repo import Identity
from casectl.store.signing import configured

PUB = ".pub"
USUAL = ("id_ed25519.pub", "id_ecdsa.pub", "id_rsa.pub")
"""Where OpenSSH keeps keys, in `~/.ssh`."""

_MAKE_ONE = "ssh-keygen -t ed25519 makes one; --key FILE.pub names another"
_MOST_BYTES = 16_384


class OwnKey(NamedTuple):
    """The key with which the steps of one clone are signed."""

    line: str
    """As in the `.pub` file."""
    key: SigningKey
    setting: str
    """How `user.signingKey` names it."""
    warnings: tuple[str, ...] = ()


def own_key(given: Path | None, where: Path | Place) -> OwnKey:
    """The key that is `given` as a file, else the one that git is configured to use at `where`, else the usual one.

    Of a pair only the `.pub` file is opened, whichever of the two is named. Raises `NotFound` when there is none, and
    `CasectlError` for a file that holds no public SSH key.
    """
    if given is not None:
        return _from_file(_at_home(given))
    said = configured(where, "user.signingKey")
    if said.startswith(("key::", "ssh-")):
        return _own(said.removeprefix("key::"), said)
    root = where if isinstance(where, Path) else where.root
    path = root / _at_home(Path(said))
    if said and (configured(where, "gpg.format") == "ssh" or _public(path).is_file()):
        return _from_file(path)
    folder = _at_home(Path("~/.ssh"))
    found = next((folder / name for name in USUAL if (folder / name).is_file()), None)
    if found is None:
        raise NotFound(f"there is no SSH key to sign with: none of {', '.join(USUAL)} in {folder}", _MAKE_ONE)
    return _from_file(found)


def _at_home(path: Path) -> Path:
    """A path with `~` or `~jo` as a shell takes it: as it stands where nobody is at home."""
    try:
        return path.expanduser()
    except RuntimeError:
        return path


def _public(path: Path) -> Path:
    return path if path.suffix == PUB else path.with_name(f"{path.name}{PUB}")


def _from_file(path: Path) -> OwnKey:
    pub = _public(path).absolute()
    try:
        text = read_regular(pub, follow=True, most=_MOST_BYTES).decode(errors="replace")
    except FileNotFoundError:
        raise NotFound(f"there is no public key {pub}", _MAKE_ONE) from None
    if "-----BEGIN" in text:
        raise CasectlError(f"{pub} is no public key", "keep private keys to yourself; name the .pub file of the pair")
    try:
        found = _own(text.strip(), str(pub))
    except CasectlError as refused:
        raise CasectlError(f"{pub}: {refused.message}", refused.hint) from None
    return found._replace(warnings=(*_renamed(path, pub), *_lonely(pub)))


def _own(line: str, setting: str) -> OwnKey:
    kind, blob = blob_of_line(line)
    return OwnKey(line, SigningKey(kind, blob), setting)


def _renamed(path: Path, pub: Path) -> tuple[str, ...]:
    return () if path.suffix == PUB else (f"took {pub}, the public half of that key; the private one was not opened",)


def _lonely(pub: Path) -> tuple[str, ...]:
    """Nothing can be signed where neither a private key nor an agent that keeps it is there."""
    if pub.with_suffix("").is_file() or os.environ.get("SSH_AUTH_SOCK"):
        return ()
    return (f"there is no private key beside {pub}, and no ssh-agent: no step can be signed until there is one",)


def still_to_do(own: OwnKey, who: Identity, staff: Mapping[str, Person], now: Instant, today: date) -> str:
    """What the staff list lacks for the key to count as that of `who` at `now`; empty when it lacks nothing."""
    person = by_mail(staff, who.mail)
    owner = next((each for each in staff.values() if any(key.blob == own.key.blob for key in each.keys)), None)
    if owner and owner != person:
        return f"the key is that of '{owner.key}' in policies/staff.yaml, whose mail address is not {who.mail}"
    if person is None:
        entry = person_entry(who, own.line, today)
        return f"{who.mail} is not in policies/staff.yaml: add under 'staff', and commit\n{entry}"
    if not any(key.blob == own.key.blob and key.holds_at(now) for key in person.keys):
        entry = f"    keys:\n    - {key_entry(own.line, today)}\n"
        return f"in policies/staff.yaml '{person.key}' does not have this key today: add there, and commit\n{entry}"
    return ""
