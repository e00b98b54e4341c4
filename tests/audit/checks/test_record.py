"""The record itself: what was fixed stays, the log only grows, no case vanishes, and files lie where they belong."""

from __future__ import annotations

from dataclasses import replace

from tests.audit.plain import FILES, ID, OTHER, POLICY, Plain, entry, path_of
from tests.audit.stories import twins

NOTE = entry("n1", "note", "They rang.")
NEXT = {"policies/acme/1.1.yaml": POLICY.replace('"1.0"', '"1.1"').replace("2026-01-01", "2027-01-01")}


@twins("fixed-field", "major", "changed 'received', fixed when a case is opened")
def test_received_was_changed(desk: Plain, guilty: bool) -> str:
    desk.open(received="2026-11-23T08:50:00+00:00")
    return desk.step("set", received=f"2026-11-23T08:5{'5' if guilty else '0'}:00+00:00", title="Nobody at all")


@twins("fixed-field", "major", "changed 'detected', fixed when a case is opened")
def test_detected_was_added_later(desk: Plain, guilty: bool) -> str:
    detected = "2026-11-23T08:50:00+00:00"
    desk.open(detected=None if guilty else detected)
    return desk.step("set", detected=detected, title="Nobody at all")


@twins("policy-moved", "observation", "moved the case to policy acme/1.1 on the record")
def test_moved_to_another_policy(desk: Plain, guilty: bool) -> str:
    desk.commit(NEXT, "The next version", who="max")
    desk.open()
    return desk.step("set", policy="acme/1.1" if guilty else "acme/1.0", title="Nobody at all")


@twins("policy-changed", "major", "moved the case to policy acme/1.1 without a step of its own", also=["form"])
def test_moved_to_another_policy_by_the_way(desk: Plain, guilty: bool) -> str:
    desk.commit(NEXT, "The next version", who="max")
    desk.open()
    return desk.step("note", NOTE, policy="acme/1.1" if guilty else "acme/1.0")


@twins("entry-edited", "major", "edited log entry 'n1', which counts as it was first written")
def test_an_entry_that_was_edited(desk: Plain, guilty: bool) -> str:
    desk.open(ID, NOTE)
    again = entry("n1", "note", "They did not ring." if guilty else "They rang.")
    return desk.write("note", replace(desk.sheet(), log=(again, entry("n2", "note", "All quiet."))))


@twins("entry-edited", "major", "edited log entry 'n1'", always=["entry-edited"])
def test_an_entry_that_was_edited_again(desk: Plain, guilty: bool) -> str:
    """Whoever edits what was edited before is told as well."""
    desk.open(ID, NOTE)
    once, twice = (entry("n1", "note", f"They did not ring {often}.") for often in ("once", "twice"))
    desk.write("note", replace(desk.sheet(), log=(once, entry("n2", "note", "All quiet."))))
    log = (twice if guilty else once, *desk.sheet().log[1:], entry("n3", "note", "Still quiet."))
    return desk.write("note", replace(desk.sheet(), log=log))


@twins("entry-removed", "major", "removed log entry 'n1', which counts as it was first written")
def test_an_entry_that_was_removed(desk: Plain, guilty: bool) -> str:
    desk.open(ID, NOTE)
    kept = () if guilty else (NOTE,)
    return desk.write("note", replace(desk.sheet(), log=(*kept, entry("n2", "note", "All quiet."))))


@twins("log-order", "minor", "put log entry 'n2' before older ones")
def test_an_entry_that_was_put_before_another(desk: Plain, guilty: bool) -> str:
    desk.open(ID, NOTE)
    new = entry("n2", "note", "All quiet.")
    return desk.write("note", replace(desk.sheet(), log=(new, NOTE) if guilty else (NOTE, new)))


@twins("log-order", "minor", "put log entry 'n2' before older ones")
def test_entries_that_changed_places(desk: Plain, guilty: bool) -> str:
    """Their times are those of their commits all the same."""
    desk.open(ID, NOTE)
    new, last = entry("n2", "note", "All quiet."), entry("n3", "note", "Still quiet.")
    desk.step("note", new)
    return desk.write("note", replace(desk.sheet(), log=(new, NOTE, last) if guilty else (NOTE, new, last)))


@twins("log-order", "minor", "put log entry 'n2' before older ones", always=["entry-removed"])
def test_an_entry_that_closed_a_gap(desk: Plain, guilty: bool) -> str:
    """Where one was removed, the others still stand as they stood."""
    desk.open(ID, NOTE, entry("n2", "note", "All quiet."), entry("n3", "note", "Still quiet."))
    kept = desk.sheet().log[:2]
    log = (kept[1], kept[0]) if guilty else kept
    return desk.write("note", replace(desk.sheet(), log=(*log, entry("n4", "note", "No more."))))


@twins("deleted", "major", "deleted the case's file", also=["form"])
def test_a_case_that_was_deleted(desk: Plain, guilty: bool) -> str:
    desk.open()
    return desk.commit({path_of() if guilty else "cases/README.md": None}, "Tidy up")


