"""What looks like an offence and is none, and what was an offence and was taken back."""

from __future__ import annotations

from pathlib import Path

import pytest

from casectl.reports.population import population
from casectl.sla.automatic import derived_id
from casectl.store.repo import find_repo
from tests.audit.plain import FILES, ID, ROBOT, STAFF, Plain, begin, entry, path_of, record
from tests.cli.conftest import moment_of

SOLVED = {"status": "resolved", "resolution": "A new password."}
WAIT = {"status": "on-hold", "waiting_for": "customer"}
NOTE = entry("n1", "note", "They rang.")
CUSTOMERS = FILES["policies/acme/customers.yaml"]


@pytest.fixture
def desk(tmp_path: Path) -> Plain:
    return begin(tmp_path / "desk")


def test_a_close_whose_resolve_was_undone_later(desk: Plain) -> None:
    """It was allowed when it was taken."""
    desk.open()
    desk.step("resolve", NOTE, **SOLVED)
    desk.step("close", who="lee", status="closed")
    desk.step("undo", entry("v1", "void", void="n1", reason="It was not solved."), resolution=None)
    assert desk.codes() == []


def test_a_move_that_was_not_allowed_and_was_taken_back(desk: Plain) -> None:
    """For a figure a voided step never happened; that somebody took it is no offence any more, and is told."""
    desk.open()
    desk.step("close", NOTE, status="closed")
    assert desk.codes() == ["illegal-move", "precondition", "role"]
    desk.step("undo", entry("v1", "void", void="n1", reason="Too early."), who="lee", status="open")
    assert desk.codes() == ["wrong-undone"]


def test_the_undo_of_an_undo_brings_the_offence_back(desk: Plain) -> None:
    desk.open()
    desk.step("close", NOTE, status="closed")
    desk.step("undo", entry("v1", "void", void="n1"), who="lee", status="open")
    desk.step("undo", entry("v2", "void", void="v1"), who="lee", status="closed")
    assert desk.codes() == ["illegal-move", "precondition", "role"]


def test_a_claim_that_was_put_right(desk: Plain) -> None:
    """Whoever changed it is told; whoever put it back is not."""
    desk.open(received="2026-11-23T08:50:00+00:00")
    changed = desk.step("set", NOTE, received="2026-11-23T08:55:00+00:00")
    desk.step("undo", entry("v1", "void", void="n1"), received="2026-11-23T08:50:00+00:00")
    (row,) = desk.review().table.rows
    assert (row["code"], row["commit"]) == ("fixed-field", changed)


def test_steps_of_two_clones_that_crossed(desk: Plain) -> None:
    """One closed what was resolved; the other put it on hold and let it go on. Each was allowed where it was taken."""
    begun = desk.open()
    desk.step("resolve", at="09:10", **SOLVED)
    closed = desk.step("close", at="09:12", who="lee", status="closed")
    desk.go(begun)
    desk.step("hold", NOTE, at="09:11", who="jo", **WAIT)
    desk.step("resume", at="09:13", who="jo", status="assigned", waiting_for=None)
    sheet = desk.sheet().changed((), {"resolution": SOLVED["resolution"]})
    desk.merge(closed, at="09:20", sheet=sheet)
    assert set(desk.codes()) == {"disputed"}


def test_a_move_that_was_not_allowed_in_its_own_clone(desk: Plain) -> None:
    """That the other clone had resolved the case meanwhile makes the close no better: it could not know."""
    begun = desk.open(resolution="None so far.")
    resolved = desk.step("resolve", at="09:10", status="resolved")
    desk.go(begun)
    closed = desk.step("close", at="09:11", who="lee", status="closed")
    desk.merge(resolved, at="09:20", sheet=desk.sheet())
    (row,) = [row for row in desk.review().table.rows if row["code"] != "disputed"]
    assert (row["code"], row["commit"]) == ("illegal-move", closed)
    assert row["finding"] == "moved the case from open to closed"


def test_a_case_that_was_opened_by_hand(desk: Plain) -> None:
    """A file that somebody wrote themselves is told as that, and is no other offence."""
    sheet = desk.open()
    text = desk.sheet().text
    desk.go(desk.git("rev-parse", f"{sheet}^"))
    desk.commit({f"cases/2026/11/23/{ID}.yaml": text}, "A case by hand")
    assert desk.codes() == ["form"]


def test_a_word_that_still_stands_hides_nothing_before_it(desk: Plain) -> None:
    desk.open(resolution="None.")
    desk.step("close", status="closed")
    desk.step("triage", priority="p9")
    assert desk.codes() == ["illegal-move", "role", "unknown-word"]


def test_nobody_sees_a_void_of_the_whole_case_as_a_close(desk: Plain) -> None:
    desk.open()
    desk.step("undo", entry("v1", "void", void=ID, reason="A test."), status="closed")
    assert desk.codes() == ["case-undone"]


def test_what_time_did_is_taken_back_by_anybody(desk: Plain) -> None:
    """Nobody's role was asked when it did it."""
    desk.open()
    desk.step("resolve", **SOLVED)
    text = entry(derived_id(ID, "quiet", "resolved 1"), "notice", "Closed when quiet.", rule="quiet")
    desk.step("close", text, at="2026-11-25 10:00", event="automatic close", status="closed")
    desk.step("undo", entry("v1", "void", void=text[0][1], reason="They rang."), status="resolved")
    assert desk.codes() == []


