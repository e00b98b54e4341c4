"""Any file of `desk/verbs/` as a command: its flags become options, its `Change` a commit and a reply."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from itertools import zip_longest
from typing import TYPE_CHECKING, Annotated, Any, get_args, get_type_hints

import typer
from typer.core import TyperCommand

from casectl.cli.asking import ask_rating, can_ask
from casectl.cli.context import Ahead, Settings, clock, command_app, load_ahead, settings
from casectl.cli.reading import find_case, refuse_deleted
from casectl.cli.replies import Form, reply
from casectl.desk.verb import Flag, Opening
from casectl.desk.wording import MAX_TEXT_BYTES
from casectl.model.instants import use_packaged_zones
from casectl.model.problems import NotFound, UsageMistake

if TYPE_CHECKING:
    from typer._click import Context

    from casectl.model.change import Change
    from casectl.model.timeline import Timeline
    from casectl.store.asked import Asked
    from casectl.store.repo import Repo
    from casectl.store.written import Written

    Life = Ahead[tuple[str, Timeline]]

Output = Annotated[Form, typer.Option("-o", "--output", help="How to say what was done.")]
CaseId = Annotated[str, typer.Argument(metavar="ID", help="The case; the last characters of its ID will do.")]
Request = Annotated[
    str | None,
    typer.Option(
        "--request",
        metavar="TOKEN",
        help="A name for this request, made up by whoever asks: asked again with the same one, it is done once.",
        show_default=False,
    ),
]
MaybeCaseId = Annotated[
    str | None, typer.Argument(metavar="[ID]", help="The case; left out: the most urgent free one.")
]


def verb_app(stem: str) -> typer.Typer:
    """The command of the verb in `desk/verbs/STEM.py`."""
    module = import_module(f"casectl.desk.verbs.{stem}")
    verb: Callable[..., Change] = getattr(module, stem)
    hints = get_type_hints(verb, include_extras=True)
    scene, *options = inspect.signature(verb).parameters.values()
    flags = {option.name: _flag(hints[option.name]) for option in options}
    texts = [option.name for option in options if flags[option.name].stdin and option.default is option.empty]
    opens, chooses = hints[scene.name] is Opening, getattr(module, "ID_OPTIONAL", False)

    def command(
        ctx: typer.Context,
        output: Form,
        request: str | None,
        id: str | None = None,  # noqa: A002
        **given: Any,
    ) -> None:
        use_packaged_zones()
        root = settings(ctx)
        typed = _read_files(_named_cases(_read_stdin(given, flags, root), flags, root), flags, root)
        with _composed(ctx, typed, texts, flags, root) as said:
            asked = _asked(stem, id, said, request)
            act = partial(verb, **said)
            written, life = (_open(root, act, asked), None) if opens else _take(root, id, verb, said, asked)
            reply(root, written, life, output)

    kinds: dict[str, Any] = {} if opens else {"id": MaybeCaseId if chooses else CaseId}
    kinds |= {
        option.name: _option(option, hints[option.name], flags[option.name], option.name in texts) for option in options
    }
    defaults = {option.name: option.default for option in options} | dict.fromkeys(texts)
    _declare(command, kinds, {**defaults, "id": None} if chooses else defaults)
    app = command_app()
    bare = {name: flag.bare for key, flag in flags.items() if flag.bare for name in _names(key, flag)}
    choices = [name.split("/") for key, flag in flags.items() for name in _names(key, flag) if "/" in name]
    app.command(stem, help=module.__doc__, cls=_class_with(bare, choices))(command)
    return app


def _declare(command: Callable[..., None], kinds: Mapping[str, Any], defaults: Mapping[str, Any]) -> None:
    """Give the command the signature that Typer makes options of."""
    kinds = {"ctx": typer.Context, **kinds, "request": Request, "output": Output}
    defaults = {**defaults, "request": None, "output": Form.table}
    keyword = inspect.Parameter.KEYWORD_ONLY
    command.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [
            inspect.Parameter(name, keyword, default=defaults.get(name, inspect.Parameter.empty), annotation=kind)
            for name, kind in kinds.items()
        ]
    )
    command.__annotations__ = kinds


def _class_with(bare: Mapping[str, str], choices: list[list[str]]) -> type[TyperCommand]:
    """A command some of whose options may be typed without a value: what each says then, by its names; and of each of
    `choices` (`--in`, `--out`) exactly one is typed."""

    class VerbCommand(TyperCommand):
        def parse_args(self, ctx: Context, args: list[str]) -> list[str]:
            for one, other in choices:
                if one in args and other in args:
                    raise UsageMistake(f"{one} and {other} exclude each other", f"{ctx.command_path} --help")
                if one not in args and other not in args and not ctx.resilient_parsing and "--help" not in args:
                    raise UsageMistake(f"Missing option '{one}' or '{other}'", f"{ctx.command_path} --help")
            return super().parse_args(ctx, list(_filled(args, bare)))

    return VerbCommand if bare or choices else TyperCommand


def _filled(words: list[str], bare: Mapping[str, str]) -> Iterator[str]:
    """The words of a command line, with the value that an option without one stands for."""
    for word, following in zip_longest(words, words[1:], fillvalue="--"):
        yield word
        if word in bare and following.startswith("-") and following != "-":
            yield bare[word]


def _flag(hint: Any) -> Flag:
    return next(argument for argument in get_args(hint) if isinstance(argument, Flag))


def _option(option: inspect.Parameter, hint: Any, flag: Flag, is_text: bool) -> Any:
    """A verb's parameter as Typer wants it. A text may be missing here: an editor is then opened for it."""
    kind = list[str] if flag.file else get_args(hint)[0]
    metavar = flag.metavar or None
    if is_text:
        kind, flag = str | None, flag._replace(help=f"{flag.help}  [required; on a terminal, $EDITOR opens]")
    if flag.positional:
        return Annotated[kind, typer.Argument(help=flag.help, metavar=metavar)]
    return Annotated[
        kind, typer.Option(*_names(option.name, flag), help=flag.help, metavar=metavar, show_default=False)
    ]


