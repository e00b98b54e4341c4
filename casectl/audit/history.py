"""A whole history as an audit reads it: every commit, and every file that it changed; of cases `trial` tells.

Nothing is simplified and nothing is left out. Commits come parents before children.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from typing import NamedTuple

from casectl.audit.lineage import known_to
from casectl.audit.touches import Touch, case_of, touches_of
from casectl.model.instants import Instant
from casectl.model.policy import Book
from casectl.model.problems import Problem
from casectl.store.ancestry import Follows, history_of, merge_bases
from casectl.store.book import desk_of_file, read_book
from casectl.store.bulk import IMPORTED
from casectl.store.commitlog import Commit, read_commits
from casectl.store.founding import founding_commits
from casectl.store.gitlog import Mark
from casectl.store.history import read_marks
from casectl.store.pinned import Given
from casectl.store.repo import Repo
from casectl.store.signatures import Signature, check_signature

IMPORT = "import"
"""The `Event:` of a step that was taken over from another system's log."""


class Opening(NamedTuple):
    """That a case was opened: when, and by which commit."""

    case: str
    commit: str
    at: Instant
    said: bytes
    """A digest of what the case began with, but for its ID."""


@dataclass(eq=False)
class History:
    """The history of `commit`, read once."""

    repo: Repo
    commit: str
    now: Instant
    """Against what dates in the future are told (UTC seconds)."""
    commits: Mapping[str, Commit]
    """Each without the text that was signed: `signatures` has the verdict on it, of those that carry one."""
    signatures: Mapping[str, Signature]
    touches: Mapping[str, tuple[Touch, ...]]
    """By commit."""
    book: Book
    problems: tuple[Problem, ...]
    """What is wrong with `policies/` as it is at the commit."""
    marks: dict[str, list[Mark]]
    """By path, what `touches` says by commit; `trials` uses up those of cases."""
    seen: dict[bytes, Opening] = field(default_factory=dict)
    """Digests of what hardly two cases have alike, with the case that was read first with it."""
    logged: set[str] = field(default_factory=set)
    """Paths of the files beside cases that log entries name."""
    testified: dict[str, tuple[str, str]] = field(default_factory=dict)
    """By commit, once the cases have been read: the other system whose log told it, and the case."""
    merged: dict[tuple[str, str], bool] = field(default_factory=dict)
    """By merge and path: whether the merge itself changed the file. Finding that out takes git, so it is kept."""
    warnings: list[Problem] = field(default_factory=list)
    """Holidays that were listed too late, once the cases have been read."""
    _bases: dict[frozenset[str], tuple[str, ...]] = field(default_factory=dict)
    given: dict[str, tuple[Given, ...]] = field(default_factory=dict)
    """By case, once the cases have been read: the steps that gave it to a desk, in order."""

    def cases_in(self, commit: str) -> tuple[str, ...]:
        """The cases whose files or attachments a commit changed, in order."""
        found = (case_of(touch.path) for touch in self.touches.get(commit, ()))
        return tuple(sorted({case for case in found if case}))

    def desks_of(self, case: str, commit: str) -> tuple[str, ...]:
        """Whose matter it is what a commit did to a case, once the cases have been read: the desk whose case it was
        then, though it moved on later; of a commit that moves it on, the next one, too. Empty where nothing says so."""
        given = self.given.get(case, ())
        if len({each.desk for each in given}) < 2:
            desk = given[0].desk if given else self.book.desk_with(case.partition("-")[0])
            return (desk,) if desk else ()
        asked = sorted({commit, *(each.commit for each in given)}, key=self.order.__getitem__)
        known = known_to(asked, self.follows)[asked.index(commit)]
        before = [each.desk for each in given if known >> asked.index(each.commit) & 1] or [given[0].desk]
        return tuple(dict.fromkeys((before[-1], *(each.desk for each in given if each.commit == commit))))

    def bases(self, one: str, other: str) -> tuple[str, ...]:
        """The best common ancestors of two commits: git is asked once, and not for each file of a merge of them."""
        pair = frozenset((one, other))
        if pair not in self._bases:
            self._bases[pair] = merge_bases(self.repo, one, other)
        return self._bases[pair]

    @cached_property
    def desks_touched(self) -> frozenset[str]:
        """Every desk that ever had a file."""
        touches = chain.from_iterable(self.touches.values())
        return frozenset(desk for touch in touches if (desk := desk_of_file(touch.path)))

    @cached_property
    def follows(self) -> Callable[[Sequence[str]], Follows]:
        """Answers who came before whom among some commits, parents before children."""
        return history_of(self.repo, (self.commit,))

    def is_before(self, one: str, other: str) -> bool:
        """Whether the other of two commits was built on the one."""
        return self.order[one] < self.order[other] and self.follows((one, other))[1] == (0,)

    @cached_property
    def order(self) -> Mapping[str, int]:
        """The place of each commit: parents stand before their children."""
        return {name: place for place, name in enumerate(self.commits)}

    @cached_property
    def roots(self) -> tuple[str, ...]:
        """The commits with which the history begins; which of several is the desk's own, no history tells."""
        return tuple(commit.id for commit in self.commits.values() if not commit.parents)

    @cached_property
    def times(self) -> Mapping[str, Instant]:
        """When each commit counts: at its own time, and never before that of a commit that it follows. A date in the
        future is no time: nothing that follows it counts then."""
        found: dict[str, Instant] = {}
        for commit in self.commits.values():
            own = commit.committer.at if self.is_dated(commit) else None
            found[commit.id] = max((own or 0, *(found.get(parent, 0) for parent in commit.parents)))
        return found

    def is_dated(self, commit: Commit) -> bool:
        """Whether a commit says when it was made, and that is not later than now."""
        return commit.committer.at is not None and commit.committer.at <= self.now

    def made_at(self, commit: Commit) -> Instant:
        """By when a commit was made: when it counts; one that is not dated, by now."""
        return self.times[commit.id] if self.is_dated(commit) else self.now

    @cached_property
    def founding(self) -> frozenset[str]:
        """The commits that set everything up, before there was any case."""
        return founding_commits(self.repo, self.commit)

    def is_founding(self, commit: str) -> bool:
        """Whether nothing rested on what a commit changed, for there was no case yet."""
        return commit in self.founding

    def before(self, commit: str) -> str:
        """On what a commit was made: its first parent, by whose staff list and policies its author is asked; a root
        stands for itself. So nobody makes a name for themselves as they go."""
        return (*self.commits[commit].parents, commit)[0]

    def is_one_line(self, path: str, commits: Sequence[str]) -> bool:
        """Whether the contents of a file prove that each of these commits went on from where the one before left it."""
        tip = "0" * len(self.commit)
        for commit in commits:
            touches = self.touches.get(commit, ())
            place = bisect_left(touches, (path,))
            mine = touches[place] if place < len(touches) else None
            if mine is None or mine.path != path or mine.old != tip or len(self.commits[commit].parents) > 1:
                return False
            tip = mine.new
        return True

    @cached_property
    def imported(self) -> Mapping[str, Sequence[str]]:
        """By case, the commits that say that the log of another system told them."""
        found: dict[str, list[str]] = defaultdict(list)
        for commit in (each.id for each in self.commits.values() if says_imported(each)):
            for case in self.cases_in(commit):
                found[case].append(commit)
        return found


def says_imported(commit: Commit) -> bool:
    """Whether a commit says that the log of another system told it; whether that can be so, `Trial.told` knows."""
    told = commit.trailers.get("Event") == IMPORT and commit.committer.mail.endswith(IMPORTED)
    return told and len(commit.parents) < 2


def read_history(repo: Repo, commit: str, now: Instant, on_progress: Callable[[int], None] = lambda _: None) -> History:
    """Everything up to `commit`, but for the contents of cases, which are read as they are asked for. Raises
    `ExtraMissing` where commits are signed and the library that checks signatures is not installed."""
    commits, signatures = {}, {}
    verdicts: dict[Signature, Signature] = {}
    for number, each in enumerate(read_commits(repo, commit)):
        commits[each.id] = each._replace(signed=b"")
        if each.signed:
            verdict = check_signature(each.signed)
            signatures[each.id] = verdicts.setdefault(verdict, verdict)
        if number % 1000 == 0:
            on_progress(number)
    marks = read_marks(repo, commit, lambda _: True)
    book, problems = read_book(repo, commit)
    return History(repo, commit, now, commits, signatures, touches_of(marks), book, problems, marks)
