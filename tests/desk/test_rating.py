"""Rating a case: the desk's questions, what their answers suggest, and who may raise it until when."""

from __future__ import annotations

from dataclasses import replace

import pytest

from casectl.desk.rating import UnansweredError
from casectl.desk.verb import Scene
from casectl.desk.verbs.triage import triage
from casectl.model.problems import UsageMistake
from casectl.model.rubric import open_questions, suggest
from casectl.model.terms import Terms
from casectl.model.timeline import Timeline
from tests.desk.desk_day import FULL, FULL_BOOK, STAFF, Day

FAULT = {"type": "fault", "service": None, "category": None}


def day(**options: object) -> Day:
    return Day(policy=FULL, book=FULL_BOOK).open(**options)


@pytest.mark.parametrize(
    ("facts", "answers", "suggested", "still"),
    [
        (FAULT, {}, None, ["impact", "workaround"]),
        (FAULT, {"impact": "all"}, "p1", []),
        (FAULT, {"impact": "some"}, None, ["workaround"]),
        (FAULT, {"workaround": "yes"}, None, ["impact"]),
        (FAULT, {"impact": "some", "workaround": "no"}, "p2", []),
        (FAULT, {"impact": "some", "workaround": "yes"}, "p3", []),
        (FAULT, {"impact": "none"}, "p3", []),
        ({**FAULT, "type": "request"}, {}, "p4", []),
        ({**FAULT, "type": "request"}, {"impact": "all"}, "p4", []),
    ],
)
def test_the_first_row_that_holds(
    facts: dict[str, str | None], answers: dict[str, str], suggested: str | None, still: list[str]
) -> None:
    assert suggest(FULL, facts, answers) == suggested
    assert [question.name for question in open_questions(FULL, facts, answers)] == still


def test_answers_suggest_and_are_recorded() -> None:
    rated = day().do(triage, answer=["workaround=no", "impact=some"], message="Half the pupils.")
    assert (rated.case.priority, rated.change.summary) == ("p2", "p2, was p3")
    assert rated.last.fields == {
        "suggested": "p2", "chosen": "p2", "answers": "impact=some, workaround=no", "text": "Half the pupils.",
    }  # fmt: skip


def test_another_choice_is_fine_and_is_named() -> None:
    rated = day().by("jo").do(triage, "p2", ["impact=all"])
    assert rated.change.summary == "p2, was p3, against the suggested p1"
    assert rated.last.fields == {"suggested": "p1", "chosen": "p2", "answers": "impact=all"}


def test_a_priority_without_answers_suggests_nothing() -> None:
    assert day().do(triage, "p4").last.fields == {"chosen": "p4"}


def test_facts_alone_may_decide() -> None:
    rated = day(type="request", priority="p3").do(triage)
    assert (rated.case.priority, rated.last.fields) == ("p4", {"suggested": "p4", "chosen": "p4"})


def test_questions_that_are_left_are_listed() -> None:
    with pytest.raises(UnansweredError) as refusal:
        day().do(triage, answer=["impact=some"])
    assert refusal.value.exit_code == 2
    assert refusal.value.hint == "--answer, for each: workaround=yes|no (Is there another way?)"


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        (["impct=all"], "did you mean 'impact'"),
        (["impact=al"], "did you mean 'all'"),
        (["impact"], "'' is no answer"),
        (["impact=all", "impact=none"], "two answers"),
    ],
)
def test_answers_that_are_none(answers: list[str], words: str) -> None:
    with pytest.raises(UsageMistake) as refusal:
        day().do(triage, answer=answers)
    assert words in str(refusal.value)


def test_a_policy_without_questions_needs_a_priority() -> None:
    with pytest.raises(UsageMistake, match="one of: p1, p2, p3, p4"):
        Day().open().do(triage)
    with pytest.raises(UsageMistake, match="asks no questions"):
        Day().open().do(triage, "p1", ["impact=all"])


def test_opening_with_answers_is_its_triage() -> None:
    opened = day(answer=["impact=all"])
    assert (opened.case.priority, opened.last.kind) == ("p1", "triage")
    assert opened.last.fields == {"suggested": "p1", "chosen": "p1", "answers": "impact=all"}


def test_opening_takes_the_default_from_the_rubric_where_facts_decide_and_that_is_no_triage() -> None:
    opened = day(type="request")
    assert (opened.case.priority, opened.case.log) == ("p4", ())
    assert (day().case.priority, day().case.log) == ("p3", ())


def test_opening_with_too_few_answers_is_not_rated_and_says_so() -> None:
    opened = day(answer=["impact=some"])
    assert (opened.case.priority, opened.case.log) == ("p3", ())
    assert "leave open workaround" in opened.change.warnings[0]


def test_raising_in_time_by_a_team_leader_is_quiet() -> None:
    assert day().at("09:30").by("jo").do(triage, "p1").change.warnings == ()


@pytest.mark.parametrize(
    ("when", "who", "words"),
    [
        ("09:30", "sam", "by sam, who is no team-leader (Jo (jo))"),
        ("09:31", "jo", "later than 30 min after the opening"),
        ("09:31", "sam", "later than 30 min after the opening and by sam"),
        ("09:05", "stranger@elsewhere.example", "by stranger@elsewhere.example"),
    ],
)
def test_raising_late_or_by_somebody_else_is_done_and_said(when: str, who: str, words: str) -> None:
    rated = day().at(when).by(who).do(triage, "p1")
    assert rated.case.priority == "p1"
    (warning,) = rated.change.warnings
    assert words in warning
    assert warning.endswith("an audit finding")


def test_who_holds_the_role_at_another_desk_only_may_not_raise_here() -> None:
    """As the audit finds it: `Person.holds` asks for the desk, too."""
    elsewhere = replace(FULL_BOOK, staff={**STAFF, "jo": STAFF["jo"]._replace(desks=("other-desk",))})
    opened = replace(day(), book=elsewhere).at("09:30").by("jo")
    (warning,) = opened.do(triage, "p1").change.warnings
    assert "by jo, who is no team-leader (nobody on the staff)" in warning
    steps = Timeline(opened.case.id, "story", opened.steps)
    scene = Scene(opened.case, FULL, elsewhere, opened.moment, (Terms(FULL, {}, STAFF),), steps)
    assert triage(scene, "p1").warnings == (), "the staff list of the case's terms counts as well"


def test_a_priority_that_the_case_has_already_is_no_raise() -> None:
    raised = day().at("09:05").by("jo").do(triage, "p1")
    assert raised.at("11:00").by("sam").do(triage, "p1", message="Still.").change.warnings == ()


def test_going_back_up_to_where_it_was_opened_is_no_raise() -> None:
    assert day(priority="p2").at("11:00").do(triage, "p4").do(triage, "p2").change.warnings == ()


def test_a_case_on_a_way_that_is_not_meant_for_it_is_flagged() -> None:
    opened = day(channel="hotline")
    assert opened.change.warnings == (
        "channel 'hotline' is not meant for this case (it is for priority p1): it is flagged",
    )
    assert opened.by("jo").do(triage, "p1").change.warnings == ()
    assert "hotline" in opened.by("jo").do(triage, "p1").do(triage, "p2").change.warnings[0]
