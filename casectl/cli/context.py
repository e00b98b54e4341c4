"""What the options before the command say, and the few things that every command asks for: repository, commit, now."""

from __future__ import annotations

import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar, cast

import typer
from typer._click.globals import get_current_context

if TYPE_CHECKING:
    from casectl.model.instants import Instant
    from casectl.store.repo import Repo

Found = TypeVar("Found")


def system_time() -> Instant:
    """The system's clock, in whole seconds."""
    return int(time.time())


class Settings(NamedTuple):
    """The root options; kept in `ctx.obj`. Nothing is opened before a command asks for it."""

    start: Path | None = None
    """Where to look upward for the repository; None: the current directory."""
    at: str | None = None
    """The commit to read, as git names it; None: HEAD."""
    no_input: bool = False
    """Never ask, never wait for a terminal."""
    now: Callable[[], Instant] = system_time
    """What this run takes the time from; whoever runs the program from Python may give another."""

    def repo(self) -> Repo:
        """The case repository. Raises `NotFound` when there is none."""
        from casectl.store.repo import find_repo

        return find_repo(self.start)

    def commit(self, repo: Repo) -> str:
        """The commit that reads come from, in full. Raises `NotFound` for an unknown or empty one."""
        from casectl.store.repo import head_commit

        return head_commit(repo, self.at or "HEAD")


def settings(ctx: typer.Context) -> Settings:
    """The root options of the running command."""
    found = ctx.obj
    return found if isinstance(found, Settings) else Settings()


def clock() -> Instant:
    """Now, in whole seconds, as the running command was told to take it."""
    running = get_current_context(silent=True)
    found = running.obj if running else None
    return (found if isinstance(found, Settings) else Settings()).now()


class Ahead(Generic[Found]):
    """A question that is answered in a thread of its own while we do something else."""

    def __init__(self, ask: Callable[[], Found]) -> None:
        self._ask = ask
        self._found: Found | None = None
        self._error: Exception | None = None
        self._thread = Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._found = self._ask()
        except Exception as error:  # whoever wants the answer gets it
            self._error = error

    def result(self) -> Found:
        """The answer, waited for; raises what asking raised."""
        self._thread.join()
        if self._error is not None:
            raise self._error
        return cast("Found", self._found)


def load_ahead(*modules: str) -> None:
    """Loads modules while git is busy with what we asked it; whoever imports one of them waits until it is there."""
    Thread(target=lambda: [import_module(name) for name in modules], daemon=True).start()


def command_app(**options: bool) -> typer.Typer:
    """A Typer app for one file of `commands/`, set like all the others (`no_args_is_help=True` suits a group)."""
    return typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False, **options)  # type: ignore[arg-type]
