"""SSH signatures as OpenSSH writes them (PROTOCOL.sshsig): from the armored text to what has to be verified.

Nothing is verified here, and nothing that the text says is trusted: every length is checked, all bytes must be used.
"""

from __future__ import annotations

import binascii
import hashlib
from base64 import b64decode
from typing import NamedTuple

from casectl.model.allowed_signers import NAMESPACE
from casectl.model.public_key import OtherKeyError
from casectl.model.wire import Wire, WireError, wire_string

BEGIN, END = b"-----BEGIN SSH SIGNATURE-----", b"-----END SSH SIGNATURE-----"
MOST_BYTES = 32_768
"""Of an armored signature; one of the longest RSA keys takes a fifth of that."""

_MAGIC = b"SSHSIG"
_VERSION = 1
_HASHES = ("sha256", "sha512")


class SshSignature(NamedTuple):
    """One signature, taken apart."""

    key: bytes
    """The wire form of the public key that is said to have made it."""
    hash: str
    """By which the signed text is known: `sha256` or `sha512`."""
    algorithm: str
    """How the key signed: `ssh-ed25519`, `rsa-sha2-512`."""
    value: bytes
    flags: int = 0
    """Of a security token: bit 0 says that somebody touched it (PROTOCOL.u2f)."""
    counter: int = 0

    def signed_data(self, text: bytes) -> bytes:
        """What was signed when somebody signed `text`."""
        digest = hashlib.new(self.hash, text).digest()
        fields = (NAMESPACE.encode(), b"", self.hash.encode(), digest)
        return _MAGIC + b"".join(wire_string(field) for field in fields)


def read_armored(text: bytes) -> SshSignature:
    """The signature in a text with its first and last line.

    Raises `WireError` for what is none, or none for git, `OtherKeyError` for one made by way of a browser.
    """
    if len(text) > MOST_BYTES:
        raise WireError(f"a signature of {len(text)} bytes")
    begin, _, rest = text.partition(b"\n")
    code, end, after = rest.rpartition(b"\n" + END)
    if begin != BEGIN or not end or after.strip(b"\n"):
        raise WireError("a signature without its first or last line")
    try:
        return _read_blob(b64decode(code.replace(b"\n", b""), validate=True))
    except binascii.Error:
        raise WireError("a signature that is no Base64") from None


def _read_blob(blob: bytes) -> SshSignature:
    wire = Wire(blob)
    if wire.take(len(_MAGIC)) != _MAGIC:
        raise WireError("no SSH signature")
    version = wire.number()
    if version != _VERSION:
        raise WireError(f"a signature of version {version}")
    key, namespace, reserved, hash_name, made = (wire.string() for _ in range(5))
    wire.end()
    if namespace != NAMESPACE.encode():
        raise WireError("a signature for another purpose than git")
    if reserved:
        raise WireError("a signature with a reserved field that is not empty")
    if hash_name.decode("latin-1") not in _HASHES:
        raise WireError("a signature with a hash that is neither sha256 nor sha512")
    return _made(key, hash_name.decode(), Wire(made))


def _made(key: bytes, hash_name: str, wire: Wire) -> SshSignature:
    algorithm, value = wire.word(), wire.string()
    if algorithm.startswith("webauthn-"):
        raise OtherKeyError(f"an algorithm of type {algorithm}")
    token = algorithm.startswith("sk-")
    flags, counter = (wire.take(1)[0], wire.number()) if token else (0, 0)
    wire.end()
    return SshSignature(key, hash_name, algorithm, value, flags, counter)
