"""Any file of `desk/verbs/` as a command: its flags become options, its `Change` a commit and a reply."""

from __future__ import annotations

import inspect
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Annotated, Any, get_args, get_type_hints

import typer

from casectl.cli.asking import ask_rating, can_ask
from casectl.cli.context import Ahead, Settings, clock, command_app, load_ahead, settings
from casectl.cli.errors import complain, warn
from casectl.cli.reading import find_case, refuse_deleted
from casectl.desk.verb import Flag, Opening
from casectl.desk.wording import MAX_TEXT_BYTES
from casectl.model.instants import use_packaged_zones
from casectl.model.problems import CasectlError, NotFound, UsageMistake

if TYPE_CHECKING:
    from casectl.model.change import Change
    from casectl.model.figures import TargetRow
    from casectl.model.timeline import Timeline
    from casectl.store.repo import Repo
    from casectl.store.write import Written

    Life = Ahead[tuple[str, Timeline]]

SCHEMA = "casectl.step/1"


class Form(StrEnum):
    """How a step is reported."""

    table = "table"
    json = "json"


Output = Annotated[Form, typer.Option("-o", "--output", help="How to say what was done.")]
CaseId = Annotated[str, typer.Argument(metavar="ID", help="The case; the last characters of its ID will do.")]
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

    def command(ctx: typer.Context, output: Form, id: str | None = None, **given: Any) -> None:  # noqa: A002
        use_packaged_zones()
        root = settings(ctx)
        typed = _read_stdin(given, flags, root)
        with _composed(ctx, typed, texts, flags, root) as said:
            written, life = (_open(root, partial(verb, **said)), None) if opens else _take(root, id, verb, said)
        _reply(root, written, life, output)

    kinds: dict[str, Any] = {"ctx": typer.Context, "id": MaybeCaseId if chooses else CaseId}
    kinds |= {
        option.name: _option(option, hints[option.name], flags[option.name], option.name in texts) for option in options
    }
    kinds["output"] = Output
    if opens:
        del kinds["id"]
    defaults = {"output": Form.table, **{option.name: option.default for option in options}, **dict.fromkeys(texts)}
    if chooses:
        defaults["id"] = None
    keyword = inspect.Parameter.KEYWORD_ONLY
    command.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [
            inspect.Parameter(name, keyword, default=defaults.get(name, inspect.Parameter.empty), annotation=kind)
            for name, kind in kinds.items()
        ]
    )
    command.__annotations__ = kinds
    app = command_app()
    app.command(stem, help=module.__doc__)(command)
    return app


def _flag(hint: Any) -> Flag:
    return next(argument for argument in get_args(hint) if isinstance(argument, Flag))


def _option(option: inspect.Parameter, hint: Any, flag: Flag, is_text: bool) -> Any:
    """A verb's parameter as Typer wants it. A text may be missing here: an editor is then opened for it."""
    kind = get_args(hint)[0]
    metavar = flag.metavar or None
    if is_text:
        kind, flag = str | None, flag._replace(help=f"{flag.help}  [required; on a terminal, $EDITOR opens]")
    if flag.positional:
        return Annotated[kind, typer.Argument(help=flag.help, metavar=metavar)]
    names = flag.names or (f"--{option.name.replace('_', '-')}",)
    return Annotated[kind, typer.Option(*names, help=flag.help, metavar=metavar, show_default=False)]


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
        names = " / ".join(f"'{name}'" for name in flags[missing].names or (f"--{missing}",))
        raise UsageMistake(f"Missing option {names}", f"{ctx.command_path} --help")
    from casectl.cli.editor import composed

    words = [ctx.command_path, *(value for name, value in typed.items() if flags[name].positional and value)]
    with composed(f"{' '.join(map(str, words))}: the {missing}") as text:
        yield {**typed, missing: text}


def _repo(root: Settings) -> Repo:
    if root.at is not None:
        raise UsageMistake("--at is for reading", "a step is always taken at HEAD, and now")
    return root.repo()


def _open(root: Settings, act: Callable[..., Change]) -> Written:
    from casectl.desk.record import record_opening

    return record_opening(_repo(root), act, clock)


def _life(repo: Repo, commit: str, case_id: str) -> tuple[str, Timeline]:
    """The case's life so far, read while the step is being written, and the commit that it was read at."""
    from casectl.store.history import read_timeline

    return commit, read_timeline(repo, case_id, commit)


