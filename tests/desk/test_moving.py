"""A case moves to another version of its policy, and what services and categories it may name."""

from __future__ import annotations

from dataclasses import replace

import pytest

from casectl.desk.verbs.exempt import exempt
from casectl.desk.verbs.hold import hold
from casectl.desk.verbs.set import set as set_fields
from casectl.desk.verbs.undo import undo
from casectl.model.case import Entry
from casectl.model.policy import Book, State
from casectl.model.problems import NotAllowed, NotFound, UsageMistake
from casectl.model.timeline import Step
from tests.desk.desk_day import BOOK, FULL, FULL_BOOK, LATER, POLICY, Day

OTHER = replace(POLICY, desk="other-desk", prefix="OTH")
BOTH = Book({policy.ref: policy for policy in (POLICY, LATER, OTHER)}, BOOK.customers, BOOK.staff)


def day() -> Day:
    return Day(book=BOTH).open(desk="acme-desk")


def test_a_case_moves_to_another_version() -> None:
    moved = day().at("2026-12-02 09:00").do(set_fields, ["policy=acme-desk/2.0"])
    assert moved.change.fields == {"policy": "acme-desk/2.0"}
    assert (moved.change.summary, moved.change.warnings) == ("policy acme-desk/2.0, was acme-desk/1.0", ())


def test_a_version_that_is_not_in_force_yet_is_taken_and_said() -> None:
    (warning,) = day().do(set_fields, ["policy=acme-desk/2.0"]).change.warnings
    assert "not in force before 2026-12-01" in warning


@pytest.mark.parametrize(
    ("ref", "kind", "words"),
    [
        ("acme-desk/2.1", NotFound, "did you mean 'acme-desk/2.0'"),
        ("other-desk/1.0", NotAllowed, "stays one"),
        ("acme-desk/1.0", NotAllowed, "already"),
        ("2.0", UsageMistake, "DESK/VERSION"),
        ("", UsageMistake, "DESK/VERSION"),
    ],
)
def test_no_move(ref: str, kind: type[Exception], words: str) -> None:
    with pytest.raises(kind) as refusal:
        day().do(set_fields, [f"policy={ref}"])
    assert words in str(refusal.value)


def test_a_move_goes_alone() -> None:
    with pytest.raises(UsageMistake, match="set alone"):
        day().do(set_fields, ["title=x", "policy=acme-desk/2.0"])


def test_a_version_that_does_not_know_what_the_case_is() -> None:
    poor = replace(LATER, states={name: LATER.states[name] for name in ("open", "closed")}, waiting_for={})
    waiting = replace(day(), book=replace(BOTH, policies={**BOTH.policies, poor.ref: poor})).do(
        hold, waiting_for="customer"
    )  # fmt: skip
    with pytest.raises(NotAllowed) as refusal:
        waiting.do(set_fields, ["policy=acme-desk/2.0"])
    assert "does not have status 'on-hold', waiting_for 'customer' of ABC-" in refusal.value.message


def stepped(day: Day, **fields: str | None) -> Day:
    """A step as somebody may commit it by hand, with a log entry to name it by."""
    entries = (Entry(f"hand{len(day.steps)}", "note", {"text": "By hand."}),)
    step = Step(f"{len(day.steps):040x}", day.moment.now, "sam@desk.example", fields, entries)
    return replace(day, case=day.case.changed(fields, entries), steps=(*day.steps, step))


def test_an_undone_move_must_not_lead_to_a_policy_that_does_not_know_the_case() -> None:
    more = {**LATER.waiting_for, "carrier": "a carrier"}
    rich = replace(LATER, states={**LATER.states, "parked": State("parked", "waiting", ("open",))}, waiting_for=more)
    book = replace(BOTH, policies={**BOTH.policies, rich.ref: rich})
    moved = stepped(replace(day(), book=book), policy=rich.ref)
    assert moved.do(undo, "Too early.", "hand1").change.fields == {"policy": "acme-desk/1.0"}
    assert moved.do(undo, "Too early.").change.summary.endswith(": back to policy acme-desk/1.0")
    parked = stepped(replace(moved, policy=rich), status="parked", waiting_for="carrier", priority="p4")
    with pytest.raises(NotAllowed) as refusal:
        parked.do(undo, "Too early.", "hand1")
    assert "policy acme-desk/1.0, which does not have its status 'parked', waiting_for 'carrier'" in str(refusal.value)
    assert parked.do(undo, "Wrong.", "hand2").case.status == "open"


def test_an_undone_step_must_not_come_back_under_a_policy_that_does_not_know_it() -> None:
    parked = replace(POLICY, states={**POLICY.states, "parked": State("parked", "waiting", ("open",))})
    undone = stepped(replace(day(), policy=parked), status="parked").do(undo, "Wrong.")
    with pytest.raises(NotAllowed, match="which does not have its status 'parked'"):
        replace(undone, policy=POLICY).do(undo, "Right after all.", undone.last.id)
    assert undone.do(undo, "Right after all.", undone.last.id).case.status == "parked"


def test_an_undone_move_must_not_lead_to_a_policy_that_is_gone() -> None:
    moved = stepped(day(), policy=LATER.ref)
    gone = replace(moved, policy=LATER, book=replace(BOTH, policies={LATER.ref: LATER}))
    with pytest.raises(NotAllowed, match=r"would go back to policy acme-desk/1\.0, which cannot be read any more"):
        gone.do(undo, "Too early.")


def test_an_exemption_that_the_other_version_does_not_have_is_said() -> None:
    book = Book({FULL.ref: FULL, LATER.ref: LATER}, BOOK.customers, BOOK.staff)
    exempted = Day(policy=FULL, book=book).open().do(exempt, "weather", "now", approved_by="me")
    warnings = exempted.at("2026-12-02 09:00").do(set_fields, ["policy=acme-desk/2.0"]).change.warnings
    assert warnings == (
        "policy acme-desk/2.0 has no exemption 'weather', which the case has: it counts for nothing there",
    )


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("service", "mial", "did you mean 'mail'"),
        ("service", "oakfield-lin", "did you mean 'oakfield-line'"),
        ("service", "handset", "exempt from every target"),
        ("category", "tecnical", "did you mean 'technical'"),
    ],
)
def test_odd_services_and_categories_are_said_and_taken(field: str, value: str, words: str) -> None:
    opened = Day(policy=FULL, book=FULL_BOOK).open(**{field: value})
    assert opened.case.text(field) == value
    assert words in opened.change.warnings[0]
    later = Day(policy=FULL, book=FULL_BOOK).open().do(set_fields, [f"{field}={value}"])
    assert words in later.change.warnings[0]


@pytest.mark.parametrize("options", [{"service": "mail"}, {"service": "oakfield-line"}, {"category": "account"}])
def test_known_services_and_categories_are_quiet(options: dict[str, str]) -> None:
    assert Day(policy=FULL, book=FULL_BOOK).open(**options).change.warnings == ()


def test_without_a_catalogue_any_word_will_do() -> None:
    assert Day().open(service="anything", category="whatever").change.warnings == ()
