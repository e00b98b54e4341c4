"""Every question asked of a history, and the findings as a table: oldest first, the accepted ones marked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib import import_module
from itertools import chain
from pathlib import Path
from shlex import join
from types import ModuleType
from typing import NamedTuple

from casectl.audit.accepted import Acceptances, read_acceptances
from casectl.audit.finding import SEVERITIES, SHORT, Code, Finding
from casectl.audit.history import History, read_history
from casectl.audit.trial import Trial, trials
from casectl.audit.window import commits_in
from casectl.model.instants import Instant, format_instant
from casectl.model.problems import CasectlError, Problem
from casectl.reports.population import refuse_unknown_desk, zone_data_version
from casectl.reports.table import Cell, Column, Row, Table, tally
from casectl.store.git import by_objects_alone
from casectl.store.repo import Repo, refuse_incomplete

FOLDER = Path(__file__).parent / "checks"

_COLUMNS = (
    Column("id", shown="wide"),
    Column("code"),
    Column("severity"),
    Column("state"),
    Column("case"),
    Column("desk", shown="data"),
    Column("commit", shown="data"),
    Column("short", "commit", shown="words"),
    Column("at", shown="wide"),
    Column("author", shown="wide"),
    Column("finding", width=88),
    Column("clause"),
    Column("show", shown="wide"),
    Column("accepted_by", "accepted by", shown="wide"),
    Column("accepted_why", "why", shown="wide"),
    Column("accepted_until", "until", shown="wide"),
)


class Wanted(NamedTuple):
    """Which findings: those of the commits that a window holds (`commits_in`), of one desk and of what is nobody's; and
    the moment against which the future and the end of an acceptance are told."""

    now: Instant
    since: Instant | None = None
    until: Instant | None = None
    desk: str | None = None


class Review(NamedTuple):
    """What an audit found."""

    table: Table
    open: Mapping[str, int]
    """How many findings of each severity nobody has accepted."""
    signed: bool = False
    """Whether any commit carries a signature, so that the library which checks them had a say."""

    def fails_on(self, severity: str) -> bool:
        """Whether a finding of that severity, or a worse one, is open; or something could not be read."""
        worse = SEVERITIES[SEVERITIES.index(severity) :]
        return any(self.open.get(each) for each in worse) or any(not each.warning for each in self.table.exceptions)


@cache
def checks() -> tuple[ModuleType, ...]:
    """Every module of `checks/`, by name."""
    names = sorted(path.stem for path in FOLDER.glob("[a-z]*.py"))
    return tuple(import_module(f"casectl.audit.checks.{name}") for name in names)


@cache
def codes() -> Mapping[str, Code]:
    """Every kind of finding there is, in alphabetical order."""
    found = {name: code for check in checks() for name, code in check.CODES.items()}
    return dict(sorted(found.items()))


@by_objects_alone()
def review(repo: Repo, commit: str, wanted: Wanted, on_progress: Callable[[int], None] = lambda _: None) -> Review:
    """Everything that the history of `commit` shows. Raises `CasectlError` for a clone that nothing can be certified
    from: a shallow or a partial one; and `NotFound` for a desk that there is not."""
    refuse_incomplete(repo)
    history = read_history(repo, commit, wanted.now, on_progress)
    if wanted.desk is not None:
        refuse_unknown_desk(history.book, wanted.desk)
    window = commits_in(history, wanted.since, wanted.until)
    within = [each for each in _findings(history) if each.commit in window]
    whose = ((each, _desks(history, each)) for each in within)
    told_to = ((each, desks) for each, desks in whose if not desks or wanted.desk in (None, *desks))
    found = {each.id: each._replace(desk=desks[-1]) if desks else each for each, desks in told_to}
    accepted = read_acceptances(history)
    told = sorted(
        found.values(), key=lambda each: (history.times[each.commit], history.order[each.commit], each.code, each.id)
    )
    rows = tuple(_row(history, each, accepted) for each in told)
    complete = (wanted.since, wanted.until, wanted.desk) == (None, None, None)
    exceptions = (*history.problems, *accepted.problems, *accepted.idle(found, complete))
    return _reviewed(rows, commit, wanted, history, exceptions)


def _findings(history: History) -> Iterator[Finding]:
    for check in checks():
        if hasattr(check, "of_history"):
            yield from check.of_history(history)
    of_case = [check.of_case for check in checks() if hasattr(check, "of_case")]
    for trial in trials(history):
        yield from chain.from_iterable(_asked(ask, trial) for ask in of_case)
    for check in checks():
        if hasattr(check, "at_the_end"):
            yield from check.at_the_end(history)


def _asked(ask: Callable[[Trial], Iterator[Finding]], trial: Trial) -> Iterator[Finding]:
    """What a check finds in one case; that nobody can judge it, where that is so: it spoils no audit of others."""
    try:
        yield from ask(trial)
    except CasectlError as refusal:
        if not trial.timeline.steps:
            raise
        yield trial.finding("unjudged", trial.timeline.steps[-1].commit, refusal.message)


def _desks(history: History, finding: Finding) -> tuple[str, ...]:
    """Whose matter a finding is, whoever asked: of one about a case, the desk whose case it was, and of a step that
    moves it on the next one, too. Empty for what is nobody's: every desk is told."""
    return history.desks_of(finding.case, finding.commit) if finding.case else (finding.desk,) * bool(finding.desk)


