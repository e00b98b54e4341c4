"""The keys with which the people of the staff sign, since when and until when."""

from __future__ import annotations

from base64 import b64encode
from datetime import date, timedelta
from hashlib import sha256
from typing import NamedTuple

from casectl.model.instants import Instant, local_midnight


class SigningKey(NamedTuple):
    """A public SSH key of one person, from `policies/staff.yaml`."""

    type: str
    """Such as `ssh-ed25519`."""
    blob: bytes
    """Its wire form: what the Base64 of a `.pub` file holds."""
    since: date | None = None
    """The first day (UTC) on which it holds; None: it always did."""
    until: date | None = None
    """The last day (UTC) on which it holds; None: it still does."""

    @property
    def first_instant(self) -> Instant | None:
        """The first second at which it holds, None without a first day."""
        return None if self.since is None else local_midnight(self.since, "UTC")

    @property
    def last_instant(self) -> Instant | None:
        """The last second at which it holds, None without a last day."""
        return None if self.until is None else local_midnight(self.until + timedelta(days=1), "UTC") - 1

    def holds_at(self, instant: Instant) -> bool:
        """Whether what was signed at that moment counts: not before the midnight (UTC) that begins `since`, and before
        the one that ends `until`."""
        first, last = self.first_instant, self.last_instant
        return (first is None or first <= instant) and (last is None or instant <= last)

    @property
    def fingerprint(self) -> str:
        """As OpenSSH prints it: `SHA256:` and the Base64 of the blob's digest, without padding."""
        return fingerprint_of(self.blob)


def fingerprint_of(blob: bytes) -> str:
    """The fingerprint of a key's wire form, as `ssh-keygen -l` prints it."""
    return "SHA256:" + b64encode(sha256(blob).digest()).decode().rstrip("=")
