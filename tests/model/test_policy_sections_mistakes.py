"""Mistakes in the lists of a policy, in calendars that the case chooses, and in what targets say of promises."""

from __future__ import annotations

import pytest

from casectl.model.problems import Problem
from tests.model.one_policy import ACME, FULL, changed, check, read

P1 = "within: 4h, goal: 2h, run_on: true"
PROMISED = "start: promised, stop: kept"
HOLD = "say `start: promised`"

MISTAKES = [
    # passage, what stands there instead, message, hint
    ("channels:\n", "channels:\n  fax: {calendar: support}\n",
     "calendar 'support' depends on the case and cannot be named here", "desk, watch, round-the-clock, either"),
    ("{union: [desk, watch]}", "{union: [desk, support]}", "calendar 'support' depends on the case", None),
    ("reported: {in: desk}", "reported: {out: [desk, support]}", "calendar 'support' depends on the case", None),
    ("plan: basic}, calendar: watch}", "plan: basic}, calendar: support}", "calendar 'support' depends on", None),
    ("plan: basic}, calendar: watch}", "plan: basic}, calendar: wtach}", "unknown calendar 'wtach'", "'watch'?"),
    ("plan: basic}, calendar: watch}", "plan: basic}}", "calendar 'support', row 2 lacks 'calendar'", None),
    ("plan: basic}, calendar: watch}", "plan: bronze}, calendar: watch}", "unknown plan 'bronze'", "basic"),
    ("plan: basic}, calendar: watch}", "reported: {in: desk}}, calendar: watch}", "unknown field 'reported'", None),
    ("    - {calendar: round-the-clock}", "    - {when: {plan: enterprise}, calendar: round-the-clock}",
     "calendar 'support': the last row has a `when`, so a case may find none", "end with a row of `calendar:` alone"),
    ("    clause: ACM-09\n", "    hours: {mon: closed}\n", "calendar 'support': unknown field 'hours'", None),
    ("for: {priority: [p1, p2]}", "for: {priority: [p1, p9]}", "unknown priority 'p9'", None),
    ("for: {priority: [p1, p2]}", "for: {channel: phone}", "channel 'phone', for: unknown field 'channel'", None),
    ("plans: {enterprise: Enterprise support, basic: Basic support}", "plans: {}", "'plans' names none", None),
    ("plan: enterprise}\n    start", "plan: enterprize}\n    start", "unknown plan 'enterprize'", "'enterprise'?"),
    ("service: sms}", "service: smss}", "unknown service 'smss'", "did you mean 'sms'?"),
    ("when: {category: account}", "when: {category: accounts}", "unknown category 'accounts'", "'account'?"),
    ("in_scope: false}", "in_scope: no}", "'in_scope' must be true or false", None),
    ("{label: Sending messages}", "{label: Sending messages, supplier_sla: true}",
     "service 'sms' is in scope, so a supplier's agreement changes nothing", "in_scope: false"),
    ("window: true}", "windows: true}", "commitment 'maintenance': unknown field 'windows'", "'window'?"),
    ("approved_by: [desk-manager]", "approved_by: []", "'approved_by' names no role", None),
    ("paths: {a: Works as required, b: Pursued urgently}\n", "",
     "'path-confirmed', but `paths` does not say which paths there are", "paths: {a:"),
    ("within: 30m, by", "within: 1wd, by", "raising: '1wd' counts working days", "by the wall clock"),
    ("within: 30m, by: [team-leader]", "within: 30m", "raising lacks 'by'", None),
    ("impact: {ask: What does not work?, answers", "impact: {answers", "question 'impact' lacks 'ask'", None),
    ('{"yes": There is, "no": There is none}', '{"yes": There is}', "question 'workaround' has no two answers", None),
    ("    impact: {ask", "    service: {ask", "question 'service' has the name of a fact of the case", "else"),
    ("when: {impact: all}", "when: {impcat: all}", "rubric, row 1: 'impcat' is no question of the rubric and no fact",
     "did you mean 'impact'?"),
    ("when: {impact: all}", "when: {priority: p1}", "'priority' is no question of the rubric and no fact", None),
    ("when: {impact: all}", "when: {impact: al}", "unknown answer to 'impact' 'al'", "did you mean 'all'?"),
    ("when: {impact: all}", "when: {impact: []}", "'impact' lists nothing, so it could never hold", None),
    ("priority: p1, clause: ACM-13", "priority: p0", "unknown priority 'p0'", "one of"),
    ("  - {priority: p3}\n", "  - {when: {impact: none}, priority: p3}\n",
     "rubric: the last row has a `when`, so a case may find none", "end with a row of `priority:` alone"),
    ("{agreed: resolution}", "{agreed: triage}", "unknown target 'triage'", "one of"),
    ("{promised: due}", "{promised: until}", "unknown moment of a promise 'until'", "due"),
    ("24h ahead", "1wd ahead", "'1wd ahead' is no lead time", "such as 24h ahead"),
    ("24h ahead", "14d ahead", "'14d ahead' is no lead time", "336h ahead"),
    ("goal: 48h ahead", "goal: 12h ahead", "the goal '12h ahead' is not earlier than the limit", None),
    ("goal: 48h ahead", "goal: 48h", "the goal '48h' is of another kind than the limit", "both ahead"),
    (PROMISED, "start: opened, stop: resolved", "target 'commitment': '{promised: due}' needs a promise", HOLD),
    (PROMISED, f"{PROMISED}, on_reopen: restart", "what happened once does not start anew at a reopening", "resume"),
    (PROMISED, "start: opened, stop: kept", "target 'commitment': 'kept' is said of a promise", HOLD),
    (PROMISED, "start: [promised, opened], stop: kept", "'promised' starts it once for each commitment", "start:"),
    (P1, "within: 24h ahead", "target 'resolution': '24h ahead' needs a promise to count from", HOLD),
    (P1, "within: 4h, stop: kept", "target 'resolution': 'kept' is said of a promise", HOLD),
    ("goal: 15wd", "goal: 24h ahead", "target 'completion': '24h ahead' needs a promise to count from", HOLD),
    ("when: {priority: p1}", "when: {commitment: maintenance}",
     "target 'resolution', rule 1: a condition on `commitment`, but the target does not start at one", HOLD),
    ("when: {type: [fault], plan", "when: {commitment: maintenance, plan", "target 'update': a condition on", HOLD),
    ("when: {commitment: engineer-visit}", "when: {commitment: visit}", "unknown commitment 'visit'", None),
    ("exclude: [maintenance]", "exclude: [engineer-visit]", "'engineer-visit' is a moment, not a", "window: true"),
    ("exclude: [maintenance]", "exclude: [outage]", "unknown commitment 'outage'", None),
    ("{promised: due}", "{promised: due}, run_on: true", "run_on does not go with '{promised: due}'", None),
    ("goal: 48h ahead", "run_on: true", "run_on does not go with '24h ahead'", None),
    ("within: {agreed: resolution}", "within: {agreed: resolution}, run_on: true",
     "run_on does not go with '{agreed: resolution}'", "such as 4h"),
    ("goal: 15wd", "goal: 15wd\n    run_on: true", "run_on does not go with '15wd'", None),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "message", "hint"), MISTAKES, ids=[str(row[2]) for row in MISTAKES])
