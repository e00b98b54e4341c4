"""Which contradictions between branches are still open: those neither side of which was taken back."""

from __future__ import annotations

from collections.abc import Sequence

from casectl.model.timeline import Dispute, Step, Timeline
from casectl.sla.voids import voided_steps


def open_disputes(timeline: Timeline, steps: Sequence[Step]) -> tuple[Dispute, ...]:
    """The contradictions among `steps`, the timeline's up to some moment, that nobody has settled by a void."""
    if not timeline.disputes:
        return ()
    voided = {steps[place].commit for place in voided_steps(steps, timeline.case_id)}
    standing = {step.commit for step in steps} - voided
    return tuple(dispute for dispute in timeline.disputes if {dispute.commit, dispute.against} <= standing)


def losers(disputes: Sequence[Dispute], steps: Sequence[Step], keep: str | None = None) -> list[str]:
    """The commits to take back so that the step `keep` stands; without it, so that all stands as the fold has it.

    Nobody takes back the opening of a case: of two openings with one ID the first keeps it.
    """
    opening = steps[0].commit
    chosen = [dispute for dispute in disputes if keep is None or keep in (dispute.commit, dispute.against)]
    lost = []
    for dispute in chosen:
        loser = dispute.against if keep in (None, dispute.commit) else dispute.commit
        lost.append(dispute.commit if dispute.against == opening else loser)
    return list(dict.fromkeys(lost))
