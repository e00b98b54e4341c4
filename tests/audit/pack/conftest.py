"""Desks for audits: one that is told and packed once, and copies of it for whoever wants to change something."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.audit.pack.packing import PERIOD, Pack, Story, tell
from tests.cli.conftest import Terminal, desk, moment_of, terminal

__all__ = ["desk", "terminal"]


@pytest.fixture(scope="session")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """The desk of `packing`, made once; nobody changes it."""
    home = tmp_path_factory.mktemp("told")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(home))
        patch.setenv("GIT_CONFIG_NOSYSTEM", "1")
        patch.setenv("COLUMNS", "100")
        return tell(home, Terminal(home, home / "desk", patch))


@pytest.fixture(scope="session")
def pack(story: Story, tmp_path_factory: pytest.TempPathFactory) -> Pack:
    """Its pack."""
    target = tmp_path_factory.mktemp("packed") / "PACK.zip"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(story.home))
        there = Terminal(story.home, story.root, patch, [moment_of("2026-11-26 12:00")])
        there.run("audit", "pack", "--out", str(target), *PERIOD)
    return Pack(target)


@pytest.fixture
def told(terminal: Terminal, story: Story) -> Terminal:
    """A terminal in a copy of that desk, the day after."""
    shutil.copytree(story.root, terminal.root, symlinks=True)
    terminal.set_clock("2026-11-26 12:00")
    return terminal


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """An empty folder."""
    folder = tmp_path / "place"
    folder.mkdir()
    return folder
