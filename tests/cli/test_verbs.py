"""A case from the command line: every step is one commit, and its reply says what is due next."""

from __future__ import annotations

import pytest

from tests.cli.conftest import MAIL, Terminal


def test_opening_says_what_is_due_first(desk: Terminal) -> None:
    said = desk.run("open", "--title", "Nobody can sign in", "--customer", "oakfield", "--priority", "p1", at="10:00")
    first, second = said.out.splitlines()
    assert first.startswith("ACM-261123-")
    assert first.endswith(" open: Nobody can sign in [open, p1]")
    assert second == "response due Mon 10:30 GMT, in 30 m"


def test_a_case_goes_its_way(desk: Terminal) -> None:
    case = desk.open(at="10:00")
    assert desk.step("take", case, at="10:05")["status"] == "assigned"
    assert desk.step("respond", case, "-m", "On it.", at="10:10")["next_due"] == {
        "target": "resolution", "due_at": "2026-11-23T18:00:00+00:00", "state": "running",
    }  # fmt: skip
    said = desk.run("hold", case, "--waiting-for", "customer", at="11:00")
    assert said.out.splitlines()[1] == "resolution paused with 7 h left"
    assert desk.step("resume", case, at="12:00")["next_due"]["due_at"] == "2026-11-24T09:00:00+00:00"
    assert desk.step("resolve", case, "-m", "Restarted it.", at="14:00")["next_due"] is None
    assert desk.step("reopen", case, "-m", "It is back.", at="15:00")["status"] == "assigned"
    assert desk.step("resolve", case, "-m", "Replaced it.", at="16:00")["status"] == "resolved"
    assert desk.run("close", case, at="17:00").out.endswith("nothing is due\n")


def test_every_step_is_one_commit_at_its_time(desk: Terminal) -> None:
    before = desk.commits()
    case = desk.open(at="10:00")
    written = desk.step("note", case, "-m", "Rang them.", at="10:07")
    assert desk.commits() == before + 2
    assert desk.git("show", "-s", "--format=%H %ct %ce %s", "HEAD").split(maxsplit=3)[:3] == [
        written["commit"], "1795428420", MAIL,
    ]  # fmt: skip
    assert desk.git("show", "-s", "--format=%s", "HEAD").startswith(f"{case} note: Rang them.")
    assert desk.files() == ""


def test_the_reply_in_json(desk: Terminal) -> None:
    case = desk.open(at="10:00")
    answer = desk.step("triage", case, "--priority", "p1", at="10:05")
    assert answer == {
        "schema": "casectl.step/1",
        "id": case,
        "commit": desk.git("rev-parse", "HEAD").strip(),
        "verb": "triage",
        "at": "2026-11-23T10:05:00+00:00",
        "status": "open",
        "priority": "p1",
        "summary": "p1, was p2",
        "entries": [entry_ids(desk)[0]],
        "records": [],
        "next_due": {"target": "response", "due_at": "2026-11-23T10:30:00+00:00", "state": "running"},
        "owed": [],
        "warnings": [],
    }


def entry_ids(desk: Terminal) -> list[str]:
    """The ids in the one case's file: of its records, and of its log entries, in the order in which they stand."""
    text = desk.git("show", f"HEAD:{desk.git('ls-files', 'cases/2*.yaml').strip()}")
    return [line.removeprefix("- id: ").strip('"') for line in text.splitlines() if line.startswith("- id: ")]


def test_a_reply_that_is_nothing_but_the_id(desk: Terminal) -> None:
    said = desk.run("open", "--title", "Slow", "-o", "id", at="10:00")
    case = said.out.removesuffix("\n")
    assert case.startswith("ACM-261123-")
    assert "no customer was named" in said.err
    assert desk.run("take", case, "-o", "id", at="10:01").out == f"{case}\n"


def test_a_breach_is_said_at_the_next_step(desk: Terminal) -> None:
    case = desk.open("Nobody can sign in", "--priority", "p1", at="10:00")
    said = desk.run("note", case, "-m", "Found it.", at="11:15")
    assert said.out.splitlines()[1] == "response was due Mon 10:30 GMT, 45 m ago: breached"