def test_voids_of_voids_without_end(desk: Plain) -> None:
    """Each names the one before twice: whoever followed every path would be at it for ever."""
    desk.open(ID, entry("v0", "note", "They rang."))
    for place in range(1, 40):
        twice = [entry(f"{name}{place}", "void", void=f"v{place - 1}") for name in "vw"]
        desk.step("undo", *twice, status="closed" if place % 2 else "open")
    assert "role" not in desk.codes()


def test_a_deleted_case_stays_in_the_population(desk: Plain) -> None:
    desk.open()
    desk.commit({path_of(): None}, "Tidy up")
    assert sorted(desk.codes()) == ["deleted", "form"]
    (figures,) = population(find_repo(desk.root), desk.head, moment_of("18:00")).figures
    assert [(row.target, row.state) for row in figures.rows] == [("response", "breached"), ("resolution", "breached")]


def test_a_step_of_an_older_log_is_judged_by_nobody_here(desk: Plain) -> None:
    """What another system tells was not taken by our rules; a step that was taken here since is."""
    desk.take_over(received="2026-11-01T09:00:00+00:00")
    desk.step("import", who=ROBOT, status="closed")
    desk.step("respond", entry("r1", "response", "We look."), who="eve")
    assert desk.codes() == ["testimony", "stranger"]


def test_a_rating_of_an_older_log_is_nobodys_here(desk: Plain) -> None:
    """Who may raise a priority, and until when, our policy says of what is done here."""
    desk.take_over()
    rated = entry("t1", "triage", chosen="p1")
    desk.step("import", rated, at="10:00", who=ROBOT, priority="p1")
    assert desk.codes() == ["testimony"]


def test_a_log_that_went_on_while_the_case_was_worked_on_elsewhere(desk: Plain) -> None:
    """Who imports in one clone need not know what is done in another."""
    begun = desk.take_over()
    here = desk.step("note", NOTE, at="10:00")
    desk.go(begun)
    desk.step("import", entry("r1", "response", "We look."), at="10:30", who=ROBOT)
    desk.merge(here, at="11:00")
    assert desk.codes() == ["testimony"]


def test_an_undo_in_one_clone_while_another_asked_for_more(desk: Plain) -> None:
    """It leaves nothing of its own exemption in the file: the other one is none that it could know of."""
    desk.open()
    period = {"from": "2026-11-23T09:00:00+00:00", "until": "2026-11-23T09:10:00+00:00"}
    mine, more = record("e1", code="storm", **period), record("e2", code="storm", **period)
    asked = desk.step("exempt", NOTE, at="09:11", exemptions=mine)
    theirs = desk.step("exempt", at="09:12", who="jo", exemptions=mine + more)
    desk.go(asked)
    desk.step("undo", entry("v1", "void", void="n1", reason="There was no storm."), at="09:20", exemptions=None)
    desk.merge(theirs, at="09:30", sheet=desk.sheet().changed((), {"exemptions": more}))
    assert desk.codes() == []


def test_clones_that_merged_crosswise(desk: Plain) -> None:
    """Each side changed a file of the policy, and each merged the other's: nobody took anything back."""
    begun = desk.open()
    mine = desk.commit({"policies/staff.yaml": STAFF + "# Mine.\n"}, "Mine", who="max", at="09:10")
    desk.go(begun)
    theirs = desk.commit({"policies/acme/customers.yaml": CUSTOMERS + "  mill: {}\n"}, "Theirs", who="lee", at="09:10")
    both = {"policies/staff.yaml": STAFF + "# Mine.\n", "policies/acme/customers.yaml": CUSTOMERS + "  mill: {}\n"}
    ours = desk.merge(mine, at="09:20", files=both)
    desk.go(mine)
    desk.merge(theirs, at="09:20", files=both)
    desk.step("note", NOTE, at="09:25")
    desk.merge(ours, at="09:30", files=both)
    assert desk.codes() == []


def test_a_revert_that_somebody_made_before_the_merge(desk: Plain) -> None:
    """What one side took back by a commit of its own, the merge only brings in."""
    begun = desk.commit({"policies/staff.yaml": STAFF + "# New.\n"}, "New", who="max", at="08:10")
    desk.open()
    mine = desk.head
    desk.go(begun)
    back = desk.commit({"policies/staff.yaml": STAFF}, "Not so new", who="max", at="09:10")
    desk.go(mine)
    desk.merge(back, at="09:20", files={"policies/staff.yaml": STAFF})
    assert desk.codes() == []


def test_three_clones_at_once(desk: Plain) -> None:
    """An octopus brings in what each of its parents did."""
    begun = desk.open()
    sides = []
    for place, who in enumerate(("sam", "jo", "lee")):
        desk.go(begun)
        sides.append(desk.step("note", entry(f"n{place}", "note", f"{who} heard them."), who=who, at=f"09:1{place}"))
    log = tuple(each for side in sides for each in desk.sheets[side][ID].log)
    sheet = desk.sheets[begun][ID].changed(log, {})
    desk.commit({path_of(): sheet.text}, "Merge all", at="09:30", parents=tuple(sides))
    assert desk.codes() == []


def test_a_case_taken_back_with_a_word_that_nobody_knows(desk: Plain) -> None:
    """The word was put right later: of that step it counts no more."""
    desk.open()
    desk.step("undo", entry("v1", "void", void=ID, reason="A test."), status="closed", priority="p9")
    desk.step("triage", entry("t1", "triage", suggested="p2", chosen="p2"), priority="p2")
    assert desk.codes() == ["case-undone", "unknown-word"]
