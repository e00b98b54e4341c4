"""Findings that somebody accepted stay listed, and fail nothing while the word for them holds."""

from __future__ import annotations

from pathlib import Path

import pytest

from casectl.audit.review import Review
from tests.audit.plain import NOW, STAFF, Plain, begin, entry, path_of

ACCEPTED, STAFF_LIST = "policies/accepted.yaml", "policies/staff.yaml"


@pytest.fixture
def desk(tmp_path: Path) -> Plain:
    """A case that a stranger opened."""
    desk = begin(tmp_path / "desk")
    desk.open(who="eve")
    return desk


def the_finding(desk: Plain) -> str:
    (row,) = desk.review().table.rows
    return str(row["id"])


def accept(desk: Plain, finding: str, by: str = "lee", until: str = "2026-12-31", more: str = "") -> None:
    word = f"- finding: {finding}\n  by: {by}\n  why: Eve was new.\n  until: {until}\n{more}"
    desk.commit({ACCEPTED: f"accepted:\n{word}"}, "Accept it", who=by)


def told(found: Review) -> tuple[list[object], list[str]]:
    """The states of the findings, and what is said of the file."""
    problems = found.table.exceptions
    assert {problem.path for problem in problems} <= {ACCEPTED}
    states = [row["state"] for row in found.table.rows if row["code"] == "stranger"]
    return states, [problem.message for problem in problems]


def test_an_accepted_finding_stays_listed(desk: Plain) -> None:
    accept(desk, the_finding(desk))
    found = desk.review()
    (row,) = found.table.rows
    assert (row["state"], row["accepted_by"], row["accepted_why"]) == ("accepted", "lee", "Eve was new.")
    assert row["accepted_until"] == "2026-12-31"
    assert found.table.title == "Audit: nothing open; 1 accepted"
    assert not found.fails_on("observation")
    assert found.table.exceptions == ()


def test_it_holds_until_the_end_of_its_last_day(desk: Plain) -> None:
    accept(desk, the_finding(desk), until="2026-12-24")
    assert told(desk.review(now="2026-12-24 23:59:59")) == (["accepted"], [])
    states, said = told(desk.review(now="2026-12-25 00:00:00"))
    assert states == ["open"]
    assert "was accepted until 2026-12-24, which is over" in said[0]


def test_what_is_over_fails_again(desk: Plain) -> None:
    accept(desk, the_finding(desk), until="2026-12-01")
    found = desk.review(now=NOW)
    assert found.fails_on("minor")
    (row,) = found.table.rows
    assert (row["state"], row["accepted_by"], row["accepted_why"]) == ("open", "lee", "Eve was new.")
    assert row["accepted_until"] == "2026-12-01"
    assert [problem.warning for problem in found.table.exceptions] == [True]


@pytest.mark.parametrize(
    ("by", "why"),
    [
        ("eve", "'eve' is not in the staff list, and accepts nothing"),
        ("sam", "sam may not accept finding"),
        ("lee", ""),
    ],
)
def test_who_may_accept(desk: Plain, by: str, why: str) -> None:
    accept(desk, the_finding(desk), by=by)
    states, said = told(desk.review())
    assert states == ["open" if why else "accepted"]
    assert [why in each for each in said] == [True] * bool(why)


def test_who_has_left_since_accepts_nothing_any_more(desk: Plain) -> None:
    """The list at the commit that is audited counts: somebody has to answer for it today."""
    accept(desk, the_finding(desk))
    desk.commit({STAFF_LIST: STAFF.replace("lee", "liz")}, "Lee has left", who="max")
    assert told(desk.review())[0] == ["open"]


