"""What ratings say that the policy suggested."""

from __future__ import annotations

from tests.audit.plain import POLICY, Plain, entry
from tests.audit.stories import twins

RUBRIC = """\
rubric:
  questions:
    hit: {ask: Who is hit?, answers: {all: All of them, some: Some}}
    "way": {ask: Is there another way?, answers: {"yes": "Yes", "no": "No"}}
  suggest:
  - {when: {hit: all}, priority: p1}
  - {when: {hit: some, "way": "no"}, priority: p2}
  - {priority: p3}
"""


def begun(desk: Plain) -> None:
    """The desk asks questions before it has a case."""
    desk.commit({"policies/acme/1.0.yaml": POLICY + RUBRIC}, "Our rubric", who="max")


def rated(suggested: str, answers: str = "hit=all", **more: str) -> tuple[tuple[str, str], ...]:
    return entry("t1", "triage", suggested=suggested, chosen="p3", answers=answers, **more)


@twins("suggestion-false", "minor", "says that p3 was suggested, and acme/1.0 suggested p1")
def test_a_rating_that_lies_about_its_rubric(desk: Plain, guilty: bool) -> str:
    begun(desk)
    desk.open(at="09:00")
    return desk.step("triage", rated("p3" if guilty else "p1"), priority="p3")


@twins("suggestion-false", "minor", "says that nothing was suggested, and acme/1.0 suggested p1")
def test_a_rating_that_is_silent_about_its_rubric(desk: Plain, guilty: bool) -> str:
    begun(desk)
    desk.open(at="09:00")
    return desk.step("triage", rated("" if guilty else "p1"), priority="p3")


@twins("suggestion-false", "minor", "says that p3 was suggested, and acme/1.0 suggested nothing")
def test_answers_that_suggest_nothing_yet(desk: Plain, guilty: bool) -> str:
    begun(desk)
    desk.open(at="09:00")
    return desk.step("triage", rated("p3", "hit=some" if guilty else "hit=some, way=yes"), priority="p3")


@twins("suggestion-false", "minor", "by answers which cannot be: 'none' is no answer to 'hit' in policy acme/1.0")
def test_an_answer_that_there_is_not(desk: Plain, guilty: bool) -> str:
    begun(desk)
    desk.open(at="09:00")
    return desk.step("triage", rated("p1", "hit=none" if guilty else "hit=all"), priority="p3")


@twins("suggestion-false", "minor", "says that p1 was suggested, and acme/1.0 suggested p2")
def test_an_opening_falls_back_on_its_type(desk: Plain, guilty: bool) -> str:
    begun(desk)
    return desk.open("ACM-261123-K7Q4P", rated("p1" if guilty else "p2", "hit=some"), priority="p3")


@twins("suggestion-false", "minor", "says that p1 was suggested, and acme/1.0 suggested p2")
def test_without_a_rubric_the_type_suggests(desk: Plain, guilty: bool) -> str:
    """Whoever writes a rating by hand may leave out what was suggested."""
    desk.open()
    desk.step("triage", entry("t0", "triage", chosen="p3"), priority="p3")
    return desk.step("triage", entry("t1", "triage", suggested="p1" if guilty else "p2", chosen="p3"), at="09:10")
