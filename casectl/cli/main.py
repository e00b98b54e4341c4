"""The program: root options, and commands found by their file names, each loaded only when it runs."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import cache, partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup, TyperOption

from casectl.cli.context import Settings, settings
from casectl.cli.errors import complain, exit_code_of, leave_in_order, let_go_of_stderr, open_closed_streams
from casectl.model.problems import did_you_mean

if TYPE_CHECKING:
    from typer._click import Command, Context, HelpFormatter, Parameter

PACKAGE = Path(__file__).resolve().parents[1]
VERBS = PACKAGE / "desk" / "verbs"
COMMANDS = PACKAGE / "cli" / "commands"
SECTIONS = {"The life of a case": VERBS, "Everything else": COMMANDS}


@cache
def names_in(folder: Path) -> dict[str, Path]:
    """Commands of a folder by name, in alphabetical order; `_` inside a file's name is `-` on the command line."""
    files = sorted(path for path in folder.glob("*.py") if not path.stem.startswith("_"))
    return {path.stem.rstrip("_").replace("_", "-"): path for path in files}


def first_line(path: Path) -> str:
    """A command's line in the list of commands: the first of its file's docstring, read without importing it."""
    with path.open(encoding="utf-8") as file:
        return file.readline().strip().strip('"').rstrip(".")


def load(name: str) -> Command | None:
    """The command of that name, from its file; None when there is no such file."""
    if name in names_in(VERBS):
        from casectl.cli.verbs import verb_app

        app = verb_app(names_in(VERBS)[name].stem)
    elif name in names_in(COMMANDS):
        app = import_module(f"casectl.cli.commands.{names_in(COMMANDS)[name].stem}").app
    else:
        return None
    command = typer.main.get_command(app)
    command.name = name
    _accept_root_options(command)
    return command


class CommandFolders(TyperGroup):
    """A group whose commands are files. Its `main` is the one error boundary, for the shell and for tests alike."""

    def list_commands(self, ctx: Context) -> list[str]:
        return sorted(name for folder in SECTIONS.values() for name in names_in(folder))

    def get_command(self, ctx: Context, cmd_name: str) -> Command | None:
        if cmd_name not in self.commands and (command := load(cmd_name)):
            self.commands[cmd_name] = command
        return self.commands.get(cmd_name)

    def format_commands(self, ctx: Context, formatter: HelpFormatter) -> None:
        for title, folder in SECTIONS.items():
            if rows := [(name, first_line(path)) for name, path in names_in(folder).items()]:
                with formatter.section(title):
                    formatter.write_dl(rows)

    def resolve_command(self, ctx: Context, args: list[str]) -> Any:
        if args[0] == "help" and len(args) == 1:
            typer.echo(ctx.get_help())
            raise typer.Exit
        if args[0] == "help":
            args = [args[1], "--help"]
        if args and not args[0].startswith("-") and args[0] not in self.list_commands(ctx):
            near = did_you_mean(args[0], self.list_commands(ctx)) or ""
            hint = near if near.startswith("did") else "casectl --help lists them"
            complain(f"there is no command '{args[0]}'", hint)
            raise typer.Exit(2)
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: Context) -> int:
        return exit_code_of(partial(super().invoke, ctx))

    def main(self, *args: Any, **extra: Any) -> Any:
        extra["standalone_mode"] = False
        code = exit_code_of(partial(super().main, *args, **extra))
        let_go_of_stderr()
        sys.exit(code)


def _accept_root_options(command: Command) -> None:
    """Let `-C`, `--at` and `--no-input` stand after the command too, unless it uses the name for itself."""
    if isinstance(command, TyperGroup):
        for member in command.commands.values():
            _accept_root_options(member)
    elif isinstance(command, TyperCommand):
        taken = {name for param in command.params for name in param.opts}
        command.params.extend(option for option in _late_options() if taken.isdisjoint(option.opts))


def _late_options() -> list[TyperOption]:
    def keep(field: str, convert: Callable[[str], object]) -> Callable[[Context, Parameter, Any], None]:
        def callback(ctx: Context, _param: Parameter, value: Any) -> None:
            if value:
                ctx.obj = (ctx.obj or Settings())._replace(**dict[str, Any]({field: convert(value)}))

        return callback

    common: dict[str, Any] = {"expose_value": False, "hidden": True, "is_eager": True}
    return [
        TyperOption(param_decls=["-C", "--repo"], type=str, callback=keep("start", Path), **common),
        TyperOption(param_decls=["--at"], type=str, callback=keep("at", str), **common),
        TyperOption(param_decls=["--no-input"], is_flag=True, callback=keep("no_input", bool), **common),
    ]


def _show_version(wanted: bool) -> None:
    if wanted:
        from casectl import __version__

        typer.echo(f"casectl {__version__}")
        raise typer.Exit


app = typer.Typer(
    cls=CommandFolders,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def root(
    ctx: typer.Context,
    repo: Annotated[
        Path | None, typer.Option("-C", "--repo", envvar="CASECTL_REPO", help="Where the case repository is.")
    ] = None,
    at: Annotated[str | None, typer.Option("--at", metavar="REV", help="Read what this commit said.")] = None,
    no_input: Annotated[bool, typer.Option("--no-input", help="Never ask, never wait for a terminal.")] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version and leave.")
    ] = False,
) -> None:
    """Support cases in git; service levels recomputed from their history."""
    ctx.obj = settings(ctx)._replace(start=repo, at=at, no_input=no_input)


def main() -> None:
    """Run the program on the command line's arguments; never returns."""
    open_closed_streams()
    leave_in_order()
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    typer.main.get_command(app).main(prog_name="casectl")
