"""Deadlines moved when time was nearly up, targets dropped, promises put off, and records that vanished."""

from __future__ import annotations

from tests.audit.plain import ID, OTHER, POLICY, Plain, entry, record
from tests.audit.stories import twins

BUSY = "BSY-261123-K7Q4P"
TARGETS = """\
  update: {start: opened, stop: update, repeat: true, calendar: desk, within: {case: update_every}, clause: ACM-7}
  commitment: {start: promised, stop: kept, calendar: desk, within: {promised: due}, clause: ACM-7}
ladders:
"""
RULES = """\
    rules:
    - {when: {type: question}, within: 40h}
    - {when: {service: vip}, within: 8h}
    - {when: {category: old}, within: {customer: repair}}
    - {when: {category: dear}, within: {agreed: resolution}}
"""
CUSTOMERS = "customers:\n  oakfield: {figures: {repair: 8h}}\n  hilltop: {figures: {repair: 20h}}\n"
SERVICES = "services: {vip: {label: Dear}, mail: {label: Mail}, handset: {label: Theirs, in_scope: false}}\n"
POLICIES = {
    "policies/busy/1.0.yaml": POLICY.replace("acme", "busy")
    .replace("ACM\n", "BSY\n")
    .replace("types: {fault: {priority: p2}}", "types: {fault: {priority: p2}, question: {priority: p2}}")
    .replace("authority:", f"{SERVICES}commitments: {{call-back: {{label: A call back}}}}\nauthority:")
    .replace("    rules:\n", RULES)
    .replace("ladders:\n", TARGETS),
    "policies/busy/customers.yaml": CUSTOMERS,
}
SOON, LATER = "2026-11-23T17:00:00+00:00", "2026-11-24T17:00:00+00:00"
PERIOD = {"from": "2026-11-23T09:00:00+00:00", "until": "2026-11-23T10:00:00+00:00"}
PROMISED = record("c1", kind="call-back", due=SOON, text="We ring.")
DATES = f"\n  resolution: {SOON}", f"\n  resolution: {LATER}"


def moved(desk: Plain, at: str, before: dict[str, str], after: dict[str, str | None]) -> str:
    """A case that has eight hours from nine on, and fields of which are changed at some time."""
    desk.commit(POLICIES, "A busy desk", who="max")
    desk.open(BUSY, entry("r1", "response", "We look."), policy="busy/1.0", **before)
    verb = {"agreed": "agree", "commitments": "promise"}.get(next(iter(after)), "set")
    return desk.step(verb, case=BUSY, at=at, **after)


def late(guilty: bool) -> str:
    """When little is left, or when more than that is."""
    return "16:30" if guilty else "16:00"


@twins(
    "deadline-moved", "minor", "changed type when 30 m of resolution were left: it is due", case=BUSY, clause=["ACM-7"]
)
def test_another_type_when_time_was_nearly_up(desk: Plain, guilty: bool) -> str:
    return moved(desk, late(guilty), {}, {"type": "question"})


@twins("deadline-moved", "minor", "changed service when 30 m of resolution were left", case=BUSY, clause=["ACM-7"])
def test_another_service_when_time_was_nearly_up(desk: Plain, guilty: bool) -> str:
    """A service that changes no limit is nobody's business."""
    return moved(
        desk, "16:30", {"service": "vip", "priority": "p3"}, {"service": "mail" if guilty else "vip", "title": "No"}
    )


@twins("deadline-moved", "minor", "changed customer when 30 m of resolution were left", case=BUSY, clause=["ACM-7"])
def test_another_customer_when_time_was_nearly_up(desk: Plain, guilty: bool) -> str:
    return moved(desk, late(guilty), {"category": "old", "customer": "oakfield"}, {"customer": "hilltop"})


@twins(
    "deadline-moved",
    "minor",
    "changed agreed when 30 m of resolution were left: it is due 2026-11-24T17:00:00+00:00",
    case=BUSY,
    clause=["ACM-7"],
)
def test_another_agreement_when_time_was_nearly_up(desk: Plain, guilty: bool) -> str:
    return moved(desk, late(guilty), {"category": "dear", "agreed": DATES[0]}, {"agreed": DATES[1]})