@twins("deleted", "major", "deleted the case's file", also=["form", "unreadable"])
def test_a_case_that_became_a_link(desk: Plain, guilty: bool) -> str:
    desk.open()
    path = path_of() if guilty else "cases/README.md"
    return desk.commit({path: "/dev/null"}, "Link it", modes={path: "120000"})


@twins("renamed", "major", "moved the case's file to cases/old/ACM-261123-K7Q4P.yaml", also=["form", "misplaced"])
def test_a_case_that_was_moved_away(desk: Plain, guilty: bool) -> str:
    desk.open()
    old, new = (path_of(), f"cases/old/{ID}.yaml") if guilty else ("cases/README.md", "cases/old/README.md")
    text = desk.sheet().text if guilty else FILES["cases/README.md"]
    return desk.commit({old: None, new: text}, "Archive it")


@twins("misplaced", "minor", "put cases/2026/11/22/ACM-261123-K7Q4P.yaml where no case belongs", case=None)
def test_a_case_on_another_day(desk: Plain, guilty: bool) -> str:
    desk.open(OTHER)
    path = f"cases/2026/11/22/{ID}.yaml" if guilty else "cases/2026/11/22/notes.txt"
    return desk.commit({path: "id: none\n"}, "A case of yesterday")


@twins("unreadable", "minor", "unknown kind 'nota'")
def test_a_version_that_cannot_be_read(desk: Plain, guilty: bool) -> str:
    desk.open()
    blamed = desk.step("note", entry("n1", "nota" if guilty else "note", "They rang."))
    desk.write("note", replace(desk.sheet(), log=(NOTE,)))
    return blamed


@twins("unreadable", "minor", "3 mistakes, the first: log entry 'n1': unknown kind 'nota'")
def test_a_version_with_several_mistakes(desk: Plain, guilty: bool) -> str:
    """They are one finding."""
    desk.open()
    log = (entry("n1", "nota", "They rang."), entry("n2", "nota", "Again."), entry("n3", "notb", "Again."))
    sheet = desk.sheet()
    blamed = desk.step("note", *(log if guilty else (NOTE,)))
    desk.write("note", replace(sheet, log=(NOTE, entry("n4", "note", "All quiet."))))
    return blamed


@twins("unknown-word", "minor", "priority 'p9' was not in policy acme/1.0")
def test_a_word_that_the_policy_does_not_have(desk: Plain, guilty: bool) -> str:
    desk.open()
    blamed = desk.step("set", priority="p9" if guilty else "p2", title="Nobody at all")
    desk.step("set", priority="p2", customer="oakfield")
    return blamed


@twins("unjudged", "major", "policy 'acme/0.9' cannot be read at")
def test_a_case_of_a_policy_that_is_not_there(desk: Plain, guilty: bool) -> str:
    return desk.open(policy="acme/0.9" if guilty else "acme/1.0")


@twins("copied", "major", f"opened the case with what {ID} has as its own", case=OTHER)
def test_a_case_that_is_a_copy(desk: Plain, guilty: bool) -> str:
    desk.open(ID, NOTE)
    return desk.open(OTHER, entry("n1" if guilty else "n2", "note", "They rang."), at="10:00")


@twins("copied", "major", f"opened the case with what {ID} has as its own", case=OTHER)
def test_a_young_case_that_is_a_copy(desk: Plain, guilty: bool) -> str:
    """Nobody has written a word in it yet. One entry may be like another by chance."""
    rated = entry("t1", "triage", suggested="p2", chosen="p2")
    desk.open(ID, rated, entry("c1", "call", direction="in", minutes=5))
    return desk.open(OTHER, rated, entry("c1" if guilty else "c2", "call", direction="in", minutes=5), at="10:00")


@twins("copied", "major", f"opened the case with what {ID} has as its own", case=OTHER)
def test_a_note_that_two_cases_have_alike(desk: Plain, guilty: bool) -> str:
    """Ids are random, and short: among thousands of equal notes two have one by chance. A second proves it."""
    desk.open(ID, NOTE, entry("n2", "note", "Call back, no answer."))
    more = entry("n2" if guilty else "n3", "note", "Call back, no answer.")
    return desk.open(OTHER, NOTE, more, at="10:00", title="Nobody can sign out")


@twins("copied", "major", f"opened the case with what {ID} has as its own", case=OTHER)
def test_a_note_and_an_opening_that_two_cases_have_alike(desk: Plain, guilty: bool) -> str:
    desk.open(ID, NOTE)
    return desk.open(OTHER, NOTE, at="10:00", title="Nobody can sign in" if guilty else "Nobody can sign out")


@twins("copied", "major", f"opened the case with what {ID} has as its own", case=OTHER, always=["testimony"])
def test_a_case_of_elsewhere_that_was_taken_over_twice(desk: Plain, guilty: bool) -> str:
    desk.take_over(ID, external_id="INC1")
    return desk.take_over(OTHER, external_id="INC1" if guilty else "INC2", at="10:00")


@twins("void-of-nothing", "observation", "voids 'n9', no earlier entry or step")
def test_a_void_that_takes_nothing_back(desk: Plain, guilty: bool) -> str:
    desk.open(ID)
    desk.step("note", NOTE)
    return desk.step("undo", entry("v1", "void", void="n9" if guilty else "n1", reason="Wrong case."))
