"""A history begins once, and what merges bring in is what their parents had."""

from __future__ import annotations

from pathlib import Path

import pytest

from casectl.store.ancestry import merge_bases
from casectl.store.repo import Repo
from tests.audit.moving import TWO
from tests.audit.plain import FILES, ID, Plain, begin, entry, path_of
from tests.audit.stories import twins

NOTE, OURS = entry("n1", "note", "They rang."), entry("n2", "note", "All quiet.")
PHOTO = f"cases/2026/11/23/{ID}.files/photo.png"
STAFF = "policies/staff.yaml"


def apart(desk: Plain, files: dict[str, str] | None = None) -> str:
    """Two clones: in one of them a note, and perhaps these files; gives its last commit. We stand in the other, which
    has a note of its own."""
    begun = desk.head
    theirs = desk.step("note", NOTE)
    for path, text in (files or {}).items():
        theirs = desk.commit({path: text}, f"{ID} attach: a file\n\nCase: {ID}\nEvent: attach", who="max")
    desk.go(begun)
    desk.step("note", OURS)
    return theirs


@twins("second-root", "major", "is one of 2 beginnings of this history", case=None, also=["second-root"])
def test_a_history_from_elsewhere(desk: Plain, guilty: bool) -> str:
    desk.open()
    begun = desk.head
    other = desk.commit({"cases/NOTES.md": "From elsewhere.\n"}, "Elsewhere", parents=() if guilty else None)
    desk.go(begun)
    desk.step("note", NOTE, at="10:00")
    desk.merge(other, files={"cases/NOTES.md": "From elsewhere.\n"})
    return other


def test_a_second_beginning_founds_nothing(tmp_path: Path) -> None:
    """Which of two is the desk's own no history tells: what either of them brought after the first case is told."""
    desk = begin(tmp_path / "desk")
    begun = desk.open()
    policies = {name: FILES[name] for name in FILES if "feasts" in name} | {"policies/two/1.0.yaml": TWO}
    other = desk.commit(policies, "Elsewhere", who="max", parents=())
    desk.go(begun)
    desk.merge(other, files=policies)
    (row,) = [row for row in desk.review().table.rows if row["code"] == "desk-added"]
    assert (row["commit"], row["desk"]) == (other, "two")


@twins("evil-merge", "major", "changed priority by itself while it merged")
def test_a_merge_that_changes_a_case(desk: Plain, guilty: bool) -> str:
    desk.open()
    theirs = apart(desk)
    both = desk.sheet().changed((NOTE,), {"priority": "p3"} if guilty else {})
    return desk.merge(theirs, sheet=both)


@twins("evil-merge", "major", "changed log entry n3 by itself while it merged")
def test_a_merge_that_says_something(desk: Plain, guilty: bool) -> str:
    desk.open()
    theirs = apart(desk)
    said = (NOTE, entry("n3", "response", "We look.")) if guilty else (NOTE,)
    return desk.merge(theirs, sheet=desk.sheet().changed(said, {}))


@twins("evil-merge", "major", "by itself while it merged", also=["entry-removed"])
def test_a_merge_that_drops_their_step(desk: Plain, guilty: bool) -> str:
    """As `git merge -s ours` does."""
    desk.open()
    begun = desk.head
    theirs = desk.step("set", NOTE, title="Nobody at all")
    desk.go(begun)
    desk.step("note", OURS)
    return desk.merge(theirs, sheet=desk.sheet()) if guilty else desk.merge(theirs)


@twins("evil-merge", "major", "opened the case by itself while it merged")
def test_a_merge_that_opens_a_case(desk: Plain, guilty: bool) -> str:
    begun = desk.head
    theirs = desk.commit({"cases/A.md": "A.\n"}, "A")
    desk.go(begun)
    desk.commit({"cases/B.md": "B.\n"}, "B")
    if not guilty:
        desk.open()
        return desk.merge(theirs, files={"cases/A.md": "A.\n"})
    opened = desk.open()
    text = desk.sheet().text
    desk.go(desk.git("rev-parse", f"{opened}^"))
    return desk.merge(theirs, files={"cases/A.md": "A.\n", path_of(): text})


@twins("merged-policy", "minor", "left policies/staff.yaml as none of its parents had it", case=None)
def test_a_merge_that_changes_the_staff_list(desk: Plain, guilty: bool) -> str:
    desk.open()
    theirs = apart(desk)
    return desk.merge(theirs, files={STAFF: FILES[STAFF] + "# Ours.\n"} if guilty else {})


@twins("merged-policy", "minor", "took back what one side had changed in policies/staff.yaml", case=None)
def test_a_merge_that_drops_their_staff_list(desk: Plain, guilty: bool) -> str:
    """Each side has it as it was, or as it became: that it is as it was is the merge's own doing."""
    desk.open()
    begun, newer = desk.head, FILES[STAFF] + "# Theirs.\n"
    theirs = desk.commit({STAFF: newer}, "New staff", who="max")
    desk.go(begun)
    desk.step("note", OURS)
    return desk.merge(theirs, files={STAFF: FILES[STAFF] if guilty else newer})


def accepted(*words: str) -> dict[str, str]:
    """The list of these acceptances, each `FINDING BY`."""
    rows = (dict(zip(("finding", "by"), word.split(), strict=True)) for word in words)
    lines = [f"- {{finding: {row['finding']}, by: {row['by']}, why: Known., until: 2026-12-31}}\n" for row in rows]
    return {"policies/accepted.yaml": f"accepted: {'' if lines else '[]'}\n{''.join(lines)}"}


