"""A pack is as it was made, or the file that is not is named; and nothing in a hostile one is believed."""

from __future__ import annotations

import hashlib
import json
import shutil
import struct
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from casectl.audit.pack.verify import verify_pack
from casectl.audit.pack.zipped import write_zip
from tests.audit.pack.packing import Pack
from tests.cli.conftest import Terminal

VERSIONS = {"casectl": "1", "python": "3", "git": "2", "tzdata": "2026a", "cryptography": None}


def remade(members: dict[str, bytes], path: Path) -> Path:
    """A container as casectl writes it, of whatever members."""
    return contained(list(members.items()), path)


def contained(members: list[tuple[str, bytes]], path: Path) -> Path:
    with path.open("wb+") as file:
        write_zip(file, [(name, len(content), [content]) for name, content in members])
    return path


def spans(path: Path) -> dict[str, range]:
    """Where the bytes of each member lie in the file."""
    with zipfile.ZipFile(path) as archive:
        begins = {each.filename: each.header_offset + 30 + len(each.filename.encode()) for each in archive.infolist()}
        return {name: range(at, at + archive.getinfo(name).file_size) for name, at in begins.items()}


def listed_anew(members: dict[str, bytes]) -> dict[str, bytes]:
    """The members with both lists made to fit them, as a forger would."""
    kept = {name: content for name, content in members.items() if name not in ("manifest.json", "SHA256SUMS")}
    manifest = json.loads(members["manifest.json"])
    manifest["files"] = {
        name: {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
        for name, content in sorted(kept.items())
    }
    kept["manifest.json"] = (json.dumps(manifest, indent=2) + "\n").encode()
    lines = [f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in sorted(kept.items())]
    return {**kept, "SHA256SUMS": "".join(lines).encode()}


def named(path: Path) -> set[str]:
    """The files that something is found about."""
    return {finding.name for finding in verify_pack(path).findings}


def test_a_pack_is_as_it_was_made(pack: Pack, terminal: Terminal) -> None:
    said = terminal.run("audit", "verify", str(pack.path))
    assert f"{len(pack.members)} files, their sums agree; --recompute makes them again from the history\n" in said.out
    assert pack.manifest["commit"] in said.out
    assert hashlib.sha256(pack.path.read_bytes()).hexdigest() in said.out


def test_and_comes_out_the_same_when_made_again(pack: Pack, terminal: Terminal) -> None:
    said = terminal.run("audit", "verify", str(pack.path), "--recompute")
    assert "made again from its history, byte for byte" in said.out
    assert said.err == ""


@pytest.mark.parametrize("where", ["first", "middle", "last"])
def test_one_flipped_byte_in_any_member_is_named(pack: Pack, place: Path, where: str) -> None:
    """In each member in turn, in the file as it lies on the disk."""
    whole = pack.path.read_bytes()
    members = spans(pack.path)
    assert members.keys() == pack.members.keys()
    for name, span in members.items():
        if not span:
            continue
        at = span[{"first": 0, "middle": len(span) // 2, "last": -1}[where]]
        changed = bytearray(whole)
        changed[at] ^= 0x01
        (place / "p.zip").write_bytes(changed)
        assert name in named(place / "p.zip"), f"{name}, byte {at - span[0]}"


def test_one_flipped_byte_between_the_members_is_noticed(pack: Pack, place: Path) -> None:
    """Headers, directory, end: all that is in the file and in no member."""
    whole = pack.path.read_bytes()
    inside = {at for span in spans(pack.path).values() for at in span}
    between = [at for at in range(len(whole)) if at not in inside]
    for at in between[:: max(1, len(between) // 200)] + between[-22:]:
        changed = bytearray(whole)
        changed[at] ^= 0x01
        (place / "p.zip").write_bytes(changed)
        assert named(place / "p.zip"), f"byte {at}"


@pytest.mark.parametrize(
    "change", [lambda text: text.replace(b'"seed": "1"', b'"seed": "2"'), lambda text: text + b" "]
)
def test_a_manifest_that_was_changed_is_named(pack: Pack, place: Path, change: Callable[[bytes], bytes]) -> None:
    members = pack.members
    members["manifest.json"] = change(members["manifest.json"])
    assert "manifest.json" in named(remade(members, place / "p.zip"))


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace(b"a", b"b", 1),
        lambda text: text.replace(b"  cases.csv", b"  casez.csv"),
        lambda text: b"".join(sorted(text.splitlines(keepends=True), reverse=True)),
        lambda text: text.removesuffix(b"\n"),
        lambda text: text + b"\n",
        lambda text: text.replace(b"  cases.csv", b" *cases.csv"),
        lambda text: text + text.splitlines(keepends=True)[0],
        lambda text: b"",
    ],
    ids=["a digit", "a name", "the order", "no last line end", "an empty line", "binary mode", "a line twice", "empty"],
)
def test_a_list_of_sums_that_was_changed_is_named(pack: Pack, place: Path, change: Callable[[bytes], bytes]) -> None:
    members = pack.members
    members["SHA256SUMS"] = change(members["SHA256SUMS"])
    assert "SHA256SUMS" in named(remade(members, place / "p.zip"))


def test_the_one_list_that_was_changed_is_told_from_the_other(pack: Pack, place: Path) -> None:
    members = pack.members
    digest = hashlib.sha256(members["cases.csv"]).hexdigest().encode()
    members["SHA256SUMS"] = members["SHA256SUMS"].replace(digest, digest[::-1])
    assert named(remade(members, place / "p.zip")) == {"SHA256SUMS"}


def test_members_that_are_missing_or_were_added_are_named(pack: Pack, place: Path) -> None:
    members = pack.members
    del members["claims.csv"]
    members["extra.txt"] = b"hello\n"
    what = {finding.name: finding.what for finding in verify_pack(remade(members, place / "p.zip")).findings}
    assert "is missing" in what["claims.csv"]
    assert "was added" in what["extra.txt"]
    assert set(what) == {"claims.csv", "extra.txt"}


def test_a_pack_without_its_history_is_none(pack: Pack, place: Path) -> None:
    members = pack.members
    del members["history.bundle"]
    assert named(remade(listed_anew(members), place / "p.zip")) == {"history.bundle"}


@pytest.mark.parametrize("name", ["manifest.json", "SHA256SUMS"])
def test_a_list_that_is_missing_is_named(pack: Pack, place: Path, name: str) -> None:
    members = pack.members
    del members[name]
    assert name in named(remade(members, place / "p.zip"))


@pytest.mark.parametrize(
    "name", ["../evil.txt", "/etc/evil", "a/../../b", "a\\..\\b", "C:/evil", "a//b", "./a", "bell\x07", "\x1b[31mred"]
)
def test_a_name_that_leads_elsewhere_is_named(pack: Pack, place: Path, name: str, terminal: Terminal) -> None:
    members = listed_anew({**pack.members, name: b"x"})
    path = remade(members, place / "p.zip")
    assert name in named(path)
    said = terminal.run("audit", "verify", str(path), code=3)
    assert "\x1b" not in said.out
    assert "\x07" not in said.out


def test_one_name_twice_is_named(pack: Pack, place: Path) -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        path = contained([*pack.members.items(), ("cases.csv", b"another\n")], place / "p.zip")
    assert "cases.csv" in named(path)


@pytest.mark.parametrize("cut", [False, True], ids=["whole", "cut"])
def test_a_pack_that_was_zipped_anew_is_read_all_the_same(pack: Pack, place: Path, cut: bool) -> None:
    """As whoever unzips a pack and zips the folder makes one: what differs in it is named beside."""
    members = pack.members
    members["findings.csv"] = members["findings.csv"][:-20] if cut else members["findings.csv"]
    with zipfile.ZipFile(place / "p.zip", "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            file.writestr(name, content)
    what = {finding.name: finding.what for finding in verify_pack(place / "p.zip").findings}
    assert what.keys() == ({"p.zip", "findings.csv"} if cut else {"p.zip"})
    assert what["p.zip"] == f"'README.md' and {len(members) - 1} more are compressed, and no member of a pack is"


def test_a_bomb_is_not_unpacked(place: Path) -> None:
    path = place / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("manifest.json", b"0" * (64 << 20))
    assert path.stat().st_size < 1 << 20
    (finding,) = verify_pack(path).findings
    assert "compressed" in finding.what


def test_members_that_overlap_are_refused(pack: Pack, place: Path) -> None:
    """As in the bombs whose entries all point at the same bytes."""
    whole = bytearray(pack.path.read_bytes())
    first = whole.index(b"PK\x01\x02")
    second = whole.index(b"PK\x01\x02", first + 4)
    whole[second + 42 : second + 46] = whole[first + 42 : first + 46]
    (place / "p.zip").write_bytes(whole)
    assert named(place / "p.zip")


@pytest.mark.parametrize(
    "content",
    [b"", b"PK", b"not a zip at all" * 10, b"PK\x05\x06" + b"\0" * 18, b"PK\x05\x06" + b"\xff" * 18],
    ids=["empty", "two bytes", "text", "no members", "a lying end"],
)
def test_what_is_no_pack_is_said_to_be_none(content: bytes, place: Path, terminal: Terminal) -> None:
    (place / "p.zip").write_bytes(content)
    said = terminal.run("audit", "verify", str(place / "p.zip"), "--recompute", code=3)
    assert said.out
    assert "unexpected" not in said.err


def test_something_added_at_either_end_is_noticed(pack: Pack, place: Path) -> None:
    whole = pack.path.read_bytes()
    for changed in (whole + b"\0", b"\0" + whole, whole[:-1], whole[1:]):
        (place / "p.zip").write_bytes(changed)
        assert named(place / "p.zip")


@pytest.mark.parametrize(
    "text",
    [
        b"[" * 100_000,
        b"{}",
        b"[]",
        b"\xff\xfe",
        b'{"schema": "casectl.evidence/1"}',
        b'{"schema": "casectl.evidence/1", "commit": "%s", "until": 5, "sample": 1, "seed": "1"}' % (b"0" * 40),
        b'{"schema": "casectl.evidence/1", "commit": "%s", "until": "2026-11-24T18:00:00+00:00", "since": null, '
        b'"audited_at": "2026-11-24T18:00:00+00:00", "desk": null, "sample": 1, "seed": "1", '
        b'"files": {"cases.csv": ["sha256", "bytes"]}}' % (b"0" * 40),
    ],
    ids=["deep", "empty", "a list", "no text", "no commit", "a number for a time", "files that are none"],
)
def test_a_manifest_that_is_none_is_said_to_be_none(pack: Pack, place: Path, text: bytes) -> None:
    members = pack.members
    members["manifest.json"] = text
    assert "manifest.json" in named(remade(members, place / "p.zip"))


def test_no_bytes_at_all_make_it_stumble(pack: Pack, place: Path) -> None:
    """Many bytes changed, cut out, put in, anywhere: it says that something is wrong, and never falls over it."""
    few = {name: pack.members[name] for name in ("cases.csv", "history.bundle", "manifest.json", "SHA256SUMS")}
    whole = remade(listed_anew(few), place / "p.zip").read_bytes()
    assert named(place / "p.zip") == set()
    chance = Random(7)
    for _ in range(400):
        changed = bytearray(whole)
        for _ in range(chance.randint(1, 6)):
            at = chance.choice([chance.randrange(len(changed)), len(changed) - 1 - chance.randrange(300)])
            how = chance.randrange(3)
            changed[at : at + (0, 1, chance.randint(1, 50))[how]] = chance.randbytes((chance.randint(1, 9), 1, 0)[how])
        (place / "p.zip").write_bytes(changed)
        assert bytes(changed) == whole or named(place / "p.zip")


def test_a_file_that_is_none(place: Path, terminal: Terminal) -> None:
    terminal.run("audit", "verify", str(place / "none.zip"), code=4)
    terminal.run("audit", "verify", str(place), code=1)


def test_a_forger_who_makes_the_lists_fit_is_found_by_making_it_again(
    pack: Pack, place: Path, terminal: Terminal
) -> None:
    members = pack.members
    members["population.csv"] = members["population.csv"].replace(b",breached,", b",met,", 1)
    path = remade(listed_anew(members), place / "p.zip")
    terminal.run("audit", "verify", str(path))
    said = terminal.run("audit", "verify", str(path), "--recompute", code=3)
    assert "population.csv: differs from what its history makes" in said.out
    assert "authority.csv" not in said.out


@pytest.mark.parametrize(
    ("name", "value"),
    [("seed", "$(touch ran)"), ("seed", "'; touch ran; '"), ("seed", ""), ("seed", 1), ("sample", -1), ("sample", True),
     ("until", "0001-01-01T00:00:00+00:00"), ("audited_at", "1969-12-31T23:59:59+00:00"),
     ("since", "9999-01-01T00:00:00+00:00"), ("versions", None), ("versions", {"git": {"a": 1}, "x": "1"}),
     ("versions", {**VERSIONS, "x": "1"}), ("versions", {**VERSIONS, "git": 2}),
     ("versions", dict(reversed(VERSIONS.items()))),
     ("desk", "acme-desk`\n```bash\ntouch ran\n```\n"), ("commit", "$(touch ran)"), ("commit", "main")],
)  # fmt: skip
def test_an_input_that_nobody_could_type_is_refused_whatever_the_lists_say(
    pack: Pack, place: Path, name: str, value: object, terminal: Terminal
) -> None:
    """The pack's README holds the inputs, and an auditor runs what it says."""
    members = pack.members
    manifest = json.loads(members["manifest.json"])
    was = str(manifest[name])
    manifest[name] = value
    members["manifest.json"] = json.dumps(manifest).encode()
    members["README.md"] = members["README.md"].replace(f"'{was}'".encode(), f"'{value}'".encode())
    path = remade(listed_anew(members), place / "p.zip")
    assert named(path) == {"manifest.json"}
    for words in ((), ("--recompute",)):
        assert "manifest.json: cannot be read" in terminal.run("audit", "verify", str(path), *words, code=3).out


@pytest.mark.parametrize("day", [b"24T18", b"26T12"], ids=["until", "audited_at"])
def test_a_period_that_never_ends_is_not_counted(pack: Pack, place: Path, terminal: Terminal, day: bytes) -> None:
    members = pack.members
    members["manifest.json"] = members["manifest.json"].replace(b"2026-11-" + day, b"9026-11-" + day)
    path = remade(listed_anew(members), place / "p.zip")
    said = terminal.run("audit", "verify", str(path), "--recompute", code=3)
    assert "a century" in said.out


def test_another_history_in_the_bundle_is_found(pack: Pack, place: Path, terminal: Terminal) -> None:
    members = pack.members
    head, _, packed = members["history.bundle"].partition(b"\n\n")
    forged = bytearray(packed)
    forged[len(forged) // 2] ^= 0x01
    members["history.bundle"] = head + b"\n\n" + bytes(forged)
    path = remade(listed_anew(members), place / "p.zip")
    said = terminal.run("audit", "verify", str(path), "--recompute", code=3)
    assert "history.bundle" in said.out
    other = pack.members
    other["history.bundle"] = other["history.bundle"].replace(pack.manifest["commit"].encode(), b"0" * 40)
    assert named(remade(listed_anew(other), place / "q.zip")) == {"history.bundle"}


def test_a_pack_of_other_versions_is_held_against_its_history_all_the_same(
    pack: Pack, place: Path, terminal: Terminal
) -> None:
    """Another git packs otherwise: what its bundle holds counts, and a note says which versions differ."""
    members = repacked(pack, place)
    manifest = json.loads(members["manifest.json"])
    for name in ("git", "casectl"):
        manifest["versions"][name] = "1.0"
    members["manifest.json"] = json.dumps(manifest).encode()
    path = remade(listed_anew(members), place / "p.zip")
    said = terminal.run("audit", "verify", str(path), "--recompute")
    assert "made with git 1.0, checked with git " in said.err
    assert "made with casectl 1.0" in said.err


def test_a_bundle_that_the_same_git_would_pack_otherwise_is_named_alone(
    pack: Pack, place: Path, terminal: Terminal
) -> None:
    path = remade(listed_anew(repacked(pack, place)), place / "p.zip")
    said = terminal.run("audit", "verify", str(path), "--recompute", code=3)
    (line,) = said.out.splitlines()
    assert line.startswith("history.bundle: holds that history, and is packed otherwise")


def repacked(pack: Pack, place: Path) -> dict[str, bytes]:
    """The members with a bundle of the same history that was packed in another way."""
    folder = pack.unzipped(place / "open")
    subprocess.run(["git", "clone", "-q", "--mirror", str(folder / "history.bundle"), str(place / "c.git")], check=True)
    git = ["git", "-C", str(place / "c.git"), "-c", "pack.compression=1"]
    asked = ["pack-objects", "-q", "--stdout", "--revs", "--no-reuse-object"]
    commit = pack.manifest["commit"].encode()
    again = subprocess.run([*git, *asked], input=commit + b"\n", capture_output=True, check=True).stdout
    members = pack.members
    head, _, packed = members["history.bundle"].partition(b"\n\n")
    assert again != packed
    members["history.bundle"] = head + b"\n\n" + again
    return members


def test_verify_needs_no_repository(pack: Pack, terminal: Terminal) -> None:
    assert not terminal.root.exists()
    shutil.copy(pack.path, terminal.home / "PACK.zip")
    terminal.run("audit", "verify", "PACK.zip", "--recompute")
    assert [each.name for each in terminal.home.iterdir() if not each.name.startswith(".")] == ["PACK.zip"]


def test_the_container_is_what_the_format_says(place: Path) -> None:
    """Held against the reader of another hand, field by field."""
    path = remade({"b.txt": b"two\n", "a.txt": b"", "ü.txt": b"three\n"}, place / "p.zip")
    with zipfile.ZipFile(path) as file:
        assert file.namelist() == ["a.txt", "b.txt", "ü.txt"]
        assert [file.read(name) for name in file.namelist()] == [b"", b"two\n", b"three\n"]
        assert [each.flag_bits for each in file.infolist()] == [0, 0, 0x800]
    assert struct.unpack("<H", path.read_bytes()[-2:]) == (0,)
