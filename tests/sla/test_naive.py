"""The slow clock by hand: a few cases reckoned in their docstrings; and what random lives are sure to hold.

The desk works 08:00-18:00, Monday to Thursday, and 08:00-16:00 on Fridays, in London, in a November.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from random import Random

import pytest

from casectl.model.case import Entry
from casectl.model.policy import Policy
from casectl.model.target import Ahead, Lookup
from casectl.model.timeline import Step
from tests.sla import naive
from tests.sla.desks import EXEMPTIONS, GRAIN, SERVICES
from tests.sla.lives import CASE_ID, RandomLife, random_lives
from tests.sla.naive import NaiveRow
from tests.sla.naive_record import Record
from tests.sla.story import Story, desk

HOUR = 3600
AGREED = desk({"resolution": {"within": {"agreed": "resolution"}}})
KEPT = desk({"commitment": {"start": "promised", "stop": "kept", "within": {"promised": "due"}}})
FOUR_HOURS = desk({"resolution": {"within": "4h"}})


def rows(story: Story, at: str) -> tuple[NaiveRow, ...]:
    return naive.evaluate(story.timeline(), story.terms, story.moment(at), 900)


def row(story: Story, at: str) -> NaiveRow:
    (only,) = rows(story, at)
    return only


def test_agreed_is_an_instant_on_any_clock() -> None:
    """Until agreed it is owed. Agreed for Saturday 10:00, opened Thursday 10:00: 48 hours, on hold or closed or not."""
    story = Story(AGREED).at("Thu 10:00").open()
    assert (row(story, "Thu 11:00").state, row(story, "Thu 11:00").owed) == ("pending", True)
    story = story.at("Thu 12:00").agree("resolution", "Sat 10:00").at("Fri 09:00").hold("customer")
    found = row(story, "Sat 12:00")
    assert (found.state, found.limit_seconds, found.elapsed_seconds) == ("breached", 48 * HOUR, 50 * HOUR)
    assert (found.breached_at, found.paused_seconds) == (story.moment("Sat 10:00"), 0)


def test_each_commitment_has_its_own_run() -> None:
    """One kept at 11:00 of 12:00; one of 12:00 that is put off at 11:30 to 14:00 and missed; one cancelled."""
    story = Story(KEPT).at("Mon 10:00").open().promise("a", "Mon 12:00").promise("b", "Mon 12:00")
    story = story.promise("c", "Mon 15:00").at("Mon 11:00").keep("a").at("Mon 11:30").due_now("b", "Mon 14:00")
    story = story.at("Mon 13:00").cancel("c")
    found = {one.subject: one for one in rows(story, "Mon 16:00")}
    assert {name: one.state for name, one in found.items()} == {"a": "met", "b": "breached", "c": "withdrawn"}
    assert [one.occurrence for one in found.values()] == [1, 2, 3]
    assert found["b"].breached_at == story.moment("Mon 14:00")


def test_promised_for_a_moment_that_is_past_is_late_at_once() -> None:
    """24 hours ahead of Tuesday 09:00 is Monday 09:00; promised on Monday at 10:00: an hour late already."""
    policy = desk({"lead-time": {"start": "promised", "stop": "promised", "within": "24h ahead"}})
    story = Story(policy).at("Mon 10:00").open().promise("a", "Tue 09:00")
    found = row(story, "Mon 10:00")
    assert (found.state, found.limit_seconds, found.elapsed_seconds) == ("breached", -HOUR, 0)
    assert found.due_at == story.moment("2026-11-23 09:00")


def test_overlapping_exemptions_count_once_and_reach_back() -> None:
    """Four hours from 09:00 were up at 13:00. Exempt are 10-12 and 11-14: four hours; two are counted at 15:00."""
    story = Story(FOUR_HOURS).at("Mon 09:00").open().at("Mon 14:00").exempt("x", "authority", "Mon 10:00", "Mon 12:00")
    assert row(story, "Mon 14:00").state == "exempt"
    story = story.at("Mon 15:00").exempt("y", "authority", "Mon 11:00", "Mon 14:00")
    found = row(story, "Mon 15:00")
    assert (found.state, found.elapsed_seconds, found.exempt_seconds) == ("exempt", 2 * HOUR, 4 * HOUR)
    assert found.overturned == (story.moment("2026-11-23 13:00"), story.steps[1].commit)
    assert found.due_at == story.moment("Mon 17:00")


def test_an_exemption_is_no_promise_about_the_future() -> None:
    """Claimed at 10:00 for 09:00-17:00: it ends at 10:00. Unapproved ones and unknown codes take nothing."""
    story = Story(FOUR_HOURS).at("Mon 09:00").open().at("Mon 10:00").exempt("x", "authority", "Mon 09:00", "Mon 17:00")
    story = story.exempt("y", "authority", "Mon 09:00", by=None).exempt("z", "sunspots", "Mon 09:00")
    found = row(story, "Mon 12:00")
    assert (found.exempt_seconds, found.elapsed_seconds, found.due_at) == (HOUR, 2 * HOUR, story.moment("Mon 14:00"))


def test_while_an_exemption_lasts_nothing_is_due() -> None:
    story = Story(FOUR_HOURS).at("Mon 09:00").open().at("Mon 10:00").exempt("x", "authority", "Mon 10:00")
    assert (row(story, "Mon 12:00").due_at, row(story, "Mon 12:00").exempt_seconds) == (None, 2 * HOUR)
    story = story.at("Mon 12:00").end_exemption("x", "Mon 11:00")
    assert row(story, "Mon 12:00").due_at == story.moment("Mon 14:00")


def test_announced_windows_do_not_count_and_are_looked_past() -> None:
    """Maintenance 10-12 known at 09:30: due at 15:00. Recorded at 11:00, the hour before counts: due at 14:00."""
    policy = desk({"resolution": {"within": "4h", "exclude": ["maintenance"]}})
    opened = Story(policy).at("Mon 09:00").open()
    known = opened.at("Mon 09:30").promise("m", "Mon 10:00", "maintenance", "Mon 12:00")
    assert row(known, "Mon 09:30").due_at == known.moment("Mon 15:00")
    late = opened.at("Mon 11:00").promise("m", "2026-11-23 10:00", "maintenance", "Mon 12:00")
    assert row(late, "Mon 13:00").due_at == late.moment("Mon 14:00")
    assert row(known.at("Mon 11:00").cancel("m"), "Mon 13:00").exempt_seconds == HOUR


def test_a_void_takes_back_a_step_and_a_void_of_it_brings_it_back() -> None:
    """On hold from 10:00 to 15:00, which is taken back at 16:00: breached at 13:00 after all; and then not."""
    story = Story(FOUR_HOURS).at("Mon 09:00").open().at("Mon 10:00").hold("customer", "note").at("Mon 15:00").resume()
    assert row(story, "Mon 16:00").state == "running"
    undone = story.at("Mon 16:00").undo("e1")
    assert row(undone, "Mon 16:00").breached_at == story.moment("2026-11-23 13:00")
    again = undone.at("Mon 17:00").undo("e2")
    found = row(again, "Mon 17:00")
    assert (found.state, found.overturned) == ("running", (story.moment("2026-11-23 13:00"), again.last_commit))


def test_a_voided_start_keeps_its_number() -> None:
    policy = desk({"escalation-response": {"start": "escalated", "stop": "escalation-answer", "within": "1h"}})
    story = Story(policy).at("Mon 09:00").open().at("Mon 10:00").escalate().at("Mon 12:00").escalate()
    found = rows(story.undo("e1"), "Mon 12:00")
    assert [(one.occurrence, one.state) for one in found] == [(1, "withdrawn"), (2, "running")]
    assert found[0].overturned == (story.moment("2026-11-23 11:00"), f"{4:040x}")


def test_a_void_case_promises_nothing_and_a_merged_one_nothing_more() -> None:
    """Breached at 13:00. A merge after it leaves the breach, a void of the case does not."""
    story = Story(FOUR_HOURS).at("Mon 09:00").open().at("Mon 14:00")
    assert row(story.set(merged_into="ABC-261120-AAAAA"), "Mon 14:00").state == "breached"
    found = row(story.undo(), "Mon 14:00")
    assert (found.state, found.overturned) == ("withdrawn", (story.moment("2026-11-23 13:00"), f"{2:040x}"))
    early = Story(FOUR_HOURS).at("Mon 09:00").open().at("Mon 10:00").set(merged_into="ABC-261120-AAAAA")
    assert row(early, "Mon 16:00").state == "withdrawn"


@pytest.mark.parametrize(("service", "state"), [("carrier", "exempt"), ("leased-line", "running"), ("sms", "running")])
def test_services_that_nobody_covers_are_exempt(service: str, state: str) -> None:
    assert row(Story(FOUR_HOURS).at("Mon 09:00").open(service=service), "Mon 10:00").state == state


def test_a_goal_without_a_limit_is_never_missed() -> None:
    story = Story(desk({"completion": {"rules": [{"goal": "2h"}]}})).at("Mon 09:00").open()
    found = row(story, "Mon 17:00")
    assert (found.state, found.goal_seconds, found.limit_seconds) == ("untargeted", 2 * HOUR, None)


def test_a_move_to_another_policy_acts_from_then_on() -> None:
    """Four hours; from 10:00 on two: due 11:00. Moved at 14:00 only, the breach of 13:00 stays, whatever comes."""
    quick, slow = desk({"resolution": {"within": "2h"}}, version="2.0"), desk({"resolution": {"within": "9h"}})
    opened = Story(FOUR_HOURS).at("Mon 09:00").open()
    assert row(opened.at("Mon 10:00").move_to(quick), "Mon 10:00").due_at == opened.moment("Mon 11:00")
    late = row(opened.at("Mon 14:00").move_to(slow), "Mon 15:00")
    assert (late.state, late.breached_at) == ("breached", opened.moment("Mon 13:00"))
    assert row(opened.at("Mon 10:00").move_to(desk({}, version="2.0")), "Mon 16:00").state == "withdrawn"


def test_the_end_of_the_call_that_opened_the_case() -> None:
    """It began at 08:40 and took 20 minutes; the case was opened at 09:30: half an hour."""
    policy = desk({"creation": {"start": ["call-ended", "received"], "stop": "opened", "within": "15m"}})
    story = Story(policy).at("Mon 09:30").open()
    call = {"direction": "in", "started": story.moment("2026-11-23 08:40"), "minutes": 20}
    opening: Step = story.steps[0]._replace(entries=(Entry("e1", "call", call),))
    told = story.timeline()._replace(steps=(opening,))
    (found,) = naive.evaluate(told, story.terms, story.moment("Mon 10:00"), 900)
    assert (found.state, found.elapsed_seconds, found.breached_at) == (
        "breached",
        1800,
        story.moment("2026-11-23 09:15"),
    )


def features(life: RandomLife) -> set[str]:
    """What of the language this life, judged at its moment, has to do with."""
    found = naive.evaluate(life.timeline, life.terms, life.as_of, GRAIN)
    steps = life.timeline.until(life.as_of)
    record = Record(CASE_ID, steps) if steps else None
    facts = set(_of_rows(found))
    if record is not None:
        facts |= set(_of_record(record, life))
        undone = {step.commit for step in steps if any(entry.kind == "void" for entry in step.entries)}
        for gone in (one.overturned for one in found if one.overturned):
            facts.add(f"overturned by {'a void' if gone[1] in undone else 'an exemption'}")
        if "exempt time" in facts and not record.states[-1]["exemptions"]:
            facts.add("exempt for a window alone")
        if record.taken and any(one.state == "withdrawn" for one in found) and not record.void:
            facts.add("withdrawn where something is void")
    used = {name for terms in life.terms for name in _anchors(terms.policy)}
    begun = {name for one in found if one.started_at for name in used if name[0] == one.target}
    return facts | {f"anchor {anchor}" for _, anchor in begun}


def _anchors(policy: Policy) -> Iterator[tuple[str, str]]:
    for target in policy.targets.values():
        for rule in (*target.rules, target.otherwise):
            yield from ((target.name, anchor) for anchor in (*rule.start, *rule.stop))


def _of_rows(found: tuple[NaiveRow, ...]) -> Iterator[str]:
    for one in found:
        yield f"state {one.state}"
        if isinstance(one.within, Lookup) and one.limit_seconds is not None:
            yield f"figure {one.within.source}"
        if isinstance(one.within, Ahead):
            yield "figure ahead"
        facts = {
            "owed": one.owed,
            "exempt time": one.exempt_seconds > 0,
            "overturned": one.overturned is not None,
            "overturned and running again": one.overturned is not None and one.state != "withdrawn",
            "goal alone": one.within is None and one.goal_seconds is not None,
            "late before it began": (one.limit_seconds or 0) < 0,
            "several commitments": bool(one.subject) and one.occurrence > 1,
        }
        yield from (name for name, holds in facts.items() if holds)


def _of_record(record: Record, life: RandomLife) -> Iterator[str]:
    last, told = record.states[-1], record.told[-1]
    voids = [i for i, step in enumerate(record.steps) for entry in step.entries if entry.kind == "void"]
    exemptions = last["exemptions"].values()
    approved = [one for one in exemptions if one.get("approved_by") and one["code"] in EXEMPTIONS]
    service = SERVICES.get(str(last.get("service")))
    facts = {
        "policy moved": any(step.commit == terms.since for step in record.steps for terms in life.terms),
        "agreed changed": any(told["agreed", name] > 1 for name in last["agreed"]),
        "merged": "merged_into" in last,
        "not covered": service is not None and not service.covered,
        "void": bool(record.taken),
        "void of a void": any(i in record.taken for i in voids),
        "void of the case": record.void,
        "exemption not approved": len(approved) < len(exemptions),
        "exemption that lasts": any("until" not in one for one in approved),
        "exemptions overlap": any(
            a is not b and a["from"] <= b["from"] < a.get("until", life.as_of) for a in approved for b in approved
        ),
        "exemption clamped": any(
            record.steps[told["exemptions", one["id"], key]].at < one[key]
            for one in approved for key in ("from", "until") if key in one
        ),
    }  # fmt: skip
    yield from (name for name, holds in facts.items() if holds)
    for one in last["commitments"].values():
        yield from (f"commitment {key}" for key in ("kept", "cancelled", "until") if key in one)
        if told["commitments", one["id"], "due"] > told["commitments", one["id"], "id"]:
            yield "commitment put off"


FLOORS = {
    "state withdrawn": 10, "state exempt": 6, "state breached": 40, "state untargeted": 20, "state met": 30,
    "state pending": 30, "state paused": 4, "state at-risk": 2, "state running": 20,
    "figure agreed": 15, "figure ahead": 4, "figure promised": 8, "figure customer": 8, "figure case": 2,
    "goal alone": 8, "late before it began": 3, "owed": 6, "agreed changed": 6, "several commitments": 3,
    "commitment kept": 6, "commitment cancelled": 2, "commitment put off": 2, "commitment until": 12,
    "exempt time": 12, "exempt for a window alone": 2, "exemption clamped": 6, "exemption not approved": 15,
    "exemption that lasts": 6, "exemptions overlap": 2, "overturned by a void": 2, "overturned by an exemption": 2,
    "overturned and running again": 2, "merged": 8, "not covered": 8, "policy moved": 5, "void": 20,
    "void of a void": 6, "void of the case": 1, "withdrawn where something is void": 6,
    "anchor call-ended": 10, "anchor assigned": 8, "anchor picked-up": 3, "anchor path-confirmed": 4,
    "anchor promised": 12, "anchor kept": 10, "anchor escalated": 1, "anchor email:in": 1,
}  # fmt: skip


def test_random_lives_hold_what_they_are_meant_to_hold() -> None:
    """Of the lives that the clocks are compared over, three of each of 60 desks: each feature occurs often enough."""
    lives = [life for seed in range(60) for life in random_lives(Random(seed), 8)[:3]]
    held = Counter(name for life in lives for name in features(life))
    assert {name: held[name] for name, floor in FLOORS.items() if held[name] < floor} == {}
