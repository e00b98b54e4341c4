"""A case at a desk that says how cases are worked: routed, owed, refused, told; as the commands say it."""

from __future__ import annotations

import csv
import io
import json

import pytest

from tests.cli.conftest import Terminal
from tests.cli.working import be, working_desk


@pytest.fixture
def desk(terminal: Terminal) -> Terminal:
    return working_desk(terminal)


def shown(desk: Terminal, case: str) -> dict[str, object]:
    answer = desk.run("show", case, "-o", "json").json
    assert isinstance(answer, dict)
    return answer


class TestRouting:
    def test_a_case_goes_to_its_team(self, desk: Terminal) -> None:
        assert shown(desk, desk.open(at="09:00"))["team"] == "first"
        assert shown(desk, desk.open("Smoke", "--category", "hardware", at="09:01"))["team"] == "workshop"

    def test_at_night_to_whoever_is_on_call(self, desk: Terminal) -> None:
        case = desk.open(at="2026-11-23 22:00")
        assert shown(desk, case)["assignee"] == "kim"
        assert shown(desk, case)["status"] == "open", "nobody has picked it up"

    def test_a_rota_that_is_not_there_is_said_and_refuses_nothing(self, desk: Terminal) -> None:
        staff = desk.root / "policies/staff.yaml"
        staff.write_text(staff.read_text().partition("rotas:")[0])
        desk.git("commit", "-qam", "no rota")
        said = desk.run("open", "--title", "x", "--customer", "oakfield", at="2026-11-23 22:00")
        assert "no assignee: policies/staff.yaml has no rota 'on-call' that can be read" in said.err
        assert "routing: policies/staff.yaml has no rota 'on-call'" in desk.run("policy", "check").out

    def test_a_customer_with_a_first_line_is_sent_back(self, desk: Terminal) -> None:
        said = desk.run("open", "--title", "x", "--customer", "hilltop", at="09:00")
        assert "the contact is to be referred to the desk of Hilltop" in said.err
        case = said.out.split()[0]
        assert (shown(desk, case)["status"], shown(desk, case)["waiting_for"]) == ("on-hold", "customer")

    def test_refer_later_by_hand(self, desk: Terminal) -> None:
        case = desk.open(at="09:00")
        assert "has no first line of its own" in desk.run("refer", case, code=2).err
        desk.run("refer", case, "--to", "their own desk", "--waiting-for", "customer", at="09:10")
        assert shown(desk, case)["status"] == "on-hold"

    def test_what_it_is_about_moves_it_to_another_team_and_what_was_said_stays(self, desk: Terminal) -> None:
        case = desk.open(at="09:00")
        desk.run("set", case, "category=hardware", at="09:05")
        assert shown(desk, case)["team"] == "workshop"
        desk.run("set", case, "category=software", "team=workshop", at="09:06")
        assert shown(desk, case)["team"] == "workshop"
        assert "has no team 'attic'" in desk.run("set", case, "team=attic", code=2).err


