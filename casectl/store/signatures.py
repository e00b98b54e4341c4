"""Who signed a commit: the one place that verifies signatures, and the only file that imports `cryptography`.

A commit is signed as git does it with `gpg.format=ssh`: a header `gpgsig` (in SHA-256 repositories `gpgsig-sha256`)
holds the signature of everything else. Only which key signed is told here. Whose key it is, and whether it held at the
time, the staff list says.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, NamedTuple

from casectl.model.problems import ExtraMissing
from casectl.model.public_key import ECDSA, ED25519, RSA, SK_ECDSA, SK_ED25519, OtherKeyError, PublicKey, read_blob
from casectl.model.wire import Wire, WireError
from casectl.store.sshsig import BEGIN, SshSignature, read_armored

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurve, EllipticCurvePublicKey
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.hazmat.primitives.hashes import HashAlgorithm

State = Literal["unsigned", "good", "bad", "unsupported"]

_HEADERS = {40: b"gpgsig", 64: b"gpgsig-sha256"}
"""By the length of the IDs in the commit."""
_OTHER_KINDS = {
    b"-----BEGIN PGP SIGNATURE-----": "OpenPGP",
    b"-----BEGIN PGP MESSAGE-----": "OpenPGP",
    b"-----BEGIN SIGNED MESSAGE-----": "X.509",
}
_ALGORITHMS = {
    **{kind: (kind,) for kind in (ED25519, *ECDSA, SK_ED25519, SK_ECDSA)},
    RSA: ("rsa-sha2-256", "rsa-sha2-512"),
}
"""How a key of each type signs. The plain `ssh-rsa` of old stands on SHA-1, for which forgeries can be bought."""
_USER_PRESENT = 0x01


class Signature(NamedTuple):
    """What a commit's signature proves."""

    state: State
    """`good`: the owner of `key` signed exactly this commit. `bad`: it says so, and proves nothing: it is not true, or
    too weak. `unsupported`: it may be true; signatures of that kind are not checked."""
    key: bytes = b""
    """The wire form of the public key that is named in it; it proves nothing unless the state is `good`."""
    why: str = ""
    """Of `bad` and `unsupported`: what is the matter."""


def check_signature(content: bytes) -> Signature:
    """The verdict on a commit, from its content as `git cat-file commit` gives it. It may hold anything whatever.

    Raises `ExtraMissing` when there is an SSH signature to verify and the library for it is not installed.
    """
    text, found = _taken_apart(content)
    if not found:
        return Signature("unsigned")
    if len(found) > 1:
        return Signature("bad", why="there is more than one signature")
    armored = found[0]
    kind = _OTHER_KINDS.get(armored.partition(b"\n")[0])
    if kind:
        return Signature("unsupported", why=f"not checked: a signature of {kind}")
    if not armored.startswith(BEGIN):
        return Signature("bad", why="a signature of no known kind")
    return _verdict(armored, text)


def _taken_apart(content: bytes) -> tuple[bytes, list[bytes]]:
    """A commit without its signatures, and those made for this form of it.

    In a repository that knows its commits by both hashes each may be signed in both forms; neither counts as part of
    the text, and the other one is signed in a form that is not here.
    """
    head, gap, message = content.partition(b"\n\n")
    kept: list[bytes] = []
    found: dict[bytes, list[list[bytes]]] = {name: [] for name in _HEADERS.values()}
    inside: list[bytes] | None = None
    for line in head.split(b"\n"):
        name, space, value = line.partition(b" ")
        if inside is not None and not name and space:
            inside.append(value)
        elif name in found:
            inside = [value]
            found[name].append(inside)
        else:
            inside = None
            kept.append(line)
    own = _HEADERS.get(len(kept[0].partition(b" ")[2]) if kept else 0, b"gpgsig")
    return b"\n".join(kept) + gap + message, [b"\n".join(lines) for lines in found[own]]


def _verdict(armored: bytes, text: bytes) -> Signature:
    key = b""
    try:
        signature = read_armored(armored)
        key = signature.key
        public = read_blob(key)
        _refuse_weak(signature, public)
        if _verifies(signature, public, signature.signed_data(text)):
            return Signature("good", key)
        return Signature("bad", key, "it was made for something else, or with another key")
    except OtherKeyError as other:
        return Signature("unsupported", key, f"a signature with {other}")
    except WireError as wrong:
        return Signature("bad", key, str(wrong))


