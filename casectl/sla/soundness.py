"""Whether a life can be judged at all: every word that a figure rests on must be one of the policy's."""

from __future__ import annotations

from collections.abc import Mapping

from casectl.model.case import Value
from casectl.model.policy import Policy
from casectl.model.problems import Problem, did_you_mean
from casectl.model.timeline import Step, Timeline


def sound_steps(
    timeline: Timeline, steps: tuple[Step, ...], policy: Policy
) -> tuple[tuple[Step, ...], tuple[Problem, ...]]:
    """The steps to judge by, and what is wrong with the words and claims in them.

    A word that the policy does not have, and that was put right later, changes nothing: what held before goes on, and
    at the opening the first right word stands in. One that still stands is a problem that leaves no steps to judge.
    """
    problems = list(_late_claims(timeline, steps))
    for name, words in _vocabulary(policy).items():
        wrong = [step for step in steps if (word := step.changes.get(name)) is not None and str(word) not in words]
        if wrong:
            last = next(step for step in reversed(steps) if step.changes.get(name) is not None)
            mended = last not in wrong
            problems += [_unknown(timeline, step, name, words, policy, mended) for step in wrong]
            steps = _without(steps, name, words) if mended else ()
        if not steps:
            break
    return steps, tuple(problems)


def _vocabulary(policy: Policy) -> dict[str, Mapping[str, object]]:
    return {
        "status": policy.states,
        "priority": policy.priorities,
        "type": policy.types,
        "channel": policy.channels,
    }


def _without(steps: tuple[Step, ...], name: str, words: Mapping[str, object]) -> tuple[Step, ...]:
    """The steps without the values of a field that are none of `words`."""

    def right(step: Step) -> bool:
        value = step.changes.get(name)
        return value is None or str(value) in words

    first = next((value for step in steps if (value := step.changes.get(name)) is not None and right(step)), None)
    opening = steps[0] if right(steps[0]) else _changed(steps[0], name, first)
    return opening, *(step if right(step) else _changed(step, name, None) for step in steps[1:])


def _changed(step: Step, name: str, value: Value | None) -> Step:
    """The step with another value of a field, or without that change."""
    kept: dict[str, Value | None] = {key: old for key, old in step.changes.items() if key != name}
    if value is not None:
        kept[name] = value
    return Step(step.commit, step.at, step.author, kept, step.entries)


def _unknown(
    timeline: Timeline, step: Step, name: str, words: Mapping[str, object], policy: Policy, mended: bool
) -> Problem:
    word = step.changes[name]
    what = "was" if mended else "is"
    message = f"{name} '{word}' {what} not in policy {policy.ref} (commit {step.commit[:12]})"
    if mended:
        return Problem(timeline.path, 0, f"{message}; put right since, it changes nothing", None, warning=True)
    return Problem(timeline.path, 0, message, did_you_mean(str(word), words))


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
        )
        for step in opening
        for name in ("received", "detected")
        if isinstance(claim := step.changes.get(name), int) and claim > step.at
    ]
