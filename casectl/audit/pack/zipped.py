"""The container of a pack: a zip file of which every byte follows from its members.

Stored, never compressed (compressors differ); sorted by name; every date is 1980-01-01, every mode the same. So two
packs with the same members are the same file, and a byte between the members cannot be changed unseen.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, NamedTuple
from zipfile import ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from casectl.model.problems import CasectlError

CHUNK = 1 << 20

_NEW_YEAR_1980 = (1980, 1, 1, 0, 0, 0)
_UNIX = 3
_REGULAR_FILE = 0o100644 << 16
_ENCRYPTED = 0x1


class Member(NamedTuple):
    """One file to pack: its name, and its bytes or the file on disk that holds them."""

    name: str
    content: bytes | Path


class Measure(NamedTuple):
    """What is known of a member's bytes."""

    size: int
    sha256: str


class NoPack(CasectlError):
    """The file is no zip file such as casectl writes."""

    exit_code = 3


def chunks(content: bytes | Path) -> Iterator[bytes]:
    """The bytes of a member, piece by piece."""
    if isinstance(content, bytes):
        yield content
        return
    with content.open("rb") as file:
        while some := file.read(CHUNK):
            yield some


def measure(pieces: Iterable[bytes]) -> Measure:
    """Size and digest of bytes that come piece by piece."""
    size, digest = 0, hashlib.sha256()
    for piece in pieces:
        size += len(piece)
        digest.update(piece)
    return Measure(size, digest.hexdigest())


def write_zip(out: IO[bytes], members: Iterable[tuple[str, int, Iterable[bytes]]]) -> None:
    """Writes the container of these members (name, size, bytes) into a file that can be sought in."""
    with ZipFile(out, "w", ZIP_STORED) as archive:
        for name, size, pieces in sorted(members, key=lambda each: each[0]):
            entry = ZipInfo(name, _NEW_YEAR_1980)
            entry.create_system, entry.external_attr, entry.file_size = _UNIX, _REGULAR_FILE, size
            with archive.open(entry, "w") as target:
                for piece in pieces:
                    target.write(piece)


def opened(file: IO[bytes], size: int) -> ZipFile:
    """A pack of `size` bytes, to read from. Raises `NoPack` for what casectl does not write: no zip file, compressed or
    encrypted members, or more in them than there is."""
    try:
        archive = ZipFile(file)
    except (BadZipFile, ValueError, OSError, NotImplementedError) as wrong:
        raise NoPack(f"this is no zip file, or its directory is broken: {wrong}") from None
    for entry in archive.infolist():
        if entry.compress_type != ZIP_STORED or entry.compress_size != entry.file_size:
            told = f"{entry.file_size} bytes would come out of {entry.compress_size}"
            raise NoPack(f"'{entry.orig_filename}' is compressed, and no member of a pack is: {told}")
        if entry.flag_bits & _ENCRYPTED:
            raise NoPack(f"'{entry.orig_filename}' is encrypted, and no member of a pack is")
    if sum(entry.file_size for entry in archive.infolist()) > size:
        raise NoPack("its members hold more than the file does: they overlap")
    return archive


def pieces_of(archive: ZipFile, entry: ZipInfo) -> Iterator[bytes]:
    """The bytes of a member, piece by piece, up to where they stop being what the container says of them."""
    try:
        with archive.open(entry) as member:
            while piece := member.read(CHUNK):
                yield piece
    except (BadZipFile, ValueError, OSError, EOFError, NotImplementedError):
        return
