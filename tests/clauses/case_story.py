"""Stories on the shipped policies, told through the real verbs and judged by the real clock.

`story("ess").at("2026-11-23 09:00").open(channel="phone").at("2026-11-23 16:00").do(respond, "On it.").row(…)`.
Times are local to the desk, in what verbs are told too. Nothing is stored: what a verb wants is what happened.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from casectl.desk.consequences import Setting, with_consequences
from casectl.desk.sweeping import swept
from casectl.desk.verb import Opening, Scene
from casectl.desk.verbs.open import open as open_case
from casectl.model.case import Case, Entry, Scalar
from casectl.model.change import Change, Moment
from casectl.model.figures import CaseFigures, DutyRow, TargetRow
from casectl.model.instants import Instant, format_instant, zone_named
from casectl.model.policy import Book, Policy
from casectl.model.problems import NotAllowed
from casectl.model.terms import Terms
from casectl.model.timeline import Step, Timeline
from casectl.sla.clock import evaluate
from casectl.sla.ledger import ledger
from casectl.store.book import read_book
from casectl.store.create import create_repo
from casectl.store.repo import Identity, head_commit
from casectl.store.shipped import shipped_desks, shipped_files
from tests.desk.desk_day import counting

LOCAL_TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)?")
HOUR = 3600
MINUTE = 60


@cache
def shipped_book() -> Book:
    """What a new repository with every shipped desk says; made once, with real git."""
    return book_of({path: text for desk in shipped_desks() for path, text in shipped_files(desk).items()})


def book_of(files: Mapping[str, str]) -> Book:
    """What a repository with these files says. Fails when there is a mistake in them."""
    with TemporaryDirectory() as folder:
        repo = create_repo(Path(folder) / "desks", files, "Set up", 0, Identity("Desk", "desk@example.com"))
        book, problems = read_book(repo, head_commit(repo))
    assert not [str(problem) for problem in problems if not problem.warning]
    return book


@dataclass(frozen=True)
class CaseStory:
    """One case so far; every method gives a new story."""

    opened_under: Policy
    now: Instant = 0
    steps: tuple[Step, ...] = ()
    case: Case = field(default_factory=lambda: Case({}))
    person: str = "sam"
    customer: str = "acme"
    change: Change = field(default_factory=lambda: Change("", "", "", {}))
    """What the last verb wanted."""
    others: dict[str, Case] = field(default_factory=dict)
    """Other cases that there are, by ID."""
    book: Book = field(default_factory=shipped_book)
    """All that `policies/` says."""

    def at(self, local: str) -> CaseStory:
        """Time goes on to a local moment of the desk's zone."""
        return replace(self, now=self.instant(local))

    def by(self, person: str) -> CaseStory:
        """From here on that one of the staff acts."""
        return replace(self, person=person)

    def of(self, customer: str) -> CaseStory:
        """The case will be that customer's."""
        return replace(self, customer=customer)

    def beside(self, other: CaseStory) -> CaseStory:
        """That other case is there, too."""
        return replace(self, others={**self.others, other.case.id: other.case})

    def open(self, **options: Any) -> CaseStory:
        wanted = {"title": "Nobody can sign in", "customer": self.customer, "desk": self.opened_under.desk}
        opening = Opening(self.book, self._moment, self.others.get, self._lately)
        change = open_case(opening, **wanted | self._told(options))
        setting = Setting(None, self.opened_under, self.book, self._moment)
        return self._after(with_consequences(change, setting))

    def _lately(self, prefix: str) -> tuple[Case, ...]:
        return tuple(case for name, case in self.others.items() if name.startswith(f"{prefix}-"))

    def do(self, verb: Callable[..., Change], *arguments: Any, **options: Any) -> CaseStory:
        """That verb, with what the command line would hand it; local times are told as instants."""
        scene = Scene(self.case, self.policy, self.book, self._moment, self.terms, self.timeline, self.others.get)
        change = verb(scene, *[self._instants(one) for one in arguments], **self._told(options))
        setting = Setting(self.case, self.policy, self.book, self._moment, self.terms, self.steps)
        return self._after(with_consequences(change, setting))

    def sweep(self) -> CaseStory:
        """All that time has made due by now is done by the program, one thing after the other."""
        story = self
        while story.figures().upcoming:
            story = story.do(swept)
        return story

    def refused(self, verb: Callable[..., Change], *arguments: Any, **options: Any) -> str:
        """What that verb is refused with, and the hint. Fails the test when it is let through."""
        with pytest.raises(NotAllowed) as refusal:
            self.do(verb, *arguments, **options)
        return f"{refusal.value.message}; {refusal.value.hint}"

    def duties(self, name: str, local: str | None = None) -> list[DutyRow]:
        """Every occurrence of a duty, or a detail, as of a local moment or of now."""
        return [row for row in self.figures(local).duties if row.duty == name]

    def duty_states(self, name: str, local: str | None = None) -> list[str]:
        return [row.state for row in self.duties(name, local)]

    def owing(self, local: str | None = None) -> list[str]:
        """The names of all that is still owed."""
        return [row.duty for row in self.figures(local).duties if row.open]

    def notices(self) -> list[tuple[str, str]]:
        """Each notice that wrote itself: the rule or duty that did it, and who is told."""
        logged = (entry for entry in self.case.log if entry.kind == "notice")
        return [(str(entry.fields["rule"]), str(entry.fields.get("to", "customer"))) for entry in logged]

    @property
    def policy(self) -> Policy:
        """The one that the case is pinned to."""
        return self.terms[-1].policy

    @property
    def terms(self) -> tuple[Terms, ...]:
        """What the case is judged by, from its opening on and from each move to another policy."""
        book = self.book
        customers = book.customers[self.opened_under.desk]
        moves = [step for step in self.steps[1:] if "policy" in step.changes]
        further = (Terms(book.policies[str(s.changes["policy"])], customers, book.staff, s.commit) for s in moves)
        return (Terms(self.opened_under, customers, book.staff), *further)

    @property
    def timeline(self) -> Timeline:
        return Timeline(self.case.id, "story", self.steps)

    @property
    def entry(self) -> Entry:
        """The last log entry that is no notice: those write themselves."""
        return [entry for entry in self.case.log if entry.kind != "notice"][-1]

    def record(self, name: str) -> dict[str, Scalar]:
        """The last record of `commitments` or `exemptions`."""
        return dict(self.case.records(name)[-1])

    def figures(self, local: str | None = None) -> CaseFigures:
        """All rows as of a local moment, or as of now."""
        as_of = self.now if local is None else self.instant(local)
        figures = evaluate(self.timeline, self.terms, as_of)
        assert not figures.problems
        for row in figures.rows:
            lines = ledger(self.timeline, self.terms, as_of, row.target, row.occurrence)
            assert sum(line.counted_seconds for line in lines) == row.elapsed_seconds, "the ledger adds up"
        return figures

    def rows(self, target: str, local: str | None = None) -> list[TargetRow]:
        return [row for row in self.figures(local).rows if row.target == target]

    def row(self, target: str, local: str | None = None) -> TargetRow:
        """The one row of a target as of a local moment, or as of now."""
        rows = self.rows(target, local)
        assert len(rows) == 1, f"{len(rows)} rows of {target}"
        return rows[0]

    def state(self, target: str, local: str | None = None) -> str:
        return self.row(target, local).state

    def due(self, target: str, local: str | None = None) -> str:
        """When the one row of a target is due, as this story tells time."""
        return self.local(self.row(target, local).due_at)

    def instant(self, local: str) -> Instant:
        return int(datetime.fromisoformat(local).replace(tzinfo=zone_named(self.opened_under.zone)).timestamp())

    def local(self, instant: Instant | None) -> str:
        """An instant as this story tells time."""
        assert instant is not None
        told = datetime.fromtimestamp(instant, zone_named(self.opened_under.zone))
        return f"{told:%Y-%m-%d %H:%M:%S}" if told.second else f"{told:%Y-%m-%d %H:%M}"

    @property
    def _moment(self) -> Moment:
        return Moment(self.now, self.person, counting())

    def _told(self, options: dict[str, Any]) -> dict[str, Any]:
        return {name: self._instants(value) for name, value in options.items()}

    def _instants(self, said: Any) -> Any:
        is_time = isinstance(said, str) and LOCAL_TIME.fullmatch(said)
        return format_instant(self.instant(said)) if is_time else said

    def _after(self, change: Change) -> CaseStory:
        mail = self.book.staff[self.person].mail
        step = Step(f"{len(self.steps) + 1:08x}" * 5, self.now, mail, change.fields, change.entries)
        case = self.case.changed(change.fields, change.entries)
        return replace(self, steps=(*self.steps, step), case=case, change=change)


def story(desk: str, on: str = "2026-11-23") -> CaseStory:
    """A story at a shipped desk, under the policy in force on a day."""
    day = datetime.fromisoformat(on).replace(tzinfo=UTC).date()
    policy = shipped_book().in_force(desk, day)
    assert policy is not None
    return CaseStory(policy)
