"""Which policy a case is judged by: the version that it is pinned to, as committed when it was pinned."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from casectl.model.case import Value
from casectl.model.instants import Instant
from casectl.model.policy import Book, Customer, Policy
from casectl.model.problems import Problem
from casectl.model.timeline import Step, Timeline
from casectl.store.book import FOLDER, read_book
from casectl.store.objects import ObjectReader
from casectl.store.repo import Repo


class Pinned(NamedTuple):
    """The policy of one case, the desk's customers, and the commit whose tree holds their text."""

    policy: Policy
    customers: Mapping[str, Customer]
    commit: str


@dataclass(frozen=True, slots=True)
class PolicyShelf:
    """Books by commit and desk. Commits whose `policies/` are the same share one, so that calendars are built once."""

    repo: Repo
    reader: ObjectReader
    _books: dict[tuple[str, str], tuple[Book, tuple[Problem, ...]]] = field(default_factory=dict)
    _folders: dict[str, str] = field(default_factory=dict)
    """The object that `policies/` is at a commit, of the commits asked for together last."""

    def book_at(self, commit: str, desk: str) -> tuple[Book, tuple[Problem, ...]]:
        """What `policies/` said of a desk at `commit`, and what could not be read of it."""
        if commit not in self._folders:
            self._look_up((commit,))
        key = (self._folders[commit], desk)
        if key not in self._books:
            self._books[key] = read_book(self.repo, commit, desk, self.reader)
        return self._books[key]

    def prepare(self, timelines: Iterable[Timeline], as_of: Instant) -> None:
        """Get ready for these cases to be judged: one question to git for all of them, instead of one for each."""
        lives = (timeline.until(as_of) for timeline in timelines)
        self._folders.clear()
        self._look_up(tuple({pinning_step(steps).commit for steps in lives if steps}))

    def _look_up(self, commits: Sequence[str]) -> None:
        found = self.reader.look_at_all([f"{commit}:{FOLDER}" for commit in commits])
        self._folders.update((commit, each.id if each else "") for commit, each in zip(commits, found, strict=True))

    def pinned(self, timeline: Timeline, as_of: Instant) -> Pinned | Problem:
        """What judges a case as of a moment, or the problem why nothing can."""
        steps = timeline.until(as_of)
        step = pinning_step(steps)
        ref = str(last_value(steps, "policy") or "")
        book, problems = self.book_at(step.commit, ref.partition("/")[0])
        policy = book.policies.get(ref)
        if policy is None:
            return _missing(timeline, ref, step, problems)
        return Pinned(policy, book.customers.get(policy.desk, {}), step.commit)


def pinning_step(steps: Sequence[Step]) -> Step:
    """The step that pinned the case to its policy: its opening, unless a later one moved it on the record."""
    return next((step for step in reversed(steps) if "policy" in step.changes), steps[0])


def last_value(steps: Sequence[Step], name: str) -> Value | None:
    """What a field holds after these steps; the whole case need not be put together for it."""
    return next((step.changes[name] for step in reversed(steps) if name in step.changes), None)


def _missing(timeline: Timeline, ref: str, step: Step, problems: tuple[Problem, ...]) -> Problem:
    path = f"policies/{ref}.yaml"
    cause = next((f": {p.message}" for p in problems if p.path == path and not p.warning), "")
    message = f"policy '{ref}' cannot be read at {step.commit[:12]}, which pinned the case to it{cause}"
    return Problem(timeline.path, 0, message, f"git show {step.commit[:12]}:{path}")
