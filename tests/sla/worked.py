"""Desks with a workflow, for stories about what is owed, what must come first, and what time does."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from casectl.model.figures import DutyRow, Upcoming
from casectl.model.policy import Ladder, LadderLevel, Policy
from casectl.model.workflow import Automatic, Duty, Requirement, Workflow
from casectl.sla.life import Life
from casectl.sla.readiness import Lack, lacks
from casectl.sla.voids import effective
from tests.sla.story import Story, desk

LADDER = Ladder("general", tuple(LadderLevel(n, f"level {n}", f"role-{n}") for n in (1, 2, 3)))


def working(**sections: Any) -> Policy:
    """The desk of the stories with four hours to resolve, a ladder of three levels, and these sections."""
    policy = desk({"resolution": {"within": "4h", "warn_at": 0.8}})
    return replace(policy, workflow=Workflow(**sections), ladders={"general": LADDER})


def dutiful(*duties: Duty, **sections: Any) -> Story:
    """A story at a desk with these duties."""
    return Story(working(duties={duty.name: duty for duty in duties}, **sections))


def demanding(*rows: Requirement, **sections: Any) -> Story:
    return Story(working(requires=rows, **sections))


def ticking(*rules: Automatic, **sections: Any) -> Story:
    return Story(working(automatic={rule.name: rule for rule in rules}, **sections))


def duties(story: Story, when: str | None = None) -> list[DutyRow]:
    """Every duty as of a moment of the story, or of now."""
    return list(story.figures(when).duties)


def states(story: Story, when: str | None = None) -> list[str]:
    return [row.state for row in duties(story, when)]


def upcoming(story: Story, when: str | None = None) -> list[Upcoming]:
    """What time has made due."""
    return list(story.figures(when).upcoming)


def missing(story: Story, to: str, when: str | None = None, **fields: Any) -> list[Lack]:
    """What the case lacks to come to a state."""
    now = story.now if when is None else story.moment(when)
    assert now is not None
    timeline = story.timeline()
    return list(lacks(Life(effective(timeline.until(now), timeline.case_id).steps, story.terms), to, now, fields))