@pytest.mark.parametrize(("who", "state"), [("lee", "accepted"), ("sam", "open")])
def test_a_word_that_was_taken_back_is_given_anew_by_who_gave_it(desk: Plain, who: str, state: str) -> None:
    accept(desk, the_finding(desk))
    text = desk.git("show", f"HEAD:{ACCEPTED}") + "\n"
    desk.commit({ACCEPTED: "accepted: []\n"}, "Not after all", who="lee")
    assert told(desk.review()) == (["open"], [])
    desk.commit({ACCEPTED: text}, "Accept it", who=who)
    assert told(desk.review())[0] == [state]


def test_a_merge_gives_back_no_word_that_was_taken_back(desk: Plain) -> None:
    accept(desk, the_finding(desk))
    accepted = desk.head
    text = desk.git("show", f"HEAD:{ACCEPTED}") + "\n"
    desk.commit({ACCEPTED: None}, "Not after all", who="lee")
    withdrawn = desk.head
    desk.go(accepted)
    desk.step("note", entry("n1", "note", "They rang."))
    assert told(desk.review())[0] == ["accepted"]
    desk.merge(withdrawn, files={ACCEPTED: text})
    states, said = told(desk.review())
    assert states == ["open"]
    assert "is accepted by lee, and that was committed by nobody" in said[0]


def test_words_of_two_branches(desk: Plain) -> None:
    """Whoever merges gives nobody's word, and takes none."""
    opened, finding = desk.head, the_finding(desk)
    accept(desk, "0123456789ab", by="max")
    other = desk.git("show", f"HEAD:{ACCEPTED}").removeprefix("accepted:\n")
    maxs = desk.head
    desk.go(opened)
    accept(desk, finding)
    text = desk.git("show", f"HEAD:{ACCEPTED}")
    desk.merge(maxs, files={ACCEPTED: f"{text}\n{other}\n"})
    assert told(desk.review())[0] == ["accepted"]


@pytest.mark.parametrize("first", ["given", "taken back"])
def test_a_word_outlives_that_another_branch_took_it_back(desk: Plain, first: str) -> None:
    """Whoever takes a word out of a branch takes it from those that were given there."""
    opened, finding = desk.head, the_finding(desk)
    accept(desk, finding)
    given, text = desk.head, desk.git("show", f"HEAD:{ACCEPTED}") + "\n"
    desk.go(opened)
    accept(desk, finding)
    desk.commit({ACCEPTED: "accepted: []\n"}, "Not after all", who="lee")
    withdrawn = desk.head
    ours, theirs = (given, withdrawn) if first == "given" else (withdrawn, given)
    desk.go(ours)
    desk.merge(theirs, files={ACCEPTED: text})
    assert told(desk.review())[0] == ["accepted"]


def test_a_word_outlives_a_slip_of_another(desk: Plain) -> None:
    """What broke the file, and what mended it, is no word of whoever did that."""
    accept(desk, the_finding(desk))
    text = desk.git("show", f"HEAD:{ACCEPTED}") + "\n"
    desk.commit({ACCEPTED: text + "- {\n"}, "A slip", who="sam")
    desk.commit({ACCEPTED: text}, "Mended", who="jo")
    assert told(desk.review()) == (["accepted"], [])


def test_an_unknown_finding(desk: Plain) -> None:
    """Said only where all findings were looked for."""
    accept(desk, "0123456789ab")
    states, said = told(desk.review())
    assert states == ["open"]
    assert "there is no finding '0123456789ab'" in said[0]
    assert told(desk.review(since="08:00"))[1] == []


def test_no_word_before_it_was_committed(desk: Plain) -> None:
    """A file that lies in the work tree accepts nothing: reads come from a commit."""
    (desk.root / ACCEPTED).parent.mkdir(parents=True, exist_ok=True)
    (desk.root / ACCEPTED).write_text(
        f"accepted:\n- {{finding: {the_finding(desk)}, by: lee, why: x, until: 2027-01-01}}\n"
    )
    assert told(desk.review()) == (["open"], [])


