"""A text that was left out is written in the editor that the environment names, at a real terminal."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from tests.cli.at_terminal import AtTerminal
from tests.cli.conftest import Terminal


@pytest.fixture
def case(desk: Terminal) -> str:
    return desk.open(at="10:00")


def editor(tmp_path: Path, script: str, name: str = "editor") -> str:
    """A tiny editor: a shell script that gets the file as its last argument."""
    path = tmp_path / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


def last_text(desk: Terminal, case: str) -> str:
    return desk.git("show", f"HEAD:cases/2026/11/23/{case}.yaml")


def test_the_editor_s_text_is_the_note(desk: Terminal, case: str, tmp_path: Path) -> None:
    program = editor(
        tmp_path, 'cp "$1" seen; printf "Rang them.\\n# dropped\\n\\nTwice.\\n" | cat - seen > "$1"; rm seen'
    )
    assert "note: Rang them." in AtTerminal(desk, "note", case, EDITOR=program).ends()
    assert "  text: |-\n    Rang them.\n\n    Twice.\n" in last_text(desk, case)
    assert desk.files() == ""


def test_the_instructions_say_what_it_is_for(desk: Terminal, case: str, tmp_path: Path) -> None:
    seen = tmp_path / "seen"
    program = editor(tmp_path, f'cp "$1" {seen}; echo Late. > "$1"')
    AtTerminal(desk, "escalate", case, EDITOR=program).ends()
    assert "# casectl escalate" in seen.read_text()
    assert "the reason" in seen.read_text()


def test_visual_comes_before_editor_and_may_have_arguments(desk: Terminal, case: str, tmp_path: Path) -> None:
    visual = editor(tmp_path, 'echo "From $1." > "$2"', "vis ual")
    wrong = editor(tmp_path, 'echo wrong > "$1"')
    AtTerminal(desk, "note", case, VISUAL=f"'{visual}' --wait", EDITOR=wrong).ends()
    assert "text: From --wait." in last_text(desk, case)


def test_vi_where_none_is_named(desk: Terminal, case: str, tmp_path: Path) -> None:
    editor(tmp_path, 'echo "By vi." > "$1"', "vi")
    AtTerminal(desk, "note", case, PATH=f"{tmp_path}:{os.environ['PATH']}").ends()
    assert "text: By vi." in last_text(desk, case)


def test_what_was_typed_cannot_become_the_text(desk: Terminal, case: str, tmp_path: Path) -> None:
    seen, before = tmp_path / "seen", desk.commits()
    program = editor(tmp_path, f'cp "$1" {seen}')
    for strange in ("zz\nthis was never written by me", "zz\x85nor this", "zz\u2028nor that", "{what}"):
        said = AtTerminal(desk, "undo", case, strange, EDITOR=program).ends(1)
        assert "an empty text: nothing was written" in said
        assert all(line.startswith("#") for line in seen.read_text().splitlines() if line)
        assert len(seen.read_text().splitlines()) == 4
    assert desk.commits() == before


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ('rm "$1"', "the editor left no text; nothing was written"),
        ("true", "an empty text: nothing was written"),
        ('echo "# only this" > "$1"', "an empty text: nothing was written"),
        ("exit 3", "failed (exit code 3); nothing was written"),
        ("printf '\\377' > \"$1\"", "not UTF-8"),
    ],
)
def test_without_a_text_nothing_is_written(desk: Terminal, case: str, tmp_path: Path, script: str, words: str) -> None:
    before = desk.commits()
    said = AtTerminal(desk, "note", case, EDITOR=editor(tmp_path, script), TMPDIR=str(tmp_path)).ends(1)
    assert words in said
    assert (desk.commits(), desk.files()) == (before, "")
    assert not list(tmp_path.glob("casectl-*"))


def test_an_editor_that_is_not_there(desk: Terminal, case: str) -> None:
    said = AtTerminal(desk, "note", case, EDITOR="no-such-editor").ends(1)
    assert "'no-such-editor' cannot be started" in said
    assert "hint: $VISUAL or $EDITOR" in said


def test_the_repository_s_own_editor_never_runs(desk: Terminal, case: str, tmp_path: Path) -> None:
    desk.git("config", "core.editor", editor(tmp_path, 'echo "By config." > "$1"'))
    AtTerminal(desk, "note", case, EDITOR="false").ends(1)
    assert "By config." not in last_text(desk, case)


def test_a_text_is_kept_when_the_step_is_refused(desk: Terminal, case: str, tmp_path: Path) -> None:
    desk.step("resolve", case, "-m", "Done.", at="11:00")
    program = editor(tmp_path, 'echo "Ten lines of it." > "$1"')
    said = AtTerminal(desk, "resolve", case, EDITOR=program, TMPDIR=str(tmp_path)).ends(5)
    assert "what you wrote is kept in" in said
    (kept,) = tmp_path.glob("casectl-*")
    assert kept.read_text() == "Ten lines of it.\n"


@pytest.mark.parametrize("no_input", [True, False])
def test_off_a_terminal_a_missing_text_is_a_mistake(desk: Terminal, case: str, no_input: bool) -> None:
    said = AtTerminal(desk, "--no-input", "note", case).ends(2) if no_input else desk.run("note", case, code=2).err
    assert "Missing option '-m' / '--message'" in said
    assert "casectl note --help" in said


def test_what_the_editor_prints_does_not_reach_standard_output(desk: Terminal, case: str, tmp_path: Path) -> None:
    program = editor(tmp_path, 'echo "editing"; echo "A note." > "$1"')
    out = tmp_path / "out.json"
    assert "editing" in AtTerminal(desk, "note", case, "-o", "json", stdout=out, EDITOR=program).ends()
    assert out.read_text().startswith("{")