class TestAuthority:
    def test_a_role_that_may_not_is_told_which_may(self, desk: Terminal) -> None:
        case = desk.open(at="09:00")
        be(desk, "kim")
        before = desk.commits()
        said = desk.run("triage", case, "--priority", "p1", code=5)
        assert "kim may not triage by policy acme-desk/1.0: that is for agent or boss (ACM-1)" in said.err
        assert "hint: ask Bo (bo), Sam (sam)" in said.err
        assert desk.commits() == before

    def test_or_warned_where_the_policy_says_so(self, desk: Terminal) -> None:
        case = desk.open(at="09:00")
        desk.run("resolve", case, "-m", "Done.", at="09:10")
        desk.run("call", case, "--out", at="09:11")
        assert "sam may not close by policy acme-desk/1.0: that is for boss" in desk.run("close", case, at="09:12").err
        assert shown(desk, case)["status"] == "closed"

    def test_strangers_may_be_refused(self, terminal: Terminal) -> None:
        desk = working_desk(terminal, ("states:", "strangers: refuse\nstates:"))
        case = desk.open(at="09:00")
        be(desk, "nobody")
        said = desk.run("note", case, "-m", "x", code=5)
        assert (
            "nobody@desk.example is not in policies/staff.yaml, and policy acme-desk/1.0 refuses strangers" in said.err
        )

    def test_roles_that_nobody_holds_lock_nobody_out(self, desk: Terminal) -> None:
        case = desk.open(at="09:00")
        staff = desk.root / "policies/staff.yaml"
        staff.write_text("staff:\n  sam: {name: Sam, mail: sam@desk.example}\n")
        desk.git("commit", "-qam", "alone")
        assert "it is for nobody on the staff" in desk.run("triage", case, "--priority", "p3", at="09:05").err

    def test_help_with_a_rating_is_asked_of_a_role(self, desk: Terminal) -> None:
        case = desk.open(at="09:00")
        said = desk.run("triage", case, "--needs-help-from", "boss", "-m", "Is it the server?", at="09:05")
        assert "help asked of boss: Bo (bo)" in said.out
        assert shown(desk, case)["priority"] == "p2"
        assert (
            "nobody of the staff has the role 'bos'" in desk.run("triage", case, "--needs-help-from", "bos", code=2).err
        )
        both = desk.run("triage", case, "--needs-help-from", "boss", "--priority", "p1", code=2)
        assert "--needs-help-from goes without a rating" in both.err


class TestOwed:
    def test_what_an_opening_lacks_is_printed_and_refuses_nothing(self, desk: Terminal) -> None:
        said = desk.run("open", "--title", "x", "--customer", "oakfield", at="09:00")
        tail = said.out.split()[0][-5:]
        assert f"owed: description is missing; casectl set {tail} description=VALUE" in said.out
        assert f"owed: triage is missing; casectl triage {tail}" in said.out
        assert f"owed: It has power; casectl check {tail} power" in said.out

    def test_items_are_ticked_and_unknown_ones_get_a_hint(self, desk: Terminal) -> None:
        case = desk.open(at="09:00")
        assert "did you mean 'power'?" in desk.run("check", case, "powr", code=2).err
        desk.run("check", case, "power=not needed", at="09:05")
        assert [row["duty"] for row in shown(desk, case)["owed"]] == ["description", "triage"]  # type: ignore[attr-defined]
        assert "a remark without commas" in desk.run("check", case, "power=a, b", code=2).err

    def test_the_reply_tells_what_begins_and_counts_the_rest(self, desk: Terminal) -> None:
        case = desk.open(at="09:00")
        said = desk.run("note", case, "-m", "x", at="09:05").out
        assert f"still owed: 3 things; casectl show {case[-5:]}" in said
        assert "description" not in said

    def test_list_owing_and_the_report_tell_it(self, desk: Terminal) -> None:
        owing = desk.open("Owes", "--channel", "email", at="09:00")
        desk.open("Owes nothing", "--description", "x", "--priority", "p2", "--check", "power", at="09:01")
        rows = desk.run("list", "--owing", "-o", "json", at="09:30").json["rows"]
        assert [(row["id"], row["owed"]) for row in rows] == [(owing, "quick")]
        told = desk.run("report", "duties", code=3)
        assert "Duties: 1 owed" in told.out
        assert "Duties: 1 overdue" in desk.run("report", "duties", at="10:01", code=3).out
        (row,) = csv.DictReader(io.StringIO(desk.run("report", "duties", "-o", "csv", code=3).out))
        assert (row["duty"], row["state"], row["due_at"]) == ("quick", "overdue", "2026-11-23T10:00:00+00:00")
        assert row["remedy"] == f"casectl call {owing[-5:]} --out"

    def test_the_report_is_silent_when_nothing_is_owed(self, desk: Terminal) -> None:
        case = desk.open("x", "--channel", "email", at="09:00")
        desk.run("call", case, "--out", at="09:30")
        said = desk.run("report", "duties", at="12:00")
        assert (said.out, said.err) == ("", "")
        everything = desk.run("report", "duties", "--all", "-o", "json", code=3).json
        assert everything["totals"]["duties"] == {"total": 1, "done": 1}

    def test_a_notice_writes_itself_and_says_whom_it_is_for(self, desk: Terminal) -> None:
        case = desk.open(at="09:00")
        desk.run("triage", case, "--priority", "p1", at="09:05")
        (notice,) = [entry for entry in shown(desk, case)["log"] if entry["kind"] == "notice"]  # type: ignore[attr-defined]
        assert (notice["rule"], notice["to"]) == ("rated", "boss")
        assert desk.git("log", "-1", "--format=%s").strip() == f"{case} triage: p1, was p2"

    def test_advice_is_given_when_a_case_comes_to_need_it(self, desk: Terminal) -> None:
        case = desk.open("x", "--channel", "email", at="09:00")
        assert "ring them back (ACM-9)" in desk.run("triage", case, "--priority", "p1", at="09:01").err
        assert "ring them back" not in desk.run("triage", case, "--priority", "p1", at="09:02").err


