"""What goes wrong in a working day, and what is said then: on the command line, at a desk that says how it works."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Terminal
from tests.cli.working import be, working_desk


@pytest.fixture
def desk(terminal: Terminal) -> Terminal:
    return working_desk(terminal)


class TestStaff:
    def test_a_rating_at_the_opening_is_a_rating(self, desk: Terminal) -> None:
        be(desk, "kim")
        before = desk.commits()
        refused = desk.run("open", "--title", "x", "--priority", "p1", code=5, at="09:00")
        assert "kim may not triage by policy acme-desk/1.0" in refused.err
        assert desk.commits() == before
        assert desk.open(at="09:01"), "and opening without one is anybody's"

    def test_where_strangers_are_refused_they_may_not_even_ask(self, desk: Terminal) -> None:
        policy = desk.root / "policies/acme-desk/1.0.yaml"
        policy.write_text(policy.read_text().replace("states:", "strangers: refuse\nstates:", 1))
        desk.git("commit", "-qam", "No strangers")
        case = desk.open(at="09:00")
        be(desk, "mallory")
        for words in (("triage", case, "--needs-help-from", "boss"), ("note", case, "-m", "x")):
            assert "refuses strangers" in desk.run(*words, code=5, at="09:05").err

    def test_who_may_not_take_a_step_may_not_take_it_back(self, desk: Terminal) -> None:
        case = desk.open(at="09:00")
        rated = desk.run("triage", case, "--priority", "p1", "-o", "json", at="09:01").json["entries"][0]
        be(desk, "kim")
        before = desk.commits()
        refused = desk.run("undo", case, "--reason", "x", code=5, at="09:02")
        assert "kim may not undo 'triage' by policy acme-desk/1.0: that is for agent or boss (ACM-1)" in refused.err
        assert desk.commits() == before
        desk.run("note", case, "-m", "x", at="09:03")
        desk.run("undo", case, "--reason", "x", at="09:04")
        be(desk, "sam")
        undone = desk.run("undo", case, rated, "--reason", "x", "-o", "json", at="09:05").json["entries"]
        be(desk, "kim")
        assert "undo 'triage'" in desk.run("undo", case, undone[0], "--reason", "x", code=5, at="09:06").err

    def test_who_is_let_through_with_a_warning_is_so_when_they_take_it_back(self, desk: Terminal) -> None:
        case = desk.open(at="09:00")
        desk.run("resolve", case, "-m", "x", at="09:10")
        desk.run("call", case, "--out", at="09:11")
        be(desk, "bo")
        desk.run("close", case, at="09:12")
        be(desk, "sam")
        said = desk.run("undo", case, "--reason", "x", at="09:13").err
        assert "sam may not undo 'close' by policy acme-desk/1.0: that is for boss" in said

    def test_asking_for_help_with_a_rating_is_none(self, desk: Terminal) -> None:
        case = desk.open(at="09:00")
        be(desk, "kim")
        assert "help asked of boss" in desk.run("triage", case, "--needs-help-from", "boss", at="09:01").out

    def test_a_staff_list_that_cannot_be_read_gives_nobody_a_role(self, desk: Terminal) -> None:
        case = desk.open(at="09:00")
        staff = desk.root / "policies/staff.yaml"
        staff.write_text(staff.read_text().replace("roles: [boss]", "roles: [boss", 1))
        desk.git("commit", "-qam", "a slip")
        refused = desk.run("triage", case, "--priority", "p1", code=3, at="09:05")
        assert "policies/staff.yaml:" in refused.err
        assert "till then nobody's roles are known" in refused.err
        said = desk.run("note", case, "-m", "x", at="09:06")
        assert "nobody's roles are known" in said.err
        assert "an audit will ask" not in said.err
        assert "policies/staff.yaml:" in desk.run("list", "--mine", at="09:07").err

    def test_somebody_of_another_desk_gets_a_case_with_a_warning(self, desk: Terminal) -> None:
        case = desk.open(at="09:00")
        staff = desk.root / "policies/staff.yaml"
        staff.write_text(staff.read_text().replace("roles: [boss]", "roles: [boss], desks: [other]", 1))
        desk.git("commit", "-qam", "Bo moves on")
        for words in (("assign", case, "bo"), ("handover", case, "--to", "bo", "-m", "x")):
            assert "Bo (bo) works at other, not at acme-desk" in desk.run(*words, at="09:05").err


class TestCalls:
    def test_a_call_that_is_not_over_is_no_call_yet(self, desk: Terminal) -> None:
        case = desk.open(at="09:00")
        said = desk.run(
            "call", case, "--out", "--started", "2026-11-23T09:50:00Z", "--minutes", "20", code=2, at="10:00"
        )
        assert "ends in the future" in said.err
        assert desk.run("call", case, "--out", "--started", "2026-11-23T09:40:00Z", "--minutes", "20", at="10:01")
        opening = ("open", "--title", "x", "--received", "2026-11-23T10:00:00Z", "--minutes", "20")
        assert "ends in the future" in desk.run(*opening, code=2, at="10:10").err

    def test_it_has_one_direction(self, desk: Terminal) -> None:
        case = desk.open(at="09:00")
        before = desk.commits()
        assert "Missing option '--in' or '--out'" in desk.run("call", case, code=2, at="09:05").err
        assert "--in and --out exclude each other" in desk.run("call", case, "--in", "--out", code=2, at="09:05").err
        assert desk.commits() == before
        assert "--in" in desk.run("call", "--help").out

    def test_one_that_was_taken_back_is_no_contact(self, desk: Terminal) -> None:
        case = desk.open(at="09:00")
        desk.run("call", case, "--out", at="09:05")
        assert "last contact" in desk.run("show", case).out
        desk.run("undo", case, "--reason", "Another case.", at="09:06")
        assert "last contact" not in desk.run("show", case).out


class TestOpening:
    def test_a_claim_of_last_year_is_asked_about(self, desk: Terminal) -> None:
        said = desk.run("open", "--title", "x", "--received", "2025-11-23T09:00:00Z", at="10:00")
        assert "received 365 days ago, as claimed" in said.err
        assert "days ago" not in desk.run("open", "--title", "y", "--received", "2026-11-20T09:00:00Z", at="10:01").err

    def test_a_title_is_a_line_not_a_letter(self, desk: Terminal) -> None:
        assert "longer than 300 characters" in desk.run("open", "--title", "x" * 301, code=2, at="10:00").err
        assert desk.run("open", "--title", "x" * 300, at="10:00")

    def test_an_item_is_ticked_once(self, desk: Terminal) -> None:
        words = ("open", "--title", "x", "--check", "power", "--check", "power=no need")
        assert "'power' is ticked twice" in desk.run(*words, code=2, at="10:00").err

    def test_the_same_trouble_told_twice_is_hinted_at(self, desk: Terminal) -> None:
        first = desk.open("Printer jams", at="09:00")
        said = desk.run("open", "--title", "printer JAMS", "--customer", "oakfield", at="09:30")
        second = said.out.split()[0]
        assert f"perhaps the same as {first} (open, Printer jams): casectl merge {second} --into {first}" in said.err
        assert "perhaps" not in desk.run("open", "--title", "Printer jams", "--customer", "hilltop", at="09:31").err
        assert "perhaps" not in desk.run("open", "--title", "Another", "--customer", "oakfield", at="09:32").err
        later = desk.run("open", "--title", "Printer jams", "--customer", "oakfield", at="2026-11-26 09:00")
        assert "perhaps" not in later.err, "the look back is a short one"

    def test_the_referral_says_how_to_tell_them(self, desk: Terminal) -> None:
        said = desk.run("open", "--title", "x", "--customer", "hilltop", at="09:00")
        case = said.out.split()[0]
        assert f"casectl call {case} --out, or casectl email {case} --out" in said.err


class TestMerged:
    def test_the_work_goes_on_in_the_other_case_and_show_says_where(self, desk: Terminal) -> None:
        first, twin = desk.open("Down", at="09:00"), desk.open("Down!", at="09:05")
        desk.run("merge", twin, "--into", first, at="09:10")
        assert f"casectl take {first} does it there" in desk.run("take", twin, code=5, at="09:11").err
        said = desk.run("show", twin).out
        assert f"goes on in {first} (open): casectl show {first[-5:]}" in said
        assert "may become" not in said

    def test_merged_into_what_was_taken_back_it_is_nobody_s_and_that_is_said(self, desk: Terminal) -> None:
        first, twin = desk.open("Down", at="09:00"), desk.open("Down!", at="09:05")
        desk.run("merge", twin, "--into", first, at="09:10")
        said = desk.run("undo", first, first, "--reason", "Never was.", at="09:15")
        assert f"cases merged into it stay so: casectl list --related {first}" in said.err
        assert "which was taken back as a whole: nobody works on this case" in " ".join(
            desk.run("show", twin).out.split()
        )
        listed = desk.run("list", at="09:16").err
        assert f"merged into {first}, which was taken back as a whole" in listed
        assert f"casectl undo {twin} --reason TEXT" in listed
        desk.run("undo", twin, "--reason", "It is one of its own.", at="09:20")
        assert twin in desk.run("list").out
        assert "taken back" not in desk.run("list").err


class TestClosing:
    def test_what_it_is_closed_without_is_said(self, desk: Terminal) -> None:
        case = desk.open(at="09:00")
        desk.run("resolve", case, "-m", "Done.", at="09:10")
        desk.run("call", case, "--out", at="09:11")
        assert "closed without: description" in desk.run("close", case, at="09:12").err


class TestReplies:
    def test_json_tells_what_is_owed(self, desk: Terminal) -> None:
        answer = desk.step("open", "--title", "x", "--customer", "oakfield", at="09:00")
        assert "description" in [row["duty"] for row in answer["owed"]]

    def test_a_state_that_a_command_does_not_lead_to_by_itself_is_named(self, desk: Terminal) -> None:
        policy = desk.root / "policies/acme-desk/1.0.yaml"
        text = policy.read_text().replace(
            "to: [assigned, on-hold, resolved]", "to: [assigned, on-hold, parked, resolved]"
        )
        policy.write_text(
            text.replace("\nwaiting_for:", "\n  parked: {phase: waiting, to: [open, assigned]}\nwaiting_for:", 1)
        )
        desk.git("commit", "-qam", "parked")
        case = desk.open(at="09:00")
        said = " ".join(desk.run("show", case).out.split())
        assert f"on-hold (casectl hold {case[-5:]}), parked (casectl hold {case[-5:]} --to parked)" in said
        desk.run("hold", case, "--to", "parked", "--waiting-for", "customer", at="09:05")
        refused = desk.run("close", case, code=5, at="09:06").err
        assert f"open (casectl resume {case}), assigned (casectl resume {case} --to assigned)" in refused


def test_one_desk_s_report_is_not_spoilt_by_another_s_file(desk: Terminal) -> None:
    case = desk.open(at="09:00")
    other = desk.root / "policies/other"
    other.mkdir()
    text = (desk.root / "policies/acme-desk/1.0.yaml").read_text()
    (other / "1.0.yaml").write_text(text.replace("ACM", "OTH").replace("acme-desk", "other"))
    desk.git("add", "policies")
    desk.git("commit", "-qm", "another desk")
    desk.run("open", "--title", "Theirs", "--desk", "other", at="09:01")
    path = next(desk.root.glob(f"cases/**/{case}.yaml"))
    path.write_text(path.read_text().replace("status: open", "status: [", 1))
    desk.git("commit", "-qam", "a slip")
    assert desk.run("sweep", "--desk", "other", at="09:10").err == ""
    assert case in desk.run("sweep", "--desk", "acme-desk", code=3, at="09:10").err
    assert case in desk.run("sweep", code=3, at="09:10").err
