"""Which contradictions between branches are still open: those neither side of which was taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from casectl.model.case import Entry
from casectl.model.timeline import Dispute, Step, Timeline
from casectl.sla.voids import voided_steps


def open_disputes(timeline: Timeline, steps: Sequence[Step]) -> tuple[Dispute, ...]:
    """The contradictions among `steps`, the timeline's up to some moment, that nobody has settled by a void."""
    if not timeline.disputes:
        return ()
    voided = {steps[place].commit for place in voided_steps(steps, timeline.case_id)}
    standing = {step.commit for step in steps} - voided
    return tuple(dispute for dispute in timeline.disputes if {dispute.commit, dispute.against} <= standing)


def losers(timeline: Timeline, steps: Sequence[Step], keep: str | None = None) -> list[str]:
    """The commits to take back so that the step `keep` stands alone; without it, so that the last word stands.

    Taking back a settling opens again what it had settled: without `keep` that is settled along. Nobody takes back the
    opening of a case: of two openings with one ID the first keeps it.
    """
    places = {step.commit: place for place, step in enumerate(steps)}
    lost: list[str] = []
    while chosen := [each for each in _left(timeline, steps, lost) if keep in (None, each.commit, each.against)]:
        lost.append(_loser(chosen, places, keep))
    return lost


def _left(timeline: Timeline, steps: Sequence[Step], lost: Sequence[str]) -> tuple[Dispute, ...]:
    """The disputes that are open when these commits are taken back."""
    voids = tuple(Entry("", "void", {"void": commit}) for commit in lost)
    return open_disputes(timeline, (*steps, Step("", steps[-1].at, "", {}, voids)))


def _loser(disputes: Sequence[Dispute], places: Mapping[str, int], keep: str | None) -> str:
    for dispute in disputes:
        if places[dispute.against] == 0:
            return dispute.commit
    last = max(disputes, key=lambda dispute: places[dispute.commit])
    return last.commit if keep == last.against else last.against
