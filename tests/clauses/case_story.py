"""Stories on the shipped policies, told through the real verbs and judged by the real clock.

`story("ess").at("2026-11-23 09:00").open(channel="phone").at("2026-11-23 16:00").do(respond, "On it.").row(…)`.
Times are local to the desk. Nothing is stored: what a verb wants is what happened.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from casectl.desk.verb import Opening, Scene
from casectl.desk.verbs.open import open as open_case
from casectl.model.case import Case
from casectl.model.change import Change, Moment
from casectl.model.figures import CaseFigures, TargetRow
from casectl.model.instants import Instant, format_instant, zone_named
from casectl.model.policy import Book, Policy
from casectl.model.timeline import Step, Timeline
from casectl.sla.clock import evaluate
from casectl.sla.ledger import ledger
from casectl.store.book import read_book
from casectl.store.create import create_repo
from casectl.store.repo import Identity, head_commit
from casectl.store.shipped import shipped_desks, shipped_files
from tests.desk.desk_day import counting


@cache
def shipped_book() -> Book:
    """What a new repository with every shipped desk says; made once, with real git."""
    files = {path: text for desk in shipped_desks() for path, text in shipped_files(desk).items()}
    with TemporaryDirectory() as folder:
        repo = create_repo(Path(folder) / "desks", files, "Set up", 0, Identity("Desk", "desk@example.com"))
        book, problems = read_book(repo, head_commit(repo))
    assert not [str(problem) for problem in problems if not problem.warning]
    return book


@dataclass(frozen=True)
class CaseStory:
    """One case so far; every method gives a new story."""

    policy: Policy
    now: Instant = 0
    steps: tuple[Step, ...] = ()
    case: Case = field(default_factory=lambda: Case({}))

    def instant(self, local: str) -> Instant:
        return int(datetime.fromisoformat(local).replace(tzinfo=zone_named(self.policy.zone)).timestamp())

    def at(self, local: str) -> CaseStory:
        """Time goes on to a local moment of the desk's zone."""
        return replace(self, now=self.instant(local))

    @property
    def _moment(self) -> Moment:
        return Moment(self.now, "sam", counting())

    def open(self, **options: Any) -> CaseStory:
        for claim in ("received", "detected"):
            if claim in options:
                options[claim] = format_instant(self.instant(options[claim]))
        wanted = {"title": "Nobody can sign in", "customer": "acme", "desk": self.policy.desk} | options
        return self._after(open_case(Opening(shipped_book(), self._moment), **wanted))

    def do(self, verb: Callable[..., Change], *arguments: Any, **options: Any) -> CaseStory:
        return self._after(verb(Scene(self.case, self.policy, shipped_book(), self._moment), *arguments, **options))

    def _after(self, change: Change) -> CaseStory:
        step = Step(f"{len(self.steps):040x}", self.now, "sam@example.com", change.fields, change.entries)
        return replace(self, steps=(*self.steps, step), case=self.case.changed(change.fields, change.entries))

    def figures(self, local: str | None = None) -> CaseFigures:
        """All rows as of a local moment, or as of now."""
        as_of = self.now if local is None else self.instant(local)
        customers = shipped_book().customers[self.policy.desk]
        timeline = Timeline(self.case.id, "story", self.steps)
        figures = evaluate(timeline, self.policy, customers, as_of)
        assert not figures.problems
        for row in figures.rows:
            lines = ledger(timeline, self.policy, customers, as_of, row.target, row.occurrence)
            assert sum(line.counted_seconds for line in lines) == row.elapsed_seconds, "the ledger adds up"
        return figures

    def rows(self, target: str, local: str | None = None) -> list[TargetRow]:
        return [row for row in self.figures(local).rows if row.target == target]

    def row(self, target: str, local: str | None = None) -> TargetRow:
        """The one row of a target as of a local moment, or as of now."""
        rows = self.rows(target, local)
        assert len(rows) == 1, f"{len(rows)} rows of {target}"
        return rows[0]

    def local(self, instant: Instant | None) -> str:
        """An instant as this story tells time."""
        assert instant is not None
        return f"{datetime.fromtimestamp(instant, zone_named(self.policy.zone)):%Y-%m-%d %H:%M}"


def story(desk: str, on: str = "2026-11-23") -> CaseStory:
    """A story at a shipped desk, under the policy in force on a day."""
    day = datetime.fromisoformat(on).replace(tzinfo=UTC).date()
    policy = shipped_book().in_force(desk, day)
    assert policy is not None
    return CaseStory(policy)


HOUR = 3600
MINUTE = 60
