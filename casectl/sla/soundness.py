"""Whether a life can be judged at all: every word that a figure rests on must be one of the policy's of the time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from casectl.model.case import Value
from casectl.model.policy import Policy
from casectl.model.problems import Problem, did_you_mean
from casectl.model.terms import Terms
from casectl.model.timeline import Step, Timeline
from casectl.sla.life import terms_at

WORDS = ("status", "priority", "type", "channel")
"""Fields that must hold a word of the policy."""

UNKNOWN_WORD = "unknown-word"


def sound_steps(
    timeline: Timeline, steps: tuple[Step, ...], terms: Sequence[Terms]
) -> tuple[tuple[Step, ...], tuple[Problem, ...]]:
    """The steps to judge by, and what is wrong with the words and claims in them.

    A word that the policy does not have, and that was put right later, changes nothing: what held before goes on, and
    at the opening the first right word stands in. One that still stands is a problem that leaves no steps to judge.
    A step that moves the case to another policy says again, in that policy's words, whatever it does not change.
    """
    problems = list(_late_claims(timeline, steps))
    policies = [each.policy for each in terms_at(steps, terms)]
    for name in WORDS:
        said = _said(steps, policies, name)
        wrong = [index for index, word in said.items() if word not in _vocabulary(policies[index], name)]
        if wrong:
            mended = max(said) not in wrong
            problems += [_unknown(timeline, steps[at], name, said[at], policies[at], mended) for at in wrong]
            steps = _without(steps, name, said, wrong) if mended else ()
        if not steps:
            break
    return steps, tuple(problems)


def _said(steps: Sequence[Step], policies: Sequence[Policy], name: str) -> dict[int, str]:
    """By position of the step: the word it gives a field, or keeps while it moves the case to another policy."""
    if all(policy is policies[0] for policy in policies):
        given = ((index, step.changes.get(name)) for index, step in enumerate(steps))
        return {index: str(word) for index, word in given if word is not None}
    said: dict[int, str] = {}
    current: Value | None = None
    for index, step in enumerate(steps):
        current = step.changes.get(name, current)
        moved = index > 0 and policies[index] is not policies[index - 1]
        if current is not None and (moved or step.changes.get(name) is not None):
            said[index] = str(current)
    return said


def _vocabulary(policy: Policy, name: str) -> Mapping[str, object]:
    words: dict[str, Mapping[str, object]] = {
        "status": policy.states,
        "priority": policy.priorities,
        "type": policy.types,
        "channel": policy.channels,
    }
    return words[name]


def _without(steps: tuple[Step, ...], name: str, said: Mapping[int, str], wrong: Sequence[int]) -> tuple[Step, ...]:
    """The steps without the wrong values of a field. Where nothing right came before, the next right word stands in."""
    first_right = next(word for index, word in said.items() if index not in wrong)
    mended = list(steps)
    for index in wrong:
        kept: dict[str, Value | None] = {key: old for key, old in steps[index].changes.items() if key != name}
        carried = name not in steps[index].changes
        if index == 0:
            kept[name] = first_right
        elif carried:
            kept[name] = next(word for at, word in said.items() if at > index and at not in wrong)
        mended[index] = steps[index]._replace(changes=kept)
    return tuple(mended)


def _unknown(timeline: Timeline, step: Step, name: str, word: str, policy: Policy, mended: bool) -> Problem:
    what = "was" if mended else "is"
    about = f"{name} {word}"
    message = f"{name} '{word}' {what} not in policy {policy.ref} (commit {step.commit[:12]})"
    if mended:
        told = f"{message}; put right since, it changes nothing"
        return Problem(timeline.path, 0, told, None, True, UNKNOWN_WORD, step.commit, about=about)
    hint = did_you_mean(word, _vocabulary(policy, name))
    return Problem(timeline.path, 0, message, hint, code=UNKNOWN_WORD, commit=step.commit, about=about)


def _late_claims(timeline: Timeline, steps: tuple[Step, ...]) -> list[Problem]:
    """Claimed moments that lie after the commit that claims them; they count as that commit's own time."""
    opening = steps[:1]
    return [
        Problem(
            timeline.path,
            0,
            f"{name} is claimed for later than its commit ({step.commit[:12]}): the commit's time counts",
            "a claim may only look back",
            warning=True,
            code="claim-ahead",
            commit=step.commit,
        )
        for step in opening
        for name in ("received", "detected")
        if isinstance(claim := step.changes.get(name), int) and claim > step.at
    ]