class TestPreconditions:
    def test_everything_that_is_missing_is_named_at_once_with_its_commands(self, desk: Terminal) -> None:
        case = desk.open("x", "--priority", "p1", at="09:00")
        desk.run("resolve", case, "-m", "Done.", at="09:10")
        before = desk.commits()
        said = desk.run("close", case, code=5, at="09:20")
        assert f"{case} cannot be closed yet: reason for outage is missing (ACM-2); told is owed" in said.err
        assert f"casectl set {case} reason_for_outage=VALUE; casectl call {case} --out" in said.err
        assert desk.commits() == before
        desk.run("email", case, "--out", at="09:21")
        desk.run("close", case, "--reason-for-outage", "A disk.", "--satisfaction", "4", at="09:22")
        assert shown(desk, case)["satisfaction"] == 4

    def test_taking_a_step_back_needs_none_of_it(self, desk: Terminal) -> None:
        case = desk.open("x", at="09:00")
        desk.run("resolve", case, "-m", "Done.", at="09:10")
        desk.run("call", case, "--out", at="09:11")
        desk.run("close", case, at="09:12")
        desk.run("undo", case, "--reason", "Too soon.", at="09:13")
        desk.run("undo", case, "--reason", "Wrong case.", at="09:14")
        assert shown(desk, case)["status"] == "resolved"

    def test_a_satisfaction_is_one_to_five(self, desk: Terminal) -> None:
        case = desk.open("x", at="09:00")
        assert "a whole number from 1" in desk.run("set", case, "satisfaction=9", code=2).err

    def test_the_ladder_has_a_guard(self, desk: Terminal) -> None:
        case = desk.open("x", at="09:00")
        said = desk.run("escalate", case, "--reason", "y", at="10:59", code=5)
        assert "cannot be escalated yet: resolution has not used 25 % of its time" in said.err
        assert desk.run("escalate", case, "--reason", "y", at="11:00")
        night = desk.run("escalate", case, "--reason", "y", at="20:00", code=5).err
        assert "which opens Tue 2026-11-24 08:00 GMT" in night


class TestScreen:
    def test_show_tells_the_clocks_what_is_owed_and_what_may_be_done(self, desk: Terminal) -> None:
        case = desk.open("x", "--priority", "p1", at="09:00")
        desk.run("call", case, "--out", "--minutes", "4", at="09:10")
        desk.run("resolve", case, "-m", "Done.", at="09:20")
        said = desk.run("show", case, at="11:10").out
        assert "last contact      Mon 2026-11-23 09:10 GMT, 2 h ago, by sam: call out, 4 m" in said
        assert f"owed: The customer is told: by call out or email out; casectl call {case[-5:]} --out" in said
        assert "may become: assigned (casectl reopen" in said
        assert "closed needs first: reason for outage is missing (ACM-2); told is owed" in said
        assert len(said.splitlines()) <= 30

    def test_show_tells_what_the_sweep_will_do(self, desk: Terminal) -> None:
        case = desk.open("x", at="09:00")
        said = " ".join(desk.run("show", case, at="13:00").out.split())
        deed = "escalate to level 2 and tell boss, involved"
        assert f"due by time alone: {deed} (late: resolution 1 has used 50 % of its time); casectl sweep" in said


