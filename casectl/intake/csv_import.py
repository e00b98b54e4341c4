"""`casectl import csv` from end to end: the map, the table, what is known already, and one atomic write."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import BinaryIO

from casectl.intake.csv_log import CsvLog, LogEvent, read_log
from casectl.intake.csv_map import CsvMap, delimiter_of, read_map
from casectl.intake.csv_steps import ImportCase, KnownCase, import_steps, mint_ids, unknown_events
from casectl.intake.csv_table import open_table, read_header, rows_of
from casectl.model.case import Case
from casectl.model.caseid import CASE_PATH, path_of
from casectl.model.instants import Instant
from casectl.model.policy import Book
from casectl.model.problems import Busy, CasectlError, InvalidFiles, NotFound, Problem, did_you_mean
from casectl.store.book import read_book
from casectl.store.bulk import BulkStep, write_bulk, write_commit_graph
from casectl.store.history import current_cases
from casectl.store.objects import ObjectReader
from casectl.store.repo import Repo, head_commit
from casectl.store.yamltree import read_tree

_WORTH_A_GRAPH = 1000
"""Commits from which on git's commit graph is written: without it, one case's history takes seconds to find."""

OnProgress = Callable[[str, int, int], None]
"""Hears `reading` or `writing`, how far that is, and how far it goes (0: not known)."""


@dataclass(frozen=True, slots=True)
class Table:
    """A file to import: its bytes, what to call it, and how many of them there are (0: not known)."""

    file: BinaryIO
    path: str
    size: int = 0


@dataclass(frozen=True, slots=True)
class MapFile:
    """The map as its file holds it."""

    text: str
    path: str


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did. `commit` is HEAD after it, also when there was nothing to add."""

    source: str
    desk: str
    commit: str
    new_cases: int
    grown_cases: int
    events: int
    commits: int
    problems: tuple[Problem, ...]
    """Rows that were left out; warnings: rows that were kept as mere notes."""


@dataclass(frozen=True, slots=True)
class _Existing:
    """What the repository holds before the import."""

    cases: dict[str, Case]
    """Those of the same source, by external ID."""
    ids: frozenset[str]
    broken: frozenset[str]
    """IDs of files that cannot be read: which external ID they stand for, nobody knows."""


def import_csv(
    repo: Repo, table: Table, map_file: MapFile, desk: str | None, now: Instant, on_progress: OnProgress
) -> Imported:
    """Add every event of the table that the repository does not hold yet, as commits at the events' own times.

    All of it or nothing is written. Raises `InvalidFiles` for a map, a policy or a header that cannot be used,
    `NotFound` for an unknown `desk`, `CasectlError` for a table that breaks off, and whatever the store refuses.
    """
    commit = head_commit(repo)
    book = _book(repo, commit)
    if desk is not None and desk not in book.desks():
        raise NotFound(f"there is no desk '{desk}' in policies/", did_you_mean(desk, book.desks()))
    with open_table(table.file) as text:
        root, mistakes = read_tree(map_file.text, map_file.path)
        rows = rows_of(text, table.path, delimiter_of(root))
        header = read_header(rows, table.path)
        csv_map = _checked_map(root, mistakes, map_file, header, book, desk)
        existing = _existing(repo, commit, csv_map.source)
        told = _progress_of_reading(table, on_progress)
        log = read_log(rows, table.path, header, csv_map, book, now, existing.cases, told)
    planned, problems = _plan(repo, commit, log, csv_map, existing, table.path)
    return _write(repo, commit, planned, (*log.problems, *problems), csv_map, table.path, on_progress)


def _book(repo: Repo, commit: str) -> Book:
    book, problems = read_book(repo, commit)
    mistakes = [problem for problem in problems if not problem.warning]
    if mistakes:
        raise InvalidFiles(mistakes, "casectl policy check")
    return book