def test_a_holiday_listed_too_late_is_said_by_readers_and_not_after_every_step(desk: Terminal) -> None:
    policy, listed = desk.root / "policies/acme-desk/1.0.yaml", desk.root / "policies/holidays/bank.yaml"
    policy.write_text(policy.read_text().replace('18:00"}}', '18:00"}, holidays: bank}'))
    listed.parent.mkdir(exist_ok=True)
    listed.write_text("name: bank\nyears: 2026-2027\ndates:\n  2026-12-25: Christmas Day\n")
    desk.git("add", "policies")
    desk.git("commit", "-q", "-m", "Holidays")
    case = desk.open(at="16:00")
    listed.write_text(listed.read_text().replace("dates:\n", "dates:\n  2026-11-24: Founders' Day\n"))
    with desk.monkeypatch.context() as patch:
        patch.setenv("GIT_COMMITTER_DATE", "2026-11-24T07:00:00+00:00")
        desk.git("commit", "-q", "-a", "-m", "One more")
    assert "2026-11-24 was added on" in desk.run("show", case, at="2026-11-24 08:00").err
    assert desk.step("note", case, "-m", "Rang them.", at="2026-11-24 08:05")["warnings"] == []
    assert desk.run("take", case, at="2026-11-24 08:10").err == ""


def test_the_tail_of_an_id_will_do_in_any_spelling(desk: Terminal) -> None:
    case = desk.open(at="10:00")
    assert desk.step("note", case[-5:].lower(), "-m", "one", at="10:01")["id"] == case
    assert desk.step("note", case.lower(), "-m", "two", at="10:02")["id"] == case


@pytest.mark.parametrize(
    "words",
    [
        ("note", "ID", "-m", "-"),
        ("update", "ID", "-m", "-"),
        ("respond", "ID", "-m", "-"),
        ("resolve", "ID", "--message", "-"),
        ("escalate", "ID", "--reason", "-"),
        ("call", "ID", "--in", "--minutes", "9", "--started", "2026-11-23T10:00:00+00:00", "-m", "-"),
        ("email", "ID", "--out", "-m", "-"),
    ],
)
def test_texts_come_from_standard_input(desk: Terminal, words: tuple[str, ...]) -> None:
    case = desk.open(at="10:00")
    desk.step(*(case if word == "ID" else word for word in words), at="10:10", stdin="First line.\nSecond: line.\n")
    path = desk.git("ls-files", "cases/*.yaml").strip()
    text = desk.git("show", f"HEAD:{path}")
    assert "First line." in text
    assert "Second: line." in text


def test_a_description_from_standard_input(desk: Terminal) -> None:
    answer = desk.step("open", "--title", "Slow", "--description", "-", at="10:00", stdin="One.\nTwo.\n")
    assert answer["status"] == "open"
    assert any("customer" in warning for warning in answer["warnings"])


def test_take_without_an_id_takes_the_most_urgent_free_case(desk: Terminal) -> None:
    slow = desk.open("Slow", at="09:00")
    urgent = desk.open("Down", "--priority", "p1", at="09:10")
    assert desk.step("take", at="09:15")["id"] == urgent
    assert desk.step("take", at="09:16")["id"] == slow
    assert "no open case is free" in desk.run("take", code=4, at="09:17").err


STAFF = """\
staff:
  sam: {name: Sam, mail: sam@desk.example, roles: [agent], desks: [acme-desk]}
  kim: {name: Kim, mail: kim@desk.example, roles: [engineer]}
"""


@pytest.fixture
def two_desks(desk: Terminal) -> Terminal:
    """A second desk, `best-desk`, at which Sam does not work; at both, an agent is the first to work on a fault."""
    ours, theirs = desk.root / "policies/acme-desk/1.0.yaml", desk.root / "policies/best-desk/1.0.yaml"
    theirs.parent.mkdir()
    text = ours.read_text().replace("types:\n", "types:\n  change: {priority: p2}\n", 1)
    text = text.replace("{name: desk}", "{name: desk, role: agent}")
    ladders = "ladders:\n  works: {types: [change], levels: [{name: Engineers, role: engineer}]}\n"
    text = text.replace("ladders:\n", ladders, 1)
    assert "role: agent" in text
    assert "works:" in text
    ours.write_text(text)
    theirs.write_text(text.replace("acme-desk", "best-desk").replace("prefix: ACM", "prefix: BST"))
    (desk.root / "policies/staff.yaml").write_text(STAFF)
    desk.git("add", "policies")
    desk.git("commit", "-q", "-m", "Two desks")
    return desk


