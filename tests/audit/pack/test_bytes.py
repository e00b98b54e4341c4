"""The same commit and the same inputs give the same bytes: in any clone, however it is kept and called."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.audit.pack.packing import PERIOD, Pack
from tests.cli.conftest import Terminal

SOURCE = str(Path(__file__).resolve().parents[3])
HOSTILE = (
    ("pack.window", "50"),
    ("pack.depth", "3"),
    ("pack.compression", "1"),
    ("pack.threads", "4"),
    ("pack.useBitmaps", "true"),
    ("pack.island", "refs/heads/"),
    ("pack.packSizeLimit", "1k"),
    ("core.compression", "0"),
    ("core.looseCompression", "9"),
    ("core.bigFileThreshold", "1"),
    ("core.quotePath", "true"),
    ("core.autocrlf", "true"),
    ("diff.renames", "copies"),
    ("diff.orderFile", "nowhere"),
    ("diff.algorithm", "patience"),
    ("log.showSignature", "true"),
    ("log.date", "human"),
    ("log.mailmap", "true"),
    ("log.follow", "true"),
    ("i18n.logOutputEncoding", "ISO-8859-1"),
    ("i18n.commitEncoding", "ISO-8859-1"),
    ("format.pretty", "oneline"),
    ("gc.auto", "1"),
)


def packed(clone: Path, out: Path, *words: str, **env: str) -> bytes:
    """What a process of its own makes of a clone."""
    command = [sys.executable, "-m", "casectl", "-C", str(clone), "audit", "pack", "--out", str(out), *words]
    done = subprocess.run(command, env={**os.environ, "PYTHONPATH": SOURCE, **env}, capture_output=True, text=True)
    print(done.stdout, done.stderr)
    assert done.returncode == 0
    return out.read_bytes()


def test_a_clone_of_another_kind_in_another_place_makes_the_same_file(told: Terminal, pack: Pack, place: Path) -> None:
    tidy, wild = place / "tidy", place / "a long way" / "wild"
    told.git("clone", "-q", "--no-local", str(told.root), str(tidy))
    otherwise = ("-c", "pack.compression=1", "repack", "-q", "-a", "-d", "-b", "-F", "--depth=2", "--window=2")
    for words in (("gc", "-q"), otherwise, ("commit-graph", "write")):
        subprocess.run(["git", "-C", str(tidy), *words], check=True, capture_output=True)
    wild.parent.mkdir()
    shutil.copytree(told.root, wild)
    loosen(wild)
    for key, value in HOSTILE:
        subprocess.run(["git", "-C", str(wild), "config", key, value], check=True)
    (wild / ".mailmap").write_text("Nobody <nobody@example.com> <sam@desk.example>\n")
    (wild / ".git" / "info" / "attributes").write_text("* -delta text eol=crlf\n")
    tip = subprocess.run(["git", "-C", str(wild), "rev-parse", "HEAD"], capture_output=True, text=True, check=True)
    subprocess.run(["git", "-C", str(wild), "replace", "HEAD~2", "HEAD~3"], check=True)
    subprocess.run(["git", "-C", str(wild), "branch", "-m", "elsewhere"], check=True)
    first = packed(tidy, place / "1.zip", *PERIOD, TZ="Pacific/Auckland", LC_ALL="C")
    second = packed(
        wild,
        place / "2.zip",
        "--at",
        tip.stdout.strip(),
        *PERIOD,
        TZ="America/St_Johns",
        LC_ALL="tr_TR.UTF-8",
        LANG="tr_TR",
    )
    assert first == second == pack.path.read_bytes()


def loosen(clone: Path) -> None:
    """Every object of the clone by itself in a file."""
    folder = clone / ".git" / "objects" / "pack"
    for held in folder.glob("*.pack"):
        away = clone.parent / held.name
        held.rename(away)
        with away.open("rb") as file:
            subprocess.run(["git", "-C", str(clone), "unpack-objects", "-q"], stdin=file, check=True)
    assert not list(folder.glob("*.pack"))


def test_a_pack_says_when_in_no_byte_of_its_own(pack: Pack) -> None:
    with zipfile.ZipFile(pack.path) as file:
        infos = file.infolist()
        assert file.testzip() is None
        assert file.comment == b""
    assert [each.filename for each in infos] == sorted(each.filename for each in infos)
    assert {each.date_time for each in infos} == {(1980, 1, 1, 0, 0, 0)}
    assert {each.external_attr >> 16 for each in infos} == {0o100644}
    assert {(each.compress_type, each.extra, each.comment) for each in infos} == {(zipfile.ZIP_STORED, b"", b"")}


def test_texts_are_utf8_with_plain_line_ends(pack: Pack) -> None:
    for name, content in pack.members.items():
        if name != "history.bundle":
            assert b"\r" not in content, name
            assert content.decode().endswith("\n") or not content, name


def test_unzip_takes_it(pack: Pack, place: Path) -> None:
    program = shutil.which("unzip")
    if program is None:
        pytest.skip("there is no unzip here")
    subprocess.run([program, "-q", str(pack.path), "-d", str(place)], check=True)
    found = {path.relative_to(place).as_posix(): path.read_bytes() for path in place.rglob("*") if path.is_file()}
    assert found == pack.members


def test_a_sha256_repository_has_a_pack_too(told: Terminal, place: Path) -> None:
    """Its bundle is of version 3, and clones with plain git."""
    new = place / "new"
    subprocess.run(["git", "init", "-q", "--object-format=sha256", str(new)], check=True)
    shutil.copytree(told.root / "policies", new / "policies")
    shutil.copytree(told.root / "cases", new / "cases")
    subprocess.run(["git", "-C", str(new), "add", "-A"], check=True)
    subprocess.run(["git", "-C", str(new), "commit", "-qm", "All at once"], check=True)
    packed(new, place / "p.zip")
    folder = Pack(place / "p.zip").unzipped(place / "open")
    assert (folder / "history.bundle").read_bytes().startswith(b"# v3 git bundle\n@object-format=sha256\n")
    subprocess.run(["git", "clone", "-q", str(folder / "history.bundle"), str(place / "clone")], check=True)
    told.run("audit", "verify", str(place / "p.zip"), "--recompute")
