"""Who is who on the staff list, by every version of it: which addresses are one person's, and who entered them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

from casectl.audit.history import History
from casectl.audit.staffing import People, staff_lists
from casectl.model.policy import Person
from casectl.store.commitlog import Commit

Mark = tuple[str, str | bytes]
"""What tells who somebody is: their key of the list, an address in small letters, or a signing key."""


class Persons:
    """Everybody who ever was on the list. Entries with a mark in common are one person's."""

    def __init__(self, history: History) -> None:
        self._history = history

    @cached_property
    def _lists(self) -> Mapping[str, People]:
        return staff_lists(self._history)

    @cached_property
    def _people(self) -> list[set[Mark]]:
        """The marks of each."""
        found: list[set[Mark]] = []
        entries = {id(people): people for people in self._lists.values()}.values()
        for marks in dict.fromkeys(_marks(person) for people in entries for person in people.values()):
            same = [each for each in found if each & marks]
            found = [*(each for each in found if not each & marks), set(marks).union(*same)]
        return found

    def wrote(self, key: str, commit: Commit) -> bool:
        """Whether somebody committed it by the address that the list had of them then."""
        person = self._lists[commit.id].get(key)
        return person is not None and person.mail.lower() == commit.committer.mail.lower()

    def is_of(self, key: str, commit: Commit) -> bool:
        """Whether somebody made a commit, as its author or its committer, by whatever address."""
        return any(("key", key) in each and each & _hands(commit) for each in self._people)

    def is_by_one(self, one: Commit, other: Commit) -> bool:
        """Whether somebody had a hand in both commits."""
        hands = _hands(one).union(*(each for each in self._people if each & _hands(one)))
        return not hands.isdisjoint(_hands(other))

    def entries(self, key: str, mail: str) -> Iterator[Commit]:
        """The commits that entered an address of somebody, once there were cases."""
        for commit, before in self._turns:
            if _has(self._lists[commit.id], key, mail) and not any(_has(each, key, mail) for each in before):
                yield commit

    @cached_property
    def _turns(self) -> list[tuple[Commit, list[People]]]:
        """The commits of another list than any of their parents had, and what these had."""
        history = self._history
        later = (commit for commit in history.commits.values() if not history.is_founding(commit.id))
        told = ((commit, [self._lists[parent] for parent in commit.parents]) for commit in later)
        return [
            (commit, before) for commit, before in told if all(self._lists[commit.id] is not each for each in before)
        ]


def _has(people: People, key: str, mail: str) -> bool:
    return key in people and people[key].mail.lower() == mail.lower()


def _marks(person: Person) -> frozenset[Mark]:
    return frozenset(
        {("key", person.key), ("mail", person.mail.lower()), *(("signs", key.blob) for key in person.keys)}
    )


def _hands(commit: Commit) -> set[Mark]:
    return {("mail", hand.mail.lower()) for hand in (commit.author, commit.committer)}
