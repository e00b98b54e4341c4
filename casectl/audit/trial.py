"""One case before its auditor: its life, what judges it, what each step was taken on, and who told of it.

Most of that is worked out when it is first asked for: few questions are asked of a case with which nothing is odd.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from itertools import islice
from typing import TypeVar

from casectl.audit.finding import Finding, show_file
from casectl.audit.history import History, says_imported
from casectl.audit.lineage import known_to
from casectl.audit.past import Fields, Past, known_of, life_until, past_of
from casectl.model.instants import LAST_INSTANT
from casectl.model.policy import Book, Policy
from casectl.model.problems import Problem
from casectl.model.scrutiny import Scrutiny
from casectl.model.terms import Terms
from casectl.model.timeline import Step, Timeline
from casectl.sla.life import Life, terms_at
from casectl.sla.soundness import UNKNOWN_WORD, sound_steps
from casectl.sla.voids import Effective, effective
from casectl.store.history import read_timelines
from casectl.store.objects import ObjectReader
from casectl.store.pinned import PolicyShelf

Found = TypeVar("Found")

CASES_AT_ONCE = 200


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
        return (*self._pinned[2], *self._sound[1])

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
    def _sound(self) -> tuple[tuple[Step, ...], tuple[Problem, ...]]:
        return sound_steps(self.judged, self.judged.steps, self.terms) if self.terms else ((), ())

    @cached_property
    def effective(self) -> Effective:
        """The life that counts: voids heeded, words that no policy knows left out; up to one that still stands. Only to
        be asked for where something judges it."""
        steps, (sound, problems) = self.judged.steps, self._sound
        while steps and not sound:
            wrong = {each.commit for each in problems if each.code == UNKNOWN_WORD and not each.warning}
            steps = steps[: next((place for place, step in enumerate(steps) if step.commit in wrong), 0)]
            sound, problems = sound_steps(self.judged, steps, self.terms) if steps else ((), ())
        return effective(sound, self.id) if sound else Effective(())

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

    def held_against(self, place: int, ask: Callable[[Past], Found]) -> Found:
        """What is wrong with one of `steps` by its past: before anybody is blamed, that is read to the letter."""
        past = self.past(place)
        found = ask(past)
        anew = self.read_past(place) if found else past
        return found if anew is past else ask(anew)

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
            if worked_on or not says_imported(self.history.commits[step.commit]):
                here |= 1 << at
        return frozenset(step.commit for at, step in enumerate(steps) if not here >> at & 1)

    @cached_property
    def told_again(self) -> frozenset[str]:
        """The commits that took the same over from that log as another clone had: they are no steps of their own."""
        said = self.history.imported.get(self.id, ()) if self.testimony else ()
        return frozenset(said) - {step.commit for step in self.timeline.steps}

    def witnessed(self, step: Step) -> bool:
        """Whether the step was taken here, not told by the log of another system."""
        return step.commit not in self.told

    def finding(
        self, code: str, commit: str, sentence: str, about: str = "", clause: tuple[str, ...] = (), show: str = ""
    ) -> Finding:
        """A finding about the case; left out, `show` is the commit's change of the case's file."""
        shown = show or show_file(commit, self.timeline.path)
        return Finding(code, commit, sentence, self.id, "", clause, about, shown)


def trials(history: History) -> Iterator[Trial]:
    """Every case that ever was, and in `history` whose it was at each step; to be asked for once."""
    with ObjectReader(history.repo) as reader:
        shelf = PolicyShelf(history.repo, reader, history.commit, history.book)
        lives = read_timelines(history.repo, history.commit, history.marks)
        while some := list(islice(lives, CASES_AT_ONCE)):
            shelf.prepare(some, LAST_INSTANT, (history.before(step.commit) for each in some for step in each.steps))
            history.given.update((timeline.case_id, shelf.given(timeline)) for timeline in some)
            yield from (Trial(history, shelf, timeline) for timeline in some)
        history.warnings += shelf.warnings