def _names(key: str, flag: Flag) -> tuple[str, ...]:
    return flag.names or (f"--{key.replace('_', '-')}",)


def _read_stdin(given: dict[str, Any], flags: Mapping[str, Flag], root: Settings) -> dict[str, Any]:
    """The options, `-` replaced by what standard input holds where the flag allows it."""
    asking = [name for name, value in given.items() if value == "-" and flags[name].stdin]
    if len(asking) > 1:
        raise UsageMistake("only one option can read standard input", "give '-' once")
    for name in asking:
        if root.no_input and sys.stdin.isatty():
            raise UsageMistake("'-' would wait for a terminal, and --no-input forbids it")
        raw = sys.stdin.buffer.read(MAX_TEXT_BYTES + 1)
        try:
            given[name] = raw.decode("utf-8") if len(raw) <= MAX_TEXT_BYTES else "x" * len(raw)
        except UnicodeDecodeError as error:
            raise UsageMistake(f"standard input is not UTF-8 (byte {error.start + 1})") from None
    return given


def _read_files(typed: dict[str, Any], flags: Mapping[str, Flag], root: Settings) -> dict[str, Any]:
    """The options, with what each file that is named holds."""
    names = [name for name in typed if flags[name].file]
    if not names:
        return typed
    from casectl.cli.files import read_files

    return {**typed, **{name: read_files(typed[name] or (), root) for name in names}}


def _named_cases(typed: dict[str, Any], flags: Mapping[str, Flag], root: Settings) -> dict[str, Any]:
    """The options, with the whole ID of each other case that one names. Raises `NotFound` for what is no one case."""
    asked = {name: value for name, value in typed.items() if value and flags[name].case}
    if not asked:
        return typed
    repo = _repo(root)
    commit = root.commit(repo)
    return {**typed, **{name: find_case(repo, commit, value) for name, value in asked.items()}}


@contextmanager
def _composed(
    ctx: typer.Context, typed: dict[str, Any], texts: list[str], flags: Mapping[str, Flag], root: Settings
) -> Iterator[dict[str, Any]]:
    """The options with the text that was left out, from the editor. Off a terminal, leaving it out is a mistake."""
    missing = next((name for name in texts if typed[name] is None), None)
    if missing is None:
        yield typed
        return
    if not can_ask(root):
        names = " / ".join(f"'{name}'" for name in _names(missing, flags[missing]))
        raise UsageMistake(f"Missing option {names}", f"{ctx.command_path} --help")
    from casectl.cli.editor import composed

    words = [ctx.command_path, *(value for name, value in typed.items() if flags[name].positional and value)]
    with composed(f"{' '.join(map(str, words))}: the {missing}") as text:
        yield {**typed, missing: text}