def test_a_mistake_is_said_once_with_a_hint(old: str, new: str, message: str, hint: str | None) -> None:
    policy, problems = read(changed(old, new, FULL))
    assert policy is None
    found = [problem for problem in problems if message in problem.message]
    assert len(found) == 1, problems
    assert found[0].line > 0
    assert hint is None or hint in (found[0].hint or "")


def line_of(passage: str, text: str = FULL) -> int:
    return text[: text.index(passage)].count("\n") + 1


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("{union: [desk, watch]}", "{union: [desk, support]}", line_of("{union: [desk, watch]}")),
        ("when: {impact: all}", "when: {impact: al}", line_of("when: {impact: all}")),
        ("exclude: [maintenance]", "exclude: [outage]", line_of("exclude: [maintenance]")),
        (P1, "within: 24h ahead", line_of(P1)),
        (PROMISED, "start: opened, stop: resolved", line_of(PROMISED)),
    ],
)
def test_on_its_line(old: str, new: str, line: int) -> None:
    _, problems = read(changed(old, new, FULL))
    assert [problem.line for problem in problems] == [line]


def test_what_a_target_says_is_a_mistake_of_the_target_once() -> None:
    """`kept` stands in the target, whose five rules all have it."""
    text = changed("    stop: resolved\n", "    stop: [resolved, kept]\n", ACME)
    _, problems = read(text)
    assert [problem.message for problem in problems] == [
        "target 'resolution': 'kept' is said of a promise, and the target does not start at one"
    ]
    assert problems[0].line == line_of("    start: [detected, opened]", text)


