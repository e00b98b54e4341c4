"""The sixth desk: a hosting provider, written from `policies/README.md` alone, with no line of code for it.

It is of a kind that the five are not: business hours that give way to round the clock for the gravest cases and for who
has bought that, replies to every message, maintenance left out of the time to repair, credits in tiers with a cap.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

import pytest

from casectl.desk.verbs.close import close
from casectl.desk.verbs.email import email
from casectl.desk.verbs.escalate import escalate
from casectl.desk.verbs.exempt import exempt
from casectl.desk.verbs.hold import hold
from casectl.desk.verbs.promise import promise
from casectl.desk.verbs.resolve import resolve
from casectl.desk.verbs.respond import respond
from casectl.desk.verbs.resume import resume
from casectl.desk.verbs.take import take
from casectl.desk.verbs.triage import triage
from casectl.model.clause_reader import carriers, read_clauses
from casectl.model.policy import Book
from casectl.reports import handover, maintenance, misuse
from casectl.reports.credits import REPORT as CREDITS
from casectl.reports.revisions import revision_table
from casectl.store.book import read_book
from casectl.store.policy_files import check_policy_files
from casectl.store.policy_history import read_revisions
from casectl.store.repo import head_commit
from casectl.store.yamltree import read_tree
from tests.clauses.case_story import CaseStory, book_of
from tests.clauses.review import named, rows, seen
from tests.conftest import MakeRepo

HERE = Path(__file__).parent / "northrack"
ROOT = Path(__file__).parents[2]
STAFF = """\
staff:
  sam: {name: Sam, mail: sam@rack.example, roles: [agent]}
  jo: {name: Jo, mail: jo@rack.example, roles: [engineer]}
  zoe: {name: Zoe, mail: zoe@rack.example, roles: [head-of-operations]}
rotas:
  northrack-nights:
    zone: America/Chicago
    shifts: [{who: jo, begins: "2020-01-01 00:00", repeats: FREQ=DAILY, lasts: 24h}]