@twins(
    "deadline-moved",
    "minor",
    "of resolution were left: it is pending",
    case=BUSY,
    clause=["ACM-7"],
    beside=["target-dropped"],
)
def test_an_agreement_that_was_taken_away(desk: Plain, guilty: bool) -> str:
    return moved(desk, late(guilty), {"category": "dear", "agreed": DATES[0]}, {"agreed": None})


@twins("deadline-moved", "minor", "changed update_every when 30 m of update were left", case=BUSY, clause=["ACM-7"])
def test_rarer_news_when_time_was_nearly_up(desk: Plain, guilty: bool) -> str:
    return moved(desk, "14:30", {"update_every": "6h"}, {"update_every": "7h" if guilty else "345m"})


@twins("deadline-moved", "minor", "changed commitments when 30 m of commitment were left", case=BUSY, clause=["ACM-7"])
def test_a_promise_that_was_called_off(desk: Plain, guilty: bool) -> str:
    """One that was kept is another matter."""
    how = {"cancelled" if guilty else "kept": "true"}
    after = record("c1", kind="call-back", due=SOON, text="We ring.", **how)
    return moved(desk, "16:30", {"commitments": PROMISED}, {"commitments": after})


@twins(
    "deadline-moved",
    "minor",
    "changed policy when 30 m of resolution were left",
    clause=["ACM-7"],
    always=["policy-moved"],
)
def test_another_policy_when_time_was_nearly_up(desk: Plain, guilty: bool) -> str:
    easy = POLICY.replace('"1.0"', '"1.1"').replace("2026-01-01", "2027-01-01").replace("8h}", "20h}")
    desk.commit({"policies/acme/1.1.yaml": easy}, "The next version", who="max")
    desk.open("ACM-261123-K7Q4P", entry("r1", "response", "We look."))
    return desk.step("set", at=late(guilty), policy="acme/1.1")


ANSWER = entry("r1", "response", "We look.")
WAIT, WORK = {"status": "on-hold", "waiting_for": "customer"}, {"status": "assigned", "waiting_for": None}


def undone(desk: Plain, at: str, name: str, **fields: str | None) -> str:
    return desk.step("undo", entry("v1", "void", void=name, reason="A mistake."), who="lee", at=at, **fields)


@twins(
    "deadline-moved",
    "minor",
    "took a step back when 24 m of resolution were left: it is due 2026-11-23T17:00:00+00:00",
    clause=["ACM-7"],
)
def test_a_raise_that_was_undone_when_time_was_nearly_up(desk: Plain, guilty: bool) -> str:
    desk.open(ID, ANSWER)
    rated = entry("t1", "triage", suggested="p1", chosen="p1")
    desk.step("triage", rated, who="lee", at="09:10", priority="p1")
    return undone(desk, "12:36" if guilty else "12:35", "t1", priority="p2")


@twins(
    "deadline-moved",
    "minor",
    "took a step back when 30 m of resolution were left: it is due 2026-11-23T17:50:00+00:00",
    clause=["ACM-7"],
)
def test_an_old_resume_that_was_undone_when_time_was_nearly_up(desk: Plain, guilty: bool) -> str:
    """All that was worked since becomes a wait, though somebody works on it again."""
    desk.open(ID, ANSWER)
    desk.step("hold", entry("n1", "note", "Asked."), at="09:10", **WAIT)
    desk.step("resume", entry("n2", "note", "Here."), at="09:20", **WORK)
    desk.step("hold", entry("n3", "note", "Ordered."), at="10:00", status="on-hold", waiting_for="supplier")
    desk.step("resume", at="10:10", **WORK)
    return undone(desk, "16:40" if guilty else "16:00", "n2")


@twins("deadline-moved", "minor", "took a step back when 30 m of resolution were left: it is paused", clause=["ACM-7"])
def test_a_resume_that_was_undone_when_time_was_nearly_up(desk: Plain, guilty: bool) -> str:
    """The hold that stands again was one in good time: nothing else tells of it."""
    desk.open(ID, ANSWER)
    desk.step("hold", entry("n1", "note", "Asked."), at="09:10", **WAIT)
    desk.step("resume", entry("n2", "note", "Here."), at="09:20", **WORK)
    return undone(desk, "16:40" if guilty else "16:00", "n2", **WAIT)


