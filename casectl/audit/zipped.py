"""The container of a pack: a zip file of which every byte follows from its members.

Stored, never compressed (compressors differ); sorted by name; every date is 1980-01-01, every mode the same; no extra
fields, no comments, no 64-bit records. So two packs with the same members are the same file, and a byte between the
members cannot be changed unseen. The format is PKWARE's APPNOTE 6.3.
"""

from __future__ import annotations

import hashlib
import struct
import zlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO, NamedTuple

from casectl.model.problems import CasectlError

CHUNK = 1 << 20
MOST_BYTES = (1 << 32) - 1
MOST_MEMBERS = (1 << 16) - 1

_LOCAL, _CENTRAL, _END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
_LOCAL_BYTES, _CENTRAL_BYTES, _END_BYTES = 30, 46, 22
_VERSION, _STORED, _MIDNIGHT, _NEW_YEAR_1980 = 20, 0, 0, 0x21
_UNIX_VERSION = 3 << 8 | _VERSION
_REGULAR_FILE = 0o100644 << 16
_NAME_IS_UTF8 = 0x800


class Member(NamedTuple):
    """One file to pack: its name, and its bytes or the file on disk that holds them."""

    name: str
    content: bytes | Path


class Measure(NamedTuple):
    """What is known of a member's bytes."""

    size: int
    crc32: int
    sha256: str


class Stored(NamedTuple):
    """A member as a zip file has it: where its bytes begin in the file, and how many there are."""

    name: str
    start: int
    size: int


class Part(NamedTuple):
    """Bytes as the container ought to have them: of a member's `header`, its `content`, its `entry` in the directory,
    or of the `end`."""

    member: str
    what: str
    content: bytes


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
    """Size and checksums of bytes that come piece by piece."""
    size, crc, digest = 0, 0, hashlib.sha256()
    for piece in pieces:
        size, crc = size + len(piece), zlib.crc32(piece, crc)
        digest.update(piece)
    return Measure(size, crc, digest.hexdigest())


def laid_out(members: Sequence[tuple[str, Measure, Iterable[bytes]]]) -> Iterator[Part]:
    """The container of measured members, which come sorted by name; their bytes are asked for one after the other.

    Raises `CasectlError` for more than a zip file without 64-bit records holds.
    """
    total = sum(found.size + 2 * len(name.encode()) + _LOCAL_BYTES + _CENTRAL_BYTES for name, found, _ in members)
    if total > MOST_BYTES - _END_BYTES or len(members) > MOST_MEMBERS:
        hint = "narrow it: --desk, a smaller --sample"
        raise CasectlError("a pack holds 4 GiB and 65,535 files at most, and this would be more", hint)
    at = 0
    directory: list[Part] = []
    for name, found, pieces in members:
        spelt = name.encode()
        shared = _shared(spelt, found)
        yield Part(name, "header", _LOCAL + shared + spelt)
        for piece in pieces:
            yield Part(name, "content", piece)
        entry = struct.pack("<HHHII", 0, 0, 0, _REGULAR_FILE, at)
        head = _CENTRAL + struct.pack("<H", _UNIX_VERSION) + shared + entry
        directory.append(Part(name, "entry", head + spelt))
        at += _LOCAL_BYTES + len(spelt) + found.size
    yield from directory
    length, count = sum(len(part.content) for part in directory), len(directory)
    yield Part("", "end", _END + struct.pack("<HHHHIIH", 0, 0, count, count, length, at, 0))


def _shared(spelt: bytes, found: Measure) -> bytes:
    """What a member's header and its entry in the directory have in common."""
    flags = 0 if spelt.isascii() else _NAME_IS_UTF8
    return struct.pack(
        "<HHHHHIIIHH",
        _VERSION,
        flags,
        _STORED,
        _MIDNIGHT,
        _NEW_YEAR_1980,
        found.crc32,
        found.size,
        found.size,
        len(spelt),
        0,
    )


def listed(file: IO[bytes], size: int) -> list[Stored]:
    """The members of a zip file of `size` bytes, as its directory has them; two may have one name.

    Raises `NoPack` for whatever casectl does not write: anything after the end, compression, members that overlap or
    lie outside. So no member is larger than the file, however little the file may be trusted.
    """
    count, length, start = _end_of(file, size)
    file.seek(start)
    directory = file.read(length)
    found: list[Stored] = []
    at = 0
    for _ in range(count):
        stored, at = _entry(file, directory, at, start)
        found.append(stored)
    if at != length:
        raise NoPack("its directory is not as long as it says")
    _refuse_overlaps(found)
    return found


def _end_of(file: IO[bytes], size: int) -> tuple[int, int, int]:
    """Of the directory: how many entries, how many bytes, and where it begins."""
    file.seek(max(0, size - _END_BYTES))
    end = file.read(_END_BYTES)
    if size > MOST_BYTES or len(end) < _END_BYTES or not end.startswith(_END):
        raise NoPack("this is no zip file that ends as a pack does: cut short, added to, or something else")
    _, _, _, count, length, start, _ = struct.unpack("<HHHHIIH", end[4:])
    if start + length + _END_BYTES != size or count * _CENTRAL_BYTES > length:
        raise NoPack("its directory does not lie where its last bytes say")
    return count, length, start


def _entry(file: IO[bytes], directory: bytes, at: int, limit: int) -> tuple[Stored, int]:
    """One entry of the directory, and where the next one begins."""
    head = directory[at : at + _CENTRAL_BYTES]
    if len(head) < _CENTRAL_BYTES or not head.startswith(_CENTRAL):
        raise NoPack("its directory is broken")
    fields = struct.unpack("<HHHHHHIIIHHHHHII", head[4:])
    method, packed, size, spelt, extra, comment, local = (fields[at] for at in (3, 7, 8, 9, 10, 11, 15))
    name = directory[at + _CENTRAL_BYTES : at + _CENTRAL_BYTES + spelt].decode(errors="backslashreplace")
    if method != _STORED or packed != size:
        raise NoPack(f"'{name}' is compressed, and no member of a pack is: {size} bytes would come out of {packed}")
    file.seek(local)
    header = file.read(_LOCAL_BYTES)
    lengths = struct.unpack("<HH", header[26:]) if len(header) == _LOCAL_BYTES else (0, 0)
    begin = local + _LOCAL_BYTES + sum(lengths)
    if not header.startswith(_LOCAL) or begin + size > limit:
        raise NoPack(f"'{name}' does not lie where the directory says")
    return Stored(name, begin, size), at + _CENTRAL_BYTES + spelt + extra + comment


def _refuse_overlaps(members: list[Stored]) -> None:
    last = 0
    for member in sorted(members, key=lambda each: (each.start, each.size)):
        if member.start < last:
            raise NoPack(f"'{member.name}' overlaps with another member")
        last = member.start + member.size


def pieces_of(file: IO[bytes], member: Stored) -> Iterator[bytes]:
    """The bytes of a member, piece by piece; others may read the file in between."""
    at, end = member.start, member.start + member.size
    while at < end:
        file.seek(at)
        piece = file.read(min(CHUNK, end - at))
        if not piece:
            return
        at += len(piece)
        yield piece
