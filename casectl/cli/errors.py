"""The one place where errors become words on stderr and an exit code."""

from __future__ import annotations

import contextlib
import io
import os
import signal
import sys
from collections.abc import Callable
from types import FrameType
from typing import TextIO, cast

import typer

from casectl.model.problems import CasectlError, InvalidFiles
from casectl.reports.plain import plain, plain_block

INTERRUPTED = 130
BROKEN_PIPE = 141
"""What a shell reports for a program that wrote into a closed pipe (128 + SIGPIPE)."""
REPORT_TO = "please report it with the command you typed; CASECTL_DEBUG=1 shows where it happened"


class Terminated(BaseException):
    """Somebody wants this process to end (SIGTERM, SIGHUP): what was begun is let go of on the way out."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.exit_code = 128 + number


def say(text: str) -> None:
    """A line on stderr. Where nothing can be written there, nobody is told: the exit code still tells."""
    with contextlib.suppress(OSError, ValueError):
        print(text, file=sys.stderr)


def complain(message: str, hint: str | None = None) -> None:
    """One line on stderr, and the hint below it. Control characters in either are made visible."""
    say(f"casectl: {_on_one_line(message)}")
    if hint:
        say(f"  hint: {_on_one_line(hint)}")


def warn(message: str) -> None:
    """A warning on stderr: the command goes on."""
    say(f"casectl: warning: {_on_one_line(message)}")


def _on_one_line(text: str) -> str:
    return plain("; ".join(line.strip() for line in text.splitlines() if line.strip()))


def exit_code_of(command: Callable[[], object]) -> int:
    """Run a command to its end and give its exit code; every error that leaves it is said here, once."""
    try:
        outcome = command()
        sys.stdout.flush()
    except CasectlError as error:
        return tell(error)
    except typer.TyperException as error:
        return _usage(error)
    except typer.Exit as leave:
        return leave.exit_code
    except (KeyboardInterrupt, typer.Abort, Terminated) as stop:
        say("casectl: terminated" if isinstance(stop, Terminated) else "casectl: interrupted")
        for note in getattr(stop, "__notes__", ()):
            say(f"  {_on_one_line(note)}")
        return stop.exit_code if isinstance(stop, Terminated) else INTERRUPTED
    except BrokenPipeError:
        _write_nothing_more()
        return BROKEN_PIPE
    except OSError as error:
        return _out_of_reach(error)
    except Exception as error:
        return _unexpected(error)
    return outcome if isinstance(outcome, int) else 0


def tell(error: CasectlError) -> int:
    """Say what went wrong, a line for each mistake in a file; gives the exit code."""
    if isinstance(error, InvalidFiles) and len(error.problems) == 1:
        (problem,) = error.problems
        complain(str(problem._replace(hint=None)), problem.hint or error.hint)
    elif isinstance(error, InvalidFiles) and error.problems:
        complain(f"{len(error.problems)} problems in the files", error.hint)
        for problem in error.problems:
            say(plain_block(str(problem)))
    else:
        complain(error.message, error.hint)
    return error.exit_code


def _usage(error: typer.TyperException) -> int:
    context = getattr(error, "ctx", None)
    message = error.format_message()
    if message.startswith("Usage: "):
        say(message)
    else:
        complain(message.rstrip("."), f"{context.command_path if context else 'casectl'} --help")
    return error.exit_code


def _out_of_reach(error: OSError) -> int:
    """What the system refused: a full disk or output, a file that may not be read."""
    _trace(error)
    where = f": {error.filename}" if error.filename else ""
    complain(
        f"{error.strerror or error}{where}", "see whether the disk is full, and whether files may be read and written"
    )
    _write_nothing_more()
    return 1


def _trace(error: Exception) -> None:
    if os.environ.get("CASECTL_DEBUG") == "1":
        import traceback

        with contextlib.suppress(OSError):
            traceback.print_exception(error)


def _unexpected(error: Exception) -> int:
    _trace(error)
    complain(f"unexpected {type(error).__name__}: {error}", REPORT_TO)
    return 1


def _write_nothing_more() -> None:
    """Nobody reads our output: what is still buffered goes nowhere, not even at exit."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class _NobodyReads(io.TextIOBase):
    """Standard output that was closed before we began: writing to it is like writing to a pipe that nobody reads."""

    def write(self, _text: str) -> int:
        raise BrokenPipeError


def let_go_of_stderr() -> None:
    """Make the last words leave now; where nobody can take them, Python would else end with an exit code of its own."""
    try:
        sys.stderr.flush()
    except (OSError, ValueError):
        sys.stderr = os.fdopen(os.open(os.devnull, os.O_WRONLY), "w", encoding="utf-8")


def leave_in_order() -> None:
    """Let go of locks when told to end, or when the terminal is gone, as after Ctrl-C; not if told to ignore that."""

    def leave(number: int, _frame: FrameType | None) -> None:
        raise Terminated(number)

    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) == signal.SIG_DFL:
            signal.signal(number, leave)


def open_closed_streams() -> None:
    """Put something in the place of standard streams that whoever started us has closed.

    Else the next file opened would get their number, and what is meant for people would be written into it.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)
    if sys.stdin is None:
        sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    if sys.stderr is None:
        sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    if sys.stdout is None:
        sys.stdout = cast("TextIO", _NobodyReads())
