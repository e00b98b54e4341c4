"""The figures of every case as of one moment, in one streaming pass over history."""

from __future__ import annotations

import zoneinfo
from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib import import_module
from itertools import islice
from types import MappingProxyType
from typing import NamedTuple

from casectl.model.caseid import path_of
from casectl.model.figures import CaseFigures
from casectl.model.instants import Instant, packaged_zones
from casectl.model.policy import Book, Policy
from casectl.model.problems import CasectlError, NotFound, Problem, did_you_mean
from casectl.model.terms import Terms
from casectl.model.timeline import Timeline
from casectl.sla.clock import evaluate
from casectl.store.book import read_book
from casectl.store.history import read_timeline, read_timelines
from casectl.store.objects import ObjectReader
from casectl.store.pinned import PolicyShelf, desks_between
from casectl.store.repo import Repo, refuse_shallow
from casectl.store.versions import CaseReader

PROGRESS_EVERY = 500
CASES_AT_ONCE = 200


class Population(NamedTuple):
    """Cases opened by `as_of`, as `commit` tells of them, with all that their figures rest on."""

    commit: str
    as_of: Instant
    tzdata: str
    policies: Mapping[str, Policy]
    """Policies that judged at least one case, by `DESK/VERSION`; of several texts of one version the last that did."""
    figures: tuple[CaseFigures, ...]
    exceptions: tuple[Problem, ...]
    """Files that cannot be read as they are now, cases that cannot be judged. The latter are in no total.

    Also warnings: holidays that were listed too late to count for these cases.
    """
    desk: str | None = None
    customer: str | None = None
    """Cases of this customer alone."""
    team: str | None = None
    """Cases of this team alone."""
    book: Book = Book({}, {})
    """What `policies/` says at `commit`; empty where nobody asked for it."""
    book_problems: tuple[Problem, ...] = ()
    """What is wrong with that."""
    judges: Mapping[str, Policy] = MappingProxyType({})
    """By case: the very text that judges it now."""

    def policy_of(self, figures: CaseFigures) -> Policy:
        """What judges a case: a version that was edited in place has a text for the cases of each time."""
        return self.judges.get(figures.id) or self.policies[figures.policy]

    def zone_of(self, figures: CaseFigures) -> str:
        """The zone whose wall clock the desk of this case lives by."""
        return self.policy_of(figures).zone


def population(
    repo: Repo,
    commit: str,
    as_of: Instant,
    desk: str | None = None,
    on_progress: Callable[[int], None] = lambda cases: None,
    with_book: bool = False,
) -> Population:
    """Every case opened by `as_of` (of one desk, when given), judged as of it; cases in order of their IDs.

    A case that cannot be judged is an exception and spoils no other. `on_progress` gets the number of cases read so
    far, now and then. `with_book` brings along what `policies/` says now. Raises `CasectlError` for a shallow clone,
    `NotFound` for a desk that `policies/` does not have.
    """
    refuse_shallow(repo)
    book, mistakes = read_book(repo, commit) if with_book or desk is not None else (Book({}, {}), ())
    if desk is not None:
        refuse_unknown_desk(book, desk)
    timelines = _counted(read_timelines(repo, commit), on_progress)
    found = _judged(repo, commit, timelines, as_of, desk)
    return found._replace(exceptions=(*found.exceptions, *_stranded(found.figures)), book=book, book_problems=mistakes)


def narrowed(found: Population, customer: str | None = None, team: str | None = None) -> Population:
    """The same, with the cases of one customer, of one team, or of both alone."""
    kept = (each for each in found.figures if customer in (None, each.customer) and team in (None, each.team))
    return found._replace(figures=tuple(kept), customer=customer, team=team)


def _stranded(figures: tuple[CaseFigures, ...]) -> Iterator[Problem]:
    """Cases that were merged into one that is void: nobody works on them, and no list shows them."""
    void = {each.id for each in figures if each.void}
    for each in figures if void else ():
        if each.merged_into in void and not each.void:
            message = f"merged into {each.merged_into}, which was taken back as a whole: nobody works on it"
            yield Problem(path_of(each.id), 0, message, f"casectl undo {each.id} --reason TEXT", warning=True)


def _counted(timelines: Iterable[Timeline], on_progress: Callable[[int], None]) -> Iterator[Timeline]:
    for number, timeline in enumerate(timelines):
        if number % PROGRESS_EVERY == 0:
            on_progress(number)
        yield timeline


