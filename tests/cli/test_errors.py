"""The error boundary: one line on stderr, a hint below it, an exit code; and what the start of the program loads."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import typer

from casectl.cli.errors import BROKEN_PIPE, exit_code_of
from casectl.cli.main import COMMANDS, VERBS, first_line, names_in
from casectl.model.problems import Busy, CasectlError, InvalidFiles, NotAllowed, NotFound, Problem, UsageMistake
from tests.cli.conftest import Terminal


def raising(error: BaseException) -> Callable[[], object]:
    def command() -> object:
        raise error

    return command


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (CasectlError("no"), 1),
        (UsageMistake("no"), 2),
        (InvalidFiles([Problem("a.yaml", 7, "no")]), 3),
        (NotFound("no"), 4),
        (NotAllowed("no"), 5),
        (Busy("no"), 6),
        (KeyboardInterrupt(), 130),
        (typer.Exit(75), 75),
        (ZeroDivisionError("no"), 1),
    ],
)
def test_every_kind_of_error_has_its_exit_code(error: BaseException, code: int) -> None:
    assert exit_code_of(raising(error)) == code


def test_a_command_may_return_its_exit_code() -> None:
    assert exit_code_of(lambda: 3) == 3
    assert exit_code_of(lambda: None) == 0


def test_message_and_hint(capsys: pytest.CaptureFixture[str]) -> None:
    exit_code_of(raising(NotFound("no case 'x'", "casectl list")))
    assert capsys.readouterr().err == "casectl: no case 'x'\n  hint: casectl list\n"


def test_one_problem_of_a_file_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    exit_code_of(raising(InvalidFiles([Problem("a.yaml", 7, "one", "this")])))
    assert capsys.readouterr().err == "casectl: a.yaml:7: one\n  hint: this\n"


def test_every_problem_of_the_files_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    exit_code_of(raising(InvalidFiles([Problem("a.yaml", 7, "one", "this"), Problem("b.yaml", 0, "two")])))
    assert capsys.readouterr().err == (
        "casectl: 2 problems in the files\na.yaml:7: one\n  hint: this\nb.yaml: two\n"
    )  # fmt: skip


def test_control_characters_show_themselves(capsys: pytest.CaptureFixture[str]) -> None:
    exit_code_of(raising(CasectlError("red \x1b[31m and \u202e turned\nsecond line")))
    assert capsys.readouterr().err == "casectl: red \\x1b[31m and \\u202e turned; second line\n"


def test_the_unexpected_is_one_line_unless_asked(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    exit_code_of(raising(ZeroDivisionError("division by zero")))
    said = capsys.readouterr().err
    assert said.startswith("casectl: unexpected ZeroDivisionError: division by zero\n  hint: please report")
    assert "Traceback" not in said
    monkeypatch.setenv("CASECTL_DEBUG", "1")
    exit_code_of(raising(ZeroDivisionError("division by zero")))
    assert "Traceback" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["opne"], "there is no command 'opne'"),
        (["open"], "Missing option '--title'"),
        (["hold", "k7q4p"], "Missing option '--waiting-for'"),
        (["note"], "Missing argument 'ID'"),
        (["call", "k7q4p"], "--in"),
        (["call", "k7q4p", "--in", "--minutes", "nine"], "nine"),
        (["note", "k7q4p", "-m"], "requires an argument"),
        (["open", "--titel", "x"], "--title"),
        (["note", "k7q4p", "-m", "x", "-o", "xml"], "xml"),
    ],
)
def test_words_that_cannot_be_meant(terminal: Terminal, words: list[str], message: str) -> None:
    said = terminal.run(*words, code=2)
    assert message in said.err
    assert said.err.startswith("casectl: ")
    assert "hint: " in said.err
    assert said.out == ""


def test_a_closed_pipe_is_quiet(terminal: Terminal) -> None:
    command = f"{sys.executable} -m casectl --help | true; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True)
    assert done.stderr == ""


def test_every_command_has_its_line_in_the_help(terminal: Terminal) -> None:
    said = terminal.run("--help").out
    for folder in (VERBS, COMMANDS):
        for name, path in names_in(folder).items():
            assert f"  {name} " in said
            assert 10 < len(first_line(path)) < 110, f"{path.name}: its first line is its line in the help"


def test_every_command_loads_and_explains_itself(terminal: Terminal) -> None:
    for folder in (VERBS, COMMANDS):
        for name in names_in(folder):
            assert f"Usage: casectl {name}" in terminal.run(name, "--help").out


def test_help_and_version_load_nothing_heavy() -> None:
    program = (
        "import sys\nfrom casectl.cli.main import main\n"
        "try: main()\nexcept SystemExit: pass\n"
        "print(*sorted({name.partition('.')[0] for name in sys.modules}), *sys.modules, file=sys.stderr)"
    )
    for word in ("--help", "--version"):
        done = subprocess.run([sys.executable, "-c", program, word], capture_output=True, text=True)
        loaded = set(done.stderr.split())
        assert not loaded & {"git", "ruamel", "tabulate", "holidays", "dateutil", "rich", "sqlite3"}
        assert not {name for name in loaded if name.startswith(("casectl.desk.verbs.", "casectl.cli.commands."))}


def test_one_command_loads_no_other() -> None:
    program = (
        "import sys\nfrom casectl.cli.main import main\n"
        "try: main()\nexcept SystemExit: pass\n"
        "print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program, "note", "--help"], capture_output=True, text=True)
    loaded = set(done.stderr.split())
    assert {name for name in loaded if name.startswith("casectl.desk.verbs.")} == {"casectl.desk.verbs.note"}
    assert not {name for name in loaded if name.startswith("casectl.cli.commands.")}


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_reader_who_has_seen_enough_is_no_error(unbuffered: str) -> None:
    print_much = "from casectl.cli.errors import exit_code_of\nimport sys\n"
    print_much += "sys.exit(exit_code_of(lambda: [print('x' * 99) for _ in range(9999)] and None))"
    env = {**os.environ, "PYTHONUNBUFFERED": unbuffered, "PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    command = [sys.executable, "-c", print_much]
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as writing:
        assert writing.stdout is not None
        assert writing.stderr is not None
        assert writing.stdout.readline() == b"x" * 99 + b"\n"
        writing.stdout.close()
        assert writing.stderr.read() == b""
    assert writing.returncode == BROKEN_PIPE