@pytest.mark.parametrize(
    ("text", "lines", "words"),
    [
        ("accepted:\n- finding: 0123456789ab\n  by: lee\n  until: 2026-12-31\n", [2], "why"),
        ("accepted:\n- finding: all\n  by: lee\n  why: x\n  until: 2026-12-31\n", [2], "'all' is no id of a finding"),
        ("accepted:\n- finding: 0123456789ab\n  by: lee\n  why: x\n  until: soon\n", [5], "soon"),
        ("accepted: everything\n", [1], "'accepted' must be a list"),
        ("acepted: []\n", [1, 1], "acepted"),
        ("accepted: [\n", [2], ""),
        ("accepted: &all []\n", [1], "anchor"),
    ],
)
def test_a_broken_file_accepts_nothing_and_fails(desk: Plain, text: str, lines: list[int], words: str) -> None:
    desk.commit({ACCEPTED: text}, "Accept it", who="max")
    found = desk.review()
    states, said = told(found)
    assert states == ["open"]
    assert words in " ".join(said)
    assert [problem.line for problem in found.table.exceptions] == lines
    assert found.fails_on("major")


def test_one_broken_word_spoils_no_other(desk: Plain) -> None:
    accept(desk, the_finding(desk), more="- {finding: 0123456789ab, by: lee, why: x}\n")
    found = desk.review()
    assert told(found)[0] == ["accepted"]
    assert found.fails_on("major")


def test_accepted_twice(desk: Plain) -> None:
    name = the_finding(desk)
    accept(desk, name, more=f"- {{finding: {name}, by: lee, why: x, until: 2030-01-01}}\n")
    assert "is accepted twice" in told(desk.review())[1][0]


def test_the_same_finding_of_a_rewritten_commit_is_another(desk: Plain) -> None:
    """Whoever rewrites history has everything to answer for anew."""
    accept(desk, the_finding(desk))
    content = desk.git("cat-file", "commit", "HEAD~1").replace("0123456789abcdef", "f" * 16) + "\n"
    desk.go(desk.git("hash-object", "-t", "commit", "-w", "--stdin", stdin=content))
    assert told(desk.review())[0] == ["open"]


def test_nobody_becomes_somebody_else_by_a_new_address(tmp_path: Path) -> None:
    """Lee's own commit stays Lee's, whatever the staff list says of Lee's mail since."""
    desk = begin(tmp_path / "desk")
    desk.open()
    desk.commit({path_of(): desk.sheet().changed((entry("n1", "note", "Later."),), {}).text}, "quick fix", who="lee")
    finding = next(str(row["id"]) for row in desk.review().table.rows if row["code"] == "form")
    desk.commit({STAFF_LIST: STAFF.replace("lee@", "lee.new@")}, "A new address", who="max")
    word = f"- {{finding: {finding}, by: lee, why: Fine., until: 2026-12-31}}\n"
    desk.commit({ACCEPTED: f"accepted:\n{word}"}, "Accept it", who="Lee <lee.new@example.org>")
    found = desk.review()
    assert [row["state"] for row in found.table.rows if row["code"] == "form"] == ["open"]
    assert any("is about a commit of lee's own" in problem.message for problem in found.table.exceptions)


def test_no_word_by_an_address_that_only_a_link_gave(desk: Plain) -> None:
    """Nobody follows it: the list before it stands."""
    finding, address = the_finding(desk), "ann@example.org"
    linked = {STAFF_LIST: STAFF.replace("lee@example.org", address)}
    desk.commit(linked, "Linked", who="max", modes={STAFF_LIST: "120000"})
    word = f"accepted:\n- {{finding: {finding}, by: lee, why: Eve was new., until: 2026-12-31}}\n"
    desk.commit({ACCEPTED: word}, "Accept it", who=f"Lee <{address}>")
    desk.commit({STAFF_LIST: STAFF}, "Put back", who="max")
    states, said = told(desk.review())
    assert states == ["open"]
    assert f"is accepted by lee, and that was committed by {address}" in said[0]