def _row(history: History, finding: Finding, accepted: Acceptances) -> Row:
    commit, word = history.commits[finding.commit], accepted.of(finding)
    cells: dict[str, Cell] = {
        "id": finding.id,
        "code": finding.code,
        "severity": codes()[finding.code].severity,
        "state": "accepted" if word and not accepted.is_over(word) else "open",
        "case": finding.case or None,
        "desk": finding.desk or None,
        "commit": finding.commit,
        "short": finding.commit[:SHORT],
        "at": None if commit.committer.at is None else format_instant(commit.committer.at),
        "author": commit.author.mail,
        "finding": finding.sentence,
        "clause": finding.clause,
        "show": finding.command,
    }
    if word:
        cells |= {"accepted_by": word.by, "accepted_why": word.why, "accepted_until": str(word.until)}
    return cells


def _reviewed(
    rows: tuple[Row, ...], commit: str, wanted: Wanted, history: History, exceptions: tuple[Problem, ...]
) -> Review:
    standing = [str(row["severity"]) for row in rows if row["state"] == "open"]
    counted = {severity: standing.count(severity) for severity in reversed(SEVERITIES)}
    accepted = len(rows) - len(standing)
    told = ", ".join(f"{amount} {severity}" for severity, amount in counted.items() if amount) or "nothing open"
    table = Table(
        title=f"Audit: {told}" + (f"; {accepted} accepted" if accepted else ""),
        columns=_COLUMNS,
        rows=rows,
        schema="casectl.audit/1",
        stamp={"commit": commit, "as_of": format_instant(wanted.now), "tzdata": zone_data_version()},
        facts=_facts(wanted, history),
        totals={"findings": tally({**counted, "accepted": accepted})},
        exceptions=exceptions,
    )
    return Review(table, counted, bool(history.signatures))


def _facts(wanted: Wanted, history: History) -> dict[str, str | tuple[str, ...]]:
    facts: dict[str, str | tuple[str, ...]] = {"commits": str(len(history.commits))}
    window = [(wanted.since, "since"), (wanted.until, "until")]
    told = [f"{word} {format_instant(at)}" for at, word in window if at is not None]
    if told:
        facts["window"] = " ".join(told)
    if wanted.desk:
        facts["desk"] = wanted.desk
    asked = [["--desk", wanted.desk]] if wanted.desk else []
    asked += [[f"--{word}", format_instant(at)] for at, word in window if at is not None]
    asked.append(["--audited-at", format_instant(wanted.now)])
    facts["reproduce"] = join(["casectl", "--at", history.commit, "audit", *chain.from_iterable(asked)])
    return facts
