"""Whether a pack is as it was made: its members against its two lists, the lists against each other, and the container
against what the members make. Nothing that the file says is trusted further than it can be checked.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryFile
from types import MappingProxyType
from typing import IO, Any, NamedTuple
from zipfile import ZipFile, ZipInfo

from casectl.audit.pack.manifest import BUNDLE, MANIFEST, SCHEMA, SUMS, inputs_of, sums, versions_of
from casectl.audit.pack.zipped import CHUNK, Measure, NoPack, compressed, measure, opened, pieces_of, write_zip
from casectl.model.problems import CasectlError, NotFound
from casectl.store.bundle import bundled_commit
from casectl.store.policy_bytes import is_plain_name

MOST_LIST_BYTES = 64 << 20
"""Of a manifest or list of sums; more would only be read to be refused."""
_SUM = re.compile(r"([0-9a-f]{64})  (.+)")
_LISTS = (MANIFEST, SUMS)
Members = Mapping[str, ZipInfo]
_BUNDLE_HEAD_BYTES = 1024


class Finding(NamedTuple):
    """What is wrong with one file of a pack; `name` is the pack's own where it is about the container."""

    name: str
    what: str


class Verdict(NamedTuple):
    """What was found; a pack without findings is as it was made."""

    findings: tuple[Finding, ...]
    files: int = 0
    sha256: str = ""
    """Of the whole file."""
    manifest: Mapping[str, Any] | None = None
    """As it is in the pack; None where it cannot be read."""
    notes: tuple[str, ...] = ()
    measures: Mapping[str, Measure] = MappingProxyType({})

    @property
    def commit(self) -> str:
        """The commit that the manifest names."""
        return str((self.manifest or {}).get("commit", ""))


def verify_pack(path: Path) -> Verdict:
    """Everything that can be told from the file alone. Raises `NotFound` for none, `CasectlError` for no file."""
    if not path.exists():
        raise NotFound(f"there is no file {path}")
    if not path.is_file():
        raise CasectlError(f"{path} is no regular file", "the pack as it was made: PACK.zip")
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        try:
            archive = opened(file, path.stat().st_size)
        except NoPack as mistake:
            return Verdict((Finding(path.name, mistake.message),), sha256=digest)
        verdict = _verdict(archive)
        around = _compressed(path.name, archive)
        if not verdict.findings and not around:
            around = tuple(_container(file, path.name, archive, verdict.measures))
        return verdict._replace(findings=(*around, *verdict.findings), sha256=digest)


def _verdict(archive: ZipFile) -> Verdict:
    """What the members say of themselves and of each other."""
    names = [entry.orig_filename for entry in archive.infolist()]
    members = dict(zip(names, archive.infolist(), strict=True))
    measures = {name: measure(pieces_of(archive, entry)) for name, entry in members.items()}
    findings = [*_names(names)]
    told, mistakes = _read_manifest(archive, members)
    findings += mistakes
    summed, mistakes = _read_sums(archive, members)
    findings += mistakes
    findings += _held_against(measures, told, summed)
    findings += _lists_themselves(archive, measures, told, summed, bool(findings))
    findings += _bundle(archive, members, told)
    return Verdict(tuple(dict.fromkeys(findings)), len(names), "", told, measures=measures)


def _names(names: Iterable[str]) -> Iterator[Finding]:
    """Names that stand twice, and such as lead somewhere else when a pack is unzipped."""
    for name, times in Counter(names).items():
        if times > 1:
            yield Finding(name, f"is in the pack {times} times")
        parts = name.split("/")
        if name.startswith("/") or "\\" in name or {"", ".", ".."} & set(parts) or ":" in parts[0]:
            yield Finding(name, "is a path that leads out of the folder it is unzipped into")
        elif not is_plain_name(name):
            yield Finding(name, "holds characters that no file of a pack has in its name")


def _read_list(archive: ZipFile, members: Members, name: str) -> bytes | Finding:
    entry = members.get(name)
    if entry is None:
        return Finding(name, "is missing")
    if entry.file_size > MOST_LIST_BYTES:
        return Finding(name, f"is larger than {MOST_LIST_BYTES >> 20} MiB")
    return b"".join(pieces_of(archive, entry))


def _read_manifest(archive: ZipFile, members: Members) -> tuple[dict[str, Any] | None, tuple[Finding, ...]]:
    content = _read_list(archive, members, MANIFEST)
    if isinstance(content, Finding):
        return None, (content,)
    try:
        document = json.loads(content)
        if not isinstance(document, dict) or document.get("schema") != SCHEMA:
            raise ValueError(f"its schema is not {SCHEMA}")
        if not re.fullmatch("[0-9a-f]{40}(?:[0-9a-f]{24})?", str(document.get("commit"))):
            raise ValueError("it names no commit")
        inputs_of(document)
        for name, each in _files_of(document).items():
            if not isinstance(each, dict) or set(each) != {"sha256", "bytes"}:
                raise ValueError(f"of {name} it says something else than sha256 and bytes")
        versions_of(document)
    except (ValueError, TypeError, AttributeError, RecursionError) as mistake:
        return None, (Finding(MANIFEST, f"cannot be read: {mistake}"),)
    return document, ()