@twins(
    "deadline-moved",
    "minor",
    "took a step back when 5 m of commitment were left: it is withdrawn",
    case=BUSY,
    clause=["ACM-7"],
)
def test_a_promise_that_was_undone_when_time_was_nearly_up(desk: Plain, guilty: bool) -> str:
    desk.commit(POLICIES, "A busy desk", who="max")
    desk.open(BUSY, ANSWER, policy="busy/1.0", priority="p3")
    made = desk.step("promise", case=BUSY, at="10:00", commitments=PROMISED)
    void = entry("v1", "void", void=made, reason="A mistake.")
    return desk.step("undo", void, case=BUSY, at="16:55" if guilty else "12:00", commitments=None)


@twins(
    "deadline-moved",
    "minor",
    "took a step back when 30 m of resolution were left: it is withdrawn",
    clause=["ACM-7"],
    always=["case-undone"],
)
def test_a_case_that_was_undone_as_a_whole_when_time_was_nearly_up(desk: Plain, guilty: bool) -> str:
    desk.open(ID, ANSWER)
    return undone(desk, "16:30" if guilty else "16:00", ID, status="closed")


@twins(
    "deadline-moved",
    "minor",
    f"merged the case into {OTHER} when 25 m of resolution were left: it is withdrawn",
    clause=["ACM-7"],
)
def test_a_merge_when_time_was_nearly_up(desk: Plain, guilty: bool) -> str:
    desk.open(ID, ANSWER)
    desk.open(OTHER, entry("r2", "response", "We look at it."))
    said = entry("k1", "link", to=OTHER, reason="merged")
    return desk.step("merge", said, at="16:35" if guilty else "10:00", merged_into=OTHER)


@twins(
    "target-dropped",
    "observation",
    "changed service when 7 h of resolution were left: it is exempt",
    case=BUSY,
    clause=["ACM-7"],
)
def test_a_service_out_of_scope(desk: Plain, guilty: bool) -> str:
    return moved(desk, "10:00", {}, {"service": "handset" if guilty else "vip"})


@twins(
    "target-dropped",
    "observation",
    "changed customer when 7 h of resolution were left: it is pending",
    case=BUSY,
    clause=["ACM-7"],
)
def test_a_customer_who_was_promised_nothing(desk: Plain, guilty: bool) -> str:
    """One who was promised as much, or the like, is nobody's business."""
    who = "corner-shop" if guilty else "hilltop"
    return moved(desk, "10:00", {"category": "old", "customer": "oakfield"}, {"customer": who})


@twins(
    "target-dropped", "observation", "changed commitments when 7 h of commitment were left", case=BUSY, clause=["ACM-7"]
)
def test_a_promise_that_was_called_off_early(desk: Plain, guilty: bool) -> str:
    how = {"cancelled" if guilty else "kept": "true"}
    after = record("c1", kind="call-back", due=SOON, text="We ring.", **how)
    return moved(desk, "10:00", {"commitments": PROMISED}, {"commitments": after})


@twins("promise-moved", "observation", f"put off promise c1 from {SOON} to {LATER}", case=BUSY)
def test_a_promise_that_was_put_off(desk: Plain, guilty: bool) -> str:
    due = LATER if guilty else SOON
    return moved(desk, "10:00", {"commitments": PROMISED}, {"commitments": record("c1", kind="call-back", due=due)})


@twins("record-removed", "major", "took promise c1 off the record", case=BUSY)
def test_a_promise_that_vanished(desk: Plain, guilty: bool) -> str:
    after = None if guilty else record("c1", kind="call-back", due=SOON, kept="true")
    return moved(desk, "10:00", {"commitments": PROMISED}, {"commitments": after})


@twins("record-removed", "major", "took exemption x1 off the record", also=["form"])
def test_an_exemption_that_vanished(desk: Plain, guilty: bool) -> str:
    """Whoever takes it back by a void does so on the record."""
    desk.open()
    desk.step("exempt", entry("n1", "note", "A storm."), at="11:00", exemptions=record("x1", code="storm", **PERIOD))
    void = () if guilty else (entry("v1", "void", void="n1", reason="No storm."),)
    return desk.step("undo", *void, entry("n2", "note", "All quiet."), exemptions=None)
