"""A step as whoever took it could know it: the life of the case up to it in its own branch, with the voids of then.

What another clone did meanwhile, and what was taken back only later, is nothing that a step can be blamed for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from casectl.model.case import Value
from casectl.model.policy import Policy
from casectl.model.terms import Terms
from casectl.model.timeline import Step, Timeline
from casectl.sla.life import terms_at
from casectl.sla.soundness import sound_steps
from casectl.sla.voids import effective, has_voids
from casectl.store.history import read_timeline
from casectl.store.repo import Repo

Fields = Mapping[str, Value | None]


@dataclass(frozen=True, eq=False, slots=True)
class Past:
    """What a step was taken on. A long case has many: each holds no steps, but puts them together when they are asked
    for."""

    step: Step
    """The step, with what it changes among those that counted then."""
    policy: Policy
    """What judged the case once the step was taken."""
    fields: Fields
    """The case's fields until then; nothing for a step that opened it."""
    read: Callable[[], Timeline]
    counting: Callable[[Timeline], tuple[Step, ...]]

    @property
    def own(self) -> Timeline:
        """The life as its author could know it, up to the step and with it."""
        return self.read()

    @property
    def before(self) -> Timeline:
        """The life without the step."""
        own = self.read()
        return own._replace(steps=own.steps[:-1])

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps before it that counted then; without those that it takes back."""
        return self.counting(self.read())[:-1]


def past_of(
    read: Callable[[], Timeline], counted: Callable[[], tuple[Step, ...]] | None, terms: Sequence[Terms]
) -> Past:
    """The past of the last step of what `read` gives, which is the life in the history of that step alone. `counted`
    gives the steps up to it that count now; None where nothing was ever taken back or put right in the case."""

    def counting(own: Timeline) -> tuple[Step, ...]:
        return own.steps if counted is None else _counted_then(own, counted(), terms)

    steps = counting(read())
    fields: dict[str, Value | None] = {}
    for step in steps[:-1]:
        fields.update(step.changes)
    return Past(steps[-1], terms_at(steps, terms)[-1].policy, fields, read, counting)


def _counted_then(own: Timeline, counted: tuple[Step, ...], terms: Sequence[Terms]) -> tuple[Step, ...]:
    """Who works on in a case that another clone had taken back as a whole goes by what the file says then: as if that
    had not been."""
    if has_voids(own.steps) or [step.commit for step in own.steps] != [step.commit for step in counted]:
        sound, _ = sound_steps(own, own.steps, terms)
        then, ended_by = effective(sound, own.case_id)
        if ended_by is not None:
            going_on = tuple(step for step in own.steps if step.commit != ended_by.commit)
            return _counted_then(own._replace(steps=going_on), counted, terms)
        return then if then and then[-1].commit == counted[-1].commit else counted
    return counted


def known_of(timeline: Timeline, place: int, known: int | None) -> Timeline:
    """The life up to a step with those steps before it alone that it knew of, told by the bits of a number (None: of
    all). Single values are as they were there; lists may hold what others added meanwhile."""
    steps = timeline.steps
    if known is None:
        return timeline._replace(steps=steps[: place + 1])
    return timeline._replace(steps=(*(steps[at] for at in range(place) if known >> at & 1), steps[place]))


def life_until(repo: Repo, case_id: str, commit: str) -> Timeline:
    """The life of a case in the history of a step alone, read anew: of that it is the last step."""
    own = read_timeline(repo, case_id, commit)
    until = next((place for place, each in enumerate(own.steps) if each.commit == commit), len(own.steps))
    return own._replace(steps=own.steps[: until + 1])
