"""Two people in two clones, from the prompt: sync, a dispute, and how it is settled."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.cli.conftest import Terminal


@pytest.fixture
def pair(desk: Terminal) -> tuple[Terminal, Terminal]:
    """Sam's clone, and Jo's, beside a bare repository that both share."""
    hub = desk.root.with_name("hub.git")
    desk.git("init", "-q", "--bare", "-b", "main", str(hub))
    desk.git("remote", "add", "origin", str(hub))
    desk.run("sync", at="08:01")
    other = desk.root.with_name("jo")
    desk.git("clone", "-q", str(hub), str(other))
    jo = replace(desk, root=other)
    jo.git("config", "user.name", "Jo")
    jo.git("config", "user.email", "jo@desk.example")
    return desk, jo


@pytest.fixture
def disputed(pair: tuple[Terminal, Terminal]) -> tuple[Terminal, Terminal, str]:
    """Sam resolved the case and Jo put it on hold, and neither knew."""
    sam, jo = pair
    case = sam.open(at="09:00")
    sam.run("sync")
    jo.run("sync")
    sam.run("resolve", case, "-m", "New password.", at="09:10")
    jo.run("hold", case, "--waiting-for", "customer", "-m", "Asked for a name.", at="09:20")
    sam.run("sync", at="09:30")
    said = jo.run("sync", at="09:31").out
    assert f"united: {case}" in said
    assert f"disputed: {case}" in said
    sam.run("sync", at="09:32")
    return sam, jo, case


def test_sync_says_what_went_and_came_and_is_silent_when_nothing_did(pair: tuple[Terminal, Terminal]) -> None:
    sam, jo = pair
    case = sam.open(at="09:00")
    assert sam.run("sync").out == "origin/main: 0 received, 1 sent\n"
    assert jo.run("sync").out == "origin/main: 1 received, 0 sent\n"
    quiet = jo.run("sync")
    assert (quiet.out, quiet.err) == ("", "")
    assert jo.run("show", case, "-o", "json").json["id"] == case
    told = jo.run("sync", "-o", "json").json
    assert (told["schema"], told["sent"], told["merges"]) == ("casectl.sync/1", 0, [])


def test_both_clones_show_both_sides_and_count_alike(disputed: tuple[Terminal, Terminal, str]) -> None:
    sam, jo, case = disputed
    for desk in (sam, jo):
        shown = desk.run("show", case).out
        assert "disputed: status on-hold" in shown
        assert "against resolved" in shown
        assert "disputed: " in desk.run("log", case).out
    documents = [desk.run("sla", "-o", "json", "--as-of", "2026-11-23T10:00:00+00:00").json for desk in (sam, jo)]
    assert documents[0] == documents[1]
    assert {row.get("disputed") for row in documents[0]["cases"][0]["targets"]} == {True}
    assert f"disputed: {case}" in sam.run("list").out


def test_no_row_speaks_of_a_dispute_where_there_is_none(pair: tuple[Terminal, Terminal]) -> None:
    sam, _ = pair
    sam.open(at="09:00")
    assert all("disputed" not in row for row in sam.run("sla", "-o", "json").json["cases"][0]["targets"])


def test_settle_keeps_what_figures_go_by(disputed: tuple[Terminal, Terminal, str]) -> None:
    sam, jo, case = disputed
    step = sam.step("settle", case, "--reason", "Jo talked to them.", at="09:40")
    assert step["status"] == "on-hold"
    sam.run("sync")
    jo.run("sync")
    for desk in (sam, jo):
        assert "disputed" not in desk.run("show", case).out
        shown = desk.run("show", case, "-o", "json").json
        assert (shown["status"], shown["waiting_for"]) == ("on-hold", "customer")
    assert "nothing in" in sam.run("settle", case, code=5).err


def test_settle_can_keep_the_other_side(disputed: tuple[Terminal, Terminal, str]) -> None:
    sam, _, case = disputed
    resolved = sam.git("log", "--format=%H", "--grep", f"{case} resolve").strip()
    step = sam.step("settle", case, "--keep", resolved[:8], at="09:40")
    assert step["status"] == "resolved"
    shown = sam.run("show", case, "-o", "json").json
    assert "waiting_for" not in shown
    assert all(row["state"] != "paused" for row in shown["targets"])
    undone = sam.step("undo", case, step["entries"][0], "--reason", "Too soon.", at="09:50")
    assert undone["status"] == "on-hold"
    assert "disputed: status" in sam.run("show", case).out


@pytest.mark.parametrize("keep", ["zzzz", "abc", "0000000000"])
def test_settle_names_the_sides_when_none_was_meant(disputed: tuple[Terminal, Terminal, str], keep: str) -> None:
    sam, _, case = disputed
    assert "hint: one of: " in sam.run("settle", case, "--keep", keep, code=4).err


def test_a_remote_that_is_away_is_exit_75_and_the_desk_works_on(pair: tuple[Terminal, Terminal]) -> None:
    sam, _ = pair
    hub = sam.root.with_name("hub.git")
    hub.rename(hub.with_name("away.git"))
    said = sam.run("sync", code=75)
    assert said.out == ""
    assert "origin cannot be reached" in said.err
    sam.open(at="09:00")


def test_without_a_remote_the_hint_says_how_to_get_one(desk: Terminal) -> None:
    assert "hint: git remote add origin URL" in desk.run("sync", code=4).err
    assert "--at is for reading" in desk.run("sync", "--at", "HEAD", code=2).err


def test_one_id_for_two_cases_stays_with_the_first(pair: tuple[Terminal, Terminal]) -> None:
    """One token for two different requests makes one ID in two clones."""
    sam, jo = pair
    claim = ("--received", "2026-11-23T08:50:00+00:00")
    case = sam.open("Nobody can sign in", "--request", "t1", *claim, at="09:00")
    assert jo.open("The printer is on fire", "--request", "t1", at="09:05") == case
    sam.run("sync")
    assert "opened twice" in jo.run("sync").err
    shown = jo.run("show", case)
    assert "disputed: title The printer is on fire" in shown.out
    assert "opened twice" in shown.err
    step = jo.step("settle", case, at="09:10")
    assert step["summary"].startswith("without ")
    now = jo.run("show", case, "-o", "json").json
    assert (now["title"], now["received"]) == ("Nobody can sign in", "2026-11-23T08:50:00+00:00")
    assert all("disputed" not in row for row in now["targets"])
    assert all(row["started_at"] == "2026-11-23T09:00:00+00:00" for row in now["targets"] if row["started_at"])


def test_another_step_leaves_the_disputed_fields_alone(disputed: tuple[Terminal, Terminal, str]) -> None:
    """Sam resolves, a note follows, and the hold is kept: the case waits for the customer again."""
    sam, _, case = disputed
    hold = sam.git("log", "--format=%H", "--grep", f"{case} hold").strip()
    resolved = sam.git("log", "--format=%H", "--grep", f"{case} resolve").strip()
    sam.run("settle", case, "--keep", resolved, at="09:40")
    sam.run("undo", case, sam.run("show", case, "-o", "json").json["log"][-1]["id"], "--reason", "No.", at="09:41")
    sam.run("note", case, "-m", "hello", at="09:42")
    assert sam.step("settle", case, "--keep", hold, at="09:43")["status"] == "on-hold"
    shown = sam.run("show", case, "-o", "json").json
    assert shown["waiting_for"] == "customer"
    assert "paused" in {row["state"] for row in shown["targets"]}


def test_a_note_on_a_case_of_an_unknown_status_is_taken(desk: Terminal) -> None:
    case = desk.open(at="09:00")
    path = desk.root / desk.git("ls-files", "cases/2*").split()[0]
    path.write_text(path.read_text().replace("status: open", "status: flying"))
    desk.git("commit", "-qam", "by hand")
    desk.step("note", case, "-m", "x", at="09:10")


READS = (("list",), ("next",), ("sla",), ("report", "breaches"), ("audit", "-o", "json"))


def test_a_mirror_answers_as_a_clone_does_and_takes_no_step(pair: tuple[Terminal, Terminal]) -> None:
    """A nightly backup can be audited where it lies."""
    sam, _ = pair
    case = sam.open(at="09:00")
    sam.run("sync")
    backup = sam.root.with_name("backup.git")
    sam.git("clone", "-q", "--mirror", str(sam.root.with_name("hub.git")), str(backup))
    for name, value in (("user.name", "Sam"), ("user.email", "sam@desk.example")):
        sam.git("-C", str(backup), "config", name, value)
    mirror = replace(sam, root=backup)
    for words in (*READS, ("show", case), ("explain", case)):
        code = 3 if words[0] == "report" else 0
        assert mirror.run(*words, code=code, at="12:00").out == sam.run(*words, code=code, at="12:00").out
    pack = str(sam.home / "PACK.zip")
    mirror.run("audit", "pack", "--out", pack, "--until", "2026-09-07")
    before = sam.git("-C", str(backup), "for-each-ref")
    for words in (("note", case, "-m", "Hello."), ("sync",), ("adopt", case), ("open", "--title", "Another")):
        assert "is a bare repository" in mirror.run(*words, code=5).err
    assert "a bare repository has none" in mirror.run("policy", "check", code=2).err
    assert sam.git("-C", str(backup), "for-each-ref") == before