def _checked_map(
    root: object, mistakes: tuple[Problem, ...], map_file: MapFile, header: list[str], book: Book, desk: str | None
) -> CsvMap:
    from casectl.model.tree import Branch, Row, Text

    if mistakes or not isinstance(root, Branch | Row | Text):
        raise InvalidFiles(mistakes or [Problem(map_file.path, 0, "the map is empty", "casectl import csv --help")])
    csv_map, problems = read_map(root, map_file.path, header, book, desk)
    if csv_map is None:
        raise InvalidFiles(problems, "casectl import csv --help says what a map holds")
    return csv_map


def _existing(repo: Repo, commit: str, source: str) -> _Existing:
    cases: dict[str, Case] = {}
    ids: set[str] = set()
    broken: set[str] = set()
    for case, problems in current_cases(repo, commit):
        if case is None:
            broken.update(found[1] for problem in problems if (found := CASE_PATH.fullmatch(problem.path)))
            continue
        ids.add(case.id)
        external_id = case.text("external_id")
        if external_id and case.text("source") == source:
            cases[external_id] = case
    return _Existing(cases, frozenset(ids), frozenset(broken))


def _plan(
    repo: Repo, commit: str, log: CsvLog, csv_map: CsvMap, existing: _Existing, path: str
) -> tuple[list[ImportCase], list[Problem]]:
    new = {external_id: told for external_id, told in log.cases.items() if external_id not in existing.cases}
    ids = mint_ids(new, csv_map.source, existing.ids)
    planned: list[ImportCase] = []
    problems: list[Problem] = []
    with ObjectReader(repo) as reader:
        for external_id, told in log.cases.items():
            case = existing.cases.get(external_id)
            case_id = case.id if case else ids[external_id]
            events = unknown_events(told, case)
            if case_id in existing.broken:
                rows = f"{len(told.events)} rows of {external_id} left out"
                problems.append(Problem(path, told.events[0].line, f"{rows}: {path_of(case_id)} cannot be read"))
            elif events:
                known = KnownCase(case, _text_of(reader, commit, case_id)) if case else None
                planned.append(ImportCase(case_id, told, known, events))
    return planned, problems


def _text_of(reader: ObjectReader, commit: str, case_id: str) -> str:
    return (reader.read(f"{commit}:{path_of(case_id)}") or b"").decode()


def _progress_of_reading(table: Table, on_progress: OnProgress) -> Callable[[int], None]:
    def told(_rows: int) -> None:
        if table.size:
            on_progress("reading", min(table.file.tell(), table.size), table.size)

    return told


def _write(
    repo: Repo,
    commit: str,
    planned: list[ImportCase],
    problems: tuple[Problem, ...],
    csv_map: CsvMap,
    path: str,
    on_progress: OnProgress,
) -> Imported:
    found = list(problems)

    def too_long(case: ImportCase, event: LogEvent) -> None:
        found.append(Problem(path, event.line, f"row left out: the file of {case.case_id} is full"))

    events = sum(len(case.events) for case in planned)
    total = events + sum(case.opens_apart for case in planned)
    steps = import_steps(planned, csv_map.source, too_long)
    if planned:
        commit = write_bulk(repo, _counted(repo, commit, steps, total, on_progress))
    if total >= _WORTH_A_GRAPH:
        with suppress(CasectlError):
            write_commit_graph(repo)
    full = len(found) - len(problems)
    return Imported(
        source=csv_map.source,
        desk=csv_map.desk,
        commit=commit,
        new_cases=sum(case.known is None for case in planned),
        grown_cases=sum(case.known is not None for case in planned),
        events=events - full,
        commits=total - full,
        problems=tuple(sorted(found, key=lambda problem: problem.line)),
    )


def _counted(
    repo: Repo, commit: str, steps: Iterator[BulkStep], total: int, on_progress: OnProgress
) -> Iterator[BulkStep]:
    """The steps, as long as they still rest on HEAD: they are taken under the lock, what they rest on was read before.

    Raises `Busy` when somebody committed in between.
    """
    if head_commit(repo) != commit:
        raise Busy("somebody committed while the table was read; nothing was imported", "run it again")
    for count, step in enumerate(steps):
        if count % 500 == 0:
            on_progress("writing", count, total)
        yield step
    on_progress("writing", total, total)