def two_lists(desk: Plain) -> tuple[str, str]:
    """Lee took one old word away and gave a new one, and so did Max with others; gives what the merge is to unite."""
    begun = desk.commit(accepted("0" * 12 + " lee", "1" * 12 + " max", "2" * 12 + " max"), "Old words", who="max")
    theirs = desk.commit(accepted("1" * 12 + " max", "2" * 12 + " max", "a" * 12 + " lee"), "Lee's", who="lee")
    desk.go(begun)
    desk.commit(accepted("0" * 12 + " lee", "2" * 12 + " max", "b" * 12 + " max"), "Max's", who="max")
    return theirs, "b" * 12 + " max"


@twins("merged-policy", "minor", "left policies/accepted.yaml as none of its parents had it", case=None)
def test_a_merge_that_drops_a_word_of_theirs(desk: Plain, guilty: bool) -> str:
    """To unite two lists is no decision."""
    desk.open()
    theirs, mine = two_lists(desk)
    kept = () if guilty else ("a" * 12 + " lee",)
    return desk.merge(theirs, files=accepted(*kept, "2" * 12 + " max", mine))


@twins("merged-policy", "minor", "left policies/accepted.yaml as none of its parents had it", case=None)
def test_a_merge_that_accepts_something_itself(desk: Plain, guilty: bool) -> str:
    desk.open()
    theirs, mine = two_lists(desk)
    more = ("c" * 12 + " sam",) if guilty else ()
    return desk.merge(theirs, files=accepted("2" * 12 + " max", mine, "a" * 12 + " lee", *more))


@twins("merged-policy", "minor", "left policies/accepted.yaml as none of its parents had it", case=None)
def test_a_merge_that_brings_back_what_one_side_took_away(desk: Plain, guilty: bool) -> str:
    desk.open()
    theirs, mine = two_lists(desk)
    more = ("0" * 12 + " lee",) if guilty else ()
    return desk.merge(theirs, files=accepted(*more, "2" * 12 + " max", mine, "a" * 12 + " lee"))


@twins("deleted", "major", "deleted the case's file")
def test_a_merge_that_deletes_a_case(desk: Plain, guilty: bool) -> str:
    desk.open()
    theirs = apart(desk)
    return desk.merge(theirs, files={path_of(): None} if guilty else {})


@twins("deleted", "major", "deleted the case's file")
def test_a_merge_that_drops_a_case_of_theirs(desk: Plain, guilty: bool) -> str:
    begun = desk.commit({"cases/A.md": "A.\n"}, "A")
    theirs = desk.open()
    desk.go(begun)
    desk.commit({"cases/B.md": "B.\n"}, "B", at="10:00")
    return desk.merge(theirs, files={path_of(): None} if guilty else {})


@twins("misplaced", "minor", f"put cases/{ID}.yaml where no case belongs", case=None)
def test_a_merge_that_puts_a_case_elsewhere(desk: Plain, guilty: bool) -> str:
    desk.open()
    theirs = apart(desk)
    return desk.merge(theirs, files={f"cases/{ID}.yaml" if guilty else "cases/A.md": "id: none\n"})


@twins("attachment-changed", "major", "deleted the attachment photo.png", always=["attachment-unlogged"])
def test_a_merge_that_drops_an_attachment(desk: Plain, guilty: bool) -> str:
    desk.open()
    theirs = apart(desk, {PHOTO: "an eagle"})
    return desk.merge(theirs, files={PHOTO: None if guilty else "an eagle"})


@twins("attachment-changed", "major", "changed the attachment photo.png", always=["attachment-unlogged"])
def test_a_merge_that_changes_an_attachment(desk: Plain, guilty: bool) -> str:
    desk.open()
    theirs = apart(desk, {PHOTO: "an eagle"})
    return desk.merge(theirs, files={PHOTO: "a pigeon" if guilty else "an eagle"})


@twins("disputed", "minor", "gave 'title' another value than")
def test_two_clones_contradict_each_other(desk: Plain, guilty: bool) -> str:
    begun = desk.open()
    mine = desk.step("set", title="Nobody at Oakfield", at="09:05")
    desk.go(begun)
    theirs = desk.step(
        "set", at="09:10", who="jo", **({"title": "Nobody at all"} if guilty else {"customer": "hilltop"})
    )
    desk.go(mine)
    desk.merge(theirs)
    return theirs


@twins("opened-twice", "minor", "opened twice: by commit")
def test_two_clones_opened_one_id(desk: Plain, guilty: bool) -> str:
    begun = desk.head
    desk.open()
    mine = desk.head
    desk.go(begun if guilty else mine)
    theirs = desk.open(at="09:05", who="jo") if guilty else desk.step("note", NOTE, at="09:05", who="jo")
    desk.go(mine)
    desk.step("note", OURS, at="09:10")
    desk.merge(theirs)
    return theirs


def test_git_is_asked_once_for_all_files_of_a_merge(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two commits have one history in common, however many files they differ in."""
    desk = begin(tmp_path / "desk")
    base = desk.open()
    lists = {f"policies/holidays/h{place}.yaml": "name: H\nyears: 2026\ndates: {}\n" for place in range(20)}
    theirs = desk.commit(lists, "Lists", who="max")
    desk.go(base)
    desk.step("note", entry("n1", "note", "Ours."))
    desk.merge(theirs, files=lists)
    asked: list[tuple[str, str]] = []

    def counted(place: Repo, one: str, other: str) -> tuple[str, ...]:
        asked.append((one, other))
        return merge_bases(place, one, other)

    monkeypatch.setattr("casectl.audit.history.merge_bases", counted)
    assert "merged-policy" not in desk.codes()
    assert len(asked) == 1
