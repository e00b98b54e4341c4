"""Whose a signing key was, from which commit to which: by every version of the staff list, not by the last one alone.

What came before what is told by ancestry, so that two branches give one answer in whichever order they are merged.
Commits that changed the list are the bits of numbers here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from casectl.audit.history import History
from casectl.audit.lineage import earlier_of, later_of
from casectl.audit.staffing import People, staff_lists
from casectl.model.instants import Instant
from casectl.model.signing_key import SigningKey
from casectl.store.commitlog import Commit

Said = frozenset[tuple[str, bytes | str]]
"""Each person (by staff key) with a signing key, or with an address in small letters."""


@dataclass(eq=False)
class Span:
    """The commits that put something on the list which one of their parents had not, and those that took it off."""

    entered: int = 0
    left: int = 0


@dataclass(eq=False)
class Tenure:
    """What the lists say of one signing key of one person."""

    who: str
    """The person's staff key."""
    key: bytes
    spells: tuple[SigningKey, ...] = ()
    """The days on which it holds: what was said of them last counts, for what was signed before, too."""
    span: Span = field(default_factory=Span)


class Tenures:
    """Every key that ever was on the staff list of a history."""

    def __init__(self, history: History) -> None:
        self._lists = staff_lists(history)
        self._commits = history.commits
        self._turns = [commit for commit in history.commits.values() if self._turned(commit)]
        self._past, self._later = earlier_of(history.commits, self._turns), later_of(history.commits, self._turns)
        self._when = history.times
        self._said = {id(people): _said(people) for people in self._lists.values()}
        self._spans: dict[tuple[str, bytes | str], Span] = {}
        for bit, commit in enumerate(self._turns):
            self._follow(bit, commit)
        self._by_key: dict[bytes, dict[str, Tenure]] = {}
        for people in (*self._in_order(), self._lists[history.commit]):
            self._tell(people)
        self._mails: dict[str, dict[str, Span]] = {}
        for (who, what), span in self._spans.items():
            if isinstance(what, str):
                self._mails.setdefault(who, {})[what] = span
        owners = {who for tenures in self._by_key.values() for who in tenures}
        self.mails = frozenset(mail for who in owners for mail in self._mails[who])
        """Every address, in small letters, of somebody who ever had a key."""

    def of(self, key: bytes) -> list[Tenure]:
        """Whose a key ever was, the one of whom that was said last at the end; empty for nobody's."""
        return [*self._by_key.get(key, {}).values()]

    def is_late(self, tenure: Tenure, commit: str) -> bool:
        """Whether every commit that entered the key was built on this one: nobody could know it by then."""
        entered = tenure.span.entered
        return not entered & self._past[commit] and not entered & ~self._later[commit]

    def has_left(self, tenure: Tenure, commit: str) -> bool:
        """Whether the key had been taken off the list by then: in the commit's past; or beside it, at an earlier time,
        and it was not put back. The commit that takes it off may still be signed with it."""
        span, past, later = tenure.span, self._past[commit], self._later[commit]
        lists = (self._lists[each] for each in (commit, *self._commits[commit].parents))
        listed = any((tenure.who, tenure.key) in self._said[id(people)] for people in lists)
        if not listed and span.entered & past:
            return True
        beside = [bit for bit in _bits(span.left & ~past & ~later) if self._is_earlier(bit, commit)]
        back = [bit for bit in _bits(span.entered & ~later) if past >> bit & 1 or self._is_earlier(bit, commit)]
        return any(all(not self._past[self._turns[put].id] >> off & 1 for put in back) for off in beside)

    def is_of(self, tenure: Tenure, mail: str, commit: str) -> bool:
        """Whether it was an address of the person's, in any list but one that was built on that commit. Somebody of
        whom all lists were has one address as good as another."""
        mails = self._mails[tenure.who]
        known = self._past[commit] | ~self._later[commit]
        mine = mails.get(mail.lower())
        if mine is None:
            return False
        return bool(mine.entered & known) or not any(span.entered & known for span in mails.values())

    def _turned(self, commit: Commit) -> bool:
        now = self._lists[commit.id]
        return any(self._lists[parent] is not now for parent in commit.parents) or (not commit.parents and bool(now))

    def _follow(self, bit: int, commit: Commit) -> None:
        now = self._said[id(self._lists[commit.id])]
        before = [self._said[id(self._lists[parent])] for parent in commit.parents] or [Said()]
        for each in now.difference(frozenset.intersection(*before)):
            self._spans.setdefault(each, Span()).entered |= 1 << bit
        for each in frozenset.union(*before) - now:
            self._spans.setdefault(each, Span()).left |= 1 << bit

    def _in_order(self) -> Iterator[People]:
        """The lists from the oldest to the newest, in one order for all ways to merge the same branches."""

        def age(commit: Commit) -> tuple[Instant, int, str]:
            return self._when[commit.id], self._past[commit.id].bit_count(), commit.id

        return (self._lists[commit.id] for commit in sorted(self._turns, key=age))

    def _tell(self, people: People) -> None:
        for who, person in people.items():
            for key in {key.blob: key for key in person.keys}:
                spells = tuple(each for each in person.keys if each.blob == key)
                tenures = self._by_key.setdefault(key, {})
                tenures.pop(who, None)
                tenures[who] = Tenure(who, key, spells, self._spans[who, key])

    def _is_earlier(self, bit: int, commit: str) -> bool:
        return self._when[self._turns[bit].id] < self._when[commit]


def _said(people: People) -> Said:
    keys = {(who, key.blob) for who, person in people.items() for key in person.keys}
    return frozenset({*keys, *((who, person.mail.lower()) for who, person in people.items())})


def _bits(number: int) -> Iterator[int]:
    while number:
        yield (number & -number).bit_length() - 1
        number &= number - 1
