"""What a pack rests on, read once: every case, its figures, whether it counts, whether it is drawn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from casectl.audit.pack.cases import IN_PERIOD, CaseLine, Listed, Period, case_line, is_other_desks, standing
from casectl.audit.pack.manifest import Inputs
from casectl.audit.pack.sample import draw
from casectl.model.caseid import path_of
from casectl.model.figures import CaseFigures
from casectl.model.policy import Book
from casectl.model.problems import Problem
from casectl.model.timeline import Timeline
from casectl.reports.population import PROGRESS_EVERY, population_of_lives, refuse_unknown_desk
from casectl.reports.rows import case_cells, flat
from casectl.reports.table import Cell, Table, sheet
from casectl.store.book import read_book
from casectl.store.history import read_timelines
from casectl.store.lives import read_changes
from casectl.store.lookup import case_ids
from casectl.store.objects import ObjectReader
from casectl.store.pinned import PolicyShelf
from casectl.store.repo import Repo

OnProgress = Callable[[int], None]
"""Hears how many cases have been read, now and then."""

NO_TARGET = "no target"
"""The state of the one row of a case that no target applies to."""

POPULATION_COLUMNS = (
    "id target occurrence state started_at stopped_at due_at breached_at elapsed_seconds limit_seconds goal_seconds "
    "remaining_seconds paused_seconds exempt_seconds evidence clause policy customer priority type status phase "
    "external_id source subject reason overturned_at overturned_by overturned_reason owed disputed title"
)
_UNREADABLE = "no version of its file can be read"


class Evidence(NamedTuple):
    """All of it."""

    commit: str
    inputs: Inputs
    cases: list[Listed]
    """Every case that ever had a file, by ID."""
    book: Book
    problems: tuple[Problem, ...]
    """What is wrong with `policies/` at the commit."""
    drawn: tuple[str, ...]

    @property
    def counted(self) -> list[CaseFigures]:
        """The figures of the cases of the period, by ID."""
        return [each.figures for each in self.cases if each.in_period == IN_PERIOD and each.figures is not None]


def gather(repo: Repo, commit: str, inputs: Inputs, on_progress: OnProgress = lambda cases: None) -> Evidence:
    """Reads it. Raises `NotFound` for a desk that `policies/` does not have, `CasectlError` for a shallow clone."""
    period = inputs.period
    book, problems = read_book(repo, commit)
    if period.desk is not None:
        refuse_unknown_desk(book, period.desk)
    lines: dict[str, CaseLine] = {}
    with ObjectReader(repo) as reader:
        shelf = PolicyShelf(repo, reader, commit, book)
        lives = _noted(read_timelines(repo, commit), shelf, period, lines, on_progress)
        found = population_of_lives(repo, commit, period.until, lives)
    figures = {each.id: each for each in found.figures}
    remarks = _by_path(found.exceptions)
    within = {name: standing(line, figures.get(name), period) for name, line in lines.items()}
    drawn = draw((name for name, stands in within.items() if stands == IN_PERIOD), inputs.seed, inputs.sample)
    shown, gone = set(drawn), _deleted(repo, commit, lines)
    cases = [
        _listed(line, figures.get(name), within[name], name in shown, gone.get(name), remarks.get(path_of(name), ""))
        for name, line in sorted(lines.items())
    ]
    return Evidence(commit, inputs, cases, book, problems, drawn)


def _noted(
    lives: Iterable[Timeline], shelf: PolicyShelf, period: Period, lines: dict[str, CaseLine], on_progress: OnProgress
) -> Iterator[Timeline]:
    """The lives as they come, each noted on its way to the judge; those of other desks go no further."""
    for number, life in enumerate(lives):
        if number % PROGRESS_EVERY == 0:
            on_progress(number)
        line = lines[life.case_id] = case_line(life, shelf.given(life), period)
        if not is_other_desks(line, period):
            yield life


def _listed(
    line: CaseLine, figures: CaseFigures | None, within: str, drawn: bool, deleted_by: str | None, remark: str
) -> Listed:
    silent = within == IN_PERIOD and figures is None and not remark
    file = "present" if deleted_by is None else "deleted" if deleted_by else "no file"
    return Listed(line, figures, within, drawn, file, deleted_by or "", _UNREADABLE if silent else remark)


def _by_path(problems: Iterable[Problem]) -> dict[str, str]:
    """What is remarked of each file, in one line."""
    found: dict[str, list[str]] = {}
    for problem in problems:
        where = f"line {problem.line}: " if problem.line else ""
        found.setdefault(problem.path, []).append(f"{where}{problem.message}")
    return {path: "; ".join(dict.fromkeys(said)) for path, said in found.items()}


def _deleted(repo: Repo, commit: str, lines: Mapping[str, CaseLine]) -> dict[str, str]:
    """The cases that have no file at `commit`, and the commit that deleted it last; empty for one whose file became
    something else."""
    present = set(case_ids(repo, commit))
    changes = read_changes(repo, commit, (name for name in lines if name not in present))
    return {
        name: next((each.commit for each in reversed(made) if each.new is None), "") for name, made in changes.items()
    }


def population_table(evidence: Evidence) -> Table:
    """The complete population: what the machine contract says of each target and occurrence, and one row for a case
    that has none. What scripts ask for stands before what people typed."""
    return sheet("Population", POPULATION_COLUMNS, _rows(evidence))


def totals_table(evidence: Evidence, findings: Table) -> Table:
    """What the tables add up to: the parts of each, and their `total`."""
    tallies = {
        "targets": states(evidence),
        "cases": Counter("in the period" if each.in_period == IN_PERIOD else each.in_period for each in evidence.cases),
        "period": judged(evidence),
        "findings": severities(findings),
    }  # fmt: skip
    return sheet("Totals", "what part number", (row for what, parts in tallies.items() for row in _tally(what, parts)))


def states(evidence: Evidence) -> Counter[str]:
    """How many rows of the population are in which state."""
    found = Counter(str(row.state) for figures in evidence.counted for row in figures.rows)
    bare = sum(not figures.rows for figures in evidence.counted)
    return found + Counter({NO_TARGET: bare})


def judged(evidence: Evidence) -> Counter[str]:
    """How many cases of the period have figures, and how many none."""
    within = (each for each in evidence.cases if each.in_period == IN_PERIOD)
    return Counter("judged" if each.figures else "not judged" for each in within)


def severities(findings: Table) -> Counter[str]:
    """How many findings that nobody accepted are of which severity, and how many are accepted."""
    return Counter(str(row["severity"] if row["state"] == "open" else row["state"]) for row in findings.rows)


def _rows(evidence: Evidence) -> Iterator[dict[str, Cell]]:
    for figures in evidence.counted:
        yield from (flat(figures, row, "UTC") for row in figures.rows)
        if not figures.rows:
            yield {**case_cells(figures), "state": NO_TARGET}


def _tally(what: str, parts: Counter[str]) -> Iterator[dict[str, Cell]]:
    for part, number in sorted(parts.items()):
        yield {"what": what, "part": part, "number": number}
    yield {"what": what, "part": "total", "number": sum(parts.values())}
