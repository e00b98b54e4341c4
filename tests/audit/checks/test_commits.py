"""What commits say of themselves."""

from __future__ import annotations

from tests.audit.plain import FILES, ID, OTHER, Plain, entry, path_of, record
from tests.audit.stories import twins

NOTE = entry("n1", "note", "They rang again.")


@twins("several-cases", "major", f"changed 2 cases: {ID}, {OTHER}", case=None)
def test_one_commit_for_two_cases(desk: Plain, guilty: bool) -> str:
    desk.open()
    desk.open(OTHER)
    both = desk.sheet(OTHER).changed((entry("n2", "note", "Here, too."),), {})
    desk.step("note", NOTE, also={path_of(OTHER): both.text} if guilty else {})
    return desk.head


@twins("odd-commit", "major", "holds the header 'parent' where git writes none")
def test_a_header_where_git_writes_none(desk: Plain, guilty: bool) -> str:
    desk.open()
    line = b"Sam <sam@example.org> %d +0000" % (desk.last + 60)
    more = b"\nparent " + desk.head.encode() if guilty else b""
    text = desk.sheet().changed((NOTE,), {}).text
    message = f"{ID} note: as said\n\nCase: {ID}\nEvent: note\nRequest: 0123"
    return desk.commit({path_of(): text}, message, heads=b"author " + line + b"\ncommitter " + line + more)


@twins("mixed-commit", "minor", f"changed {ID} and policies/staff.yaml")
def test_a_case_and_the_staff_list_in_one_commit(desk: Plain, guilty: bool) -> str:
    desk.open()
    return desk.step(
        "note", NOTE, also={"policies/staff.yaml": f"# New.\n{FILES['policies/staff.yaml']}"} if guilty else {}
    )


@twins("form", "minor", f"changed {ID} without the words and trailers of a step: 'quick fix'")
def test_a_commit_by_hand(desk: Plain, guilty: bool) -> str:
    desk.open()
    if not guilty:
        return desk.step("note", NOTE)
    return desk.commit({path_of(): desk.sheet().changed((NOTE,), {}).text}, "quick fix")


@twins("form", "minor", "without the words and trailers")
def test_the_words_of_a_step_of_another_case(desk: Plain, guilty: bool) -> str:
    desk.open()
    named = OTHER if guilty else ID
    message = f"{ID} note: as said\n\nCase: {named}\nEvent: note\nRequest: 0123"
    return desk.commit({path_of(): desk.sheet().changed((NOTE,), {}).text}, message)


@twins("form", "minor", "without the words and trailers")
def test_trailers_that_are_not_the_last_paragraph(desk: Plain, guilty: bool) -> str:
    desk.open()
    message = f"{ID} note: as said\n\nCase: {ID}\nEvent: note\n" + ("\nThat is all." if guilty else "")
    return desk.commit({path_of(): desk.sheet().changed((NOTE,), {}).text}, message)


@twins("form", "minor", f"says that it was 'note', and under the subject '{ID} triage: as said'")
def test_a_subject_that_names_another_verb(desk: Plain, guilty: bool) -> str:
    """`git log --oneline` shows it alone."""
    desk.open()
    return desk.step("triage" if guilty else "note", NOTE, event="note")


@twins("form", "minor", "says that it was 'tidy', which is nothing that casectl does")
def test_an_event_that_there_is_not(desk: Plain, guilty: bool) -> str:
    desk.open()
    return desk.step("note", NOTE, event="tidy" if guilty else "note")


@twins("form", "minor", "says that it was 'automatic tidy', which is nothing that casectl does")
def test_nothing_that_time_does(desk: Plain, guilty: bool) -> str:
    desk.open()
    return desk.step("note", NOTE, event="automatic tidy" if guilty else "note")


@twins("form", "minor", "says that it was 'automatic notify', and names no rule of the policy that did it")
def test_what_time_did_by_no_rule(desk: Plain, guilty: bool) -> str:
    desk.open()
    return desk.step("note", NOTE, event="automatic notify" if guilty else "note")


@twins("form", "minor", "says that it was 'note', and did what hold or refer does")
def test_a_move_under_the_name_of_a_note(desk: Plain, guilty: bool) -> str:
    desk.open()
    return desk.step("hold", NOTE, event="note" if guilty else "hold", status="on-hold", waiting_for="customer")


@twins("form", "minor", "says that it was 'hold', and did what resolve does")
def test_another_move_than_is_said(desk: Plain, guilty: bool) -> str:
    desk.open()
    return desk.step("hold" if guilty else "resolve", NOTE, status="resolved")


@twins("form", "minor", "says that it was 'note', and did what promise does")
def test_a_promise_under_the_name_of_a_note(desk: Plain, guilty: bool) -> str:
    desk.open()
    promised = record("c1", kind="call-back", due="2026-11-23T17:00:00+00:00")
    return desk.step("promise", NOTE, event="note" if guilty else "promise", commitments=promised)


