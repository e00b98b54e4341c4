"""`casectl attach`: files from disk or standard input, and what is no file."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.cli.conftest import Terminal


@pytest.fixture
def case(desk: Terminal) -> str:
    return desk.open(at="09:00")


def given(desk: Terminal, name: str = "router.log", content: bytes = b"line is down\n") -> Path:
    path = desk.home / name
    path.write_bytes(content)
    return path


def test_a_file_is_kept_beside_its_case_and_shown(desk: Terminal, case: str) -> None:
    said = desk.run("attach", case, str(given(desk, content=b"x" * 3000)), "-m", "From the router.", at="09:05")
    assert said.out.startswith(f"{case} attach: router.log [")
    assert (desk.root / "cases/2026/11/23" / f"{case}.files" / "router.log").read_bytes() == b"x" * 3000
    assert "attachment router.log, 2 KiB: From the router." in desk.run("show", case).out
    (entry,) = [one for one in desk.run("show", case, "-o", "json").json["log"] if one["kind"] == "attachment"]
    assert (entry["file"], entry["bytes"], len(entry["sha256"])) == ("router.log", 3000, 64)
    assert desk.files() == ""


def test_several_at_once_and_one_from_standard_input(desk: Terminal, case: str) -> None:
    desk.run("attach", case, str(given(desk)), str(given(desk, "b.txt")), at="09:05")
    desk.run("attach", case, "-", "--as", "typed.txt", stdin=b"typed\x00\r\n", at="09:06")
    folder = desk.root / "cases/2026/11/23" / f"{case}.files"
    assert sorted(path.name for path in folder.iterdir()) == ["b.txt", "router.log", "typed.txt"]
    assert (folder / "typed.txt").read_bytes() == b"typed\x00\r\n"


@pytest.mark.parametrize("kind", ["missing", "folder", "pipe", "nothing"])
def test_what_is_no_file_is_refused_in_one_line(desk: Terminal, case: str, kind: str) -> None:
    path = desk.home / kind
    if kind == "folder":
        path.mkdir()
    if kind == "pipe":
        os.mkfifo(path)
    if kind == "nothing":
        path.touch()
    before = desk.commits()
    said = desk.run("attach", case, str(path), code=4 if kind == "missing" else 2)
    assert len(said.err.strip().splitlines()) == 2, "one line and a hint"
    assert desk.commits() == before


def test_a_file_over_the_cap_is_refused(desk: Terminal, case: str) -> None:
    big = given(desk, "big.bin", b"x" * (10 * 1024 * 1024 + 1))
    assert "'big.bin' is larger than 10 MiB" in desk.run("attach", case, str(big), code=2).err


def test_a_hostile_name_on_disk_is_refused(desk: Terminal, case: str) -> None:
    hostile = given(desk, "a\x1b[2Jb")
    said = desk.run("attach", case, str(hostile), code=2)
    assert "\x1b" not in said.err
    assert "--as NAME" in said.err


def test_json_tells_the_entries(desk: Terminal, case: str) -> None:
    answer = json.loads(desk.run("attach", case, str(given(desk)), "-o", "json").out)
    assert len(answer["entries"]) == 1
    assert answer["verb"] == "attach"


def test_nothing_that_reads_is_disturbed_by_a_file_that_looks_like_a_case(desk: Terminal, case: str) -> None:
    twin = given(desk, "ABC-261123-00000.yaml", (desk.root / f"cases/2026/11/23/{case}.yaml").read_bytes())
    desk.run("attach", case, str(twin), at="09:05")
    assert [row["id"] for row in desk.run("list", "-o", "json").json["rows"]] == [case]
    assert [one["id"] for one in desk.run("sla", "-o", "json").json["cases"]] == [case]
    desk.run("log", case)
    desk.run("report", "breaches", at="09:06")
    assert case in desk.run("take", at="09:10").out


def test_what_was_taken_back_is_marked_and_may_be_attached_again(desk: Terminal, case: str) -> None:
    path = given(desk)
    desk.run("attach", case, str(path), at="09:05")
    desk.run("undo", case, "--reason", "The wrong case.", at="09:06")
    assert "taken back: attachment router.log" in desk.run("show", case).out
    path.write_bytes(b"another line\n")
    assert "is there already, with another content" in desk.run("attach", case, str(path), code=5, at="09:07").err
    path.write_bytes(b"line is down\n")
    desk.run("attach", case, str(path), at="09:08")
    assert desk.run("show", case).out.count("attachment router.log") == 2
    assert "is attached to" in desk.run("attach", case, str(path), code=5, at="09:09").err
    assert desk.files() == ""
