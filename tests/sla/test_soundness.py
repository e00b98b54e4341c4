"""Words that the policy does not have: they stop the judge while they stand, and change nothing once put right."""

from __future__ import annotations

from casectl.model.terms import Terms
from casectl.sla.clock import evaluate
from casectl.sla.ledger import explain
from tests.sla.story import Story, desk

POLICY = desk({"resolution": {"within": "4h"}})
TERMS = [Terms(POLICY)]


def told(story: Story, at: str) -> tuple[list[str], list[str]]:
    figures = evaluate(story.timeline(), TERMS, story.moment(at))
    assert [one.row for one in explain(story.timeline(), TERMS, story.moment(at))] == list(figures.rows)
    return [row.state for row in figures.rows], [problem.message for problem in figures.problems]


def test_a_wrong_word_that_stands_leaves_nothing_to_judge() -> None:
    story = Story(POLICY).at("Mon 09:00").open().at("Mon 10:00").set(status="opne")
    states, problems = told(story, "Mon 15:00")
    assert states == []
    assert "status 'opne' is not in policy" in problems[0]


def test_a_wrong_word_put_right_changes_nothing_and_is_told() -> None:
    """Four hours from 09:00, whatever the status was misspelt as between ten and eleven."""
    story = (
        Story(POLICY).at("Mon 09:00").open().at("Mon 10:00").set(status="opne").at("Mon 11:00").set(status="working")
    )
    states, problems = told(story, "Mon 13:30")
    assert states == ["breached"]
    assert "put right since" in problems[0]


def test_a_wrong_word_at_the_opening_is_stood_in_for_by_the_first_right_one() -> None:
    story = Story(POLICY).at("Mon 09:00").open(type="fualt").at("Mon 09:05").set(type="fault")
    assert told(story, "Mon 12:00")[0] == ["running"]


def test_before_it_was_put_right_it_stood() -> None:
    """As of a moment is the truth about that moment: at 10:30 nobody could judge."""
    story = (
        Story(POLICY).at("Mon 09:00").open().at("Mon 10:00").set(status="opne").at("Mon 11:00").set(status="working")
    )
    assert told(story, "Mon 11:00")[0] == ["running"]
    figures = evaluate(story.timeline(), TERMS, story.moment("2026-11-23 10:30"))
    assert (figures.rows, len(figures.problems)) == ((), 1)