def _refuse_weak(signature: SshSignature, key: PublicKey) -> None:
    if signature.algorithm == RSA:
        raise WireError("a signature that stands on SHA-1")
    if signature.algorithm not in _ALGORITHMS[key.type]:
        raise WireError(f"a signature by {signature.algorithm} with a key of type {key.type}")
    if signature.algorithm in (SK_ED25519, SK_ECDSA) and not signature.flags & _USER_PRESENT:
        raise WireError("a signature of a security token that nobody touched")


def _verifies(signature: SshSignature, key: PublicKey, signed: bytes) -> bool:
    """Raises `WireError` for numbers with which nothing can be verified, such as a point that is not on its curve."""
    try:
        from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
    except ImportError:
        message = "commits are signed, and the library that checks signatures is not installed"
        raise ExtraMissing(message, "signatures") from None
    if key.type in (SK_ED25519, SK_ECDSA):
        signed = _on_a_token(signature, key, signed)
    try:
        _verify(signature, key, signed)
    except InvalidSignature:
        return False
    except (ValueError, UnsupportedAlgorithm) as wrong:
        raise WireError(f"a key or a signature that none can be: {wrong}") from None
    return True


def _on_a_token(signature: SshSignature, key: PublicKey, signed: bytes) -> bytes:
    """What a security token signs in the place of `signed` (PROTOCOL.u2f, "SSH U2F Signatures")."""
    told = bytes([signature.flags]) + signature.counter.to_bytes(4, "big")
    return hashlib.sha256(key.application).digest() + told + hashlib.sha256(signed).digest()


def _verify(signature: SshSignature, key: PublicKey, signed: bytes) -> None:
    """Raises `InvalidSignature`, and `ValueError` for numbers that none can be."""
    if key.type in (ED25519, SK_ED25519):
        _edwards_key(key.point).verify(signature.value, signed)
    elif key.type == RSA:
        _verify_rsa(signature, key, signed)
    else:
        _verify_ecdsa(signature, key, signed)


def _verify_rsa(signature: SshSignature, key: PublicKey, signed: bytes) -> None:
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15

    value = signature.value.rjust((key.modulus.bit_length() + 7) // 8, b"\0")  # some signers leave zeros out
    _rsa_key(key).verify(value, signed, PKCS1v15(), _hash(int(signature.algorithm[-3:])))


def _verify_ecdsa(signature: SshSignature, key: PublicKey, signed: bytes) -> None:
    """By RFC 5656, section 6.2.1, the hash is as long as the curve needs."""
    from cryptography.hazmat.primitives.asymmetric.ec import ECDSA as BY_HASH
    from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

    wire = Wire(signature.value)
    value = encode_dss_signature(wire.mpint(), wire.mpint())
    wire.end()
    curve = _nist_key(key.point)
    bits = {256: 256, 384: 384}.get(curve.curve.key_size, 512)
    curve.verify(value, signed, BY_HASH(_hash(bits)))


def _hash(bits: int) -> HashAlgorithm:
    from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512

    hashes: dict[int, HashAlgorithm] = {256: SHA256(), 384: SHA384(), 512: SHA512()}
    return hashes[bits]


@lru_cache(maxsize=256)
def _edwards_key(point: bytes) -> Ed25519PublicKey:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    return Ed25519PublicKey.from_public_bytes(point)


@lru_cache(maxsize=256)
def _nist_key(point: bytes) -> EllipticCurvePublicKey:
    from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, SECP384R1, SECP521R1, EllipticCurvePublicKey

    curves: dict[int, EllipticCurve] = {65: SECP256R1(), 97: SECP384R1(), 133: SECP521R1()}
    return EllipticCurvePublicKey.from_encoded_point(curves[len(point)], point)


@lru_cache(maxsize=256)
def _rsa_key(key: PublicKey) -> RSAPublicKey:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers

    return RSAPublicNumbers(key.exponent, key.modulus).public_key()