class TestLists:
    def test_mine_team_and_due_within(self, desk: Terminal) -> None:
        mine = desk.open("Mine", at="09:00")
        other = desk.open("Other", "--category", "hardware", at="09:01")
        desk.run("take", mine, at="09:02")
        desk.run("assign", other, "bo", at="09:03")

        def ids(*words: str) -> list[str]:
            return [row["id"] for row in desk.run("list", *words, "-o", "json").json["rows"]]

        assert ids("--mine") == [mine]
        assert ids("--team", "workshop") == [other]
        assert ids("--owner", "bo") == [other]
        desk.set_clock("13:00")
        assert ids("--due-within", "4h") == [mine]
        assert ids("--due-within", "4h1m") == [mine, other]
        assert ids("--due-within", "1h") == []
        desk.set_clock("2026-11-24 12:00")
        assert ids("--due-within", "1m") == [mine, other], "what is overdue is due"
        assert [row["id"] for row in desk.run("next", "--mine", "-o", "json").json["rows"]] == [mine]
        assert "there is no team 'attic'" in desk.run("list", "--team", "attic", code=2).err
        assert "not a duration: '1wd'" in desk.run("list", "--due-within", "1wd", code=2).err
        assert "say who has them twice" in desk.run("list", "--mine", "--assignee", "bo", code=2).err

    def test_waiting_for(self, desk: Terminal) -> None:
        case = desk.open(at="09:00")
        desk.run("hold", case, "--waiting-for", "supplier", at="09:05")
        assert case in desk.run("list", "--waiting-for", "supplier").out
        assert "nothing to list" in desk.run("list", "--waiting-for", "customer").err
        assert "did you mean 'customer'" in desk.run("list", "--waiting-for", "custmer", code=2).err

    def test_what_is_expedited_stands_first(self, desk: Terminal) -> None:
        desk.open("First due", at="09:00")
        later = desk.open("Later", at="09:30")
        desk.run("expedite", later, "--reason", "An exam.", at="09:31")
        assert desk.run("next", "-o", "json").json["rows"][0]["id"] == later
        assert "expedited: resolution due in 7 h 59 m" in desk.run("next").out
        assert "is expedited already" in desk.run("expedite", later, "--reason", "x", code=5).err
        desk.run("expedite", later, "--end", "--reason", "It is over.", at="09:40")
        assert "expedited" not in shown(desk, later)


