"""Several clones of one shared bare repository, each with somebody at work."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from casectl.store.repo import Identity, find_repo
from casectl.store.sync import Synced, sync
from casectl.store.write import write_step
from casectl.store.written import Written
from tests.conftest import EPOCH, GitRepo
from tests.store.stories import A, Decide, opening


@dataclass(frozen=True)
class Clone(GitRepo):
    """A clone, and who works in it."""

    who: Identity

    def take(self, decide: Decide, at: int, name: str | None = A) -> Written:
        """One step at the instant `EPOCH + at`; `name` None opens a case."""
        return write_step(self.repo, name, decide, lambda: EPOCH + at, self.who)

    def open(self, name: str = A, at: int = 60, **fields: str) -> Written:
        return self.take(opening(name, **fields), at, None)

    def sync(self, at: int = 10_000) -> Synced:
        """A sync at the instant `EPOCH + at`, without waiting between tries."""
        return sync(self.repo, self.who, lambda: EPOCH + at, pause=lambda _: None)

    def file(self, path: str) -> bytes:
        return (self.root / path).read_bytes()


def share(first: GitRepo, hub: Path) -> Path:
    """Makes a bare repository beside `first` that has what it has, as its remote `origin`."""
    first.git("init", "-q", "--bare", "-b", "main", str(hub))
    first.git("remote", "add", "origin", str(hub))
    first.git("push", "-q", "-u", "origin", "main")
    return hub


def clone(hub: Path, name: str) -> Clone:
    """A clone of the shared repository, with an identity of its own."""
    place = hub.parent / name
    who = Identity(name.capitalize(), f"{name}@example.org")
    GitRepo(find_repo(hub.parent / "desk")).git("clone", "-q", "-b", "main", str(hub), str(place))
    made = Clone(find_repo(place), who)
    made.git("config", "user.name", who.name)
    made.git("config", "user.email", who.mail)
    return made
