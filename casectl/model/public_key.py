"""Public SSH keys: the line that `ssh-keygen` writes into a `.pub` file, and the blob in it.

The forms are those of RFC 4253, section 6.6 (RSA), RFC 5656, section 3.1 (ECDSA), RFC 8709 (Ed25519), and for keys on a
security token OpenSSH's PROTOCOL.u2f.
"""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from typing import NamedTuple

from casectl.model.problems import CasectlError
from casectl.model.wire import Wire, WireError

ED25519, RSA = "ssh-ed25519", "ssh-rsa"
ECDSA = ("ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521")
SK_ED25519, SK_ECDSA = "sk-ssh-ed25519@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com"
KEY_TYPES = (ED25519, *ECDSA, RSA, SK_ED25519, SK_ECDSA)
"""Those whose signatures casectl checks."""
KEY_LINE = rf"(?:{'|'.join(KEY_TYPES)}) AAAA[A-Za-z0-9+/]+={{0,2}}(?: .*)?".replace(".com", r"\.com")
"""How the line of a `.pub` file is spelt: type, blob in Base64, comment."""

RSA_BITS = range(2048, 16_385)
"""Shorter ones can be forged, longer ones make whoever checks them wait."""
MOST_EXPONENT_BITS = 64

_LINE = re.compile(KEY_LINE)
_OTHER_TYPE = re.compile(r"([a-z][a-z0-9.@-]{2,60}) +AAAA\S+(?: .*)?")
_PRIVATE = re.compile(r"-----BEGIN|PRIVATE KEY|openssh-key-v1|^b3BlbnNzaC1rZXktdjE")
_POINT_BYTES = {"nistp256": 65, "nistp384": 97, "nistp521": 133}
_ED25519_BYTES = 32
_HINT = "the one line of the .pub file: ssh-ed25519 AAAA… name"
_MOST_CHARACTERS = 8192


class PublicKey(NamedTuple):
    """What the blob of a public key says; fields that its type does not have are empty."""

    type: str
    point: bytes = b""
    """Of Ed25519 the 32 bytes, of ECDSA the uncompressed point (SEC 1, section 2.3.3)."""
    exponent: int = 0
    modulus: int = 0
    application: bytes = b""
    """What a security token was asked for."""


class OtherKeyError(WireError):
    """A key, or a way to sign with one, of a kind that is not checked."""


def read_blob(blob: bytes) -> PublicKey:
    """The key in its wire form. Raises `OtherKeyError` for a type that is not checked, `WireError` for what is no key,
    or an RSA key whose length is out of bounds."""
    wire = Wire(blob)
    kind = wire.word()
    if kind not in KEY_TYPES:
        raise OtherKeyError(f"a key of type {kind}")
    key = _fields(kind, wire)
    wire.end()
    return key


def _fields(kind: str, wire: Wire) -> PublicKey:
    if kind == RSA:
        return _rsa(wire.mpint(), wire.mpint())
    point = _edwards(wire) if kind in (ED25519, SK_ED25519) else _nist(kind, wire)
    return PublicKey(kind, point, application=wire.string() if kind in (SK_ED25519, SK_ECDSA) else b"")


def _rsa(exponent: int, modulus: int) -> PublicKey:
    bits = modulus.bit_length()
    if bits not in RSA_BITS:
        what = "a weak RSA key" if bits < RSA_BITS[0] else "an RSA key"
        raise WireError(f"{what} of {bits} bits, not {RSA_BITS[0]} to {RSA_BITS[-1]}")
    if exponent < 3 or not exponent % 2 or exponent.bit_length() > MOST_EXPONENT_BITS or not modulus % 2:
        raise WireError("an RSA key with an exponent or a modulus that none may have")
    return PublicKey(RSA, exponent=exponent, modulus=modulus)


def _edwards(wire: Wire) -> bytes:
    point = wire.string()
    if len(point) != _ED25519_BYTES:
        raise WireError(f"an Ed25519 key of {len(point)} bytes")
    return point


def _nist(kind: str, wire: Wire) -> bytes:
    curve, point = wire.word(), wire.string()
    if curve not in _POINT_BYTES or f"ecdsa-sha2-{curve}" not in kind:
        raise WireError(f"a key of type {kind} on the curve {curve}")
    if len(point) != _POINT_BYTES[curve] or point[0] != 4:
        raise WireError(f"no point of the curve {curve}")
    return point


def blob_of_line(line: str) -> tuple[str, bytes]:
    """Type and blob of a public key, from the line of its `.pub` file.

    Raises `CasectlError` with a hint for anything else. What may be secret is never repeated in its message.
    """
    if _PRIVATE.search(line):
        hint = "never commit that; it is known to others now: make a new pair with ssh-keygen -t ed25519"
        raise CasectlError("this is a private key", f"{hint}, and name its .pub file")
    if not _LINE.fullmatch(line) or len(line) > _MOST_CHARACTERS:
        other = _OTHER_TYPE.fullmatch(line)
        if other and other[1] not in KEY_TYPES:
            raise CasectlError(f"keys of type {other[1]} are not supported", f"one of: {', '.join(KEY_TYPES)}")
        raise CasectlError("not a public SSH key", _HINT)
    kind, code = line.split(" ")[:2]
    try:
        blob = b64decode(code, validate=True)
        if read_blob(blob).type != kind:
            raise WireError(f"the key in it is no {kind}")
    except (WireError, binascii.Error) as wrong:
        why = str(wrong) if isinstance(wrong, WireError) else "part of it is missing"
        raise CasectlError(f"not a public SSH key: {why}", _HINT) from None
    return kind, blob
