"""The one place where errors become words on stderr and an exit code."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable

import typer

from casectl.model.problems import CasectlError, InvalidFiles
from casectl.reports.plain import plain, plain_block

INTERRUPTED = 130
BROKEN_PIPE = 141
"""What a shell reports for a program that wrote into a closed pipe (128 + SIGPIPE)."""
REPORT_TO = "please report it with the command you typed; CASECTL_DEBUG=1 shows where it happened"


def complain(message: str, hint: str | None = None) -> None:
    """One line on stderr, and the hint below it. Control characters in either are made visible."""
    print(f"casectl: {_on_one_line(message)}", file=sys.stderr)
    if hint:
        print(f"  hint: {_on_one_line(hint)}", file=sys.stderr)


def warn(message: str) -> None:
    """A warning on stderr: the command goes on."""
    print(f"casectl: warning: {_on_one_line(message)}", file=sys.stderr)


def _on_one_line(text: str) -> str:
    return plain("; ".join(line.strip() for line in text.splitlines() if line.strip()))


def exit_code_of(command: Callable[[], object]) -> int:
    """Run a command to its end and give its exit code; every error that leaves it is said here, once."""
    try:
        outcome = command()
        sys.stdout.flush()
    except CasectlError as error:
        return _known(error)
    except typer.TyperException as error:
        return _usage(error)
    except typer.Exit as leave:
        return leave.exit_code
    except (KeyboardInterrupt, typer.Abort):
        print("casectl: interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        _write_nothing_more()
        return BROKEN_PIPE
    except Exception as error:
        return _unexpected(error)
    return outcome if isinstance(outcome, int) else 0


def _known(error: CasectlError) -> int:
    if isinstance(error, InvalidFiles) and len(error.problems) == 1:
        (problem,) = error.problems
        complain(str(problem._replace(hint=None)), problem.hint or error.hint)
    elif isinstance(error, InvalidFiles) and error.problems:
        complain(f"{len(error.problems)} problems in the files", error.hint)
        for problem in error.problems:
            print(plain_block(str(problem)), file=sys.stderr)
    else:
        complain(error.message, error.hint)
    return error.exit_code


def _usage(error: typer.TyperException) -> int:
    context = getattr(error, "ctx", None)
    message = error.format_message()
    if message.startswith("Usage: "):
        print(message, file=sys.stderr)
    else:
        complain(message.rstrip("."), f"{context.command_path if context else 'casectl'} --help")
    return error.exit_code


def _unexpected(error: Exception) -> int:
    if os.environ.get("CASECTL_DEBUG") == "1":
        import traceback

        traceback.print_exception(error)
    complain(f"unexpected {type(error).__name__}: {error}", REPORT_TO)
    return 1


def _write_nothing_more() -> None:
    """Nobody reads our output: what is still buffered goes nowhere, not even at exit."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
