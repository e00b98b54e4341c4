"""The sections of a policy about working cases: what they mean, and every mistake with its line."""

from __future__ import annotations

import pytest

from casectl.model.case import FIELD
from casectl.model.problems import Problem
from casectl.model.target import Condition
from casectl.model.workflow import NEXT_LEVEL, Automatic, Duty, Guard, Hours, Requirement, Route
from casectl.model.workflow_shape import INTAKE_FIELDS, NEEDED_FIELDS, VERBS
from tests.model.one_policy import WHOLE, acme, changed, check, read

WORK = acme(WHOLE).workflow
FAULT = Condition({"type": frozenset({"fault"})})
P1 = Condition({"priority": frozenset({"p1"})})


def test_a_policy_without_them_lets_everybody_do_everything() -> None:
    work = acme().workflow
    assert not any((work.routing, work.authority, work.refuses_strangers, work.duties, work.requires, work.automatic))


def test_where_cases_go() -> None:
    first, second, third = WORK.routing
    assert first == Route(
        Condition({"category": frozenset({"technical"})}, ("desk",)), team="workshop", clause=("ACM-15",)
    )
    assert second == Route(hours=Hours(("desk",), ("watch",)), owner="managers", assignee="on-call")
    assert third == Route(first_line=True, refer="first_line", waiting_for="customer")


def test_what_a_case_needs() -> None:
    (row,) = WORK.intake
    assert (row.fields, row.entries) == (("customer", "description"), ("triage", "attachment"))
    assert row.checklist == {"power": "It has power", "cables": "The cables are in"}


def test_who_may() -> None:
    assert (WORK.authority["triage"].roles, WORK.authority["triage"].refuses) == (("agent", "team-leader"), True)
    assert (WORK.authority["close"].roles, WORK.authority["close"].refuses) == (("agent",), False)
    assert not WORK.refuses_strangers
    assert acme(changed("strangers: warn", "strangers: refuse", WHOLE)).workflow.refuses_strangers


def test_what_comes_first() -> None:
    assert WORK.requires[0] == Requirement(
        frozenset({"closed"}), when=P1, fields=("reason_for_outage",), clause=("ACM-19",)
    )
    assert WORK.requires[1] == Requirement(
        to=frozenset({"closed"}),
        origin=frozenset({"resolved"}),
        entries=("attempt",),
        at_least=3,
        since_state=True,
        after_seconds=86_400,
        calendar="desk",
        duties=("resolved-notice",),
        unless=("confirmation", "call:in"),
    )


def test_what_time_does() -> None:
    late, missed, quiet, chase, old = WORK.automatic.values()
    assert late == Automatic("late", "Late", P1, ("resolution",), 0.8, escalate=2, tell=("involved",), message="late")
    assert (missed.label, missed.targets, missed.share, missed.escalate) == (
        "missed",
        ("commitment",),
        None,
        NEXT_LEVEL,
    )
    assert (quiet.states, quiet.after_seconds, quiet.unless, quiet.move) == (
        ("resolved",),
        86_400,
        ("email:in",),
        "closed",
    )
    assert (chase.waiting_for, chase.repeat, chase.tell) == (("supplier",), True, ("agent",))
    assert (old.age_seconds, old.calendar) == (72 * 3600, "desk")


def test_whom_to_tell() -> None:
    assert WORK.duties["resolved-notice"] == Duty(
        name="resolved-notice",
        label="The customer is told",
        on=("resolved", "call:in"),
        when=FAULT,
        through=("call:out", "email:out"),
        each=True,
        within_seconds=3600,
        calendar="desk",
        message="resolution",
        clause=("ACM-22",),
    )
    assert (WORK.duties["evening"].before_closing, WORK.duties["evening"].through) == ("desk", ("handover",))
    assert (WORK.duties["thanks"].automatic, WORK.duties["thanks"].to) == (True, ("customer", "level"))
    assert (WORK.fallback[0].ways, WORK.fallback[0].use) == (frozenset({"notice", "email:out"}), "call:out")


def test_a_ladder_s_guard_and_a_priority_s_roles() -> None:
    policy = acme(WHOLE)
    assert policy.ladders["general"].guard == Guard("desk", ("resolution",), 0.8, 4 * 3600, "desk", ("ACM-24",))
    assert policy.ladders["requests"].guard is None
    assert policy.priorities["p1"].involve == ("agent",)


def test_fields_that_are_asked_for_are_fields_of_a_case() -> None:
    assert set(INTAKE_FIELDS) | set(NEEDED_FIELDS) <= FIELD.keys()


def test_every_step_may_be_kept_for_somebody() -> None:
    from casectl.cli.main import VERBS as FOLDER
    from casectl.cli.main import names_in

    assert sorted(VERBS) == sorted(names_in(FOLDER))