class TestOtherCases:
    def test_a_closed_case_is_followed_by_a_new_one(self, desk: Terminal) -> None:
        old = desk.open("Down", "--service", "mail", at="09:00")
        assert "it is still open" in desk.run("open", "--follows", old, "--title", "again", code=5).err
        desk.run("resolve", old, "-m", "Up.", at="09:10")
        desk.run("call", old, "--out", at="09:11")
        desk.run("close", old, at="09:12")
        refusal = desk.run("reopen", old, code=5, at="09:20").err
        assert f"casectl open --follows {old} --title TITLE" in refusal
        new = str(desk.step("open", "--follows", old[-5:], "--title", "Down again", at="10:00")["id"])
        assert (shown(desk, new)["follows"], shown(desk, new)["service"]) == (old, "mail")
        assert shown(desk, new)["customer"] == "oakfield"

    def test_a_case_is_merged_and_is_in_no_list(self, desk: Terminal) -> None:
        first, twin = desk.open("Down", at="09:00"), desk.open("Down!", at="09:05")
        desk.run("merge", twin, "--into", first[-5:], "-m", "The same outage.", at="09:10")
        assert twin not in desk.run("list", at="09:11").out
        assert {row["state"] for row in desk.run("sla", twin, "-o", "json").json["cases"][0]["targets"]} == {
            "withdrawn"
        }
        assert first in desk.run("show", twin).out
        assert "merged into" in desk.run("merge", twin, "--into", first, code=5).err
        third = desk.open("Down?", at="09:20")
        said = desk.run("merge", third, "--into", twin, code=5).err
        assert f"casectl merge {third} --into {first}" in said
        assert "cannot be merged into itself" in desk.run("merge", first, "--into", first, code=5).err
        assert "no case 'zzzzz'" in desk.run("merge", third, "--into", "zzzzz", code=4).err
        desk.run("undo", twin, "--reason", "Another one after all.", at="09:30")
        assert twin in desk.run("list").out

    def test_links_are_written_once_and_seen_from_both_sides(self, desk: Terminal) -> None:
        one, two = desk.open("One", at="09:00"), desk.open("Two", at="09:01")
        before = desk.commits()
        desk.run("link", one, two[-5:], "--because", "The same switch.", at="09:02")
        assert desk.commits() == before + 1
        for here, there in ((one, two), (two, one)):
            (row,) = desk.run("list", "--related", here, "-o", "json").json["rows"]
            assert (row["id"], row["relation"]) == (there, "linked")
        assert "is linked with" in desk.run("link", one, two, code=5).err
        desk.run("undo", one, "--reason", "No.", at="09:05")
        assert "nothing has to do with" in desk.run("list", "--related", two).err

    def test_all_relations_of_a_case(self, desk: Terminal) -> None:
        old, twin = desk.open("Old", at="09:00"), desk.open("Twin", at="09:01")
        desk.run("merge", twin, "--into", old, at="09:02")
        desk.run("resolve", old, "-m", "x", at="09:03")
        new = str(desk.step("open", "--follows", old, "--title", "New", at="09:10")["id"])
        rows = desk.run("list", "--related", old, "-o", "json").json["rows"]
        assert {(row["id"], row["relation"]) for row in rows} == {(twin, "merged in"), (new, "follows")}
        assert [row["relation"] for row in desk.run("list", "--related", twin, "-o", "json").json["rows"]] == [
            "goes on in"
        ]
        assert [row["relation"] for row in desk.run("list", "--related", new, "-o", "json").json["rows"]] == [
            "followed"
        ]
        assert "leave the other choices out" in desk.run("list", "--related", old, "--all", code=2).err

    def test_another_desk_is_another_matter(self, desk: Terminal) -> None:
        case = desk.open(at="09:00")
        said = desk.run("open", "--follows", case, "--desk", "other", "--title", "x", code=2).err
        assert "is a case of desk 'acme-desk'" in said


def test_policy_show_tells_how_cases_are_worked(desk: Terminal) -> None:
    said = desk.run("policy", "show", "acme-desk").out
    for words in ("Routing", "Intake", "Authority", "Requirements", "Automatic", "Duties", "resolution has used 50 %",
                  "escalate to level 2; tell boss, involved", "refused", "told"):  # fmt: skip
        assert words in said
    assert json.loads(json.dumps(said))


def test_words_of_the_day(desk: Terminal) -> None:
    """The small verbs, as the log keeps them."""
    case = desk.open(at="09:00")
    desk.run("take", case, at="09:01")
    desk.run("root-cause", case, "-m", "A loose plug.", at="09:02")
    assert "by call, the 1st" in desk.run("attempt", case, "--by", "call", at="09:03").out
    assert "by email, the 2nd" in desk.run("attempt", case, "--by", "email", at="09:04").out
    assert "nobody is reached by --by pigeon" in desk.run("attempt", case, "--by", "pigeon", code=2).err
    desk.run("handover", case, "--to", "bo", "-m", "Ring them at five.", at="09:05")
    kinds = [entry["kind"] for entry in shown(desk, case)["log"]]  # type: ignore[attr-defined]
    assert kinds == ["root-cause", "attempt", "attempt", "handover"]
    assert (shown(desk, case)["assignee"], shown(desk, case)["owner"]) == ("bo", "sam")