def population_of(
    repo: Repo, commit: str, as_of: Instant, case_ids: Iterable[str], desk: str | None = None
) -> Population:
    """As `population`, of the named cases only and without a walk over the others' history, in the order named."""
    return population_of_lives(repo, commit, as_of, (read_timeline(repo, name, commit) for name in case_ids), desk)


def population_of_lives(
    repo: Repo, commit: str, as_of: Instant, timelines: Iterable[Timeline], desk: str | None = None
) -> Population:
    """As `population_of`, of cases whose life at `commit` is known already."""
    refuse_shallow(repo)
    return _judged(repo, commit, timelines, as_of, desk, keep_order=True)


def refuse_unknown_desk(book: Book, desk: str) -> None:
    """Raise `NotFound` for a desk that `policies/` does not have."""
    if desk not in book.desks():
        raise NotFound(f"there is no desk '{desk}' in policies/", did_you_mean(desk, book.desks()))


def judge(shelf: PolicyShelf, timeline: Timeline, as_of: Instant) -> tuple[tuple[Terms, ...], CaseFigures] | Problem:
    """What one case is judged by and its figures, or the problem why there are none."""
    terms = shelf.pinned(timeline, as_of)
    if isinstance(terms, Problem):
        return terms
    try:
        figures = evaluate(timeline, terms, as_of)
    except CasectlError as mistake:
        return Problem(timeline.path, 0, mistake.message, mistake.hint)
    unjudged = [problem for problem in figures.problems if problem not in timeline.problems and not problem.warning]
    return unjudged[0] if unjudged else (terms, figures)


def _judged(
    repo: Repo,
    commit: str,
    timelines: Iterable[Timeline],
    as_of: Instant,
    desk: str | None,
    keep_order: bool = False,
) -> Population:
    policies: dict[str, Policy] = {}
    judges: dict[str, Policy] = {}
    figures: list[CaseFigures] = []
    exceptions: list[Problem] = []
    with ObjectReader(repo) as reader:
        shelf = PolicyShelf(repo, reader, commit)
        for outcome in _outcomes(shelf, timelines, as_of, desk):
            if isinstance(outcome, Problem):
                exceptions.append(outcome)
                continue
            terms, of_case = outcome
            policies.update((each.policy.ref, each.policy) for each in terms)
            judges[of_case.id] = terms[-1].policy
            figures.append(of_case)
        exceptions += shelf.warnings
    if not keep_order:
        figures.sort(key=lambda of_case: of_case.id)
    used = dict(sorted(policies.items()))
    found = tuple(sorted(set(exceptions), key=_order))
    return Population(commit, as_of, zone_data_version(), used, tuple(figures), found, desk, judges=judges)


def _outcomes(
    shelf: PolicyShelf, timelines: Iterable[Timeline], as_of: Instant, desk: str | None
) -> Iterator[tuple[tuple[Terms, ...], CaseFigures] | Problem]:
    waiting = iter(timelines)
    while some := list(islice(waiting, CASES_AT_ONCE)):
        shelf.prepare(some, as_of)
        for timeline in some:
            own = desk if desk is None else _desk_of(shelf, timeline, as_of)
            if own not in ("", desk):
                continue
            yield from unreadable_now(shelf.reader, shelf.commit, timeline)
            if timeline.steps and timeline.opened.at <= as_of and own == desk:
                yield judge(shelf, timeline, as_of)


def unreadable_now(reader: ObjectReader, commit: str, timeline: Timeline) -> tuple[Problem, ...]:
    """What is wrong with a case's file as `commit` has it. What was wrong once and was mended is the audit's matter."""
    if all(problem.warning for problem in timeline.problems):
        return ()
    content = reader.read(f"{commit}:{timeline.path}")
    if content is None:
        return (Problem(timeline.path, 0, "the case's file is deleted", f"casectl log {timeline.case_id}"),)
    _, problems = CaseReader(timeline.case_id, timeline.path).read(content)
    return tuple(problem for problem in problems if not problem.warning)


def _desk_of(shelf: PolicyShelf, timeline: Timeline, as_of: Instant) -> str:
    """The desk whose case it is; empty where nothing says so."""
    return next(iter(desks_between(shelf.given(timeline), as_of, as_of)), "")


def zone_data_version() -> str:
    """The version of the zone data in use, or `system` and where that looks, when it is not the package's."""
    if (packaged_zones(),) != zoneinfo.TZPATH:
        return f"system ({':'.join(zoneinfo.TZPATH)})"
    return str(import_module("tzdata").__version__)


def _order(problem: Problem) -> tuple[str, int, str]:
    return problem.path, problem.line, problem.message