def _repo(root: Settings) -> Repo:
    if root.at is not None:
        raise UsageMistake("--at is for reading", "a step is always taken at HEAD, and now")
    return root.repo()


def _asked(stem: str, typed: str | None, said: Mapping[str, Any], token: str | None) -> Asked:
    """How the step was asked for: the same words again, while nobody was told that it worked, mean the same step."""
    from casectl.store.asked import Asked, refuse_odd_token

    if token is not None:
        refuse_odd_token(token)
    return Asked(
        stem.replace("_", "-"), repr((stem, typed and typed.upper(), sorted(said.items()), token)), token or ""
    )


def _open(root: Settings, act: Callable[..., Change], asked: Asked) -> Written:
    from casectl.desk.record import record_opening

    return record_opening(_repo(root), act, clock, asked=asked)


def _life(repo: Repo, commit: str, case_id: str) -> tuple[str, Timeline]:
    """The case's life so far, read while the step is being written, and the commit that it was read at."""
    from casectl.store.history import read_timeline

    return commit, read_timeline(repo, case_id, commit)


def _take(
    root: Settings, typed: str | None, verb: Callable[..., Change], options: dict[str, Any], asked: Asked
) -> tuple[Written, Life | None]:
    """The step; one that needs answers which somebody here can give is tried again with them."""
    try:
        return _take_step(root, typed, partial(verb, **options), asked, options.get("desk"))
    except UsageMistake as mistake:
        from casectl.desk.rating import UnansweredError

        if not isinstance(mistake, UnansweredError) or not can_ask(root):
            raise
        answers, chosen = ask_rating(mistake)
        return _take_step(root, typed, partial(verb, **{**options, "answer": answers, "priority": chosen}), asked)


def _take_step(
    root: Settings, typed: str | None, act: Callable[..., Change], asked: Asked, desk: str | None = None
) -> tuple[Written, Life | None]:
    from casectl.desk.record import record
    from casectl.model.caseid import is_id, normalise

    repo = _repo(root)
    if typed is None:
        return _take_next(root, repo, act, asked, desk), None
    commit, wanted = root.commit(repo), normalise(typed)
    if not is_id(wanted):
        wanted = find_case(repo, commit, typed)
    life = Ahead(partial(_life, repo, commit, wanted))
    load_ahead("hashlib", "casectl.reports.population", "casectl.cli.words")
    try:
        return record(repo, wanted, act, clock, life=life.result, asked=asked), life
    except NotFound:
        refuse_deleted(repo, commit, wanted)
        raise


def _take_next(root: Settings, repo: Repo, act: Callable[..., Change], asked: Asked, desk: str | None) -> Written:
    """The most urgent case that nobody has, of those that suit who acts; if it is taken meanwhile, the one after it."""
    from casectl.desk.handing import TakenError, by_suitability
    from casectl.desk.record import record
    from casectl.reports.population import population
    from casectl.reports.worklist import Wanted, select
    from casectl.store.asked import taken_lately
    from casectl.store.book import read_book
    from casectl.store.objects import ObjectReader
    from casectl.store.repo import identity

    commit = root.commit(repo)
    with ObjectReader(repo) as reader:
        before = taken_lately(repo, reader, commit, asked, clock())
    if before:
        return before
    book, _ = read_book(repo, commit)
    everyone = population(repo, commit, clock(), desk)
    free = [each for each in select(everyone, Wanted()) if each.assignee is None and each.phase in ("new", "active")]
    for figures in by_suitability(free, everyone.policies, book.person_by_mail(identity(repo).mail)):
        try:
            return record(repo, figures.id, partial(act, if_free=True), clock, asked=asked)
        except TakenError:
            continue
    where = f" at desk '{desk}'" if desk else ""
    raise NotFound(f"no open case is free{where}", "casectl list says who has which; casectl take ID takes one over")
