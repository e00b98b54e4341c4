"""What is reviewed, handed over and paid for: the clauses that a report carries, over stories at the shipped desks."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from casectl.desk.verbs.call import call
from casectl.desk.verbs.close import close
from casectl.desk.verbs.email import email
from casectl.desk.verbs.exempt import exempt
from casectl.desk.verbs.handover import handover
from casectl.desk.verbs.hold import hold
from casectl.desk.verbs.promise import promise
from casectl.desk.verbs.reopen import reopen
from casectl.desk.verbs.resolve import resolve
from casectl.desk.verbs.respond import respond
from casectl.desk.verbs.take import take
from casectl.desk.verbs.triage import triage
from casectl.desk.verbs.undo import undo
from casectl.model.money import Money
from casectl.model.policy import Customer
from casectl.reports import handover as shift
from casectl.reports import maintenance, management, metrics, misuse, trends
from casectl.reports.credits import REPORT as CREDITS
from casectl.reports.render import render_all
from tests.clauses.case_story import CaseStory, shipped_book, story
from tests.clauses.review import named, rows, seen, told


def critical(at: str = "2026-10-05 10:00") -> CaseStory:
    """At 2sms, for a customer with Enterprise support: rated critical in the call, twelve hours to solve it."""
    return story("2sms").at(at).open(channel="phone", priority="critical").do(respond, "On it.")


def late(at: str = "2026-10-05 10:00", until: str = "2026-10-05 23:00") -> CaseStory:
    return critical(at).at(until).do(resolve, "It works again.")


class TestCredits:
    def test_2sms_22_a_missed_target_gives_a_tenth_of_the_month_s_message_credits_or_lets_the_customer_go(self) -> None:
        case = late()
        (row,) = rows(CREDITS, seen(case))
        assert (row["customer"], row["month"], row["missed"]) == ("acme", "2026-10", 1)
        assert (row["spend"], row["share"], row["amount"]) == ("4210.75 USD", "10 %", "421.08 USD")
        assert row["instead_of"] == "cancelling the contract"
        assert row["clause"] == ("2SMS-22",)
        assert row["cases"] == (f"{case.case.id} resolution 1",)
        assert row["ledgers"] == (f"casectl explain {case.case.id} resolution",)

    def test_2sms_22_several_in_one_month_are_one_and_another_month_is_another(self) -> None:
        two = seen(late(), late("2026-10-12 10:00", "2026-10-13 09:00"), late("2026-11-02 10:00", "2026-11-03 09:00"))
        assert [(row["month"], row["missed"], row["amount"]) for row in rows(CREDITS, two)] == [
            ("2026-10", 2, "421.08 USD"),
            ("2026-11", 1, "398.00 USD"),
        ]

    def test_2sms_22_the_month_is_that_of_the_breach_on_the_desk_s_clock(self) -> None:
        night = critical("2026-10-31 11:30").at("2026-10-31 23:45").do(resolve, "It works again.")
        assert [row["month"] for row in rows(CREDITS, seen(night))] == ["2026-10"], "23:30 in New York"

    def test_2sms_22_what_was_met_or_excused_gives_nothing(self) -> None:
        assert rows(CREDITS, seen(late(until="2026-10-05 21:59"))) == ()
        period = {"begins": "2026-10-05 10:00", "until": "2026-10-05 23:00"}
        excused = late().by("sue").do(exempt, "regulator", **period, approved_by="me")
        assert excused.state("resolution") == "exempt"
        assert rows(CREDITS, seen(excused)) == ()

    def test_2sms_22_spend_that_is_not_on_record_is_owed(self) -> None:
        (row,) = rows(CREDITS, seen(late("2026-09-07 10:00", "2026-09-08 10:00")))
        assert row["amount"] is None
        assert "2026-09" in str(row["owed"])
        assert "policies/2sms/customers.yaml" in str(row["owed"])

    def test_2sms_22_two_versions_in_one_month_are_one_credit(self) -> None:
        old, new = late(), late("2026-10-19 10:00", "2026-10-20 10:00")
        assert old.policy.credits is not None
        more = old.policy.credits._replace(rows=(old.policy.credits.rows[0]._replace(share=Decimal("0.2")),))
        later = replace(old.policy, version="2.0", effective=date(2026, 10, 15), credits=more)
        cases = seen(replace(new, opened_under=later), old)
        assert {figures.policy for figures in cases.figures} == {"2sms/1.0", "2sms/2.0"}
        (row,) = rows(CREDITS, cases)
        assert (row["policy"], row["missed"], row["share"]) == ("2sms/2.0", 2, "20 %")

    def test_2sms_22_to_the_last_cent(self) -> None:
        customers = {**shipped_book().customers["2sms"]}
        customers["acme"] = Customer("acme", plan="enterprise", spend={"2026-10": Money(Decimal("0.05"), "USD")})
        book = replace(shipped_book(), customers={"2sms": customers})
        assert [row["amount"] for row in rows(CREDITS, seen(late(), book=book))] == ["0.01 USD"], "half a cent up"


class TestMisuse:
    def test_ss_04_who_uses_the_critical_line_for_less_is_listed_with_the_fee(self) -> None:
        case = story("smartsimple").at("2026-11-23 22:00").open(channel="critical-line", priority="tier-3")
        (row,) = rows(misuse.REPORT, seen(case))
        assert (row["state"], row["fee"], row["clause"]) == ("flagged", "150.00 CAD", ("SS-02", "SS-04"))
        assert row["kept_for"] == "priority tier-1, tier-2"

    def test_ss_04_nobody_is_flagged_before_somebody_rated_the_case(self) -> None:
        case = story("smartsimple").at("2026-11-23 22:00").open(channel="critical-line")
        assert rows(misuse.REPORT, seen(case)) == ()
        assert len(rows(misuse.REPORT, seen(case.do(triage, priority="tier-3")))) == 1

    def test_ss_04_it_is_undone_when_the_tier_is_raised(self) -> None:
        case = story("smartsimple").at("2026-11-23 22:00").open(channel="critical-line", priority="tier-3")
        raised = case.at("2026-11-23 22:30").do(triage, priority="tier-1")
        assert rows(misuse.REPORT, seen(raised)) == ()
        (row,) = rows(misuse.REPORT, seen(raised), "undone")
        assert (row["state"], row["fee"], row["undone_at"]) == ("undone", None, "2026-11-24T03:30:00+00:00")
        again = raised.at("2026-11-23 23:00").do(triage, priority="tier-4")
        assert [row["state"] for row in rows(misuse.REPORT, seen(again))] == ["flagged"]

    def test_ss_04_a_case_that_is_rated_for_the_line_never_was_a_misuse(self) -> None:
        case = story("smartsimple").at("2026-11-23 22:00").open(channel="critical-line")
        assert rows(misuse.REPORT, seen(case.do(triage, priority="tier-1")), "undone") == ()

    def test_ss_04_a_case_that_was_taken_back_costs_nothing(self) -> None:
        case = story("smartsimple").at("2026-11-23 22:00").open(channel="critical-line", priority="tier-3")
        void = case.do(undo, "A mistake.", case.case.id)
        assert void.figures().void
        assert rows(misuse.REPORT, seen(void)) == ()

    def test_2n5_05_the_phone_is_for_what_is_critical(self) -> None:
        case = story("2n5").at("2026-11-23 10:00").open(channel="phone", priority="minor")
        assert "channel 'phone' is not meant for this case" in "; ".join(case.change.warnings)
        (row,) = rows(misuse.REPORT, seen(case))
        assert (row["fee"], row["clause"]) == (None, ("2N5-05", "2N5-10"))
        assert (
            rows(misuse.REPORT, seen(story("2n5").at("2026-11-23 10:00").open(channel="phone", priority="critical")))
            == ()
        )


class TestHandover:
    def test_2sms_18_the_next_shift_knows_of_each_open_case_what_it_must(self) -> None:
        urgent = critical("2026-11-23 09:00").at("2026-11-23 10:00").do(call, inward=False, minutes=4)
        urgent = urgent.at("2026-11-23 16:50").do(handover, "The carrier rings back at six.", to="tom")
        calm = story("2sms").at("2026-11-23 12:00").open(channel="phone", priority="ordinary").do(respond, "Seen.")
        done = late("2026-11-23 09:00", "2026-11-23 10:00")
        first, second = rows(shift.REPORT, seen(calm, done, urgent, at="2026-11-23 17:00"))
        assert (first["id"], second["id"]) == (urgent.case.id, calm.case.id), "what is due first stands first"
        assert str(first["next_due"]).startswith("resolution due in 4 h")
        assert str(first["contact"]).startswith("call out 7 h ago by sam")
        assert first["handed"] == "The carrier rings back at six."
        assert first["assignee"] == "tom"
        assert first["involved"] == ("sales-support-manager",)
        assert "The customer is told of the rating" in str(first["owed"])

    def test_2sms_18_and_who_is_on_duty_next(self) -> None:
        duty = {row["rota"]: row for row in named(shift.REPORT, seen(critical("2026-11-23 12:00")), "On call")}
        assert (duty["2sms-duty"]["on_duty"], duty["2sms-duty"]["next"]) == ("bea", "tom")

    def test_2sms_18_only_what_is_still_promised(self) -> None:
        case = story("expereo").at("2026-11-23 09:00").open(channel="portal", service="head-office", update_every="8h")
        case = case.do(promise, due="2026-11-23 11:00", kind="call-back", message="Raj rings them.")
        (row,) = rows(shift.REPORT, seen(case))
        assert row["promised"] == "call-back Mon 2026-11-23 11:00 UTC: Raj rings them."
        (row,) = rows(shift.REPORT, seen(case.do(promise, kept="-")))
        assert row["promised"] is None

    def test_exp_01_the_sites_follow_the_sun(self) -> None:
        case = story("expereo").at("2026-11-23 04:00").open(channel="portal", service="head-office", update_every="8h")
        sites = named(shift.REPORT, seen(case), "Sites")
        assert [(row["site"], row["state"], row["at"]) for row in sites] == [
            ("The Philippines", "on until", "Mon 2026-11-23 05:00 UTC"),
            ("Singapore", "on until", "Mon 2026-11-23 09:00 UTC"),
            ("Dubai", "next from", "Mon 2026-11-23 05:00 UTC"),
        ]
        assert [row["on_duty"] for row in sites] == ["mia", "mia", "mia"]
        later = seen(case, at="2026-11-23 19:00")
        assert [row["site"] for row in named(shift.REPORT, later, "Sites")] == ["Buenos Aires", "The Philippines"]

    def test_exp_01_somebody_is_there_at_every_hour(self) -> None:
        case = story("expereo").at("2026-11-23 00:00").open(channel="portal", service="head-office", update_every="8h")
        for hour in range(24):
            sites = named(shift.REPORT, seen(case, at=f"2026-11-23 {hour:02}:30"), "Sites")
            assert "on until" in [row["state"] for row in sites], f"at {hour}:30"

    def test_exp_15_what_is_planned_is_on_the_list(self) -> None:
        case = story("expereo").at("2026-11-23 09:00").open(channel="portal", type="general-request", update_every="8h")
        visit = case.do(promise, due="2026-11-24 08:00", kind="engineer-visit", message="The router is moved.")
        (row,) = rows(maintenance.REPORT, seen(visit))
        assert (row["kind"], row["state"], row["notice"], row["wanted"]) == (
            "engineer-visit",
            "planned",
            "23 h",
            "24 h",
        )
        assert row["verdict"] == "breached"
        (kept,) = rows(maintenance.REPORT, seen(visit.at("2026-11-24 08:00").do(promise, kept="-")))
        assert (kept["state"], kept["announced_at"]) == ("kept", "2026-11-23T09:00:00+00:00")

    def test_exp_16_a_window_says_whether_it_counts_as_outage(self) -> None:
        case = story("expereo").at("2026-11-01 09:00").open(channel="portal", type="maintenance", update_every="24h")
        window = {
            "due": "2026-11-20 01:00",
            "until": "2026-11-20 03:00",
            "kind": "maintenance",
            "message": "New cards.",
        }
        planned = case.do(promise, **window)
        (row,) = rows(maintenance.REPORT, seen(planned))
        assert (row["notice"], row["wanted"], row["verdict"]) == ("not told", "14 d", "running")
        (row,) = rows(maintenance.REPORT, seen(planned.do(email, inward=False)))
        assert (row["notice"], row["verdict"], row["outage"]) == ("18 d 16 h", "met", "yes")
        assert rows(maintenance.REPORT, seen(planned, at="2026-11-20 02:00"))[0]["state"] == "running"


class TestReviews:
    def month(self) -> list[CaseStory]:
        """Three critical cases of October: two in time, one late."""
        return [late(until="2026-10-05 14:00"), late("2026-10-12 10:00", "2026-10-12 12:00"),
                late("2026-10-19 10:00", "2026-10-20 10:00")]  # fmt: skip

    def test_2sms_16_management_sees_on_one_page_what_was_met_and_missed(self) -> None:
        page = told(management.REPORT, seen(*self.month()))
        titles = [table.title.partition(":")[0] for table in page if table.rows]
        assert titles == ["Management review", "Breaches", "Duties", "Credits", "Rates"]
        by_target = {row["value"]: row["attainment"] for row in page[0].rows if row["by"] == "target"}
        assert by_target["2sms resolution"] == "66.67 %"
        assert len(render_all(page, "table").splitlines()) < 120

    def test_2sms_19_metrics_by_person_and_team_can_be_reckoned_again(self) -> None:
        mine = [story("2sms").at("2026-10-05 10:00").by("bea").open(channel="phone", priority="critical")
                .do(respond, "On it.").do(take).at("2026-10-05 12:00").do(resolve, "Done.")]  # fmt: skip
        times, by, _, _ = told(metrics.REPORT, seen(*self.month(), *mine))
        taken = next(row for row in times.rows if (row["target"], row["priority"]) == ("resolution", "critical"))
        assert (taken["count"], taken["median_seconds"], taken["p90_seconds"]) == (4, 3 * 3600, 24 * 3600)
        assert taken["mean_seconds"] == 8 * 3600
        people = {row["value"]: row["met"] for row in by.rows if row["by"] == "person"}
        assert people["bea"] == 3, "its triage, response and resolution"
        assert {row["value"] for row in by.rows if row["by"] == "team"} == {"2sms support"}
        totals = times.totals["targets"]
        assert totals["total"] == sum(amount for state, amount in totals.items() if state != "total")

    def test_2n5_11_trends_and_how_content_customers_are(self) -> None:
        def ticket(at: str, score: int | None, category: str = "voice") -> CaseStory:
            case = story("2n5").at(at).open(channel="portal", priority="minor", category=category)
            solved = case.do(respond, "Seen.").do(resolve, "Mended.").do(email, inward=False)
            return solved.do(close, satisfaction=score)

        months, subjects = told(
            trends.REPORT,
            seen(
                ticket("2026-09-07 10:00", 2), ticket("2026-10-05 10:00", 5), ticket("2026-10-06 10:00", 4, "network")
            ),
        )
        assert [(row["month"], row["opened"], row["change"], row["satisfaction"]) for row in months.rows] == [
            ("2026-09", 1, None, "2.00"),
            ("2026-10", 2, "+1", "4.50"),
        ]
        voice = next(row for row in subjects.rows if (row["by"], row["value"]) == ("category", "voice"))
        assert (voice["2026-09"], voice["2026-10"]) == (1, 1)

    def test_2sms_19_what_is_excused_or_taken_back_is_in_no_share(self) -> None:
        period = {"begins": "2026-10-05 10:00", "until": "2026-10-05 23:00"}
        excused = late().by("sue").do(exempt, "regulator", **period, approved_by="me")
        mistake = late("2026-10-12 10:00", "2026-10-13 10:00")
        mistake = mistake.do(undo, "Never was.", mistake.case.id)
        by = {
            row["value"]: row for row in told(metrics.REPORT, seen(excused, mistake))[1].rows if row["by"] == "target"
        }
        resolution = by["2sms resolution"]
        assert (resolution["met"], resolution["breached"], resolution["exempt"], resolution["attainment"]) == (
            0,
            0,
            1,
            None,
        )

    def test_2n5_11_what_came_back_is_counted(self) -> None:
        case = story("2n5").at("2026-10-05 10:00").open(channel="portal", priority="minor").do(resolve, "Mended.")
        back = case.at("2026-10-05 12:00").do(reopen).do(hold, waiting_for="customer")
        rates = told(metrics.REPORT, seen(back))[3].rows[0]
        assert (rates["reopened"], rates["recurrence_rate"], rates["held"]) == (1, "100 %", 1)
        stayed = story("2n5").at("2026-10-05 10:00").open(channel="portal", priority="minor").do(resolve, "Mended.")
        stayed = stayed.do(email, inward=False).do(close)
        assert told(metrics.REPORT, seen(stayed))[3].rows[0]["reopened"] == 0

    def test_exp_18_every_report_says_that_the_manual_binds_nobody(self) -> None:
        case = story("expereo").at("2026-11-23 09:00").open(channel="portal", service="head-office", update_every="8h")
        case = case.do(promise, due="2026-11-24 09:00", kind="engineer-visit", message="A visit.").at(
            "2026-11-25 09:00"
        )
        for report in (shift, maintenance, management, metrics, trends):
            table = told(report.REPORT, seen(case))[0]
            assert table.facts["not_binding"] == ("expereo/1.0",), report
            assert "not-binding  expereo/1.0\n" in render_all([table], "table")
        assert "not_binding" not in told(metrics.REPORT, seen(late()))[0].facts
