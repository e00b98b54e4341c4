"""Values that would mislead the clock, or keep it busy, in files edited by hand: told, and no figure rests on them."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.cli.conftest import Terminal
from tests.cli.promising import promising_desk
from tests.faults.test_bad_input import file_of, hand_edit, refused

MOST = 200
WRONG = "update_every: not a duration: 'soonish'"


@pytest.fixture
def desk(terminal: Terminal, tmp_path: Path) -> Terminal:
    """One that sends news and keeps promises."""
    return promising_desk(terminal, tmp_path)


def by_hand(desk: Terminal, case: str, text: str, at: str) -> str:
    """Replace a case's file and commit it at that time of the Monday; its path."""
    with desk.monkeypatch.context() as patch:
        patch.setenv("GIT_COMMITTER_DATE", f"2026-11-23T{at}:00+00:00")
        return hand_edit(desk, case, text)


def rows(desk: Terminal, case: str, code: int, at: str) -> list[dict[str, object]]:
    """What `sla` says of a case."""
    (one,) = desk.run("sla", case, "-o", "json", code=code, at=at).json["cases"]
    return list(one["targets"])


def update_row(desk: Terminal, case: str, code: int = 0) -> dict[str, object]:
    """The one row of the case's target `update` at half past eleven."""
    (row,) = [row for row in rows(desk, case, code, "11:30") if row["target"] == "update"]
    return row


def promises(number: int) -> str:
    """So many commitments, as a file holds them."""
    one = "- id: v{}\n  kind: call-back\n  due: 2026-11-24T09:00:00+00:00\n"
    return "commitments:\n" + "".join(one.format(n) for n in range(number))


def test_a_mistyped_interval_ends_no_target(desk: Terminal) -> None:
    """The case goes on as it was, its file is named with the line, the others are reported, until it is mended."""
    case = desk.open("Nobody can sign in", "--update-every", "1h", at="10:00")
    other = desk.open(at="10:01")
    before = update_row(desk, case)
    assert (before["state"], before["breached_at"]) == ("breached", "2026-11-23T11:00:00+00:00")
    sound = file_of(desk, case)
    text = sound.replace("update_every: 1h\n", "update_every: soonish\n")
    path = by_hand(desk, case, text, at="10:20")
    line = text.splitlines().index("update_every: soonish") + 1
    assert update_row(desk, case, code=3) == before
    for words in (("sla",), ("list",), ("report", "breaches"), ("show", case)):
        said = desk.run(*words, code=3, at="11:30")
        assert f"{path}:{line}: {WRONG}" in said.out + said.err
        assert "hint: like 15m, 4h, 1h30m" in said.out + said.err
        assert words[0] != "sla" or other in said.out
    assert f"{path}:{line}: {WRONG}" in refused(desk, "note", case, "-m", "x", code=3).err
    desk.step("note", other, "-m", "x", at="11:31")
    by_hand(desk, case, sound, at="11:25")
    assert update_row(desk, case) == before
    assert "1 case had versions that could not be read" in desk.run("sla", at="11:31").out
    assert WRONG in desk.run("log", case, at="11:31").err
    assert desk.step("note", case, "-m", "x", at="11:32")["status"] == "open"


def test_an_interval_in_working_days_is_one(desk: Terminal) -> None:
    case = desk.open(at="10:00")
    by_hand(desk, case, file_of(desk, case) + "update_every: 2wd by end-of-day\n", at="10:20")
    assert update_row(desk, case)["state"] == "running"


def test_a_verb_says_so_in_its_own_words(desk: Terminal) -> None:
    case = desk.open(at="10:00")
    assert "not a duration: 'soonish'" in refused(desk, "set", case, "update_every=soonish", code=2).err
    refused(desk, "open", "--title", "x", "--customer", "oakfield", "--update-every", "soonish", code=2)


@pytest.mark.parametrize("number", [MOST + 1, 3000])
def test_too_many_promises(desk: Terminal, number: int) -> None:
    """Thousands took the clock minutes: the file is refused at the first one too many."""
    case, other = desk.open(at="10:00"), desk.open(at="10:01")
    path = by_hand(desk, case, text := file_of(desk, case) + promises(number), at="10:20")
    line = text.splitlines().index(f"- id: v{MOST}") + 1
    began = time.process_time()
    said = desk.run("sla", code=3, at="10:30")
    assert time.process_time() - began < 10
    assert f"{path}:{line}: commitments: {number} records are too many" in said.err
    assert said.err.count(path) == 1
    assert {row.split()[0] for row in said.out.splitlines() if row.startswith("ACM-")} == {case, other}
    refused(desk, "promise", case, "--due", "2h", "-m", "x", code=3)
    desk.step("note", other, "-m", "x", at="10:31")


def test_as_many_as_a_case_may_hold(desk: Terminal) -> None:
    """They are all judged; one more is refused before it is written."""
    case = desk.open(at="10:00")
    by_hand(desk, case, file_of(desk, case) + promises(MOST), at="10:20")
    assert sum(row["target"] == "commitment" for row in rows(desk, case, 0, "10:30")) == MOST
    said = refused(desk, "promise", case, "--due", "2h", "-m", "x", code=5)
    assert f"{case} has {MOST} commitments; it holds no more" in said.err
    desk.step("promise", case, "--kept", "v7", at="10:31")


def test_too_many_exemptions(desk: Terminal) -> None:
    case = desk.open(at="10:00")
    records = "".join(f"- id: v{n}\n  code: carrier\n  from: 2026-11-23T10:00:00+00:00\n" for n in range(MOST + 1))
    path = by_hand(desk, case, text := f"{file_of(desk, case)}exemptions:\n{records}", at="10:20")
    line = text.splitlines().index(f"- id: v{MOST}") + 1
    said = desk.run("sla", code=3, at="10:30")
    assert f"{path}:{line}: exemptions: {MOST + 1} records are too many" in said.err
    assert case in said.out