def only(text: str) -> Problem:
    found = check(text)
    assert len(found) == 1, found
    return found[0]


def test_a_row_of_the_rubric_behind_a_wider_one() -> None:
    row = '  - {when: {impact: all, workaround: ["yes", "no"], type: request}, priority: p2}\n'
    text = changed("  - {priority: p3}\n", f"{row}  - {{priority: p3}}\n", FULL)
    problem = only(text)
    wider = line_of("- {when: {impact: all}")
    message = f"rubric, row 3 can never be reached: what stands before it (line {wider}) takes its cases"
    assert (problem.message, problem.line, problem.hint) == (message, line_of(row, text), "put the narrower row first")


def test_the_last_row_may_be_left_over_and_no_other() -> None:
    """Every answer has a row of its own; the last row is there all the same, since the rubric has to end with one."""
    answered = changed(
        '{impact: [part, none], workaround: "no", type: fault, service: sms}', "{impact: [part, none]}", FULL
    )
    assert check(answered) == ()
    extra = changed(
        "  - {priority: p3}\n", '  - {when: {workaround: "no"}, priority: p2}\n  - {priority: p3}\n', answered
    )
    assert "rubric, row 3 can never be reached" in only(extra).message


def test_a_row_of_a_choice_behind_a_wider_one() -> None:
    text = changed(
        "{when: {plan: basic}, calendar: watch}", "{when: {plan: basic, category: technical}, calendar: watch}", FULL
    )
    problem = only(text)
    assert problem.message.startswith("calendar 'support', row 2 can never be reached")
    assert problem.line == line_of("{when: {plan: basic, category", text)


def test_a_row_in_front_that_takes_every_case() -> None:
    text = changed("{when: {category: technical, plan: [enterprise, basic]}, calendar: desk}", "{calendar: desk}", FULL)
    assert only(text).message.startswith("calendar 'support', row 2 can never be reached")


def test_a_rule_that_can_be_reached_on_one_of_its_calendars_is_no_mistake() -> None:
    """Technical help of enterprise customers has a rule of its own, so the row for it is of no use to the next."""
    text = changed("{within: {customer: ttr}, calendar: desk, days: watch}", "{within: 3wd}", FULL)
    assert check(text) == ()


def test_a_rule_out_of_reach_is_counted_as_written() -> None:
    """Rule 1 was made into two rules; the one behind rule 2 is still the third."""
    passage = "    - {within: {customer: ttr}, calendar: desk, days: watch}\n"
    row = "    - {when: {category: technical, plan: enterprise, type: fault}, within: 9wd}\n"
    problem = only(changed(passage, row + passage, FULL))
    assert "target 'pick-up', rule 3 can never be reached" in problem.message
    assert f"(line {line_of('within: 2wd')})" in problem.message


@pytest.mark.parametrize(
    ("when", "missing"),
    [
        ("{plan: [enterprise, basic]}", "none of the plans"),
        ("{plan: enterprise}", "plan basic; none of the plans"),
        ("{service: [sms, carrier]}", "service handset; none of the services"),
        ("{category: technical}", "category account; none of the categories"),
    ],
)
def test_a_listed_word_leaves_out_its_other_values_and_none_of_them(when: str, missing: str) -> None:
    found = only(changed("    within: 30m\n", f"    rules: [{{when: {when}, within: 30m}}]\n", FULL))
    assert found.message == f"target 'response': a case can lack a rule: {missing}"


def test_a_commitment_that_no_rule_covers() -> None:
    text = changed("    - {goal: 72h ahead}\n", "", FULL)
    assert only(text).message == "target 'lead-time': a case can lack a rule: commitment maintenance"
    wide = changed("    when: {commitment: [engineer-visit, maintenance]}\n", "", text)
    assert "commitment maintenance; none of the commitments" in only(wide).message


def test_a_way_in_may_be_meant_for_cases_without_closing_any_rule() -> None:
    assert check(changed("for: {priority: [p1, p2]}", "for: {service: sms, plan: basic}", FULL)) == ()
