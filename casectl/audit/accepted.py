"""Findings that somebody accepted, in `policies/accepted.yaml` at the commit that is audited: who, why, until when.

A word counts only if who gives it committed it, also once it had been taken out, and never for a commit of their own;
nor from a name that was entered for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from casectl.audit.finding import Finding, named_mail
from casectl.audit.history import History
from casectl.audit.persons import Persons
from casectl.audit.united import WORDS, Words, words_in
from casectl.model.policy import Book
from casectl.model.problems import Problem
from casectl.model.scrutiny import Acceptance
from casectl.model.scrutiny_reader import read_accepted
from casectl.store.book import CommitTree, commit_tree
from casectl.store.commitlog import Commit
from casectl.store.objects import ObjectReader
from casectl.store.policy_tree import ACCEPTED


@dataclass(frozen=True, slots=True)
class Acceptances:
    """Every word about a finding, by the finding's id, and all that is wrong with the file that holds them."""

    given: Mapping[str, Acceptance]
    path: str
    problems: tuple[Problem, ...]
    book: Book
    today: date
    writers: Mapping[Acceptance, Sequence[Commit]]
    """Which commits put each word into the file, as it stands."""
    history: History
    persons: Persons

    def of(self, finding: Finding) -> Acceptance | None:
        """The word that lets a finding stand, or did until it was over, if there is one that counts."""
        word = self.given.get(finding.id)
        return word if word is not None and not self._why_not(word, finding) else None

    def is_over(self, word: Acceptance) -> bool:
        """Whether the last day of a word has passed."""
        return self.today > word.until

    def idle(self, found: Mapping[str, Finding], complete: bool) -> Iterator[Problem]:
        """Words that accept nothing, and why. Of findings that are not among those `found` only where these are
        `complete`."""
        for name, word in self.given.items():
            finding = found.get(name)
            over = f"finding '{name}' was accepted until {word.until}, which is over" if self.is_over(word) else ""
            why = over or self._why_not(word, finding)
            if not why and finding is None and complete:
                why = f"there is no finding '{name}' (any more)"
            if why:
                hint = "take the line out, or renew it: git keeps what it said"
                yield Problem(self.path, word.line, why, hint, warning=True)

    def _why_not(self, word: Acceptance, finding: Finding | None) -> str:
        person = self.book.staff.get(word.by)
        if person is None:
            return f"'{word.by}' is not in the staff list, and accepts nothing"
        written = self.writers.get(word._replace(line=0), ())
        own = [each for each in written if self.persons.wrote(word.by, each)]
        if not own:
            who = named_mail(written[-1].committer.mail) if written else "nobody, since it was taken out"
            return f"finding '{word.finding}' is accepted by {word.by}, and that was committed by {who}"
        if finding is not None and self.persons.is_of(word.by, self.history.commits[finding.commit]):
            return f"finding '{word.finding}' is about a commit of {word.by}'s own: somebody else has to accept it"
        if finding is not None and self._is_appointed(word.by, own[-1], finding):
            return f"who is to accept finding '{word.finding}' was entered by whose commit it is about: {word.by}"
        desk = finding.desk if finding else ""
        roles = self._roles(desk)
        if roles and not any(person.holds(wanted, name) for name, wanted in roles.items()):
            wanted = dict.fromkeys(role for each in roles.values() for role in each)
            return f"{word.by} may not accept finding '{word.finding}': that is for {' or '.join(wanted)}"
        return ""

    def _is_appointed(self, who: str, word: Commit, finding: Finding) -> bool:
        """Whether the address by which somebody gave their word was entered by a hand of the finding, not before it."""
        found = self.history.commits[finding.commit]
        entered = self.persons.entries(who, word.committer.mail)
        later = (each for each in entered if not self.history.is_before(each.id, found.id))
        return any(self.persons.is_by_one(each, found) for each in later)

    def _roles(self, desk: str) -> dict[str, tuple[str, ...]]:
        """Who may accept a finding about a desk, as its policy in force says; about none in particular: any desk's."""
        desks = [desk] if desk else self.book.desks()
        policies = (self.book.in_force(name, self.today) for name in desks)
        return {
            policy.desk: policy.scrutiny.accepted_by for policy in policies if policy and policy.scrutiny.accepted_by
        }


def read_acceptances(history: History) -> Acceptances:
    """What `policies/accepted.yaml` says at the commit that is audited. A word holds until the end of its last day
    (UTC)."""
    with ObjectReader(history.repo) as reader:
        tree = commit_tree(history.repo, reader, history.commit)
        node, problems = tree.node(ACCEPTED) if tree.found else (None, ())
        given: tuple[Acceptance, ...] = ()
        if node is not None and not problems:
            given, problems = read_accepted(node, tree.shown(ACCEPTED))
        writers = _writers(history, tree, frozenset(each._replace(line=0) for each in given))
    today = datetime.fromtimestamp(history.now, UTC).date()
    words = {each.finding: each for each in given}
    return Acceptances(words, tree.shown(ACCEPTED), problems, history.book, today, writers, history, Persons(history))


def _writers(history: History, tree: CommitTree, given: Words) -> dict[Acceptance, list[Commit]]:
    """The commits that put each of these words into the file, whatever line it stands on, since it last was taken out.
    A version that cannot be read says what the one before it said."""
    found: dict[Acceptance, list[Commit]] = {word: [] for word in given}
    said: dict[str, Words] = {}
    for commit in history.commits.values():
        touches = [each for each in history.touches.get(commit.id, ()) if each.path == WORDS]
        if touches:
            had, new = [said.get(each.old, Words()) for each in touches], touches[0].new
            words, _ = words_in(tree, new)
            said[new] = had[0] if words is None else words & given
            before = Words().union(*had)
            for word in before - said[new]:
                found[word] = [each for each in found[word] if not history.is_before(each.id, commit.id)]
            for word in said[new] - before if len(touches) >= len(commit.parents) else ():
                found[word].append(commit)
    return found