def _files_of(document: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = document["files"] if isinstance(document.get("files"), dict) else {}
    return found


def _read_sums(archive: ZipFile, members: Members) -> tuple[dict[str, str] | None, tuple[Finding, ...]]:
    content = _read_list(archive, members, SUMS)
    if isinstance(content, Finding):
        return None, (content,)
    found: dict[str, str] = {}
    for number, line in enumerate(content.decode(errors="backslashreplace").split("\n")[:-1], 1):
        match = _SUM.fullmatch(line)
        if match is None or match[2] in found:
            return None, (Finding(SUMS, f"line {number} is no sum, or names a file for the second time"),)
        found[match[2]] = match[1]
    return found, ()


def _held_against(
    measures: Mapping[str, Measure], told: Mapping[str, Any] | None, summed: Mapping[str, str] | None
) -> Iterator[Finding]:
    """Each file against both lists. Where one of them agrees with the file, it is the other that was changed."""
    files = _files_of(told) if told is not None else {}
    names = {*measures, *files, *(summed or {})} - set(_LISTS)
    for name in sorted(names):
        sayings = {MANIFEST: files.get(name, {}).get("sha256") if told is not None else None}
        sayings[SUMS] = summed.get(name) if summed is not None else None
        known = [each for each, read in ((MANIFEST, told), (SUMS, summed)) if read is not None]
        yield from _one(name, measures.get(name), {each: sayings[each] for each in known})
        size, found = files.get(name, {}).get("bytes"), measures.get(name)
        if found is not None and sayings.get(MANIFEST) == found.sha256 and size != found.size:
            yield Finding(MANIFEST, f"says that {name} has {size} bytes, and it has {found.size}")


def _one(name: str, found: Measure | None, sayings: Mapping[str, str | None]) -> Iterator[Finding]:
    listed_in = [each for each, digest in sayings.items() if digest is not None]
    if found is None:
        yield Finding(name, f"is missing; {' and '.join(listed_in)} {'names' if len(listed_in) == 1 else 'name'} it")
    elif sayings and not listed_in:
        yield Finding(name, f"was added: {' and '.join(sayings)} do not name it")
    agree = [each for each in listed_in if found is not None and sayings[each] == found.sha256]
    if found is not None and listed_in and not agree:
        yield Finding(name, "differs: its content is not what was packed")
    for each in sayings:
        if each not in agree and (agree or (found is None and each not in listed_in)):
            yield Finding(each, f"differs: it does not say of {name} what the pack was made with")


def _lists_themselves(
    archive: ZipFile,
    measures: Mapping[str, Measure],
    told: Mapping[str, Any] | None,
    summed: Mapping[str, str] | None,
    found_already: bool,
) -> Iterator[Finding]:
    """The manifest by its own sum, and the list of sums by the one form that it has."""
    if told is not None and summed is not None and MANIFEST in measures:
        if summed.get(MANIFEST) != measures[MANIFEST].sha256:
            yield Finding(MANIFEST, f"differs from its sum in {SUMS}: one of the two was changed")
            yield Finding(SUMS, f"differs from {MANIFEST}: one of the two was changed")
        elif not found_already:
            form = sums({name: each for name, each in measures.items() if name != SUMS})
            if b"".join(pieces_of(archive, archive.getinfo(SUMS))) != form:
                yield Finding(SUMS, "differs: it is not written as a pack's is")
    elif summed is not None and MANIFEST in measures and summed.get(MANIFEST) != measures[MANIFEST].sha256:
        yield Finding(MANIFEST, f"differs from its sum in {SUMS}")


def _bundle(archive: ZipFile, members: Members, told: Mapping[str, Any] | None) -> Iterator[Finding]:
    if BUNDLE not in members:
        yield Finding(BUNDLE, "is missing; everything else follows from it")
        return
    if told is None:
        return
    head = next(pieces_of(archive, members[BUNDLE]), b"")[:_BUNDLE_HEAD_BYTES]
    if bundled_commit(head) != told["commit"]:
        yield Finding(BUNDLE, f"is not the history of the commit that {MANIFEST} names")


def _compressed(own_name: str, archive: ZipFile) -> tuple[Finding, ...]:
    """Whoever zips a pack anew leaves its members as they were: each is read all the same."""
    names = compressed(archive)
    more = f" and {len(names) - 1} more are" if len(names) > 1 else " is"
    return (Finding(own_name, f"'{names[0]}'{more} compressed, and no member of a pack is"),) if names else ()


def _container(file: IO[bytes], own_name: str, archive: ZipFile, measures: Mapping[str, Measure]) -> Iterator[Finding]:
    """The bytes between the members, held against those that casectl would write around them."""
    members = [(name, measures[name].size, pieces_of(archive, archive.getinfo(name))) for name in measures]
    with TemporaryFile() as again:
        write_zip(again, members)
        at = _first_difference(file, again)
        if at is None:
            return
        with ZipFile(again) as wanted:
            begun = [entry for entry in wanted.infolist() if entry.header_offset <= at < wanted.start_dir]
    if begun:
        yield Finding(begun[-1].orig_filename, "the zip's header of this file was changed")
    else:
        yield Finding(own_name, f"the zip's directory was changed, from byte {at} on")


def _first_difference(one: IO[bytes], other: IO[bytes]) -> int | None:
    """Where two files begin to differ; None for two alike."""
    one.seek(0)
    other.seek(0)
    at = 0
    while True:
        mine, yours = one.read(CHUNK), other.read(CHUNK)
        if mine != yours:
            shared = zip(mine, yours, strict=False)
            return at + next((place for place, pair in enumerate(shared) if pair[0] != pair[1]),
                             min(len(mine), len(yours)))  # fmt: skip
        if not mine:
            return None
        at += len(mine)