def test_a_word_outlives_a_new_address(desk: Plain) -> None:
    """Lee gave it by the address that the list had then, and gives none by an old one."""
    finding = the_finding(desk)
    accept(desk, finding)
    desk.commit({STAFF_LIST: STAFF.replace("lee@", "lee.new@")}, "A new address", who="max")
    assert told(desk.review()) == (["accepted"], [])
    desk.commit({ACCEPTED: None}, "Not after all", who="max")
    accept(desk, finding)
    states, said = told(desk.review())
    assert states == ["open"]
    assert "is accepted by lee, and that was committed by lee@example.org" in said[0]


SAM = "  sam: {name: Sam, mail: sam@example.org, roles: [agent]}\n"
BOSS = "  boss: {name: Boss, mail: boss@example.org, roles: [lead]}\n"
KEY = ', keys: [{key: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHUaSOPSRMBSuvKUQuMOpVhpHqbPoEyEuKW5JdhgpbkT"}]}'


def signed(line: str) -> str:
    return line.replace("}", KEY)


@pytest.mark.parametrize(
    ("first", "then", "by_whom", "why"),
    [
        (STAFF, STAFF.replace(SAM, BOSS), "sam", "was entered by whose commit it is about: boss"),
        (STAFF, STAFF + BOSS, "sam", "was entered by whose commit it is about: boss"),
        (STAFF, STAFF + BOSS, "max", ""),
        (STAFF, STAFF.replace(SAM, BOSS.replace("boss@", "SAM@")), "max", "is about a commit of boss's own"),
        (STAFF.replace(SAM, signed(SAM)), STAFF.replace(SAM, signed(BOSS)), "max", "is about a commit of boss's own"),
        (STAFF.replace(SAM, signed(SAM)), STAFF + BOSS, "max", ""),
    ],
    ids=["another name", "a second name", "somebody new", "the same address", "the same key", "another key"],
)
def test_nobody_becomes_somebody_else_by_a_new_name(
    tmp_path: Path, first: str, then: str, by_whom: str, why: str
) -> None:
    """What Sam closed though only leads may is accepted by a lead who came on the list afterwards."""
    desk = begin(tmp_path / "desk", {STAFF_LIST: first})
    desk.open()
    desk.step("close", status="closed", resolution="x")
    finding = next(str(row["id"]) for row in desk.review().table.rows if row["code"] == "illegal-move")
    desk.commit({STAFF_LIST: then}, "Another list", who=by_whom)
    word = f"- {{finding: {finding}, by: boss, why: Fine., until: 2026-12-31}}\n"
    who = "sam" if "SAM@" in then else "boss"
    desk.commit({ACCEPTED: f"accepted:\n{word}"}, "Accept it", who=who)
    found = desk.review()
    states = [row["state"] for row in found.table.rows if row["code"] == "illegal-move"]
    assert states == ["open" if why else "accepted"]
    assert [why in problem.message for problem in found.table.exceptions] == [True] * bool(why)


@pytest.mark.parametrize("before", [True, False], ids=["before", "afterwards"])
def test_who_was_entered_before_a_finding_may_accept_it(tmp_path: Path, before: bool) -> None:
    """Max enters everybody; those who were there already are no names that he made up for it."""
    desk = begin(tmp_path / "desk")
    desk.open()
    if before:
        desk.commit({STAFF_LIST: STAFF + BOSS}, "A lead", who="max")
    desk.step("close", status="closed", resolution="x", who="max")
    finding = next(str(row["id"]) for row in desk.review().table.rows if row["code"] == "illegal-move")
    if not before:
        desk.commit({STAFF_LIST: STAFF + BOSS}, "A lead", who="max")
    accept(desk, finding, by="boss")
    states = [row["state"] for row in desk.review().table.rows if row["code"] == "illegal-move"]
    assert states == ["accepted" if before else "open"]
