"""What all tests share: a home of their own without any git identity, and real case repositories in `tmp_path`."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from casectl.store.create import create_repo
from casectl.store.repo import Identity, Repo, find_repo

settings.register_profile("desk", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("desk")
"""A test that fails does so again, and does not fail because a machine is slow."""

SAM = Identity("Sam Agent", "sam@example.org")
EPOCH = 1_790_000_000
"""When the repositories of these tests begin: 2026-09-21T14:13:20Z."""


@dataclass(frozen=True)
class GitRepo:
    """A case repository, and git as a person would use it there."""

    repo: Repo

    @property
    def root(self) -> Path:
        return self.repo.root

    def git(self, *args: str, at: int | None = None, check: bool = True) -> str:
        """Runs plain git here, as Sam, at the instant `at` if given; gives its stdout without the last newline."""
        date = {} if at is None else {"GIT_AUTHOR_DATE": f"@{at} +0000", "GIT_COMMITTER_DATE": f"@{at} +0000"}
        done = subprocess.run(
            ["git", "-C", str(self.root), *args], capture_output=True, text=True, env={**os.environ, **date}
        )
        if check and done.returncode:
            raise AssertionError(f"git {' '.join(args)}: {done.stdout}{done.stderr}")
        return done.stdout.removesuffix("\n")

    def write(self, path: str, text: str) -> Path:
        """Puts a file into the work tree, without telling git."""
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8", newline="")
        return target

    def commit(self, path: str, text: str, at: int, message: str = "by hand") -> str:
        """Commits one file by plain git at the instant `at`; gives the commit."""
        self.write(path, text)
        self.git("add", "-f", "--", path)
        self.git("commit", "-q", "-m", message, "--", path, at=at)
        return self.head

    @property
    def head(self) -> str:
        return self.git("rev-parse", "HEAD")


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--faults-long`: the runs of tests/faults that kill and crowd, at the length of a night instead of a coffee."""
    parser.addoption("--faults-long", action="store_true", help="long runs of kills and of parallel writers")


@pytest.fixture(scope="session", autouse=True)
def _own_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test sees the configuration of whoever runs it, nor a `GIT_*` variable of the shell."""
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith(("GIT_", "CASECTL_", "XDG_")) or name == "PYTHONUNBUFFERED":
                patch.delenv(name)
        patch.setenv("HOME", str(tmp_path_factory.mktemp("home")))
        patch.setenv("GIT_CONFIG_NOSYSTEM", "1")
        yield


MakeRepo = Callable[..., GitRepo]


@pytest.fixture
def make_repo(tmp_path: Path) -> MakeRepo:
    """`make_repo(name="desk", files={...}, identity=True)`: a new case repository whose first commit holds `files`."""

    def make(name: str = "desk", files: Mapping[str, str] | None = None, identity: bool = True) -> GitRepo:
        always = {"policies/README.md": "Policies.\n", "cases/README.md": "Cases.\n"}
        create_repo(tmp_path / name, {**always, **(files or {})}, "first commit", EPOCH, SAM)
        made = GitRepo(find_repo(tmp_path / name))
        if identity:
            made.git("config", "user.name", SAM.name)
            made.git("config", "user.email", SAM.mail)
        return made

    return make


@pytest.fixture
def git_repo(make_repo: MakeRepo) -> GitRepo:
    """A case repository with Sam's identity and no case yet."""
    return make_repo()