MISTAKES = [
    # passage, what stands there instead, message, hint
    ("team: workshop, clause", "team: workshp, clause", "unknown team 'workshp'", "did you mean 'workshop'?"),
    ("team: workshop, clause: ACM-15", "clause: ACM-15", "routing, row 1 sends a case nowhere", "team:, owner:"),
    ("hours: {in: desk, out: watch}", "hours: {in: dsk}", "unknown calendar 'dsk'", "'desk'?"),
    ("hours: {in: desk, out: watch}", "hours: {in: support}", "calendar 'support' depends on the case", None),
    ("waiting_for: customer}\nintake", "waiting_for: custmer}\nintake", "unknown one to wait for 'custmer'", "'cust"),
    ("fields: [customer, description]", "fields: [customer, title]", "unknown field that a case may need", None),
    ("entries: [triage, attachment]", "entries: [triag]", "unknown log kind 'triag'", "'triage'?"),
    ("checklist: {power: It has power, cables: The cables are in}", "checklist: [power]", "'checklist' must", None),
    ("advice:\n- {when: {channel: email, priority: p1}, say: Ring them., clause: ACM-17}", "advice: Ring them.",
     "advice must be a list", "- {when:"),
    ("say: Ring them., ", "", "advice, row 1 lacks 'say'", None),
    ("  triage: {by: [agent", "  triaging: {by: [agent", "unknown step 'triaging'", "'triage'?"),
    ("by: agent, otherwise: warn", "by: agent, otherwise: shout", "unknown way with others 'shout'", "warn"),
    ("by: agent, otherwise: warn", "otherwise: warn", "step 'close' lacks 'by'", None),
    ("strangers: warn", "strangers: eat", "unknown way with strangers 'eat'", None),
    ("fields: reason_for_outage", "fields: reason", "unknown field that a state may require 'reason'", None),
    ("to: [closed]\n", "to: [shut]\n", "unknown state 'shut'", None),
    ("  at_least: 3\n", "  at_least: 0\n", "requires, row 2: at_least cannot be '0'", "from 1 to 99"),
    ("  after: 24h\n  calendar: desk\n", "  after: 1wd\n", "'1wd' counts working days", "by the wall clock"),
    ("duties: [resolved-notice]", "duties: [resolved-note]", "unknown duty 'resolved-note'", "'resolved-notice'?"),
    ("of: [resolution], at: 80%, ", "", "automatic rule 'late' says in no way, or in two", "of:, in: or"),
    ("of: [resolution], at: 80%", "of: [resolution], age: 4h, at: 80%", "automatic rule 'late' says in no way", None),
    ("of: [resolution], at: 80%", "of: [resolution]", "automatic rule 'late': `of` and `at` go together", None),
    ("of: [resolution], at: 80%", "of: [resolution], at: 120%", "automatic rule 'late': at cannot be '120%'", "80%"),
    ("at: breach, escalate: next, clause", "at: breach, clause", "automatic rule 'missed' does nothing", "escalate:"),
    ("escalate: next", "escalate: 1", "automatic rule 'missed': escalate cannot be '1'", "a level from 2 on"),
    ("waiting_for: supplier, after: 4h, repeat", "waiting_for: supplier, repeat", "what repeats is `in` a state", "4h"),
    ('    on: [resolved, "call:in"]\n', "", "duty 'resolved-notice' says in no way, or in two, when it is owed", None),
    ('on: [resolved, "call:in"]', "on: [solved]", "unknown event 'solved'", "'resolved'?"),
    ("{before_closing: desk, through: handover}", "{before_closing: desk}", "duty 'evening' could never be", "through"),
    ("automatic: true, to: [customer, level]", "automatic: true, to: []", "'to' names no role", None),
    ('use: "call:out"', "use: shouting", "unknown log kind 'shouting'", None),
    ("of: resolution, at: 80%, idle", "of: resolution, idle", "guard: `of` needs `at`", "at: breach"),
    ("involve: agent}", "involve: []}", "'involve' names no role", None),
]  # fmt: skip


@pytest.mark.parametrize(("passage", "instead", "message", "hint"), MISTAKES)
def test_each_mistake_is_told_with_its_line(passage: str, instead: str, message: str, hint: str | None) -> None:
    text = changed(passage, instead, WHOLE)
    policy, problems = read(text)
    told = next((problem for problem in problems if message in problem.message), None)
    assert told is not None, [str(problem) for problem in problems]
    assert policy is None
    assert told.line > 0
    assert hint is None or hint in str(told.hint)


def said(passage: str, instead: str) -> list[str]:
    return [problem.message for problem in check(changed(passage, instead, WHOLE))]


def test_the_full_policy_has_no_fault() -> None:
    assert [str(problem) for problem in check(WHOLE)] == []


@pytest.mark.parametrize(
    ("passage", "instead", "message"),
    [
        ("  from: resolved\n", "  from: open\n", "requires, row 2: no case comes to closed from open"),
        ("to: closed, when: {priority: p1}", "to: open, when: {priority: p1}", "no case comes to open"),
        ("  entries: attempt\n  at_least: 3\n", "", "requires, row 2: `since` counts entries, and it asks for none"),
        (
            "  after: 24h\n  calendar: desk\n",
            "  calendar: desk\n",
            "requires, row 2 names a calendar, and counts no time",
        ),
        ("move: closed}", "move: on-hold}", "automatic rule 'quiet': no case moves from resolved to on-hold"),
        ("escalate: 2", "escalate: 7", "automatic rule 'late': no ladder has a level 7"),
        ("at: breach, escalate", "at: breach, calendar: desk, escalate", "automatic rule 'missed' names a calendar"),
        (
            "    within: 1h\n    calendar: desk\n    message",
            "    calendar: desk\n    message",
            "duty 'resolved-notice' names",
        ),
    ],
)
def test_what_could_never_come_about_is_a_mistake(passage: str, instead: str, message: str) -> None:
    assert any(message in each for each in said(passage, instead)), said(passage, instead)


def test_a_rule_that_escalates_needs_a_ladder() -> None:
    text = WHOLE[: WHOLE.index("ladders:\n")] + WHOLE[WHOLE.index("plans: {enterprise") :]
    found: list[Problem] = list(check(text))
    assert any("escalates, and the policy has no ladder" in problem.message for problem in found)
