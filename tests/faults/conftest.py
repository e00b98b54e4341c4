"""The same terminal as the tests of the command line, and a desk to lay baits in."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.cli.conftest import ACME, MAIL, Terminal, desk, terminal
from tests.faults.harness import Outside, copied, found_desk
from tests.faults.hostile import Answers, Baited, prepare

__all__ = ["desk", "terminal"]


@pytest.fixture(scope="session")
def _sound(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, Answers]:
    """A desk without any bait, made once: where it is, its case, what the reading commands say of it."""
    home = tmp_path_factory.mktemp("sound")
    (home / ".gitconfig").write_text(f"[user]\n\tname = Sam\n\temail = {MAIL}\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(home))
        patch.setenv("GIT_CONFIG_NOSYSTEM", "1")
        patch.setenv("COLUMNS", "100")
        there = Terminal(home, home / "desk", patch)
        case = prepare(there, ACME)
        return there.root, case, Baited(there, case, home / "ran").answers()


@pytest.fixture
def baited(terminal: Terminal, _sound: tuple[Path, str, Answers], tmp_path: Path) -> Baited:
    """A desk of its own to lay a bait in."""
    root, case, _ = _sound
    shutil.copytree(root, terminal.root, symlinks=True)
    return Baited(terminal, case, tmp_path / "ran")


@pytest.fixture
def answers_before(_sound: tuple[Path, str, Answers]) -> Answers:
    """What the reading commands say of the desk without the bait."""
    return _sound[2]


@pytest.fixture(scope="session")
def _founded(tmp_path_factory: pytest.TempPathFactory) -> Outside:
    return found_desk(tmp_path_factory.mktemp("founded"))


@pytest.fixture
def outside(_founded: Outside, tmp_path: Path) -> Outside:
    """A desk with one case, to be worked by processes from outside."""
    return copied(_founded, tmp_path)