def _take(
    root: Settings, typed: str | None, verb: Callable[..., Change], options: dict[str, Any]
) -> tuple[Written, Life | None]:
    """The step; one that needs answers which somebody here can give is tried again with them."""
    try:
        return _take_step(root, typed, partial(verb, **options))
    except UsageMistake as mistake:
        from casectl.desk.rating import UnansweredError

        if not isinstance(mistake, UnansweredError) or not can_ask(root):
            raise
        answers, chosen = ask_rating(mistake)
        return _take_step(root, typed, partial(verb, **{**options, "answer": answers, "priority": chosen}))


def _take_step(root: Settings, typed: str | None, act: Callable[..., Change]) -> tuple[Written, Life | None]:
    from casectl.desk.record import record
    from casectl.model.caseid import is_id, normalise

    repo = _repo(root)
    if typed is None:
        return _take_next(root, repo, act), None
    commit, wanted = root.commit(repo), normalise(typed)
    if not is_id(wanted):
        wanted = find_case(repo, commit, typed)
    life = Ahead(partial(_life, repo, commit, wanted))
    load_ahead("casectl.reports.population", "casectl.cli.words")
    try:
        return record(repo, wanted, act, clock, life=life.result), life
    except NotFound:
        refuse_deleted(repo, commit, wanted)
        raise


def _take_next(root: Settings, repo: Repo, act: Callable[..., Change]) -> Written:
    """The most urgent case that nobody has; if somebody takes it at the same moment, the one after it."""
    from casectl.desk.handing import TakenError
    from casectl.desk.record import record
    from casectl.reports.worklist import worklist

    for figures in worklist(repo, root.commit(repo), clock()):
        if figures.assignee is None and figures.phase in ("new", "active"):
            try:
                return record(repo, figures.id, partial(act, if_free=True), clock)
            except TakenError:
                continue
    raise NotFound("no open case is free", "casectl list says who has which; casectl take ID takes one over")


def _reply(root: Settings, written: Written, life: Life | None, form: Form) -> None:
    """Say what was done and what is due next. The step stands whatever happens here."""
    warnings = list(written.warnings)
    row, outlook = _next_due(root.repo(), written, life, warnings)
    try:
        _print_reply(written, row, outlook, warnings, form)
        sys.stdout.flush()
    except OSError:
        done = f"{written.case.id} {written.change.verb} was committed as {written.commit[:12]}"
        complain(f"{done}, but standard output cannot be written to", "do not repeat the step")
        raise
    for warning in warnings:
        warn(warning)


def _print_reply(written: Written, row: TargetRow | None, outlook: str, warnings: list[str], form: Form) -> None:
    if form is Form.json:
        print(json.dumps(_as_json(written, row, warnings)))
        return
    from casectl.reports.plain import plain

    case, change = written.case, written.change
    print(plain(f"{case.id} {change.verb}: {change.summary} [{case.status}, {case.priority}]"))
    if outlook:
        print(outlook)


def _next_due(repo: Repo, written: Written, life: Life | None, warnings: list[str]) -> tuple[TargetRow | None, str]:
    from casectl.cli.words import outcome
    from casectl.reports.population import population_of, population_of_lives
    from casectl.sla.clock import next_due

    try:
        timeline = _grown(written, life) if life else None
        if timeline:
            known = population_of_lives(repo, written.commit, written.at, [timeline])
        else:
            known = population_of(repo, written.commit, written.at, [written.case.id])
    except Exception as error:  # the commit stands: who asked must learn its ID, whatever fails here
        reason = error.message if isinstance(error, CasectlError) else f"{type(error).__name__}: {error}"
        warnings.append(f"the step was taken, but what is due next cannot be said: {reason}")
        return None, ""
    warnings += [problem.message for problem in known.exceptions]
    if not known.figures:
        return None, ""
    figures = known.figures[0]
    row = next_due(figures)
    lines = outcome(figures, row, known.zone_of(figures), written.at, written.commit)
    return row, "\n".join(lines)


def _grown(written: Written, life: Life) -> Timeline | None:
    """The life that was read before the step, and the step; None when it has to be read again."""
    from casectl.model.timeline import Step

    commit, timeline = life.result()
    if commit != written.parent:
        return None
    step = Step(written.commit, written.at, written.author, {})
    return timeline.grown(step, written.before, written.case)


def _as_json(written: Written, row: TargetRow | None, warnings: list[str]) -> dict[str, Any]:
    from casectl.model.instants import format_instant

    due_at = format_instant(row.due_at) if row and row.due_at is not None else None
    return {
        "schema": SCHEMA,
        "id": written.case.id,
        "commit": written.commit,
        "verb": written.change.verb,
        "at": format_instant(written.at),
        "status": written.case.status,
        "priority": written.case.priority,
        "summary": written.change.summary,
        "next_due": {"target": row.target, "due_at": due_at, "state": row.state} if row else None,
        "warnings": warnings,
    }
