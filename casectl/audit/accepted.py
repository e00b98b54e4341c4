"""Findings that somebody accepted, in `policies/accepted.yaml` at the commit that is audited: who, why, until when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

from casectl.audit.finding import Finding
from casectl.model.instants import Instant
from casectl.model.policy import Book
from casectl.model.problems import Problem
from casectl.model.scrutiny import Acceptance
from casectl.model.scrutiny_reader import read_accepted
from casectl.store.book import commit_tree
from casectl.store.objects import ObjectReader
from casectl.store.policy_tree import ACCEPTED
from casectl.store.repo import Repo


@dataclass(frozen=True, slots=True)
class Acceptances:
    """Every word about a finding, by the finding's id, and all that is wrong with the file that holds them."""

    given: Mapping[str, Acceptance]
    path: str
    problems: tuple[Problem, ...]
    book: Book
    today: date

    def of(self, finding: Finding) -> Acceptance | None:
        """The word that lets a finding stand, if there is one that counts."""
        word = self.given.get(finding.id)
        return word if word is not None and not self._why_not(word, finding.desk) else None

    def idle(self, found: Mapping[str, Finding], complete: bool) -> Iterator[Problem]:
        """Words that accept nothing, and why. Of findings that are not among those `found` only where these are
        `complete`."""
        for name, word in self.given.items():
            finding = found.get(name)
            why = self._why_not(word, finding.desk if finding else "")
            if not why and finding is None and complete:
                why = f"there is no finding '{name}' (any more)"
            if why:
                hint = "take the line out, or renew it: git keeps what it said"
                yield Problem(self.path, word.line, why, hint, warning=True)

    def _why_not(self, word: Acceptance, desk: str) -> str:
        person = self.book.staff.get(word.by)
        if person is None:
            return f"'{word.by}' is not in the staff list, and accepts nothing"
        if self.today > word.until:
            return f"finding '{word.finding}' was accepted until {word.until}, which is over"
        roles = self._roles(desk)
        if roles and not any(person.holds(wanted, name) for name, wanted in roles.items()):
            wanted = dict.fromkeys(role for each in roles.values() for role in each)
            return f"{word.by} may not accept finding '{word.finding}': that is for {' or '.join(wanted)}"
        return ""

    def _roles(self, desk: str) -> dict[str, tuple[str, ...]]:
        """Who may accept a finding about a desk, as its policy in force says; about none in particular: any desk's."""
        desks = [desk] if desk else self.book.desks()
        policies = (self.book.in_force(name, self.today) for name in desks)
        return {
            policy.desk: policy.scrutiny.accepted_by for policy in policies if policy and policy.scrutiny.accepted_by
        }


def read_acceptances(repo: Repo, commit: str, book: Book, now: Instant) -> Acceptances:
    """What `policies/accepted.yaml` says at a commit. A word holds until the end of its last day (UTC)."""
    with ObjectReader(repo) as reader:
        tree = commit_tree(repo, reader, commit)
        node, problems = tree.node(ACCEPTED) if tree.found else (None, ())
        path = tree.shown(ACCEPTED)
    given: tuple[Acceptance, ...] = ()
    if node is not None and not problems:
        given, problems = read_accepted(node, path)
    today = datetime.fromtimestamp(now, UTC).date()
    return Acceptances({each.finding: each for each in given}, path, problems, book, today)
