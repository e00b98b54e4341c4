"""A whole history as an audit reads it: every commit, every file that it changed, every case's life and its terms.

Nothing is simplified and nothing is left out. Commits come parents before children.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from itertools import chain, islice
from typing import NamedTuple

from casectl.audit.finding import Finding, show_file
from casectl.audit.past import Fields, Past, known_of, known_to, life_until, past_of
from casectl.audit.touches import Touch, case_of, touches_of
from casectl.model.instants import LAST_INSTANT, Instant
from casectl.model.policy import Book, Policy
from casectl.model.problems import Problem
from casectl.model.scrutiny import Scrutiny
from casectl.model.terms import Terms
from casectl.model.timeline import Step, Timeline
from casectl.sla.life import Life, terms_at
from casectl.sla.soundness import UNKNOWN_WORD, sound_steps
from casectl.sla.voids import Effective, effective
from casectl.store.ancestry import Follows, history_of, merge_bases
from casectl.store.book import desk_of_file, read_book
from casectl.store.bulk import IMPORTED
from casectl.store.commitlog import Commit, read_commits
from casectl.store.founding import founding_commits
from casectl.store.gitlog import Mark
from casectl.store.history import read_marks, read_timelines
from casectl.store.objects import ObjectReader
from casectl.store.pinned import Given, PolicyShelf
from casectl.store.repo import Repo
from casectl.store.signatures import Signature, check_signature

CASES_AT_ONCE = 200
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
    _marks: dict[str, list[Mark]]
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

    def says_imported(self, commit: str) -> bool:
        """Whether a commit says that the log of another system told it; whether that can be so, `Trial.told` knows."""
        made_by = self.commits[commit]
        told = made_by.trailers.get("Event") == IMPORT and made_by.committer.mail.endswith(IMPORTED)
        return told and len(made_by.parents) < 2

    def trials(self) -> Iterator[Trial]:
        """Every case that ever was; to be asked for once."""
        with ObjectReader(self.repo) as reader:
            shelf = PolicyShelf(self.repo, reader, self.commit, self.book)
            lives = read_timelines(self.repo, self.commit, self._marks)
            while some := list(islice(lives, CASES_AT_ONCE)):
                shelf.prepare(some, LAST_INSTANT, (self.before(step.commit) for each in some for step in each.steps))
                self.given.update((timeline.case_id, shelf.given(timeline)) for timeline in some)
                yield from (Trial(self, shelf, timeline) for timeline in some)
            self.warnings += shelf.warnings


@dataclass(eq=False)
class Trial:
    """One case before its auditor."""

    history: History
    shelf: PolicyShelf
    timeline: Timeline
    _pasts: dict[int, Past] = field(default_factory=dict)
    _told: list[Fields] = field(default_factory=lambda: [{}])

    @property
    def id(self) -> str:
        return self.timeline.case_id

    @cached_property
    def judged(self) -> Timeline:
        """The life up to the first step that pinned it to a policy that cannot be read: what came before is judged."""
        return self._pinned[0]

    @property
    def terms(self) -> tuple[Terms, ...]:
        """What judges it; nothing where even its opening names no policy that can be read."""
        return self._pinned[1]

    @cached_property
    def unjudged(self) -> tuple[Problem, ...]:
        """Why nothing judges it, or not all of it, and what is odd about its words."""
        judged, terms, missing = self._pinned
        return (*missing, *(sound_steps(judged, judged.steps, terms)[1] if terms else ()))

    @cached_property
    def _pinned(self) -> tuple[Timeline, tuple[Terms, ...], tuple[Problem, ...]]:
        life, missing = self.timeline, tuple[Problem, ...]()
        while life.steps:
            pinned = self.shelf.pinned(life, LAST_INSTANT)
            if not isinstance(pinned, Problem):
                return life, pinned, missing
            commits = [step.commit for step in life.steps]
            life, missing = life._replace(steps=life.steps[: commits.index(pinned.commit)]), missing or (pinned,)
        return life, (), missing

    @cached_property
    def effective(self) -> Effective:
        """The life that counts: voids heeded, words that no policy knows left out; up to one that still stands. Only to
        be asked for where something judges it."""
        steps = self.judged.steps
        while steps:
            sound, problems = sound_steps(self.judged, steps, self.terms)
            if sound:
                return effective(sound, self.id)
            wrong = {each.commit for each in problems if each.code == UNKNOWN_WORD and not each.warning}
            steps = steps[: next((place for place, step in enumerate(steps) if step.commit in wrong), 0)]
        return Effective(())

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """The steps that count; none where nothing judges it."""
        return self.effective.steps if self.terms else ()

    @cached_property
    def life(self) -> Life:
        """The life as the clock sees it; only to be asked for where there are `steps`."""
        return Life(self.steps, self.terms)

    def past(self, place: int) -> Past:
        """What one of `steps` was taken on."""
        if place not in self._pasts:
            at = self._places[self.steps[place].commit]
            known = self._known_at(at)
            self._pasts[place] = self._past(place, partial(known_of, self.timeline, at, known), known is None)
        return self._pasts[place]

    def bare_past(self, at: int) -> Past:
        """What a step of the timeline was taken on, whether it counts or not: by the file alone, with all that was ever
        taken back. Only to be asked for where something judges the case."""
        return past_of(partial(known_of, self.timeline, at, self._known_at(at)), None, self.terms)

    def read_past(self, place: int) -> Past:
        """The same, read anew where other steps crossed it: nothing that others did shines through."""
        commit = self.steps[place].commit
        if self._known_at(self._places[commit]) is None:
            return self.past(place)
        own = life_until(self.history.repo, self.id, commit)
        return self._past(place, lambda: own, whole=False)

    def _past(self, place: int, read: Callable[[], Timeline], whole: bool) -> Past:
        step, plain = self.steps[place], self.steps is self.judged.steps  # nothing was ever taken back or put right
        if plain and whole:
            return Past(step, self.policy_at(step.commit), self._fields_until(place), read, lambda own: own.steps)
        return past_of(read, None if plain else lambda: self.steps[: place + 1], self.terms)

    def _fields_until(self, place: int) -> Fields:
        """What the fields hold before one of `steps`. Steps that change none share one value."""
        told = self._told
        for step in self.steps[len(told) - 1 : place]:
            told.append({**told[-1], **step.changes} if step.changes else told[-1])
        return told[place]

    def _known_at(self, at: int) -> int | None:
        """Which of the steps before it a step of the timeline knew of; None for one that knew of all."""
        known = self._known[at] if self._known else None
        return None if known == (1 << at) - 1 else known

    @cached_property
    def _places(self) -> dict[str, int]:
        return {step.commit: place for place, step in enumerate(self.timeline.steps)}

    @cached_property
    def _known(self) -> list[int]:
        """Of each step in the timeline, which of those before it its author could know; nothing where that is all."""
        commits = [step.commit for step in self.timeline.steps]
        if self.history.is_one_line(self.timeline.path, commits):
            return []
        return known_to(commits, self.history.follows)

    def policy_at(self, commit: str) -> Policy:
        """What judged it once a step was taken; what judges it first for a step that does not count."""
        return self._policies.get(commit, self.terms[0].policy)

    @cached_property
    def _policies(self) -> Mapping[str, Policy]:
        at = zip(self.steps, terms_at(self.steps, self.terms), strict=True)
        return {step.commit: terms.policy for step, terms in at}

    def book_before(self, commit: str) -> Book:
        """What `policies/` said just before a commit; only to be asked for where something judges the case."""
        return self.shelf.book_at(self.history.before(commit), self.policy_at(commit).desk)[0]

    def scrutiny(self) -> Scrutiny:
        """What its policy says of audits."""
        return self.terms[-1].policy.scrutiny if self.terms else Scrutiny()

    @cached_property
    def testimony(self) -> bool:
        """Whether its opening names another system, whose log is to speak for it."""
        return bool(self.timeline.steps) and "source" in self.timeline.opened.changes

    @cached_property
    def told(self) -> frozenset[str]:
        """The commits that the log of that system told: from the opening on, until work on the case began here. What
        another clone did meanwhile ends nothing."""
        steps, here = self.timeline.steps if self.testimony else (), 0
        for at, step in enumerate(steps):
            worked_on = here and (not self._known or self._known[at] & here)
            if worked_on or not self.history.says_imported(step.commit):
                here |= 1 << at
        return frozenset(step.commit for at, step in enumerate(steps) if not here >> at & 1)

    def witnessed(self, step: Step) -> bool:
        """Whether the step was taken here, not told by the log of another system."""
        return step.commit not in self.told

    def finding(
        self, code: str, commit: str, sentence: str, about: str = "", clause: tuple[str, ...] = (), show: str = ""
    ) -> Finding:
        """A finding about the case; left out, `show` is the commit's change of the case's file."""
        shown = show or show_file(commit, self.timeline.path)
        return Finding(code, commit, sentence, self.id, "", clause, about, shown)


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