"""
DOWN = {"channel": "panel", "service": "servers", "category": "down", "description": "Nothing answers."}


def files() -> dict[str, str]:
    desk = {f"policies/northrack/{path.name}": path.read_text(encoding="utf-8") for path in sorted(HERE.glob("*.yaml"))}
    holidays = (ROOT / "policies/holidays/us-federal.yaml").read_text(encoding="utf-8")
    return {**desk, "policies/holidays/us-federal.yaml": holidays, "policies/staff.yaml": STAFF}


@cache
def book() -> Book:
    return book_of(files())


def case(at: str, priority: str | None = None, customer: str = "acme", **options: str) -> CaseStory:
    """A case that was opened then, local time of Chicago."""
    policy = book().in_force("northrack", datetime.fromisoformat(at).replace(tzinfo=UTC).date())
    assert policy is not None
    return CaseStory(policy, book=book(), customer=customer).at(at).open(**{**DOWN, "priority": priority, **options})


def test_its_files_have_no_mistake(tmp_path: Path) -> None:
    for name, text in files().items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert check_policy_files([tmp_path / "policies"], date(2026, 11, 23)) == ()


def test_every_clause_of_it_is_carried_and_told() -> None:
    listed = read_clauses(*_tree("clauses.yaml"))[0]
    carried = {clause for clause, _, _ in carriers(_tree("1.0.yaml")[0])}
    assert carried == set(listed) - {name for name, clause in listed.items() if clause.by and name not in carried}
    stories = re.findall(r"def test_(nr_\d\d)_", Path(__file__).read_text(encoding="utf-8"))
    assert {name.upper().replace("_", "-") for name in stories} == set(listed)


def _tree(name: str):  # type: ignore[no-untyped-def]
    node, problems = read_tree((HERE / name).read_text(encoding="utf-8"), name)
    assert node is not None, problems
    return node, name


def test_nr_01_the_office_is_closed_on_a_federal_holiday() -> None:
    """Thanksgiving, Thursday 26 November 2026: four hours from Wednesday 16:00 end on Friday at 10:00."""
    assert case("2026-11-25 16:00", "sev-3").due("response") == "2026-11-27 10:00"


@pytest.mark.parametrize(
    ("priority", "at", "due"),
    [
        ("sev-1", "2026-11-21 03:00", "2026-11-21 03:15"),
        ("sev-2", "2026-11-20 17:30", "2026-11-23 08:30"),
        ("sev-3", "2026-11-23 15:00", "2026-11-24 09:00"),
        ("sev-4", "2026-11-23 09:00", "2026-11-24 18:00"),
    ],
)
def test_nr_02_the_first_answer_by_severity(priority: str, at: str, due: str) -> None:
    assert case(at, priority).due("response") == due


def test_nr_02_by_night_whoever_is_on_call_has_it() -> None:
    assert case("2026-11-21 03:00", "sev-1").case.text("assignee") == "jo"
    assert case("2026-11-23 10:00", "sev-1").case.text("assignee") is None


def test_nr_03_who_has_bought_nights_is_supported_round_the_clock() -> None:
    assert case("2026-11-20 17:30", "sev-2", "nightline").due("response") == "2026-11-20 18:30"
    raised = case("2026-11-20 17:30", "sev-2").at("2026-11-20 17:40").do(triage, priority="sev-1")
    assert raised.due("response") == "2026-11-20 17:45", "from the original start, and at any hour from then on"


def test_nr_04_mail_of_the_night_counts_from_the_morning() -> None:
    mailed = case("2026-11-21 09:00", "sev-3", channel="email", received="2026-11-21 02:00")
    assert mailed.due("response") == "2026-11-23 12:00"


def test_nr_05_the_hotline_for_less_costs_a_fee_until_the_case_is_raised() -> None:
    called = case("2026-11-23 20:00", "sev-3", channel="hotline")
    (row,) = rows(misuse.REPORT, seen(called))
    assert (row["fee"], row["clause"]) == ("75.00 USD", ("NR-05",))
    assert rows(misuse.REPORT, seen(called.do(triage, priority="sev-1"))) == ()


def test_nr_06_what_the_customer_installed_or_changed_is_not_ours() -> None:
    own = case("2026-11-23 09:00", "sev-2", service="own-software")
    assert own.state("resolution") == "exempt"
    changed = case("2026-11-23 09:00", "sev-1").at("2026-11-23 15:00").do(resolve, "A firewall of theirs.")
    assert changed.state("resolution") == "breached"
    period = {"begins": "2026-11-23 09:00", "until": "2026-11-23 13:00"}
    excused = changed.by("zoe").do(exempt, "customer-change", **period, approved_by="me")
    assert (excused.state("resolution"), excused.row("resolution").elapsed_seconds) == ("exempt", 2 * 3600)


def test_nr_07_what_the_opening_lacks_is_owed() -> None:
    policy = book().policies["northrack/1.0"]
    bare = CaseStory(policy, book=book()).at("2026-11-23 09:00").open(channel="panel")
    assert bare.owing() == ["service", "description"]


def test_nr_08_after_machines_were_down_the_reason_comes_first() -> None:
    solved = case("2026-11-23 09:00", "sev-1").do(respond, "On it.").at("2026-11-23 10:00").do(resolve, "A fan.")
    assert "reason for outage is missing (NR-08)" in solved.refused(close)
    assert solved.do(close, reason_for_outage="A fan.").case.status == "closed"
    assert case("2026-11-23 09:00", "sev-2").do(resolve, "x").do(close).case.status == "closed"


def test_nr_09_a_case_climbs_when_half_of_its_time_is_gone() -> None:
    begun = case("2026-11-23 09:00", "sev-1")
    assert begun.at("2026-11-23 10:59").sweep().case.level == 1
    climbed = begun.at("2026-11-23 11:00").sweep()
    assert (climbed.case.level, climbed.notices()) == (2, [("stalling", "head-of-operations")])
    assert begun.do(escalate, reason="They ask for it.").case.level == 2


def test_nr_10_who_had_a_case_is_told() -> None:
    solved = case("2026-11-23 09:00", "sev-2").do(resolve, "Mended.")
    assert solved.owing() == ["solved-notice"]
    assert solved.do(email, inward=False).owing() == []


def test_nr_11_time_to_repair_without_waiting_for_the_customer() -> None:
    held = case("2026-11-23 09:00", "sev-1").at("2026-11-23 10:00").do(hold, waiting_for="customer")
    assert held.state("resolution") == "paused"
    back = held.at("2026-11-23 11:30").do(resume)
    assert back.due("resolution") == "2026-11-23 14:30"
    other = case("2026-11-23 09:00", "sev-1").at("2026-11-23 10:00").do(hold, waiting_for="vendor")
    assert other.due("resolution") == "2026-11-23 13:00"


def test_nr_11_announced_maintenance_is_left_out() -> None:
    window = {"due": "2026-11-23 10:00", "until": "2026-11-23 12:00", "kind": "maintenance", "message": "New switches."}
    down = case("2026-11-20 09:00", "sev-3", "nightline").do(promise, **window)
    row = down.row("resolution", "2026-11-23 13:00")
    assert (row.exempt_seconds, down.row("lead-time").state) == (2 * 3600, "met")
    (planned,) = rows(maintenance.REPORT, seen(down))
    assert (planned["outage"], planned["wanted"], planned["verdict"]) == ("no", "3 d", "met")
    late = case("2026-11-20 10:01", "sev-3", "nightline").do(promise, **window)
    assert late.row("resolution", "2026-11-23 13:00").exempt_seconds == 0, "announced a minute too late, it counts"


def test_nr_11_small_things_take_what_the_customer_s_contract_says() -> None:
    assert case("2026-11-23 09:00", "sev-3", "nightline").due("resolution") == "2026-11-24 01:00"


def test_nr_12_every_message_of_the_customer_is_answered() -> None:
    begun = case("2026-11-23 09:00", "sev-2").do(take).do(respond, "On it.")
    assert begun.rows("update") == [], "nobody has asked anything yet"
    asked = begun.at("2026-11-23 09:30").do(email, inward=True).at("2026-11-23 10:00").do(email, inward=True)
    assert asked.due("update") == "2026-11-23 10:30", "from the oldest that is not answered"
    answered = asked.at("2026-11-23 10:20").do(email, inward=False)
    assert [row.state for row in answered.rows("update")] == ["met"]
    again = answered.at("2026-11-23 11:00").do(email, inward=True).at("2026-11-23 12:01").do(respond, "Soon.")
    assert [row.state for row in again.rows("update")] == ["met", "breached"]


class TestCredits:
    def solved(self, hours: int, priority: str = "sev-2", customer: str = "nightline", day: int = 5) -> CaseStory:
        """Opened at nine, answered at once, solved so many hours later."""
        begun = case(f"2026-10-{day:02} 09:00", priority, customer).do(respond, "On it.")
        return begun.at(begun.local(begun.now + hours * 3600)).do(resolve, "Mended.")

    def test_nr_13_by_what_was_met_in_the_month(self) -> None:
        for late, total, share in ((0, 4, None), (1, 20, "10 %"), (1, 10, "10 %"), (1, 8, "20 %"), (1, 2, "30 %")):
            month = [self.solved(13 if number < late else 1, day=5 + number) for number in range(total)]
            found = [row for row in rows(CREDITS, seen(*month)) if row["credit"] == "machines"]
            assert [row["share"] for row in found] == ([] if share is None else [share]), f"{late} of {total}"

    def test_nr_13_no_more_than_the_cap(self) -> None:
        slow = case("2026-10-05 09:00", "sev-1", "nightline").at("2026-10-05 14:00").do(respond, "At last.")
        both = rows(CREDITS, seen(slow.do(resolve, "Mended.")))
        assert [(row["credit"], row["share"], row["amount"], row["capped"]) for row in both] == [
            ("machines", "30 %", "300.03 USD", None),
            ("gravest", "10 %", "100.01 USD", "from 20 %"),
        ]

    def test_nr_13_a_later_downgrade_takes_no_credit_away_and_a_later_raise_gives_none(self) -> None:
        slow = case("2026-10-05 09:00", "sev-1", "nightline").at("2026-10-05 14:00").do(respond, "At last.")
        calmed = slow.do(triage, priority="sev-4")
        assert "gravest" in [row["credit"] for row in rows(CREDITS, seen(calmed))]
        late = case("2026-10-05 09:00", "sev-4", "nightline").at("2026-10-09 09:00").do(respond, "At last.")
        assert late.state("response") == "breached"
        assert "gravest" not in [row["credit"] for row in rows(CREDITS, seen(late.do(triage, priority="sev-1")))]

    def test_nr_13_each_customer_s_month_stands_for_itself(self) -> None:
        two = seen(self.solved(13), self.solved(1, customer="acme"))
        assert [row["customer"] for row in rows(CREDITS, two)] == ["nightline"]


def test_nr_14_two_centres_take_turns() -> None:
    early = seen(case("2026-11-23 07:30", "sev-2"))
    assert [(row["site"], row["state"]) for row in named(handover.REPORT, early, "Sites")] == [
        ("Newark", "on until"), ("Reno", "next from")
    ]  # fmt: skip
    evening = named(handover.REPORT, seen(case("2026-11-23 16:00", "sev-2")), "Sites")
    assert [(row["site"], row["state"], row["on_duty"]) for row in evening] == [
        ("Reno", "on until", "jo"), ("Newark", "next from", None)
    ]  # fmt: skip


def test_nr_15_changes_are_made_known_sixty_days_ahead(make_repo: MakeRepo) -> None:
    repo = make_repo(files=files())
    text = files()["policies/northrack/1.0.yaml"].replace('version: "1.0"', 'version: "2.0"')
    repo.commit(
        "policies/northrack/2.0.yaml", text.replace("2020-01-01", "2026-11-20"), 1_790_000_000 + 60, "Version 2.0"
    )
    commit = head_commit(repo.repo)
    table, found = revision_table(
        "northrack", read_revisions(repo.repo, commit, "northrack"), read_book(repo.repo, commit)[0], commit, ()
    )
    assert (table.rows[1]["notice"], table.rows[1]["clause"], found) == ("60 d", ("NR-15",), False)
