"""The container of a pack: a zip file of which every byte follows from its members.

Stored, never compressed (compressors differ); sorted by name; every date is 1980-01-01, every mode the same. So two
packs with the same members are the same file, and a byte between the members cannot be changed unseen.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, NamedTuple
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from casectl.model.problems import CasectlError

CHUNK = 1 << 20

_NEW_YEAR_1980 = (1980, 1, 1, 0, 0, 0)
_UNIX = 3
_REGULAR_FILE = 0o100644 << 16
_ENCRYPTED = 0x1
_MOST_TIMES = 100
"""How much larger than the file its members may be: a pack that was zipped anew is read, a bomb is not."""


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
    """A pack of `size` bytes, to read from. Raises `NoPack` for what nothing is read from: no zip file, encrypted
    members, and more in them than a pack of that size can hold."""
    try:
        archive = ZipFile(file)
    except (BadZipFile, ValueError, OSError, NotImplementedError) as wrong:
        raise NoPack(f"this is no zip file, or its directory is broken: {wrong}") from None
    entries = archive.infolist()
    for entry in entries:
        if entry.compress_type not in (ZIP_STORED, ZIP_DEFLATED) or entry.flag_bits & _ENCRYPTED:
            raise NoPack(f"'{entry.orig_filename}' is encrypted or compressed, and no member of a pack is")
    if sum(entry.compress_size for entry in entries) > size:
        raise NoPack("its members hold more than the file does: they overlap")
    if sum(entry.file_size for entry in entries) > size * _MOST_TIMES:
        raise NoPack(f"its members are compressed to less than one part in {_MOST_TIMES}, and no member of a pack is")
    return archive


def compressed(archive: ZipFile) -> list[str]:
    """The members that are not stored as they are, as every member of a pack is."""
    return [each.orig_filename for each in archive.infolist() if each.compress_type != ZIP_STORED]


def pieces_of(archive: ZipFile, entry: ZipInfo) -> Iterator[bytes]:
    """The bytes of a member, piece by piece, up to where they stop being what the container says of them."""
    try:
        with archive.open(entry) as member:
            while piece := member.read(CHUNK):
                yield piece
    except (BadZipFile, ValueError, OSError, EOFError, NotImplementedError, zlib.error):
        return