def test_take_without_an_id_prefers_your_desks_and_what_is_yours_there(two_desks: Terminal) -> None:
    desk = two_desks
    other = str(desk.step("open", "--desk", "best-desk", "--title", "Down", "--priority", "p1", at="09:00")["id"])
    works = str(desk.step("open", "--desk", "acme-desk", "--title", "Move", "--type", "change", at="09:01")["id"])
    ours = str(desk.step("open", "--desk", "acme-desk", "--title", "Slow", "--priority", "p3", at="09:02")["id"])
    assert [desk.step("take", at="09:15")["id"] for _ in range(3)] == [ours, works, other]


def test_take_without_an_id_for_somebody_who_works_everywhere(two_desks: Terminal) -> None:
    desk = two_desks
    fault = str(desk.step("open", "--desk", "acme-desk", "--title", "Slow", "--priority", "p1", at="09:00")["id"])
    works = str(desk.step("open", "--desk", "best-desk", "--title", "Move", "--type", "change", at="09:01")["id"])
    desk.git("config", "user.email", "kim@desk.example")
    assert [desk.step("take", at="09:15")["id"] for _ in range(2)] == [works, fault]


def test_take_from_one_desk(two_desks: Terminal) -> None:
    desk = two_desks
    other = str(desk.step("open", "--desk", "best-desk", "--title", "Down", at="09:00")["id"])
    assert "free at desk 'acme-desk'" in desk.run("take", "--desk", "acme-desk", code=4, at="09:10").err
    assert "is a case of desk 'best-desk'" in desk.run("take", other, "--desk", "acme-desk", code=5).err
    assert "best-desk" in desk.run("take", "--desk", "bst-desk", code=4).err
    assert desk.step("take", "--desk", "best-desk", at="09:10")["id"] == other


def test_take_without_an_id_says_why_it_cannot_write(desk: Terminal) -> None:
    desk.open(at="09:00")
    (desk.root / ".git/MERGE_HEAD").write_text(desk.git("rev-parse", "HEAD"))
    assert "a merge is under way" in desk.run("take", code=5, at="09:17").err


def test_a_stranger_may_act_and_is_told(desk: Terminal) -> None:
    case = desk.open(at="10:00")
    desk.git("config", "user.email", "stranger@elsewhere.example")
    said = desk.run("take", case, at="10:05")
    assert "stranger@elsewhere.example is not in policies/staff.yaml" in said.err
    assert "with stranger@elsewhere.example" in said.out


def test_escalation_and_its_answer(desk: Terminal) -> None:
    case = desk.open(at="10:00")
    assert desk.step("escalate", case, "--reason", "It stalls.", at="11:00")["summary"].startswith("to level 2")
    desk.step("respond", case, "-m", "We look into it.", "--to", "escalation", at="11:30")
    assert "top of its ladder" in desk.run("escalate", case, "--reason", "Still.", code=5, at="12:00").err


def test_assign_and_set(desk: Terminal) -> None:
    case = desk.open(at="10:00")
    desk.step("assign", case, "jo", at="10:01")
    assert desk.step("set", case, "title=Sign-in is slow", "team=network", at="10:02")["summary"] == "title, team"


def test_options_of_the_program_stand_before_or_after(desk: Terminal) -> None:
    case = desk.open(at="10:00")
    elsewhere = desk.home
    for words in (["-C", str(desk.root), "note", case, "-m", "one"], ["note", case, "-m", "two", "-C", str(desk.root)]):
        with desk.monkeypatch.context() as patch:
            patch.chdir(elsewhere)
            Terminal(elsewhere, elsewhere, desk.monkeypatch).run(*words, at="10:05")


def test_two_openings_at_once_are_two_cases(desk: Terminal) -> None:
    assert desk.open(at="10:00") != desk.open(at="10:00")
