"""What a case is judged by: the versions that it was pinned to, as committed when it was pinned to each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from casectl.model.case import Value
from casectl.model.instants import Instant
from casectl.model.policy import Book
from casectl.model.problems import Problem
from casectl.model.terms import Terms
from casectl.model.timeline import Step, Timeline
from casectl.sla.voids import effective
from casectl.store.book import FOLDER, read_book
from casectl.store.later_holidays import LaterHolidays
from casectl.store.objects import ObjectReader
from casectl.store.repo import Repo


class Given(NamedTuple):
    """That a step gave a case to a desk."""

    commit: str
    """Empty for a case that no step gave to any: it has always been that of the desk whose prefix its ID has."""
    at: Instant
    desk: str


@dataclass(eq=False, slots=True)
class PolicyShelf:
    """Books by commit and desk. Commits whose `policies/` are the same share one, so that calendars are built once.

    `commit` is the one that is read: it tells of holidays that were listed after a case was pinned.
    """

    repo: Repo
    reader: ObjectReader
    commit: str
    book: Book | None = None
    """All that `policies/` says there, for who has read it already."""
    _books: dict[tuple[str, str], tuple[Book, tuple[Problem, ...]]] = field(default_factory=dict)
    _folders: dict[str, str] = field(default_factory=dict)
    """The object that `policies/` is at a commit, of the commits asked for together last."""
    _later: LaterHolidays = field(init=False)

    def __post_init__(self) -> None:
        self._later = LaterHolidays(self.repo, self.reader, self.commit)

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """Holidays that were listed too late to count, for the cases asked about so far."""
        return tuple(self._later.warnings)

    def book_at(self, commit: str, desk: str) -> tuple[Book, tuple[Problem, ...]]:
        """What `policies/` said of a desk at `commit`, and what could not be read of it."""
        self._look_up((commit,))
        key = (self._folders[commit], desk)
        if key not in self._books:
            self._books[key] = read_book(self.repo, commit, desk, self.reader)
        return self._books[key]

    def prepare(self, timelines: Iterable[Timeline], as_of: Instant, also: Iterable[str] = ()) -> None:
        """Get ready for these cases to be judged: one question to git for all of them, instead of one for each.

        And for `book_at` those commits, `also`.
        """
        pins = [step.commit for each in timelines for step in pinning_steps(each.until(as_of), each.case_id)]
        self._folders.clear()
        self._look_up([self.commit, *pins, *also])

    def pinned(self, timeline: Timeline, as_of: Instant) -> tuple[Terms, ...] | Problem:
        """What judges a case as of a moment, one after the other, or the problem why nothing can."""
        pins = pinning_steps(timeline.until(as_of), timeline.case_id)
        self._look_up([self.commit, *(step.commit for step in pins)])
        found: list[Terms] = []
        for step in pins:
            terms = self._terms(timeline.path, step)
            if isinstance(terms, Problem):
                return terms
            found.append(terms)
        return tuple(found)

    def given(self, timeline: Timeline) -> tuple[Given, ...]:
        """Every step that gave the case to a desk, in order. A desk is one that has a policy that can be read, then or
        at `commit`: who names another gives the case to nobody."""
        named = (step for step in timeline.steps if "policy" in step.changes)
        found = (Given(step.commit, step.at, _desk_in(step)) for step in named)
        known = tuple(each for each in found if self._is_desk(each.desk, each.commit))
        desk = "" if known else self._book().desk_with(timeline.case_id.partition("-")[0])
        return (Given("", 0, desk),) if desk else known

    def _is_desk(self, desk: str, commit: str) -> bool:
        return desk in self._book().desks() or desk in self.book_at(commit, desk)[0].desks()

    def _book(self) -> Book:
        if self.book is None:
            self.book, _ = read_book(self.repo, self.commit, reader=self.reader)
        return self.book

    def _look_up(self, commits: Iterable[str]) -> None:
        asked = [*dict.fromkeys(commit for commit in commits if commit not in self._folders)]
        found = self.reader.look_at_all([f"{commit}:{FOLDER}" for commit in asked])
        self._folders.update((commit, each.id if each else "") for commit, each in zip(asked, found, strict=True))

    def _terms(self, path: str, step: Step) -> Terms | Problem:
        ref = str(step.changes.get("policy") or "")
        book, problems = self.book_at(step.commit, _desk_in(step))
        policy = book.policies.get(ref)
        if policy is None:
            return _missing(path, ref, step, problems)
        policy = self._later.policy(policy, step, self._folders[step.commit], self._folders[self.commit])
        return Terms(policy, book.customers.get(policy.desk, {}), book.staff, step.commit)


def pinning_steps(steps: tuple[Step, ...], case_id: str) -> tuple[Step, ...]:
    """The steps that pinned the case to a policy: its opening, and each that moved it to another on the record.

    A move that was undone never happened, and its undo pins nothing.
    """
    counting = effective(steps, case_id).steps
    return (*steps[:1], *(step for step in counting[1:] if "policy" in step.changes))


def desks_between(given: Sequence[Given], since: Instant | None, until: Instant) -> tuple[str, ...]:
    """The desks whose case it was at some time from `since` (None: its beginning) to `until`, in order; of a case that
    was opened later, all that it was ever given to."""
    known = [each for each in given if each.at <= until] or given
    held = [place for place, each in enumerate(known) if since is not None and each.at <= since]
    return tuple(each.desk for each in known[held[-1] if held else 0 :])


def _desk_in(step: Step) -> str:
    return str(step.changes.get("policy") or "").partition("/")[0]


def last_value(steps: Sequence[Step], name: str) -> Value | None:
    """What a field holds after these steps; the whole case need not be put together for it."""
    return next((step.changes[name] for step in reversed(steps) if name in step.changes), None)


def _missing(path: str, ref: str, step: Step, problems: tuple[Problem, ...]) -> Problem:
    file = f"policies/{ref}.yaml"
    cause = next((f": {p.message}" for p in problems if p.path == file and not p.warning), "")
    message = f"policy '{ref}' cannot be read at {step.commit[:12]}, which pinned the case to it{cause}"
    return Problem(path, 0, message, f"git show {step.commit[:12]}:{file}", commit=step.commit)