@twins("form", "minor", "says that it was 'undo', and did what assign or take or handover does")
def test_an_undo_that_takes_nothing_back(desk: Plain, guilty: bool) -> str:
    """Under that name anything can be put back; by a void alone."""
    desk.open()
    taken = desk.step("assign", assignee="sam")
    void = () if guilty else (entry("v1", "void", void=taken, reason="Not mine."),)
    more = {} if guilty else {"owner": None, "status": "open"}
    return desk.step("undo", *void, assignee=None, **more)


@twins("form", "minor", "says that it was 'note', and did what undo or settle does")
def test_an_undo_under_the_name_of_a_note(desk: Plain, guilty: bool) -> str:
    desk.open()
    desk.step("update", entry("u1", "update", "Soon."))
    return desk.step("note", entry("v1", "void", void="u1", reason="No.") if guilty else NOTE)


@twins("form", "minor", "says that it was 'set', and changed channel, which no command does")
def test_what_no_command_changes(desk: Plain, guilty: bool) -> str:
    desk.open()
    return desk.step("set", channel="email" if guilty else "phone", title="Nobody at all")


@twins("form", "minor", "says that it was 'note', and did what open does")
def test_an_opening_under_another_name(desk: Plain, guilty: bool) -> str:
    desk.open(OTHER)
    return desk.write("open", desk.sheet(OTHER).changed((NOTE,), {"id": ID}), event="note" if guilty else "open")


@twins("adopted", "minor", "took a hand edit as it lay there")
def test_a_note_that_says_it_was_adopted(desk: Plain, guilty: bool) -> str:
    """Whoever forges that gains nothing by it."""
    desk.open()
    return desk.step("note", NOTE, event="adopt" if guilty else "note")


@twins("adopted", "minor", "took a hand edit as it lay there")
def test_a_hand_edit_that_was_adopted(desk: Plain, guilty: bool) -> str:
    desk.open()
    return desk.step("adopt" if guilty else "note", NOTE)


@twins("other-author", "minor", "was written by Jo <jo@example.org> and committed by Sam <sam@example.org>")
def test_a_commit_of_anothers_work(desk: Plain, guilty: bool) -> str:
    desk.open()
    sheet = desk.sheet().changed((NOTE,), {})
    return desk.write("note", sheet, who="jo" if guilty else "sam", committer="sam")


@twins("other-author", "minor", "was written by Samuel <sam@example.org> and committed by Sam")
def test_another_name_at_the_same_address(desk: Plain, guilty: bool) -> str:
    desk.open()
    who = "Samuel <sam@example.org>" if guilty else "sam"
    return desk.write("note", desk.sheet().changed((NOTE,), {}), who=who, committer="sam")


@twins("other-time", "minor", "was written at 2026-11-23T09:05:00+00:00 and committed at 2026-11-23T10:00:00+00:00")
def test_an_amended_commit(desk: Plain, guilty: bool) -> str:
    desk.open()
    return desk.write("note", desk.sheet().changed((NOTE,), {}), at="09:05" if guilty else "10:00", committed="10:00")


@twins("no-date", "major", "holds no date that can be read")
def test_a_committer_without_a_date(desk: Plain, guilty: bool) -> str:
    desk.open()
    date = b"yesterday +0000" if guilty else b"1795428300 +0000"
    lines = b"author Sam <sam@example.org> 1795428300 +0000\ncommitter Sam <sam@example.org> " + date
    message = f"{ID} note: as said\n\nCase: {ID}\nEvent: note"
    return desk.commit({path_of(): desk.sheet().changed((NOTE,), {}).text}, message, heads=lines)


@twins("no-date", "major", "holds no date that can be read")
def test_a_date_beyond_all_dates(desk: Plain, guilty: bool) -> str:
    desk.open()
    date = b"99999999999999 +0000" if guilty else b"1795428300 +0000"
    lines = b"author Sam <sam@example.org> %b\ncommitter Sam <sam@example.org> %b" % (date, date)
    message = f"{ID} note: as said\n\nCase: {ID}\nEvent: note"
    return desk.commit({path_of(): desk.sheet().changed((NOTE,), {}).text}, message, heads=lines)


@twins("clock-back", "minor", "is dated 2026-11-23T08:59:00+00:00, before its parent")
def test_a_step_before_the_one_it_follows(desk: Plain, guilty: bool) -> str:
    desk.open()
    return desk.step("note", NOTE, at="08:59" if guilty else "09:00")


@twins("clock-back", "minor", "is dated 2026-11-23T07:59:00+00:00, before its parent", case=None)
def test_a_commit_before_the_one_it_follows(desk: Plain, guilty: bool) -> str:
    return desk.commit({"cases/NOTES.md": "Notes.\n"}, "Notes", at="07:59" if guilty else "08:00")


@twins("future", "major", "is dated 2026-12-24T12:00:01+00:00, later than 2026-12-24T12:00:00+00:00")
def test_a_commit_of_tomorrow(desk: Plain, guilty: bool) -> str:
    desk.open()
    return desk.step("note", NOTE, at="2026-12-24 12:00:01" if guilty else "2026-12-24 12:00:00")
