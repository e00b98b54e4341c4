"""A desk whose policies, customers and holidays change while a case is open: real commits, at chosen moments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

from casectl.model.case import Value
from casectl.model.policy import Policy
from casectl.model.problems import Problem
from casectl.model.terms import Terms
from casectl.store.history import read_timeline
from casectl.store.objects import ObjectReader
from casectl.store.pinned import PolicyShelf
from tests.conftest import GitRepo, MakeRepo
from tests.store.stories import A, opened, setting, stepped

POLICY = """\
desk: acme-desk
version: "1.0"
name: Acme support
prefix: ABC
effective: 2026-01-01
zone: Europe/London
calendars:
  desk: {hours: {mon-fri: "08:00-18:00"}, holidays: [bank], except: [2026-12-29]}
  tokyo: {zone: Asia/Tokyo, hours: {mon-fri: "09:00-17:00"}, holidays: bank}
  both: {union: [desk, tokyo]}
  always: 24x7
channels: {phone: {calendar: desk}}
priorities: {p3: {}}
types: {fault: {priority: p3}}
states: {new: {phase: new, to: [closed]}, closed: {phase: closed}}
defaults: {status: new, type: fault, channel: phone}
targets:
  resolution: {start: opened, stop: resolved, calendar: both, within: 2wd}
"""
CHRISTMAS, BOXING, TUESDAY = date(2026, 12, 25), date(2026, 12, 28), date(2026, 12, 29)
FOREVER = 1 << 40


def moment(text: str) -> int:
    """`2026-12-01 10:00` (UTC) as an instant."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def bank(*days: date, note: str = "") -> str:
    """The holiday list with these dates."""
    rows = "".join(f'  {day}: "A holiday"\n' for day in days)
    return f"name: bank\nyears: 2026-2027\ndates:{'' if days else ' {}'}\n{rows}{note}"


@dataclass(frozen=True)
class Desk:
    """The repository, and what its history says of case A at HEAD."""

    git_repo: GitRepo

    def holidays(self, *days: date, at: str, note: str = "") -> str:
        """Commits the holiday list; gives the commit."""
        return self.git_repo.commit("policies/holidays/bank.yaml", bank(*days, note=note), moment(at))

    def edit(self, path: str, text: str, at: str) -> str:
        return self.git_repo.commit(path, text, moment(at))

    def open(self, at: str, name: str = A) -> str:
        return opened(self.git_repo, name, moment(at)).commit

    def set(self, at: str, **fields: Value | None) -> str:
        return stepped(self.git_repo, setting(**fields), moment(at)).commit

    def terms(self, shelf: PolicyShelf, name: str = A, as_of: int = FOREVER) -> tuple[Terms, ...]:
        found = shelf.pinned(read_timeline(shelf.repo, name, shelf.commit), as_of)
        assert not isinstance(found, Problem), found
        return found

    def judged_by(self, name: str = A) -> Policy:
        """The policy that judges a case now."""
        return self.told(name)[0][-1].policy

    def told(self, name: str = A, as_of: int = FOREVER) -> tuple[tuple[Terms, ...], tuple[Problem, ...]]:
        """A case's terms, and what is to be said of its holidays."""
        with ObjectReader(self.git_repo.repo) as reader:
            shelf = PolicyShelf(self.git_repo.repo, reader, self.git_repo.head)
            return self.terms(shelf, name, as_of), shelf.warnings

    def closed(self, calendar: str = "desk", name: str = A) -> frozenset[date]:
        """The holidays of a calendar of the policy that judges a case."""
        return self.judged_by(name).calendars[calendar].holidays


def desk_with(make_repo: MakeRepo, more: Mapping[str, str] | None = None) -> Desk:
    """A desk with that policy, Christmas on its holiday list, and `more` files; from September 2026."""
    files = {"policies/acme-desk/1.0.yaml": POLICY, "policies/holidays/bank.yaml": bank(CHRISTMAS)}
    return Desk(make_repo(files={**files, **(more or {})}))
