"""The staff's keys in the form in which `ssh-keygen` and git take them (ssh-keygen(1), ALLOWED SIGNERS)."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from casectl.model.instants import Instant
from casectl.model.policy import Person
from casectl.model.signing_key import SigningKey

NAMESPACE = "git"
"""What git signs is signed for git alone: a signature of a file or a mail with the same key is none of a commit."""

_PLAIN_MAIL = re.compile(r'[^\s,"*?!#\x00-\x1f\x7f][^\s,"*?!\x00-\x1f\x7f]*')
_HEAD = """\
# Who may sign, from policies/staff.yaml. Times are those of UTC, for ssh-keygen 9.1 or later. In summer it reads the
# time of a commit an hour wrong where clocks are changed; to the second: TZ=UTC git log --show-signature
"""


def allowed_signers(staff: Mapping[str, Person]) -> str:
    """The text of a file for `gpg.ssh.allowedSignersFile`: one line for each key of the staff, people by their names.

    `ssh-keygen` reads addresses as patterns: one that would mean others as well (`*`, `?`, `!`, a comma) is left out,
    with a comment in its place. A key that ended before 1970 is left out.
    """
    return _HEAD + "".join(line for name in sorted(staff) for line in _lines(staff[name]))


def _lines(person: Person) -> Iterator[str]:
    if person.keys and not _PLAIN_MAIL.fullmatch(person.mail):
        yield "# left out: somebody whose mail address would be read as a pattern\n"
        return
    for key in person.keys:
        if key.last_instant is None or key.last_instant > 0:
            yield f"{person.mail} {_options(key)} {key.type} {b64encode(key.blob).decode()}\n"


def _options(key: SigningKey) -> str:
    """`ssh-keygen` counts the second of `valid-before` in, although its name says otherwise."""
    options = [f'namespaces="{NAMESPACE}"']
    first, last = key.first_instant, key.last_instant
    if first is not None and first > 0:
        options.append(f'valid-after="{_stamp(first)}"')
    if last is not None:
        options.append(f'valid-before="{_stamp(last)}"')
    return ",".join(options)


def _stamp(instant: Instant) -> str:
    return datetime.fromtimestamp(instant, UTC).strftime("%Y%m%d%H%M%SZ")
